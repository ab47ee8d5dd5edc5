//! Metadata and keys are fetched anew before they end, by one login that was served, or when the program says so.
//!
//! The clock of documents goes by the seconds of this machine too, so there is some time before each limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use onerealm::{Logins, Network, Requested};
use onerealm_demo_provider::{Endpoint, Response};

use crate::caches::{KEY, asked, login};
use crate::disk_files::*;
use crate::gate::scene_that_hangs;
use crate::support::*;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// Logins, and the network by whose clock their documents age.
struct Process {
    logins: Logins,
    network: Network,
}

impl Process {
    fn with(scene: &Scene, network: Network) -> Self {
        Process { logins: scene.logins().with_network(network.clone()), network }
    }

    fn new(scene: &Scene) -> Self {
        Self::with(scene, Network::new())
    }

    fn later(&self, seconds: u64) {
        self.network.put_clock_of_documents_ahead(Duration::from_secs(seconds));
    }

    fn log_in(&self) {
        assert_eq!(login(&self.logins).unwrap().username, ALICE);
    }
}

/// How often metadata and keys were asked for.
fn documents(scene: &Scene) -> [usize; 2] {
    [asked(scene)[0], asked(scene)[1]]
}

fn says(mut answer: Response, cache_control: &str) -> Response {
    answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("cache-control"));
    answer.with_header("Cache-Control", cache_control)
}

/// A provider that says this of its metadata and keys, and what status it answers with.
fn scene_that_says(cache_control: &'static str) -> (Scene, Arc<AtomicU16>) {
    let status = Arc::new(AtomicU16::new(200));
    let its = Arc::clone(&status);
    let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
        Endpoint::Discovery | Endpoint::Keys => match its.load(Ordering::SeqCst) {
            200 => says(answer, cache_control),
            status => Response::new(status),
        },
        _ => answer,
    });
    scene.configure(KEY);
    (scene, status)
}

#[test]
fn in_the_last_quarter_a_login_fetches_one_document_after_it_was_served() {
    let (scene, _) = scene_that_says("max-age=3600");
    let process = Process::new(&scene);
    process.log_in();
    process.later(43 * MINUTE);
    process.log_in();
    assert_eq!(documents(&scene), [1, 1]);
    process.later(2 * MINUTE);
    let before = scene.provider.record().len();
    process.log_in();
    assert_eq!(documents(&scene), [2, 2]);
    let record = scene.provider.record();
    let endpoints: Vec<_> = record[before..].iter().map(|recorded| recorded.endpoint).collect();
    use Endpoint::{Authorization, Discovery, Keys, SignIn, Token, Userinfo};
    // The end of `begin`, a browser, and the end of `finish`.
    assert_eq!(endpoints, [Discovery, Authorization, SignIn, Token, Userinfo, Keys]);
    process.later(43 * MINUTE);
    process.log_in();
    assert_eq!(documents(&scene), [2, 2], "their time begins anew");
}

#[test]
fn an_hour_and_more_of_logins_in_which_documents_end_has_none_that_waits_for_them() {
    let scene = Scene::bent(|endpoint, _, answer| {
        if matches!(endpoint, Endpoint::Discovery | Endpoint::Keys) {
            thread::sleep(Duration::from_millis(20));
        }
        answer
    });
    scene.configure(KEY);
    let mut process = Process::with(&scene, Network::new().fetching_ahead_when_told());
    process.logins = process.logins.with_cache_lifetime(Duration::from_secs(HOUR));
    process.log_in();
    let mut fetched = 0;
    for _ in 0..60 {
        process.later(4 * MINUTE);
        let before = documents(&scene);
        process.log_in();
        assert_eq!(documents(&scene), before, "a login waited");
        process.logins.fetch_ahead("sso");
        fetched += usize::from(documents(&scene) != before);
    }
    // Each 48 minutes of four hours.
    assert_eq!((fetched, documents(&scene)), (5, [6, 6]));
}

#[test]
fn where_logins_fetch_ahead_themselves_few_of_them_do() {
    let (scene, _) = scene_that_says("max-age=3600");
    let process = Process::new(&scene);
    process.log_in();
    let mut before = documents(&scene);
    let mut burdened = 0;
    for _ in 0..100 {
        process.later(MINUTE);
        process.log_in();
        burdened += usize::from(documents(&scene) != before);
        before = documents(&scene);
    }
    assert_eq!((burdened, documents(&scene)), (2, [3, 3]));
}

#[test]
fn while_one_fetches_ahead_all_others_use_what_is_there() {
    for place in [Endpoint::Discovery, Endpoint::Keys] {
        let (scene, gate) = scene_that_hangs(place);
        let process = Process::with(&scene, Network::new().fetching_ahead_when_told());
        process.log_in();
        // Both of them, though the demo provider says a day.
        let logins = process.logins.with_cache_lifetime(Duration::from_secs(HOUR));
        process.network.put_clock_of_documents_ahead(Duration::from_secs(50 * MINUTE));
        gate.close();
        thread::scope(|scope| {
            let fetching = scope.spawn(|| logins.fetch_ahead("sso"));
            let n = usize::from(place == Endpoint::Keys);
            while documents(&scene)[n] < 2 {
                thread::yield_now();
            }
            let others: Vec<_> = (0..10).map(|_| scope.spawn(|| login(&logins))).collect();
            others.into_iter().for_each(|other| drop(other.join().unwrap().unwrap()));
            // Who is told meanwhile doesn't wait either.
            logins.fetch_ahead("sso");
            assert_eq!(documents(&scene)[n], 2);
            gate.open();
            fetching.join().unwrap();
        });
        assert_eq!(documents(&scene), [2, 2]);
    }
}

#[test]
fn a_login_that_was_served_is_not_held_for_long() {
    let is_slow = Arc::new(AtomicBool::new(false));
    let its = Arc::clone(&is_slow);
    let scene = Scene::bent(move |endpoint, _, answer| {
        if endpoint == Endpoint::Keys && its.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_secs(5));
        }
        answer
    });
    scene.configure(KEY);
    let process = Process::new(&scene);
    process.log_in();
    process.later(50 * MINUTE);
    is_slow.store(true, Ordering::SeqCst);
    process.log_in();
    is_slow.store(false, Ordering::SeqCst);
    // That answer was not waited for, though the call had time enough.
    process.later(10 * MINUTE);
    process.log_in();
    assert_eq!(documents(&scene), [1, 3]);
}

#[test]
fn a_fetch_that_fails_is_repeated_twice_at_most_and_disturbs_nobody() {
    for status in [503, 404, 302] {
        let (scene, its_status) = scene_that_says("max-age=3600");
        let process = Process::new(&scene);
        process.log_in();
        its_status.store(status, Ordering::SeqCst);
        // To the last minute of their lifetime.
        process.later(45 * MINUTE);
        for _ in 0..14 {
            process.log_in();
            process.later(MINUTE);
        }
        assert_eq!(documents(&scene), [4, 4], "{status}");
        // Then there is nothing, and the failure of now is what is told.
        process.later(2 * MINUTE);
        let error = process.logins.begin("sso", WEB, Requested::Default);
        // Metadata of a provider that is down is used for a day.
        assert_eq!(error.is_ok(), status == 503, "{status}: {error:?}");
        let error = login(&process.logins).map(|_| ());
        assert!(error.is_err(), "nothing is used beyond its lifetime");
    }
}

#[test]
fn case_201_a_failure_ahead_is_not_the_failure_of_a_login() {
    let (scene, status) = scene_that_says("max-age=3600");
    let process =
        Process::with(&scene, Network::new().remembering_failures(Duration::from_secs(600)));
    process.log_in();
    process.later(50 * MINUTE);
    status.store(503, Ordering::SeqCst);
    process.log_in();
    process.log_in();
    assert_eq!(documents(&scene), [2, 2]);
    status.store(200, Ordering::SeqCst);
    process.later(10 * MINUTE);
    // A remembered failure would be reported now.
    process.log_in();
    assert_eq!(documents(&scene), [3, 3]);
}

#[test]
fn short_lifetimes_and_what_must_not_be_stored_are_fetched_ahead_too() {
    for said in ["max-age=5", "no-cache", "no-store"] {
        let (scene, _) = scene_that_says(said);
        let process = Process::with(&scene, Network::with_cache(scene.providers()));
        process.log_in();
        process.later(28);
        process.log_in();
        assert_eq!(documents(&scene), [1, 1], "{said}");
        process.later(18);
        process.log_in();
        assert_eq!(documents(&scene), [2, 2], "{said}");
        process.later(28);
        process.log_in();
        assert_eq!(documents(&scene), [2, 2], "{said}");
        if said == "no-store" {
            assert_eq!(scene.file_count(), 0);
        }
    }
}

#[test]
fn a_shorter_cache_lifetime_has_a_last_quarter_of_its_own() {
    let (scene, _) = scene_that_says("max-age=3600");
    let Process { logins, network } = Process::new(&scene);
    let process = Process { logins: logins.with_cache_lifetime(Duration::from_secs(400)), network };
    process.log_in();
    process.later(270);
    process.log_in();
    assert_eq!(documents(&scene), [1, 1]);
    process.later(40);
    process.log_in();
    assert_eq!(documents(&scene), [2, 2]);
    let logins = process.logins.with_cache_lifetime(Duration::ZERO);
    login(&logins).unwrap();
    // Each call asks for what it needs, and nothing beyond.
    assert_eq!(documents(&scene), [4, 4]);
}

#[test]
fn keys_that_were_fetched_ahead_are_believed_from_then_on() {
    let is_withdrawn = Arc::new(AtomicBool::new(false));
    let its = Arc::clone(&is_withdrawn);
    let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
        Endpoint::Keys if its.load(Ordering::SeqCst) => {
            let keys = String::from_utf8(answer.body).unwrap();
            let keys = keys.replace("\"kid\":\"", "\"kid\":\"other-");
            Response::new(200).with_body("application/json", keys.into_bytes())
        }
        _ => answer,
    });
    scene.configure(KEY);
    let process = Process::with(&scene, Network::new().fetching_ahead_when_told());
    process.log_in();
    is_withdrawn.store(true, Ordering::SeqCst);
    process.later(46 * MINUTE);
    process.log_in();
    process.logins.fetch_ahead("sso");
    assert_eq!(documents(&scene), [1, 2]);
    // Asked for once more, as for every unknown key.
    for _ in 0..2 {
        assert_eq!(login(&process.logins).unwrap_err().code(), "key_unknown");
        assert_eq!(documents(&scene), [1, 3]);
    }
}

#[test]
fn a_key_set_that_can_not_be_used_replaces_none() {
    let answers = AtomicUsize::new(0);
    let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
        Endpoint::Keys if answers.fetch_add(1, Ordering::SeqCst) > 0 => {
            Response::new(200).with_body("application/json", br#"{"keys":7}"#.to_vec())
        }
        _ => answer,
    });
    scene.configure(KEY);
    let process = Process::new(&scene);
    process.log_in();
    process.later(46 * MINUTE);
    process.log_in();
    assert_eq!(documents(&scene), [1, 2]);
    process.log_in();
    process.later(14 * MINUTE);
    assert_eq!(login(&process.logins).unwrap_err().code(), "jwks_response");
}

#[test]
fn metadata_of_another_issuer_replaces_none() {
    let answers = AtomicUsize::new(0);
    let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
        Endpoint::Discovery if answers.fetch_add(1, Ordering::SeqCst) > 0 => {
            let mut metadata: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            metadata["issuer"] = "https://other.example".into();
            Response::new(200).with_body("application/json", metadata.to_string().into_bytes())
        }
        _ => answer,
    });
    scene.configure(KEY);
    let process = Process::new(&scene);
    process.log_in();
    process.later(5 * HOUR);
    process.log_in();
    process.log_in();
    assert_eq!(documents(&scene)[0], 2);
    process.later(HOUR);
    assert_eq!(login(&process.logins).unwrap_err().code(), "discovery_issuer");
}

#[test]
fn of_several_processes_with_one_directory_one_fetches_ahead() {
    let (scene, _) = scene_that_says("max-age=3600");
    let processes: Vec<_> =
        (0..3).map(|_| Process::with(&scene, Network::with_cache(scene.providers()))).collect();
    let all = |seconds| processes.iter().for_each(|process| process.later(seconds));
    for process in &processes {
        process.log_in();
    }
    assert_eq!(documents(&scene), [1, 1]);
    all(46 * MINUTE);
    for process in &processes {
        process.log_in();
    }
    assert_eq!(documents(&scene), [2, 2]);
    // What the first one wrote is used by all of them, beyond the lifetime of what they had.
    all(6 * MINUTE);
    for process in &processes {
        process.log_in();
    }
    all(30 * MINUTE);
    for process in &processes {
        process.log_in();
    }
    assert_eq!(documents(&scene), [2, 2]);
}

#[test]
fn what_one_process_can_not_fetch_ahead_the_others_do_not_try_at_once() {
    let (scene, status) = scene_that_says("max-age=3600");
    let processes: Vec<_> =
        (0..3).map(|_| Process::with(&scene, Network::with_cache(scene.providers()))).collect();
    for process in &processes {
        process.log_in();
        process.later(46 * MINUTE);
    }
    // Each has a clock of its own, and they agree.
    status.store(503, Ordering::SeqCst);
    for process in &processes {
        process.log_in();
        process.log_in();
    }
    assert_eq!(documents(&scene), [2, 2]);
}

#[test]
fn a_command_fetches_ahead_for_the_next_one() {
    let scene = Scene::new();
    scene.configure(KEY);
    let log_in = || {
        let (_, callback) = scene.begin(&["--redirect-url", WEB]);
        assert_eq!(scene.finish(&callback).status, 0);
    };
    log_in();
    for (kind, age) in [("metadata", 5 * HOUR), ("keys", 50 * MINUTE)] {
        scene.edit(kind, |text| set(text, "fetched", &(now() - age as i64).to_string()));
    }
    log_in();
    assert_eq!(documents(&scene), [2, 2]);
    for kind in ["metadata", "keys"] {
        assert!(now() - get(&scene.file(kind), "fetched").parse::<i64>().unwrap() < 60, "{kind}");
    }
    log_in();
    assert_eq!(documents(&scene), [2, 2]);
}

#[test]
fn what_nobody_has_asked_for_is_not_fetched_ahead() {
    let (scene, _) = scene_that_says("max-age=3600");
    let process = Process::new(&scene);
    process.logins.fetch_ahead("sso");
    process.logins.fetch_ahead("no such realm");
    process.logins.begin("sso", WEB, Requested::Default).unwrap();
    process.later(50 * MINUTE);
    process.logins.fetch_ahead("sso");
    assert_eq!(documents(&scene), [2, 0]);
    process.later(HOUR);
    process.logins.fetch_ahead("sso");
    assert_eq!(documents(&scene), [2, 0], "it is for the next login, if there is one");
}
