//! HTTP/1.1 as far as both ends of a login here need it.

use std::io::{self, BufRead, BufReader, Read, Write};

/// A message's first line and headers, and its body.
pub struct Message {
    pub first_line: String,
    /// Whether its sender closes the connection behind it.
    pub closes: bool,
    pub body: Vec<u8>,
}

/// Reads one message; `None` where the other side has closed.
pub fn read(stream: &mut BufReader<impl Read>) -> io::Result<Option<Message>> {
    let mut first_line = String::new();
    if stream.read_line(&mut first_line)? == 0 {
        return Ok(None);
    }
    let (mut len, mut closes) = (0, false);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            None => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                len = value.trim().parse().map_err(|_| io::ErrorKind::InvalidData)?;
            }
            Some((name, value)) => {
                closes |= name.eq_ignore_ascii_case("connection") && value.trim() == "close";
            }
        }
    }
    let mut body = vec![0; len];
    stream.read_exact(&mut body)?;
    Ok(Some(Message { first_line, closes, body }))
}

/// Writes head and body at once.
pub fn write(stream: &mut impl Write, head: &str, body: &[u8]) -> io::Result<()> {
    let head = format!("{head}Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat())?;
    stream.flush()
}
