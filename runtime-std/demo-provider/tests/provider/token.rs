//! Token requests and their answers.

use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use onerealm_demo_provider::{DemoProvider, Setup, browser};
use ring::digest::{SHA256, digest};
use serde_json::Value;

use super::support::*;

#[test]
fn a_token_request_that_is_wrong_elsewhere_is_refused_as_entra_refuses_it() {
    let provider = provider();
    let short = &VERIFIER[..42];
    let rows: [(Changes<'_>, u16, &str, u64); 13] = [
        (&[("code_verifier", CHALLENGE)], 400, "invalid_grant", 501_481),
        (&[("code_verifier", "(none)")], 400, "invalid_grant", 501_481),
        (&[("code_verifier", short)], 400, "invalid_grant", 501_481),
        (&[("client_id", "bogus-app")], 400, "unauthorized_client", 700_016),
        (&[("client_id", "other-app")], 400, "invalid_grant", 9_002_313),
        (&[("client_id", "(none)")], 400, "invalid_request", 900_144),
        (&[("code", "never-issued")], 400, "invalid_grant", 9_002_313),
        (&[("code", "(none)")], 400, "invalid_request", 900_144),
        (&[("redirect_uri", "http://localhost:51005/callback")], 400, "invalid_client", 500_112),
        (&[("redirect_uri", "https://evil.example/")], 400, "invalid_client", 500_112),
        (&[("redirect_uri", "(none)")], 400, "invalid_request", 900_144),
        (&[("grant_type", "password")], 400, "unsupported_grant_type", 70_003),
        (&[("scope", "a"), ("scope", "b")], 400, "invalid_grant", 9_002_313),
    ];
    for (changes, status, error, code) in rows {
        let answer = redeem(&provider, NATIVE, "", changes);
        let body = answer.json();
        let got = (answer.status(), body["error"].as_str().unwrap(), answer.error_code());
        assert_eq!(got, (status, error, code), "{changes:?}");
        assert!(answer.head.contains("\r\nContent-Type: application/json; charset=utf-8\r\n"));
        assert!(answer.head.contains("\r\nCache-Control: no-store\r\n"));
    }
}

#[test]
fn a_body_that_is_no_form_has_no_parameters() {
    let provider = provider();
    let url = tenant_url(&provider, "/oauth2/v2.0/token");
    let target = url.replace(&format!("http://{}", origin(&provider)), "");
    let body = encode(&[("grant_type", "authorization_code"), ("client_id", "bogus-app")]);
    let head = format!("POST {target} HTTP/1.1\r\nHost: x\r\nConnection: close");
    let length = body.len();
    for content_type in ["", "Content-Type: application/json\r\n", "Content-Type: text/plain\r\n"] {
        let request = format!("{head}\r\n{content_type}Content-Length: {length}\r\n\r\n{body}");
        let answer = send_raw(&provider, &request);
        assert_eq!((answer.status(), answer.error_code()), (400, 900_144), "{content_type}");
    }
}

#[test]
fn a_verifier_of_the_wrong_length_is_refused_even_if_it_fits_the_challenge() {
    let provider = provider();
    for length in [42, 129] {
        let verifier = "a".repeat(length);
        let challenge = digest(&SHA256, verifier.as_bytes());
        let challenge = Base64UrlUnpadded::encode_string(challenge.as_ref());
        let url = authorization_url(&provider, NATIVE, &[("code_challenge", &challenge)]);
        let callback = browser::sign_in(&url, ALICE).unwrap();
        let code = parameter(&callback, "code").unwrap();
        let answer = redeem_code(&provider, &code, NATIVE, "", &[("code_verifier", &verifier)]);
        assert_eq!((answer.status(), answer.error_code()), (400, 501_481), "{length}");
    }
}

#[test]
fn a_code_is_redeemed_once_and_a_refusal_leaves_it_alone() {
    let provider = provider();
    let code = code_for(&provider, NATIVE);
    let wrong = redeem_code(&provider, &code, NATIVE, "", &[("client_secret", SECRET)]);
    let first = redeem_code(&provider, &code, NATIVE, "", &[]);
    let second = redeem_code(&provider, &code, NATIVE, "", &[]);
    assert_eq!((wrong.status(), first.status(), second.status()), (401, 200, 400));
    assert_eq!(second.error_code(), 54_005);
}

#[test]
fn an_expired_code_is_refused() {
    let provider = DemoProvider::start(Setup { code_lifetime: Duration::ZERO, ..setup() });
    let answer = redeem(&provider.unwrap(), NATIVE, "", &[]);
    assert_eq!((answer.status(), answer.error_code()), (400, 70_008));
}

#[test]
fn a_code_is_as_long_as_those_of_entra() {
    let provider = provider();
    let (first, second) = (code_for(&provider, NATIVE), code_for(&provider, NATIVE));
    assert_ne!(first, second);
    assert_eq!(first.len(), 900);
}

#[test]
fn the_token_response_has_the_shape_of_entra() {
    let fixture: Value =
        serde_json::from_str(include_str!("../../src/entra/token_ok_v2.json")).unwrap();
    let answer = redeem(&provider(), WEB, "", &[]);
    let body = answer.json();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&body), names(&fixture));
    for same in ["token_type", "expires_in", "ext_expires_in", "scope"] {
        assert_eq!(body[same], fixture[same]);
    }
}
