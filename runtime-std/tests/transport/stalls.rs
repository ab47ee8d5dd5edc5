//! Case 155: one deadline over a whole call, however the bytes come.

use std::time::Duration;

use crate::front::{Honest, Then, Wire};
use crate::scene::*;

/// Far below any limit of a single read.
const PAUSE: Duration = Duration::from_millis(50);

fn stalls(what: &str, bend: impl Fn(&mut Wire, &Honest) -> Then + Clone + Send + Sync + 'static) {
    times_out_at(what, &ASKED, "network_timeout", bend);
}

#[test]
fn case_155_a_head_that_drips_does_not_move_the_deadline() {
    stalls("a dripping head", |wire, honest| {
        let head = honest.head(&[]);
        // All but the line that would end it.
        wire.drip(&head[..head.len() - 2], b"X: y\r\n", PAUSE);
        Then::Close
    });
}

#[test]
fn case_155_a_body_that_drips_does_not_move_the_deadline() {
    stalls("a dripping body", |wire, honest| {
        wire.send(&honest.head(&["Content-Length: 1000000"]));
        wire.drip(&honest.body, b" ", PAUSE);
        Then::Close
    });
}

#[test]
fn case_155_chunks_that_drip_do_not_move_the_deadline() {
    stalls("dripping chunks", |wire, honest| {
        wire.send(&honest.head(&["Transfer-Encoding: chunked"]));
        wire.drip(b"", b"1\r\n \r\n", PAUSE);
        Then::Close
    });
}

#[test]
fn case_155_whoever_accepts_and_stays_silent_is_left() {
    stalls("silence", |wire, _| {
        wire.wait_until_gone();
        Then::Close
    });
}

#[test]
fn case_155_a_body_without_end_and_length_ends_with_the_deadline() {
    stalls("a body until the end of the connection", |wire, honest| {
        wire.send(&[honest.head(&[]), honest.body.clone()].concat());
        wire.wait_until_gone();
        Then::Close
    });
}
