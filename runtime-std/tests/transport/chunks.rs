//! Case 193: answers whose bytes two readers could read differently, and answers without end.

use onerealm_demo_provider::Endpoint;

use crate::connections::tls_scene;
use crate::front::{Honest, Then};
use crate::scene::*;

const CHUNKED: &str = "Transfer-Encoding: chunked";

/// Makes an answer of the honest one.
type Make = Box<dyn Fn(&Honest) -> Vec<u8> + Send + Sync>;

/// The outcome of a login at `scene` whose token request gets these bytes and then the end of the connection.
fn outcome(scene: &Scene, make: Make) -> &'static str {
    scene.front.bend_next(Endpoint::Token, move |wire, honest| {
        wire.send(&make(honest));
        Then::Close
    });
    let logins = scene.logins();
    let outcome = scene.login(&logins).map_or_else(|error| error.code(), |_| "success");
    assert_eq!(scene.login(&logins).unwrap().username, ALICE, "after an answer that was refused");
    outcome
}

/// Every answer is refused with `code`, with and without TLS.
fn are_refused(code: &str, rows: impl Fn() -> Vec<(String, Make)>) {
    for scene in [Scene::new(), tls_scene()] {
        let outcomes = rows().into_iter().map(|(what, make)| (what, outcome(&scene, make)));
        let others: Vec<_> = outcomes.filter(|(_, outcome)| *outcome != code).collect();
        assert!(others.is_empty(), "not {code}: {others:#?}");
    }
}

fn row(what: &str, make: impl Fn(&Honest) -> Vec<u8> + Send + Sync + 'static) -> (String, Make) {
    (what.escape_debug().to_string(), Box::new(make))
}

/// The honest body as one chunk with this size line, in which `N` is its size, and this behind its data.
fn one_chunk(honest: &Honest, size: &str, behind: &str) -> Vec<u8> {
    let size = size.replace('N', &format!("{:x}", honest.body.len()));
    let head = honest.head(&[CHUNKED]);
    [&head[..], size.as_bytes(), &honest.body, behind.as_bytes()].concat()
}

fn size_lines(lines: &'static [&'static str]) -> Vec<(String, Make)> {
    let row = |line: &&'static str| {
        let line = *line;
        row(line, move |honest| one_chunk(honest, line, "\r\n0\r\n\r\n"))
    };
    lines.iter().map(row).collect()
}

fn ends(ends: &'static [&'static str]) -> Vec<(String, Make)> {
    let row = |end: &&'static str| {
        let end = *end;
        row(end, move |honest| one_chunk(honest, "N\r\n", end))
    };
    ends.iter().map(row).collect()
}

/// The honest answer with `from` replaced in its head, once.
fn heads(rows: &'static [(&'static str, &'static str)]) -> Vec<(String, Make)> {
    let row = |(from, to): &(&'static str, &'static str)| {
        let (from, to) = (*from, *to);
        row(&format!("{from} as {to}"), move |honest| {
            let length = format!("Content-Length: {}", honest.body.len());
            let head = String::from_utf8(honest.head(&["X-Mark: x", &length])).unwrap();
            assert!(head.contains(from), "{head}");
            [head.replacen(from, to, 1).as_bytes(), &honest.body].concat()
        })
    };
    rows.iter().map(row).collect()
}

#[test]
fn case_193_a_chunk_s_size_is_hexadecimal_digits() {
    are_refused("http_protocol", || {
        size_lines(&[
            "+N\r\n",
            "-N\r\n",
            " N\r\n",
            "\tN\r\n",
            "\u{b}N\r\n",
            "\u{a0}N\r\n",
            "N \r\n",
            "N\t\r\n",
            "N ;a\r\n",
            "N\0\r\n",
            "0xN\r\n",
            "N_\r\n",
            "N,N\r\n",
            "N N\r\n",
            "N:\r\n",
            "\"N\"\r\n",
            "\r\n",
            ";N\r\n",
            "\r\nN\r\n",
            "\nN\r\n",
            "N\n",
            "N\r",
            "N\r\r\n",
            "N;a\n\r\n",
            "N;a\rb\r\n",
            "N;a\0b\r\n",
            "N;a\u{7f}\r\n",
            "N;\u{1b}[2J\r\n",
            "N;aaaaaaaaaaaaaaaaaaaaa\r\n",
            "00000000000000000N\r\n",
            "1000000000000000N\r\n",
            "ffffffffffffffffff\r\n",
        ])
    });
}

#[test]
fn case_193_a_chunk_ends_with_its_line_end_and_the_last_one_with_an_empty_line() {
    are_refused("http_protocol", || {
        ends(&[
            "\n0\r\n\r\n",
            "\r0\r\n\r\n",
            "0\r\n\r\n",
            " \r\n0\r\n\r\n",
            "\r\r\n0\r\n\r\n",
            "x\r\n0\r\n\r\n",
            "\0\r\n0\r\n\r\n",
            "\r\n\r\n0\r\n\r\n",
            "\r\n+0\r\n\r\n",
            "\r\n-0\r\n\r\n",
            "\r\n 0\r\n\r\n",
            "\r\n0 \r\n\r\n",
            "\r\n0\n\n",
            "\r\n0\r\n\n",
            "\r\n0\r\n\r\r\n",
        ])
    });
}

#[test]
fn case_193_trailers_are_header_lines() {
    are_refused("http_protocol", || {
        ends(&[
            "\r\n0\r\nX: \0\r\n\r\n",
            "\r\n0\r\nX\0: y\r\n\r\n",
            "\r\n0\r\nX\r\n\r\n",
            "\r\n0\r\n: y\r\n\r\n",
            "\r\n0\r\nX : y\r\n\r\n",
            "\r\n0\r\nX: y\n\r\n",
            "\r\n0\r\nX: y\r\n\n",
            "\r\n0\r\nX: y\rz\r\n\r\n",
            "\r\n0\r\nX: y\r\n folded: z\r\n\r\n",
            "\r\n0\r\n X: y\r\n\r\n",
            "\r\n0\r\nX: \u{1b}[2J\r\n\r\n",
            "\r\n0\r\nHTTP/1.1 200 OK\r\n\r\n",
            "\r\n0\r\nContent-Length: 5\r\n\r\n",
            "\r\n0\r\ntransfer-encoding: chunked\r\n\r\n",
        ])
    });
}

#[test]
fn case_193_an_answer_that_ends_before_its_end_is_none() {
    are_refused("network_connection", || {
        let mut rows = ends(&[
            "",
            "\r",
            "\r\n",
            "\r\n0",
            "\r\n0\r",
            "\r\n0\r\n",
            "\r\n0\r\n\r",
            "\r\n0\r\nX",
            "\r\n0\r\nX: y\r\n",
            "\r\n0\r\nX: y\r\n\r",
            "\r\n0;a=b\r\n",
        ]);
        rows.push(row("a shorter body", |honest| {
            let length = format!("Content-Length: {}", honest.body.len() + 1);
            [honest.head(&[&length]), honest.body.clone()].concat()
        }));
        rows
    });
}

#[test]
fn case_193_a_head_s_lines_end_with_carriage_return_and_line_feed() {
    are_refused("http_protocol", || {
        heads(&[
            (" OK\r\n", " OK\n"),
            ("X-Mark: x\r\n", "X-Mark: x\n"),
            ("\r\n\r\n", "\r\n\n"),
            ("\r\n\r\n", "\n\n"),
            ("\r\n\r\n", "\n\r\n"),
            ("X-Mark: x\r\n", "X-Mark: x\r\r\n"),
            ("X-Mark: x\r\n", "X-Mark: x\rX-Other: y\r\n"),
            ("X-Mark: x\r\n", "X-Mark: x\nX-Other: y\r\n"),
            ("HTTP/1.1 ", "\r\nHTTP/1.1 "),
            ("HTTP/1.1 ", "\nHTTP/1.1 "),
            ("HTTP/1.1 ", "\r\n\r\n\r\nHTTP/1.1 "),
            ("HTTP/1.1 ", "HTTP/1.1 103 Early\n\nHTTP/1.1 "),
            ("HTTP/1.1 ", "HTTP/1.1 103 Early\r\n\r\n\r\nHTTP/1.1 "),
        ])
    });
}

#[test]
fn case_193_a_head_is_one_status_line_and_headers() {
    are_refused("http_protocol", || {
        let mut rows = heads(&[
            ("X-Mark: x", "X-Mark: \0"),
            ("X-Mark: x", "X-Mark\0: x"),
            ("X-Mark: x", "X-Mark : x"),
            ("X-Mark: x", "X-Mark\t: x"),
            ("X-Mark: x", " X-Mark: x"),
            ("X-Mark: x", "X-Mark: x\r\n folded"),
            ("X-Mark: x", "X-Mark: x\r\n\tfolded"),
            ("X-Mark: x", "X-Mark: \u{1b}[2J"),
            ("X-Mark: x", "X-Mark: \u{7f}"),
            ("X-Mark: x", "X-Mark"),
            ("X-Mark: x", ": x"),
            ("X-Mark: x", "HTTP/1.1 200 OK"),
            (" OK", " OK\0"),
            ("HTTP/1.1 ", " HTTP/1.1 "),
            ("HTTP/1.1 ", "HTTP/1.1  "),
            ("HTTP/1.1 ", "http/1.1 "),
            ("HTTP/1.1 ", "HTTP/0.9 "),
            ("HTTP/1.1 ", "HTTP/1.2 "),
            ("HTTP/1.1 ", "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nHTTP/1.1 "),
            ("HTTP/1.1 ", "HTTP/1.1 103 Early\r\nContent-Length: 5\r\n\r\nabcdeHTTP/1.1 "),
            ("HTTP/1.1 ", "HTTP/1.1 103 Early\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 "),
            ("Content-Length: ", "Content-Length: +"),
            ("Content-Length: ", "Content-Length: -"),
            ("Content-Length: ", "Content-Length: 5, "),
            ("Content-Length: ", "Content-Length: 5\r\nContent-Length: "),
            ("Content-Length: ", "Content-Length: 99999999999999999999"),
            ("X-Mark: x", "Transfer-Encoding: chunked"),
        ]);
        rows.push(row("HTTP/0.9", |honest| honest.body.clone()));
        rows.push(row("129 headers", |honest| {
            let many = vec!["X: y"; 129];
            [honest.head(&many), honest.body.clone()].concat()
        }));
        rows
    });
}

#[test]
fn what_is_framed_as_the_specification_has_it_is_read() {
    let read = || {
        let mut rows = size_lines(&["N\r\n", "0000N\r\n", "N;a=b\r\n", "N;a=\"b c\"\r\n"]);
        rows.extend(ends(&["\r\n000\r\n\r\n", "\r\n0;a\r\n\r\n", "\r\n0\r\nX:y\r\nZ: \r\n\r\n"]));
        rows.extend(heads(&[
            (" OK\r\n", " \r\n"),
            (" OK\r\n", " Schön\r\n"),
            ("X-Mark: x", "X-Mark:"),
            ("X-Mark: x", "X-Mark:x \t"),
            ("X-Mark: x", "X-Mark: Schön"),
            ("HTTP/1.1 ", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 "),
            ("HTTP/1.1 ", "HTTP/1.1 103 Early\r\nLink: </x>\r\n\r\nHTTP/1.1 "),
            ("HTTP/1.1 ", "HTTP/1.0 "),
            ("Content-Length: ", "Content-Length: 000"),
            ("Content-Length: ", "content-length:  "),
        ]));
        rows.push(row("upper case", |honest| {
            let size = format!("{:X}\r\n", honest.body.len());
            one_chunk(honest, &size, "\r\n0\r\n\r\n")
        }));
        rows.push(row("a chunk for each byte", |honest| {
            let chunks =
                honest.body.iter().flat_map(|byte| [b'1', b'\r', b'\n', *byte, b'\r', b'\n']);
            [honest.head(&[CHUNKED]), chunks.collect(), b"0\r\n\r\n".to_vec()].concat()
        }));
        rows
    };
    are_refused("success", read);
}
