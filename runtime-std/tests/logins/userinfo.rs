//! The userinfo endpoint: asked where the realm says so, believed only about the same end user.

use onerealm_demo_provider::{Endpoint, Response};

use crate::support::*;

const KEY: &str = "client-key canary+key/with:reserved=%&characters";

/// What comes of a login whose userinfo response has this status, type and body; `SUB` in it is the
/// end user's subject.
fn finish_with(
    content_type: &'static str,
    status: u16,
    body: &'static str,
    properties: &str,
) -> (Scene, Ran) {
    let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
        Endpoint::Userinfo => {
            let real: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            let body = body.replace("SUB", real["sub"].as_str().unwrap());
            Response::new(status).with_body(content_type, body.into_bytes())
        }
        _ => answer,
    });
    scene.configure(&format!("{KEY}\n{properties}"));
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    let ran = scene.finish(&callback);
    (scene, ran)
}

#[test]
fn claims_of_the_id_token_come_before_those_of_userinfo() {
    let body = r#"{"sub":"SUB","preferred_username":"mallory","department":"r\/d"}"#;
    let (scene, ran) = finish_with("application/json", 200, body, "");
    assert_eq!((ran.status, &ran.json["username"]), (0, &ALICE.into()), "{ran:?}");
    assert_eq!(ran.json["claims"]["preferred_username"], ALICE, "what is handed on as well");
    assert_eq!(ran.json["claims"]["department"], "r/d");
    let requests = scene.provider.requests_to(Endpoint::Userinfo);
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((request.request.method.as_str(), &request.request.query), ("GET", &None));
    assert!(
        request.request.header("authorization").is_some_and(|value| value.starts_with("Bearer "))
    );
}

#[test]
fn it_is_not_asked_where_the_realm_says_no() {
    let (scene, ran) = finish_with("application/json", 200, "{}", "query-userinfo 0");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(scene.provider.requests_to(Endpoint::Userinfo).is_empty());
}

#[test]
fn a_response_that_is_not_about_the_end_user_ends_the_login() {
    for (content_type, status, body, code) in [
        ("application/json", 200, r#"{"sub":"somebody-else"}"#, "userinfo_sub"),
        ("application/json", 200, r#"{"sub":["SUB"]}"#, "userinfo_sub_missing"),
        ("application/json", 200, r#"{"email":"x"}"#, "userinfo_sub_missing"),
        ("application/json", 200, r#"{"sub":"SUB","sub":"SUB"}"#, "userinfo_response"),
        ("text/html", 200, r#"{"sub":"SUB"}"#, "userinfo_response"),
        ("application/jwt", 200, "a.b.c", "userinfo_token"),
        ("application/json", 401, r#"{"error":"invalid_token"}"#, "userinfo_refused"),
        ("text/html", 302, "", "userinfo_refused"),
    ] {
        let (scene, ran) = finish_with(content_type, status, body, "");
        ran.failed(5, code);
        assert_eq!(scene.provider.requests_to(Endpoint::Userinfo).len(), 1, "{body}");
    }
}

#[test]
fn control_characters_in_mail_addresses_and_groups_are_refused() {
    for body in [
        r#"{"sub":"SUB","email":"alice@example.com\nroot@pam"}"#,
        r#"{"sub":"SUB","groups":"a\u0000b"}"#,
        r#"{"sub":"SUB","groups":["a","b\r"]}"#,
        r#"{"sub":"SUB","groups":[["a\u007f"]]}"#,
        r#"{"sub":"SUB","groups":{"a\tb":{}}}"#,
    ] {
        // Without the scope email, the ID token has no mail address of its own.
        let properties = "groups-claim groups\nscopes profile";
        let (_, ran) = finish_with("application/json", 200, body, properties);
        ran.failed(6, "claim_control_character");
    }
    let body = r#"{"sub":"SUB","groups":["a\n"],"email":"a@b.c"}"#;
    let (_, ran) = finish_with("application/json", 200, body, "scopes profile");
    assert_eq!(ran.status, 0, "groups that nobody reads may be anything: {ran:?}");
}
