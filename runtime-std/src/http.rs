//! Sends the core's requests over blocking HTTP, and holds no rule of the protocol.
//!
//! TLS always, except to this machine; no redirects; a connection for each request; bodies capped
//! while they arrive; one deadline for a whole call, however slowly the bytes drip.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use onerealm_core::wire::Uri;
use onerealm_core::{HttpRequest, HttpResponse, Method};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use ureq::http::{HeaderMap, HeaderValue, Version};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Proxy};
use zeroize::Zeroizing;

use crate::proxy;

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
    body: Zeroizing<Vec<u8>>,
}

impl Answer {
    fn read(mut response: ureq::http::Response<ureq::Body>) -> Result<Self, Cause> {
        check_framing(response.version(), response.headers())?;
        let status = response.status().as_u16();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        let body = response.body_mut().with_config().limit(BODY_LEN).read_to_vec()?;
        Ok(Answer { status, content_type, body: Zeroizing::new(body) })
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

/// Which certificates are trusted: those of a file with this content, or the system's.
#[derive(PartialEq)]
enum Trust {
    Nobody,
    System,
    File { path: PathBuf, pem: Vec<u8> },
}

impl Trust {
    fn of(url: &str, ca_file: Option<&Path>) -> Result<Self, Cause> {
        if Uri::parse(url).is_ok_and(|uri| uri.has_scheme("http")) {
            return Ok(Trust::Nobody);
        }
        let Some(path) = ca_file else { return Ok(Trust::System) };
        // Read each time: a file that replaces another may have its time and its length.
        let pem = std::fs::read(path)
            .map_err(|source| Cause::CaFile { path: path.to_owned(), source: Some(source) })?;
        Ok(Trust::File { path: path.to_owned(), pem })
    }

    fn path(&self) -> Option<&Path> {
        match self {
            Trust::Nobody | Trust::System => None,
            Trust::File { path, .. } => Some(path),
        }
    }

    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, Cause> {
        match self {
            Trust::Nobody => Ok(Vec::new()),
            // SSL_CERT_FILE and SSL_CERT_DIR are honoured here.
            Trust::System => Ok(rustls_native_certs::load_native_certs().certs),
            Trust::File { path, pem } => {
                let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
                let usable = certificates.ok().filter(|certificates| !certificates.is_empty());
                usable.ok_or_else(|| Cause::CaFile { path: path.clone(), source: None })
            }
        }
    }
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
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
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

/// A request that got no answer.
#[derive(Debug)]
pub struct HttpError {
    /// Where it went.
    pub url: String,
    is_proxied: bool,
    /// Why.
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Timeout,
    Host,
    Connection(io::Error),
    Tls(&'static str),
    UnknownIssuer,
    CaFile { path: PathBuf, source: Option<io::Error> },
    Proxy,
    ProxyRefused,
    TooLong,
    Encoded,
    Protocol,
}

impl HttpError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self.cause {
            Cause::Timeout => "network_timeout",
            Cause::Host => "network_host",
            Cause::Connection(_) => "network_connection",
            Cause::Tls(_) => "tls",
            Cause::UnknownIssuer => "tls_unknown_issuer",
            Cause::CaFile { .. } => "ca_file",
            Cause::Proxy => "proxy",
            Cause::ProxyRefused => "proxy_refused",
            Cause::TooLong => "http_too_long",
            Cause::Encoded => "http_encoded",
            Cause::Protocol => "http_protocol",
        }
    }

    /// Every code.
    pub const CODES: &'static [&'static str] = &[
        "network_timeout",
        "network_host",
        "network_connection",
        "tls",
        "tls_unknown_issuer",
        "ca_file",
        "proxy",
        "proxy_refused",
        "http_too_long",
        "http_encoded",
        "http_protocol",
    ];

    /// Whether it failed here, before anything was sent.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.cause, Cause::CaFile { .. } | Cause::Proxy)
    }

    /// What an administrator can do.
    pub fn advice(&self) -> Option<&'static str> {
        match self.cause {
            Cause::UnknownIssuer => Some(
                "if the provider's certificate is from a private CA, name the CA's certificate in the realm's ca-file, in SSL_CERT_FILE, or add it to the system's trust store",
            ),
            Cause::Host => Some("check the issuer-url's host name, and this machine's resolver"),
            Cause::Timeout | Cause::Connection(_) => Some(
                "check that this machine reaches the provider, and whether a proxy is needed (all_proxy, https_proxy, no_proxy)",
            ),
            _ => None,
        }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let proxied = if self.is_proxied { " through the proxy of the environment" } else { "" };
        write!(f, "no answer from {}{proxied}: ", self.url)?;
        match &self.cause {
            Cause::Timeout => f.write_str("it took too long"),
            Cause::Host => f.write_str("its host is not known"),
            Cause::Connection(source) => write!(f, "the connection failed: {source}"),
            Cause::Tls(reason) => write!(f, "TLS failed: {reason}"),
            Cause::UnknownIssuer => {
                f.write_str("its certificate is not issued by a certificate authority that is trusted here")
            }
            Cause::CaFile { path, source: Some(source) } => {
                write!(f, "the realm's ca-file {} can't be read: {source}", path.display())
            }
            Cause::CaFile { path, source: None } => {
                write!(f, "the realm's ca-file {} holds no certificate in PEM form", path.display())
            }
            Cause::Proxy => f.write_str(
                "the proxy named in the environment (all_proxy or https_proxy) is not like http://proxy.example:3128",
            ),
            Cause::ProxyRefused => f.write_str("it refused to connect"),
            Cause::TooLong => f.write_str("the answer is longer than any that is read here"),
            Cause::Encoded => f.write_str("the answer is compressed, though that was not asked for"),
            Cause::Protocol => f.write_str("the answer is no valid HTTP"),
        }
    }
}

impl std::error::Error for HttpError {}

impl From<ureq::Error> for Cause {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::Timeout(_) => Cause::Timeout,
            ureq::Error::HostNotFound => Cause::Host,
            ureq::Error::ConnectionFailed => {
                Cause::Connection(io::ErrorKind::ConnectionRefused.into())
            }
            ureq::Error::Rustls(error) => Cause::of_tls(&error),
            ureq::Error::Tls(_) => Cause::Tls("its host is no name for a certificate"),
            ureq::Error::BodyExceedsLimit(_) | ureq::Error::LargeResponseHeader(..) => {
                Cause::TooLong
            }
            ureq::Error::InvalidProxyUrl => Cause::Proxy,
            ureq::Error::ConnectProxyFailed(_) => Cause::ProxyRefused,
            ureq::Error::Io(error) => Cause::of_io(error),
            _ => Cause::Protocol,
        }
    }
}

impl Cause {
    /// Nothing of `error` is repeated but what this system says: the rest may be the network's.
    fn of_io(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::TimedOut {
            return Cause::Timeout;
        }
        if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Cause::of_tls(tls);
        }
        // What `std` says of every name that has no address; it has no kind of its own.
        if error.to_string().starts_with("failed to lookup address information") {
            return Cause::Host;
        }
        match error.raw_os_error() {
            Some(_) => Cause::Connection(error),
            None => Cause::Connection(error.kind().into()),
        }
    }

    /// A certificate's names and a peer's messages are somebody else's text, and not repeated.
    fn of_tls(error: &rustls::Error) -> Self {
        use rustls::CertificateError as Certificate;
        use rustls::Error as Tls;
        Cause::Tls(match error {
            // The signature is that of another authority with a trusted one's name.
            Tls::InvalidCertificate(Certificate::UnknownIssuer | Certificate::BadSignature) => {
                return Cause::UnknownIssuer;
            }
            Tls::InvalidCertificate(Certificate::Expired | Certificate::ExpiredContext { .. }) => {
                "its certificate has expired, or this machine's clock is wrong"
            }
            Tls::InvalidCertificate(
                Certificate::NotValidYet | Certificate::NotValidYetContext { .. },
            ) => "its certificate is not valid yet, or this machine's clock is wrong",
            Tls::InvalidCertificate(
                Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
            ) => "its certificate is for another host",
            Tls::InvalidCertificate(_) => "its certificate can't be used",
            Tls::AlertReceived(_) => "the other side refused the connection",
            Tls::PeerIncompatible(_) => "the other side offers nothing that is safe enough",
            Tls::InvalidMessage(_) => "the other side does not speak TLS",
            _ => "the other side breaks its rules",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said_of(error: io::Error) -> String {
        let cause = Cause::of_io(error);
        let error = HttpError { url: "https://a".to_owned(), is_proxied: false, cause };
        format!("{error} {error:?}")
    }

    #[test]
    fn only_the_system_s_own_words_are_repeated() {
        let of_network = io::Error::new(io::ErrorKind::ConnectionReset, "canary");
        assert!(!said_of(of_network).contains("canary"));
        assert!(
            !said_of(io::Error::other(rustls::Error::General("canary".into()))).contains("canary")
        );
        let of_system = || io::Error::from_raw_os_error(24);
        assert!(said_of(of_system()).contains(&of_system().to_string()));
    }
}
