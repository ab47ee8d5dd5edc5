//! The redirect URLs that a realm lists, which no login gets around.

use onerealm::{Callback, Cause, Requested};
use onerealm_demo_provider::Endpoint;

use crate::support::*;

const LIST: &str = "client-type auto\nclient-key canary+key/with:reserved=%&characters\nredirect-urls https://pve.example:8006, http://127.0.0.1/callback";

#[test]
fn a_login_with_a_listed_redirect_url_goes_through() {
    let scene = Scene::new();
    scene.configure(LIST);
    for (url, client_type) in [(WEB, "confidential"), (LOOPBACK, "public")] {
        let (_, callback) = scene.begin(&["--redirect-url", url]);
        let ran = scene.finish(&callback);
        assert_eq!((ran.status, &ran.json["client_type"]), (0, &client_type.into()), "{ran:?}");
    }
}

#[test]
fn case_121_a_login_with_another_redirect_url_does_not_begin_and_asks_nobody() {
    let scene = Scene::new();
    scene.configure(LIST);
    for url in [
        "https://evil.example",
        "https://pve.example:8006/x",
        "https://pve.example",
        "http://127.0.0.1:51004/other",
        "http://localhost:51004/callback",
        PRIVATE_USE,
    ] {
        for arguments in [
            &["auth-url", "sso", "--redirect-url", url][..],
            &["check", "sso", "--redirect-url", url],
        ] {
            let ran = scene.run(arguments);
            let error = ran.failed(3, "redirect_uri_not_listed");
            assert!(
                error["message"].as_str().unwrap().contains("sso lists in redirect-urls"),
                "{error}"
            );
            assert!(error["fix"].as_str().unwrap().contains("redirect-urls"), "{error}");
        }
        let error = scene.logins().start("sso", url, Requested::Public).unwrap_err();
        assert!(matches!(error.cause(), Cause::RedirectUriNotListed { realm } if realm == "sso"));
    }
    scene
        .run(&["login", "sso", "--redirect-url", "http://127.0.0.1/x"])
        .failed(3, "redirect_uri_not_listed");
    assert!(scene.provider.requests_to(Endpoint::Discovery).is_empty());
    assert!(!scene.state_directory().exists());
}

#[test]
fn check_looks_at_the_listed_ones() {
    let scene = Scene::new();
    scene.configure(&LIST.replace("8006,", "8006/ui,"));
    let ran = scene.run(&["check", "sso"]);
    let urls: Vec<_> =
        ran.json["logins"].as_array().unwrap().iter().map(|login| &login["redirect_url"]).collect();
    assert_eq!(urls, ["https://pve.example:8006/ui", "http://127.0.0.1/callback"]);
}

#[test]
fn a_login_that_has_begun_is_finished_whatever_the_list_says_then() {
    let scene = Scene::new();
    scene.configure(LIST);
    let (begun, pending) = scene.logins().start("sso", WEB, Requested::Default).unwrap();
    let callback = onerealm_demo_provider::browser::sign_in(&begun.url, ALICE).unwrap();
    scene.configure(&LIST.replace("https://pve.example:8006, ", ""));
    let user = scene.logins().complete(pending, Callback::Url(&callback)).unwrap();
    assert_eq!(user.username, ALICE);
}

#[test]
fn a_redirect_url_is_the_listed_one_as_browsers_write_it_and_is_sent_as_it_was_given() {
    let scene = Scene::new();
    scene.configure(LIST);
    for url in
        ["https://PVE.example:8006/", "HTTPS://pve.example:8006", "http://127.0.0.1:80/./callback"]
    {
        let (begun, pending) = scene.logins().start("sso", url, Requested::Default).unwrap();
        assert_eq!(parameters(&begun.url)["redirect_uri"], url);
        assert_eq!(pending.redirect_uri(), url);
    }
}

#[test]
fn case_139_the_second_step_may_write_the_redirect_url_as_browsers_do_and_the_first_ones_is_sent() {
    let scene = Scene::new();
    scene.configure(LIST);
    for (at, callback_url) in [
        (Some("https://pve.example:8006/"), "https://pve.example:8006/?"),
        (Some("HTTPS://PVE.example:8006/x/.."), WEB),
        (None, "https://pve.example:8006/?"),
    ] {
        let (_, callback) = scene.begin(&["--redirect-url", WEB]);
        let callback = match callback_url {
            WEB => callback,
            url => callback.replacen(&format!("{WEB}?"), url, 1),
        };
        let logins = scene.logins();
        let elsewhere = logins.finish(Callback::Url(&callback), Some("https://pve.example/"));
        assert_eq!(elsewhere.unwrap_err().code(), "redirect_uri_changed");
        assert_eq!(logins.finish(Callback::Url(&callback), at).unwrap().username, ALICE);
        let request = scene.token_requests().pop().unwrap();
        let form = String::from_utf8(request.request.body).unwrap();
        assert_eq!(parameters(&form)["redirect_uri"], WEB);
    }
}
