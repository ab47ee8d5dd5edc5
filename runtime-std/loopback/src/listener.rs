//! Waits for the callback, and answers everything else.

mod sockets;

use std::fmt;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

pub use self::sockets::LoopbackHost;
use crate::http_server::{Acceptor, Connection, Request, Response, Unreadable};

/// How long one connection may take, from its first byte to the end of its answer. Strangers are cut off after it, and
/// delay nobody meanwhile.
const CONNECTION_TIME: Duration = Duration::from_secs(10);

/// How many connections to one address are open at once. Browsers open up to six.
const MAX_CONNECTIONS: usize = 64;

/// A body is read only so that the refusal arrives.
const MAX_BODY: usize = 16 * 1024;

const RECEIVED: &str = "The answer has arrived. You can close this window.";
const REFUSED: &str = "This is not the answer that a login is waiting for.";

/// Listens for the redirect of one login.
pub struct LoopbackListener {
    redirect_url: String,
    events: Receiver<Event>,
    canceller: Canceller,
    acceptors: Vec<Acceptor>,
}

/// Ends the wait of a [`LoopbackListener`] from another thread.
#[derive(Clone, Debug)]
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
}

impl LoopbackListener {
    /// Listens on the loopback addresses of `host`, on a free port unless one is given; only `path` is the callback.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if `path` does not begin with `/` or has more than a path; otherwise the system's error.
    pub fn bind(host: LoopbackHost, port: Option<u16>, path: &str) -> io::Result<Self> {
        let is_path = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte));
        if !path.starts_with('/') || !is_path {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let (listeners, port) = sockets::listen(host, port)?;
        let callback = Callback { authority: authority(host, port), path: path.to_owned() };
        let redirect_url = callback.redirect_url();
        let (sender, events) = channel();
        let mut acceptors = Vec::new();
        for listener in listeners {
            let (callback, sender) = (callback.clone(), sender.clone());
            acceptors.push(Acceptor::start(listener, MAX_CONNECTIONS, move |connection| {
                serve(connection, &callback, &sender);
            })?);
        }
        Ok(Self { redirect_url, events, canceller: Canceller { events: sender }, acceptors })
    }

    /// The redirect URI, for example `http://127.0.0.1:51004/callback`.
    pub fn redirect_url(&self) -> &str {
        &self.redirect_url
    }

    /// A handle that ends the wait from another thread.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Waits for a callback that `accept` takes, and returns its whole URL; the listener is then closed.
    ///
    /// `accept` sees the URL of everything that looks like the callback. If it refuses one, for example for a foreign
    /// `state`, the answer is a bad request, and the wait goes on.
    ///
    /// # Errors
    ///
    /// [`ListenerError::TimedOut`] at the deadline, [`ListenerError::Cancelled`] when a [`Canceller`] ended the wait.
    pub fn wait(
        self,
        deadline: Instant,
        mut accept: impl FnMut(&str) -> bool,
    ) -> Result<String, ListenerError> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let offer = match self.events.recv_timeout(left) {
                Ok(Event::Offered(offer)) => offer,
                Ok(Event::Cancelled) => return Err(ListenerError::Cancelled),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return Err(ListenerError::TimedOut);
                }
            };
            let is_accepted = accept(&offer.url);
            // The connection may have been cut meanwhile, but the answer was received.
            let _ = offer.verdict.send(is_accepted);
            if is_accepted {
                // Ends when the page is written; closing the listener earlier would cut it off.
                let _ = offer.written.recv_timeout(CONNECTION_TIME);
                return Ok(offer.url);
            }
        }
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
    /// Ends the wait. Does nothing once the wait is over.
    pub fn cancel(&self) {
        let _ = self.events.send(Event::Cancelled);
    }
}

impl fmt::Display for ListenerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimedOut => {
                "nobody came back from the sign-in page in time; begin the login again"
            }
            Self::Cancelled => "the login stopped waiting for the browser",
        })
    }
}

impl std::error::Error for ListenerError {}

/// Events during a wait.
enum Event {
    Offered(Offer),
    Cancelled,
}

/// A delivered callback, and the channel for its verdict.
struct Offer {
    url: String,
    verdict: Sender<bool>,
    /// Nothing is ever sent: it disconnects when the page is written.
    written: Receiver<()>,
}

/// How to recognise the callback.
#[derive(Clone)]
struct Callback {
    authority: String,
    path: String,
}

impl Callback {
    fn redirect_url(&self) -> String {
        format!("http://{}{}", self.authority, self.path)
    }

    /// The URL of the callback, or the answer to anything else.
    fn url(&self, request: &Request) -> Result<String, Response> {
        // Another name for this address means DNS rebinding, and an origin means a page's script: a redirect has
        // neither.
        if request.header("host") != Some(&self.authority) || request.header("origin").is_some() {
            return Err(page(400, REFUSED));
        }
        if request.path != self.path {
            return Err(page(404, REFUSED));
        }
        if request.method != "GET" {
            return Err(page(405, REFUSED).with_header("Allow", "GET"));
        }
        Ok(format!("http://{}{}", self.authority, request.target))
    }
}

/// Reads one request, answers it, and closes.
fn serve(mut connection: Connection, callback: &Callback, events: &Sender<Event>) {
    let deadline = Instant::now() + CONNECTION_TIME;
    connection.close_after_next();
    let url = match connection.read(MAX_BODY, deadline) {
        Ok(request) => callback.url(&request),
        Err(Unreadable::Refused { status, .. }) => Err(page(status, REFUSED)),
        Err(Unreadable::Gone) => return,
    };
    match url {
        Ok(url) => offer(url, connection, events, deadline),
        Err(response) => {
            log::debug!("loopback listener: refused a request with {}", response.status);
            answer(&mut connection, &response, deadline);
            connection.drain(deadline);
        }
    }
}

/// Hands a callback to the waiting login, and writes the page for its verdict.
fn offer(url: String, mut connection: Connection, events: &Sender<Event>, deadline: Instant) {
    let (verdict, verdict_given) = channel();
    let (page_written, written) = channel();
    let offer = Offer { url, verdict, written };
    // Without a listener there is no verdict.
    let _ = events.send(Event::Offered(offer));
    let left = deadline.saturating_duration_since(Instant::now());
    let response = match verdict_given.recv_timeout(left) {
        Ok(true) => page(200, RECEIVED),
        Ok(false) => page(400, REFUSED),
        Err(_) => page(503, REFUSED),
    };
    answer(&mut connection, &response, deadline);
    drop(page_written);
    connection.drain(deadline);
}

fn answer(connection: &mut Connection, response: &Response, deadline: Instant) {
    // A client that left before the answer loses only the page.
    let _ = connection.write(response, deadline);
    connection.finish_writing();
}

/// A page that repeats nothing from the request, and links nowhere.
fn page(status: u16, text: &str) -> Response {
    let body = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Sign-in</title>\n\
         <style>body {{ font: 1.2em sans-serif; margin: 4em auto; max-width: 30em }}</style>\n<p>{text}</p>\n</html>\n"
    );
    Response::new(status)
        .with_header("Cache-Control", "no-store")
        .with_header("Referrer-Policy", "no-referrer")
        .with_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        .with_header("X-Content-Type-Options", "nosniff")
        .with_body("text/html; charset=utf-8", body)
}

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
