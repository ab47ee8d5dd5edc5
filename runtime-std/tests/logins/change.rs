//! `set` and `unset`.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::support::*;
#[cfg(unix)]
use crate::terminal::Terminal;

fn text(scene: &Scene) -> String {
    fs::read_to_string(scene.config()).unwrap()
}

/// The command with `input` on standard input.
fn run_with_input(scene: &Scene, arguments: &[&str], input: &str) -> Ran {
    let mut command = scene.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn a_property_that_is_set_decides_the_next_login() {
    let scene = Scene::new();
    scene.configure("client-key canary+key/with:reserved=%&characters");
    let before = text(&scene);
    let (begun, _) = scene.begin(&["--redirect-url", WEB]);
    assert_eq!(begun["client_type"], "confidential");
    let ran = scene.run(&["set", "sso", "client-type", "public"]);
    let file = scene.config().display().to_string();
    let expected = serde_json::json!({
        "realm": "sso", "property": "client-type", "changed": true, "file": file,
    });
    assert_eq!((ran.status, &ran.json), (0, &expected), "{ran:?}");
    assert_eq!(text(&scene), format!("{before}\tclient-type public\n"));
    let (begun, _) = scene.begin(&["--redirect-url", WEB]);
    assert_eq!(begun["client_type"], "public");
    assert_eq!(scene.run(&["set", "sso", "client-type", "public"]).json["changed"], false);
    assert_eq!(scene.run(&["unset", "sso", "client-type"]).json["changed"], true);
    assert_eq!(text(&scene), before);
    assert_eq!(scene.run(&["unset", "sso", "client-type"]).json["changed"], false);
}

#[cfg(unix)]
#[test]
fn a_key_that_is_typed_at_a_terminal_is_not_shown() {
    let scene = Scene::new();
    scene.configure("");
    let before = text(&scene);
    let mut terminal = Terminal::run(&scene.command(&["set", "sso", "client-key", "-"]));
    terminal.answers("client-key: ", SECRET);
    let (status, said) = terminal.ended();
    assert_eq!(status, 0, "{said}");
    assert_hidden(&said, &[SECRET.to_owned()]);
    assert_eq!(text(&scene), format!("{before}\tclient-key {SECRET}\n"));
}

#[test]
fn a_key_comes_from_standard_input_and_is_never_shown() {
    let scene = Scene::new();
    scene.configure("");
    let before = text(&scene);
    let ran = scene.run(&["set", "sso", "client-key", "canary-on-the-command-line"]);
    ran.failed(2, "usage");
    assert!(!ran.stderr.contains("canary-on"), "{ran:?}");
    assert_eq!(text(&scene), before);

    let set = ["set", "sso", "client-key", "-"];
    let ran = run_with_input(&scene, &set, &format!("{SECRET}\n"));
    assert_eq!((ran.status, &ran.json["changed"]), (0, &true.into()), "{ran:?}");
    // However the line ends, and if it doesn't.
    for same in [format!("{SECRET}\r\n"), SECRET.to_owned()] {
        let again = run_with_input(&scene, &set, &same);
        assert_eq!((again.status, &again.json["changed"]), (0, &false.into()), "{again:?}");
    }
    assert_hidden(&(ran.stdout + &ran.stderr), &[SECRET.to_owned()]);
    assert_eq!(text(&scene), format!("{before}\tclient-key {SECRET}\n"));
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    assert_eq!(scene.finish(&callback).json["client_type"], "confidential");

    for bad in
        ["", "\n", " canary-with-a-space-before-it\n", "canary-in\ntwo-lines\n", "canary\tin-two\n"]
    {
        let ran = run_with_input(&scene, &["set", "sso", "client-key", "-"], bad);
        assert_eq!(ran.status, 3, "{ran:?}");
        assert!(!ran.stderr.contains("canary"), "{ran:?}");
        assert_eq!(text(&scene), format!("{before}\tclient-key {SECRET}\n"));
    }
}

#[test]
fn what_is_refused_leaves_the_file_alone() {
    let scene = Scene::new();
    scene.configure("");
    let before = text(&scene);
    for (arguments, status, code) in [
        (&["set", "nowhere", "prompt", "login"][..], 3, "realm_unknown"),
        (&["set", "sso", "client-tpye", "auto"], 3, "property_unknown"),
        (&["unset", "sso", "client-tpye"], 3, "property_unknown"),
        (&["set", "sso", "client-type", "Auto"], 3, "realm_would_be_invalid"),
        (&["unset", "sso", "issuer-url"], 3, "realm_would_be_invalid"),
        (&["set", "sso", "prompt", "login\n\tpublic-override 0"], 3, "value_refused"),
    ] {
        scene.run(arguments).failed(status, code);
        assert_eq!(text(&scene), before, "{arguments:?}");
    }
    assert_eq!(text(&scene), before);
    fs::remove_file(scene.config()).unwrap();
    scene.run(&["set", "sso", "prompt", "login"]).failed(3, "config_unreadable");
}

#[test]
fn without_json_there_is_a_line() {
    let scene = Scene::new();
    scene.configure("");
    let mut said = Vec::new();
    for words in [
        &["set", "sso", "comment", "Büro: 1"][..],
        &["set", "sso", "comment", "Büro: 1"],
        &["unset", "sso", "comment"],
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"));
        let output = command.arg("--config").arg(scene.config()).args(words).output().unwrap();
        said.push(String::from_utf8(output.stdout).unwrap());
    }
    let expected = ["comment is set", "nothing to change", "comment is removed"];
    let realm = format!("realm sso of {}", scene.config().display());
    assert_eq!(said, expected.map(|what| format!("{realm}: {what}\n")));
}

#[test]
fn case_197_a_section_without_an_empty_line_before_it_is_warned_of() {
    let scene = Scene::new();
    scene.configure("");
    let before = format!("pam: pam\n\tcomment x\n{}", text(&scene));
    fs::write(scene.config(), &before).unwrap();
    let ran = scene.run(&["set", "sso", "prompt", "login"]);
    assert_eq!((ran.status, &ran.json["changed"]), (0, &true.into()), "{ran:?}");
    let warnings = ran.stderr.matches("line 3: put an empty line before it").count();
    assert_eq!(warnings, 1, "{}", ran.stderr);
    assert_eq!(text(&scene), format!("{before}\tprompt login\n"));
}

#[test]
fn case_197_a_set_that_was_killed_keeps_no_later_one_out() {
    let scene = Scene::new();
    scene.configure("");
    fs::write(scene.config().with_extension("cfg.tmp.onerealm"), "openid: s").unwrap();
    let before = text(&scene);
    let ran = scene.run(&["set", "sso", "prompt", "login"]);
    assert_eq!((ran.status, &ran.json["changed"]), (0, &true.into()), "{ran:?}");
    assert_eq!(text(&scene), format!("{before}\tprompt login\n"));
    assert!(!scene.config().with_extension("cfg.tmp.onerealm").exists());
}
