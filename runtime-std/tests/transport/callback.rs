//! Case 176: the end user's browser is started with the URL, and with nothing else.
//!
//! The listener that the browser comes back to has its tests in `onerealm-loopback`.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use onerealm_demo_provider::Endpoint;
use onerealm_demo_provider::browser::Browser;

use crate::front::{LONG, Then};
use crate::scene::*;

/// The next metadata has this authorization endpoint.
fn bend_authorization_endpoint(scene: &Scene, endpoint: &str) {
    let endpoint = endpoint.to_owned();
    scene.front.bend_next(Endpoint::Discovery, move |wire, honest| {
        let mut metadata: serde_json::Value = serde_json::from_slice(&honest.body).unwrap();
        metadata["authorization_endpoint"] = endpoint.as_str().into();
        let body = metadata.to_string();
        let length = format!("Content-Length: {}", body.len());
        wire.send(&[honest.head(&[&length]), body.into_bytes()].concat());
        Then::Close
    });
}

/// Starts `login` in the scene's directory, where `xdg-open` writes down its arguments.
fn start_login(scene: &Scene) -> Child {
    let browser = scene.path("xdg-open");
    fs::write(&browser, "#!/bin/sh\nprintf '%s\\n' $# \"$@\" > begun && mv begun opened\n")
        .unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut command = scene.command(&["login", "sso"]);
    command.env("PATH", format!("{}:{path}", scene.path("").display()));
    // Where nothing tells that there is a display, no browser is started.
    command.env("DISPLAY", ":0").env_remove("BROWSER");
    ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"]
        .iter()
        .for_each(|name| _ = command.env_remove(name));
    command.current_dir(scene.path("")).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn case_176_no_shell_reads_the_url_that_the_browser_opens() {
    let scene = Scene::new();
    scene.configure("\tclient-type auto\n");
    let endpoint =
        "https://login.example/a?x=$(touch$IFS$9pwned);touch+pwned&'!*&y=%0atouch%20pwned";
    bend_authorization_endpoint(&scene, endpoint);
    let mut login = start_login(&scene);
    let since = Instant::now();
    while !scene.path("opened").exists() {
        assert!(since.elapsed() < LONG, "no browser was started");
        thread::sleep(Duration::from_millis(10));
    }
    let opened = fs::read_to_string(scene.path("opened")).unwrap();
    let lines: Vec<_> = opened.lines().collect();
    let ["1", address] = lines.as_slice() else { panic!("{opened}") };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ":/.".contains(c);
    assert!(address.starts_with("http://127.0.0.1:") && address.chars().all(is_plain), "{address}");
    let page = Browser::new().open(address).unwrap();
    assert_eq!(page.status, 303);
    let url = page.location.unwrap();
    assert!(url.starts_with(&format!("{endpoint}&")), "{url}");
    login.kill().unwrap();
    login.wait().unwrap();
    assert!(!scene.path("pwned").exists());
}

#[test]
fn case_176_what_is_no_web_page_is_not_opened() {
    for endpoint in [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "--help",
        "-a Calculator",
        "http://login.example/a",
        "ssh://login.example/a",
        "https://login.example/a\n--help",
    ] {
        let scene = Scene::new();
        scene.configure("\tclient-type auto\n");
        bend_authorization_endpoint(&scene, endpoint);
        let output = start_login(&scene).wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{endpoint}: {stderr}");
        assert!(stderr.contains("\"discovery_"), "{endpoint}: {stderr}");
        assert!(!scene.path("opened").exists(), "{endpoint}");
    }
}
