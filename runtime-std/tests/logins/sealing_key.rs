//! The key that seals logins, where it is missing or damaged: logins go on, and it is said.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use onerealm::{Logins, Requested, SealedOrDirectoryStore};
use onerealm_demo_provider::browser;
use serde_json::Value;

use crate::support::*;

const KEY: &str = "client-key canary+key/with:reserved=%&characters";

fn key_file(scene: &Scene) -> PathBuf {
    scene.state_directory().with_file_name("shared").join("key")
}

fn run(scene: &Scene, flags: &[&str], arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"));
    command.arg("--config").arg(scene.config()).arg("--state-dir").arg(scene.state_directory());
    command.arg("--sealed-key").arg(key_file(scene)).args(flags).args(arguments);
    Ran::of(command.output().unwrap())
}

/// A whole login, whose state is not sealed; gives what was said when it began.
fn logs_in(scene: &Scene) -> String {
    let begun = run(scene, &["--json"], &["auth-url", "sso", "--redirect-url", WEB]);
    assert_eq!(begun.status, 0, "{begun:?}");
    assert_eq!(begun.json["state"].as_str().map(str::len), Some(43), "kept in a file");
    let callback = browser::sign_in(begun.json["url"].as_str().unwrap(), ALICE).unwrap();
    let done = run(scene, &["--json"], &["finish", "--callback", &callback]);
    assert_eq!((done.status, &done.json["username"]), (0, &ALICE.into()), "{done:?}");
    begun.stderr
}

fn assert_checked(scene: &Scene, code: &str) {
    let checked = run(scene, &["--json"], &["check", "sso"]);
    assert_eq!((checked.status, &checked.json["store"]["code"]), (0, &code.into()), "{checked:?}");
    let path = key_file(scene).display().to_string();
    assert!(checked.json["store"]["message"].as_str().unwrap().contains(&path), "{checked:?}");
    let text = run(scene, &[], &["check", "sso"]).stdout;
    assert!(text.contains(&path) && text.contains(code), "{text}");
}

#[test]
fn case_188_where_a_file_system_is_not_mounted_no_directory_is_made_for_a_key() {
    let scene = Scene::new();
    scene.configure(KEY);
    let said = logs_in(&scene);
    assert_eq!(said.matches("warning: ").count() + said.matches("warn: ").count(), 1, "{said}");
    assert!(said.contains("mount the file system"), "{said}");
    assert!(!key_file(&scene).parent().unwrap().exists());
    assert_checked(&scene, "store_io");
    fs::create_dir(key_file(&scene).parent().unwrap()).unwrap();
    let checked = run(&scene, &["--json"], &["check", "sso"]);
    assert_eq!(checked.json["store"], Value::Null, "{checked:?}");
    assert!(!key_file(&scene).exists(), "check makes nothing");
}

#[test]
fn case_202_a_damaged_key_is_a_loud_error_and_logins_go_on() {
    let scene = Scene::new();
    scene.configure(KEY);
    fs::create_dir(key_file(&scene).parent().unwrap()).unwrap();
    run(&scene, &[], &["auth-url", "sso", "--redirect-url", WEB]);
    let whole = fs::read(key_file(&scene)).unwrap();
    for damaged in [&b""[..], &whole[..whole.len() / 2], b"garbage\n"] {
        fs::write(key_file(&scene), damaged).unwrap();
        let said = logs_in(&scene);
        let error = said.lines().find(|line| line.starts_with("error: ")).unwrap();
        assert!(error.contains(&key_file(&scene).display().to_string()), "{said}");
        assert!(error.contains("[sealing_key_damaged]"), "{said}");
        assert_checked(&scene, "sealing_key_damaged");
        assert_eq!(fs::read(key_file(&scene)).unwrap(), damaged);
    }
}

/// Errors and warnings of this process that name a key.
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Heard;

impl log::Log for Heard {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.level() <= log::Level::Warn {
            SAID.lock().unwrap().push(format!("{}: {}", record.level(), record.args()));
        }
    }

    fn flush(&self) {}
}

#[test]
fn case_202_a_server_says_it_once_and_not_with_each_login() {
    let scene = Scene::new();
    scene.configure(KEY);
    fs::create_dir(key_file(&scene).parent().unwrap()).unwrap();
    run(&scene, &[], &["auth-url", "sso", "--redirect-url", WEB]);
    log::set_logger(&Heard).unwrap();
    log::set_max_level(log::LevelFilter::Warn);
    let whole = fs::read(key_file(&scene)).unwrap();
    let begin = || {
        // As the drop-in does, with a store of its own for each call.
        let store = SealedOrDirectoryStore::new(key_file(&scene), scene.state_directory());
        let realms = onerealm_domains_cfg::read(&scene.config()).unwrap();
        Logins::new(realms, store).begin("sso", WEB, Requested::Default).unwrap().state.len()
    };
    let path = key_file(&scene).display().to_string();
    let said = || SAID.lock().unwrap().iter().filter(|line| line.contains(&path)).count();
    for times in 1..=2 {
        fs::write(key_file(&scene), b"").unwrap();
        for _ in 0..5 {
            assert_eq!(begin(), 43);
            assert_eq!(said(), times, "{:?}", SAID.lock().unwrap());
        }
        fs::write(key_file(&scene), &whole).unwrap();
        assert!(begin() > 43, "mended");
    }
}
