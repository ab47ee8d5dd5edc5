//! Pending logins between their two calls, each taken once.

mod batch;
mod bound;
mod directory;
mod error;
pub(crate) mod files;
mod key_file;
mod seal;
mod sealed;
mod sealing_keys;
mod slots;
mod sweep;
#[cfg(test)]
mod tests;

use std::fmt;

use onerealm_core::{PendingAuthorization, UnixTime};

pub use self::directory::DirectoryStore;
pub use self::error::{StoreError, Unsafe};
pub use self::sealed::{SealedOrDirectoryStore, SealedStore};

/// How long a login may take, in seconds; also by how much the clock may go back meanwhile.
const LIFETIME: u64 = onerealm_core::policy::LOGIN_LIFETIME;

/// Whether a login that was begun at `begun` may still be finished.
fn check_age(begun: u64, now: u64) -> Result<(), StoreError> {
    match now >= begun.saturating_add(LIFETIME) || now.saturating_add(LIFETIME) < begun {
        true => Err(StoreError::Expired { begun, now }),
        false => Ok(()),
    }
}

/// Where logins are while the end user is away.
///
/// A login is known by its state as it travels: the `state` of the URL that the end user is sent to. What comes back as
/// state is anybody's text, of any length, and no store believes it.
pub trait PendingStore: fmt::Debug + Send + Sync {
    /// Keeps a login that begins now, which its `begun` says.
    ///
    /// Gives the state to send: the login's own, or a [`SealedState`](onerealm_core::SealedState) with the login in it.
    fn put(&self, pending: &PendingAuthorization) -> Result<String, StoreError>;

    /// The login with that state, which is not used up.
    fn read(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError>;

    /// Takes the login with that state: the first call gets it, all others [`StoreError::Used`].
    fn take(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError>;

    /// An end user has proved who they are: whoever caused this call is no stranger. What a store does to look after
    /// itself on a shared file system belongs here. No login fails for it.
    fn authenticated(&self, _now: UnixTime) {}
}

impl<S: PendingStore + ?Sized> PendingStore for Box<S> {
    fn put(&self, pending: &PendingAuthorization) -> Result<String, StoreError> {
        (**self).put(pending)
    }

    fn read(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError> {
        (**self).read(state, now)
    }

    fn take(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError> {
        (**self).take(state, now)
    }

    fn authenticated(&self, now: UnixTime) {
        (**self).authenticated(now);
    }
}
