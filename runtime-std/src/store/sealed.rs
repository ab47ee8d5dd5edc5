//! Pending logins that travel in their own `state`.

use std::io::ErrorKind;
use std::path::PathBuf;

use onerealm_core::{PendingAuthorization, PendingKey, SealedState, UnixTime};

use super::directory::DirectoryStore;
use super::error::StoreError;
use super::key_file::KeyFile;
use super::lifetime::check_age;
use super::pending_store::PendingStore;
use super::reported;
use super::seal::{open, seal};
use super::sealing_keys::SealingKeys;
use super::slots::Slots;

/// Pending logins sealed into their `state`: beginning a login writes nothing, and any machine with the key can finish
/// it. A mark in a local directory records that a login was taken.
#[derive(Clone, Debug)]
pub struct SealedStore {
    keys: KeyFile,
    taken: Slots,
    first_key: FirstKey,
}

/// Who makes the key file where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FirstKey {
    /// A login that begins.
    AtBeginning,
    /// A login that is finished.
    AfterLogin,
}

impl SealedStore {
    /// The first login creates `key_file`, in a directory that is there; nodes that share it finish each other's logins.
    ///
    /// `directory` holds the marks of taken logins, and is not shared.
    pub fn new(key_file: impl Into<PathBuf>, directory: impl Into<PathBuf>) -> Self {
        let keys = KeyFile::new(key_file.into());
        SealedStore { keys, taken: Slots::new(directory), first_key: FirstKey::AtBeginning }
    }

    /// The keys to seal with; `None` until a login is finished, where the first one makes the key file.
    fn sealing_keys(&self, now: u64) -> Result<Option<SealingKeys>, StoreError> {
        match self.first_key {
            FirstKey::AtBeginning => self.keys.read_or_create(now).map(Some),
            FirstKey::AfterLogin => self.keys.read(),
        }
    }

    fn seal(&self, pending: &PendingAuthorization) -> Result<Option<String>, StoreError> {
        let now = pending.begun().0;
        let keys = self.sealing_keys(now)?;
        keys.map(|keys| seal(keys.sealing(now), pending)).transpose()
    }
}

impl PendingStore for SealedStore {
    fn put(&self, pending: &PendingAuthorization) -> Result<String, StoreError> {
        // Only `SealedOrDirectoryStore`, which has another place, waits for a key.
        let missing = || StoreError::io("read", self.keys.path(), ErrorKind::NotFound.into());
        self.seal(pending)?.ok_or_else(missing)
    }

    fn read(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError> {
        let state = SealedState::parse(state).map_err(|_| StoreError::Unknown)?;
        let keys = self.keys.read()?.ok_or(StoreError::Unknown)?;
        let pending = open(&keys, state).ok_or(StoreError::Unknown)?;
        if self.taken.is_marked(&pending.key().0, pending.begun().0)? {
            return Err(StoreError::Used);
        }
        check_age(pending.begun().0, now.0)?;
        Ok(pending)
    }

    fn take(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError> {
        let pending = self.read(state, now)?;
        self.taken.mark(&pending.key().0, pending.begun().0, now.0)?;
        Ok(pending)
    }

    /// Makes the mark.
    fn take_known(
        &self,
        _state: &str,
        key: PendingKey,
        begun: UnixTime,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        if let Err(expired) = check_age(begun.0, now.0) {
            let is_used = self.taken.is_marked(&key.0, begun.0)?;
            return Err(if is_used { StoreError::Used } else { expired });
        }
        self.taken.mark(&key.0, begun.0, now.0)
    }

    /// Renews the key when it is due, and makes it if that was left to a finished login.
    fn authenticated(&self, now: UnixTime) {
        let made = match self.first_key {
            FirstKey::AtBeginning => Ok(()),
            FirstKey::AfterLogin => self.keys.read_or_create(now.0).map(|_| ()),
        };
        if let Err(error) = made.and_then(|()| self.keys.renew(now.0)) {
            if reported::is_new(self.keys.path(), &error) {
                log::warn!("the key for pending logins can't be made or renewed: {error}");
            }
        }
    }

    fn fault(&self) -> Option<StoreError> {
        self.keys.fault()
    }
}

/// Also has a directory for logins that can't be sealed: those too long for a `state`, and all of them while the key
/// file is damaged or can't be read or created, which is logged once.
#[derive(Clone, Debug)]
pub struct SealedOrDirectoryStore {
    sealed: SealedStore,
    directory: DirectoryStore,
}

impl SealedOrDirectoryStore {
    /// `key_file` as in [`SealedStore::new`]; `directory` holds the marks and the unsealed logins.
    pub fn new(key_file: impl Into<PathBuf>, directory: impl Into<PathBuf>) -> Self {
        let directory = directory.into();
        SealedOrDirectoryStore {
            sealed: SealedStore::new(key_file, directory.clone()),
            directory: DirectoryStore::new(directory),
        }
    }

    /// Leaves it to a finished login to create the key file: until then, logins are kept in the directory. For a key
    /// on a file system that strangers must not write to, such as one that a cluster replicates.
    pub fn with_key_after_login(mut self) -> Self {
        self.sealed.first_key = FirstKey::AfterLogin;
        self
    }

    /// A login's own state is never a sealed one.
    fn store_of(&self, state: &str) -> &dyn PendingStore {
        match SealedState::parse(state) {
            Ok(_) => &self.sealed,
            Err(_) => &self.directory,
        }
    }
}

impl PendingStore for SealedOrDirectoryStore {
    fn put(&self, pending: &PendingAuthorization) -> Result<String, StoreError> {
        let key_file = self.sealed.keys.path();
        match self.sealed.seal(pending) {
            Ok(Some(state)) => {
                reported::forget(key_file);
                Ok(state)
            }
            Ok(None) => self.directory.put(pending),
            Err(StoreError::StateTooLong { .. }) => self.directory.put(pending),
            // One that others may have read or changed would not be noticed among those that are only broken.
            Err(error @ (StoreError::Io { .. } | StoreError::DamagedKeyFile { .. })) => {
                if reported::is_new(key_file, &error) {
                    tell(&error);
                }
                self.directory.put(pending)
            }
            Err(error) => Err(error),
        }
    }

    fn read(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError> {
        self.store_of(state).read(state, now)
    }

    fn take(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError> {
        self.store_of(state).take(state, now)
    }

    fn take_known(
        &self,
        state: &str,
        key: PendingKey,
        begun: UnixTime,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        self.store_of(state).take_known(state, key, begun, now)
    }

    fn authenticated(&self, now: UnixTime) {
        self.sealed.authenticated(now);
    }

    fn fault(&self) -> Option<StoreError> {
        self.sealed.fault()
    }
}

fn tell(error: &StoreError) {
    let level = match error {
        StoreError::DamagedKeyFile { .. } => log::Level::Error,
        _ => log::Level::Warn,
    };
    log::log!(
        level,
        "logins are kept in files from now on, and not sealed: {error} [{}]",
        error.code()
    );
}
