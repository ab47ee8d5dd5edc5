//! What one process wrote down of a provider, another one does not ask for.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use onerealm::Network;
use onerealm_demo_provider::{Endpoint, Response, browser};

use crate::caches::{KEY, asked, login, scene_that_rotates};
use crate::disk_files::*;
use crate::support::*;

/// A whole login through the command, in two processes.
fn logged_in(scene: &Scene) -> Ran {
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    scene.finish(&callback)
}

#[test]
fn a_second_process_asks_for_nothing_that_is_known() {
    let scene = Scene::new();
    scene.configure(KEY);
    for n in 1..=3 {
        let ran = logged_in(&scene);
        assert_eq!((ran.status, &ran.json["username"]), (0, &ALICE.into()), "{ran:?}");
        assert_eq!(asked(&scene), [1, 1, n, n]);
    }
    // A check is to tell whether the provider answers.
    assert_eq!(scene.run(&["check", "sso"]).status, 0);
    assert_eq!(asked(&scene), [2, 2, 3, 3]);
}

#[test]
fn the_library_writes_nothing_down_unless_it_is_told_where() {
    let scene = Scene::new();
    scene.configure(KEY);
    login(&scene.logins()).unwrap();
    assert!(!scene.providers().exists());
    for n in [2, 2] {
        let network = Network::with_cache(scene.providers());
        login(&scene.logins().with_network(network)).unwrap();
        assert_eq!(asked(&scene)[..2], [n, n]);
    }
}

#[test]
fn what_is_over_is_asked_for_again() {
    let scene = Scene::new();
    scene.configure(KEY);
    logged_in(&scene);
    for (kind, age, is_over) in [
        // The demo provider says a day, as Entra ID does.
        ("metadata", 4 * 3600, false),
        ("metadata", 6 * 3600, true),
        ("keys", 2600, false),
        ("keys", 3600, true),
        // From the future.
        ("metadata", -100, true),
        ("keys", -100, true),
    ] {
        let before = asked(&scene);
        scene.edit(kind, |text| set(text, "fetched", &(now() - age).to_string()));
        assert_eq!(logged_in(&scene).status, 0);
        let again = asked(&scene).iter().zip(before).map(|(now, then)| now - then).sum::<usize>();
        assert_eq!(again, 2 + usize::from(is_over), "{kind} {age}");
        // It was replaced.
        let before = asked(&scene);
        logged_in(&scene);
        assert_eq!(asked(&scene)[..2], before[..2], "{kind} {age}");
    }
}

/// A provider that says this of its metadata and keys.
fn scene_that_says(cache_control: &'static str) -> Scene {
    let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
        Endpoint::Discovery | Endpoint::Keys => says(answer, cache_control),
        _ => answer,
    });
    scene.configure(KEY);
    scene
}

fn says(mut answer: Response, cache_control: &str) -> Response {
    answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("cache-control"));
    answer.with_header("Cache-Control", cache_control)
}

#[test]
fn the_provider_says_how_long_within_bounds() {
    for (said, metadata, keys) in [
        ("private", "3600", "3600"),
        ("max-age=86400, private", "21600", "3600"),
        ("max-age=600", "600", "600"),
        ("max-age=5", "60", "60"),
        ("no-cache", "60", "60"),
    ] {
        let scene = scene_that_says(said);
        logged_in(&scene);
        for (kind, lifetime) in [("metadata", metadata), ("keys", keys)] {
            assert_eq!(get(&scene.file(kind), "lifetime"), lifetime, "{said} {kind}");
        }
    }
}

#[test]
fn what_is_not_to_be_stored_is_not() {
    let scene = scene_that_says("no-store");
    for n in 1..=2 {
        logged_in(&scene);
        // Both calls are processes of their own.
        assert_eq!(asked(&scene), [2 * n, n, n, n]);
        assert_eq!(scene.file_count(), 0);
    }
    let logins = scene.logins();
    for _ in 0..2 {
        login(&logins).unwrap();
    }
    assert_eq!(asked(&scene)[..2], [5, 3], "one process knows it for a minute");
}

#[test]
fn case_094_a_key_that_was_withdrawn_is_not_used_after_its_time_wherever_it_was_kept() {
    let answers = AtomicUsize::new(0);
    let scene = Scene::bent(move |endpoint, _, answer| {
        match endpoint == Endpoint::Keys && answers.fetch_add(1, Ordering::SeqCst) > 0 {
            true => Response::new(200).with_body("application/json", br#"{"keys":[]}"#.to_vec()),
            false => answer,
        }
    });
    scene.configure(KEY);
    assert_eq!(logged_in(&scene).status, 0);
    assert_eq!(logged_in(&scene).status, 0);
    // Whatever the file says of its lifetime.
    scene.edit("keys", |text| {
        set(&set(text, "lifetime", "999999999"), "fetched", &(now() - 3600).to_string())
    });
    logged_in(&scene).failed(6, "key_unknown");
}

#[test]
fn case_092_many_processes_with_unknown_keys_cause_one_refetch() {
    let scene = scene_that_rotates(usize::MAX);
    scene.configure(KEY);
    logged_in(&scene).failed(6, "key_unknown");
    assert_eq!(asked(&scene), [1, 2, 1, 0]);
    let storm = || {
        let children: Vec<_> = (0..10)
            .map(|_| scene.begin(&["--redirect-url", WEB]).1)
            .collect::<Vec<_>>()
            .iter()
            .map(|callback| {
                let mut command = scene.command(&["finish", "--callback", callback]);
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        for child in children {
            Ran::of(child.wait_with_output().unwrap()).failed(6, "key_unknown");
        }
    };
    storm();
    assert_eq!(asked(&scene), [1, 2, 11, 0]);
    // A minute later, or where the clock was set back.
    for later in ["0", "99999999999", "nonsense"] {
        let before = asked(&scene)[1];
        std::fs::write(scene.file("refetched"), later).unwrap();
        logged_in(&scene).failed(6, "key_unknown");
        assert_eq!(asked(&scene)[1], before + 1, "{later}");
    }
    // None of them is the first.
    std::fs::remove_file(scene.file("refetched")).unwrap();
    let before = asked(&scene)[1];
    storm();
    assert_eq!(asked(&scene)[1], before + 1);
}

#[test]
fn a_key_that_is_new_is_found_by_every_process() {
    let is_rotated = Arc::new(AtomicUsize::new(0));
    let rotated = Arc::clone(&is_rotated);
    let scene = Scene::bent(move |endpoint, _, answer| {
        if endpoint != Endpoint::Keys || rotated.load(Ordering::SeqCst) > 0 {
            return answer;
        }
        let keys = String::from_utf8(answer.body).unwrap().replace("\"kid\":\"", "\"kid\":\"old-");
        Response::new(200).with_body("application/json", keys.into_bytes())
    });
    scene.configure(KEY);
    logged_in(&scene).failed(6, "key_unknown");
    std::fs::remove_file(scene.file("refetched")).unwrap();
    is_rotated.store(1, Ordering::SeqCst);
    let before = asked(&scene)[1];
    let callbacks: Vec<_> = (0..5).map(|_| scene.begin(&["--redirect-url", WEB]).1).collect();
    let children: Vec<_> = callbacks
        .iter()
        .map(|callback| {
            let mut command = scene.command(&["finish", "--callback", callback]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!(ran.status, 0, "{ran:?}");
    }
    assert_eq!(asked(&scene)[1], before + 1);
}

/// A provider whose metadata and keys are had once, and then answered with `status`.
fn scene_that_breaks(status: u16) -> Scene {
    let answers = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let scene = Scene::bent(move |endpoint, _, answer| {
        let n = match endpoint {
            Endpoint::Discovery => answers[0].fetch_add(1, Ordering::SeqCst),
            Endpoint::Keys => answers[1].fetch_add(1, Ordering::SeqCst),
            _ => 0,
        };
        if n > 0 { Response::new(status) } else { answer }
    });
    scene.configure(KEY);
    scene
}

#[test]
fn while_the_provider_is_down_its_metadata_is_used_for_a_day_and_its_keys_are_not() {
    let scene = scene_that_breaks(503);
    logged_in(&scene);
    let age =
        |kind, age: i64| scene.edit(kind, |text| set(text, "fetched", &(now() - age).to_string()));
    age("metadata", 23 * 3600);
    let ran = logged_in(&scene);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stderr.contains("metadata from before is used"), "{ran:?}");
    age("keys", 3600);
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    scene.finish(&callback).failed(3, "jwks_response");
    age("metadata", 24 * 3600);
    scene.run(&["auth-url", "sso", "--redirect-url", WEB]).failed(3, "discovery_response");
}

#[test]
fn a_provider_that_is_down_is_not_asked_by_each_login_of_a_process() {
    let scene = scene_that_breaks(503);
    let network = Network::with_cache(scene.providers());
    login(&scene.logins().with_network(network)).unwrap();
    scene.edit("metadata", |text| set(text, "fetched", &(now() - 7 * 3600).to_string()));
    let logins = scene.logins().with_network(Network::with_cache(scene.providers()));
    for _ in 0..3 {
        login(&logins).unwrap();
    }
    assert_eq!(asked(&scene)[..2], [2, 1]);
    let logins = logins.with_cache_lifetime(Duration::ZERO);
    assert_eq!(login(&logins).unwrap_err().code(), "jwks_response", "keys are never stale");
}

#[test]
fn a_provider_that_says_no_is_believed() {
    for status in [404, 403, 302] {
        let scene = scene_that_breaks(status);
        logged_in(&scene);
        scene.edit("metadata", |text| set(text, "fetched", &(now() - 7 * 3600).to_string()));
        let ran = scene.run(&["auth-url", "sso", "--redirect-url", WEB]);
        ran.failed(3, "discovery_response");
    }
}

#[test]
fn a_provider_that_forbids_it_is_not_used_from_before() {
    let answers = AtomicUsize::new(0);
    let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
        Endpoint::Discovery if answers.fetch_add(1, Ordering::SeqCst) > 0 => Response::new(503),
        _ => says(answer, "max-age=600, must-revalidate"),
    });
    scene.configure(KEY);
    logged_in(&scene);
    scene.edit("metadata", |text| set(text, "fetched", &(now() - 600).to_string()));
    scene.run(&["auth-url", "sso", "--redirect-url", WEB]).failed(3, "discovery_response");
}

#[test]
fn many_threads_ask_once_for_what_is_not_known() {
    let scene = Scene::new();
    scene.configure(KEY);
    let logins = scene.logins();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..10).map(|_| scope.spawn(|| login(&logins))).collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
    });
    assert_eq!(asked(&scene), [1, 1, 10, 10]);
    let begun = logins.begin("sso", WEB, onerealm::Requested::Default).unwrap();
    browser::sign_in(&begun.url, ALICE).unwrap();
}
