//! What the README says that a login prints.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use onerealm_demo_provider::browser::Browser;

use crate::api::Product;
use crate::node::{ALICE, Node};
use crate::scene::Scene;
use crate::screen::screen;

const README: &str = include_str!("../../../README.md");
/// As the README calls the node. Its port is the one that is left out.
const NODE: &str = "pve.example:8006";
/// As it calls the provider, which is the demo provider on a port of its own here.
const PROVIDER: &str = "https://login.example";
/// What stands there for text that is different each time.
const LEFT_OUT: &str = "[...]";

#[test]
fn a_login_prints_what_the_readme_shows() {
    let block = README.split("```text\n$ onerealm pve login ").nth(1).unwrap();
    let (command, printed) = block.split("```").next().unwrap().split_once('\n').unwrap();
    assert!(command.starts_with("pve.example --fingerprint "), "{command}");
    let printed: Vec<_> = printed.lines().collect();

    let scene = Scene::new(Node::start(Product::Pve));
    let address = scene.node.address();
    let provider = scene.node.provider_origin();
    let named = |line: String| line.replace(&address, NODE).replace(&provider, PROVIDER);
    let lines: Vec<_> = login(&scene).into_iter().map(named).collect();
    assert_eq!(lines.len(), printed.len(), "{lines:#?}");
    for (line, shown) in lines.iter().zip(&printed) {
        assert!(is_alike(line, shown), "{line}\n{shown}");
    }
}

/// The lines on a terminal after a login.
fn login(scene: &Scene) -> Vec<String> {
    let opened = scene.path("opened");
    let program = scene.path("browser");
    let script =
        format!("#!/bin/sh\nprintf %s \"$1\" >{0}.new && mv {0}.new {0}\n", opened.display());
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let fingerprint = scene.node.identity.fingerprint.clone();
    let inner = scene.command("login", &["--fingerprint", &fingerprint]);
    let words = [inner.get_program()].into_iter().chain(inner.get_args());
    let line = words.map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ");
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--flush", "--command", &line, "/dev/null"]);
    script.env("XDG_RUNTIME_DIR", scene.path("run")).env("TERM", "xterm").env("BROWSER", program);
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "SSH_CONNECTION"] {
        script.env_remove(name);
    }
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let since = Instant::now();
    while !opened.exists() {
        assert!(since.elapsed() < Duration::from_secs(120), "no browser was started");
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut browser = Browser::new();
    let url = browser.open(&fs::read_to_string(opened).unwrap()).unwrap().location.unwrap();
    let callback = browser.sign_in(&url, ALICE).unwrap();
    browser.follow(&callback).unwrap();
    let mut sent = String::new();
    child.stdout.take().unwrap().read_to_string(&mut sent).unwrap();
    assert!(child.wait().unwrap().success(), "{sent}");
    screen(sent.trim_end())
}

/// Whether a line is one of the README's, where text may be left out.
fn is_alike(line: &str, shown: &str) -> bool {
    let mut pieces = shown.split(LEFT_OUT);
    let Some(mut rest) = pieces.next().and_then(|first| line.strip_prefix(first)) else {
        return false;
    };
    let mut is_whole = true;
    for piece in pieces {
        is_whole = piece.is_empty();
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.is_empty() || is_whole
}
