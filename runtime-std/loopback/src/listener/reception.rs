//! Answers connections, each on its own thread.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use subtle::ConstantTimeEq as _;

use super::arrival::{Arrival, Candidate, Event, Refusal};
use super::page::{Page, redirect};
use crate::http_server::{Connection, Request, Response, Unreadable};

/// How long one connection may take, from its first byte to the end of its answer. Strangers are cut off after it, and
/// delay nobody meanwhile.
pub(super) const CONNECTION_TIME: Duration = Duration::from_secs(10);

/// How long the browser waits for the outcome of its login: longer than the requests that are made for it.
const OUTCOME_TIME: Duration = Duration::from_secs(60);

/// A body is read only so that the refusal arrives.
const MAX_BODY: usize = 16 * 1024;

/// How many refusals of a kind are told of. Anybody on this machine can cause them.
const TOLD: u8 = 3;

/// How much of a foreign path is kept for a message, in bytes.
const PATH_LEN: usize = 200;

/// Parameters that only a callback has.
const OF_A_CALLBACK: [&str; 5] = ["code", "state", "error", "id_token", "access_token"];

/// What all connections share.
pub(super) struct Reception {
    authority: String,
    /// The path of the redirect URI.
    path: String,
    /// Where the browser is shown the outcome: 128 random bits, so that nobody else is.
    outcome_path: String,
    /// What the pages name as the program.
    program: OnceLock<String>,
    events: Sender<Event>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    entrance: Option<Entrance>,
    has_told_of_entrance: bool,
    told: [u8; Refusal::KINDS],
    is_over: bool,
    closing: bool,
    outcome: Option<Page>,
    has_shown_outcome: bool,
}

/// The one-time address.
struct Entrance {
    path: String,
    /// Where it leads; taken when it is used.
    url: Option<String>,
}

impl Reception {
    pub(super) fn new(authority: String, path: &str, events: Sender<Event>) -> io::Result<Self> {
        Ok(Reception {
            authority,
            path: path.to_owned(),
            outcome_path: random_path("outcome")?,
            program: OnceLock::new(),
            events,
            state: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// The first name counts.
    pub(super) fn name_pages(&self, program: &str) {
        let _ = self.program.set(program.to_owned());
    }

    pub(super) fn page(&self, status: u16, heading: &str) -> Page {
        Page::new(status, self.program.get().map_or("Sign-in", String::as_str), heading)
    }

    pub(super) fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.authority)
    }

    /// Makes the one-time address that leads to `url`, in place of an earlier one.
    pub(super) fn open_entrance(&self, url: &str) -> io::Result<String> {
        if url.bytes().any(|byte| !byte.is_ascii_graphic()) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let path = random_path("start")?;
        let address = self.url(&path);
        self.lock().entrance = Some(Entrance { path, url: Some(url.to_owned()) });
        Ok(address)
    }

    /// The callback was accepted: nothing else is offered to the login.
    pub(super) fn close_the_door(&self) {
        self.lock().is_over = true;
    }

    pub(super) fn redirect_to_outcome(&self) -> Response {
        redirect(&self.url(&self.outcome_path))
    }

    /// Shows the outcome to the browser that was sent there, and waits until it has it.
    pub(super) fn conclude(&self, page: Page, at_most: Duration) {
        let mut state = self.lock();
        state.outcome = Some(page);
        self.changed.notify_all();
        if state.is_over {
            let waiting = |state: &mut State| !state.has_shown_outcome;
            let _ = self.changed.wait_timeout_while(state, at_most, waiting);
        }
    }

    /// Lets everybody go who waits for an outcome.
    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.changed.notify_all();
    }

    /// Reads one request, answers it, and closes.
    pub(super) fn serve(&self, mut connection: Connection) {
        let deadline = Instant::now() + CONNECTION_TIME;
        connection.close_after_next();
        let request = match connection.read(MAX_BODY, deadline) {
            Ok(request) => request,
            Err(Unreadable::Refused { status, received }) => {
                let line = format!("GET {}?", self.path);
                if received.starts_with(line.as_bytes()) {
                    self.tell(Refusal::Unreadable(status));
                }
                log::debug!("loopback listener: refused a request with {status}");
                return answer(connection, &self.refused(status), deadline);
            }
            Err(Unreadable::Gone) => return,
        };
        match self.kind(&request) {
            Kind::Entrance => self.enter(connection, deadline),
            Kind::Outcome => self.show_outcome(connection),
            Kind::Callback => self.offer(self.url(&request.target), connection, deadline),
            Kind::Refused(response) => {
                log::debug!("loopback listener: refused a request with {}", response.status);
                answer(connection, &response, deadline);
            }
        }
    }

    fn kind(&self, request: &Request) -> Kind {
        // Another name for this address means DNS rebinding, and an origin means a page's script: a redirect has
        // neither.
        if request.header("host") != Some(&self.authority) {
            return self.refuse(request, 400, Refusal::OtherHost);
        }
        if request.header("origin").is_some() && !self.is_posted_callback(request) {
            return self.refuse(request, 400, Refusal::Scripted);
        }
        let is_at = |path: &str| bool::from(request.path.as_bytes().ct_eq(path.as_bytes()));
        let kind = if self.lock().entrance.as_ref().is_some_and(|entrance| is_at(&entrance.path)) {
            Kind::Entrance
        } else if is_at(&self.outcome_path) {
            Kind::Outcome
        } else if request.path == self.path {
            Kind::Callback
        } else {
            let path = request.path.chars().take(PATH_LEN).collect();
            return self.refuse(request, 404, Refusal::OtherPath(path));
        };
        if request.method != "GET" {
            if self.is_posted_callback(request) {
                self.tell(Refusal::Posted);
            }
            return Kind::Refused(self.refused(405).with_header("Allow", "GET"));
        }
        // A browser that fetches ahead of its user throws the answer away.
        if request.header("sec-purpose").or(request.header("purpose")).is_some() {
            return Kind::Refused(self.refused(503));
        }
        kind
    }

    /// Whether a provider answers with a form (OAuth 2.0 Form Post Response Mode).
    fn is_posted_callback(&self, request: &Request) -> bool {
        request.method == "POST" && request.path == self.path
    }

    fn refuse(&self, request: &Request, status: u16, refusal: Refusal) -> Kind {
        if has_callback_parameter(request.query.as_deref().unwrap_or_default()) {
            self.tell(refusal);
        }
        Kind::Refused(self.refused(status))
    }

    fn tell(&self, refusal: Refusal) {
        let mut state = self.lock();
        if let Some(told) = state.told.get_mut(refusal.kind()).filter(|told| **told < TOLD) {
            *told += 1;
            self.send(Arrival::Refused(refusal));
        }
    }

    fn send(&self, arrival: Arrival) {
        // Without a listener nobody wants to know.
        let _ = self.events.send(Event::Arrived(arrival));
    }

    /// Sends the first who comes on to the provider. Whoever comes later ends the login: one of the two is a stranger,
    /// and nobody can tell which.
    fn enter(&self, connection: Connection, deadline: Instant) {
        let mut state = self.lock();
        let url = state.entrance.as_mut().and_then(|entrance| entrance.url.take());
        let Some(url) = url else {
            state.is_over = true;
            let has_told = std::mem::replace(&mut state.has_told_of_entrance, true);
            drop(state);
            let arrival = (!has_told).then_some(Arrival::EnteredAgain);
            // Whoever hears of it may close the listener.
            return self.answer_and_send(connection, &self.used(), deadline, arrival);
        };
        drop(state);
        self.answer_and_send(connection, &redirect(&url), deadline, Some(Arrival::Entered));
    }

    fn answer_and_send(
        &self,
        mut connection: Connection,
        response: &Response,
        deadline: Instant,
        arrival: Option<Arrival>,
    ) {
        write(&mut connection, response, deadline);
        if let Some(arrival) = arrival {
            self.send(arrival);
        }
        connection.drain(deadline);
    }

    /// Hands a callback to the waiting login, and writes its answer.
    fn offer(&self, url: String, mut connection: Connection, deadline: Instant) {
        if self.lock().is_over {
            return answer(connection, &self.over(), deadline);
        }
        let (verdict, verdict_given) = channel();
        let (page_written, written) = channel();
        self.send(Arrival::Callback(Candidate { url, verdict, written }));
        let left = deadline.saturating_duration_since(Instant::now());
        let response = verdict_given.recv_timeout(left).unwrap_or_else(|_| self.refused(503));
        write(&mut connection, &response, deadline);
        drop(page_written);
        connection.drain(deadline);
    }

    /// Waits for the outcome, and shows it.
    fn show_outcome(&self, mut connection: Connection) {
        let unknown = |state: &mut State| state.outcome.is_none() && !state.closing;
        let waited = self.changed.wait_timeout_while(self.lock(), OUTCOME_TIME, unknown);
        let outcome = waited.unwrap_or_else(PoisonError::into_inner).0.outcome.clone();
        let deadline = Instant::now() + CONNECTION_TIME;
        write(&mut connection, &outcome.unwrap_or_else(|| self.unfinished()).response(), deadline);
        self.lock().has_shown_outcome = true;
        self.changed.notify_all();
        connection.drain(deadline);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing here can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a request is.
enum Kind {
    Callback,
    Entrance,
    Outcome,
    Refused(Response),
}

/// What it says itself.
impl Reception {
    fn refused(&self, status: u16) -> Response {
        let page = self.page(status, "Not expected here");
        page.with_paragraph("This is not the answer that a login is waiting for.").response()
    }

    fn over(&self) -> Response {
        let page = self.page(410, "Already used");
        page.with_paragraph("The answer has arrived before. You can close this window.").response()
    }

    fn used(&self) -> Response {
        self.page(410, "Already used")
            .with_paragraph("This address works once, and it was opened before. The login was ended.")
            .with_paragraph(
                "Begin it again in the terminal. If you opened the address only once, somebody else on this machine \
                 did too: tell whoever administers it.",
            )
            .response()
    }

    fn unfinished(&self) -> Page {
        self.page(503, "Not finished")
            .with_paragraph("The terminal in which the login was begun says what became of it.")
    }
}

fn has_callback_parameter(query: &str) -> bool {
    query.split('&').any(|pair| OF_A_CALLBACK.contains(&pair.split('=').next().unwrap_or_default()))
}

fn answer(mut connection: Connection, response: &Response, deadline: Instant) {
    write(&mut connection, response, deadline);
    connection.drain(deadline);
}

fn write(connection: &mut Connection, response: &Response, deadline: Instant) {
    // A client that left before the answer loses only the page.
    let _ = connection.write(response, deadline);
    connection.finish_writing();
}

fn random_path(name: &str) -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("/{name}/{hex}"))
}
