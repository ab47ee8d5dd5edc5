//! Files that the configuration names, and that are none.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::*;

fn pipe(scene: &Scene) -> PathBuf {
    let pipe = scene.config().with_file_name("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    pipe
}

/// Far below what a login may take, and far above what a refusal needs.
const SOON: Duration = Duration::from_secs(10);

#[test]
fn case_197_a_ca_file_that_is_a_pipe_a_device_or_too_large_is_refused_at_once() {
    let scene = Scene::new();
    let large = scene.config().with_file_name("large.pem");
    fs::File::create(&large).unwrap().set_len(1 << 33).unwrap();
    let directory = large.parent().unwrap().to_owned();
    for file in [&pipe(&scene), Path::new("/dev/zero"), Path::new("/dev/null"), &large, &directory]
    {
        let realm = format!(
            "openid: sso\n\tissuer-url https://localhost:1/t\n\tclient-id x\n\tca-file {}\n",
            file.display()
        );
        fs::write(scene.config(), realm).unwrap();
        let begun = Instant::now();
        let ran = scene.run(&["check", "sso"]);
        assert!(begun.elapsed() < SOON, "{file:?}");
        let error = ran.failed(3, "ca_file");
        assert!(
            error["message"].as_str().unwrap().contains(&file.display().to_string()),
            "{ran:?}"
        );

        let file = file.to_str().unwrap();
        let ran = scene.run(&["pve", "ticket", "localhost:1", "--ca-file", file]);
        ran.failed(3, "ca_file");
        assert!(begun.elapsed() < 2 * SOON, "{file:?}");
    }
}

#[test]
fn case_197_a_file_with_realms_that_is_a_pipe_or_a_device_is_refused_at_once() {
    let scene = Scene::new();
    for file in [&pipe(&scene), Path::new("/dev/zero"), Path::new("/dev/null")] {
        let begun = Instant::now();
        for arguments in [&["check", "sso"][..], &["set", "sso", "prompt", "login"]] {
            let config = ["--config", file.to_str().unwrap()];
            let mut command = Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"));
            let ran = command.args(config).arg("--json").args(arguments).output().unwrap();
            Ran::of(ran).failed(3, "config_unreadable");
        }
        assert!(begun.elapsed() < SOON, "{file:?}");
    }
}

#[test]
fn case_197_a_sealing_key_that_is_a_pipe_or_a_device_is_refused_at_once() {
    let scene = Scene::new();
    scene.configure("client-key canary+key/with:reserved=%&characters");
    for file in [&pipe(&scene), Path::new("/dev/zero")] {
        let begun = Instant::now();
        let key = ["--sealed-key", file.to_str().unwrap()];
        let begin = ["auth-url", "sso", "--redirect-url", WEB];
        scene.run(&[&key[..], &begin].concat()).failed(8, "sealing_key_unsafe");
        assert!(begun.elapsed() < SOON, "{file:?}");
    }
}
