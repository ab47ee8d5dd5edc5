//! `check --probe` names the web UI that it didn't ask about.

use std::process::Command;

use crate::support::*;

const PROBE: [&str; 3] = ["check", "sso", "--probe"];

fn names_it(scene: &Scene, arguments: &[&str]) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"));
    command.arg("--config").arg(scene.config()).arg("--state-dir").arg(scene.state_directory());
    let printed = command.args(arguments).output().unwrap().stdout;
    let printed = String::from_utf8(printed).unwrap();
    assert!(printed.contains("https://pve.example:8006: a confidential login"), "{printed}");
    let line = printed.lines().find(|line| line.contains("https://pve.example:8006: not asked"));
    line.is_some_and(|line| line.contains("--redirect-url"))
}

#[test]
fn a_web_ui_that_was_not_asked_about_is_named() {
    let scene = Scene::new();
    scene.configure(&format!("client-key {SECRET}\nclient-type auto"));
    assert!(names_it(&scene, &PROBE));
    assert!(!names_it(&scene, &["check", "sso"]), "nothing was asked");
    let its_own = [&PROBE[..], &["--redirect-url", "https://pve.example:8006"]].concat();
    assert!(!names_it(&scene, &its_own));
    let listed = "redirect-urls https://pve.example:8006 http://127.0.0.1/callback";
    scene.configure(&format!("client-key {SECRET}\nclient-type auto\n{listed}"));
    assert!(!names_it(&scene, &PROBE));
}
