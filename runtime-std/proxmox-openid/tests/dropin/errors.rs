//! Errors: one line that an unauthenticated caller may see.

use std::fs;

use onerealm_demo_provider::Endpoint;
use proxmox_openid::{OpenIdAuthenticator, OpenIdConfig};
use serde_json::json;

use crate::support::*;

#[test]
fn a_config_that_cant_be_is_refused_before_anything_is_asked() {
    let scene = Scene::new();
    for (more, part) in [
        (json!({ "client_type": "native" }), "client_type"),
        (json!({ "token_auth_method": "none" }), "token_auth_method"),
        (json!({ "native_client_key": "k" }), "native_client_id"),
        (json!({ "redirect_urls": [] }), "redirect_urls"),
        (json!({ "redirect_urls": " , " }), "redirect_urls"),
        (json!({ "client_id": "" }), "client identifier"),
        (json!({ "issuer_url": "http://login.example" }), "issuer URL"),
        (json!({ "scopes": ["a\"b"] }), "scopes"),
    ] {
        let error = OpenIdAuthenticator::discover(&scene.config(more.clone()), WEB).unwrap_err();
        let error = error.to_string();
        assert!(error.contains(part) && !error.contains('\n'), "{more}: {error}");
    }
    assert_eq!(scene.asked(), [0; 4]);
}

#[test]
fn a_redirect_url_that_cant_be_is_refused() {
    let scene = Scene::new();
    let config = scene.config(json!({}));
    for url in ["", "pve.example", "http://pve.example", "https://pve.example/#fragment", "\n"] {
        assert!(scene.auth_url(&config, url).is_err(), "{url:?}");
    }
}

#[test]
fn a_redirect_url_that_the_realm_doesnt_list_is_refused() {
    let scene = Scene::new();
    let config = scene.config(json!({
        "client_type": "auto",
        "redirect_urls": format!("{WEB} http://127.0.0.1/callback"),
    }));
    for (url, is_listed) in [
        (WEB, true),
        (LOOPBACK, true),
        (LOOPBACK_V6, false),
        ("https://evil.example", false),
        ("http://127.0.0.1:51004/other", false),
    ] {
        let outcome = scene.auth_url(&config, url);
        assert_eq!(outcome.is_ok(), is_listed, "{url}: {outcome:?}");
    }
    let error = scene.auth_url(&config, LOOPBACK_V6).unwrap_err().to_string();
    assert!(error.contains("redirect-urls"), "{error}");
    let config = scene.config(json!({ "redirect_urls": ["http://pve.example"] }));
    assert!(OpenIdAuthenticator::discover(&config, WEB).is_err());
}

#[test]
fn a_confidential_realm_without_a_key_says_so() {
    let scene = Scene::new();
    let config = scene.config(json!({ "client_type": "confidential", "client_key": "" }));
    let error = scene.auth_url(&config, WEB).unwrap_err().to_string();
    assert!(error.contains("client-key"), "{error}");
}

#[test]
fn a_state_directory_that_cant_be_used_is_told_without_its_path() {
    let scene = Scene::new();
    let file = format!("{}/file", scene.state_dir());
    fs::write(&file, "").unwrap();
    let config = scene.config(json!({}));
    let authenticator = OpenIdAuthenticator::discover(&config, WEB).unwrap();
    let error = authenticator.authorize_url(&file, REALM).unwrap_err().to_string();
    assert!(error.contains("see the log") && !error.contains(&file), "{error}");
}

#[test]
fn no_secret_is_in_any_error() {
    let scene = Scene::with_answers(Endpoint::Token, |answer| onerealm_demo_provider::Response {
        status: 400,
        // What was sent comes back, as from a provider that is talkative.
        body: json!({ "error": "invalid_request", "error_description": SECRET }).to_string().into(),
        ..answer
    });
    let error = scene.logged_in(&scene.config(json!({})), WEB).unwrap_err();
    let shown = format!("{error} {error:?} {error:#}");
    assert!(shown.contains("invalid_request") && !shown.contains(SECRET), "{shown}");
    assert!(shown.contains("(hidden)"), "{shown}");
}

#[test]
fn iss_is_compared_where_the_caller_passes_it_on() {
    let scene = Scene::new();
    let config = scene.config(json!({}));
    for (iss, is_taken) in [
        (None, true),
        (Some(String::new()), true),
        (Some(scene.provider.issuer().to_owned()), true),
        (Some("https://evil.example".to_owned()), false),
    ] {
        let back = scene.sign_in(&scene.auth_url(&config, WEB).unwrap());
        let (_, mut state) =
            OpenIdAuthenticator::verify_public_auth_state(scene.state_dir(), &back["state"])
                .unwrap();
        state.iss = iss;
        let authenticator = OpenIdAuthenticator::discover(&config, WEB).unwrap();
        let outcome = authenticator.verify_authorization_code_simple(&back["code"], &state);
        assert_eq!(outcome.is_ok(), is_taken, "{outcome:?}");
    }
    assert_eq!(scene.asked()[2], 3);
}

/// A provider that announces `iss`, which Proxmox's API has no parameter for.
#[test]
fn a_provider_that_announces_iss_can_be_used_by_callers_that_dont_know_it() {
    let scene = Scene::with_answers(Endpoint::Discovery, |answer| {
        let mut body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        body["authorization_response_iss_parameter_supported"] = json!(true);
        onerealm_demo_provider::Response { body: body.to_string().into(), ..answer }
    });
    scene.logged_in(&scene.config(json!({})), WEB).unwrap();
}

#[test]
fn claims_are_those_of_the_id_token_filled_in_from_userinfo() {
    let scene = Scene::new();
    let config = scene.config(json!({}));
    let claims = scene.logged_in(&config, WEB).unwrap();
    let object = claims.as_object().unwrap();
    for name in ["iss", "sub", "aud", "exp", "preferred_username", "email", "name"] {
        assert!(object.contains_key(name), "{name}: {claims}");
    }
    assert_eq!(claims["iss"], scene.provider.issuer());
    // A subject that is no user name for Proxmox is the caller's to judge.
    let scene = Scene::with_claims(|claims| claims["oid"] = json!("a/b:c"));
    let claims = scene.logged_in(&scene.config(json!({})), WEB).unwrap();
    assert_eq!(claims["oid"], "a/b:c");
}

#[test]
fn a_name_with_a_control_character_is_refused() {
    for claim in ["preferred_username", "email", "groups"] {
        let scene = Scene::with_claims(move |claims| claims[claim] = json!("a\nroot@pam"));
        let error = scene.logged_in(&scene.config(json!({})), WEB).unwrap_err().to_string();
        assert!(error.contains(claim) && error.contains("control character"), "{error}");
    }
}

#[test]
fn case_191_a_name_with_a_character_that_nobody_sees_is_refused() {
    for (claim, name, point) in [
        ("preferred_username", "ali\u{200b}ce", "U+200B"),
        ("email", "\u{202e}alice@contoso.example", "U+202E"),
        ("upn", "alice\u{3164}", "U+3164"),
    ] {
        let scene = Scene::with_claims(move |claims| claims[claim] = json!(name));
        let error = scene.logged_in(&scene.config(json!({})), WEB).unwrap_err().to_string();
        assert!(error.contains(claim) && error.contains(point), "{error}");
    }
    // Which claim is the name, and what it may have in it, is the caller's to judge.
    let scene = Scene::with_claims(|claims| claims["name"] = json!("Doe,\u{200b} Jane"));
    assert_eq!(
        scene.logged_in(&scene.config(json!({})), WEB).unwrap()["name"],
        "Doe,\u{200b} Jane"
    );
}

#[test]
fn tokens_among_the_claims_are_left_out() {
    let scene = Scene::with_claims(|claims| {
        claims["_claim_names"] = json!({"address": "src1"});
        claims["_claim_sources"] =
            json!({"src1": {"endpoint": "https://c.example/", "access_token": "canary"}});
        claims["extra"] = json!("eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9.");
    });
    let claims = scene.logged_in(&scene.config(json!({})), WEB).unwrap();
    assert_eq!(claims["_claim_sources"], json!({"src1": {"endpoint": "https://c.example/"}}));
    assert_eq!(claims["_claim_names"], json!({"address": "src1"}));
    assert!(claims.get("extra").is_none() && !claims.to_string().contains("canary"), "{claims}");
}

#[test]
fn the_url_has_what_the_config_says() {
    let scene = Scene::new();
    let config = OpenIdConfig {
        scopes: Some(vec!["openid".into(), "email".into(), "groups".into()]),
        prompt: Some("login".into()),
        acr_values: Some(vec!["one".into(), "two".into()]),
        ..scene.config(json!({}))
    };
    let url = parameters(&scene.auth_url(&config, WEB).unwrap());
    assert_eq!(url["scope"], "openid email groups");
    assert_eq!((url["prompt"].as_str(), url["acr_values"].as_str()), ("login", "one two"));
    assert_eq!((url["display"].as_str(), url["code_challenge_method"].as_str()), ("page", "S256"));
    let least = OpenIdConfig { scopes: None, ..scene.config(json!({ "prompt": "" })) };
    let url = parameters(&scene.auth_url(&least, WEB).unwrap());
    assert_eq!(url["scope"], "openid");
    assert!(!url.contains_key("prompt"), "{url:?}");
}
