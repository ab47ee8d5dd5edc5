//! A provider whose values are made to hurt whoever reads the message, or that repeats what it was
//! sent.

use std::sync::{Arc, Mutex};

use onerealm::Begun;
use onerealm_demo_provider::{Endpoint, Response};
use serde_json::{Value, json};

use super::{KEY, login, sides};
use crate::bends::{with_id_token, with_json};
use crate::support::*;

/// What ends lines, moves cursors, turns directions, closes quotation marks, and is long.
fn hostile() -> String {
    let signs = "\u{1b}[31m\r\nonerealm: forged\u{202e}\u{2066}\u{61c}\u{200b}\u{9b}\u{feff}";
    format!("{signs}\"; came: \"{}", "x".repeat(10_000))
}

/// As much of it as a `kid` may have.
fn short() -> String {
    hostile().chars().take(60).collect()
}

/// Members of an ID token's header and claims that are shown.
const SHOWN: [&str; 6] = ["alg", "kid", "typ", "iss", "aud", "azp"];

fn put(header: &mut Value, claims: &mut Value, member: &str, value: Value) {
    let part = if SHOWN[..3].contains(&member) { header } else { claims };
    part[member] = value;
}

type BendAnswer = Box<dyn Fn(Endpoint, Response) -> Response + Send + Sync>;

fn at(place: Endpoint, bend: impl Fn(Response) -> Response + Send + Sync + 'static) -> BendAnswer {
    Box::new(move |endpoint, answer| if endpoint == place { bend(answer) } else { answer })
}

/// Every place whose text is shown, with hostile text in it.
fn places() -> Vec<(&'static str, BendAnswer)> {
    let mut places: Vec<(&'static str, BendAnswer)> = Vec::new();
    for member in SHOWN {
        let text = if member == "kid" { short() } else { hostile() };
        let bend = move |answer| {
            with_id_token(answer, |header, claims| put(header, claims, member, json!(text)))
        };
        places.push((member, at(Endpoint::Token, bend)));
    }
    let audiences =
        |answer| with_id_token(answer, |_, claims| claims["aud"] = json!(vec![short(); 30]));
    let no_name = |answer| {
        with_id_token(answer, |_, claims| {
            claims.as_object_mut().unwrap().remove("preferred_username");
            claims[hostile()] = json!(1);
        })
    };
    let issuer = |answer| with_json(answer, |metadata| metadata["issuer"] = json!(hostile()));
    let keys = |answer| {
        with_json(answer, |set| {
            let text = hostile();
            let key = json!({"kid": text, "alg": text, "kty": text, "crv": text});
            set["keys"] = json!(vec![key; 5]);
        })
    };
    let userinfo = |_| {
        let body = json!({"error": hostile(), "error_description": hostile()}).to_string();
        Response::new(401).with_body("application/json", body)
    };
    places.push(("audiences", at(Endpoint::Token, audiences)));
    places.push(("names of claims", at(Endpoint::Token, no_name)));
    places.push(("issuer", at(Endpoint::Discovery, issuer)));
    places.push(("keys", at(Endpoint::Keys, keys)));
    places.push(("userinfo", at(Endpoint::Userinfo, userinfo)));
    places
}

fn assert_harmless(place: &str, text: &str) {
    let hurts = |c: char| c.is_control() || !c.is_ascii();
    let found: Vec<_> = text.chars().filter(|c| hurts(*c) && *c != '…').collect();
    assert!(found.is_empty(), "{place}: {found:?} in {text}");
    assert!(text.len() < 4000, "{place}: {} bytes: {text}", text.len());
}

#[test]
fn hostile_values_are_bounded_and_escaped_wherever_they_come_from() {
    for (place, bend) in places() {
        let scene = Scene::bent(move |endpoint, _, answer| bend(endpoint, answer));
        scene.configure(KEY);
        let error = login(&scene, WEB, "", |_| ()).unwrap_err();
        let [expected, came, _] = sides(&error, place);
        let message = error.to_string();
        assert!(message.contains(r"\u{1b}[31m\r\nonerealm: forged\u{202e}"), "{place}: {message}");
        // What userinfo says is a sentence of the provider's, and not in quotation marks.
        let is_quoted = place != "userinfo";
        assert!(!is_quoted || !message.contains("\"; came: \"x"), "{place}: {message}");
        for text in [&message, &expected, &came] {
            assert_harmless(place, text);
        }
    }
}

#[test]
fn a_hostile_issuer_in_the_authorization_response_is_bounded_and_escaped() {
    let scene = Scene::new();
    scene.configure(KEY);
    let iss: String = url::form_urlencoded::byte_serialize(hostile().as_bytes()).collect();
    let error = login(&scene, WEB, &format!("&iss={iss}"), |_| ()).unwrap_err();
    assert_eq!(error.code(), "response_issuer");
    assert!(error.to_string().contains(r#"iss "\u{1b}[31m\r\nonerealm"#), "{error}");
    assert_harmless("iss", &error.to_string());
}

#[test]
fn what_was_secret_in_the_login_is_hidden_in_what_came() {
    for member in SHOWN {
        let state = Arc::new(Mutex::new(String::new()));
        let secrets = Arc::new(Mutex::new(Vec::new()));
        let (seen_state, kept) = (Arc::clone(&state), Arc::clone(&secrets));
        let scene = Scene::bent(move |endpoint, recorded, answer| {
            if endpoint != Endpoint::Token {
                return answer;
            }
            let form = parameters(std::str::from_utf8(&recorded.request.body).unwrap());
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            let access_token = body["access_token"].as_str().unwrap().to_owned();
            with_id_token(answer, |header, claims| {
                let nonce = claims["nonce"].as_str().unwrap().to_owned();
                let mut all = vec![seen_state.lock().unwrap().clone(), nonce, SECRET.to_owned()];
                all.push(form["code_verifier"].clone());
                // The longer ones are more than a kid may be.
                if member != "kid" {
                    all.extend([form["code"].clone(), access_token]);
                }
                put(header, claims, member, json!(all.join(" ")));
                kept.lock().unwrap().extend(all);
            })
        });
        scene.configure(KEY);
        let see = |begun: &Begun| begun.state.clone_into(&mut state.lock().unwrap());
        let error = login(&scene, WEB, "", see).unwrap_err();
        let [_, came, _] = sides(&error, member);
        let hidden = came.matches("(hidden)").count();
        let secrets = secrets.lock().unwrap();
        assert_eq!(hidden, secrets.len(), "{member}: {error}");
        assert_hidden(&format!("{error} {error:?} {:?}", error.explanation()), &secrets);
    }
}
