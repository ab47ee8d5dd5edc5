//! The surface that callers compile and link against: each function with its whole signature, each
//! serialised shape by a literal.

use std::sync::Mutex;

use anyhow::Error;
use proxmox_openid::{OpenIdAuthenticator, OpenIdConfig, PrivateAuthState};
use serde_json::{Value, json};

#[test]
fn each_function_has_the_signature_that_callers_call() {
    let _: fn(&OpenIdConfig, &str) -> Result<OpenIdAuthenticator, Error> =
        OpenIdAuthenticator::discover;
    let _: fn(&OpenIdAuthenticator, &str, &str) -> Result<String, Error> =
        OpenIdAuthenticator::authorize_url;
    let _: fn(&str, &str) -> Result<(String, PrivateAuthState), Error> =
        OpenIdAuthenticator::verify_public_auth_state;
    let _: fn(&OpenIdAuthenticator, &str, &PrivateAuthState) -> Result<Value, Error> =
        OpenIdAuthenticator::verify_authorization_code_simple;
    let _: fn(&OpenIdAuthenticator, &str, &PrivateAuthState, bool) -> Result<Value, Error> =
        OpenIdAuthenticator::verify_authorization_code_simple_userinfo;
}

#[test]
fn an_authenticator_goes_from_thread_to_thread() {
    fn sent<T: Send + 'static>() {}
    fn shared<T: Send + Sync + 'static>() {}
    sent::<OpenIdAuthenticator>();
    // The bindings keep it so.
    shared::<Mutex<OpenIdAuthenticator>>();
}

#[test]
fn a_config_is_read_in_the_shape_of_1_0_3() {
    let config: OpenIdConfig = serde_json::from_value(json!({
        "issuer_url": "https://login.example/t",
        "client_id": "pve",
        "client_key": "s3cret",
        "scopes": ["email", "profile"],
        "prompt": "login",
        "acr_values": ["a"],
        "audiences": ["b"],
        "unknown": ["ignored"],
    }))
    .unwrap();
    assert_eq!(
        serde_json::to_value(&config).unwrap(),
        json!({
            "issuer_url": "https://login.example/t",
            "client_id": "pve",
            "client_key": "s3cret",
            "scopes": ["email", "profile"],
            "prompt": "login",
            "acr_values": ["a"],
            "audiences": ["b"],
        })
    );
    let least = json!({ "issuer_url": "https://login.example/t", "client_id": "pve" });
    let config: OpenIdConfig = serde_json::from_value(least.clone()).unwrap();
    assert_eq!(serde_json::to_value(&config).unwrap(), least);
}

#[test]
fn a_config_is_a_struct_literal() {
    let config = OpenIdConfig {
        issuer_url: "https://login.example/t".to_owned(),
        client_id: "pve".to_owned(),
        client_key: None,
        scopes: Some(vec!["email".to_owned()]),
        prompt: None,
        acr_values: None,
        audiences: None,
        ..OpenIdConfig::default()
    };
    assert_eq!(config.client_id, "pve");
}

#[test]
fn what_is_new_is_read_as_perl_passes_it() {
    let public = |value: Value| {
        let config = json!({ "issuer_url": "i", "client_id": "c", "public": value });
        serde_json::from_value::<OpenIdConfig>(config).map(|config| config.public)
    };
    for (value, expected) in [
        (json!("1"), Some(true)),
        (json!("0"), Some(false)),
        (json!(""), None),
        (json!(null), None),
        (json!(1), Some(true)),
        (json!(0), Some(false)),
        (json!(true), Some(true)),
        (json!(false), Some(false)),
    ] {
        assert_eq!(public(value.clone()).unwrap(), expected, "{value}");
    }
    for value in [json!("yes"), json!(2), json!(-1), json!([]), json!(1.0)] {
        assert!(public(value.clone()).is_err(), "{value}");
    }
    let urls = |value: Value| {
        let config = json!({ "issuer_url": "i", "client_id": "c", "redirect_urls": value });
        serde_json::from_value::<OpenIdConfig>(config).unwrap().redirect_urls
    };
    let both = Some(vec!["https://a".to_owned(), "http://b".to_owned()]);
    assert_eq!(urls(json!(["https://a", "http://b"])), both);
    assert_eq!(urls(json!("https://a,http://b")), both);
    assert_eq!(urls(json!("https://a http://b; ")), both);
    assert_eq!(urls(json!(",")), Some(vec![]));
    assert_eq!(urls(json!("")), None);
    assert_eq!(urls(json!(null)), None);
}

#[test]
fn a_private_state_has_the_keys_of_1_0_3_and_what_binds_the_login() {
    let text = |c: &str| c.repeat(43);
    let shape = json!({
        "csrf_token": text("A"),
        "nonce": text("B"),
        "pkce_verifier": text("C"),
        "ctime": 1_779_271_200,
        "redirect_url": "https://pve.example:8006",
        "client_type": "confidential",
        "token_auth_method": "client_secret_basic",
        "client_id": "pve",
        "realm": "entra",
        "issuer": "https://login.example/t",
        "state_dir": "/var/lib/pve-manager",
    });
    let state: PrivateAuthState = serde_json::from_value(shape.clone()).unwrap();
    assert_eq!(serde_json::to_value(&state).unwrap(), shape);
    let mut with_more = shape;
    with_more["iss"] = json!("https://login.example/t");
    with_more["of_the_caller"] = json!(1);
    let state: PrivateAuthState = serde_json::from_value(with_more).unwrap();
    assert_eq!(state.iss.as_deref(), Some("https://login.example/t"));
    assert_eq!(state.ctime, 1_779_271_200);
    let shown = format!("{state:?}");
    for secret in ["A", "B", "C"] {
        assert!(!shown.contains(&text(secret)), "{shown}");
    }
}

#[test]
fn debug_shows_no_key() {
    let config = OpenIdConfig {
        client_key: Some("canary".to_owned()),
        native_client_key: Some("canary".to_owned()),
        ..OpenIdConfig::default()
    };
    let shown = format!("{config:?}");
    assert!(shown.contains("client_key: Some(..)") && !shown.contains("canary"), "{shown}");
}
