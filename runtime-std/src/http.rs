//! Sends the core's requests over blocking HTTP, and holds no rule of the protocol.
//!
//! TLS always, except to this machine; no redirects; a connection for each request; bodies capped
//! while they arrive; one deadline for a whole call, however slowly the bytes drip.

mod caching;
mod error;
mod trust;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use onerealm_core::{HttpRequest, HttpResponse, Method};
use ureq::http::header::{
    AGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING,
};
use ureq::http::{HeaderMap, HeaderValue, Version};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Proxy};
use zeroize::Zeroizing;

use self::caching::Caching;
use self::error::Cause;
pub use self::error::HttpError;
use self::trust::Trust;
use crate::{crypto, proxy};

/// The longest body that is read, in bytes: what the core reads as JSON is shorter.
const BODY_LEN: u64 = 1 << 20;
/// The longest header section of a response, in bytes.
const HEADERS_LEN: usize = 32 * 1024;
/// How long a whole call may take unless told otherwise.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// The trust stores of this process. Nothing is loaded or started before the first request.
#[derive(Default)]
pub(crate) struct Http {
    agents: Mutex<Vec<(Trust, Agent)>>,
}

impl Http {
    /// Sends `request` as it is, once.
    pub(crate) fn send(
        &self,
        request: &HttpRequest<'_>,
        ca_file: Option<&Path>,
        deadline: Instant,
    ) -> Result<Answer, HttpError> {
        let proxy = proxy::for_url(request.url).map_err(|_| Cause::Proxy);
        let is_proxied = matches!(proxy, Ok(Some(_)));
        proxy
            .and_then(|proxy| self.exchange(request, proxy, ca_file, deadline))
            .map_err(|cause| HttpError { url: request.url.to_owned(), is_proxied, cause })
    }

    /// A name for whom a request to `url` trusts: two that differ may meet different providers.
    pub(crate) fn trust(&self, url: &str, ca_file: Option<&Path>) -> Result<String, HttpError> {
        Trust::of(url, ca_file).map(|trust| trust.name()).map_err(|cause| HttpError {
            url: url.to_owned(),
            is_proxied: false,
            cause,
        })
    }

    fn exchange(
        &self,
        request: &HttpRequest<'_>,
        proxy: Option<Proxy>,
        ca_file: Option<&Path>,
        deadline: Instant,
    ) -> Result<Answer, Cause> {
        let remaining = deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            return Err(Cause::Timeout);
        }
        let agent = self.agent(request.url, ca_file)?;
        let (agent, _watch) = match proxy {
            None => (agent, None),
            Some(_) => watched(&agent, remaining)?,
        };
        let message = message(request).map_err(|_| Cause::Protocol)?;
        let message =
            agent.configure_request(message).proxy(proxy).timeout_global(Some(remaining)).build();
        log::debug!("{} {}", request.method, request.url);
        let answer = agent.run(message).map_err(Cause::from).and_then(Answer::read);
        // Where the watch ended the connection, whatever else seems to have happened.
        if Instant::now() >= deadline {
            return Err(Cause::Timeout);
        }
        let answer = answer?;
        log::debug!("{} {}: status {}", request.method, request.url, answer.status);
        Ok(answer)
    }

    /// The agent whose trust store is that of `ca_file`, or else the system's. A request to this
    /// machine that goes without TLS needs none, and loads none.
    fn agent(&self, url: &str, ca_file: Option<&Path>) -> Result<Agent, Cause> {
        let trust = Trust::of(url, ca_file)?;
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, agent)) = agents.iter().find(|(known, _)| *known == trust) {
            return Ok(agent.clone());
        }
        let agent = new_agent(&trust)?;
        agents.retain(|(known, _)| known.path().is_none() || known.path() != trust.path());
        agents.push((trust, agent.clone()));
        Ok(agent)
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}

/// An agent like this one whose connections end after `remaining`, unless the sender is dropped
/// before: to each byte of a proxy's answer to `CONNECT`, ureq gives the whole time anew.
fn watched(agent: &Agent, remaining: Duration) -> Result<(Agent, Option<mpsc::Sender<()>>), Cause> {
    let agent = agent.config().clone().new_agent();
    let watched = agent.clone();
    let (done, watch) = mpsc::channel();
    thread::Builder::new()
        .name("deadline".to_owned())
        .spawn(move || {
            if watch.recv_timeout(remaining) == Err(mpsc::RecvTimeoutError::Timeout) {
                watched.shutdown();
            }
        })
        .map_err(Cause::Connection)?;
    Ok((agent, Some(done)))
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

/// What came back.
pub(crate) struct Answer {
    status: u16,
    content_type: Option<String>,
    caching: Caching,
    body: Zeroizing<Vec<u8>>,
}

impl Answer {
    fn read(mut response: ureq::http::Response<ureq::Body>) -> Result<Self, Cause> {
        check_framing(response.version(), response.headers())?;
        let status = response.status().as_u16();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        let said = |name| response.headers().get_all(name).iter().map(HeaderValue::as_bytes);
        let caching = Caching::of(said(CACHE_CONTROL), said(AGE));
        let body = response.body_mut().with_config().limit(BODY_LEN).read_to_vec()?;
        Ok(Answer { status, content_type, caching, body: Zeroizing::new(body) })
    }

    /// One that was read before, and kept.
    pub(crate) fn kept(content_type: Option<&str>, body: &[u8]) -> Self {
        Answer {
            status: 200,
            content_type: content_type.map(str::to_owned),
            caching: Caching::of(std::iter::empty(), std::iter::empty()),
            body: Zeroizing::new(body.to_vec()),
        }
    }

    pub(crate) fn caching(&self) -> Caching {
        self.caching
    }

    pub(crate) fn response(&self) -> HttpResponse<'_> {
        HttpResponse {
            status: self.status,
            content_type: self.content_type.as_deref(),
            body: &self.body,
        }
    }
}

/// Refuses what one reader would read so and another one so, and what is encoded.
fn check_framing(version: Version, headers: &HeaderMap) -> Result<(), Cause> {
    let is = |value: &HeaderValue, word: &str| {
        value.as_bytes().trim_ascii().eq_ignore_ascii_case(word.as_bytes())
    };
    if headers.get_all(CONTENT_ENCODING).iter().any(|coding| !is(coding, "identity")) {
        return Err(Cause::Encoded);
    }
    let once = [CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING];
    let is_said_once = once.iter().all(|name| headers.get_all(name).iter().count() <= 1);
    let is_framed_once = match (headers.get(CONTENT_LENGTH), headers.get(TRANSFER_ENCODING)) {
        (None, None) => true,
        (Some(length), None) => length.as_bytes().trim_ascii().iter().all(u8::is_ascii_digit),
        (None, Some(coding)) => is(coding, "chunked") && version == Version::HTTP_11,
        (Some(_), Some(_)) => false,
    };
    if is_said_once && is_framed_once { Ok(()) } else { Err(Cause::Protocol) }
}

fn new_agent(trust: &Trust) -> Result<Agent, Cause> {
    let certificates: Vec<_> = trust
        .certificates()?
        .iter()
        .map(|certificate| Certificate::from_der(certificate).to_owned())
        .collect();
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::new_with_certs(&certificates))
        .unversioned_rustls_crypto_provider(Arc::new(crypto::provider()))
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .proxy(None)
        // A connection that waits for another request may bring an answer that was not asked for
        // (ureq looks for one below TLS only), or be closed by the provider at the very moment
        // when a token request is sent, which can't be sent again.
        .max_idle_connections(0)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .max_response_header_size(HEADERS_LEN)
        .accept("")
        .accept_encoding("")
        .user_agent(concat!("onerealm/", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(config.new_agent())
}
