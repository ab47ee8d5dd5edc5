//! The names of 1.0.3 that callers seldom use: each with its signature and its serialised shape.

use std::error::Error as _;
use std::fmt::{Debug, Display};
use std::path::Path;

use anyhow::Error;
use onerealm::core::CodeChallenge;
use proxmox_openid::{
    GenericClaims, OpenIdAuthenticator, PrivateAuthState, PublicAuthState, SecretText, http_client,
    store_auth_state, verify_public_auth_state,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::support::*;

type Request = http::Request<Vec<u8>>;
type Response = http::Response<Vec<u8>>;

#[test]
fn each_further_name_has_the_signature_of_1_0_3() {
    let _: fn(&Path, &str, &PrivateAuthState) -> Result<(), Error> = store_auth_state;
    let _: fn(&Path, &str) -> Result<(String, PrivateAuthState), Error> = verify_public_auth_state;
    let _: fn() -> PrivateAuthState = PrivateAuthState::new;
    let _: fn() -> PrivateAuthState = PrivateAuthState::default;
    let _: fn(&PrivateAuthState, String) -> Result<String, Error> =
        PrivateAuthState::public_state_string;
    // Where a type of openidconnect stood, one with the methods that it is used by.
    let _: fn(&PrivateAuthState) -> SecretText = PrivateAuthState::pkce_verifier;
    let _: fn(&PrivateAuthState) -> CodeChallenge = PrivateAuthState::pkce_challenge;
    let _: fn(&SecretText) -> &str = SecretText::secret;
    let _: fn(String) -> SecretText = SecretText::new;
    let _: fn(&CodeChallenge) -> &str = CodeChallenge::as_str;
    fn client<E: std::error::Error + Send + Sync + 'static>(_: fn(Request) -> Result<Response, E>) {
    }
    client(http_client);
    // The error's name can't be said, as in 1.0.3.
}

#[test]
fn each_further_type_has_the_traits_of_1_0_3() {
    fn shown_and_passed_on<T: Debug + Serialize + DeserializeOwned>() {}
    fn kept<T: Clone + Debug + Default + DeserializeOwned + PartialEq + Serialize>() {}
    shown_and_passed_on::<PrivateAuthState>();
    shown_and_passed_on::<PublicAuthState>();
    kept::<GenericClaims>();
}

#[test]
fn each_further_type_has_the_shape_of_1_0_3() {
    let public: PublicAuthState =
        serde_json::from_value(json!({ "csrf_token": "t", "realm": "entra" })).unwrap();
    assert_eq!((public.csrf_token.secret(), public.realm.as_str()), ("t", "entra"));
    assert_eq!(serde_json::to_string(&public).unwrap(), r#"{"csrf_token":"t","realm":"entra"}"#);

    let state = PrivateAuthState::new();
    let shape = serde_json::to_value(&state).unwrap();
    let keys: Vec<_> = shape.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["csrf_token", "ctime", "nonce", "pkce_verifier"]);
    assert!(shape["ctime"].as_i64().unwrap() > 1_700_000_000);
    let again: PrivateAuthState = serde_json::from_value(shape.clone()).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), shape);
    let token = state.csrf_token.secret();
    assert_eq!(
        state.public_state_string("entra".to_owned()).unwrap(),
        format!(r#"{{"csrf_token":"{token}","realm":"entra"}}"#)
    );

    let claims: GenericClaims = serde_json::from_value(json!({ "groups": ["a"] })).unwrap();
    assert_eq!(serde_json::to_value(&claims).unwrap(), json!({ "groups": ["a"] }));
    assert_eq!(serde_json::to_value(GenericClaims::default()).unwrap(), Value::Null);
}

#[test]
fn random_values_are_new_each_time_and_as_long_as_they_must_be() {
    let (one, other) = (PrivateAuthState::new(), PrivateAuthState::default());
    let texts = |state: &PrivateAuthState| {
        [&state.csrf_token, &state.nonce, &state.pkce_verifier].map(|text| text.secret().to_owned())
    };
    let mut all = [texts(&one), texts(&other)].concat();
    assert!(all.iter().all(|text| text.len() == 43), "{all:?}");
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 6);
    assert_eq!(one.pkce_verifier().secret(), one.pkce_verifier.secret());
}

/// RFC 7636 appendix B.
#[test]
fn the_code_challenge_is_that_of_the_verifier() {
    let state: PrivateAuthState = serde_json::from_value(json!({
        "csrf_token": "t", "nonce": "n", "ctime": 1,
        "pkce_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    }))
    .unwrap();
    assert_eq!(state.pkce_challenge().as_str(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

/// A caller with an authorization URL of its own: the drop-in's, with other random values.
fn url_with(scene: &Scene, state: &PrivateAuthState, redirect_url: &str) -> String {
    let url = scene.auth_url(&scene.config(json!({})), redirect_url).unwrap();
    let (endpoint, _) = url.split_once('?').unwrap();
    let mut sent = parameters(&url);
    sent.insert("state".to_owned(), state.public_state_string(REALM.to_owned()).unwrap());
    sent.insert("nonce".to_owned(), state.nonce.secret().to_owned());
    sent.insert("code_challenge".to_owned(), state.pkce_challenge().as_str().to_owned());
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(sent).finish();
    format!("{endpoint}?{query}")
}

#[test]
fn a_caller_with_a_url_of_its_own_logs_in() {
    let scene = Scene::new();
    let dir = Path::new(scene.state_dir());
    let state = PrivateAuthState::new();
    store_auth_state(dir, REALM, &state).unwrap();
    let back = scene.sign_in(&url_with(&scene, &state, WEB));
    let (realm, taken) = verify_public_auth_state(dir, &back["state"]).unwrap();
    assert_eq!(realm, REALM);
    assert_eq!(taken.nonce.secret(), state.nonce.secret());
    let authenticator = OpenIdAuthenticator::discover(&scene.config(json!({})), WEB).unwrap();
    let taken = through_perl(&taken);
    let claims = authenticator.verify_authorization_code_simple(&back["code"], &taken).unwrap();
    assert_eq!(claims["preferred_username"], ALICE);
    let again = verify_public_auth_state(dir, &back["state"]).unwrap_err().to_string();
    assert!(again.starts_with("no openid auth state found (possible timeout)"), "{again}");
}

#[test]
fn a_stored_state_is_of_one_realm() {
    let scene = Scene::new();
    let dir = Path::new(scene.state_dir());
    let state = PrivateAuthState::new();
    store_auth_state(dir, REALM, &state).unwrap();
    let other = state.public_state_string("other".to_owned()).unwrap();
    assert!(verify_public_auth_state(dir, &other).is_err());
    let own = state.public_state_string(REALM.to_owned()).unwrap();
    let (_, taken) = verify_public_auth_state(dir, &own).unwrap();
    // A bound login is stored again as what it is.
    let back = scene.sign_in(&scene.auth_url(&scene.config(json!({})), WEB).unwrap());
    let (_, bound) = verify_public_auth_state(dir, &back["state"]).unwrap();
    assert!(store_auth_state(dir, "other", &bound).is_err());
    store_auth_state(dir, REALM, &bound).unwrap();
    for bad in ["", "a/b", "..", "a\nb"] {
        assert!(store_auth_state(dir, bad, &taken).is_err(), "{bad:?}");
    }
    let short = json!({ "csrf_token": "x", "nonce": "y", "pkce_verifier": "z", "ctime": 1 });
    let short: PrivateAuthState = serde_json::from_value(short).unwrap();
    assert!(store_auth_state(dir, REALM, &short).is_err());
}

#[test]
fn the_http_client_sends_as_a_login_does() {
    let scene = Scene::new();
    let metadata = format!("{}/.well-known/openid-configuration", scene.provider.issuer());
    let request = |method: &str, url: &str| http::Request::builder().method(method).uri(url);
    let response = http_client(request("GET", &metadata).body(Vec::new()).unwrap()).unwrap();
    assert_eq!((response.status().as_u16(), scene.asked()[0]), (200, 1));
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body["issuer"], scene.provider.issuer());
    let content_type = response.headers()["content-type"].to_str().unwrap();
    assert!(content_type.starts_with("application/json"), "{content_type}");
    let token = body["token_endpoint"].as_str().unwrap();
    let form = request("POST", token)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json")
        .body(b"grant_type=authorization_code".to_vec());
    let response = http_client(form.unwrap()).unwrap();
    assert!(response.status().is_client_error(), "{response:?}");
    for refused in [
        request("DELETE", &metadata),
        request("GET", &metadata).header("cookie", "a=b"),
        request("GET", &metadata).header("accept", "application/jwt"),
        request("GET", &metadata).header("accept", "text/html").header("accept", "text/html"),
        request("GET", &metadata).header("authorization", "\u{e9}"),
        request("POST", token).header("content-type", "application/json"),
        request("GET", "http://login.example/"),
        request("GET", &metadata.replace("//", "//user:canary@")),
        request("GET", &metadata.replace("//", "//user@")),
        request("GET", "/metadata"),
        request("GET", "127.0.0.1:9"),
        request("GET", "*"),
    ] {
        let error = http_client(refused.body(Vec::new()).unwrap()).unwrap_err();
        let text = error.to_string();
        assert!(!text.contains("canary") && !text.contains("no valid HTTP"), "{text}");
        let _: &dyn Display = &error;
        assert!(!error.to_string().is_empty() && error.source().is_none());
    }
    assert_eq!(scene.asked(), [1, 0, 1, 0], "nothing else was sent");
}
