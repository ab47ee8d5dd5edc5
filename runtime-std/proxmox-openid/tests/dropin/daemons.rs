//! What daemons do around the calls: threads, async runtimes, processes that are stopped.

use std::env;
#[cfg(unix)]
use std::ffi::OsString;
#[cfg(unix)]
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use proxmox_openid::OpenIdAuthenticator;
use serde_json::json;

use crate::support::*;

#[test]
fn a_call_may_be_made_inside_an_async_runtime() {
    let scene = Scene::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        scene.logged_in(&scene.config(json!({})), WEB).unwrap();
    });
}

#[test]
fn an_authenticator_behind_a_lock_serves_several_threads() {
    let scene = Arc::new(Scene::new());
    let authenticator = OpenIdAuthenticator::discover(&scene.config(json!({})), WEB).unwrap();
    let authenticator = Arc::new(Mutex::new(authenticator));
    let logins: Vec<_> = (0..4)
        .map(|_| {
            let (scene, authenticator) = (Arc::clone(&scene), Arc::clone(&authenticator));
            thread::spawn(move || {
                let dir = scene.state_dir();
                let url = authenticator.lock().unwrap().authorize_url(dir, REALM).unwrap();
                let back = scene.sign_in(&url);
                let (_, state) =
                    OpenIdAuthenticator::verify_public_auth_state(dir, &back["state"]).unwrap();
                let state = through_perl(&state);
                let authenticator = authenticator.lock().unwrap();
                authenticator.verify_authorization_code_simple(&back["code"], &state).unwrap()
            })
        })
        .collect();
    for login in logins {
        assert_eq!(login.join().unwrap()["preferred_username"], ALICE);
    }
    assert_eq!(scene.asked(), [1, 1, 4, 4]);
}

const ISSUER: &str = "DROPIN_TEST_ISSUER";
const DIRECTORY: &str = "DROPIN_TEST_DIRECTORY";

/// What the test below runs in a process of its own; alone it has nothing to do.
#[test]
fn child_that_logs_in_fifty_times() {
    let (Ok(issuer), Ok(directory)) = (env::var(ISSUER), env::var(DIRECTORY)) else { return };
    let config = json!({ "issuer_url": issuer, "client_id": CLIENT_ID, "client_key": SECRET });
    let config = serde_json::from_value(config).unwrap();
    for _ in 0..50 {
        let authenticator = OpenIdAuthenticator::discover(&config, WEB).unwrap();
        let url = authenticator.authorize_url(&directory, REALM).unwrap();
        let back = parameters(&onerealm_demo_provider::browser::sign_in(&url, ALICE).unwrap());
        let (_, state) =
            OpenIdAuthenticator::verify_public_auth_state(&directory, &back["state"]).unwrap();
        authenticator.verify_authorization_code_simple(&back["code"], &state).unwrap();
    }
}

/// Where a timeout is set, the system ends a read from a socket with EINTR when the process goes on
/// after it was stopped (signal(7)), as a signal handler of Perl's does.
#[cfg(unix)]
#[test]
fn signals_in_the_middle_of_a_login_change_nothing() {
    let scene = Scene::new();
    let mut words = this_program();
    let mut child = Command::new(words.next().unwrap())
        .args(words)
        .args(["daemons::child_that_logs_in_fifty_times", "--exact"])
        .env(ISSUER, scene.provider.issuer())
        .env(DIRECTORY, scene.state_dir())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let again_and_again =
        "while kill -STOP $0 && sleep 0.001 && kill -CONT $0; do sleep 0.005; done";
    let mut signals = Command::new("sh")
        .args(["-c", again_and_again, &child.id().to_string()])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = child.wait().unwrap();
    // It may have ended by itself when the child was gone.
    let _ = signals.kill();
    signals.wait().unwrap();
    assert!(status.success());
    assert_eq!(scene.asked(), [1, 1, 50, 50], "nothing is asked twice");
}

/// The words that start this test binary again: before it the emulator that `ONEREALM_TEST_EMULATOR` names, where the
/// system runs no programs of this architecture.
#[cfg(unix)]
fn this_program() -> impl Iterator<Item = OsString> {
    let emulator = env::var_os("ONEREALM_TEST_EMULATOR");
    emulator.into_iter().chain([env::current_exe().unwrap().into()])
}
