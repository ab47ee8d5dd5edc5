//! Nothing secret is logged by anybody in the process, at the finest level: not by us, and not by
//! the libraries that carry the requests.

#[path = "logins/support.rs"]
#[allow(dead_code, reason = "the scene is shared with tests that need more of it")]
mod support;

use std::sync::{Arc, Mutex};

use log::{LevelFilter, Log, Metadata, Record};
use onerealm::provider::{Endpoint, browser};
use onerealm::{Callback, Requested};

use support::*;

struct Keeper(Mutex<String>);

static KEEPER: Keeper = Keeper(Mutex::new(String::new()));

impl Log for Keeper {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let line = format!("{} {} {}\n", record.level(), record.target(), record.args());
        self.0.lock().unwrap().push_str(&line);
    }

    fn flush(&self) {}
}

#[test]
fn the_finest_log_of_the_whole_process_has_no_secret() {
    log::set_logger(&KEEPER).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let tokens = Arc::new(Mutex::new(Vec::<String>::new()));
    let kept = Arc::clone(&tokens);
    let scene = Scene::bent(move |endpoint, _, answer| {
        if endpoint == Endpoint::Token {
            let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            let given = ["access_token", "id_token"].map(|name| body[name].as_str());
            kept.lock().unwrap().extend(given.into_iter().flatten().map(str::to_owned));
        }
        answer
    });
    let key = "client-key canary+key/with:reserved=%&characters";
    for properties in [key.to_owned(), format!("{key}\ntoken-auth-method client_secret_post")] {
        scene.configure(&properties);
        let logins = scene.logins();
        let begun = logins.begin("sso", WEB, Requested::Default).unwrap();
        let callback = browser::sign_in(&begun.url, ALICE).unwrap();
        logins.finish(Callback::Url(&callback), None).unwrap();
    }

    let log = KEEPER.0.lock().unwrap();
    for expected in ["onerealm::http", "ureq"] {
        assert!(log.contains(expected), "{expected} logs nothing, so this looks at nothing: {log}");
    }
    let mut secrets = tokens.lock().unwrap().clone();
    secrets.push(SECRET.to_owned());
    for request in scene.token_requests() {
        let form = parameters(std::str::from_utf8(&request.request.body).unwrap());
        secrets.extend([form["code"].clone(), form["code_verifier"].clone()]);
        secrets.extend(request.request.header("authorization").map(|h| h.replace("Basic ", "")));
    }
    assert_eq!(secrets.len(), 4 + 1 + 4 + 1);
    let encoded: Vec<String> = secrets
        .iter()
        .map(|text| url::form_urlencoded::byte_serialize(text.as_bytes()).collect())
        .collect();
    for secret in secrets.iter().chain(&encoded) {
        assert!(!log.contains(secret.as_str()), "{secret} in {log}");
    }
}
