//! One call under way.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::http::{Conversation, Http};

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
