//! What `proxmox-openid` 1.0.3 does badly: each test fails on its behaviour.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use onerealm_demo_provider::{Endpoint, Response};
use proxmox_openid::OpenIdAuthenticator;
use serde_json::{Value, json};

use crate::support::*;

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A login of the web UI.
fn outcome(scene: &Scene) -> anyhow::Result<Value> {
    scene.logged_in(&scene.config(json!({})), WEB)
}

/// What a login's error says, which must not have succeeded.
fn refusal(scene: &Scene) -> String {
    outcome(scene).unwrap_err().to_string()
}

fn with_json(answer: Response, change: impl Fn(&mut Value)) -> Response {
    let mut body = serde_json::from_slice(&answer.body).unwrap();
    change(&mut body);
    Response { body: body.to_string().into(), ..answer }
}

#[test]
fn a_refusal_of_the_token_endpoint_reaches_the_administrator() {
    let scene = Scene::new();
    // Confidential, at a redirect URL that is registered for public clients.
    let config = scene.config(json!({ "settings": ["client-type"] }));
    let error = scene.logged_in(&config, LOOPBACK).unwrap_err().to_string();
    for part in ["/oauth2/v2.0/token", "401", "invalid_client", "AADSTS700025", "client-type"] {
        assert!(error.contains(part), "{part:?} in {error}");
    }
    assert!(!error.contains('\n') && !error.contains("canary"), "{error}");
}

#[test]
fn a_redirect_of_the_token_endpoint_is_not_followed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    thread::spawn(move || {
        for _ in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    for status in [302, 307, 308] {
        let scene = Scene::with_answers(Endpoint::Token, move |answer| {
            Response { status, ..answer }.with_header("Location", format!("http://{address}/"))
        });
        let error = refusal(&scene);
        assert!(error.contains(&status.to_string()), "{error}");
        assert_eq!(scene.asked(), [1, 1, 1, 0]);
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[test]
fn a_provider_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let silent: Vec<_> = listener.incoming().map_while(Result::ok).collect();
        drop(silent);
    });
    let scene = Scene::new();
    let config = scene.config(json!({ "issuer_url": format!("http://{address}/t") }));
    let error = OpenIdAuthenticator::discover(&config, WEB).unwrap_err().to_string();
    assert!(error.contains("took too long"), "{error}");
}

#[test]
fn an_answer_that_is_too_long_or_compressed_is_not_read() {
    let long = Scene::with_answers(Endpoint::Token, |answer| Response {
        body: vec![b' '; 4 << 20],
        ..answer
    });
    assert!(refusal(&long).contains("long"), "{}", refusal(&long));
    let gzip = Scene::with_answers(Endpoint::Token, |answer| {
        answer.with_header("Content-Encoding", "gzip")
    });
    assert!(refusal(&gzip).contains("compressed"), "{}", refusal(&gzip));
}

#[test]
fn an_answer_without_an_id_token_is_an_error() {
    let scene = Scene::with_answers(Endpoint::Token, |answer| {
        with_json(answer, |body| {
            body.as_object_mut().unwrap().remove("id_token");
        })
    });
    assert!(refusal(&scene).contains("ID token"), "{}", refusal(&scene));
}

#[test]
fn what_an_id_token_must_not_say_is_refused() {
    for (claim, value) in [
        ("azp", json!("another-client")),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ("iat", json!(now() + 3600)),
        ("nonce", json!("another")),
        ("aud", json!("another-client")),
    ] {
        let bend = value.clone();
        let scene = Scene::with_claims(move |claims| claims[claim] = bend.clone());
        let error = refusal(&scene);
        assert!(error.starts_with("Failed to verify ID token: "), "{claim}: {error}");
        assert!(error.contains(claim) || claim == "iat", "{claim}: {error}");
        assert_eq!(scene.asked(), [1, 1, 1, 0], "{claim}");
    }
}

#[test]
fn userinfo_of_somebody_else_is_refused() {
    let scene = Scene::with_answers(Endpoint::Userinfo, |answer| {
        with_json(answer, |body| body["sub"] = json!("somebody-else"))
    });
    let error = refusal(&scene);
    assert!(error.starts_with("Failed to contact userinfo endpoint: "), "{error}");
    assert!(error.contains("somebody else"), "{error}");
}

#[test]
fn metadata_and_keys_are_asked_for_once() {
    let scene = Scene::new();
    for n in 1..=3 {
        outcome(&scene).unwrap();
        assert_eq!(scene.asked(), [1, 1, n, n]);
    }
    let config = scene.config(json!({}));
    let url = scene.auth_url(&config, WEB).unwrap();
    let back = scene.sign_in(&url);
    let (_, state) =
        OpenIdAuthenticator::verify_public_auth_state(scene.state_dir(), &back["state"]).unwrap();
    let authenticator = OpenIdAuthenticator::discover(&config, WEB).unwrap();
    let claims = authenticator
        .verify_authorization_code_simple_userinfo(&back["code"], &state, false)
        .unwrap();
    assert_eq!(claims["preferred_username"], ALICE);
    assert_eq!(scene.asked(), [1, 1, 4, 3], "userinfo is left out");
}

#[test]
fn unfinished_logins_lock_nobody_out() {
    let scene = Scene::new();
    let config = scene.config(json!({}));
    let first = scene.auth_url(&config, WEB).unwrap();
    for _ in 0..300 {
        scene.auth_url(&config, WEB).unwrap();
    }
    scene.login(&config, WEB, &scene.sign_in(&first)).unwrap();
    outcome(&scene).unwrap();
}

#[test]
fn a_state_from_nowhere_makes_no_file() {
    let scene = Scene::new();
    outcome(&scene).unwrap();
    let before = listing(scene.state_dir().as_ref());
    let long = "A".repeat(1024);
    for state in [
        r#"{"csrf_token":"x","realm":"../../etc/cron.d/evil"}"#,
        r#"{"csrf_token":"x","realm":"unknown"}"#,
        "unknown",
        "../../x",
        "",
        "\0",
        long.as_str(),
    ] {
        let error = OpenIdAuthenticator::verify_public_auth_state(scene.state_dir(), state);
        let error = error.unwrap_err().to_string();
        assert_eq!(error, "no openid auth state found (possible timeout)", "{state:?}");
    }
    assert_eq!(listing(scene.state_dir().as_ref()), before);
}

#[test]
fn another_redirect_url_than_that_of_the_beginning_is_refused() {
    let scene = Scene::new();
    let config = scene.config(json!({ "client_type": "auto" }));
    for (begun, came) in [
        (WEB, LOOPBACK),
        (LOOPBACK, WEB),
        (WEB, "https://pve.example:8006/x"),
        (WEB, "https://pve.example:8007"),
        (WEB, LOOPBACK_V6),
    ] {
        let back = scene.sign_in(&scene.auth_url(&config, begun).unwrap());
        let error = scene.login(&config, came, &back).unwrap_err().to_string();
        assert!(error.contains("redirect URL"), "{error}");
    }
    assert_eq!(scene.asked()[2], 0, "no code was sent");
}

#[test]
fn a_redirect_url_is_the_same_however_a_browser_would_write_it() {
    let scene = Scene::new();
    let config = scene.config(json!({ "client_type": "auto" }));
    for came in ["https://PVE.example:8006", "https://pve.example:8006/"] {
        let back = scene.sign_in(&scene.auth_url(&config, WEB).unwrap());
        scene.login(&config, came, &back).unwrap();
    }
}

#[test]
fn another_realms_authenticator_is_refused() {
    let scene = Scene::new();
    let other = Scene::new();
    let config = scene.config(json!({}));
    let others = [
        (other.config(json!({})), "another issuer"),
        (scene.config(json!({ "client_id": "another" })), "another client identifier"),
    ];
    for (other_config, what) in &others {
        let back = scene.sign_in(&scene.auth_url(&config, WEB).unwrap());
        let error = scene.login(other_config, WEB, &back).unwrap_err().to_string();
        assert!(error.contains("begin it again"), "{what}: {error}");
    }
    assert_eq!((scene.asked()[2], other.asked()[2]), (0, 0), "no code was sent");
}

#[test]
fn clocks_may_be_a_little_apart() {
    let scene = Scene::with_claims(|claims| claims["exp"] = json!(now() - 30));
    outcome(&scene).unwrap();
    let scene = Scene::with_claims(|claims| claims["exp"] = json!(now() - 90));
    assert!(refusal(&scene).contains("clock"), "{}", refusal(&scene));
}

#[test]
fn the_secret_goes_in_the_way_that_metadata_offers() {
    let scene = Scene::with_answers(Endpoint::Discovery, |answer| {
        with_json(answer, |body| {
            body["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
        })
    });
    outcome(&scene).unwrap();
    let requests = scene.provider.requests_to(Endpoint::Token);
    let body = String::from_utf8(requests[0].request.body.clone()).unwrap();
    assert_eq!(parameters(&body)["client_secret"], SECRET);
    assert_eq!(requests[0].request.header("authorization"), None);
}

#[test]
fn what_no_rule_depends_on_may_have_another_type() {
    let scene = Scene::with_answers(Endpoint::Token, |answer| {
        with_json(answer, |body| body["expires_in"] = json!("300"))
    });
    outcome(&scene).unwrap();
    let scene = Scene::with_claims(|claims| claims["email_verified"] = json!("true"));
    assert_eq!(outcome(&scene).unwrap()["email_verified"], "true");
}

#[test]
fn an_empty_client_key_is_none() {
    let scene = Scene::new();
    for empty in [json!(""), Value::Null] {
        let config = scene.config(json!({ "client_key": empty }));
        scene.logged_in(&config, LOOPBACK).unwrap();
    }
    for request in scene.provider.requests_to(Endpoint::Token) {
        assert_eq!(request.request.header("authorization"), None);
        let body = String::from_utf8(request.request.body.clone()).unwrap();
        assert!(!parameters(&body).contains_key("client_secret"), "{body}");
    }
}
