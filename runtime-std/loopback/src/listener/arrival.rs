//! What comes to the listener during a wait.

use std::fmt;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use super::page::Page;
use crate::http_server::Response;

/// What came to a [`LoopbackListener`](super::LoopbackListener).
#[derive(Debug)]
#[non_exhaustive]
pub enum Arrival {
    /// Something that looks like the callback in every respect. Its parameters are untrusted.
    Callback(Candidate),
    /// Something that looks like a callback, and was refused. At most three of each kind are told of.
    Refused(Refusal),
    /// The one-time address was opened, and sent on.
    Entered,
    /// The one-time address was opened again: once by the browser, and once by somebody who could read it. No callback
    /// is taken any more.
    EnteredAgain,
}

/// Why something was refused that looks like a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// It came to another path: text of whoever sent it, of up to 200 bytes.
    OtherPath(String),
    /// It was sent with `POST`, as with `response_mode=form_post`.
    Posted,
    /// It names another host than the redirect URI.
    OtherHost,
    /// It was sent by a page's script.
    Scripted,
    /// It is too long or malformed, and was answered with this HTTP status.
    Unreadable(u16),
}

impl Refusal {
    pub(super) const KINDS: usize = 5;

    pub(super) fn kind(&self) -> usize {
        match self {
            Refusal::OtherPath(_) => 0,
            Refusal::Posted => 1,
            Refusal::OtherHost => 2,
            Refusal::Scripted => 3,
            Refusal::Unreadable(_) => 4,
        }
    }
}

/// Something that looks like the callback; its browser waits for an answer.
pub struct Candidate {
    pub(super) url: String,
    pub(super) verdict: Sender<Response>,
    /// Nothing is ever sent: it disconnects when the answer is written.
    pub(super) written: Receiver<()>,
}

impl Candidate {
    /// The whole URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers with `page`; the wait goes on.
    pub fn refuse(self, page: &Page) {
        // The connection may have been cut meanwhile.
        let _ = self.verdict.send(page.response());
    }

    /// Answers, and gives the URL once the answer is written, or `at_most` is over.
    pub(super) fn answer(self, response: Response, at_most: Duration) -> String {
        // The connection may have been cut meanwhile, but the callback was received.
        let _ = self.verdict.send(response);
        // Closing the listener earlier would cut the answer off.
        let _ = self.written.recv_timeout(at_most);
        self.url
    }
}

/// It shows no parameter: one of them is the code.
impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate").finish_non_exhaustive()
    }
}

/// What the connections tell the waiting login.
pub(super) enum Event {
    Arrived(Arrival),
    Cancelled,
}
