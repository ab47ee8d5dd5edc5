//! Userinfo that is signed: case 164, and case 203 where its signature is looked at.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use onerealm_demo_provider::{Endpoint, Response};
use serde_json::{Value, json};

use crate::bends::{as_signed_userinfo, signed, with_json};
use crate::caches::{KEY, asked, login};
use crate::support::*;

type Bend = fn(&mut Value, &mut Value);

/// What comes of a login whose userinfo is signed by the provider, and good but for `bend`.
fn finish_with(bend: Bend, properties: &str) -> Ran {
    finish_bent(move |answer| as_signed_userinfo(answer, bend), properties)
}

fn finish_bent(
    bend: impl Fn(Response) -> Response + Send + Sync + 'static,
    properties: &str,
) -> Ran {
    let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
        Endpoint::Userinfo => bend(answer),
        _ => answer,
    });
    scene.configure(&format!("{KEY}\n{properties}"));
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    scene.finish(&callback)
}

#[test]
fn case_164_a_provider_that_signs_userinfo_serves_both_client_types() {
    let scene = Scene::set_up(|setup| setup.signed_userinfo = true);
    for lines in ["", "userinfo-signed 0", "userinfo-signed 1", "userinfo-signed"] {
        // The ID token has no mail address without the scope.
        scene.configure(&format!("{KEY}\nclient-type auto\n{lines}"));
        for url in [WEB, LOOPBACK] {
            let (_, callback) = scene.begin(&["--redirect-url", url]);
            let ran = scene.finish(&callback);
            assert_eq!(ran.status, 0, "{lines}: {ran:?}");
            assert_eq!(ran.json["claims"]["given_name"], "Alice", "userinfo's alone: {ran:?}");
        }
    }
    // Each login asked for what it takes.
    let accepted: Vec<_> = scene
        .provider
        .requests_to(Endpoint::Userinfo)
        .iter()
        .map(|request| headers(request)["accept"].clone())
        .collect();
    let (either, signed) = ("application/json, application/jwt;q=0.5", "application/jwt");
    assert_eq!(accepted, [either, either, either, either, signed, signed, signed, signed]);
    assert_eq!(scene.run(&["check", "sso"]).status, 0);
}

#[test]
fn case_164_plain_userinfo_is_refused_where_the_realm_demands_a_signature() {
    let scene = Scene::new();
    scene.configure(&format!("{KEY}\nuserinfo-signed 1"));
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    let ran = scene.finish(&callback);
    let error = ran.failed(5, "userinfo_not_signed");
    assert_eq!(error["who"], "provider_administrator");
    // Nothing unsigned is asked for where userinfo is not queried.
    scene.configure(&format!("{KEY}\nuserinfo-signed 1\nquery-userinfo 0"));
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    assert_eq!(scene.finish(&callback).status, 0);
}

#[test]
fn case_164_a_signed_answer_that_is_wrong_ends_the_login() {
    let rows: &[(&str, Bend)] = &[
        ("userinfo_algorithm", |header, _| header["alg"] = json!("none")),
        ("userinfo_algorithm", |header, _| header["alg"] = json!("HS256")),
        ("userinfo_signature", |header, _| header["alg"] = json!("RS384")),
        ("userinfo_signature", |header, _| header["alg"] = json!("PS256")),
        ("userinfo_key", |header, _| header["alg"] = json!("ES256")),
        ("userinfo_key", |header, _| header["kid"] = json!("another")),
        ("userinfo_typ", |header, _| header["typ"] = json!("at+jwt")),
        ("userinfo_typ", |header, _| header["typ"] = json!("logout+jwt")),
        ("userinfo_typ", |header, _| header["typ"] = json!("ID+JWT")),
        ("userinfo_token", |header, _| header["cty"] = json!("JWT")),
        ("userinfo_token", |header, _| header["crit"] = json!(["exp"])),
        ("userinfo_token", |header, _| header["b64"] = json!(false)),
        ("userinfo_is_logout_token", |_, claims| {
            claims["events"] = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
        }),
        ("userinfo_iss", |_, claims| claims["iss"] = json!("https://evil.example")),
        ("userinfo_aud", |_, claims| claims["aud"] = json!("another")),
        ("userinfo_aud", |_, claims| claims["aud"] = json!([CLIENT_ID, "another"])),
        ("userinfo_azp", |_, claims| claims["azp"] = json!("another")),
        ("userinfo_nonce", |_, claims| claims["nonce"] = json!("another login's")),
        ("userinfo_expired", |_, claims| claims["exp"] = json!(1_000_000_000)),
        ("userinfo_iat_future", |_, claims| claims["iat"] = json!(4_000_000_000_u64)),
        ("userinfo_nbf", |_, claims| claims["nbf"] = json!(4_000_000_000_u64)),
        ("userinfo_not_a_time", |_, claims| claims["exp"] = json!("soon")),
        ("userinfo_sub", |_, claims| claims["sub"] = json!("mallory")),
        ("userinfo_sub_missing", |_, claims| claims["sub"] = json!(null)),
    ];
    for (code, bend) in rows {
        for lines in ["", "userinfo-signed 1"] {
            finish_with(*bend, lines).failed(5, code);
        }
    }
    let good: &[Bend] = &[
        |_, _| (),
        |header, _| header["typ"] = json!("JWT"),
        |header, _| header["typ"] = json!("token-userinfo+jwt"),
        |_, claims| claims["aud"] = json!([CLIENT_ID]),
        |_, claims| claims["exp"] = json!(4_000_000_000_u64),
    ];
    for bend in good {
        assert_eq!(finish_with(*bend, "userinfo-signed 1").status, 0);
    }
}

#[test]
fn case_164_what_is_no_signed_token_ends_the_login() {
    let jwe = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkExMjhHQ00ifQ.a.b.c.d";
    for (body, code) in [
        (jwe, "userinfo_encrypted"),
        ("", "userinfo_token"),
        ("a.b", "userinfo_token"),
        ("a.b.c", "userinfo_token"),
        ("{\"sub\":\"SUB\"}", "userinfo_token"),
        ("<html>", "userinfo_token"),
        ("\u{202e}\n", "userinfo_token"),
    ] {
        let answer = move |_| Response::new(200).with_body("application/jwt", body);
        finish_bent(answer, "").failed(5, code);
    }
    // Bad claims in a good envelope.
    let claims = |text: &'static str| {
        move |_| {
            let token = signed(&json!({"alg": "RS256"}), &json!([text]));
            Response::new(200).with_body("application/jwt", token)
        }
    };
    finish_bent(claims("sub"), "").failed(5, "userinfo_response");
    // The ID token of this login says nothing new, and is no userinfo where it says what it is.
    let ran = finish_bent(|answer| Response { status: 401, ..answer }, "");
    ran.failed(5, "userinfo_refused");
}

const HONEST: usize = 0;
/// Userinfo is signed with another key.
const BAD_SIGNATURES: usize = 1;
/// Userinfo names a key that isn't there.
const UNKNOWN_KIDS: usize = 2;
/// ID token and userinfo are signed with another key.
const BOTH_BAD: usize = 3;
/// Another key under the same kid is published.
const OLD_KEYS: usize = 4;

fn moody() -> (Scene, Arc<AtomicUsize>) {
    let mood = Arc::new(AtomicUsize::new(HONEST));
    let its = Arc::clone(&mood);
    let scene =
        Scene::bent(move |endpoint, _, answer| match (endpoint, its.load(Ordering::SeqCst)) {
            (Endpoint::Userinfo, BAD_SIGNATURES | BOTH_BAD) => {
                let answer = as_signed_userinfo(answer, |_, _| ());
                let token = String::from_utf8(answer.body.clone()).unwrap();
                Response { body: with_another_digit(&token).into_bytes(), ..answer }
            }
            (Endpoint::Userinfo, UNKNOWN_KIDS) => {
                as_signed_userinfo(answer, |header, _| header["kid"] = json!("nobody's"))
            }
            (Endpoint::Userinfo, _) => as_signed_userinfo(answer, |_, _| ()),
            (Endpoint::Token, BOTH_BAD) => with_json(answer, |body| {
                body["id_token"] = with_another_digit(body["id_token"].as_str().unwrap()).into();
            }),
            (Endpoint::Keys, OLD_KEYS) => with_json(answer, |keys| {
                keys["keys"][0]["n"] =
                    with_another_digit(keys["keys"][0]["n"].as_str().unwrap()).into();
            }),
            _ => answer,
        });
    scene.configure(KEY);
    (scene, mood)
}

/// Another text in base64url, changed far from the end, where each bit of a digit counts.
fn with_another_digit(text: &str) -> String {
    let at = text.len() - 100;
    let digit = if &text[at..=at] == "A" { "B" } else { "A" };
    format!("{}{digit}{}", &text[..at], &text[at + 1..])
}

fn codes(logins: &onerealm::Logins, n: usize) -> Vec<String> {
    (0..n)
        .map(|_| login(logins).map_or_else(|e| e.code().to_owned(), |user| user.username))
        .collect()
}

#[test]
fn case_203_bad_signatures_and_unknown_keys_of_userinfo_cause_one_fetch_of_their_kind_a_minute() {
    let (scene, mood) = moody();
    let logins = scene.logins();
    let mut fetches = 1;
    assert_eq!(codes(&logins, 1), [ALICE]);
    for (is, code, more) in [
        (BAD_SIGNATURES, "userinfo_signature", 1),
        (UNKNOWN_KIDS, "userinfo_key", 1),
        (BAD_SIGNATURES, "userinfo_signature", 0),
        (UNKNOWN_KIDS, "userinfo_key", 0),
        // The pace is the same as that of ID tokens.
        (BOTH_BAD, "jws_signature", 0),
    ] {
        mood.store(is, Ordering::SeqCst);
        assert_eq!(codes(&logins, 3), [code; 3]);
        fetches += more;
        assert_eq!(asked(&scene)[1], fetches, "{code}");
    }
    mood.store(HONEST, Ordering::SeqCst);
    assert_eq!(codes(&logins, 1), [ALICE], "nobody else is kept from logging in");
    assert_eq!(asked(&scene)[1], fetches);
}

#[test]
fn case_203_the_keys_that_an_id_token_led_to_are_those_for_userinfo() {
    let (scene, mood) = moody();
    let logins = scene.logins();
    mood.store(OLD_KEYS, Ordering::SeqCst);
    // The ID token's signature fails with the old keys, and so would userinfo's.
    assert!(logins.check("sso", None).is_ok());
    mood.store(HONEST, Ordering::SeqCst);
    assert_eq!(codes(&logins, 2), [ALICE, ALICE]);
    assert_eq!(asked(&scene)[1], 2, "once as they were, once anew");
}
