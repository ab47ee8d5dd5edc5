//! Pending logins as files in a directory.

use std::path::PathBuf;

use onerealm_core::{PendingAuthorization, PendingKey, StateText, UnixTime};
use zeroize::Zeroizing;

use super::error::StoreError;
use super::pending_store::PendingStore;
use super::slots::{Slots, Stored};

/// Pending logins in a directory, one file each. Nothing is kept in memory, or touched before the first call.
#[derive(Clone, Debug)]
pub struct DirectoryStore {
    slots: Slots,
}

impl DirectoryStore {
    /// The first login creates `directory`.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        DirectoryStore { slots: Slots::new(directory) }
    }
}

impl PendingStore for DirectoryStore {
    fn put(&self, pending: &PendingAuthorization) -> Result<String, StoreError> {
        let mut buf = Zeroizing::new([0; PendingAuthorization::PENDING_LEN]);
        // `PENDING_LEN` is enough for every login.
        let encoded = pending.encode(buf.as_mut()).unwrap_or_default();
        self.slots.put(&pending.key().0, pending.begun().0, encoded)?;
        Ok(pending.state().as_str().to_owned())
    }

    fn read(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError> {
        let key = key_of(state)?;
        decode(key, self.slots.read(&key.0, now.0)?)
    }

    fn take(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError> {
        let key = key_of(state)?;
        decode(key, self.slots.take(&key.0, now.0)?)
    }

    fn take_known(
        &self,
        state: &str,
        _key: PendingKey,
        begun: UnixTime,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        self.slots.take_known(&key_of(state)?.0, begun.0, now.0)
    }
}

/// The key of the login with that state. Text of another length is not a state, and is not looked up.
fn key_of(state: &str) -> Result<PendingKey, StoreError> {
    match state.len() {
        StateText::LEN => Ok(PendingKey::of(state)),
        _ => Err(StoreError::Unknown),
    }
}

fn decode(key: PendingKey, stored: Stored) -> Result<PendingAuthorization, StoreError> {
    PendingAuthorization::decode(&stored.bytes)
        .ok()
        // Rejects another login's file under this name.
        .filter(|pending| pending.key() == key)
        .ok_or(StoreError::Damaged { place: stored.path.display().to_string() })
}
