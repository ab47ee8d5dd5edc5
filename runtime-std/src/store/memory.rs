//! Pending logins in the memory of one process.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::Mutex;

use onerealm_core::{PendingAuthorization, PendingKey, UnixTime};
use zeroize::Zeroizing;

use super::bound::BOUND;
use super::error::StoreError;
use super::lifetime::{LIFETIME, check_age};
use super::pending_store::PendingStore;
use crate::lock::lock;

/// Pending logins in memory, for tests and for programs that wait for the end of a login themselves.
///
/// It serves one process: a login begun by another is unknown, a restart loses all of them, and after a fork parent and
/// child each have their own copy, so both can finish the same login. A server with several processes needs one of the
/// other stores.
///
/// It is bounded: the oldest logins make room for new ones, so a flood of unfinished logins stops nobody from beginning
/// one.
pub struct MemoryStore {
    logins: Mutex<Logins>,
    /// The most logins that are kept.
    bound: usize,
}

#[derive(Default)]
struct Logins {
    by_key: HashMap<PendingKey, Login>,
    /// In order of arrival.
    order: VecDeque<PendingKey>,
}

struct Login {
    begun: u64,
    /// `None` once it is taken.
    encoded: Option<Zeroizing<Vec<u8>>>,
}

impl MemoryStore {
    /// A store with the capacity of a directory.
    pub fn new() -> Self {
        Self::with_bound(BOUND.files as usize)
    }

    pub(super) fn with_bound(bound: usize) -> Self {
        MemoryStore { logins: Mutex::default(), bound }
    }
}

impl Logins {
    /// The login with this state, as stored.
    fn find(
        &mut self,
        state: &str,
        now: u64,
    ) -> Result<(&mut Login, PendingAuthorization), StoreError> {
        let login = self.by_key.get_mut(&PendingKey::of(state)).ok_or(StoreError::Unknown)?;
        let encoded = login.encoded.as_ref().ok_or(StoreError::Used)?;
        check_age(login.begun, now)?;
        let place = || StoreError::Damaged { place: "in memory".to_owned() };
        let pending = PendingAuthorization::decode(encoded).map_err(|_| place())?;
        Ok((login, pending))
    }

    /// Drops the oldest logins while there are too many, and those long past: until then they are reported as used or
    /// expired.
    fn make_room(&mut self, bound: usize, now: u64) {
        while let Some(key) = self.order.front() {
            let is_past = |login: &Login| login.begun.abs_diff(now) >= 3 * LIFETIME;
            if self.order.len() < bound && !self.by_key.get(key).is_none_or(is_past) {
                return;
            }
            self.by_key.remove(key);
            self.order.pop_front();
        }
    }
}

impl PendingStore for MemoryStore {
    fn put(&self, pending: &PendingAuthorization) -> Result<String, StoreError> {
        let (key, begun) = (pending.key(), pending.begun().0);
        let mut buf = Zeroizing::new([0; PendingAuthorization::PENDING_LEN]);
        // `PENDING_LEN` is enough for every login.
        let encoded = pending.encode(buf.as_mut()).unwrap_or_default();
        let mut logins = lock(&self.logins);
        logins.make_room(self.bound, begun);
        // A repeated state is not random, and its login may already be taken.
        if logins.by_key.contains_key(&key) {
            return Err(StoreError::NoEntropy);
        }
        let encoded = Some(Zeroizing::new(encoded.to_vec()));
        logins.by_key.insert(key, Login { begun, encoded });
        logins.order.push_back(key);
        Ok(pending.state().as_str().to_owned())
    }

    fn read(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError> {
        lock(&self.logins).find(state, now.0).map(|(_, pending)| pending)
    }

    fn take(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError> {
        let mut logins = lock(&self.logins);
        let (login, pending) = logins.find(state, now.0)?;
        login.encoded = None;
        Ok(pending)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}
