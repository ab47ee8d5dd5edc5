//! The answer to a request.

use onerealm_core::HttpResponse;
use ureq::http::header::{
    AGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING,
};
use ureq::http::{HeaderMap, HeaderValue, Version};
use zeroize::Zeroizing;

use super::caching::Caching;
use super::error::Cause;
use super::location::Location;

/// The longest body to read, in bytes; the core's limits are lower.
pub(crate) const BODY_LEN: u64 = 1 << 20;

/// The answer to a request.
pub(crate) struct Answer {
    pub(super) status: u16,
    content_type: Option<String>,
    caching: Caching,
    location: Location,
    body: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// Reads an answer whose body has at most `limit` bytes.
    pub(super) fn read(
        mut response: ureq::http::Response<ureq::Body>,
        limit: u64,
    ) -> Result<Self, Cause> {
        check_framing(response.version(), response.headers())?;
        let status = response.status().as_u16();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        let said = |name| response.headers().get_all(name).iter().map(HeaderValue::as_bytes);
        let caching = Caching::of(said(CACHE_CONTROL), said(AGE));
        let location = Location::of(response.headers());
        let body = response.body_mut().with_config().limit(limit).read_to_vec()?;
        Ok(Answer { status, content_type, caching, location, body: Zeroizing::new(body) })
    }

    /// An answer from the cache.
    pub(crate) fn kept(content_type: Option<&str>, body: &[u8]) -> Self {
        Answer {
            status: 200,
            content_type: content_type.map(str::to_owned),
            caching: Caching::of(std::iter::empty(), std::iter::empty()),
            location: Location::Missing,
            body: Zeroizing::new(body.to_vec()),
        }
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// Where it redirects to, if its status is that of a redirect (RFC 9110 section 15.4).
    pub(crate) fn redirect(&self) -> Option<&Location> {
        matches!(self.status, 301 | 302 | 303 | 307 | 308).then_some(&self.location)
    }

    /// Where a redirect leads, if it says so once.
    pub(crate) fn location(&self) -> Option<&str> {
        match &self.location {
            Location::To(location) => Some(location),
            _ => None,
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

/// Refuses ambiguous framing, and encodings that the request didn't offer.
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
