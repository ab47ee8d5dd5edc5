//! Case 157: an answer belongs to the request that it was given to, and a request is sent
//! once.

use std::collections::HashSet;
use std::io::Write;
use std::time::Duration;

use onerealm::provider::Endpoint;

use crate::certificates::Authority;
use crate::front::{Honest, Then, Wire};
use crate::scene::*;

/// A whole answer that nobody asked for: keys, metadata, tokens and userinfo at once.
fn forged() -> Vec<u8> {
    let body =
        r#"{"keys":[],"sub":"mallory","issuer":"https://mallory.example","id_token":"a.b.c"}"#;
    let mut forged = Vec::new();
    write!(
        forged,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    forged
}

/// Logs in three times, while behind one answer comes another one; `send` sends both.
fn an_answer_behind_another_is_nobody_s(
    scene: &Scene,
    send: impl Fn(&mut Wire, &Honest) + Clone + Send + Sync + 'static,
) {
    for endpoint in [Endpoint::Discovery, Endpoint::Token, Endpoint::Keys, Endpoint::Userinfo] {
        let logins = scene.logins();
        let before = scene.asked();
        let send = send.clone();
        scene.front.bend_next(endpoint, move |wire, honest| {
            send(wire, honest);
            Then::NextRequest
        });
        for _ in 0..3 {
            let user = scene.login(&logins).unwrap_or_else(|e| panic!("{endpoint:?}: {e}"));
            assert_eq!(user.username, ALICE);
        }
        let asked: Vec<_> =
            scene.asked().iter().zip(before).map(|(now, then)| now - then).collect();
        assert_eq!(asked, [1, 1, 3, 3], "{endpoint:?}");
    }
}

#[test]
fn case_157_an_answer_queued_behind_another_is_never_taken_for_the_next() {
    an_answer_behind_another_is_nobody_s(&Scene::new(), |wire, honest| {
        wire.send(&[honest.to_bytes(), forged()].concat());
    });
}

#[test]
fn case_157_an_answer_that_comes_late_is_never_taken_for_the_next() {
    an_answer_behind_another_is_nobody_s(&Scene::new(), |wire, honest| {
        wire.send(&honest.to_bytes());
        std::thread::sleep(Duration::from_millis(20));
        wire.send(&forged());
    });
}

#[test]
fn case_157_an_answer_queued_within_tls_is_never_taken_for_the_next() {
    let authority = Authority::new("A private CA");
    let scene = Scene::at("https://localhost", "");
    std::fs::write(scene.path("ca.pem"), &authority.pem).unwrap();
    scene.configure(&format!("\tca-file {}\n", scene.path("ca.pem").display()));
    scene.front.speak_tls(authority.server(&["localhost"]));
    // The client reads ciphertext in pieces: the second answer is to begin behind the last piece
    // that it needs for the first. With a pool of connections, it did with the last two of these.
    for padding in [0, 2000, 16_000] {
        an_answer_behind_another_is_nobody_s(&scene, move |wire, honest| {
            let length = format!("Content-Length: {}", honest.body.len());
            let padding = format!("X-Padding: {}", "x".repeat(padding));
            let first = [honest.head(&[&length, &padding]), honest.body.clone()].concat();
            wire.send_two(&first, &forged());
        });
    }
}

#[test]
fn every_request_has_a_connection_of_its_own() {
    let scene = Scene::new();
    let logins = scene.logins();
    for _ in 0..3 {
        scene.login(&logins).unwrap();
    }
    let seen = scene.front.seen();
    let connections: HashSet<_> = seen.iter().map(|seen| seen.connection).collect();
    assert_eq!((seen.len(), connections.len()), (1 + 3 + 1 + 3, seen.len()));
}

#[test]
fn case_157_a_connection_that_ends_in_the_middle_is_not_tried_again() {
    for sent in [0, 1, 20, 200, 400] {
        let bend = move |wire: &mut Wire, honest: &Honest| {
            let answer = honest.to_bytes();
            wire.send(&answer[..sent.min(answer.len() - 1)]);
            Then::Close
        };
        let deadline = Duration::from_secs(20);
        fails_at(&format!("{sent} bytes"), &ASKED, "network_connection", deadline, bend);
    }
}

#[test]
fn a_provider_that_closes_idle_connections_costs_no_login() {
    // What a pool would hand over is closed at the very moment when the next request is sent.
    let scene = Scene::new();
    let logins = scene.logins();
    for endpoint in [Endpoint::Discovery, Endpoint::Userinfo, Endpoint::Userinfo] {
        scene.front.bend_next(endpoint, |wire, honest| {
            wire.send(&honest.to_bytes());
            // It listens no longer, and says so only once it was spoken to.
            wire.read_some();
            Then::Close
        });
        assert_eq!(scene.login(&logins).unwrap().username, ALICE);
    }
    assert_eq!(scene.asked(), [1, 1, 3, 3]);
}
