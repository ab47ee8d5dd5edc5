//! Nothing secret is logged by anybody in the process, at the finest level: not by us, and not by
//! the libraries that carry the requests.

#[path = "logins/support.rs"]
#[allow(dead_code, reason = "the scene is shared with tests that need more of it")]
mod support;

use std::sync::Mutex;

use log::{LevelFilter, Log, Metadata, Record};
use onerealm::{Callback, Requested};
use onerealm_demo_provider::browser;

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
    let (scene, tokens) = scene_that_keeps_tokens();
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
    assert_hidden(&log, &secrets(&scene, &tokens));
    // There, messages would be dumped in hexadecimal, where no text is found.
    assert!(!log.contains("TRACE"), "{log}");
}
