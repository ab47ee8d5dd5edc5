//! `onerealm login`: the whole of a login on one machine, with a browser here or elsewhere.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};

use onerealm_demo_provider::browser::{self, Browser};

use crate::support::*;

/// Starts `login`; gives the URL that it shows, and the rest of what it says.
fn start(scene: &Scene, arguments: &[&str]) -> (Child, String) {
    scene.configure("client-type auto\nclient-key canary+key/with:reserved=%&characters");
    let mut command = scene.command(&[&["login", "sso", "--no-browser"], arguments].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("http") {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it shows no URL");
    }
    // What follows is read too, so that the command never waits for us.
    std::thread::spawn(move || stderr.lines().map_while(Result::ok).for_each(drop));
    (child, line.trim().to_owned())
}

fn finished(child: Child) -> Ran {
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn the_browser_comes_back_to_the_listener() {
    for (arguments, host) in [
        (&[][..], "http://127.0.0.1:"),
        (&["--public"][..], "http://127.0.0.1:"),
        (&["--redirect-url", "http://127.0.0.1/callback"][..], "http://127.0.0.1:"),
    ] {
        let scene = Scene::new();
        let (child, url) = start(&scene, arguments);
        let redirect_url = parameters(&url)["redirect_uri"].clone();
        assert!(
            redirect_url.starts_with(host) && redirect_url.ends_with("/callback"),
            "{redirect_url}"
        );
        let mut browser = Browser::new();
        let callback = browser.sign_in(&url, ALICE).unwrap();
        let forged = callback.replace("state=", "state=x");
        assert_eq!(
            browser.open(&forged).unwrap().status,
            400,
            "another state doesn't end the wait"
        );
        assert_eq!(browser.follow(&callback).unwrap().status, 200);
        let ran = finished(child);
        assert_eq!((ran.status, &ran.json["username"]), (0, &ALICE.into()), "{ran:?}");
        assert_eq!(ran.json["client_type"], "public");
    }
}

#[test]
fn the_end_user_pastes_the_url_at_the_terminal() {
    let scene = Scene::new();
    let (mut child, url) = start(&scene, &[]);
    let callback = browser::sign_in(&url, ALICE).unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "something else\n\n  {callback}  ").unwrap();
    let ran = finished(child);
    assert_eq!((ran.status, &ran.json["username"]), (0, &ALICE.into()), "{ran:?}");
}

#[test]
fn it_waits_on_this_machine_only() {
    let scene = Scene::new();
    scene.configure("");
    for url in
        [WEB, PRIVATE_USE, "http://127.0.0.2/callback", "http://localhost/cb?x=y", "http://[::1]"]
    {
        let ran = scene.run(&["login", "sso", "--no-browser", "--redirect-url", url]);
        ran.failed(2, "usage");
    }
}
