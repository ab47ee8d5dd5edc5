//! The user name: which claim it is, and what can't be one.

use onerealm::{Callback, Error, Requested, User};
use onerealm_demo_provider::{Endpoint, browser};
use serde_json::{Value, json};

use crate::bends::{with_id_token, with_json};
use crate::support::*;

/// A login whose ID token has `claims` and no `preferred_username` besides.
fn login(username_claim: &str, claims: Value, userinfo: Value) -> Result<User, Error> {
    let extend = |to: &mut Value, more: &Value| {
        to.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    };
    let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
        Endpoint::Token => with_id_token(answer, |_, id_token| {
            id_token.as_object_mut().unwrap().remove("preferred_username");
            id_token["sub"] = json!("5ub");
            extend(id_token, &claims);
        }),
        Endpoint::Userinfo => with_json(answer, |body| {
            body["sub"] = json!("5ub");
            extend(body, &userinfo);
        }),
        _ => answer,
    });
    scene.configure("client-key canary+key/with:reserved=%&characters");
    let config = std::fs::read_to_string(scene.config()).unwrap();
    let line =
        if username_claim.is_empty() { "" } else { &format!("username-claim {username_claim}") };
    std::fs::write(scene.config(), config.replace("username-claim username", line)).unwrap();
    let logins = scene.logins();
    let begun = logins.begin("sso", WEB, Requested::Default)?;
    let callback = browser::sign_in(&begun.url, ALICE).unwrap();
    logins.finish(Callback::Url(&callback), Some(WEB))
}

#[test]
fn the_claim_is_found_as_proxmox_products_find_it() {
    let preferred = json!({"preferred_username": "p"});
    let both = json!({"preferred_username": "p", "username": "u"});
    let none = json!({});
    for (written, claims, userinfo, expected) in [
        ("upn", json!({"upn": "alice@contoso.example"}), none.clone(), "alice@contoso.example"),
        ("", none.clone(), none.clone(), "5ub"),
        ("sub", none.clone(), none.clone(), "5ub"),
        ("subject", none.clone(), none.clone(), "5ub"),
        ("subject", json!({"subject": "s"}), none.clone(), "s"),
        ("username", preferred.clone(), none.clone(), "p"),
        ("username", both.clone(), none.clone(), "u"),
        ("username", json!({"preferred_username": "p", "username": null}), none.clone(), "p"),
        ("preferred_username", both, none.clone(), "p"),
        // Claims of userinfo stand behind those of the ID token, each by its own name.
        ("username", none.clone(), preferred.clone(), "p"),
        ("username", preferred, json!({"username": "u"}), "u"),
        ("upn", json!({"upn": "t"}), json!({"upn": "u"}), "t"),
    ] {
        let user = login(written, claims, userinfo).unwrap();
        assert_eq!(user.username, expected, "{written}");
        assert_eq!(user.subject, "5ub", "whatever the name");
    }
}

#[test]
fn what_cannot_be_a_user_name_is_refused_with_the_reason_and_never_rewritten() {
    let longest = "a".repeat(60);
    assert_eq!(login("n", json!({"n": longest}), json!({})).unwrap().username, longest);
    for (claim, code, reason) in [
        (json!(""), "username_unusable", "it is empty"),
        (json!("a b"), "username_unusable", "white space"),
        (json!(" a"), "username_unusable", "white space"),
        (json!("a\u{a0}"), "username_unusable", "white space"),
        (json!("a\nroot@pam:"), "username_unusable", "control character"),
        (json!("a\u{0}"), "username_unusable", "control character"),
        (json!("CORP/a"), "username_unusable", "'/' or ':'"),
        (json!("a:b"), "username_unusable", "'/' or ':'"),
        (json!("root,a"), "username_unusable", "',' or ';', which separate names, in it (U+002C)"),
        (json!("a;b"), "username_unusable", "(U+003B)"),
        (json!("a\u{202e}b"), "username_unusable", "nobody sees in it (U+202E)"),
        (json!("\u{e0041}a"), "username_unusable", "(U+E0041)"),
        (json!("a".repeat(61)), "username_unusable", "longer than 64 characters"),
        (json!(7), "username_not_text", "no string"),
        (json!(["a"]), "username_not_text", "no string"),
        (json!(null), "username_missing", "no claim of the name"),
    ] {
        let error = login("n", json!({"n": claim}), json!({})).unwrap_err();
        assert_eq!(error.code(), code, "{claim}");
        let (message, fix) = (error.to_string(), error.explanation().fix.clone().unwrap());
        assert!(message.contains(reason), "{claim}: {message}");
        assert!(message.contains("\"n\"") && message.contains("username-claim"), "{message}");
        assert!(fix.contains("username-claim"), "{claim}: {fix}");
        assert!(!message.contains("root@pam"), "{message}");
    }
}

#[test]
fn a_missing_claim_is_answered_with_those_that_are_there() {
    let error = login("upn", json!({"odd name": 1}), json!({"department": "it"})).unwrap_err();
    assert_eq!(error.code(), "username_missing");
    let came = error.explanation().came.as_deref().unwrap();
    for name in ["\"odd name\"", "email", "department", "sub"] {
        assert!(came.contains(name), "{name}: {came}");
    }
    assert!(!came.contains("5ub") && !came.contains(ALICE), "names, and no values: {came}");
}
