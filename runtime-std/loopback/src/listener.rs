//! Waits for the callback, and answers everything else.

mod arrival;
mod page;
mod reception;
mod sockets;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use self::arrival::Event;
pub use self::arrival::{Arrival, Candidate, Refusal};
pub use self::page::Page;
use self::reception::{CONNECTION_TIME, Reception};
pub use self::sockets::LoopbackHost;
use crate::http_server::Acceptor;

/// How many connections to one address are open at once. Browsers open up to six.
const MAX_CONNECTIONS: usize = 64;

/// How long the end of a login waits for a browser that was sent to its outcome.
const LINGER: Duration = Duration::from_secs(3);

/// Listens for the redirect of one login.
pub struct LoopbackListener {
    redirect_url: String,
    port: u16,
    reception: Arc<Reception>,
    events: Receiver<Event>,
    canceller: Canceller,
    acceptors: Vec<Acceptor>,
}

/// Wakes a [`LoopbackListener`] that waits, from another thread.
#[derive(Clone)]
pub struct Canceller {
    events: Sender<Event>,
}

/// Why there is no callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListenerError {
    /// The deadline came first.
    TimedOut,
    /// The wait was cancelled.
    Cancelled,
    /// The one-time address was opened by two.
    OpenedTwice,
}

impl LoopbackListener {
    /// Listens on the loopback addresses of `host`, on a free port unless one is given; only `path` is the callback.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if `path` does not begin with `/` or has more than a path; otherwise the system's error, for
    /// example for want of random numbers.
    pub fn bind(host: LoopbackHost, port: Option<u16>, path: &str) -> io::Result<Self> {
        let is_path = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte));
        if !path.starts_with('/') || !is_path {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let (listeners, port) = sockets::listen(host, port)?;
        let (sender, events) = channel();
        let reception = Arc::new(Reception::new(authority(host, port), path, sender.clone())?);
        let mut acceptors = Vec::new();
        for listener in listeners {
            let reception = Arc::clone(&reception);
            acceptors.push(Acceptor::start(listener, MAX_CONNECTIONS, move |connection| {
                reception.serve(connection);
            })?);
        }
        let canceller = Canceller { events: sender };
        Ok(Self {
            redirect_url: reception.url(path),
            port,
            reception,
            events,
            canceller,
            acceptors,
        })
    }

    /// The redirect URI, for example `http://127.0.0.1:51004/callback`.
    pub fn redirect_url(&self) -> &str {
        &self.redirect_url
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Makes an address of this listener that leads to `url`, once: for starting a browser, as every user of the
    /// machine can read the arguments of its programs, and a sign-in page's URL has the login's `state`.
    ///
    /// It has 128 random bits. Whoever opens it first is sent on; who comes later is told so, no callback is
    /// taken any more, and [`Arrival::EnteredAgain`] tells the login to end: one of the two is a stranger.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if `url` has a character that no URL has; otherwise the system has no random numbers.
    pub fn one_time_address(&self, url: &str) -> io::Result<String> {
        self.reception.open_entrance(url)
    }

    /// A handle that wakes the wait from another thread.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Has the listener's own pages name this program. Without it, their titles say what they are about.
    pub fn name_pages(&self, program: &str) {
        self.reception.name_pages(program);
    }

    /// Waits for whatever comes next.
    ///
    /// # Errors
    ///
    /// [`ListenerError::TimedOut`] at the deadline, [`ListenerError::Cancelled`] when a [`Canceller`] ended the wait.
    /// Waiting again is possible after both.
    pub fn next(&mut self, deadline: Instant) -> Result<Arrival, ListenerError> {
        let left = deadline.saturating_duration_since(Instant::now());
        match self.events.recv_timeout(left) {
            Ok(Event::Arrived(arrival)) => Ok(arrival),
            Ok(Event::Cancelled) => Err(ListenerError::Cancelled),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Err(ListenerError::TimedOut)
            }
        }
    }

    /// Takes this callback, and no other: the browser is sent to an address without code and state, and waits there
    /// for the page that [`conclude`](Self::conclude) shows. Gives the callback's URL.
    pub fn accept(&self, candidate: Candidate) -> String {
        self.reception.close_the_door();
        candidate.answer(self.reception.redirect_to_outcome(), CONNECTION_TIME)
    }

    /// Shows `page` to the browser whose callback was accepted, if there is one, waiting for it for three seconds at
    /// most, and closes the listener.
    pub fn conclude(self, page: Page) {
        self.reception.conclude(page, LINGER);
    }

    /// Waits for a callback that `accept` takes, and returns its whole URL; the listener is then closed. This is
    /// [`next`](Self::next) for whoever needs nothing else.
    ///
    /// `accept` sees the URL of everything that looks like the callback. If it refuses one, for example for a foreign
    /// `state`, the answer is a bad request, and the wait goes on.
    ///
    /// # Errors
    ///
    /// [`ListenerError::TimedOut`] at the deadline, [`ListenerError::Cancelled`] when a [`Canceller`] ended the wait,
    /// [`ListenerError::OpenedTwice`] when two opened the [one-time address](Self::one_time_address).
    pub fn wait(
        mut self,
        deadline: Instant,
        mut accept: impl FnMut(&str) -> bool,
    ) -> Result<String, ListenerError> {
        loop {
            let candidate = match self.next(deadline)? {
                Arrival::Callback(candidate) => candidate,
                Arrival::EnteredAgain => return Err(ListenerError::OpenedTwice),
                Arrival::Refused(_) | Arrival::Entered => continue,
            };
            if accept(candidate.url()) {
                self.reception.close_the_door();
                return Ok(candidate.answer(self.received().response(), CONNECTION_TIME));
            }
            candidate.refuse(&self.unexpected());
        }
    }

    fn received(&self) -> Page {
        self.reception
            .page(200, "Received")
            .with_paragraph("The answer has arrived. You can close this window.")
    }

    fn unexpected(&self) -> Page {
        self.reception
            .page(400, "Not expected here")
            .with_paragraph("This is not the answer that a login is waiting for.")
    }
}

/// Nobody waits for an outcome that doesn't come any more.
impl Drop for LoopbackListener {
    fn drop(&mut self) {
        self.reception.close();
    }
}

impl fmt::Debug for LoopbackListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoopbackListener")
            .field("redirect_url", &self.redirect_url)
            .field("addresses", &self.acceptors.len())
            .finish_non_exhaustive()
    }
}

impl Canceller {
    /// Ends the wait. Does nothing once the listener is closed.
    pub fn cancel(&self) {
        let _ = self.events.send(Event::Cancelled);
    }
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canceller").finish_non_exhaustive()
    }
}

impl fmt::Display for ListenerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimedOut => {
                "nobody came back from the sign-in page in time; begin the login again"
            }
            Self::Cancelled => "the login stopped waiting for the browser",
            Self::OpenedTwice => "the address that the browser was started with was opened twice",
        })
    }
}

impl std::error::Error for ListenerError {}

/// The host and port as the browser will name them.
fn authority(host: LoopbackHost, port: u16) -> String {
    let host = match host {
        LoopbackHost::V4 => "127.0.0.1",
        LoopbackHost::V6 => "[::1]",
        LoopbackHost::Localhost => "localhost",
    };
    match port {
        80 => host.to_owned(),
        port => format!("{host}:{port}"),
    }
}
