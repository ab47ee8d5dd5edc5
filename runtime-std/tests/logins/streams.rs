//! Standard output and standard error that can't be written to, and what is written to them.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Output, Stdio};

use onerealm_core::wire::is_invisible;
use onerealm_demo_provider::{Endpoint, browser};
use serde_json::{Value, json};

use crate::bends::with_id_token;
use crate::support::*;

const KEY: &str = "client-key canary+key/with:reserved=%&characters";

/// What nobody can write to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Broken {
    Full,
    Left,
    Closed,
}

const ALL: [Broken; 3] = [Broken::Full, Broken::Left, Broken::Closed];

impl Broken {
    fn output(self, command: &mut Command) -> Output {
        self.run(
            command,
            |command, to| {
                command.stdout(to);
            },
            ">&-",
        )
    }

    fn error(self, command: &mut Command) -> Output {
        self.run(
            command,
            |command, to| {
                command.stderr(to);
            },
            "2>&-",
        )
    }

    fn run(self, command: &mut Command, set: impl Fn(&mut Command, Stdio), closed: &str) -> Output {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        match self {
            Broken::Full => {
                let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
                set(command, full.into());
                command.output().unwrap()
            }
            Broken::Left => {
                let (to, _) = UnixStream::pair().unwrap();
                set(command, OwnedFd::from(to).into());
                command.output().unwrap()
            }
            Broken::Closed => {
                let mut shell = Command::new("sh");
                shell.arg("-c").arg(format!("exec \"$@\" {closed}")).arg("sh");
                shell.arg(command.get_program()).args(command.get_args());
                for (name, value) in command.get_envs() {
                    match value {
                        Some(value) => shell.env(name, value),
                        None => shell.env_remove(name),
                    };
                }
                shell.stdin(Stdio::null()).output().unwrap()
            }
        }
    }
}

/// A realm whose logins end with warnings: groups that can't be used, a token among the claims.
fn scene_with_warnings() -> Scene {
    let scene = Scene::bent(|endpoint, _, answer| match endpoint {
        Endpoint::Token => with_id_token(answer, |_, claims| {
            claims["groups"] = json!(["a b", "ok"]);
            claims["extra"] = json!({"access_token": "opaque-canary-token"});
        }),
        _ => answer,
    });
    scene.configure(&format!("{KEY}\ngroups-claim groups\nunknown-property 1"));
    scene
}

#[test]
fn case_186_a_standard_error_that_can_not_be_written_changes_nothing() {
    let scene = scene_with_warnings();
    for broken in ALL {
        let begun = broken.error(&mut scene.command(&["auth-url", "sso", "--redirect-url", WEB]));
        assert_eq!(begun.status.code(), Some(0), "{broken:?} {begun:?}");
        let begun: Value = serde_json::from_slice(&begun.stdout).unwrap();
        let callback = browser::sign_in(begun["url"].as_str().unwrap(), ALICE).unwrap();
        let finish = ["finish", "--callback", &callback];
        let done = broken.error(&mut scene.command(&finish));
        assert_eq!(done.status.code(), Some(0), "{broken:?} {done:?}");
        let done: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(done["username"], ALICE, "{broken:?}");
        // Failures keep their statuses.
        let used = broken.error(&mut scene.command(&finish));
        assert_eq!(used.status.code(), Some(4), "{broken:?} {used:?}");
        let usage = broken.error(&mut scene.command(&["nothing"]));
        assert_eq!(usage.status.code(), Some(2), "{broken:?}");
        let check = broken.error(&mut scene.command(&["check", "sso"]));
        assert_eq!(check.status.code(), Some(0), "{broken:?} {check:?}");
        let demo = broken.error(&mut scene.command(&["demo"]));
        assert_eq!((demo.status.code(), demo.stdout.is_empty()), (Some(0), false), "{broken:?}");
    }
}

#[test]
fn case_187_an_outcome_that_nobody_can_read_is_a_failure() {
    let scene = Scene::new();
    scene.configure(KEY);
    let failed = |ran: &Output, status| {
        let stderr = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(status), "{stderr}");
        assert!(stderr.contains("\"output\""), "{stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
    };
    for broken in ALL {
        let (_, callback) = scene.begin(&["--redirect-url", WEB]);
        failed(&broken.output(&mut scene.command(&["finish", "--callback", &callback])), 8);
        failed(&broken.output(&mut scene.command(&["auth-url", "sso", "--redirect-url", WEB])), 8);
        // Nothing is lost of what only reports, where standard output is closed on purpose.
        for only_reports in [&["check", "sso"][..], &["demo"], &["demo", "--keep"]] {
            if broken != Broken::Closed {
                failed(&broken.output(&mut scene.command(only_reports)), 8);
            } else if only_reports.len() == 1 {
                let ran = broken.output(&mut scene.command(only_reports));
                assert_eq!(ran.status.code(), Some(0), "{ran:?}");
            }
        }
        if broken != Broken::Full {
            for help in [&["--help"][..], &["--version"], &["completions", "bash"]] {
                let ran = broken.output(&mut scene.command(help));
                assert_eq!(ran.status.code(), Some(0), "{help:?} {broken:?} {ran:?}");
            }
        }
    }
    // Standard output that was opened to be read takes nothing.
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    let mut finish = scene.command(&["finish", "--callback", &callback]);
    let only_read = OpenOptions::new().read(true).open("/dev/null").unwrap();
    failed(&finish.stdout(only_read).stderr(Stdio::piped()).output().unwrap(), 8);
    // And who throws it away may.
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    let mut finish = scene.command(&["finish", "--callback", &callback]);
    let status = finish.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn case_187_a_login_whose_reader_left_is_a_failure() {
    let scene = Scene::new();
    scene.configure(&format!("{KEY}\nclient-type auto"));
    let mut login = scene.command(&["login", "sso", "--no-browser"]);
    let (to, from) = UnixStream::pair().unwrap();
    drop(from);
    login.stdin(Stdio::piped()).stdout(OwnedFd::from(to)).stderr(Stdio::piped());
    let mut child = login.spawn().unwrap();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("http") {
        line.clear();
        assert_ne!(std::io::BufRead::read_line(&mut stderr, &mut line).unwrap(), 0);
    }
    let mut browser = browser::Browser::new();
    let callback = browser.sign_in(line.trim(), ALICE).unwrap();
    browser.open(&callback).unwrap();
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(8), "{rest}");
    assert!(rest.contains("nobody reads standard output"), "{rest}");
}

/// Everything that must not be printed as it is.
const HIDDEN: &str = "\u{7f}\u{80}\u{85}\u{9b}\u{9f}\u{ad}\u{61c}\u{200b}\u{200f}\u{2028}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}\u{3164}\u{fff9}\u{e0001}\u{e0041}\u{e0100}";

#[test]
fn case_190_claims_that_hide_something_are_escaped_wherever_they_are_printed() {
    let scene = Scene::bent(|endpoint, _, answer| match endpoint {
        Endpoint::Token => with_id_token(answer, |_, claims| {
            claims["name"] = json!(format!("A{HIDDEN}\n\u{1b}[31mZ\u{e9}"));
            claims[format!("x{HIDDEN}")] = json!([{ HIDDEN: HIDDEN }]);
            claims["groups"] = json!([format!("g{}", HIDDEN.replace('\u{7f}', ""))]);
        }),
        _ => answer,
    });
    scene.configure(&format!("{KEY}\ngroups-claim groups"));
    let assert_visible = |text: &[u8]| {
        let text = String::from_utf8(text.to_vec()).unwrap();
        let hidden = text.chars().find(|c| *c != '\n' && is_invisible(*c));
        assert_eq!(hidden, None, "{text:?}");
        text
    };
    for is_json in [true, false] {
        let (_, callback) = scene.begin(&["--redirect-url", WEB]);
        let arguments: Vec<_> = scene
            .command(&["finish", "--callback", &callback])
            .get_args()
            .filter(|argument| is_json || *argument != "--json")
            .map(|argument| argument.to_owned())
            .collect();
        let ran = Command::new(env!("CARGO_BIN_EXE_onerealm-under-test")).args(arguments).output();
        let ran = ran.unwrap();
        assert_eq!(ran.status.code(), Some(0), "{ran:?}");
        let stdout = assert_visible(&ran.stdout);
        assert!(assert_visible(&ran.stderr).contains("groups_invalid"));
        assert!(stdout.contains("\\u202e") && stdout.contains("\\udb40\\udc41"), "{stdout}");
        assert_eq!(stdout.lines().count() == 1, is_json);
        let read: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(read["claims"]["name"], format!("A{HIDDEN}\n\u{1b}[31mZ\u{e9}"));
        assert_eq!(read["claims"][format!("x{HIDDEN}")][0][HIDDEN], HIDDEN);
    }
}

#[test]
fn case_190_errors_reports_and_arguments_that_hide_something_are_escaped() {
    let scene = Scene::new();
    scene.configure(&format!("{KEY}\ncomment a%E2%80%AEb%C2%9B%F3%A0%81%81\u{202e}"));
    let hidden = format!("sso{HIDDEN}");
    let config = scene.config();
    let plain = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"));
        command.arg("--config").arg(&config).arg("--state-dir").arg(scene.state_directory());
        command.args(arguments).output().unwrap()
    };
    for arguments in [
        &["check", "sso"][..],
        &["check", &hidden],
        &["auth-url", &hidden, "--redirect-url", WEB],
        &["auth-url", "sso", "--redirect-url", &hidden],
        &["finish", "--code", &hidden, "--state", &hidden],
        &["finish", "--callback", &format!("https://pve.example/?error={hidden}&state=x")],
        &["set", &hidden, "prompt", "x"],
        &["set", "sso", &hidden, "x"],
        &["login", "sso", "--port", &hidden],
        &["--config", &hidden, "check", "sso"],
        &["pve", "login", &hidden],
    ] {
        let json = [&["--json"][..], arguments].concat();
        for ran in [plain(arguments), plain(&json)] {
            for text in [&ran.stdout, &ran.stderr] {
                let text = String::from_utf8(text.clone()).unwrap();
                let seen = text.chars().find(|c| *c != '\n' && is_invisible(*c));
                assert_eq!(seen, None, "{arguments:?}: {text:?}");
            }
        }
    }
    let report = String::from_utf8(plain(&["check", "sso"]).stdout).unwrap();
    assert!(report.contains("a\\u202eb"), "{report}");
}

#[test]
fn tokens_among_the_claims_are_not_printed_and_that_is_said() {
    const JWS: &str = "eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9.";
    let scene = Scene::bent(|endpoint, _, answer| match endpoint {
        Endpoint::Token => with_id_token(answer, |_, claims| {
            claims["_claim_names"] = json!({"address": "src1", "phone": "src2"});
            claims["_claim_sources"] = json!({
                "src1": {"endpoint": "https://c.example/", "access_token": "opaque-canary-token"},
                "src2": {"JWT": JWS},
            });
            claims["nested"] =
                json!([{"deep": {"refresh_token": "opaque-canary-token", "x": 1}}, JWS]);
            claims["groups"] = json!(["ok", JWS, {"id_token": "opaque-canary-token"}]);
        }),
        _ => answer,
    });
    scene.configure(&format!("{KEY}\ngroups-claim groups"));
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    let ran = scene.finish(&callback);
    assert_eq!(ran.status, 0, "{ran:?}");
    for printed in [&ran.stdout, &ran.stderr] {
        assert!(!printed.contains("opaque-canary-token"), "{printed}");
        assert!(!printed.contains("eyJhbGciOiJub25lIn0"), "{printed}");
    }
    assert!(ran.stderr.contains("_claim_sources.src1.access_token"), "{}", ran.stderr);
    let claims = &ran.json["claims"];
    assert_eq!(claims["_claim_sources"]["src1"], json!({"endpoint": "https://c.example/"}));
    assert_eq!(claims["nested"], json!([{"deep": {"x": 1}}]));
    assert_eq!(ran.json["groups"]["valid"], json!(["ok"]));
}

#[test]
fn an_interrupted_demonstration_leaves_nothing_behind() {
    for signal in ["-INT", "-TERM"] {
        let temporary = tempfile::tempdir().unwrap();
        let scene = Scene::new();
        let mut demo = scene.command(&["demo", "--keep"]);
        demo.env("TMPDIR", temporary.path()).stdout(Stdio::piped());
        let mut child = demo.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().starts_with("Sign in as")));
        assert_eq!(temporary.path().read_dir().unwrap().count(), 1);
        let status = Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(status.unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert_eq!(temporary.path().read_dir().unwrap().count(), 0);
    }
}
