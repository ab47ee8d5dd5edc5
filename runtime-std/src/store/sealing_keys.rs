//! The keys that seal logins, and when each one is used.

use std::fmt::Write;

use base64ct::{Base64UrlUnpadded, Encoding};
use ring::digest::{self, SHA256};
use zeroize::Zeroizing;

use super::error::StoreError;
use super::lifetime::LIFETIME;

/// How long a key seals before the next one is made, in seconds.
pub(super) const ROTATION: u64 = 86_400;
/// How long a new key waits before it seals, in seconds: until all nodes can read it.
pub(super) const DELAY: u64 = 60;

/// A key for ChaCha20-Poly1305.
#[derive(Clone)]
pub(super) struct SealingKey {
    pub(super) id: KeyId,
    /// When it starts to seal, in seconds since 1970.
    from: u64,
    pub(super) secret: Zeroizing<[u8; 32]>,
}

pub(super) type KeyId = [u8; 8];

impl SealingKey {
    pub(super) fn generate(from: u64) -> Result<Self, StoreError> {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(secret.as_mut()).map_err(|_| StoreError::NoEntropy)?;
        Ok(Self::new(from, secret))
    }

    fn new(from: u64, secret: Zeroizing<[u8; 32]>) -> Self {
        SealingKey { id: id(from, &secret), from, secret }
    }
}

/// The start of a hash over the whole key, which detects a damaged one too.
fn id(from: u64, secret: &[u8; 32]) -> KeyId {
    let mut hash = digest::Context::new(&SHA256);
    hash.update(&from.to_be_bytes());
    hash.update(secret);
    let mut id = KeyId::default();
    id.iter_mut().zip(hash.finish().as_ref()).for_each(|(to, from)| *to = *from);
    id
}

/// The keys of a file: one, or two during a rotation.
#[derive(Clone)]
pub(super) struct SealingKeys {
    newest: SealingKey,
    before: Option<SealingKey>,
}

impl SealingKeys {
    /// One new key, which seals at once.
    pub(super) fn generate(now: u64) -> Result<Self, StoreError> {
        Ok(SealingKeys { newest: SealingKey::generate(now)?, before: None })
    }

    /// The key to seal with: the newest, once it has started.
    pub(super) fn sealing(&self, now: u64) -> &SealingKey {
        match &self.before {
            Some(before) if now < self.newest.from => before,
            _ => &self.newest,
        }
    }

    /// The key with this id; any key of the file can open.
    pub(super) fn opening(&self, id: KeyId) -> Option<&SealingKey> {
        self.all().find(|key| key.id == id)
    }

    /// The keys after a rotation; `None` if none is due.
    pub(super) fn renewed(&self, now: u64) -> Result<Option<Self>, StoreError> {
        // `abs_diff`: a key from a clock that was far ahead is replaced as well.
        if now.abs_diff(self.newest.from) >= ROTATION {
            let newest = SealingKey::generate(now.saturating_add(DELAY))?;
            return Ok(Some(SealingKeys { newest, before: Some(self.sealing(now).clone()) }));
        }
        // Logins sealed with the previous key have expired, and have been reported as expired for a
        // login's lifetime.
        let is_over = now >= self.newest.from.saturating_add(2 * LIFETIME);
        let newest_alone = || SealingKeys { newest: self.newest.clone(), before: None };
        Ok((is_over && self.before.is_some()).then(newest_alone))
    }

    /// Whether they are the same keys.
    pub(super) fn are(&self, others: &Self) -> bool {
        self.all().map(|key| key.id).eq(others.all().map(|key| key.id))
    }

    /// In order from oldest to newest.
    fn all(&self) -> impl Iterator<Item = &SealingKey> {
        self.before.iter().chain([&self.newest])
    }

    /// The text of a key file.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        // Full capacity from the start: a growing string leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(MAX_LEN));
        text.push_str(FIRST_LINE);
        for key in self.all() {
            let mut buf = Zeroizing::new([0; 43]);
            let secret = Base64UrlUnpadded::encode(key.secret.as_ref(), buf.as_mut());
            let id = u64::from_be_bytes(key.id);
            let _ = writeln!(text, "{id:016x} {} {}", key.from, secret.unwrap_or_default());
        }
        text
    }

    /// Reads what [`to_text`](Self::to_text) wrote; `None` if it is anything else.
    pub(super) fn of_text(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?.strip_prefix(FIRST_LINE)?;
        let mut keys = text.strip_suffix('\n')?.split('\n').rev().map(key);
        let newest = keys.next()??;
        let before = match keys.next() {
            Some(before) => Some(before?),
            None => None,
        };
        keys.next().is_none().then_some(SealingKeys { newest, before })
    }
}

fn key(line: &str) -> Option<SealingKey> {
    let mut words = line.split(' ');
    let (id, from, text) = (words.next()?, words.next()?, words.next()?);
    let mut secret = Zeroizing::new([0; 32]);
    Base64UrlUnpadded::decode(text, secret.as_mut()).ok().filter(|bytes| bytes.len() == 32)?;
    let key = SealingKey::new(from.parse().ok()?, secret);
    let is_whole = words.next().is_none() && format!("{:016x}", u64::from_be_bytes(key.id)) == id;
    is_whole.then_some(key)
}

/// The longest text of a key file, with room to spare.
pub(super) const MAX_LEN: usize = 512;

const FIRST_LINE: &str = "onerealm sealing keys, version 1\n";
