//! The bytes of a connection, until they are requests.

/// The most bytes of a request line and its headers: four times a code of 4,096 characters and a browser's headers.
pub(super) const MAX_HEAD: usize = 16 * 1024;

/// What has arrived and isn't read yet. How it was cut on its way changes nothing.
#[derive(Default)]
pub(super) struct Incoming(Vec<u8>);

impl Incoming {
    pub(super) fn add(&mut self, bytes: impl IntoIterator<Item = u8>) {
        self.0.extend(bytes);
    }

    /// Everything that isn't read yet.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }

    /// The next head, with the empty line that ends it; `None` if more must arrive first. The error is a status.
    pub(super) fn head(&mut self) -> Result<Option<Vec<u8>>, u16> {
        let head = self.0.get(..MAX_HEAD).unwrap_or(&self.0);
        match find_head(head) {
            Head::Complete(end) => Ok(Some(self.0.drain(..end).collect())),
            Head::BareLineFeed => Err(400),
            Head::Unfinished if head.len() < MAX_HEAD => Ok(None),
            Head::Unfinished if head.contains(&b'\n') => Err(431),
            Head::Unfinished => Err(414),
        }
    }

    /// The next so many bytes; `None` if more must arrive first.
    pub(super) fn body(&mut self, length: usize) -> Option<Vec<u8>> {
        (self.0.len() >= length).then(|| self.0.drain(..length).collect())
    }
}

/// Where the head ends in the bytes that have arrived.
enum Head {
    /// It ends before this position.
    Complete(usize),
    /// Its end has not arrived yet.
    Unfinished,
    /// A line ends without a carriage return, which others may read as another request.
    BareLineFeed,
}

fn find_head(bytes: &[u8]) -> Head {
    let mut position = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        position += line.len();
        match line {
            b"\r\n" => return Head::Complete(position),
            [.., b'\r', b'\n'] => {}
            [.., b'\n'] => return Head::BareLineFeed,
            _ => break,
        }
    }
    Head::Unfinished
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming(bytes: &[u8]) -> Incoming {
        let mut incoming = Incoming::default();
        incoming.add(bytes.iter().copied());
        incoming
    }

    #[test]
    fn a_bare_line_feed_ends_no_line() {
        assert_eq!(incoming(b"GET / HTTP/1.1\n\n").head(), Err(400));
        assert_eq!(incoming(b"GET / HTTP/1.1\r\nA: b\n\r\n").head(), Err(400));
        assert_eq!(incoming(b"GET / HTTP/1.1\r\n").head(), Ok(None));
    }

    #[test]
    fn what_is_behind_a_head_is_left() {
        let mut incoming = incoming(b"GET / HTTP/1.1\r\n\r\nbody\n");
        assert_eq!(incoming.head().unwrap().unwrap(), b"GET / HTTP/1.1\r\n\r\n");
        assert_eq!(incoming.body(6), None);
        assert_eq!(incoming.body(4).unwrap(), b"body");
        assert_eq!(incoming.take(), b"\n");
    }

    #[test]
    fn a_head_has_a_limit_wherever_it_is_cut() {
        let line = |len: usize| [&b"GET "[..], &vec![b'a'; len - 6], b"\r\n"].concat();
        for (bytes, expected) in [
            ([&line(MAX_HEAD - 2)[..], b"\r\n"].concat(), Ok(true)),
            ([&line(MAX_HEAD - 1)[..], b"\r\n"].concat(), Err(431)),
            // A mistake behind the limit is not looked at.
            ([&line(MAX_HEAD - 1)[..], b"a\n"].concat(), Err(431)),
            ([&line(MAX_HEAD - 2)[..], b"a\n"].concat(), Err(400)),
            (line(MAX_HEAD + 1), Err(414)),
            (line(MAX_HEAD + 2), Err(414)),
        ] {
            for piece in [bytes.len(), 1000, 1] {
                let mut incoming = Incoming::default();
                let outcome = bytes.chunks(piece).find_map(|piece| {
                    incoming.add(piece.iter().copied());
                    incoming.head().map(|head| head.map(|_| true)).transpose()
                });
                assert_eq!(outcome, Some(expected), "{piece}");
            }
        }
    }
}
