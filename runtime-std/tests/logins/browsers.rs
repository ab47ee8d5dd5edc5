//! Logins that only the browser which began them can finish.

use onerealm::{Callback, Class, DirectoryStore, Logins, MemoryStore, Requested, SealedStore};
use onerealm_demo_provider::{Endpoint, browser};

use crate::support::*;

const KEY: &str = "client-key canary+key/with:reserved=%&characters";

/// Logins of the realm with each kind of store.
fn with_each_store(scene: &Scene, test: impl Fn(&Logins)) {
    let realms = || onerealm_domains_cfg::read(&scene.config()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let (key, marks) = (directory.path().join("key"), directory.path().join("marks"));
    test(&Logins::new(realms(), MemoryStore::new()));
    test(&Logins::new(realms(), DirectoryStore::new(directory.path().join("logins"))));
    test(&Logins::new(realms(), SealedStore::new(key, marks)));
}

#[test]
fn case_200_a_callback_from_another_browser_is_refused_and_uses_nothing_up() {
    let scene = Scene::new();
    scene.configure(KEY);
    with_each_store(&scene, |logins| {
        let begin = || logins.begin_in_browser("sso", WEB, Requested::Default).unwrap();
        let ((begun, binding), (_, of_a_victim)) = (begin(), begin());
        assert!(!begun.url.contains(binding.as_str()) && !begun.state.contains(binding.as_str()));
        let callback = browser::sign_in(&begun.url, ALICE).unwrap();
        let requests = scene.provider.requests_to(Endpoint::Token).len();
        for brought in
            [None, Some(""), Some("x"), Some(of_a_victim.as_str()), Some(begun.state.as_str())]
        {
            for at in [None, Some(WEB)] {
                let error =
                    logins.finish_in_browser(Callback::Url(&callback), at, brought).unwrap_err();
                assert_eq!(error.code(), "login_of_other_browser", "{brought:?}");
                assert_eq!(error.class(), Class::Authorization);
            }
        }
        let error = logins.finish(Callback::Url(&callback), Some(WEB)).unwrap_err();
        assert_eq!(error.code(), "login_of_other_browser", "a caller who forgets the browser");
        assert_eq!(scene.provider.requests_to(Endpoint::Token).len(), requests);

        let finish = || {
            logins.finish_in_browser(Callback::Url(&callback), Some(WEB), Some(binding.as_str()))
        };
        assert_eq!(finish().unwrap().username, ALICE);
        assert_eq!(finish().unwrap_err().code(), "login_used");
    });
}

#[test]
fn case_200_a_login_that_is_bound_to_no_browser_is_finished_in_none() {
    let scene = Scene::new();
    scene.configure(KEY);
    with_each_store(&scene, |logins| {
        let begun = logins.begin("sso", WEB, Requested::Default).unwrap();
        let callback = browser::sign_in(&begun.url, ALICE).unwrap();
        let (_, binding) = logins.begin_in_browser("sso", WEB, Requested::Default).unwrap();
        for brought in [None, Some(binding.as_str())] {
            let refused = logins.finish_in_browser(Callback::Url(&callback), Some(WEB), brought);
            assert_eq!(refused.unwrap_err().code(), "login_of_other_browser");
        }
        assert_eq!(logins.finish(Callback::Url(&callback), Some(WEB)).unwrap().username, ALICE);
    });
}

#[test]
fn case_200_a_refusal_of_the_provider_is_believed_in_the_same_browser_only() {
    let scene = Scene::new();
    scene.configure(KEY);
    with_each_store(&scene, |logins| {
        let (begun, binding) = logins.begin_in_browser("sso", WEB, Requested::Default).unwrap();
        let denied = browser::deny(&begun.url).unwrap();
        let finish = |brought| {
            let refused = logins.finish_in_browser(Callback::Url(&denied), None, brought);
            refused.unwrap_err().code().to_owned()
        };
        assert_eq!(finish(None), "login_of_other_browser");
        assert_eq!(finish(Some(binding.as_str())), "authorization_refused");
    });
}

#[test]
fn case_200_the_command_finishes_no_login_of_a_browser() {
    let scene = Scene::new();
    scene.configure(KEY);
    let (begun, _) = scene.logins().begin_in_browser("sso", WEB, Requested::Default).unwrap();
    let callback = browser::sign_in(&begun.url, ALICE).unwrap();
    scene.finish(&callback).failed(4, "login_of_other_browser");
    assert!(scene.token_requests().is_empty());
}
