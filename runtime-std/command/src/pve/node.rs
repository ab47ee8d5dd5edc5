//! The HTTP API of a node: one request, one answer, and what is wrong with it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::http::header::{CONTENT_TYPE, COOKIE, HeaderName, SET_COOKIE};
use ureq::http::{Method, Request, Response};
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::address::Address;
use super::certificate::Verifier;
use super::credentials::Credentials;
use super::problem::{
    CERTIFICATE_CHANGED, CERTIFICATE_UNKNOWN, FAILED, GATEWAY, NOT_PROXMOX, OTHER_PRODUCT, REFUSED,
    TLS, UNREACHABLE,
};
use super::product::Product;
use super::refusal::{Refusal, Secrets, refused_parameters, said, words};
use super::transport;
use crate::failure::Failure;

/// How long a request may take, with all of its answer. A node that asks the provider meanwhile has 30 seconds itself.
const DEADLINE: Duration = Duration::from_secs(35);
/// The longest answer that is read, in bytes.
const BODY_LEN: u64 = 1 << 20;

/// A node whose certificate is verified in each connection.
pub(crate) struct Node {
    pub(crate) address: Address,
    pub(crate) product: Product,
    agent: Agent,
    verifier: Arc<Verifier>,
    has_answered: AtomicBool,
}

/// An answer with status 200.
pub(crate) struct Answer<T> {
    pub(crate) data: T,
    /// The values of `Set-Cookie`.
    pub(crate) cookies: Vec<Zeroizing<String>>,
}

impl Node {
    pub(crate) fn new(
        address: Address,
        product: Product,
        verifier: Arc<Verifier>,
    ) -> Result<Self, Failure> {
        let agent = transport::agent(verifier.client()?);
        Ok(Node { address, product, agent, verifier, has_answered: AtomicBool::new(false) })
    }

    /// Whether an answer came, so that the certificate was the right one.
    pub(crate) fn has_answered(&self) -> bool {
        self.has_answered.load(Ordering::Relaxed)
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Answer<T>, Refusal> {
        self.send(Method::GET, path, &[], None)
    }

    pub(crate) fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &[(&str, &str)],
        who: Option<Credentials<'_>>,
    ) -> Result<Answer<T>, Refusal> {
        self.send(Method::POST, path, form, who)
    }

    pub(crate) fn delete(&self, path: &str, who: Credentials<'_>) -> Result<(), Refusal> {
        self.send::<serde_json::Value>(Method::DELETE, path, &[], Some(who)).map(drop)
    }

    fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        form: &[(&str, &str)],
        who: Option<Credentials<'_>>,
    ) -> Result<Answer<T>, Refusal> {
        let url = format!("{}/api2/json{path}", self.address.endpoint());
        log::debug!("{method} {url}");
        let deadline = Instant::now() + DEADLINE;
        let response = self.exchange(method, &url, form, who, deadline);
        let (response, body) = response.map_err(|error| Refusal::Failure(self.transport(error)))?;
        self.has_answered.store(true, Ordering::Relaxed);
        log::debug!("{url}: status {}", response.status());
        self.judge(
            &response,
            &body,
            path,
            &Secrets::of(form, who.into_iter().flat_map(Credentials::secrets)),
        )
    }

    fn exchange(
        &self,
        method: Method,
        url: &str,
        form: &[(&str, &str)],
        who: Option<Credentials<'_>>,
        deadline: Instant,
    ) -> Result<(Response<()>, Zeroizing<Vec<u8>>), ureq::Error> {
        let mut request = Request::builder().method(&method).uri(url);
        if let Some(Credentials { cookie, csrf }) = who {
            request = request.header(COOKIE, cookie);
            request = request.header(HeaderName::from_static("csrfpreventiontoken"), csrf);
        }
        let left = Some(deadline.saturating_duration_since(Instant::now()));
        let response = if method == Method::POST {
            let mut body = Zeroizing::new(String::with_capacity(16 * 1024));
            body.push_str(
                &form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish(),
            );
            let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            let request = request.body(body.as_bytes().to_vec())?;
            self.agent.run(self.agent.configure_request(request).timeout_global(left).build())?
        } else {
            let request = request.body(())?;
            self.agent.run(self.agent.configure_request(request).timeout_global(left).build())?
        };
        let (head, mut body) = response.into_parts();
        let body = Zeroizing::new(body.with_config().limit(BODY_LEN).read_to_vec()?);
        Ok((Response::from_parts(head, ()), body))
    }

    /// Reads an answer by its status and its form.
    fn judge<T: DeserializeOwned>(
        &self,
        response: &Response<()>,
        body: &[u8],
        path: &str,
        secrets: &Secrets,
    ) -> Result<Answer<T>, Refusal> {
        let status = response.status().as_u16();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let is_html =
            content_type.is_some_and(|v| v.trim().to_ascii_lowercase().starts_with("text/html"));
        if status != 200 || is_html {
            return Err(self.refusal(status, is_html, body, path, secrets));
        }
        let body: Body<T> = serde_json::from_slice(body)
            .map_err(|_| self.not_proxmox("an answer that is not of its API"))?;
        let cookies = response.headers().get_all(SET_COOKIE).iter();
        let cookies = cookies
            .filter_map(|value| value.to_str().ok())
            .map(|value| Zeroizing::new(value.to_owned()));
        Ok(Answer { data: body.data, cookies: cookies.collect() })
    }

    /// What an answer with another status means, or one that is a web page.
    fn refusal(
        &self,
        status: u16,
        is_html: bool,
        body: &[u8],
        path: &str,
        secrets: &Secrets,
    ) -> Refusal {
        let (address, product) = (&self.address, self.product.name());
        let words = words(body, is_html, secrets);
        let said = said(&words);
        let (problem, message) = match status {
            595..=599 => {
                let what = "it can't reach its own services";
                (&GATEWAY, format!("{address} answers {status}: {what}{said}"))
            }
            _ if is_html => {
                let page = format!("answers with a web page (status {status})");
                (&NOT_PROXMOX, format!("{address} {page} where {product} has its API"))
            }
            300..=399 => return self.not_proxmox("a redirect, which is not followed"),
            400 => match refused_parameters(body) {
                Some(errors) => {
                    let errors = errors.into_iter().map(|(name, text)| (name, secrets.hide(text)));
                    return Refusal::Parameters(errors.collect());
                }
                None => (&REFUSED, format!("{address} refused the request{said}")),
            },
            401 => return Refusal::Unauthorized(words),
            403 => (&REFUSED, format!("{address} doesn't allow that{said}")),
            404 | 501 => {
                let what = format!("it isn't {product}, or too old a version of it");
                (&OTHER_PRODUCT, format!("{address} has no {path}: {what}"))
            }
            _ => (&FAILED, format!("{address} answers with status {status}{said}")),
        };
        Refusal::Failure(problem.says(message))
    }

    fn not_proxmox(&self, what: &str) -> Refusal {
        let (address, product) = (&self.address, self.product.name());
        Refusal::Failure(NOT_PROXMOX.says(format!("{address} gives {what}: this isn't {product}")))
    }

    /// What a failure below HTTP means.
    fn transport(&self, error: ureq::Error) -> Failure {
        let address = &self.address;
        let reason = match error {
            ureq::Error::Timeout(_) => format!("no answer within {} seconds", DEADLINE.as_secs()),
            ureq::Error::HostNotFound => "no such host name is known here".to_owned(),
            ureq::Error::Rustls(error) => return self.tls(&error),
            ureq::Error::Io(error) => {
                match error.get_ref().and_then(|inner| inner.downcast_ref()) {
                    Some(tls) => return self.tls(tls),
                    None if error.kind() == io::ErrorKind::TimedOut => {
                        format!("no answer within {} seconds", DEADLINE.as_secs())
                    }
                    None if onerealm::is_unknown_host(&error) => {
                        "no such host name is known here".to_owned()
                    }
                    None if error.raw_os_error().is_some() => error.to_string(),
                    None => error.kind().to_string(),
                }
            }
            ureq::Error::ConnectionFailed => "no connection".to_owned(),
            ureq::Error::BodyExceedsLimit(_) | ureq::Error::LargeResponseHeader(..) => {
                return NOT_PROXMOX.says(format!(
                    "{address} gives an answer that is longer than any of {}",
                    self.product.name()
                ));
            }
            _ => {
                return NOT_PROXMOX
                    .says(format!("{address} gives an answer that is no valid HTTP"));
            }
        };
        UNREACHABLE.says(format!("{address} can't be reached: {reason}"))
    }

    /// What a failed handshake means. Of the error, nothing is repeated that the other side wrote.
    fn tls(&self, error: &rustls::Error) -> Failure {
        let address = &self.address;
        let seen = self.verifier.seen().filter(|seen| !seen.is_accepted);
        match (error, seen, self.verifier.pin()) {
            (rustls::Error::InvalidCertificate(_), Some(seen), Some(pin)) if seen.fingerprint != pin => {
                CERTIFICATE_CHANGED.says(format!(
                    "THE CERTIFICATE OF {address} IS NOT THE ONE THAT IS KNOWN HERE: somebody may be listening in. Known: {pin}; shown: {}, for the names: {}. Nothing was sent",
                    seen.fingerprint, seen.names
                ))
            }
            (rustls::Error::InvalidCertificate(reason), Some(seen), _) => {
                let reason = certificate_reason(reason);
                let message = format!(
                    "the certificate of {address} can't be verified: {reason}. Its SHA-256 fingerprint is {}, its names: {}. Nothing was sent",
                    seen.fingerprint, seen.names
                );
                CERTIFICATE_UNKNOWN.says(message).fixed_by(self.product.compare_on_the_node())
            }
            (rustls::Error::InvalidMessage(_), ..) => NOT_PROXMOX.says(format!("{address} doesn't speak TLS")),
            (rustls::Error::AlertReceived(_), ..) => TLS.says(format!("{address} refused the TLS connection")),
            (rustls::Error::PeerIncompatible(_), ..) => TLS.says(format!("{address} offers no TLS that is safe enough")),
            _ => TLS.says(format!("the TLS handshake with {address} failed: whoever answers doesn't have the certificate's key, or breaks the rules of TLS")),
        }
    }
}

fn certificate_reason(error: &rustls::CertificateError) -> &'static str {
    use rustls::CertificateError as Error;
    match error {
        Error::UnknownIssuer | Error::BadSignature => "it was issued by nobody who is trusted here",
        Error::Expired | Error::ExpiredContext { .. } => {
            "it has expired, or this machine's clock is wrong"
        }
        Error::NotValidYet | Error::NotValidYetContext { .. } => {
            "it isn't valid yet, or this machine's clock is wrong"
        }
        Error::NotValidForName | Error::NotValidForNameContext { .. } => "it is for another host",
        _ => "it can't be used",
    }
}

#[derive(Deserialize)]
struct Body<T> {
    data: T,
}
