//! One request, as received.

use std::fmt;

/// The most headers in a request.
const MAX_HEADERS: usize = 64;

/// Headers that are ambiguous when repeated.
const SAID_ONCE: [&str; 6] =
    ["authorization", "content-length", "content-type", "host", "origin", "transfer-encoding"];

/// One request, as received.
///
/// `Debug` shows no query, header value or body: they hold codes and secrets.
#[derive(Clone, Default)]
pub struct Request {
    /// The request line and the headers, byte for byte, with the empty line that ends them.
    pub raw_head: Vec<u8>,
    /// The method.
    pub method: String,
    /// The request target, which begins with `/`.
    pub target: String,
    /// The target up to its first `?`.
    pub path: String,
    /// The target after its first `?`.
    pub query: Option<String>,
    /// Names and values in the order and case received.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    pub(super) keeps_alive: bool,
}

impl Request {
    /// Wraps refused bytes, as the head of an otherwise empty request.
    pub fn unreadable(received: Vec<u8>) -> Self {
        Self { raw_head: received, ..Self::default() }
    }

    /// The value of the first header with this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &names)
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Parses a complete head; returns the request without its body, and the body's length. The error is a status.
pub(super) fn parse_head(raw_head: &[u8]) -> Result<(Request, usize), u16> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    match parsed.parse(raw_head) {
        Ok(httparse::Status::Complete(end)) if end == raw_head.len() => {}
        Err(httparse::Error::TooManyHeaders) => return Err(431),
        _ => return Err(400),
    }
    let target = parsed.path.ok_or(400_u16)?;
    let (path, query) = split_target(target)?;
    let mut request = Request {
        raw_head: raw_head.to_vec(),
        method: parsed.method.ok_or(400_u16)?.to_owned(),
        target: target.to_owned(),
        path,
        query,
        headers: text_headers(parsed.headers)?,
        ..Request::default()
    };
    check_said_once(&request)?;
    let is_http_1_1 = parsed.version == Some(1);
    if is_http_1_1 && request.header("host").is_none() {
        return Err(400);
    }
    request.keeps_alive = is_http_1_1 && !asks_to_close(&request);
    let length = body_length(&request)?;
    Ok((request, length))
}

/// Accepts the origin form only: the others are for proxies.
fn split_target(target: &str) -> Result<(String, Option<String>), u16> {
    let is_plain = target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if !target.starts_with('/') || !is_plain {
        return Err(400);
    }
    Ok(match target.split_once('?') {
        Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
        None => (target.to_owned(), None),
    })
}

fn text_headers(headers: &[httparse::Header<'_>]) -> Result<Vec<(String, String)>, u16> {
    let text = headers.iter().map(|header| {
        let value = std::str::from_utf8(header.value).map_err(|_| 400_u16)?;
        Ok((header.name.to_owned(), value.to_owned()))
    });
    text.collect()
}

fn check_said_once(request: &Request) -> Result<(), u16> {
    for name in SAID_ONCE {
        let same = |(candidate, _): &&(String, String)| candidate.eq_ignore_ascii_case(name);
        if request.headers.iter().filter(same).count() > 1 {
            return Err(400);
        }
    }
    Ok(())
}

fn asks_to_close(request: &Request) -> bool {
    request.header("connection").is_some_and(|value| {
        value.split(',').any(|token| token.trim().eq_ignore_ascii_case("close"))
    })
}

fn body_length(request: &Request) -> Result<usize, u16> {
    let length = request.header("content-length");
    if request.header("transfer-encoding").is_some() {
        return Err(if length.is_some() { 400 } else { 411 });
    }
    match length {
        None => Ok(0),
        // `parse` alone would take a plus sign.
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().map_err(|_| 400)
        }
        Some(_) => Err(400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(head: &str) -> Result<(Request, usize), u16> {
        parse_head(head.as_bytes())
    }

    #[test]
    fn a_request_is_read_as_it_was_sent() {
        let head = "POST /token?a=b?c HTTP/1.1\r\nhOST: x\r\nContent-Length: 7\r\nX:  y \r\n\r\n";
        let (request, length) = parse(head).unwrap();
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/token"));
        assert_eq!(request.query.as_deref(), Some("a=b?c"));
        assert_eq!(request.headers[0], ("hOST".into(), "x".into()));
        assert_eq!(request.header("x"), Some("y"));
        assert_eq!(request.raw_head, head.as_bytes());
        assert_eq!(length, 7);
        assert!(request.keeps_alive);
    }

    #[test]
    fn what_two_servers_could_read_differently_is_refused() {
        let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(64));
        let rows = [
            ("GET / HTTP/1.1\r\n\r\n", 400, "no host"),
            ("GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400, "two hosts"),
            ("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, "absolute target"),
            ("GET /#a HTTP/1.1\r\nHost: x\r\n\r\n", 400, "fragment"),
            ("GET /\u{e9} HTTP/1.1\r\nHost: x\r\n\r\n", 400, "target not ASCII"),
            ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400, "space before the colon"),
            ("GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n", 400, "folded header"),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
                400,
                "two lengths",
            ),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n", 400, "signed length"),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "negative length"),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\n", 400, "list of lengths"),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n", 400, "empty length"),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 411, "chunked"),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                400,
                "both framings",
            ),
            (many.as_str(), 431, "65 headers"),
        ];
        for (head, status, why) in rows {
            assert_eq!(parse(head).err(), Some(status), "{why}");
        }
    }

    #[test]
    fn a_head_is_all_that_there_is() {
        assert_eq!(parse("GET / HTTP/1.1\r\nHost: x\r\n\r\nmore").err(), Some(400));
        assert_eq!(Request::unreadable(b"received".to_vec()).raw_head, b"received");
    }

    #[test]
    fn a_connection_is_kept_unless_the_client_says_otherwise() {
        let close = parse("GET / HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n").unwrap();
        let old = parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").unwrap();
        assert!(!close.0.keeps_alive);
        assert!(!old.0.keeps_alive);
    }

    #[test]
    fn debug_shows_no_query_no_header_value_and_no_body() {
        let (mut request, _) =
            parse("GET /?code=canary HTTP/1.1\r\nHost: x\r\nCookie: canary\r\n\r\n").unwrap();
        request.body = b"canary".to_vec();
        assert!(!format!("{request:?}").contains("canary"));
        assert!(!format!("{request:?}").contains("99, 97"));
    }
}
