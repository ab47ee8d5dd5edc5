//! Cases 151 and 152: nobody is sent elsewhere by an endpoint.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use onerealm_demo_provider::Endpoint;

use crate::front::Then;
use crate::scene::*;

/// A server that must not be asked: its address, and how many connections it got.
fn trap() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    thread::spawn(move || {
        for _ in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    (address.to_string(), connections)
}

fn no_redirect_is_followed_from(endpoint: Endpoint, code: &str) {
    let (address, connections) = trap();
    let scene = Scene::new();
    let logins = scene.logins();
    let mut asked = [0; 4];
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        for location in [
            format!("http://{address}/stolen"),
            format!("https://{address}/stolen"),
            format!("//{address}/stolen"),
            "http://169.254.169.254/latest".to_owned(),
            "/elsewhere".to_owned(),
        ] {
            // The honest body comes with it, and is not believed.
            scene.front.bend_next(endpoint, move |wire, honest| {
                let length = format!("Content-Length: {}", honest.body.len());
                let head = honest.head(&[&length, &format!("Location: {location}")]);
                let head = String::from_utf8(head)
                    .unwrap()
                    .replace(&honest.status_line, &format!("HTTP/1.1 {status}"));
                wire.send(&[head.into_bytes(), honest.body.clone()].concat());
                Then::NextRequest
            });
            let error = scene.login(&logins).unwrap_err();
            assert_eq!(error.code(), code, "{status}: {error}");
            let now = scene.asked();
            for (place, asked_endpoint) in ASKED.iter().enumerate() {
                assert!(now[place] - asked[place] <= 1, "{asked_endpoint:?} twice after {status}");
            }
            asked = now;
        }
    }
    assert!(scene.front.seen().iter().all(|seen| seen.endpoint != Endpoint::Other));
    assert_eq!(connections.load(Ordering::SeqCst), 0);
    // The address would have been reached.
    std::net::TcpStream::connect(&address).unwrap();
    while connections.load(Ordering::SeqCst) == 0 {
        thread::yield_now();
    }
}

#[test]
fn case_151_the_token_endpoint_redirects_and_nobody_else_sees_code_or_secret() {
    no_redirect_is_followed_from(Endpoint::Token, "token_response");
}

#[test]
fn case_152_a_redirect_of_the_metadata_is_not_followed() {
    no_redirect_is_followed_from(Endpoint::Discovery, "discovery_response");
}

#[test]
fn case_152_a_redirect_of_the_keys_is_not_followed() {
    no_redirect_is_followed_from(Endpoint::Keys, "jwks_response");
}

#[test]
fn case_152_a_redirect_of_userinfo_is_not_followed() {
    no_redirect_is_followed_from(Endpoint::Userinfo, "userinfo_refused");
}
