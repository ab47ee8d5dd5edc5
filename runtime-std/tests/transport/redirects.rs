//! Cases 151 and 152: nobody is sent to another place by an endpoint.

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

/// Answers the next request to `endpoint` with a redirect that has these header lines and the honest
/// body.
fn redirect_next(scene: &Scene, endpoint: Endpoint, status: &str, lines: &[&[u8]]) {
    let status = format!("HTTP/1.1 {status}");
    let lines = lines.iter().flat_map(|line| [*line, b"\r\n"]).collect::<Vec<_>>().concat();
    scene.front.bend_next(endpoint, move |wire, honest| {
        let length = format!("Content-Length: {}", honest.body.len());
        let head = String::from_utf8(honest.head(&[&length])).unwrap();
        let head = head.replace(&honest.status_line, &status);
        let head = head.strip_suffix("\r\n").unwrap().as_bytes();
        // The honest body comes with it, and is not believed.
        wire.send(&[head, &lines, b"\r\n", &honest.body].concat());
        Then::NextRequest
    });
}

fn no_redirect_is_followed_from(endpoint: Endpoint, code: &str, also: &[&str]) {
    let (address, connections) = trap();
    let scene = Scene::new();
    let port = scene.front.address.port();
    let logins = scene.logins();
    let mut asked = [0; 4];
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        for location in [
            format!("http://{address}/stolen"),
            format!("https://{address}/stolen"),
            format!("//{address}/stolen"),
            format!("http://127.0.0.1:{port}@{address}/stolen"),
            format!("http://{address}#@127.0.0.1:{port}/stolen"),
            format!("/\\{address}/stolen"),
            format!("\\\\{address}\\stolen"),
            format!("http://127.0.0.1:{port}\\@{address}/stolen"),
            format!("///{address}/stolen"),
            format!("https://127.0.0.1:{port}/elsewhere"),
            format!("http://localhost:{port}/elsewhere"),
            format!("http://127.1:{port}/elsewhere"),
            format!("http://u:p@127.0.0.1:{port}/elsewhere"),
            "/elsewhere#fragment".to_owned(),
            "http://169.254.169.254/latest".to_owned(),
            "file:///etc/passwd".to_owned(),
            String::new(),
        ]
        .into_iter()
        .chain(also.iter().map(|location| (*location).to_owned()))
        {
            redirect_next(&scene, endpoint, status, &[format!("Location: {location}").as_bytes()]);
            let error = scene.login(&logins).unwrap_err();
            assert_eq!(error.code(), code, "{status}: {error}");
            let shown = format!("HTTP status {} to {location:?}", &status[..3]);
            assert!(error.to_string().contains(&shown), "{shown}: {error}");
            assert!(
                error.explanation().fix.as_ref().is_some_and(|fix| fix.contains("metadata")),
                "{error}"
            );
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
    no_redirect_is_followed_from(Endpoint::Token, "token_response", &["/elsewhere"]);
}

#[test]
fn case_152_a_redirect_of_the_metadata_is_not_followed() {
    no_redirect_is_followed_from(Endpoint::Discovery, "discovery_response", &[]);
}

#[test]
fn case_152_a_redirect_of_the_keys_is_not_followed() {
    no_redirect_is_followed_from(Endpoint::Keys, "jwks_response", &[]);
}

#[test]
fn case_152_a_redirect_of_userinfo_is_not_followed() {
    no_redirect_is_followed_from(Endpoint::Userinfo, "userinfo_refused", &["/elsewhere"]);
}

#[test]
fn a_redirect_with_no_target_several_or_one_that_is_no_text_is_not_followed() {
    let scene = Scene::new();
    let rows: [(&[&[u8]], &str); 6] = [
        (&[], "HTTP status 302 without a target"),
        (&[b"Location: /elsewhere", b"Location: /elsewhere"], "with several targets"),
        (&[b"Location: /elsewhere", b"location: http://evil.example/"], "with several targets"),
        (&[b"Location: /elsewhere\xff"], "with a target that is not UTF-8"),
        (&[b"Location: /\xe9"], "with a target that is not UTF-8"),
        (&["Location: /é".as_bytes()], "its target is no URL"),
    ];
    for (lines, shown) in rows {
        for endpoint in [Endpoint::Discovery, Endpoint::Keys] {
            redirect_next(&scene, endpoint, "302 Found", lines);
            let error = scene.login(&scene.logins()).unwrap_err();
            assert!(["discovery_response", "jwks_response"].contains(&error.code()), "{error}");
            assert!(error.to_string().contains(shown), "{shown}: {error}");
        }
    }
    assert!(scene.front.seen().iter().all(|seen| seen.endpoint != Endpoint::Other));
}

#[test]
fn other_statuses_of_their_class_are_no_redirects() {
    for status in ["300 Multiple Choices", "304 Not Modified", "305 Use Proxy", "306 Unused"] {
        let scene = Scene::new();
        redirect_next(&scene, Endpoint::Discovery, status, &[b"Location: /elsewhere"]);
        let error = scene.login(&scene.logins()).unwrap_err();
        // A 304 has no body, so what follows is no answer.
        assert!(["discovery_response", "http_protocol"].contains(&error.code()), "{error}");
        assert!(scene.front.seen().iter().all(|seen| seen.endpoint != Endpoint::Other));
    }
}
