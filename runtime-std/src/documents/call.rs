//! One call in progress.

use std::path::Path;
use std::time::{Duration, Instant};

use onerealm_core::HttpRequest;

use super::document::{Age, Document, Kind};
use super::turn::{Taken, Turn};
use crate::clock::now;
use crate::http::{Conversation, Http, HttpError};

/// Room for the URL of a document request with the longest endpoint.
pub(crate) const URL_LEN: usize = 1024;

/// How a call reaches the provider: its trust store and its deadline.
pub(crate) struct Call<'l> {
    pub(crate) http: &'l Http,
    /// For the requests of one login.
    pub(crate) conversation: Conversation<'l>,
    pub(crate) ca_file: Option<&'l Path>,
    pub(crate) deadline: Instant,
    /// The longest time to use documents.
    pub(crate) lifetime: Duration,
}

impl Call<'_> {
    /// Requests a document over its own connection.
    pub(super) fn fetch(
        &self,
        kind: Kind,
        message: &HttpRequest<'_>,
        deadline: Instant,
    ) -> Result<Document, HttpError> {
        let answer = self.http.once().send(message, self.ca_file, deadline)?;
        Ok(Document::fetched(kind, message.url, answer, now().0))
    }

    /// Waits for the turn to fetch a document.
    pub(super) fn turn<'t>(
        &self,
        turn: &'t Turn,
        message: &HttpRequest<'_>,
    ) -> Result<Taken<'t>, HttpError> {
        turn.take(self.deadline).ok_or_else(|| HttpError::too_late(message.url))
    }

    /// Whether a document of this age can be used without asking for a newer one.
    pub(super) fn may_use(&self, age: &Age) -> bool {
        age.is_fresh(self.lifetime, now().0)
    }
}
