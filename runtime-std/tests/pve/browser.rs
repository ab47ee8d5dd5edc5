//! The browser of a login at a node: what it is started with, and what it shows in the end.

#[cfg(unix)]
use std::fs;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
#[cfg(unix)]
use std::time::{Duration, Instant};

use onerealm_demo_provider::browser::Browser;

use crate::api::Product;
use crate::node::{ALICE, Node};
use crate::scene::{Scene, Waiting};

#[cfg(unix)]
#[test]
fn case_189_the_nodes_url_is_in_no_argument_list() {
    let scene = Scene::new(Node::start(Product::Pve));
    let program = scene.path("xdg-open");
    let opened = scene.path("opened");
    let script = format!("printf '%s\\n' \"$@\" >{0}.new && mv {0}.new {0}", opened.display());
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let fingerprint = scene.node.identity.fingerprint.clone();
    let mut command = scene.command("login", &["--fingerprint", &fingerprint]);
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{path}", scene.path("").display())).env("DISPLAY", ":0");
    for name in ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "BROWSER"] {
        command.env_remove(name);
    }
    let waiting = Waiting::start(command);
    let since = Instant::now();
    while !opened.exists() {
        assert!(since.elapsed() < Duration::from_secs(120), "no browser was started");
        std::thread::sleep(Duration::from_millis(5));
    }
    let address = fs::read_to_string(opened).unwrap();
    assert!(address.starts_with("http://127.0.0.1:") && !address.contains(['?', '&']), "{address}");
    let mut browser = Browser::new();
    let url = browser.open(address.trim()).unwrap().location.unwrap();
    assert_eq!(url, waiting.url);
    let callback = browser.sign_in(&url, ALICE).unwrap();
    let page = browser.follow(&callback).unwrap();
    let host = scene.node.address();
    for words in ["Signed in", &format!("{ALICE}@sso"), "Proxmox VE", &host] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert_eq!(waiting.ended().status, Some(0));
}

#[test]
fn what_the_node_refuses_is_no_success_in_the_browser() {
    let scene = Scene::new(Node::start(Product::Pve));
    scene.node.bend_path("/openid/login", 401, "application/json", r#"{"data":null}"#);
    let fingerprint = scene.node.identity.fingerprint.clone();
    let arguments = ["--fingerprint", &fingerprint, "--no-browser"];
    let waiting = Waiting::start(scene.command("login", &arguments));
    let mut browser = Browser::new();
    let callback = browser.sign_in(&waiting.url, ALICE).unwrap();
    let page = browser.follow(&callback).unwrap();
    assert_eq!(page.status, 400);
    assert!(page.body.contains("Not signed in"), "{}", page.body);
    assert!(page.body.contains("(node_login_refused)"), "{}", page.body);
    waiting.ended().failed(5, "node_login_refused", &[]);
}

#[test]
fn case_194_a_line_that_is_no_text_is_refused_and_the_next_is_read() {
    use std::io::Write as _;
    let scene = Scene::new(Node::start(Product::Pve));
    let fingerprint = scene.node.identity.fingerprint.clone();
    let mut command = scene.command("login", &["--fingerprint", &fingerprint, "--no-browser"]);
    command.stdin(Stdio::piped());
    let mut waiting = Waiting::start(command);
    let callback = Browser::new().sign_in(&waiting.url, ALICE).unwrap();
    let (_, query) = callback.split_once('?').unwrap();
    let mut stdin = waiting.child.stdin.take().unwrap();
    stdin.write_all(b"\xff\xfe\n").unwrap();
    // The query alone, in two lines.
    let (first, second) = query.split_at(query.len() / 2);
    writeln!(stdin, "\"{first}\n{second}\"").unwrap();
    let ran = waiting.ended();
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("That line is not UTF-8"), "{ran:?}");
}
