//! A login sealed into a `state`:
//!
//! ```text
//! version, 1 byte │ key id, 8 │ nonce, 12 │ the login, encrypted │ tag, 16          in base64url
//! ```
//!
//! ChaCha20-Poly1305 takes constant time on every processor. The tag covers everything before it. Each login has a
//! random nonce: after 2^32 logins with one key, which seals for a day, two nonces are equal with a probability of
//! 2^-33.

use base64ct::{Base64UrlUnpadded, Encoding};
use onerealm_core::policy::STATE_LEN;
use onerealm_core::{PendingAuthorization, SealedState};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::error::StoreError;
use super::sealing_keys::{KeyId, SealingKey, SealingKeys};

const VERSION: u8 = 1;
const HEADER_LEN: usize = size_of::<u8>() + size_of::<KeyId>();
const TAG_LEN: usize = 16;

/// The `state` that carries the login.
pub(super) fn seal(key: &SealingKey, pending: &PendingAuthorization) -> Result<String, StoreError> {
    let mut buf = Zeroizing::new([0; PendingAuthorization::PENDING_LEN]);
    // `PENDING_LEN` is enough for every login.
    let login = pending.encode_to_seal(buf.as_mut()).unwrap_or_default();
    let len = HEADER_LEN + NONCE_LEN + login.len() + TAG_LEN;
    let too_long = StoreError::StateTooLong { needed: (len * 4).div_ceil(3) };
    if (len * 4).div_ceil(3) > STATE_LEN {
        return Err(too_long);
    }
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).map_err(|_| StoreError::NoEntropy)?;
    let header = header(key.id);
    // Full capacity from the start: a growing vector leaves copies of the login behind.
    let mut sealed = Zeroizing::new(Vec::with_capacity(len));
    sealed.extend_from_slice(&header);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(login);
    let (_, in_place) = sealed.split_at_mut(HEADER_LEN + NONCE_LEN);
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag = cipher(key)
        .and_then(|cipher| {
            cipher.seal_in_place_separate_tag(nonce, Aad::from(header), in_place).ok()
        })
        // Only for logins many times longer.
        .ok_or(too_long)?;
    sealed.extend_from_slice(tag.as_ref());
    Ok(Base64UrlUnpadded::encode_string(&sealed))
}

/// The login in the state; `None` if none of the keys sealed it, or if it was modified.
pub(super) fn open(keys: &SealingKeys, state: SealedState<'_>) -> Option<PendingAuthorization> {
    let mut buf = Zeroizing::new([0; STATE_LEN / 4 * 3]);
    let len = Base64UrlUnpadded::decode(state.as_str(), buf.as_mut()).ok()?.len();
    let (header, rest) = buf.get_mut(..len)?.split_first_chunk_mut::<HEADER_LEN>()?;
    let (nonce, in_place) = rest.split_first_chunk_mut::<NONCE_LEN>()?;
    let (version, id) = header.split_first()?;
    if *version != VERSION {
        return None;
    }
    let key = keys.opening(id.try_into().ok()?)?;
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let aad = Aad::from(self::header(key.id));
    let login = cipher(key)?.open_in_place(nonce, aad, in_place).ok()?;
    PendingAuthorization::decode_unsealed(login).ok()
}

fn header(id: KeyId) -> [u8; HEADER_LEN] {
    let mut header = [VERSION; HEADER_LEN];
    header.iter_mut().skip(1).zip(id).for_each(|(to, from)| *to = from);
    header
}

fn cipher(key: &SealingKey) -> Option<LessSafeKey> {
    UnboundKey::new(&CHACHA20_POLY1305, key.secret.as_ref()).ok().map(LessSafeKey::new)
}
