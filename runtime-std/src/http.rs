//! Sends the core's requests over blocking HTTP, and holds no rule of the protocol.
//!
//! TLS always, except to this machine; no redirects; bodies capped while they arrive; one deadline
//! for a whole call, however slowly the bytes drip.

mod caching;
mod conversation;
mod error;
mod kept;
mod names;
mod proxy;
mod tls;
mod trust;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use onerealm_core::{HttpRequest, HttpResponse};
use rustls::ClientConfig;
use ureq::http::header::{
    AGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING,
};
use ureq::http::{HeaderMap, HeaderValue, Version};
use zeroize::Zeroizing;

use self::caching::Caching;
pub(crate) use self::conversation::Conversation;
use self::error::Cause;
pub use self::error::HttpError;
use self::kept::Lines;
use self::trust::Trust;

/// The longest body that is read, in bytes: what the core reads as JSON is shorter.
const BODY_LEN: u64 = 1 << 20;
/// How long a whole call may take unless told otherwise.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// The trust stores of this process. Nothing is loaded or started before the first request.
#[derive(Default)]
pub(crate) struct Http {
    clients: Mutex<Vec<(Trust, Arc<ClientConfig>)>>,
    kept: Lines,
}

impl Http {
    /// Sends `request` as it is, once, over a connection of its own: for what is believed because of
    /// where it comes from, as are metadata and keys.
    pub(crate) fn send(
        &self,
        request: &HttpRequest<'_>,
        ca_file: Option<&Path>,
        deadline: Instant,
    ) -> Result<Answer, HttpError> {
        Conversation::new(self, None).send(request, ca_file, deadline)
    }

    /// Requests of which one may be sent over the connection of the one before.
    pub(crate) fn conversation(&self) -> Conversation<'_> {
        Conversation::new(self, Some(&self.kept))
    }

    /// From now on, the connection of a conversation waits so long for the next one.
    pub(crate) fn keep_connections(&self, idle: Duration) {
        self.kept.keep(idle);
    }

    /// A name for whom a request to `url` trusts: two that differ may meet different providers.
    pub(crate) fn trust(&self, url: &str, ca_file: Option<&Path>) -> Result<String, HttpError> {
        Trust::of(url, ca_file).map(|trust| trust.name()).map_err(|cause| HttpError {
            url: url.to_owned(),
            is_proxied: false,
            cause,
        })
    }

    fn client(&self, trust: &Trust) -> Result<Arc<ClientConfig>, Cause> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(known, _)| known == trust) {
            return Ok(Arc::clone(client));
        }
        let client = trust.client()?;
        clients.retain(|(known, _)| known.path().is_none() || known.path() != trust.path());
        clients.push((trust.clone(), Arc::clone(&client)));
        Ok(client)
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
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
