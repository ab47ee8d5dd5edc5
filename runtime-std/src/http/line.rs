//! Connections to one place.

use std::cell::Cell;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use onerealm_core::{HttpRequest, Method};
use rustls::ClientConfig;
use ureq::{Agent, Proxy};

use super::answer::Answer;
use super::error::Cause;
use super::framing::HEAD_LEN;
use super::names::Names;
use super::transport;
use super::trust::Trust;

/// The default time limit for a whole call.
pub const DEADLINE: Duration = Duration::from_secs(20);
/// How long a connection may wait for the next request of its login: as long as a whole call, for
/// slow machines. If the provider closes it meanwhile, that is noticed.
pub(super) const IDLE: Duration = DEADLINE;
/// Room for what arrives, in bytes: the longest head, and more. ureq reads a head once it is whole.
const INPUT: usize = HEAD_LEN + 16 * 1024;
/// Room for what is sent, in bytes: at least so much, more for a longer line of a head, which is sent in one piece, and
/// never more than that.
const OUTPUT: RangeInclusive<usize> = 16 * 1024..=128 * 1024;
/// The most that a head's line has besides a URL or a value.
const LINE_REST: usize = 64;

/// An agent with its own connections.
pub(super) struct Line {
    pub(super) trust: Trust,
    /// The URL of its first request.
    pub(super) url: String,
    /// Its TLS.
    pub(super) client: Arc<ClientConfig>,
    /// Room for each line of a request's head.
    pub(super) room: usize,
    agent: Agent,
    names: Arc<Names>,
    /// How many requests it has made.
    connections: Arc<AtomicUsize>,
    /// Whether the last answer came over a reused connection: then the other side keeps connections
    /// open.
    pub(super) is_proven: Cell<bool>,
}

impl Line {
    /// With `room` as [`room_for`] tells it.
    pub(super) fn new(
        trust: Trust,
        url: &str,
        client: Arc<ClientConfig>,
        names: &Arc<Names>,
        room: usize,
        idle: Duration,
    ) -> Self {
        let config = Agent::config_builder()
            .proxy(None)
            .max_idle_age(idle)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(HEAD_LEN)
            .input_buffer_size(INPUT)
            .output_buffer_size(room)
            .accept("")
            .accept_encoding("")
            .user_agent(concat!("onerealm/", env!("CARGO_PKG_VERSION")))
            .build();
        let connections = Arc::new(AtomicUsize::new(0));
        let names = Arc::clone(names);
        let (tls, count) = (Arc::clone(&client), Arc::clone(&connections));
        let agent = transport::agent(config, Arc::clone(&names), tls, count);
        let url = url.to_owned();
        Line { trust, url, client, room, agent, names, connections, is_proven: Cell::new(false) }
    }

    /// Sends `request`; repeats a `GET` if a used connection breaks without an answer.
    pub(super) fn exchange(
        &self,
        request: &HttpRequest<'_>,
        proxy: Option<Proxy>,
        deadline: Instant,
        limit: u64,
    ) -> Result<Answer, Cause> {
        let _watch = proxy.is_some().then(|| self.watch(deadline)).transpose()?;
        log::debug!("{} {}", request.method, told(request));
        self.is_proven.set(false);
        let before = self.connections.load(Ordering::Relaxed);
        let was_over_an_old_one =
            || before > 0 && before == self.connections.load(Ordering::Relaxed);
        let mut response = self.run(request, proxy.clone(), deadline);
        let is_broken = matches!(response, Err(Cause::Connection(_)));
        if is_broken && was_over_an_old_one() && request.method == Method::Get {
            response = self.run(request, proxy, deadline);
        }
        let answer = response.and_then(|response| Answer::read(response, request, limit));
        // The watch may have cut the connection, which can surface as any error.
        if Instant::now() >= deadline {
            return Err(Cause::Timeout);
        }
        let answer = answer?;
        self.is_proven.set(was_over_an_old_one());
        log::debug!("{} {}: status {}", request.method, told(request), answer.status);
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
        let message = message.proxy(proxy.clone()).timeout_global(Some(remaining)).build();
        let response = self.agent.run(message);
        if response.is_err() {
            transport::forget(&self.names, request.url, proxy.as_ref());
        }
        Ok(response?)
    }

    /// Cuts the connections at `deadline`, unless the sender is dropped first: ureq restarts its
    /// timeout with each byte of a proxy's answer to `CONNECT`.
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

/// The room that a request's head needs, of which most have no long line.
pub(super) fn room_for(request: &HttpRequest<'_>) -> usize {
    let longest = request.authorization.map_or(0, str::len).max(request.url.len());
    (longest + LINE_REST).clamp(*OUTPUT.start(), *OUTPUT.end())
}

/// The URL, for messages. The query of a page has a login's state and nonce.
pub(super) fn told<'u>(request: &HttpRequest<'u>) -> &'u str {
    let is_page = *request == HttpRequest::page(request.url);
    let without_query = || request.url.split('?').next();
    is_page.then(without_query).flatten().unwrap_or(request.url)
}

fn message<'b>(
    request: &HttpRequest<'b>,
) -> Result<ureq::http::Request<&'b [u8]>, ureq::http::Error> {
    let method = request.method.to_string();
    let mut message = ureq::http::Request::builder().method(method.as_str()).uri(request.url);
    for (name, value) in request.headers() {
        message = message.header(name, value);
    }
    message.body(request.body)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::http::trust::Clients;

    #[test]
    fn a_host_that_moved_is_found_after_a_connection_to_it_failed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let before = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let host = format!("localhost:{}", listener.local_addr().unwrap().port());
        let (url, deadline) = (format!("http://{host}/keys"), Instant::now() + DEADLINE);
        let names = Arc::<Names>::default();
        names.addresses(&host, deadline, || (), || Ok(vec![before])).unwrap();
        let client = Clients::default().of(&Trust::Nobody).unwrap();
        let line = Line::new(Trust::Nobody, &url, client, &names, 1024, IDLE);
        let exchange = || line.exchange(&HttpRequest::page(&url), None, deadline, 100);
        assert!(matches!(exchange(), Err(Cause::Connection(_))));
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        });
        assert_eq!(exchange().unwrap().status, 204);
        server.join().unwrap();
    }
}
