//! Cases 153 and 154: what an endless answer costs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use onerealm_demo_provider::Endpoint;

use crate::child::Child;
use crate::front::{Honest, Then, Wire};
use crate::scene::*;

const GIB: u64 = 1 << 30;
/// More than what is read, and than what the system keeps of a connection.
const MOST_SENT: u64 = 64 << 20;
const MOST_MEMORY_KIB: u64 = 16 << 10;

/// Answers of metadata and tokens, which are read as all others are, in a process that has logged
/// in before, and does again afterwards.
fn costs_little(what: &str, code: &str, bend: fn(&mut Wire, &Honest) -> u64) {
    for endpoint in [Endpoint::Discovery, Endpoint::Token] {
        let scene = Scene::new();
        let mut child = Child::start(&scene, &[]);
        let (outcome, before) = child.log_in(1);
        assert_eq!(outcome, "success");
        let sent = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&sent);
        scene.front.bend_next(endpoint, move |wire, honest| {
            count.fetch_add(bend(wire, honest), Ordering::SeqCst);
            Then::Close
        });
        let (outcome, after) = child.log_in(1);
        assert_eq!(outcome, code, "{what} at {endpoint:?}");
        // The system counts in steps, so that a peak may seem lower than an earlier one.
        let grown = after.saturating_sub(before);
        println!("{what} at {endpoint:?}: {before} KiB before, {grown} KiB more at the peak");
        assert!(grown < MOST_MEMORY_KIB, "{what} at {endpoint:?}: {grown} KiB");
        assert_eq!(child.log_in(1).0, "success");
        let sent = sent.load(Ordering::SeqCst);
        assert!(sent < MOST_SENT, "{what} at {endpoint:?}: {sent} bytes were taken");
    }
}

#[test]
fn case_153_a_body_of_a_gibibyte_costs_little() {
    costs_little("1 GiB", "http_too_long", |wire, honest| {
        wire.send(&honest.head(&[&format!("Content-Length: {GIB}")]));
        wire.send_again_and_again(&[b' '; 65_536], GIB)
    });
}

#[test]
fn case_153_a_body_without_end_costs_little() {
    costs_little("close-delimited", "http_too_long", |wire, honest| {
        wire.send(&honest.head(&["Connection: close"]));
        wire.send_again_and_again(&[b' '; 65_536], GIB)
    });
}

#[test]
fn case_153_endless_chunks_cost_little() {
    costs_little("endless chunks", "http_too_long", |wire, honest| {
        wire.send(&honest.head(&["Transfer-Encoding: chunked"]));
        let chunk = [&b"10000\r\n"[..], &[b' '; 65_536], b"\r\n"].concat();
        wire.send_again_and_again(&chunk, GIB)
    });
    costs_little("endless small chunks", "http_too_long", |wire, honest| {
        wire.send(&honest.head(&["Transfer-Encoding: chunked"]));
        wire.send_again_and_again(&b"10\r\n                \r\n".repeat(10_000), GIB)
    });
    costs_little("a chunk size without end", "http_protocol", |wire, honest| {
        wire.send(&honest.head(&["Transfer-Encoding: chunked"]));
        wire.send_again_and_again(&[b'0'; 65_536], GIB)
    });
    costs_little("a chunk extension without end", "http_protocol", |wire, honest| {
        wire.send(&[&honest.head(&["Transfer-Encoding: chunked"])[..], b"1;"].concat());
        wire.send_again_and_again(&[b'x'; 65_536], GIB)
    });
}

/// Sends the honest answer in chunks, but for the line that would end it.
fn send_without_end(wire: &mut Wire, honest: &Honest) {
    let head = honest.head(&["Transfer-Encoding: chunked"]);
    let body = honest.chunked();
    wire.send(&[&head[..], &body[..body.len() - 2]].concat());
}

#[test]
fn case_193_what_has_no_end_costs_little() {
    costs_little("trailers", "http_protocol", |wire, honest| {
        send_without_end(wire, honest);
        wire.send_again_and_again(&b"X: y\r\n".repeat(10_000), GIB)
    });
    costs_little("a trailer", "http_too_long", |wire, honest| {
        send_without_end(wire, honest);
        wire.send(b"X: ");
        wire.send_again_and_again(&[b'y'; 65_536], GIB)
    });
    costs_little("early answers", "http_too_long", |wire, _| {
        wire.send_again_and_again(&b"HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000), GIB)
    });
    costs_little("empty lines before a head", "http_protocol", |wire, _| {
        wire.send_again_and_again(&b"\r\n".repeat(10_000), GIB)
    });
    costs_little("no head", "http_protocol", |wire, _| {
        wire.send_again_and_again(&[b'{'; 65_536], GIB)
    });
    costs_little("header lines", "http_protocol", |wire, honest| {
        wire.send(&[honest.status_line.as_bytes(), b"\r\n"].concat());
        wire.send_again_and_again(&b"X: y\r\n".repeat(10_000), GIB)
    });
    costs_little("what follows a chunk", "http_protocol", |wire, honest| {
        wire.send(&[&honest.head(&["Transfer-Encoding: chunked"])[..], b"1\r\n{"].concat());
        wire.send_again_and_again(&[b' '; 65_536], GIB)
    });
}

#[test]
fn case_154_a_gzip_bomb_costs_little() {
    costs_little("gzip bomb", "http_encoded", |wire, honest| {
        static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| gzip_bomb(1_000_000));
        let bomb = &*BOMB;
        let length = format!("Content-Length: {}", bomb.len());
        wire.send(&honest.head(&["Content-Encoding: gzip", &length]));
        wire.send_again_and_again(bomb, bomb.len() as u64)
    });
}

#[test]
fn case_156_a_head_without_end_costs_little() {
    costs_little("head", "http_too_long", |wire, honest| {
        wire.send(&[honest.status_line.as_bytes(), b"\r\nX: "].concat());
        wire.send_again_and_again(&[b'y'; 65_536], GIB)
    });
}

/// `len` bytes of gzip that are 158 times as many spaces: a literal, and copies of the 258 bytes
/// before, in the fixed code of RFC 1951 section 3.2.6.
fn gzip_bomb(len: usize) -> Vec<u8> {
    let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    // The last block, in the fixed code; a space; then length 258 at distance 1, again and again.
    let begin = [1, 1, 0].into_iter().chain([0, 1, 0, 1, 0, 0, 0, 0]);
    let copies = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0].into_iter().cycle();
    let mut bits = begin.chain(copies);
    let bytes = std::iter::from_fn(|| {
        Some((0..8).fold(0, |byte, place| byte | bits.next().unwrap_or(0) << place))
    });
    header.into_iter().chain(bytes).take(len).collect()
}
