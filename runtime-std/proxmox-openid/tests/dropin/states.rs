//! The state between the two calls: single use, and told apart when it can't be used.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use proxmox_openid::{OpenIdAuthenticator, PrivateAuthState};
use serde_json::json;

use crate::support::*;

fn take(scene: &Scene, state: &str) -> Result<(String, PrivateAuthState), String> {
    OpenIdAuthenticator::verify_public_auth_state(scene.state_dir(), state)
        .map_err(|error| error.to_string())
}

#[test]
fn a_state_is_taken_once() {
    let scene = Scene::new();
    let url = parameters(&scene.auth_url(&scene.config(json!({})), WEB).unwrap());
    let (realm, state) = take(&scene, &url["state"]).unwrap();
    assert_eq!((realm.as_str(), state.redirect_url.as_str()), (REALM, WEB));
    let again = take(&scene, &url["state"]).unwrap_err();
    assert!(again.starts_with("no openid auth state found (possible timeout)"), "{again}");
    assert!(again.contains("finished before"), "{again}");
}

#[test]
fn of_many_callers_one_gets_it() {
    let scene = Arc::new(Scene::new());
    for _ in 0..20 {
        let url = parameters(&scene.auth_url(&scene.config(json!({})), WEB).unwrap());
        let callers: Vec<_> = (0..8)
            .map(|_| {
                let (scene, state) = (Arc::clone(&scene), url["state"].clone());
                thread::spawn(move || take(&scene, &state).is_ok())
            })
            .collect();
        let taken = callers.into_iter().map(|caller| caller.join().unwrap());
        assert_eq!(taken.filter(|taken| *taken).count(), 1);
    }
}

#[test]
fn a_state_that_was_changed_on_its_way_is_not_taken_for_the_login() {
    let scene = Scene::new();
    let config = scene.config(json!({}));
    let changes: [(&str, fn(&mut serde_json::Value)); 10] = [
        ("a part of the binding", |state| {
            state.as_object_mut().unwrap().remove("issuer");
        }),
        ("client_type", |state| state["client_type"] = json!("public")),
        ("token_auth_method", |state| state["token_auth_method"] = json!("private_key_jwt")),
        ("client_id", |state| state["client_id"] = json!("another")),
        ("realm", |state| state["realm"] = json!("a/b")),
        ("issuer", |state| state["issuer"] = json!("https://evil.example")),
        ("redirect_url", |state| state["redirect_url"] = json!(LOOPBACK)),
        ("ctime", |state| state["ctime"] = json!(-1)),
        ("nonce", |state| state["nonce"] = json!("short")),
        ("ctime of long ago", |state| state["ctime"] = json!(1_000_000_000)),
    ];
    for (what, change) in changes {
        let back = scene.sign_in(&scene.auth_url(&config, WEB).unwrap());
        let (_, state) = take(&scene, &back["state"]).unwrap();
        let mut hash = serde_json::to_value(&state).unwrap();
        change(&mut hash);
        let state: PrivateAuthState = serde_json::from_value(hash).unwrap();
        let authenticator = OpenIdAuthenticator::discover(&config, WEB).unwrap();
        let outcome = authenticator.verify_authorization_code_simple(&back["code"], &state);
        assert!(outcome.is_err(), "{what}");
    }
    assert_eq!(scene.asked()[2], 0, "no code was sent");
}

#[test]
fn a_state_of_1_0_3_is_not_found() {
    let scene = Scene::new();
    let old = json!({ "csrf_token": "x", "nonce": "y", "pkce_verifier": "z", "ctime": 1 });
    let file = format!("{}/proxmox-openid-auth-state-{REALM}", scene.state_dir());
    fs::write(&file, json!([old]).to_string()).unwrap();
    let error = take(&scene, r#"{"csrf_token":"x","realm":"entra"}"#).unwrap_err();
    assert_eq!(error, "no openid auth state found (possible timeout)");
    assert_eq!(fs::read_to_string(&file).unwrap(), json!([old]).to_string());
    // Its private state has the shape, and values that are no longer random enough.
    let old: PrivateAuthState = serde_json::from_value(old).unwrap();
    let authenticator = OpenIdAuthenticator::discover(&scene.config(json!({})), WEB).unwrap();
    assert!(authenticator.verify_authorization_code_simple("code", &old).is_err());
    assert_eq!(scene.asked()[2], 0, "no code was sent");
}

#[test]
fn a_login_that_begins_writes_nothing_once_there_is_a_key() {
    let scene = Scene::new();
    let config = scene.config(json!({ "client_type": "auto" }));
    scene.auth_url(&config, WEB).unwrap();
    let before = listing(scene.state_dir().as_ref());
    assert_eq!(before, [key_file(&scene).display().to_string()]);
    for url in [WEB, LOOPBACK, LOOPBACK_V6] {
        let url = parameters(&scene.auth_url(&config, url).unwrap());
        assert!((44..=1024).contains(&url["state"].len()), "{}", url["state"].len());
    }
    assert_eq!(listing(scene.state_dir().as_ref()), before);
}

#[test]
fn a_login_begun_on_one_node_is_finished_on_another() {
    let scene = Scene::new();
    let config = scene.config(json!({}));
    let back = scene.sign_in(&scene.auth_url(&config, WEB).unwrap());
    let other_node = tempfile::tempdir().unwrap();
    let other_dir = other_node.path().to_str().unwrap();
    let on_the_other = || OpenIdAuthenticator::verify_public_auth_state(other_dir, &back["state"]);
    assert!(on_the_other().is_err(), "it has another key, or none");
    // What the cluster's file system does.
    fs::copy(key_file(&scene), other_node.path().join("onerealm-logins.key")).unwrap();
    let (realm, state) = on_the_other().unwrap();
    assert_eq!(realm, REALM);
    let authenticator = OpenIdAuthenticator::discover(&config, WEB).unwrap();
    let claims = authenticator.verify_authorization_code_simple(&back["code"], &state).unwrap();
    assert_eq!(claims["preferred_username"], ALICE);
    assert!(on_the_other().is_err(), "it was used");
}

#[test]
fn what_stands_in_the_place_of_the_key_is_not_passed_over() {
    let scene = Scene::new();
    fs::create_dir(key_file(&scene)).unwrap();
    let error = scene.auth_url(&scene.config(json!({})), WEB).unwrap_err().to_string();
    assert!(error.contains("see the log"), "{error}");
}

#[test]
fn a_damaged_login_is_an_error() {
    let scene = Scene::new();
    let url = parameters(&scene.auth_url(&scene.config(json!({})), WEB).unwrap());
    let mut state = url["state"].clone();
    state.replace_range(40..41, if &state[40..41] == "A" { "B" } else { "A" });
    let error = take(&scene, &state).unwrap_err();
    assert_eq!(error, "no openid auth state found (possible timeout)");
    fs::write(key_file(&scene), "damaged").unwrap();
    let error = take(&scene, &url["state"]).unwrap_err();
    assert!(error.contains("see the log") && !error.contains(scene.state_dir()), "{error}");
}

fn key_file(scene: &Scene) -> std::path::PathBuf {
    Path::new(scene.state_dir()).join("onerealm-logins.key")
}
