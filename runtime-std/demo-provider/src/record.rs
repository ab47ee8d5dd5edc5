//! Every request as received, with its answer.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::endpoint::Endpoint;
use crate::entra_error;
use crate::parameters::Parameters;
use onerealm_loopback::http_server::{Request, Response};

/// One request as received, with its answer.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The connection's number, counted from 0 in the order of acceptance.
    pub connection: usize,
    /// The endpoint for the request's path.
    pub endpoint: Endpoint,
    /// The request. If it was unreadable, everything but `raw_head` is empty.
    pub request: Request,
    /// The answer; `None` until it is known.
    pub answered: Option<Answered>,
}

/// The parts of an answer that tests check, read from the answer itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The `error`, from the JSON body or the redirect.
    pub error: Option<String>,
    /// The number after `AADSTS`, from the body or the redirect.
    pub error_code: Option<u64>,
}

impl Recorded {
    pub(crate) fn new(connection: usize, endpoint: Endpoint, request: Request) -> Self {
        Self { connection, endpoint, request, answered: None }
    }

    /// The status of the answer.
    pub fn status(&self) -> Option<u16> {
        self.answered.as_ref().map(|answered| answered.status)
    }

    /// The `error` of the answer.
    pub fn error(&self) -> Option<&str> {
        self.answered.as_ref()?.error.as_deref()
    }

    /// The number after `AADSTS` in the answer.
    pub fn error_code(&self) -> Option<u64> {
        self.answered.as_ref()?.error_code
    }
}

impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {:?}", self.status, self.error, self.error_code)
    }
}

/// All requests, in the order of arrival.
#[derive(Default)]
pub(crate) struct Record {
    connections: AtomicUsize,
    requests: Mutex<Vec<Recorded>>,
}

impl Record {
    /// Counts a new connection, and returns its number.
    pub(crate) fn accepted(&self) -> usize {
        self.connections.fetch_add(1, Ordering::Relaxed)
    }

    /// Adds a request, and returns its position.
    pub(crate) fn received(&self, recorded: Recorded) -> usize {
        let mut all = self.lock();
        all.push(recorded);
        all.len() - 1
    }

    /// Adds the answer to the request at `position`.
    pub(crate) fn answered(&self, position: usize, response: &Response) {
        if let Some(recorded) = self.lock().get_mut(position) {
            recorded.answered = Some(read_answer(response));
        }
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Recorded>> {
        // A panic elsewhere leaves the list intact.
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_answer(response: &Response) -> Answered {
    let body = String::from_utf8_lossy(&response.body);
    let location = response.header("Location").unwrap_or_default();
    let redirected = Parameters::after(location, ['?', '#']);
    let json: Option<serde_json::Value> = serde_json::from_str(&body).ok();
    let json_error = json.as_ref().and_then(|json| json.get("error")?.as_str());
    let description = redirected.get("error_description").unwrap_or(&body);
    Answered {
        status: response.status,
        error: json_error.or(redirected.get("error")).map(str::to_owned),
        error_code: entra_error::code_in(description),
    }
}
