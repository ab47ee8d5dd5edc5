//! The answer to a request.

use std::io::{self, Read};

use onerealm_core::{HttpRequest, HttpResponse};
use ureq::http::header::{
    AGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use ureq::http::{HeaderMap, HeaderValue};
use zeroize::Zeroizing;

use super::caching::Caching;
use super::coding;
use super::error::Cause;
use super::location::Location;
use crate::error::shown::{Secrets, quoted_item};

/// The longest body to read, in bytes; the core's limits are lower.
pub(crate) const BODY_LEN: u64 = 1 << 20;

/// The answer to a request.
pub(crate) struct Answer {
    pub(super) status: u16,
    content_type: Option<String>,
    said: Said,
    caching: Caching,
    location: Location,
    body: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// Reads the answer to `request`, with a body of at most `limit` bytes, whose end [`Framing`](super::framing::Framing) judges.
    pub(super) fn read(
        mut response: ureq::http::Response<ureq::Body>,
        request: &HttpRequest<'_>,
        limit: u64,
    ) -> Result<Self, Cause> {
        check(response.headers(), request)?;
        let status = response.status().as_u16();
        let content_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        let content_type = content_type.map(|text| String::from_utf8_lossy(text).into_owned());
        let heard = Said::of(response.headers());
        let said = |name| response.headers().get_all(name).iter().map(HeaderValue::as_bytes);
        let caching = Caching::of(said(CACHE_CONTROL), said(AGE));
        let location = Location::of(response.headers());
        let len = response.body().content_length();
        let body = response.body_mut().with_config().limit(limit).reader();
        let body = whole(body, len.min(Some(limit))).map_err(ureq::Error::from)?;
        Ok(Answer { status, content_type, said: heard, caching, location, body })
    }

    /// An answer from the cache.
    pub(crate) fn kept(content_type: Option<&str>, body: &[u8]) -> Self {
        Answer {
            status: 200,
            content_type: content_type.map(str::to_owned),
            said: Said::default(),
            caching: Caching::of(std::iter::empty(), std::iter::empty()),
            location: Location::Missing,
            body: Zeroizing::new(body.to_vec()),
        }
    }

    /// A refusal, for tests.
    #[cfg(test)]
    pub(crate) fn refusing(
        status: u16,
        content_type: &str,
        body: &[u8],
        challenges: &[&str],
    ) -> Self {
        let challenges = challenges.iter().copied().map(str::to_owned).collect();
        let said = Said { challenges, retry_after: None };
        let content_type = Some(content_type).filter(|text| !text.is_empty());
        Answer { status, said, ..Answer::kept(content_type, body) }
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

    /// What its headers say about a refusal.
    pub(crate) fn said(&self) -> &Said {
        &self.said
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

/// Headers of a refusal, for messages.
#[derive(Default)]
pub(crate) struct Said {
    /// `WWW-Authenticate`, each value by itself.
    pub(crate) challenges: Vec<String>,
    /// `Retry-After`
    pub(crate) retry_after: Option<String>,
}

impl Said {
    fn of(headers: &HeaderMap) -> Self {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Said {
            challenges: headers.get_all(WWW_AUTHENTICATE).iter().map(text).collect(),
            retry_after: headers.get(RETRY_AFTER).map(text),
        }
    }
}

/// The room for a body whose length isn't known, in bytes.
const ROOM: usize = 4096;

/// Reads a body, of this length if its head says one, into one buffer. What outgrows a buffer is wiped where it was.
fn whole(mut body: impl Read, len: Option<u64>) -> io::Result<Zeroizing<Vec<u8>>> {
    let len = len.and_then(|len| usize::try_from(len).ok()).unwrap_or(ROOM);
    // One more, which stays free: so the end is seen.
    let mut read = Zeroizing::new(Vec::with_capacity(len + 1));
    loop {
        // No more than fits, so that the buffer never moves.
        let room = read.capacity() - read.len();
        if body.by_ref().take(room as u64).read_to_end(&mut read)? < room {
            return Ok(read);
        }
        let mut larger = Zeroizing::new(Vec::with_capacity(2 * read.capacity().max(ROOM)));
        larger.extend_from_slice(&read);
        read = larger;
    }
}

/// Refuses two content types, and codings that the request didn't offer.
fn check(headers: &HeaderMap, request: &HttpRequest<'_>) -> Result<(), Cause> {
    let codings = || headers.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes);
    if !coding::is_none(codings()) {
        let coding = codings().collect::<Vec<_>>().join(&b", "[..]);
        let mut secrets = Secrets::default();
        secrets.add_request(request);
        let coding = secrets.hide(String::from_utf8_lossy(&coding).into_owned());
        return Err(Cause::Encoded { coding: quoted_item(&coding) });
    }
    let is_said_once = headers.get_all(CONTENT_TYPE).iter().count() <= 1;
    if is_said_once { Ok(()) } else { Err(Cause::Protocol) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_whole_whether_its_length_is_known_or_not() {
        for len in [0, 1, 31, 32, 33, 4095, 4096, 4097, 8192, 8193, 100_000] {
            let body: Vec<u8> = (0..len).map(|n: u32| n as u8).collect();
            let told = |len: usize| Some(len as u64);
            // A length is the transport's to enforce: another one than the body's costs nothing but room.
            for known in [None, told(body.len()), told(body.len() / 2), told(body.len() + 1)] {
                assert_eq!(*whole(body.as_slice(), known).unwrap(), body, "{len} {known:?}");
            }
            let read = whole(body.as_slice(), told(body.len())).unwrap();
            assert_eq!(read.capacity(), body.len() + 1, "{len}: it has moved");
        }
    }

    #[test]
    fn a_body_that_breaks_off_is_no_body() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        for begun in [&b""[..], b"ab"] {
            for known in [None, Some(2), Some(3)] {
                let error = whole(begun.chain(Broken), known).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
            }
        }
    }
}
