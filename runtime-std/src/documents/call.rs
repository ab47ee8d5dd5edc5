//! One call in progress.

use std::time::{Duration, Instant};

use onerealm_core::HttpRequest;

use super::clock::Clock;
use super::document::{Age, Document, Kind};
use super::redirect;
use crate::http::{BODY_LEN, Caching, Conversation, Http, HttpError, Trusted};
use crate::turn::{Taken, Turn};

/// Room for the URL of a document request with the longest endpoint.
pub(crate) const URL_LEN: usize = 1024;

/// How a call reaches the provider: its trust store and its deadline.
pub(crate) struct Call<'l> {
    pub(crate) http: &'l Http,
    /// For the requests of one login.
    pub(crate) conversation: Conversation<'l>,
    pub(crate) trusted: Trusted<'l>,
    pub(crate) deadline: Instant,
    /// The longest time to use documents.
    pub(crate) lifetime: Duration,
    /// How long a failure of the provider is reported without asking again.
    pub(crate) failure_pause: Duration,
    pub(crate) clock: &'l Clock,
}

impl Call<'_> {
    /// Requests a document, over connections of its own. Redirects within its origin are followed:
    /// `deadline` and the limit of the body are for all of them together.
    pub(super) fn fetch(
        &self,
        kind: Kind,
        message: &HttpRequest<'_>,
        deadline: Instant,
    ) -> Result<Document, HttpError> {
        let mut asked = vec![message.url.to_owned()];
        let mut room = BODY_LEN;
        let mut caching = None::<Caching>;
        loop {
            let url = asked.last().map_or(message.url, String::as_str);
            let moved = message.moved_to(url);
            let request = moved.as_ref().unwrap_or(message);
            let answer = self.http.once().send_within(request, &self.trusted, deadline, room)?;
            room = room.saturating_sub(answer.response().body.len() as u64);
            let so_far = caching.map_or(answer.caching(), |before| before.and(answer.caching()));
            caching = Some(so_far);
            let refused = match answer.redirect().map(|to| redirect::next(&asked, to)) {
                Some(Ok(target)) if moved.is_some() => {
                    log::debug!("{url} redirects to {target}");
                    asked.push(target);
                    continue;
                }
                Some(Err(refused)) => Some(refused),
                _ => None,
            };
            let place = asked.pop().unwrap_or_default();
            let document = Document::fetched(kind, message.url, answer, so_far, self.now());
            return Ok(Document { place, refused, ..document });
        }
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
        age.is_fresh(self.lifetime, self.now())
    }

    /// Whether it will soon be too old to be used.
    pub(super) fn is_due(&self, age: &Age) -> bool {
        age.is_due(self.lifetime, self.now())
    }

    /// Whether a document that another process fetched is better than one that is due.
    pub(super) fn replaces(&self, another: &Age, due: &Age) -> bool {
        another.replaces(due, self.lifetime, self.now())
    }

    /// In seconds since 1970.
    pub(super) fn now(&self) -> u64 {
        self.clock.now()
    }
}
