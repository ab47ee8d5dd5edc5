//! Realms that share a redirect URL, and realms whose public logins anybody can begin: what `check`
//! and the log say of them.

use std::fs;

use onerealm_demo_provider::Endpoint;
use serde_json::Value;

use crate::bends::with_json;
use crate::support::*;

const KEY: &str = "client-key canary+key/with:reserved=%&characters";

/// A provider that announces `iss`, or not, and two more realms: one with the same issuer, and one
/// with another whose provider is nowhere.
fn scene(announces_issuer: bool, own: &str, of_the_others: &str) -> Scene {
    let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
        Endpoint::Discovery => with_json(answer, |metadata| {
            metadata["authorization_response_iss_parameter_supported"] = announces_issuer.into();
        }),
        _ => answer,
    });
    scene.configure(own);
    let sso = fs::read_to_string(scene.config()).unwrap();
    let twin = format!(
        "openid: twin\n\tissuer-url {}\n\tclient-id x\n{of_the_others}",
        scene.provider.issuer()
    );
    let other = format!(
        "openid: other\n\tissuer-url https://other.example\n\tclient-id x\n{of_the_others}"
    );
    fs::write(scene.config(), [sso, twin, other].join("\n")).unwrap();
    scene
}

fn notes(ran: &Ran) -> Vec<&str> {
    assert_eq!(ran.status, 0, "{ran:?}");
    ran.json["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect()
}

fn mix_ups(ran: &Ran) -> Vec<&str> {
    notes(ran).into_iter().filter(|note| note.contains("mix-up")).collect()
}

#[test]
fn case_185_check_and_the_first_login_warn_of_two_issuers_on_one_redirect_url() {
    let elsewhere = "\tredirect-urls https://pve.example/other\n";
    let here = "\tredirect-urls https://PVE.example:8006/ http://127.0.0.1/callback\n";
    for (announces_issuer, of_the_others, expected) in
        [(false, "", 1), (false, here, 1), (false, elsewhere, 0), (true, "", 0), (true, here, 0)]
    {
        let scene = scene(announces_issuer, KEY, of_the_others);
        let ran = scene.run(&["check", "sso"]);
        let found = mix_ups(&ran);
        assert_eq!(found.len(), expected, "{announces_issuer} {of_the_others}: {ran:?}");
        for note in found {
            for word in ["realm sso", "realm other", "https://pve.example:8006", "redirect-urls"] {
                assert!(note.contains(word), "{word}: {note}");
            }
        }
        for _ in 0..2 {
            let ran = scene.run(&["auth-url", "sso", "--redirect-url", WEB]);
            let warnings = ran.stderr.lines().filter(|line| line.contains("mix-up")).count();
            assert_eq!((ran.status, warnings), (0, expected), "{ran:?}");
        }
        // Nobody else is asked.
        assert!(scene.provider.requests_to(Endpoint::Token).is_empty());
    }
}

#[test]
fn case_185_a_redirect_url_of_its_own_for_each_issuer_ends_the_warning() {
    let scene = scene(false, KEY, "\tredirect-urls https://pve.example:8006/other\n");
    let ran = scene.run(&["check", "sso", "--redirect-url", WEB]);
    assert!(mix_ups(&ran).is_empty(), "{ran:?}");
    let ran = scene.run(&["check", "sso", "--redirect-url", "https://pve.example:8006/other"]);
    assert_eq!(mix_ups(&ran).len(), 1, "{ran:?}");
}

#[test]
fn case_199_check_warns_where_strangers_can_begin_public_logins() {
    let listed = "redirect-urls https://pve.example:8006 http://127.0.0.1/callback";
    for (settings, expected) in [
        (String::new(), Some("set redirect-urls")),
        (KEY.to_owned(), Some("may be asked to be public")),
        (format!("{KEY}\nclient-type auto"), Some("public-override 0")),
        (format!("{KEY}\nclient-type public"), Some("logins on loopback are public")),
        (format!("{KEY}\nclient-type auto\npublic-override 0"), None),
        (format!("{KEY}\npublic-override 0"), None),
        (format!("{KEY}\nclient-type auto\n{listed}"), None),
        (listed.to_owned(), None),
    ] {
        let scene = Scene::new();
        scene.configure(&settings);
        let ran = scene.run(&["check", "sso"]);
        let found: Vec<_> =
            notes(&ran).into_iter().filter(|note| note.contains("no redirect-urls")).collect();
        match expected {
            None => assert!(found.is_empty(), "{settings}: {found:?}"),
            Some(words) => {
                let [note] = found.as_slice() else { panic!("{settings}: {found:?}") };
                assert!(note.contains(words), "{settings}: {note}");
            }
        }
    }
}

#[test]
fn case_199_check_tells_which_redirect_urls_are_refused_and_goes_on() {
    let settings = format!("{KEY}\nclient-type auto\npublic-override 0");
    let with_list = format!("{settings}\nredirect-urls http://127.0.0.1/callback {WEB}");
    for settings in [settings, with_list] {
        let scene = Scene::new();
        scene.configure(&settings);
        let ran = scene.run(&["check", "sso"]);
        let refused = "a login with the redirect URL http://127.0.0.1/callback is refused";
        assert!(notes(&ran).iter().any(|note| note.starts_with(refused)), "{ran:?}");
        let logins = ran.json["logins"].as_array().unwrap();
        let [login] = logins.as_slice() else { panic!("{logins:?}") };
        assert_eq!(login["redirect_url"], Value::from(WEB));
        let ran = scene.run(&["check", "sso", "--redirect-url", LOOPBACK]);
        ran.failed(3, "public_login_refused");
        assert_eq!(scene.run(&["check", "sso", "--probe"]).status, 0);
    }
}

#[test]
fn case_195_a_redirect_url_with_a_parameter_of_responses_is_refused_where_it_is_given() {
    let scene = Scene::new();
    scene.configure(KEY);
    for query in ["code=x", "st%61te", "a=b&iss=", "%65rror=1", "session_state=x", "response=x"] {
        let url = format!("{WEB}/cb?{query}");
        for command in ["auth-url", "check"] {
            scene
                .run(&[command, "sso", "--redirect-url", &url])
                .failed(3, "redirect_uri_parameter");
        }
        scene.configure(&format!("{KEY}\nredirect-urls {url}"));
        assert_eq!(scene.run(&["check", "sso"]).status, 3);
        scene.configure(KEY);
    }
    let requests = scene.provider.requests_to(Endpoint::Discovery);
    assert!(requests.is_empty(), "nobody is asked: {requests:?}");
}

#[test]
fn case_198_an_authorization_endpoint_with_a_parameter_of_ours_is_refused() {
    let scene = Scene::bent(|endpoint, _, answer| match endpoint {
        Endpoint::Discovery => with_json(answer, |metadata| {
            let url = format!(
                "{}?p=x&client%5Fid=y",
                metadata["authorization_endpoint"].as_str().unwrap()
            );
            metadata["authorization_endpoint"] = url.into();
        }),
        _ => answer,
    });
    scene.configure(KEY);
    for arguments in [&["auth-url", "sso", "--redirect-url", WEB][..], &["check", "sso"]] {
        scene.run(arguments).failed(3, "discovery_endpoint_parameter");
    }
}
