//! Requests that follow one another closely, as token and userinfo request of a login.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use onerealm_core::{HttpRequest, Method};
use rustls::ClientConfig;
use ureq::unversioned::transport::{ConnectProxyConnector, Connector, TcpConnector};
use ureq::{Agent, Proxy};

use super::error::Cause;
use super::kept::Lines;
use super::names::Names;
use super::proxy;
use super::tls::TlsConnector;
use super::trust::Trust;
use super::{Answer, Http, HttpError};

/// The longest header section of a response, in bytes.
const HEADERS_LEN: usize = 32 * 1024;
/// How long a connection may wait for the next request of its login: as long as a call may take. On a slow machine, one
/// doesn't follow the other at once; and a provider that has closed it meanwhile is noticed.
const IDLE: Duration = super::DEADLINE;

/// A connection for the requests that go to one place. When this is dropped, so is the connection,
/// or it is left for the next one.
pub(crate) struct Conversation<'h> {
    http: &'h Http,
    /// Where it finds a line of another one, and leaves its own.
    kept: Option<&'h Lines>,
    line: RefCell<Option<Line>>,
}

impl<'h> Conversation<'h> {
    pub(super) fn new(http: &'h Http, kept: Option<&'h Lines>) -> Self {
        Conversation { http, kept, line: RefCell::default() }
    }

    /// Sends `request` as it is. Its answer must be bound to it by something that it says.
    ///
    /// Once, unless it only looks something up, and the connection of the request before broke without
    /// an answer: the other side may close it at the very moment.
    pub(crate) fn send(
        &self,
        request: &HttpRequest<'_>,
        ca_file: Option<&Path>,
        deadline: Instant,
    ) -> Result<Answer, HttpError> {
        let proxy = proxy::for_url(request.url).map_err(|_| Cause::Proxy);
        let is_proxied = matches!(proxy, Ok(Some(_)));
        let answer = proxy.and_then(|proxy| {
            let mut line = self.line.borrow_mut();
            self.line_to(&mut line, request.url, ca_file)?.exchange(request, proxy, deadline)
        });
        answer.map_err(|cause| HttpError { url: request.url.to_owned(), is_proxied, cause })
    }

    /// The line whose trust store is that of `ca_file`, or else the system's. A request to this
    /// machine that goes without TLS needs none, and loads none.
    fn line_to<'l>(
        &self,
        line: &'l mut Option<Line>,
        url: &str,
        ca_file: Option<&Path>,
    ) -> Result<&'l Line, Cause> {
        let trust = Trust::of(url, ca_file)?;
        let own = line.take().filter(|line| line.trust == trust);
        let known = own.or_else(|| self.kept?.take(|line| line.begins_with(url, &trust)));
        match known {
            Some(known) => Ok(line.insert(known)),
            None => {
                let client = self.http.client(&trust)?;
                let idle = self.kept.and_then(Lines::idle).unwrap_or_default().max(IDLE);
                Ok(line.insert(Line::new(trust, url, client, idle)))
            }
        }
    }
}

impl Drop for Conversation<'_> {
    fn drop(&mut self) {
        let line = self.line.take().filter(|line| line.is_proven.get());
        if let (Some(kept), Some(line)) = (self.kept, line) {
            kept.put(line);
        }
    }
}

/// An agent with connections of its own.
pub(super) struct Line {
    trust: Trust,
    /// Of its first request.
    url: String,
    agent: Agent,
    /// How many it has made.
    connections: Arc<AtomicUsize>,
    /// Whether the last answer came over a connection that had brought one before: its other side
    /// does keep connections.
    is_proven: Cell<bool>,
}

impl Line {
    pub(super) fn new(trust: Trust, url: &str, client: Arc<ClientConfig>, idle: Duration) -> Self {
        let config = Agent::config_builder()
            .proxy(None)
            .max_idle_age(idle)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(HEADERS_LEN)
            .accept("")
            .accept_encoding("")
            .user_agent(concat!("onerealm/", env!("CARGO_PKG_VERSION")))
            .build();
        let connections = Arc::new(AtomicUsize::new(0));
        let connector =
            ().chain(ConnectProxyConnector::default())
                .chain(TcpConnector::default())
                .chain(TlsConnector { client, connections: Arc::clone(&connections) });
        let agent = Agent::with_parts(config, connector, Names::default());
        let url = url.to_owned();
        Line { trust, url, agent, connections, is_proven: Cell::new(false) }
    }

    pub(super) fn begins_with(&self, url: &str, trust: &Trust) -> bool {
        self.url == url && self.trust == *trust
    }

    fn exchange(
        &self,
        request: &HttpRequest<'_>,
        proxy: Option<Proxy>,
        deadline: Instant,
    ) -> Result<Answer, Cause> {
        let _watch = proxy.is_some().then(|| self.watch(deadline)).transpose()?;
        log::debug!("{} {}", request.method, request.url);
        self.is_proven.set(false);
        let before = self.connections.load(Ordering::Relaxed);
        let was_over_an_old_one =
            || before > 0 && before == self.connections.load(Ordering::Relaxed);
        let mut response = self.run(request, proxy.clone(), deadline);
        let is_broken = matches!(response, Err(Cause::Connection(_)));
        if is_broken && was_over_an_old_one() && request.method == Method::Get {
            response = self.run(request, proxy, deadline);
        }
        let answer = response.and_then(Answer::read);
        // Where the watch ended the connection, whatever else seems to have happened.
        if Instant::now() >= deadline {
            return Err(Cause::Timeout);
        }
        let answer = answer?;
        self.is_proven.set(was_over_an_old_one());
        log::debug!("{} {}: status {}", request.method, request.url, answer.status);
        Ok(answer)
    }

    fn run(
        &self,
        request: &HttpRequest<'_>,
        proxy: Option<Proxy>,
        deadline: Instant,
    ) -> Result<ureq::http::Response<ureq::Body>, Cause> {
        let remaining = deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            return Err(Cause::Timeout);
        }
        let message = message(request).map_err(|_| Cause::Protocol)?;
        let message = self.agent.configure_request(message);
        let message = message.proxy(proxy).timeout_global(Some(remaining)).build();
        Ok(self.agent.run(message)?)
    }

    /// Ends the connections at `deadline`, unless the sender is dropped before: to each byte of a
    /// proxy's answer to `CONNECT`, ureq gives the whole time anew.
    fn watch(&self, deadline: Instant) -> Result<mpsc::Sender<()>, Cause> {
        let remaining = deadline.saturating_duration_since(Instant::now());
        let watched = self.agent.clone();
        let (done, watch) = mpsc::channel();
        thread::Builder::new()
            .name("deadline".to_owned())
            .spawn(move || {
                if watch.recv_timeout(remaining) == Err(mpsc::RecvTimeoutError::Timeout) {
                    watched.shutdown();
                }
            })
            .map_err(Cause::Connection)?;
        Ok(done)
    }
}

fn message(request: &HttpRequest<'_>) -> Result<ureq::http::Request<Vec<u8>>, ureq::http::Error> {
    let method = match request.method {
        Method::Get => ureq::http::Method::GET,
        Method::Post => ureq::http::Method::POST,
    };
    let mut message = ureq::http::Request::builder().method(method).uri(request.url);
    for (name, value) in request.headers() {
        message = message.header(name, value);
    }
    message.body(request.body.to_vec())
}
