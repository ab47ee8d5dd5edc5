//! What every store of pending logins does.

use std::fmt;

use onerealm_core::{PendingAuthorization, UnixTime};

use super::error::StoreError;

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
