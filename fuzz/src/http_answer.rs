//! The answers of a provider, as bytes. Not in the library: the core knows no HTTP.

#[path = "../../runtime-std/src/http/framing.rs"]
mod framing;

use httparse::{EMPTY_HEADER, Header, Response, Status, parse_chunk_size, parse_headers};

use self::framing::{Framing, Refusal};

/// However an answer is cut into pieces, the same becomes of it; `httparse` reads what is accepted, and finds the same
/// end. Says whether it is one whole answer with nothing behind it.
pub fn http_answer(input: &[u8]) -> bool {
    let whole = judged(input.chunks(input.len().max(1)));
    assert_eq!(judged(input.chunks(1)), whole);
    let cut = input.first().map_or(0, |byte| usize::from(*byte) * 7 % input.len());
    let (one, two) = input.split_at(cut);
    assert_eq!(judged([one, two].into_iter()), whole);
    let end = match whole {
        Ok(_) => end(input),
        Err(Refusal::Cut) => None,
        // What else is refused may be read by others: it is they who are lenient.
        Err(_) => return false,
    };
    let is_whole = whole == Ok(true);
    assert_eq!(is_whole, end == Some(input.len()), "{end:?}");
    is_whole
}

/// An error, or whether exactly one answer has ended.
fn judged<'i>(pieces: impl Iterator<Item = &'i [u8]>) -> Result<bool, Refusal> {
    let mut framing = Framing::default();
    framing.sent(b"GET / HTTP/1.1\r\n\r\n");
    for piece in pieces {
        framing.received(piece)?;
    }
    framing.closed()?;
    Ok(framing.is_reusable())
}

/// Where the answer ends; `None` if that isn't in these bytes. Everything up to there is valid.
fn end(input: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let text = whole(&input[at..], b"\r\n\r\n")?;
        let mut headers = [EMPTY_HEADER; 128];
        let mut head = Response::new(&mut headers);
        assert_eq!(head.parse(text), Ok(Status::Complete(text.len())));
        check_lines(text, head.headers);
        let status = head.code.unwrap();
        assert_eq!(text[9..12], *format!("{status:03}").as_bytes());
        at += text.len();
        return match status {
            // Whatever comes now is another protocol's, and nobody asked for it.
            101 => None,
            100..=199 => continue,
            204 | 304 => Some(at),
            _ => body_end(input, at, head.headers),
        };
    }
}

/// The bytes up to this end; `None` if it isn't there.
fn whole<'i>(input: &'i [u8], end: &[u8]) -> Option<&'i [u8]> {
    let at = input.windows(end.len()).position(|window| window == end)?;
    Some(&input[..at + end.len()])
}

/// One line for each header, and none of them to be read in two ways.
fn check_lines(text: &[u8], headers: &[Header<'_>]) {
    let text = text.strip_suffix(b"\r\n\r\n").unwrap();
    let lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len(), headers.len() + 1);
    let mut ends = lines.iter().rev().skip(1);
    assert!(ends.all(|line| line.ends_with(b"\r")));
    assert_eq!(text.iter().filter(|byte| **byte == b'\r').count(), headers.len());
    for (line, header) in lines.iter().skip(1).zip(headers) {
        assert!(line.starts_with(header.name.as_bytes()));
        assert_eq!(line[header.name.len()], b':');
    }
}

fn body_end(input: &[u8], mut at: usize, headers: &[Header<'_>]) -> Option<usize> {
    let mut said = headers.iter().filter(|header| {
        ["content-length", "transfer-encoding"].contains(&&*header.name.to_ascii_lowercase())
    });
    let framing = said.next();
    assert!(said.next().is_none(), "one framing");
    match framing {
        // With the connection.
        None => return None,
        Some(header) if header.name.eq_ignore_ascii_case("content-length") => {
            let length: u64 = std::str::from_utf8(header.value).unwrap().parse().unwrap();
            let left = (input.len() - at) as u64;
            return (length <= left).then(|| at + length as usize);
        }
        Some(header) => assert!(header.value.eq_ignore_ascii_case(b"chunked")),
    }
    loop {
        let line = whole(&input[at..], b"\r\n")?;
        let size = parse_chunk_size(line).expect("a size");
        let Status::Complete((_, size)) = size else { panic!("{line:?}") };
        at += line.len();
        if size == 0 {
            // With the end of the size's line before them, they are lines like those of a head.
            let text = whole(&input[at - 2..], b"\r\n\r\n")?;
            let mut trailers = [EMPTY_HEADER; 128];
            let trailers = parse_headers(&text[2..], &mut trailers).expect("trailers");
            let Status::Complete((len, trailers)) = trailers else { panic!("{text:?}") };
            assert_eq!(len, text.len() - 2);
            check_lines(text, trailers);
            return Some(at + len);
        }
        let left = (input.len() - at) as u64;
        if size.saturating_add(2) > left {
            return None;
        }
        at += size as usize;
        assert_eq!(input[at..][..2], *b"\r\n");
        at += 2;
    }
}
