//! The requests to the loopback listener, as bytes. Not in the library: the core knows no HTTP server.

#[path = "../../runtime-std/loopback/src/http_server/incoming.rs"]
mod incoming;
#[path = "../../runtime-std/loopback/src/http_server/request.rs"]
#[allow(dead_code, reason = "what a whole server needs besides")]
mod request;

use self::incoming::Incoming;
use self::request::{Request, parse_head};

/// As the listener has it.
const MAX_BODY: usize = 16 * 1024;

/// However the bytes are cut into pieces, the same requests are read; they are those that another reader finds, with
/// the same parts. Says whether they are whole requests and nothing else.
pub fn listener_request(input: &[u8]) -> bool {
    let whole = read(input.chunks(input.len().max(1)));
    let cut = input.first().map_or(0, |byte| usize::from(*byte) * 7 % input.len());
    let (one, two) = input.split_at(cut);
    for other in [read(input.chunks(1)), read([one, two].into_iter())] {
        assert_eq!(parts(&other), parts(&whole));
        assert_eq!(other.1, whole.1);
    }
    let (requests, end) = whole;
    let mut rest = input;
    for request in &requests {
        let (simple, after) = simply(rest).expect("a request of the other reader's");
        assert_eq!(simple, parts_of(request));
        rest = after;
    }
    // Whatever the other one reads is read.
    assert!(end == Err(413) || simply(rest).is_none(), "{end:?}");
    end == Ok(0) && !requests.is_empty()
}

/// The requests, and how many bytes are left of an unfinished one, or the status with which the rest is refused.
fn read<'i>(pieces: impl Iterator<Item = &'i [u8]>) -> (Vec<Request>, Result<usize, u16>) {
    let (mut requests, mut incoming, mut head) = (Vec::new(), Incoming::default(), None);
    for piece in pieces {
        incoming.add(piece.iter().copied());
        loop {
            let (mut request, length) = match head.take() {
                Some(parsed) => parsed,
                None => match incoming.head() {
                    Ok(None) => break,
                    Err(status) => return (requests, Err(status)),
                    Ok(Some(raw)) => match parse_head(&raw) {
                        Ok((_, length)) if length > MAX_BODY => return (requests, Err(413)),
                        Ok(parsed) => parsed,
                        Err(status) => return (requests, Err(status)),
                    },
                },
            };
            match incoming.body(length) {
                Some(body) => request.body = body,
                None => {
                    head = Some((request, length));
                    break;
                }
            }
            requests.push(request);
        }
    }
    let head_len = head.map_or(0, |(request, _)| request.raw_head.len());
    let left = incoming.take().len() + head_len;
    (requests, Ok(left))
}

type Parts = (String, String, Vec<(String, String)>, Vec<u8>);

fn parts((requests, _): &(Vec<Request>, Result<usize, u16>)) -> Vec<Parts> {
    requests.iter().map(parts_of).collect()
}

fn parts_of(request: &Request) -> Parts {
    let Request { method, target, path, query, headers, body, .. } = request;
    let joined = query.as_ref().map_or(path.clone(), |query| format!("{path}?{query}"));
    assert_eq!(joined, *target);
    assert!(!path.contains('?'));
    (method.clone(), target.clone(), headers.clone(), body.clone())
}

/// Another reader of one request: line by line, each in its one spelling.
fn simply(input: &[u8]) -> Option<(Parts, &[u8])> {
    let end = input.windows(4).position(|end| end == b"\r\n\r\n")?;
    if end + 4 > incoming::MAX_HEAD {
        return None;
    }
    let mut lines = std::str::from_utf8(&input[..end]).ok()?.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let is_target = target.starts_with('/') && target.chars().all(|c| c.is_ascii_graphic());
    let is_version = ["HTTP/1.0", "HTTP/1.1"].contains(&version);
    if !is_token(method)
        || !is_target
        || target.contains('#')
        || !is_version
        || words.next().is_some()
    {
        return None;
    }
    let headers =
        lines.map(header).collect::<Option<Vec<_>>>().filter(|found| found.len() <= 64)?;
    let once = |name: &str| {
        let mut found = headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        let value = found.next().map(|(_, value)| value.as_str());
        found.next().is_none().then_some(value)
    };
    for name in ["authorization", "content-type", "origin"] {
        once(name)?;
    }
    let (host, length) = (once("host")?, once("content-length")?);
    if (version == "HTTP/1.1" && host.is_none()) || once("transfer-encoding")?.is_some() {
        return None;
    }
    let is_number = |text: &&str| text.chars().all(|c| c.is_ascii_digit());
    let length: usize = match length {
        None => 0,
        Some(digits) => Some(digits).filter(is_number)?.parse().ok()?,
    };
    let rest = &input[end + 4..];
    let body = rest.get(..length)?;
    Some(((method.to_owned(), target.to_owned(), headers, body.to_owned()), &rest[length..]))
}

fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let is_text = value.chars().all(|c| c == '\t' || !c.is_ascii_control());
    (is_token(name) && is_text)
        .then(|| (name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
}

/// RFC 9110 section 5.6.2.
fn is_token(text: &str) -> bool {
    let is_tchar = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(is_tchar)
}
