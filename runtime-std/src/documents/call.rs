//! One call under way.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use onerealm_core::HttpRequest;

use crate::error::Error;
use crate::http::{Conversation, Http, HttpError};

/// Room for the URL of a request for a document, with an endpoint of the longest.
pub(super) const URL_LEN: usize = 1024;

/// How a call reaches the provider: with whose trust store, and until when.
pub(crate) struct Call<'l> {
    pub(crate) http: &'l Http,
    /// For the requests of one login.
    pub(crate) conversation: Conversation<'l>,
    pub(crate) ca_file: Option<&'l Path>,
    pub(crate) deadline: Instant,
    /// The longest time that documents are used.
    pub(crate) lifetime: Duration,
}

pub(super) fn too_late(message: &HttpRequest<'_>) -> Error {
    Error::Http(HttpError::too_late(message.url))
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
