//! One answer to write.

use std::fmt;
use std::io::{self, Write as _};

/// One answer.
///
/// Writing adds `Content-Length` and `Connection`, unless the answer has its own `Content-Length`, `Transfer-Encoding`
/// or `Connection`: then it goes out as it is, and the connection is closed afterwards.
///
/// `Debug` shows no header value and no body: they hold codes and tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names and values, written in this order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// An answer without headers or body.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a header.
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets the body and its content type.
    pub fn with_body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.with_header("Content-Type", content_type)
    }

    /// The value of the first header with this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn is_framed_by_hand(&self) -> bool {
        ["content-length", "transfer-encoding", "connection"]
            .iter()
            .any(|name| self.header(name).is_some())
    }

    pub(super) fn to_bytes(&self, with_body: bool, keep_alive: bool) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        write!(bytes, "HTTP/1.1 {} {}\r\n", self.status, reason(self.status))?;
        for (name, value) in &self.headers {
            // A line end in a value would inject a header or an answer.
            if value.contains(['\r', '\n', '\0']) {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            write!(bytes, "{name}: {value}\r\n")?;
        }
        if !self.is_framed_by_hand() {
            let connection = if keep_alive { "keep-alive" } else { "close" };
            let length = self.body.len();
            write!(bytes, "Content-Length: {length}\r\nConnection: {connection}\r\n")?;
        }
        bytes.extend_from_slice(b"\r\n");
        if with_body {
            bytes.extend_from_slice(&self.body);
        }
        Ok(bytes)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &names)
            .field("body_length", &self.body.len())
            .finish()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        303 => "See Other",
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        410 => "Gone",
        411 => "Length Required",
        413 => "Content Too Large",
        414 => "URI Too Long",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        // The phrase may be empty; the space before it may not.
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_its_length_and_says_whether_more_may_follow() {
        let response = Response::new(200).with_body("text/plain", "hello");
        let written = String::from_utf8(response.to_bytes(true, true).unwrap()).unwrap();
        assert_eq!(
            written,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello"
        );
        let head_only = String::from_utf8(response.to_bytes(false, false).unwrap()).unwrap();
        assert!(head_only.ends_with("Content-Length: 5\r\nConnection: close\r\n\r\n"));
    }

    #[test]
    fn a_status_has_its_phrase_or_none() {
        let phrases = "200 OK|302 Found|303 See Other|400 Bad Request|401 Unauthorized|404 Not Found|\
            405 Method Not Allowed|410 Gone|411 Length Required|413 Content Too Large|414 URI Too Long|\
            431 Request Header Fields Too Large|500 Internal Server Error|503 Service Unavailable|299 ";
        for line in phrases.split('|') {
            let response = Response::new(line[..3].parse().unwrap());
            let written = String::from_utf8(response.to_bytes(true, true).unwrap()).unwrap();
            assert!(written.starts_with(&format!("HTTP/1.1 {line}\r\n")), "{written}");
        }
    }

    #[test]
    fn a_header_can_not_be_split() {
        let response = Response::new(302).with_header("Location", "http://x/\r\nSet-Cookie: a=b");
        assert!(response.to_bytes(true, true).is_err());
    }

    #[test]
    fn an_answer_framed_by_hand_is_left_alone() {
        let response = Response::new(200).with_header("Content-Length", "999");
        let written = String::from_utf8(response.to_bytes(true, true).unwrap()).unwrap();
        assert_eq!(written, "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n");
    }

    #[test]
    fn debug_shows_no_header_value_and_no_body() {
        let response = Response::new(302).with_header("Location", "http://x/?code=canary");
        let shown = format!("{:?}", response.with_body("text/plain", "canary"));
        assert!(
            shown.contains("Location") && !shown.contains("canary") && !shown.contains("99, 97")
        );
    }
}
