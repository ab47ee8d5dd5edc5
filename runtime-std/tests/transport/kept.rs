//! Connections that wait for the next login.

use std::collections::HashSet;
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use onerealm::{Logins, Network};
use onerealm_demo_provider::Endpoint;

use crate::certificates::Authority;
use crate::connections::{connections, forged, tls_scene};
use crate::front::{Honest, Then, Wire};
use crate::scene::*;

/// Logins whose connections wait for the next login, for as long as the test takes.
fn keeping(scene: &Scene) -> Logins {
    scene.logins().with_network(Network::new().keeping_connections(Duration::from_secs(3600)))
}

#[test]
fn a_kept_connection_has_the_token_and_userinfo_requests_of_later_logins_and_nothing_else() {
    for scene in [Scene::new(), tls_scene()] {
        let logins = keeping(&scene).with_cache_lifetime(Duration::ZERO);
        for _ in 0..4 {
            scene.login(&logins).unwrap();
        }
        let [metadata, keys, token, userinfo] = connections(&scene);
        assert_eq!((&token, token.len()), (&userinfo, 4));
        assert!(token.iter().all(|connection| *connection == token[0]), "{token:?}");
        let rest = [metadata, keys].concat();
        let different: HashSet<_> = rest.iter().collect();
        assert_eq!(rest.len(), different.len());
        assert!(!rest.contains(&token[0]));
    }
}

#[test]
fn logins_at_the_same_time_have_connections_of_their_own() {
    let scene = Scene::new();
    let logins = keeping(&scene);
    scene.login(&logins).unwrap();
    let (asked, is_asked) = mpsc::channel();
    let (go_on, is_going_on) = mpsc::channel();
    let is_going_on = Mutex::new(is_going_on);
    scene.front.bend_next(Endpoint::Token, move |wire, honest| {
        asked.send(()).unwrap();
        is_going_on.lock().unwrap().recv().unwrap();
        wire.send(&honest.to_bytes());
        Then::NextRequest
    });
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| scene.login(&logins).map(|user| user.username));
        is_asked.recv().unwrap();
        scene.login(&logins).unwrap();
        go_on.send(()).unwrap();
        assert_eq!(slow.join().unwrap().unwrap(), ALICE);
    });
    let [_, _, token, userinfo] = connections(&scene);
    assert_eq!((token[0], token[1]), (token[0], token[0]), "the slow one had what was there");
    assert_ne!(token[2], token[0]);
    assert_eq!(userinfo, [token[0], token[2], token[0]]);
    scene.login(&logins).unwrap();
    let [_, _, token, _] = connections(&scene);
    assert_eq!(token[3], token[0], "the one that was left last");
}

#[test]
fn case_157_what_is_queued_on_a_kept_connection_is_never_taken_for_the_next_login_s() {
    let after_userinfo: [fn(&mut Wire, &Honest); 3] = [
        |wire, honest| assert!(wire.send(&[honest.to_bytes(), forged()].concat())),
        |wire, honest| assert!(wire.send(&[honest.to_bytes(), b"\r\n".to_vec()].concat())),
        |wire, honest| {
            let length = format!("Content-Length: {}", honest.body.len());
            let head = honest.head(&[&length, "Connection: close"]);
            wire.send(&[head, honest.body.clone()].concat());
        },
    ];
    for in_tls in [false, true] {
        for send in after_userinfo {
            let scene = if in_tls { tls_scene() } else { Scene::new() };
            let logins = keeping(&scene);
            scene.front.bend_next(Endpoint::Userinfo, move |wire, honest| {
                send(wire, honest);
                Then::NextRequest
            });
            for _ in 0..3 {
                assert_eq!(scene.login(&logins).unwrap().username, ALICE);
            }
            let [_, _, token, _] = connections(&scene);
            assert_ne!(token[0], token[1]);
            assert_eq!(token[1], token[2], "an honest one is kept");
        }
    }
}

#[test]
fn case_157_an_answer_that_comes_too_soon_on_a_kept_connection_logs_nobody_in() {
    let scene = Scene::new();
    let logins = keeping(&scene);
    scene.front.bend_next(Endpoint::Userinfo, |wire, honest| {
        wire.send(&honest.to_bytes());
        // The next login's token request: this answer was not made for it.
        wire.read_some();
        wire.send(&forged());
        Then::Close
    });
    scene.login(&logins).unwrap();
    let error = scene.login(&logins).unwrap_err();
    assert!(matches!(error.cause(), onerealm::Cause::Token { .. }), "{error}");
    assert_eq!(scene.login(&logins).unwrap().username, ALICE);
}

#[test]
fn case_127_a_token_request_on_a_kept_connection_is_sent_once_too() {
    let scene = Scene::new();
    let logins = keeping(&scene);
    scene.login(&logins).unwrap();
    scene.front.bend_next(Endpoint::Token, |_, _| Then::Close);
    assert_eq!(scene.login(&logins).unwrap_err().code(), "network_connection");
    assert_eq!(scene.asked(), [1, 1, 2, 1]);
    assert_eq!(scene.login(&logins).unwrap().username, ALICE);
    assert_eq!(scene.asked(), [1, 1, 3, 2]);
}

#[test]
fn a_connection_that_brought_one_answer_is_not_kept() {
    let scene = Scene::new();
    scene.configure("\tquery-userinfo 0\n");
    let logins = keeping(&scene);
    for _ in 0..3 {
        scene.login(&logins).unwrap();
    }
    let [_, _, token, _] = connections(&scene);
    assert_eq!(token.iter().collect::<HashSet<_>>().len(), 3);
}

#[test]
fn a_kept_connection_is_for_those_who_trust_the_same_certificates() {
    let scene = tls_scene();
    let logins = keeping(&scene);
    scene.login(&logins).unwrap();
    // The same authority, written otherwise.
    let pem = std::fs::read(scene.path("ca.pem")).unwrap();
    std::fs::write(scene.path("ca.pem"), [&pem[..], b"\n"].concat()).unwrap();
    scene.login(&logins).unwrap();
    std::fs::write(scene.path("ca.pem"), Authority::new("Another CA").pem).unwrap();
    assert_eq!(scene.login(&logins).unwrap_err().code(), "tls_unknown_issuer");
    let [_, _, token, _] = connections(&scene);
    assert_eq!(token.len(), 2);
    assert_ne!(token[0], token[1]);
}

#[test]
fn documents_beyond_their_lifetime_are_asked_for_again() {
    let scene = Scene::new();
    let logins = scene.logins().with_cache_lifetime(Duration::ZERO);
    for _ in 0..3 {
        scene.login(&logins).unwrap();
    }
    let [metadata, keys, ..] = scene.asked();
    assert!(metadata >= 3 && keys >= 3, "{metadata} {keys}");
}
