//! Case 201: a provider that hangs or fails is not asked by every login that a stranger begins.

use std::thread;
use std::time::Duration;

use onerealm::{Callback, Cause, Error, Logins, Network, Requested};
use onerealm_demo_provider::{Endpoint, Response};

use crate::caches::{KEY, asked, login};
use crate::gate::scene_that_hangs;
use crate::support::*;

/// Longer than any test.
const LONG: Duration = Duration::from_secs(600);
/// Over before anybody looks.
const MOMENT: Duration = Duration::from_nanos(1);

fn remembering(scene: &Scene, pause: Duration) -> Logins {
    scene.logins().with_network(Network::new().remembering_failures(pause))
}

fn begin(logins: &Logins) -> Result<onerealm::Begun, Error> {
    logins.begin("sso", WEB, Requested::Default)
}

fn is_earlier(error: &Error) -> bool {
    matches!(error.cause(), Cause::Earlier(_))
}

#[test]
fn case_201_a_provider_that_hangs_is_waited_for_once_and_not_by_each_login() {
    let (scene, gate) = scene_that_hangs(Endpoint::Discovery);
    gate.close();
    let logins = remembering(&scene, LONG).with_deadline(Duration::from_millis(300));
    let first = begin(&logins).unwrap_err();
    assert_eq!(first.code(), "network_timeout");
    assert!(!is_earlier(&first));
    for _ in 0..100 {
        let error = begin(&logins).unwrap_err();
        assert!(is_earlier(&error));
        assert_eq!((error.code(), error.class()), (first.code(), first.class()));
        assert_eq!(error.explanation().fix, first.explanation().fix);
        let sentence = error.to_string();
        assert!(sentence.starts_with(&first.to_string()), "{sentence}");
        assert!(sentence.contains(" s ago; the provider is asked again in "), "{sentence}");
    }
    assert_eq!(asked(&scene), [1, 0, 0, 0]);
}

#[test]
fn case_201_after_the_pause_one_caller_asks_and_the_others_do_not_wait() {
    let (scene, gate) = scene_that_hangs(Endpoint::Discovery);
    gate.close();
    let network = Network::new().remembering_failures(MOMENT);
    let short =
        scene.logins().with_network(network.clone()).with_deadline(Duration::from_millis(300));
    assert_eq!(begin(&short).unwrap_err().code(), "network_timeout");
    let patient = scene.logins().with_network(network).with_deadline(LONG);
    thread::scope(|scope| {
        let asking = scope.spawn(|| begin(&patient));
        while asked(&scene)[0] < 2 {
            thread::yield_now();
        }
        for _ in 0..20 {
            let error = begin(&patient).unwrap_err();
            assert!(is_earlier(&error));
            assert!(error.to_string().contains("being asked again now"), "{error}");
        }
        gate.open();
        assert!(asking.join().unwrap().is_ok());
    });
    assert!(begin(&patient).is_ok());
    assert_eq!(asked(&scene)[0], 2);
}

#[test]
fn case_201_whoever_waits_for_the_first_caller_fails_with_it() {
    let (scene, gate) = scene_that_hangs(Endpoint::Discovery);
    gate.close();
    let logins = remembering(&scene, LONG).with_deadline(Duration::from_secs(2));
    thread::scope(|scope| {
        let callers: Vec<_> = (0..10).map(|_| scope.spawn(|| begin(&logins))).collect();
        for caller in callers {
            assert_eq!(caller.join().unwrap().unwrap_err().code(), "network_timeout");
        }
    });
    assert_eq!(asked(&scene)[0], 1);
}

#[test]
fn case_201_keys_that_hang_are_waited_for_once_too() {
    let (scene, gate) = scene_that_hangs(Endpoint::Keys);
    let logins = remembering(&scene, LONG).with_deadline(Duration::from_millis(500));
    let begun: Vec<_> = (0..5).map(|_| begin(&logins).unwrap()).collect();
    gate.close();
    for begun in &begun {
        let query = format!("code=anything&state={}", begun.state);
        let error = logins.finish(Callback::Query(&query), None).unwrap_err();
        assert_eq!(error.code(), "network_timeout");
    }
    assert_eq!(asked(&scene), [1, 1, 0, 0]);
}

#[test]
fn a_check_always_asks_and_ends_the_pause_for_all() {
    let (scene, gate) = scene_that_hangs(Endpoint::Discovery);
    gate.close();
    let network = Network::new().remembering_failures(LONG);
    let short =
        scene.logins().with_network(network.clone()).with_deadline(Duration::from_millis(300));
    let logins = scene.logins().with_network(network);
    begin(&short).unwrap_err();
    let checked = short.check("sso", None).unwrap_err();
    assert!(!is_earlier(&checked));
    assert_eq!(asked(&scene)[0], 2);
    gate.open();
    assert!(is_earlier(&begin(&logins).unwrap_err()), "nobody knows it yet");
    logins.check("sso", None).unwrap();
    assert_eq!(login(&logins).unwrap().username, ALICE);
    assert_eq!(asked(&scene), [3, 1, 1, 1]);
}

#[test]
fn a_fresh_process_always_asks() {
    let scene = Scene::bent(|endpoint, _, answer| match endpoint {
        Endpoint::Discovery => Response::new(503),
        _ => answer,
    });
    scene.configure(KEY);
    for n in 1..=3 {
        scene.run(&["auth-url", "sso", "--redirect-url", WEB]).failed(3, "discovery_response");
        assert_eq!(asked(&scene)[0], n);
    }
}

#[test]
fn the_failure_of_one_provider_is_no_other_one_s() {
    let scene = Scene::bent(|endpoint, recorded, answer| {
        match endpoint == Endpoint::Discovery && recorded.request.query.is_none() {
            true => Response::new(503),
            false => answer,
        }
    });
    let other = format!("{}/.well-known/openid-configuration?other", scene.provider.issuer());
    scene.configure(KEY);
    let one = std::fs::read_to_string(scene.config()).unwrap();
    let two = one.replace("openid: sso", "openid: other");
    std::fs::write(scene.config(), format!("{one}\n{two}\tdiscovery-url {other}\n")).unwrap();
    let logins = remembering(&scene, LONG);
    begin(&logins).unwrap_err();
    assert!(is_earlier(&begin(&logins).unwrap_err()));
    assert!(logins.begin("other", WEB, Requested::Default).is_ok());
    assert_eq!(asked(&scene)[0], 2);
    // A network of its own knows nothing of it.
    assert!(!is_earlier(&begin(&remembering(&scene, LONG)).unwrap_err()));
}

#[test]
fn what_fails_on_this_machine_is_not_remembered() {
    let scene = Scene::new();
    let issuer = scene.provider.issuer().replace("http://", "https://");
    scene.configure(&format!("{KEY}\nca-file /nowhere/ca.pem"));
    let config = std::fs::read_to_string(scene.config()).unwrap();
    std::fs::write(scene.config(), config.replace(scene.provider.issuer(), &issuer)).unwrap();
    let logins = remembering(&scene, LONG);
    for _ in 0..3 {
        let error = begin(&logins).unwrap_err();
        assert_eq!(error.code(), "ca_file");
        assert!(!is_earlier(&error));
    }
}
