//! What was wrong is named: the member, the value, the place.

use onerealm::{Callback, Requested};
use onerealm_demo_provider::{Endpoint, Response};
use serde_json::json;

use super::{KEY, at, refused};
use crate::bends::Bend;
use crate::support::*;

/// The code of a login's error, what was expected, and what came.
fn told(scene: &Scene) -> (&'static str, String, String) {
    scene.configure(KEY);
    let logins = scene.logins();
    let error = match logins.begin("sso", WEB, Requested::Default) {
        Err(error) => error,
        Ok(_) => refused(scene, WEB, Requested::Default),
    };
    let told = error.explanation();
    let side = |side: &Option<String>| side.clone().unwrap_or_default();
    assert!(told.fix.is_some(), "{error}");
    (error.code(), side(&told.expected), side(&told.came))
}

fn bent(bend: Bend) -> Scene {
    Scene::bent(move |endpoint, _, answer| bend.apply(endpoint, answer))
}

#[test]
fn a_member_of_a_document_is_named_with_what_came() {
    use Bend::{IdToken, Keys, Metadata};
    for (bend, code, expected, came) in [
        (
            Metadata(|m| m["token_endpoint"] = json!(null)),
            "discovery_response",
            "token_endpoint: a string",
            "token_endpoint null",
        ),
        (
            Metadata(|m| drop(m.as_object_mut().unwrap().remove("jwks_uri"))),
            "discovery_response",
            "jwks_uri: a string",
            "no jwks_uri",
        ),
        (
            Metadata(|m| m["userinfo_endpoint"] = json!(7)),
            "discovery_response",
            "userinfo_endpoint: a string",
            "userinfo_endpoint 7",
        ),
        (
            Metadata(|m| m["code_challenge_methods_supported"] = json!("S256")),
            "discovery_response",
            "code_challenge_methods_supported: an array of strings",
            "\"S256\"",
        ),
        (
            Metadata(|m| m["authorization_response_iss_parameter_supported"] = json!("true")),
            "discovery_response",
            "true or false",
            "\"true\"",
        ),
        (
            Metadata(|m| m["token_endpoint"] = json!("http://login.example/token\n")),
            "discovery_endpoint",
            "token_endpoint: an https URL",
            r#"token_endpoint "http://login.example/token\n""#,
        ),
        (
            Metadata(|m| m["jwks_uri"] = json!("https://u@login.example/keys")),
            "discovery_endpoint",
            "jwks_uri: an https URL",
            "\"https://u@login.example/keys\"",
        ),
        (Keys(|k| *k = json!({})), "jwks_response", "keys: an array", "no keys"),
        (
            Keys(|k| *k = json!({"keys": {}})),
            "jwks_response",
            "keys: an array",
            "keys is an object",
        ),
        (
            Keys(|k| k["keys"][0]["n"] = json!("AQ")),
            "key_rsa_size",
            "a key that can be used",
            "kid",
        ),
        (
            IdToken(|_, c| c["sub"] = json!(4711)),
            "id_token_sub",
            "sub, a string",
            "sub is a number",
        ),
        (
            IdToken(|_, c| drop(c.as_object_mut().unwrap().remove("sub"))),
            "id_token_sub",
            "sub, a string",
            "no sub",
        ),
    ] {
        let (found, wanted, got) = told(&bent(bend));
        assert_eq!(found, code, "{wanted} {got}");
        assert!(wanted.contains(expected), "{expected:?} in {wanted}");
        assert!(got.contains(came), "{came:?} in {got}");
        assert!(!got.contains("4711"), "{got}");
    }
}

#[test]
fn a_token_endpoint_s_answer_is_named_without_a_token() {
    for (body, status, code, expected, came) in [
        (
            r#"{"token_type":"mac","access_token":"t0ken","id_token":"t0ken"}"#,
            200,
            "token_type",
            "token_type: Bearer",
            "token_type \"mac\"",
        ),
        (
            r#"{"token_type":"Bearer","access_token":"t0ken"}"#,
            200,
            "id_token_missing",
            "id_token: a signed token",
            "no id_token",
        ),
        (
            r#"{"token_type":"Bearer","access_token":"t0ken","id_token":["t0ken"]}"#,
            200,
            "token_response",
            "id_token: a string",
            "id_token is an array",
        ),
        (
            r#"{"token_type":"Bearer","access_token":5,"id_token":"t0ken"}"#,
            200,
            "token_response",
            "access_token: a string",
            "access_token is a number",
        ),
        (
            r#"{"access_token":"t0ken","id_token":"t0ken","expires_in":NaN}"#,
            200,
            "token_response",
            "JSON (RFC 8259)",
            "an unexpected byte, at \"expires_in\"",
        ),
        (
            r#"{"access_token":"t0ken","access_token":"t0ken"}"#,
            200,
            "token_response",
            "JSON (RFC 8259)",
            "a member given twice, at \"access_token\"",
        ),
        (
            r#"{"access_token":"t0ken","id_token":"t0ken"}"#,
            201,
            "token_response",
            "HTTP status 200",
            "HTTP status 201, application/json",
        ),
    ] {
        let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
            Endpoint::Token => Response::new(status).with_body("application/json", body),
            _ => answer,
        });
        let (found, wanted, got) = told(&scene);
        assert_eq!((found, &*wanted), (code, expected), "{body}: {got}");
        assert!(got.contains(came), "{came:?} in {got}");
        assert!(!got.contains("t0ken"), "{got}");
    }
}

#[test]
fn what_is_no_json_is_named_by_the_path_to_it() {
    for (place, answer, code, came) in [
        (
            Endpoint::Discovery,
            (|| Response::new(200).with_body("application/json", r#"{"a":{"b":[1,"\ud800"]}}"#))
                as fn() -> Response,
            "discovery_response",
            "a malformed escape, or half a surrogate pair, at \"a.b[1]\"",
        ),
        (
            Endpoint::Keys,
            || {
                Response::new(200)
                    .with_body("application/json", r#"{"keys":[{"kid":"a","kid":"b"}]}"#)
            },
            "jwks_response",
            "a member given twice, at \"keys[0].kid\"",
        ),
    ] {
        let (found, _, got) = told(&at(place, answer));
        assert_eq!(found, code);
        let came = came.replace(", or half a surrogate pair", "");
        assert!(got.contains(&came), "{came:?} in {got}");
    }
}

#[test]
fn a_parameter_that_came_twice_is_named() {
    let scene = Scene::new();
    scene.configure(KEY);
    let logins = scene.logins();
    for (callback, parameter) in [
        ("https://pve.example/?code=a&state=b&iss=c&iss=c", "iss twice"),
        ("https://pve.example/?code=a&state=b&co%64e=c#x", "code twice"),
    ] {
        let error = logins.finish(Callback::Url(callback), None).unwrap_err();
        assert_eq!(error.code(), "response_duplicate");
        assert_eq!(error.explanation().came.as_deref(), Some(parameter));
    }
}

#[test]
fn an_answer_that_is_no_document_is_told_by_its_status_and_type() {
    let page = || Response::new(404).with_body("text/html", "<title>x</title>");
    let html = || Response::new(200).with_body("text/html; charset=utf-8", "<title>x</title>");
    for (place, answer, code, came) in [
        (
            Endpoint::Discovery,
            page as fn() -> Response,
            "discovery_response",
            "HTTP status 404, text/html",
        ),
        (
            Endpoint::Discovery,
            html,
            "discovery_response",
            "HTTP status 200, text/html; charset=utf-8",
        ),
        (
            Endpoint::Keys,
            || Response::new(503),
            "jwks_response",
            "HTTP status 503, without a content type",
        ),
        (Endpoint::Token, html, "token_response", "HTTP status 200, text/html; charset=utf-8"),
    ] {
        let (found, _, got) = told(&at(place, answer));
        assert_eq!((found, &*got), (code, came));
    }
}

#[test]
fn a_way_to_authenticate_that_is_not_offered_is_named_with_those_that_are() {
    for (properties, offered, expected, came, fix) in [
        (
            "token-auth-method client_secret_basic",
            "client_secret_post",
            "client_secret_basic, the realm's",
            "client_secret_post in",
            "remove the realm's token-auth-method",
        ),
        (
            "",
            "private_key_jwt",
            "client_secret_basic or client_secret_post",
            "neither",
            "set the realm's token-auth-method",
        ),
    ] {
        let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
            Endpoint::Discovery => crate::bends::with_json(answer, |metadata| {
                metadata["token_endpoint_auth_methods_supported"] = json!([offered]);
            }),
            _ => answer,
        });
        scene.configure(&format!("{KEY}\n{properties}"));
        for error in [
            scene.logins().begin("sso", WEB, Requested::Default).unwrap_err(),
            scene.logins().check("sso", Some(WEB)).unwrap_err(),
        ] {
            assert_eq!(error.code(), "token_auth_method");
            let told = error.explanation();
            assert!(told.expected.as_deref().unwrap().contains(expected), "{told:?}");
            assert!(told.came.as_deref().unwrap().contains(came), "{told:?}");
            assert!(told.fix.as_deref().unwrap().contains(fix), "{told:?}");
        }
    }
}
