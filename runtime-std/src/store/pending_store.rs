//! The interface of every store of pending logins.

use std::fmt;

use onerealm_core::{PendingAuthorization, PendingKey, UnixTime};

use super::error::StoreError;

/// Where logins are while the end user is away.
///
/// The `state` in the URL for the end user identifies a login. The state that comes back is untrusted text of any
/// length.
///
/// Other kinds of store report their own errors as [`StoreError::Other`].
pub trait PendingStore: fmt::Debug + Send + Sync {
    /// Stores a login that begins now, at its `begun`.
    ///
    /// Returns the state to send: the login's own, or a [`SealedState`](onerealm_core::SealedState) with the login in
    /// it.
    ///
    /// # Errors
    ///
    /// If the login can't be stored.
    fn put(&self, pending: &PendingAuthorization) -> Result<String, StoreError>;

    /// The login with this state, which can still be taken.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unknown`], [`StoreError::Used`] and [`StoreError::Expired`] for a state without a login to finish;
    /// others if the store fails.
    fn read(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError>;

    /// Takes the login with this state. Of any number of calls, in any number of processes, one gets it.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read); [`StoreError::Used`] for all calls but the first.
    fn take(&self, state: &str, now: UnixTime) -> Result<PendingAuthorization, StoreError>;

    /// Takes the login with this state, which [`read`](Self::read) gave a moment ago with this key and this beginning: what
    /// is known of it need not be read again. A store that has nothing to gain by that takes it as any other.
    ///
    /// # Errors
    ///
    /// As [`take`](Self::take).
    fn take_known(
        &self,
        state: &str,
        _key: PendingKey,
        _begun: UnixTime,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        self.take(state, now).map(|_| ())
    }

    /// Called after a successful login: the place for maintenance that strangers must not be able to trigger. It fails
    /// no login.
    fn authenticated(&self, _now: UnixTime) {}

    /// What keeps the store from working as it was set up, though logins may go on: for [`Logins::check`].
    ///
    /// [`Logins::check`]: crate::Logins::check
    fn fault(&self) -> Option<StoreError> {
        None
    }
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

    fn take_known(
        &self,
        state: &str,
        key: PendingKey,
        begun: UnixTime,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        (**self).take_known(state, key, begun, now)
    }

    fn authenticated(&self, now: UnixTime) {
        (**self).authenticated(now);
    }

    fn fault(&self) -> Option<StoreError> {
        (**self).fault()
    }
}
