//! Case 203: the provider makes new keys and keeps their `kid`. A signature that fails causes one
//! fetch, at a pace of its own, whoever sends what.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use onerealm::{Callback, Requested};
use onerealm_demo_provider::{Endpoint, Response, browser};
use serde_json::Value;

use crate::bends::with_json;
use crate::caches::{KEY, asked, login};
use crate::disk_files::*;
use crate::support::*;

/// What the provider does at the moment.
#[derive(Clone, Default)]
struct Mood(Arc<AtomicUsize>);

const HONEST: usize = 0;
/// It publishes another key under the same kid.
const OLD_KEYS: usize = 1;
/// It signs with another key.
const BAD_SIGNATURES: usize = 2;
/// It signs with the same key, and names another.
const UNKNOWN_KIDS: usize = 3;
/// It publishes a key of another kind under the same kid.
const OLD_KIND: usize = 4;
/// It signs with another key, and publishes none.
const DOWN: usize = 5;
/// It signs with another key, and publishes a page.
const NO_KEYS: usize = 6;

impl Mood {
    fn set(&self, mood: usize) {
        self.0.store(mood, Ordering::SeqCst);
    }
}

fn scene() -> (Scene, Mood) {
    let mood = Mood::default();
    let its = mood.clone();
    let scene = Scene::bent(move |endpoint, _, answer| {
        match (endpoint, its.0.load(Ordering::SeqCst)) {
            (Endpoint::Keys, OLD_KEYS) => {
                with_json(answer, |keys| another_digit(&mut keys["keys"][0]["n"]))
            }
            (Endpoint::Keys, OLD_KIND) => with_json(answer, |keys| {
                let kid = keys["keys"][0]["kid"].take();
                keys["keys"][0] = serde_json::json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": kid});
            }),
            (Endpoint::Keys, DOWN) => Response::new(503),
            (Endpoint::Keys, NO_KEYS) => Response::new(200).with_body("text/html", "<html>"),
            (Endpoint::Token, BAD_SIGNATURES | DOWN | NO_KEYS) => {
                with_json(answer, |body| another_digit(&mut body["id_token"]))
            }
            (Endpoint::Token, UNKNOWN_KIDS) => crate::bends::with_id_token(answer, |header, _| {
                header["kid"] = "nobody's".into();
            }),
            _ => answer,
        }
    });
    scene.configure(KEY);
    (scene, mood)
}

/// Changes a digit of base64url, far from the end, where each of its bits counts.
fn another_digit(text: &mut Value) {
    let old = text.as_str().unwrap();
    let at = old.len() - 100;
    let digit = if &old[at..=at] == "A" { "B" } else { "A" };
    *text = format!("{}{digit}{}", &old[..at], &old[at + 1..]).into();
}

fn codes(logins: &onerealm::Logins, n: usize) -> Vec<String> {
    (0..n)
        .map(|_| login(logins).map_or_else(|e| e.code().to_owned(), |user| user.username))
        .collect()
}

#[test]
fn case_203_new_keys_under_an_old_kid_cause_one_refetch_and_a_login() {
    for old in [OLD_KEYS, OLD_KIND] {
        let (scene, mood) = scene();
        let logins = scene.logins();
        mood.set(old);
        // The keys are kept, and are the old ones.
        let begun = logins.begin("sso", WEB, Requested::Default).unwrap();
        let callback = browser::sign_in(&begun.url, ALICE).unwrap();
        assert!(logins.check("sso", None).is_ok());
        assert_eq!(asked(&scene), [1, 1, 0, 0]);
        mood.set(HONEST);
        assert_eq!(logins.finish(Callback::Url(&callback), None).unwrap().username, ALICE);
        assert_eq!(asked(&scene), [1, 2, 1, 1]);
        assert_eq!(codes(&logins, 2), [ALICE, ALICE]);
        assert_eq!(asked(&scene), [1, 2, 3, 3]);
    }
}

#[test]
fn case_203_bad_signatures_in_a_loop_cause_one_fetch_a_minute() {
    let (scene, mood) = scene();
    let logins = scene.logins();
    assert_eq!(codes(&logins, 1), [ALICE]);
    mood.set(BAD_SIGNATURES);
    assert_eq!(codes(&logins, 5), ["jws_signature"; 5]);
    assert_eq!(asked(&scene)[1], 2);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(|| codes(&logins, 1))).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), ["jws_signature"]);
        }
    });
    assert_eq!(asked(&scene)[1], 2);
    // Nobody else is kept from logging in.
    mood.set(HONEST);
    assert_eq!(codes(&logins, 1), [ALICE]);
    assert_eq!(asked(&scene)[1], 2);
}

#[test]
fn case_203_many_threads_with_bad_signatures_cause_one_refetch() {
    let (scene, mood) = scene();
    let logins = scene.logins();
    assert_eq!(codes(&logins, 1), [ALICE]);
    mood.set(BAD_SIGNATURES);
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert_eq!(codes(&logins, 1), ["jws_signature"]));
        }
    });
    assert_eq!(asked(&scene)[1], 2);
}

#[test]
fn case_203_and_092_neither_throttle_holds_the_other_up() {
    let (scene, mood) = scene();
    let logins = scene.logins();
    assert_eq!(codes(&logins, 1), [ALICE]);
    for (is, code, fetches) in [
        (UNKNOWN_KIDS, "key_unknown", 2),
        (BAD_SIGNATURES, "jws_signature", 3),
        (UNKNOWN_KIDS, "key_unknown", 3),
        (BAD_SIGNATURES, "jws_signature", 3),
    ] {
        mood.set(is);
        assert_eq!(codes(&logins, 3), [code; 3]);
        assert_eq!(asked(&scene)[1], fetches);
    }
    // Whichever came first.
    let (scene, mood) = self::scene();
    let logins = scene.logins();
    assert_eq!(codes(&logins, 1), [ALICE]);
    mood.set(BAD_SIGNATURES);
    assert_eq!(codes(&logins, 2), ["jws_signature"; 2]);
    mood.set(OLD_KEYS);
    assert_eq!(codes(&logins, 1), [ALICE], "the kept keys are right");
    mood.set(UNKNOWN_KIDS);
    assert_eq!(codes(&logins, 2), ["key_unknown"; 2]);
    assert_eq!(asked(&scene)[1], 3);
}

#[test]
fn case_203_a_refetch_that_fails_keeps_the_old_keys() {
    for failing in [DOWN, NO_KEYS] {
        let (scene, mood) = scene();
        let logins = scene.logins();
        assert_eq!(codes(&logins, 1), [ALICE]);
        mood.set(failing);
        assert_eq!(codes(&logins, 3), ["jws_signature"; 3]);
        assert_eq!(asked(&scene)[1], 2);
        mood.set(HONEST);
        assert_eq!(codes(&logins, 1), [ALICE]);
        assert_eq!(asked(&scene)[1], 2);
    }
}

#[test]
fn case_203_what_a_stranger_sends_causes_no_fetch() {
    let (scene, mood) = scene();
    let logins = scene.logins();
    assert_eq!(codes(&logins, 1), [ALICE]);
    mood.set(OLD_KEYS);
    let before = asked(&scene);
    for _ in 0..3 {
        let begun = logins.begin("sso", WEB, Requested::Default).unwrap();
        let token = "eyJhbGciOiJSUzI1NiIsImtpZCI6Im5vYm9keSJ9.e30.AAAA";
        for query in [
            format!("code={token}&state={}x", begun.state),
            format!("code={token}&id_token={token}&state={}", begun.state),
            format!("code={token}&state={}", begun.state),
        ] {
            assert!(logins.finish(Callback::Query(&query), None).is_err());
        }
    }
    assert_eq!(asked(&scene)[..2], before[..2]);
}

#[test]
fn case_203_many_processes_with_bad_signatures_cause_one_refetch() {
    let (scene, mood) = scene();
    let callbacks: Vec<_> = (0..7).map(|_| scene.begin(&["--redirect-url", WEB]).1).collect();
    assert_eq!(scene.finish(&callbacks[0]).status, 0);
    mood.set(BAD_SIGNATURES);
    let children: Vec<_> = callbacks[1..6]
        .iter()
        .map(|callback| {
            let mut command = scene.command(&["finish", "--callback", callback]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        Ran::of(child.wait_with_output().unwrap()).failed(6, "jws_signature");
    }
    assert_eq!(asked(&scene)[1], 2);
    // A minute later, another one may. Its note is not the one of unknown keys.
    std::fs::write(scene.file("rekeyed"), (now() - 60).to_string()).unwrap();
    scene.finish(&callbacks[6]).failed(6, "jws_signature");
    assert_eq!(asked(&scene)[1], 3);
    assert_eq!(scene.file_count(), 3, "metadata, keys, and this note");
}

#[test]
fn case_203_new_keys_are_found_by_the_next_process() {
    let (scene, mood) = scene();
    mood.set(OLD_KEYS);
    let callbacks: Vec<_> = (0..3).map(|_| scene.begin(&["--redirect-url", WEB]).1).collect();
    scene.finish(&callbacks[0]).failed(6, "jws_signature");
    std::fs::remove_file(scene.file("rekeyed")).unwrap();
    mood.set(HONEST);
    let before = asked(&scene)[1];
    for callback in &callbacks[1..] {
        assert_eq!(scene.finish(callback).status, 0);
    }
    assert_eq!(asked(&scene)[1], before + 1, "the second one reads what the first one kept");
}
