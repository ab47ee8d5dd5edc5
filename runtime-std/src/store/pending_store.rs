//! What every store of pending logins does.

use std::fmt;

use onerealm_core::{PendingAuthorization, UnixTime};

use super::error::StoreError;

/// Where logins are while the end user is away.
///
/// A login is known by the `state` in the URL that the end user is sent to. The state that comes back is untrusted text
/// of any length.
///
/// A store of another kind gives its own errors as [`StoreError::Other`].
pub trait PendingStore: fmt::Debug + Send + Sync {
    /// Keeps a login that begins now, at its `begun`.
    ///
    /// Gives the state to send: the login's own, or a [`SealedState`](onerealm_core::SealedState) with the login in it.
    ///
    /// # Errors
    ///
    /// If the login can't be kept.
    fn put(&self, pending: &PendingAuthorization) -> Result<String, StoreError>;

    /// The login with that state, which can still be taken.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unknown`], [`StoreError::Used`] and [`StoreError::Expired`] for a state without a login to finish;
    /// others if the store fails.
    fn read(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError>;

    /// Takes the login with that state. Of any number of calls, in whatever processes, one gets it.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read); [`StoreError::Used`] for all calls but the first.
    fn take(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError>;

    /// Called after a successful login: the place for maintenance that strangers must not be able to trigger. It fails no
    /// login.
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
