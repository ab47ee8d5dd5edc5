//! The example `login`, driven as by an end user. It asserts itself that the login takes no heap.

use std::io::Write;
use std::process::{Command, Output, Stdio};

const CALLBACK: &str = "http://127.0.0.1/callback?code=c0de&state=";
/// What the example's random source makes of its first 32 bytes.
const STATE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// Runs the example, and pastes this.
fn pasted(url: &str) -> Output {
    let mut child = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "-p", "onerealm-core", "--example", "login"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{url}").unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn whoever_pastes_the_url_is_greeted() {
    let output = pasted(&format!("{CALLBACK}{STATE}"));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("https://login.example/t/authorize?response_type=code"), "{text}");
    assert!(text.contains(&format!("{CALLBACK}{STATE}\n")), "what can be pasted is shown: {text}");
    assert!(text.contains(r#""subject":"alice-sub","#), "the login is logged: {text}");
    assert!(text.ends_with("Hello alice-sub of https://login.example/t (a public login)\n"));
}

#[test]
fn whoever_pastes_the_url_of_another_login_is_told() {
    let output = pasted(&format!("{CALLBACK}{}", STATE.replace("AAEC", "AAED")));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(!text.contains("Hello"), "{text}");
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("state is not this login's") && error.lines().count() == 1, "{error}");
}
