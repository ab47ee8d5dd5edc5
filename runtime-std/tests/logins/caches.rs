//! What a process knows of a provider: asked for once, and again where a key is unknown.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use onerealm::{Callback, Logins, Network, Requested, User};
use onerealm_demo_provider::{Endpoint, Response, browser};

use crate::support::*;

pub const KEY: &str = "client-key canary+key/with:reserved=%&characters";

pub fn login(logins: &Logins) -> Result<User, onerealm::Error> {
    let begun = logins.begin("sso", WEB, Requested::Default)?;
    let callback = browser::sign_in(&begun.url, ALICE).unwrap();
    logins.finish(Callback::Url(&callback), Some(WEB))
}

pub fn asked(scene: &Scene) -> [usize; 4] {
    [Endpoint::Discovery, Endpoint::Keys, Endpoint::Token, Endpoint::Userinfo]
        .map(|endpoint| scene.provider.requests_to(endpoint).len())
}

#[test]
fn metadata_and_keys_are_asked_for_once_in_a_process() {
    let scene = Scene::new();
    scene.configure(KEY);
    let logins = scene.logins();
    for n in 1..=3 {
        assert_eq!(login(&logins).unwrap().username, ALICE);
        assert_eq!(asked(&scene), [1, 1, n, n]);
    }
}

#[test]
fn a_login_in_a_warm_process_is_two_requests_over_one_connection() {
    let scene = Scene::new();
    scene.configure(KEY);
    let logins = scene.logins();
    login(&logins).unwrap();
    for _ in 0..3 {
        let before = scene.provider.record().len();
        login(&logins).unwrap();
        let record = scene.provider.record();
        // The browser asks the other endpoints.
        let browser_s = [Endpoint::Authorization, Endpoint::SignIn];
        let ours: Vec<_> =
            record[before..].iter().filter(|r| !browser_s.contains(&r.endpoint)).collect();
        let endpoints: Vec<_> = ours.iter().map(|recorded| recorded.endpoint).collect();
        assert_eq!(endpoints, [Endpoint::Token, Endpoint::Userinfo]);
        assert_eq!(ours[0].connection, ours[1].connection);
    }
}

#[test]
fn logins_of_one_network_share_what_they_know() {
    fn shareable<T: Clone + Send + Sync + 'static>(it: T) -> T {
        it
    }
    let scene = Scene::new();
    scene.configure(KEY);
    let network = shareable(Network::new());
    for n in 1..=3 {
        let logins = scene.logins().with_network(network.clone());
        assert_eq!(login(&logins).unwrap().username, ALICE);
        assert_eq!(asked(&scene), [1, 1, n, n]);
    }
    login(&scene.logins()).unwrap();
    assert_eq!(asked(&scene), [2, 2, 4, 4], "other logins know nothing of it");
}

/// A provider whose key set has no known key in its first `n` answers.
pub fn scene_that_rotates(n: usize) -> Scene {
    let answers = AtomicUsize::new(0);
    Scene::bent(move |endpoint, _, answer| {
        if endpoint != Endpoint::Keys || answers.fetch_add(1, Ordering::SeqCst) >= n {
            return answer;
        }
        let keys =
            String::from_utf8(answer.body.clone()).unwrap().replace("\"kid\":\"", "\"kid\":\"old-");
        assert_ne!(keys.as_bytes(), answer.body);
        Response::new(200).with_body("application/json", keys.into_bytes())
    })
}

#[test]
fn an_unknown_key_causes_one_refetch() {
    let scene = scene_that_rotates(1);
    scene.configure(KEY);
    let logins = scene.logins();
    assert_eq!(login(&logins).unwrap().username, ALICE);
    assert_eq!(asked(&scene), [1, 2, 1, 1]);
    login(&logins).unwrap();
    assert_eq!(asked(&scene), [1, 2, 2, 2]);
}

#[test]
fn keys_that_stay_unknown_are_not_asked_for_all_the_time() {
    let scene = scene_that_rotates(usize::MAX);
    scene.configure(KEY);
    let logins = scene.logins();
    for _ in 0..5 {
        assert_eq!(login(&logins).unwrap_err().code(), "key_unknown");
    }
    assert_eq!(asked(&scene), [1, 2, 5, 0]);
}

#[test]
fn case_092_many_threads_with_unknown_keys_cause_one_refetch() {
    let scene = scene_that_rotates(usize::MAX);
    scene.configure(KEY);
    let logins = scene.logins();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| login(&logins).unwrap_err().code().to_owned()))
            .collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), "key_unknown");
        }
    });
    assert_eq!(asked(&scene), [1, 2, 20, 0]);
}

#[test]
fn a_refetch_that_fails_is_one_too() {
    let answers = AtomicUsize::new(0);
    let scene = Scene::bent(move |endpoint, _, answer| {
        match (
            endpoint,
            answers.fetch_add(usize::from(endpoint == Endpoint::Keys), Ordering::SeqCst),
        ) {
            (Endpoint::Keys, 0) => {
                Response::new(200).with_body("application/json", br#"{"keys":[]}"#.to_vec())
            }
            (Endpoint::Keys, _) => Response::new(503),
            _ => answer,
        }
    });
    scene.configure(KEY);
    let logins = scene.logins();
    let codes: Vec<_> = (0..3).map(|_| login(&logins).unwrap_err().code().to_owned()).collect();
    assert_eq!(codes, ["jwks_response", "key_unknown", "key_unknown"]);
    assert_eq!(asked(&scene), [1, 2, 3, 0]);
}

#[test]
fn keys_that_can_not_be_had_use_no_login_up() {
    let failures = AtomicUsize::new(0);
    let scene = Scene::bent(move |endpoint, _, answer| {
        match endpoint == Endpoint::Keys && failures.fetch_add(1, Ordering::SeqCst) == 0 {
            true => Response::new(503),
            false => answer,
        }
    });
    scene.configure(KEY);
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    scene.finish(&callback).failed(3, "jwks_response");
    assert!(scene.token_requests().is_empty());
    let ran = scene.finish(&callback);
    assert_eq!((ran.status, &ran.json["username"]), (0, &ALICE.into()), "{ran:?}");
}

#[test]
fn a_key_that_was_withdrawn_is_not_used_after_its_time() {
    let answers = AtomicUsize::new(0);
    let scene = Scene::bent(move |endpoint, _, answer| {
        match endpoint == Endpoint::Keys && answers.fetch_add(1, Ordering::SeqCst) > 0 {
            true => Response::new(200).with_body("application/json", br#"{"keys":[]}"#.to_vec()),
            false => answer,
        }
    });
    scene.configure(KEY);
    let logins = scene.logins();
    login(&logins).unwrap();
    login(&logins).unwrap();
    let logins = logins.with_cache_lifetime(Duration::ZERO);
    assert_eq!(login(&logins).unwrap_err().code(), "key_unknown");
}

#[test]
fn case_106_issuers_that_differ_in_a_letter_share_nothing() {
    let scene = Scene::new();
    scene.configure(KEY);
    let good = std::fs::read_to_string(scene.config()).unwrap();
    let issuer = scene.provider.issuer();
    let other = |issuer: &str| good.replace(scene.provider.issuer(), issuer);
    let both = format!("{good}\n{}", other(&format!("{issuer}/")).replace("sso", "other"));
    std::fs::write(scene.config(), both).unwrap();
    let logins = scene.logins();
    login(&logins).unwrap();
    let error = logins.begin("other", WEB, Requested::Default).unwrap_err();
    assert_eq!(error.code(), "discovery_issuer");
    assert_eq!(asked(&scene), [2, 1, 1, 1]);
}
