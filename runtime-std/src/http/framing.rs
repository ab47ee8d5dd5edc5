//! Where an answer ends (RFC 9112), judged while it arrives and before anything else reads it.
//!
//! Two readers that find different ends take the same bytes for different answers. So an answer passes only if it leaves
//! no choice: lines end with carriage return and line feed, there is one length or one chunked coding, sizes are digits,
//! and trailers are header lines. What the lines say is left to others.

use std::fmt;

/// What every answer begins with: anything else is refused without waiting for the end of a head.
const BEGIN: &[u8] = b"HTTP/1.";
/// The most bytes of an answer's head and its trailers, those of early answers before it included.
pub(super) const HEAD_LEN: usize = 32 * 1024;
/// The most headers in a head, and the most trailers.
const HEADERS: usize = 128;
/// The most digits of a chunk's size: 64 bits.
const SIZE_DIGITS: usize = 16;
/// The most bytes in a chunk's size line, without its end: the digits, and a short extension.
const SIZE_LINE: usize = 20;

/// The answers on one connection, one after another.
#[derive(Default)]
pub(super) struct Framing {
    state: State,
    /// What came so far of the line, or of the lines up to an empty one, that decide the next state.
    text: Vec<u8>,
    /// The line ends in `text`.
    lines: usize,
    /// The bytes of finished heads of this answer.
    heads: usize,
    /// Whether the request was for a tunnel.
    is_connect: bool,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Every answer asked for has ended.
    #[default]
    Idle,
    /// More came than was asked for.
    Surplus,
    Head,
    /// A body with so many bytes left.
    Counted(u64),
    /// A body that ends with the connection.
    Unframed,
    /// Another protocol from here on.
    Tunnel,
    Size,
    /// A chunk with so many bytes left.
    Data(u64),
    DataEnd,
    Trailers,
}

/// Why an answer is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not HTTP, or readers could find different ends.
    Malformed,
    /// Its head or its trailers are too long.
    TooLong,
    /// The connection ended before its body did.
    Cut,
}

impl Framing {
    /// Takes what is sent: once every answer has ended, it begins another request.
    pub(super) fn sent(&mut self, bytes: &[u8]) {
        if self.state == State::Idle && !bytes.is_empty() {
            self.state = State::Head;
            self.heads = 0;
            self.is_connect = bytes.starts_with(b"CONNECT ");
        }
    }

    /// Takes what has arrived; the cuts between calls change nothing.
    ///
    /// Bytes behind an answer are no error, but the connection can't be [reused](Self::is_reusable).
    pub(super) fn received(&mut self, mut bytes: &[u8]) -> Result<(), Refusal> {
        while let [first, rest @ ..] = bytes {
            match self.state {
                State::Idle | State::Surplus => {
                    self.state = State::Surplus;
                    return Ok(());
                }
                State::Unframed | State::Tunnel => return Ok(()),
                State::Counted(left) => {
                    let (left, after) = skip(left, bytes);
                    self.state = if left == 0 { State::Idle } else { State::Counted(left) };
                    bytes = after;
                }
                State::Data(left) => {
                    let (left, after) = skip(left, bytes);
                    self.state = if left == 0 { State::DataEnd } else { State::Data(left) };
                    bytes = after;
                }
                State::Head | State::Size | State::DataEnd | State::Trailers => {
                    if self.is_whole_with(*first)? {
                        self.state = self.next()?;
                        self.text.clear();
                        self.lines = 0;
                    }
                    bytes = rest;
                }
            }
        }
        Ok(())
    }

    /// The connection has ended: an error if a body had begun and this is not its end.
    pub(super) fn closed(&self) -> Result<(), Refusal> {
        match self.state {
            State::Idle | State::Surplus | State::Head | State::Unframed | State::Tunnel => Ok(()),
            _ => Err(Refusal::Cut),
        }
    }

    /// Whether the next bytes that arrive answer the next request.
    pub(super) fn is_reusable(&self) -> bool {
        // A switch to another protocol that nobody asked for leaves none that is known.
        self.state == State::Idle || (self.state == State::Tunnel && self.is_connect)
    }

    /// Adds a byte to the text, and says whether that is whole now.
    fn is_whole_with(&mut self, byte: u8) -> Result<bool, Refusal> {
        // Each of the two only with the other.
        if (self.text.last() == Some(&b'\r')) != (byte == b'\n') {
            return Err(Refusal::Malformed);
        }
        self.text.push(byte);
        self.lines += usize::from(byte == b'\n');
        match self.state {
            State::Head | State::Trailers => {
                let begin = self.text.get(..BEGIN.len()).unwrap_or(&self.text);
                if self.state == State::Head && !BEGIN.starts_with(begin) {
                    return Err(Refusal::Malformed);
                }
                // Besides the headers, there is a status line and an empty one.
                if self.lines > HEADERS + 2 {
                    return Err(Refusal::Malformed);
                }
                if self.heads + self.text.len() > HEAD_LEN {
                    return Err(Refusal::TooLong);
                }
                Ok(self.text.ends_with(b"\r\n\r\n") || self.text == b"\r\n")
            }
            _ => {
                let limit = if self.state == State::Size { SIZE_LINE } else { 0 };
                if self.text.len() > limit + 2 {
                    return Err(Refusal::Malformed);
                }
                Ok(byte == b'\n')
            }
        }
    }

    /// What follows the text.
    fn next(&mut self) -> Result<State, Refusal> {
        match self.state {
            State::Head => {
                self.heads += self.text.len();
                after_head(&self.text, self.is_connect)
            }
            State::Size => match chunk_size(&self.text)? {
                0 => Ok(State::Trailers),
                size => Ok(State::Data(size)),
            },
            State::Trailers => check_trailers(&self.text).map(|()| State::Idle),
            _ => Ok(State::Size),
        }
    }
}

/// Passes over the bytes of a body of which so many are left; returns what is left then, and the bytes behind.
fn skip(left: u64, bytes: &[u8]) -> (u64, &[u8]) {
    let len = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
    (left.saturating_sub(len as u64), bytes.get(len..).unwrap_or_default())
}

fn after_head(text: &[u8], is_connect: bool) -> Result<State, Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let is_whole = head.parse(text) == Ok(httparse::Status::Complete(text.len()));
    let (true, Some(version), Some(status)) = (is_whole, head.version, head.code) else {
        return Err(Refusal::Malformed);
    };
    if status < 100 {
        return Err(Refusal::Malformed);
    }
    if is_connect {
        // What the head of a proxy says of a body means nothing (RFC 9110 section 9.3.6).
        return Ok(State::Tunnel);
    }
    let length = once(head.headers, "content-length")?;
    let coding = once(head.headers, "transfer-encoding")?;
    let body = match (length, coding) {
        (None, None) => State::Unframed,
        (Some(length), None) => State::Counted(number(length).ok_or(Refusal::Malformed)?),
        (None, Some(coding)) if version == 1 && coding.eq_ignore_ascii_case(b"chunked") => {
            State::Size
        }
        _ => return Err(Refusal::Malformed),
    };
    let is_empty = matches!(body, State::Unframed | State::Counted(0));
    match status {
        101 if is_empty => Ok(State::Tunnel),
        100..=199 if is_empty => Ok(State::Head),
        204 if is_empty => Ok(State::Idle),
        // A body that may not be there (RFC 9110 section 8.6).
        100..=199 | 204 => Err(Refusal::Malformed),
        304 => Ok(State::Idle),
        _ if body == State::Counted(0) => Ok(State::Idle),
        _ => Ok(body),
    }
}

/// The value of a header that may be there once.
fn once<'h>(headers: &[httparse::Header<'h>], name: &str) -> Result<Option<&'h [u8]>, Refusal> {
    let mut values = headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
    let value = values.next().map(|header| header.value);
    if values.next().is_some() { Err(Refusal::Malformed) } else { Ok(value) }
}

/// Digits alone: `parse` would take a sign.
fn number(digits: &[u8]) -> Option<u64> {
    let is_number = digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()
}

/// The size in a chunk's first line. An extension means nothing to any reader (RFC 9112 section 7.1.1).
fn chunk_size(line: &[u8]) -> Result<u64, Refusal> {
    let (digits, rest) = line.split_at(line.iter().take_while(|b| b.is_ascii_hexdigit()).count());
    let is_text = |byte: &u8| byte.is_ascii_graphic() || b" \t".contains(byte);
    let is_end = match rest {
        b"\r\n" => true,
        [b';', extension @ .., b'\r', b'\n'] => extension.iter().all(is_text),
        _ => false,
    };
    let is_size = is_end && digits.len() <= SIZE_DIGITS;
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_size);
    digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()).ok_or(Refusal::Malformed)
}

fn check_trailers(text: &[u8]) -> Result<(), Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    match httparse::parse_headers(text, &mut headers) {
        Ok(httparse::Status::Complete((len, trailers))) if len == text.len() => {
            // A reader that merges them into the head would read another one (RFC 9110 section 6.5.1).
            let is_absent = |name: &str| once(trailers, name) == Ok(None);
            let is_harmless = ["content-length", "transfer-encoding"].into_iter().all(is_absent);
            if is_harmless { Ok(()) } else { Err(Refusal::Malformed) }
        }
        _ => Err(Refusal::Malformed),
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::Malformed => "no valid HTTP",
            Refusal::TooLong => "too many headers",
            Refusal::Cut => "the connection ended too soon",
        })
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of these bytes in the pieces that `cut` makes of them: an error, or whether they are a whole answer.
    fn read(request: &[u8], bytes: &[u8], pieces: usize) -> Result<bool, Refusal> {
        let mut framing = Framing::default();
        framing.sent(request);
        for piece in bytes.chunks(bytes.len().div_ceil(pieces).max(1)) {
            framing.received(piece)?;
        }
        framing.closed()?;
        Ok(framing.is_reusable())
    }

    fn judged(bytes: &str) -> Result<bool, Refusal> {
        let outcomes = [1, 2, 3, usize::MAX].map(|pieces| read(b"GET ", bytes.as_bytes(), pieces));
        assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{bytes:?} {outcomes:?}");
        outcomes[0]
    }

    const OK: &str = "HTTP/1.1 200 OK\r\n";
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    #[test]
    fn an_answer_ends_where_its_head_says() {
        for (answer, is_whole) in [
            (format!("{OK}Content-Length: 0\r\n\r\n"), true),
            (format!("{OK}Content-Length: 2\r\n\r\n{{}}"), true),
            (format!("{OK}Content-Length: 2\r\n\r\n{{}}\r\n"), false),
            (format!("{OK}\r\n{{}}"), false),
            (format!("{CHUNKED}2;a=\"b c\"\r\n{{}}\r\n0\r\n\r\n"), true),
            (format!("{CHUNKED}1\r\n{{\r\n000001\r\n}}\r\n0\r\nX: y\r\n\r\n"), true),
            (format!("{CHUNKED}0\r\n\r\nHTTP/1.1 200 OK\r\n"), false),
            ("HTTP/1.1 204 \r\nContent-Length: 0\r\n\r\n".to_owned(), true),
            ("HTTP/1.1 304 \r\nContent-Length: 5\r\n\r\n".to_owned(), true),
            ("HTTP/1.1 103 \r\n\r\nHTTP/1.1 204 \r\n\r\n".to_owned(), true),
            ("HTTP/1.1 100 \r\n\r\nHTTP/1.1 204 \r\n\r\n".to_owned(), true),
            ("HTTP/1.1 103 \r\n\r\n".to_owned(), false),
            // Nothing is awaited, and whatever comes means something else.
            ("HTTP/1.1 101 \r\n\r\n\0".to_owned(), false),
            ("HTTP/1.0 200 OK\r\n\r\n".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(judged(&answer), Ok(is_whole), "{answer:?}");
        }
    }

    #[test]
    fn a_body_that_may_not_be_there_is_refused() {
        for status in [100, 101, 103, 204] {
            for framing in ["Content-Length: 5", "Transfer-Encoding: chunked"] {
                let answer = format!("HTTP/1.1 {status} \r\n{framing}\r\n\r\n");
                assert_eq!(judged(&answer), Err(Refusal::Malformed), "{answer:?}");
            }
        }
        for status in ["000", "099"] {
            assert_eq!(judged(&format!("HTTP/1.1 {status} \r\n\r\n")), Err(Refusal::Malformed));
        }
    }

    #[test]
    fn a_size_has_sixteen_digits_and_a_line_twenty_characters() {
        for (line, expected) in [
            ("ffffffffffffffff", Refusal::Cut),
            ("000000000000000f;aaa", Refusal::Cut),
            ("0000000000000000f", Refusal::Malformed),
            ("000000000000000f;aaaa", Refusal::Malformed),
            ("f;aaaaaaaaaaaaaaaaaaa", Refusal::Malformed),
        ] {
            assert_eq!(judged(&format!("{CHUNKED}{line}\r\n")), Err(expected), "{line}");
        }
        assert_eq!(judged(&format!("{CHUNKED}{}", "0".repeat(23))), Err(Refusal::Malformed));
    }

    #[test]
    fn heads_and_trailers_are_bounded_together() {
        let lines = |count: usize| "X: y\r\n".repeat(count);
        let text = |len: usize| format!("X: {}\r\n", "y".repeat(len - 5));
        assert_eq!(judged(&format!("{OK}{}\r\n", lines(128))), Ok(false));
        assert_eq!(judged(&format!("{OK}{}\r\n", lines(129))), Err(Refusal::Malformed));
        assert_eq!(judged(&format!("{CHUNKED}0\r\n{}\r\n", lines(128))), Ok(true));
        assert_eq!(judged(&format!("{CHUNKED}0\r\n{}\r\n", lines(129))), Err(Refusal::Malformed));
        let left = HEAD_LEN - OK.len() - 2;
        assert_eq!(judged(&format!("{OK}{}\r\n", text(left))), Ok(false));
        assert_eq!(judged(&format!("{OK}{}\r\n", text(left + 1))), Err(Refusal::TooLong));
        let early = "HTTP/1.1 103 \r\n\r\n";
        assert_eq!(judged(&format!("{early}{OK}{}\r\n", text(left))), Err(Refusal::TooLong));
        let left = HEAD_LEN - CHUNKED.len() - 2;
        assert_eq!(judged(&format!("{CHUNKED}0\r\n{}\r\n", text(left))), Ok(true));
        assert_eq!(judged(&format!("{CHUNKED}0\r\n{}\r\n", text(left + 1))), Err(Refusal::TooLong));
    }

    #[test]
    fn what_is_no_head_is_refused_at_its_first_byte() {
        for begin in ["{", "<", "\r", "HTTP/2", "http", "HTTP/1 "] {
            assert_eq!(judged(begin), Err(Refusal::Malformed), "{begin:?}");
        }
    }

    #[test]
    fn what_readers_could_read_differently_is_refused() {
        for answer in [
            format!("{OK}X: y\rz"),
            format!("{OK}{}", "X: y\r\n".repeat(130)),
            format!("{OK}Content-Length: +1\r\n\r\nx"),
            format!("{OK}Content-Length:\r\n\r\nx"),
            format!("{OK}Transfer-Encoding: chunkedx\r\n\r\n"),
            format!("{OK}Transfer-Encoding: chunked, chunked\r\n\r\n"),
            format!("{CHUNKED}1;\u{7f}\r\nx\r\n"),
            format!("{CHUNKED}1;\0\r\nx\r\n"),
            format!("{CHUNKED}1\r\nxy\r\n0\r\n\r\n"),
            format!("{CHUNKED}1\r\nxyyy"),
            format!("{CHUNKED}0\r\nTransfer-encoding: chunked\r\n\r\n"),
        ] {
            assert_eq!(judged(&answer), Err(Refusal::Malformed), "{answer:?}");
        }
        let answer = format!("{OK}TRANSFER-ENCODING: Chunked\r\n\r\n0\r\n\r\n");
        assert_eq!(judged(&answer), Ok(true));
    }

    #[test]
    fn an_answer_to_connect_is_a_head_and_then_a_tunnel() {
        for answer in [
            "HTTP/1.1 200 \r\n\r\n\0\n",
            "HTTP/1.1 200 \r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n\n",
            "HTTP/1.1 407 \r\n\r\n",
        ] {
            assert_eq!(read(b"CONNECT a:1 HTTP/1.1\r\n", answer.as_bytes(), 1), Ok(true));
        }
        let answer = b"HTTP/1.1 200 \n\n";
        assert_eq!(read(b"CONNECT ", answer, 1), Err(Refusal::Malformed));
    }

    #[test]
    fn each_request_has_an_answer_of_its_own() {
        let mut framing = Framing::default();
        let early = format!("HTTP/1.1 103 \r\nX: {}\r\n\r\n", "y".repeat(HEAD_LEN / 2));
        let answer = format!("{early}{OK}Content-Length: 1\r\n\r\nx");
        for _ in 0..3 {
            framing.sent(b"GET / HTTP/1.1\r\n");
            framing.sent(b"\r\n");
            assert!(!framing.is_reusable());
            let (head, body) = answer.as_bytes().split_at(answer.len() - 1);
            framing.received(head).unwrap();
            framing.sent(b"what is left of it");
            framing.received(body).unwrap();
            framing.sent(b"");
            assert!(framing.is_reusable());
        }
        // What comes unasked is no answer to a later request.
        framing.received(b"H").unwrap();
        framing.sent(b"GET / HTTP/1.1\r\n");
        assert!(!framing.is_reusable());
    }
}
