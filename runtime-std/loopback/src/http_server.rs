//! A small, strict HTTP/1.1 server, shared by the loopback listener and the demo provider.
//!
//! It blocks, with a thread for each connection, and uses only the standard library and `httparse`. Its clients are
//! browsers, relying parties under test and strangers on this machine, so it refuses anything that two servers could
//! read differently: bare line feeds, a second `Host` or `Content-Length`, chunked bodies, absolute targets. It keeps
//! the bytes of every request, including refused ones. It has no other purpose: no TLS, no routing, no chunked bodies.

mod acceptor;
mod incoming;
mod request;
mod response;

pub use acceptor::Acceptor;
pub use request::Request;
pub use response::Response;

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::incoming::Incoming;

/// How much a refused client may still send before the connection is cut off.
const MAX_DRAINED: usize = 1024 * 1024;

/// One accepted connection: reads requests and answers them in turn.
pub struct Connection {
    stream: Arc<TcpStream>,
    unread: Incoming,
    body_wanted: bool,
    reusable: bool,
}

/// Why no request could be read.
///
/// Its `Debug` shows no bytes: they may hold codes and secrets.
#[non_exhaustive]
pub enum Unreadable {
    /// The client left, failed or took too long: nobody is left to answer.
    Gone,
    /// The request is malformed or unsupported.
    Refused {
        /// The status to answer with.
        status: u16,
        /// The bytes up to the refusal.
        received: Vec<u8>,
    },
}

impl fmt::Debug for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => f.write_str("Gone"),
            Self::Refused { status, .. } => {
                f.debug_struct("Refused").field("status", status).finish_non_exhaustive()
            }
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => f.write_str("the client left, failed or took too long"),
            Self::Refused { status, .. } => {
                write!(f, "the request is refused with status {status}")
            }
        }
    }
}

impl std::error::Error for Unreadable {}

impl Connection {
    fn new(stream: Arc<TcpStream>) -> Self {
        Self { stream, unread: Incoming::default(), body_wanted: true, reusable: true }
    }

    /// Reads the next whole request before `deadline`; a slow drip of bytes does not extend it.
    ///
    /// # Errors
    ///
    /// [`Unreadable::Refused`] for a malformed request or a body of more than `max_body` bytes: answer it, then
    /// [`drain`](Self::drain). [`Unreadable::Gone`] when nobody is left to answer.
    pub fn read(&mut self, max_body: usize, deadline: Instant) -> Result<Request, Unreadable> {
        let raw_head = self.read_head(deadline)?;
        let parsed = request::parse_head(&raw_head);
        let (mut request, length) = parsed.map_err(|status| self.refuse(status, &raw_head))?;
        self.body_wanted = request.method != "HEAD";
        self.reusable &= request.keeps_alive;
        if length > max_body {
            return Err(self.refuse(413, &raw_head));
        }
        request.body = self.read_body(length, deadline)?;
        Ok(request)
    }

    /// Writes one answer before `deadline`.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a header with a line end in its value, `TimedOut` at the deadline; otherwise the network's
    /// error.
    pub fn write(&mut self, response: &Response, deadline: Instant) -> io::Result<()> {
        self.reusable &= !response.is_framed_by_hand();
        let bytes = response.to_bytes(self.body_wanted, self.reusable)?;
        let mut unwritten = bytes.as_slice();
        while !unwritten.is_empty() {
            self.stream.set_write_timeout(Some(left(deadline)?))?;
            match (&*self.stream).write(unwritten) {
                Ok(written) => unwritten = unwritten.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Makes the next answer the last one of this connection.
    pub fn close_after_next(&mut self) {
        self.reusable = false;
    }

    /// Whether another request may follow.
    pub fn is_reusable(&self) -> bool {
        self.reusable
    }

    /// Shuts down the sending side. The client has the whole answer once it reads to the end.
    pub fn finish_writing(&self) {
        // A client that has already left doesn't matter.
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Discards what a refused client still sends: closing with unread bytes would reset the connection, and could lose
    /// the answer.
    pub fn drain(mut self, deadline: Instant) {
        let mut drained = self.unread.take().len();
        while drained <= MAX_DRAINED && self.fill(deadline).is_ok() {
            drained = drained.saturating_add(self.unread.take().len());
        }
    }

    fn read_head(&mut self, deadline: Instant) -> Result<Vec<u8>, Unreadable> {
        loop {
            match self.unread.head() {
                Ok(Some(head)) => return Ok(head),
                Ok(None) => self.fill(deadline)?,
                Err(status) => {
                    let received = self.unread.take();
                    return Err(self.refuse(status, &received));
                }
            }
        }
    }

    fn read_body(&mut self, length: usize, deadline: Instant) -> Result<Vec<u8>, Unreadable> {
        loop {
            match self.unread.body(length) {
                Some(body) => return Ok(body),
                None => self.fill(deadline)?,
            }
        }
    }

    fn fill(&mut self, deadline: Instant) -> Result<(), Unreadable> {
        let mut chunk = [0; 4096];
        let read = left(deadline).and_then(|left| {
            self.stream.set_read_timeout(Some(left))?;
            (&*self.stream).read(&mut chunk)
        });
        match read {
            Ok(0) => Err(Unreadable::Gone),
            Ok(length) => {
                self.unread.add(chunk.into_iter().take(length));
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(_) => Err(Unreadable::Gone),
        }
    }

    fn refuse(&mut self, status: u16, received: &[u8]) -> Unreadable {
        // The start of the next request is unknown from here on.
        self.reusable = false;
        Unreadable::Refused { status, received: received.to_vec() }
    }
}

/// The time until `deadline`, never zero: a zero timeout would mean none.
fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::incoming::MAX_HEAD;
    use super::*;

    const FIRST: &[u8] = b"POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody";
    const SECOND: &[u8] = b"GET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    fn connected() -> (TcpStream, Connection) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        (client, Connection::new(Arc::new(server)))
    }

    fn far() -> Instant {
        Instant::now() + Duration::from_secs(120)
    }

    fn status(read: Result<Request, Unreadable>) -> Option<u16> {
        match read {
            Err(Unreadable::Refused { status, .. }) => Some(status),
            _ => None,
        }
    }

    #[test]
    fn requests_are_read_one_after_the_other() {
        let (mut client, mut connection) = connected();
        client.write_all(&[FIRST, SECOND].concat()).unwrap();
        let first = connection.read(4, far()).ok().unwrap();
        assert_eq!((first.path.as_str(), first.body.as_slice()), ("/1", &b"body"[..]));
        assert!(connection.is_reusable());
        assert_eq!(connection.read(4, far()).ok().unwrap().path, "/2");
        assert!(!connection.is_reusable());
    }

    #[test]
    fn the_deadline_holds_however_much_there_is_to_read() {
        let (mut client, mut connection) = connected();
        client.write_all(FIRST).unwrap();
        assert!(matches!(connection.read(4, Instant::now()), Err(Unreadable::Gone)));
    }

    #[test]
    fn a_body_above_the_limit_is_not_read() {
        let (mut client, mut connection) = connected();
        client.write_all(FIRST).unwrap();
        assert_eq!(status(connection.read(3, far())), Some(413));
        assert!(!connection.is_reusable());
    }

    #[test]
    fn a_head_above_the_limit_is_refused_before_it_ends() {
        let (mut client, mut connection) = connected();
        client.write_all(&vec![b'a'; MAX_HEAD + 1]).unwrap();
        assert_eq!(status(connection.read(0, far())), Some(414));
        let (mut client, mut connection) = connected();
        client.write_all(b"GET / HTTP/1.1\r\nX: ").unwrap();
        client.write_all(&vec![b'a'; MAX_HEAD]).unwrap();
        assert_eq!(status(connection.read(0, far())), Some(431));
    }

    #[test]
    fn debug_of_a_refusal_shows_nothing_that_was_received() {
        let (mut client, mut connection) = connected();
        client.write_all(b"GET /?code=canary HTTP/1.1\r\n\r\n").unwrap();
        let refusal = connection.read(0, far()).unwrap_err();
        let shown = format!("{refusal:?} {refusal}");
        assert_eq!(shown, "Refused { status: 400, .. } the request is refused with status 400");
    }

    #[test]
    fn a_client_that_leaves_in_the_middle_is_gone() {
        let (mut client, mut connection) = connected();
        client.write_all(FIRST.get(..FIRST.len() - 1).unwrap()).unwrap();
        drop(client);
        assert!(matches!(connection.read(4, far()), Err(Unreadable::Gone)));
    }

    #[test]
    fn a_refused_client_is_heard_out_and_not_cut_off() {
        let (mut client, mut connection) = connected();
        client.write_all(&vec![b'a'; 4 * MAX_HEAD]).unwrap();
        assert_eq!(status(connection.read(0, far())), Some(414));
        connection.write(&Response::new(414), far()).unwrap();
        connection.finish_writing();
        let draining = std::thread::spawn(move || connection.drain(far()));
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 414 "));
        // Closing with unread bytes resets the connection, and writing to it soon fails.
        for _ in 0..10_000 {
            client.write_all(b"more").unwrap();
        }
        drop(client);
        draining.join().unwrap();
    }

    #[test]
    fn an_answer_framed_by_hand_is_the_last_one() {
        for (response, expected) in [
            (Response::new(200), true),
            (Response::new(200).with_header("Content-Length", "0"), false),
        ] {
            let (_client, mut connection) = connected();
            connection.write(&response, far()).unwrap();
            assert_eq!(connection.is_reusable(), expected);
        }
    }

    #[test]
    fn an_answer_to_a_client_that_left_fails_at_once() {
        let (client, mut connection) = connected();
        drop(client);
        let began = Instant::now();
        let large = Response::new(200).with_body("text/plain", "x".repeat(1 << 24));
        assert!((0..3).any(|_| connection.write(&large, far()).is_err()));
        assert!(began.elapsed() < Duration::from_secs(60));
    }
}
