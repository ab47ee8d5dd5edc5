//! Logins in a realm that options describe.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use onerealm_demo_provider::browser::{self, Browser};

use crate::support::*;

/// The command without a file, with a realm of these options.
pub fn command(scene: &Scene, words: &[&str], options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"));
    command.arg("--state-dir").arg(scene.state_directory()).args(["--json", "-vv"]).args(words);
    command.args(["--issuer", scene.provider.issuer(), "--client-id", CLIENT_ID]);
    command.args(["--username-claim", "username"]).args(options).stdin(Stdio::null());
    for name in ["HOME", "XDG_CONFIG_HOME", "all_proxy", "https_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command
}

fn run(scene: &Scene, words: &[&str], options: &[&str]) -> Ran {
    Ran::of(command(scene, words, options).output().unwrap())
}

fn with_input(mut command: Command, input: &str) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn a_whole_login_needs_no_file_and_leaves_none() {
    let scene = Scene::new();
    for (options, name) in [(&[][..], "sso"), (&["--name", "work"], "work")] {
        let mut login = command(&scene, &["login", "--no-browser"], options);
        login.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = login.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("http") {
            line.clear();
            assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it shows no URL");
        }
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).for_each(drop));
        let mut browser = Browser::new();
        let callback = browser.sign_in(line.trim(), ALICE).unwrap();
        browser.follow(&callback).unwrap();
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!((ran.status, &ran.json["username"]), (0, &ALICE.into()), "{ran:?}");
        assert_eq!(
            (&ran.json["realm"], &ran.json["client_type"]),
            (&name.into(), &"public".into())
        );
        assert!(!scene.state_directory().exists() && !scene.config().exists());
    }
}

#[test]
fn the_two_calls_of_a_login_take_the_same_options() {
    let scene = Scene::new();
    let key = scene.config().with_file_name("key");
    fs::write(&key, format!("{SECRET}\r\n")).unwrap();
    let options = ["--client-type", "auto", "--client-key-file", key.to_str().unwrap()];
    for (redirect_url, client_type) in [(WEB, "confidential"), (LOOPBACK, "public")] {
        let ran = run(&scene, &["auth-url", "--redirect-url", redirect_url], &options);
        assert_eq!((ran.status, &ran.json["client_type"]), (0, &client_type.into()), "{ran:?}");
        let callback = browser::sign_in(ran.json["url"].as_str().unwrap(), ALICE).unwrap();
        let ran = run(&scene, &["finish", "--callback", &callback], &options);
        assert_eq!((ran.status, &ran.json["username"]), (0, &ALICE.into()), "{ran:?}");
        assert_hidden(&(ran.stdout + &ran.stderr), &[SECRET.to_owned()]);
    }
    let authorized = headers(&scene.token_requests()[0]).contains_key("authorization");
    assert!(authorized, "the secret of the file is sent");
    let ran = run(&scene, &["check", "--probe"], &options);
    assert!(ran.stdout.contains("\"probes\"") && ran.stdout.contains("--issuer"), "{ran:?}");
}

#[test]
fn a_secret_comes_from_a_file_or_from_standard_input_and_from_no_argument() {
    let scene = Scene::new();
    let check = ["check", "--redirect-url", WEB];
    let confidential = ["--client-type", "confidential", "--client-key-file"];
    let with = |file: &str| command(&scene, &check, &[&confidential[..], &[file]].concat());
    let ran = with_input(with("-"), &format!("{SECRET}\n"));
    assert_eq!((ran.status, &ran.json["logins"][0]["client_type"]), (0, &"confidential".into()));
    for bad in ["", "\n", " canary\n", "canary-in\ntwo-lines\n", "canary\tin-two\n"] {
        let ran = with_input(with("-"), bad);
        assert!([2, 3].contains(&ran.status) && !ran.stderr.contains("canary"), "{ran:?}");
    }
    let key = scene.config().with_file_name("key");
    let path = key.to_str().unwrap();
    let read = || Ran::of(with(path).output().unwrap());
    let missing = read().failed(2, "usage")["message"].to_string();
    assert!(missing.contains(path), "{missing}");
    fs::write(&key, SECRET).unwrap();
    #[cfg(unix)]
    for (mode, is_told) in [(0o600, false), (0o640, true), (0o604, true)] {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        let ran = read();
        assert_eq!(ran.stderr.contains("can be read by others"), is_told, "{mode:o} {ran:?}");
    }
    assert_eq!(read().status, 0);
    // A part of it would be another secret.
    fs::write(&key, "k".repeat(64 * 1024 + 1)).unwrap();
    assert!(read().failed(2, "usage")["message"].to_string().contains("larger than 65536 bytes"));
    fs::remove_file(&key).unwrap();
    fs::create_dir(&key).unwrap();
    assert!(read().failed(2, "usage")["message"].to_string().contains("not a regular file"));
    let ran = run(&scene, &check, &["--client-key", "canary-on-the-command-line"]);
    let message = ran.failed(2, "usage")["message"].to_string();
    assert!(message.contains("'--client-key-file'") && !message.contains("canary"), "{message}");
    run(&scene, &check, &["--client-type", "confidential"]).failed(3, "client_key_missing");
}

#[test]
fn a_mark_that_windows_writes_is_not_a_part_of_the_secret() {
    let scene = Scene::new();
    let key = scene.config().with_file_name("key");
    fs::write(&key, format!("\u{feff}{SECRET}\r\n")).unwrap();
    let options = ["--client-type", "confidential", "--client-key-file", key.to_str().unwrap()];
    let ran = run(&scene, &["auth-url", "--redirect-url", WEB], &options);
    let callback = browser::sign_in(ran.json["url"].as_str().unwrap(), ALICE).unwrap();
    let ran = run(&scene, &["finish", "--callback", &callback], &options);
    assert_eq!((ran.status, &ran.json["username"]), (0, &ALICE.into()), "{ran:?}");
    fs::write(&key, "\u{feff}\r\n").unwrap();
    let ran = run(&scene, &["auth-url", "--redirect-url", WEB], &options);
    assert!(ran.failed(2, "usage")["message"].to_string().contains("no client secret"));
}

#[test]
fn options_that_describe_no_realm_are_told_plainly() {
    let scene = Scene::new();
    scene.configure("");
    let config = scene.config();
    let config = config.to_str().unwrap();
    let whole = ["--issuer", "https://login.example", "--client-id", "x"];
    for (arguments, words) in [
        (&["--config", config][..], "--config names a file"),
        (&["sso"], "the realm sso is one of a file"),
    ] {
        for command in [&["login"][..], &["check"], &["auth-url", "--redirect-url", WEB]] {
            let mut all = command.to_vec();
            all.extend(arguments);
            all.extend(whole);
            let ran = plain(&all);
            assert!(ran.failed(2, "usage")["message"].to_string().contains(words), "{ran:?}");
        }
    }
    for (options, status, words) in [
        (&["--issuer", "https://login.example"][..], 2, "needs --client-id too"),
        (&["--client-id", "x"], 2, "--client-id describes a realm without a file"),
        (&["--scopes", "email"], 2, "--scopes describes a realm without a file"),
        (&["--name", "sso"], 2, "--name describes a realm without a file"),
    ] {
        let ran = plain(&[&["check"], options].concat());
        let message = ran.json["error"]["message"].as_str().unwrap();
        assert!(ran.status == status && message.contains(words), "{ran:?}");
    }
    for (options, code, words) in [
        (&["--issuer", "http://login.example"][..], "realm_invalid", "`issuer-url`"),
        (&["--name", "s"], "realm_invalid", "realm's name"),
        (&["--clock-skew", "601"], "realm_invalid", "at most 600"),
        (&["--max-age", "-1"], "usage", ""),
        (&["--query-userinfo", "x"], "realm_invalid", "`query-userinfo`"),
        (&["--scopes", "a\n\tclient-key x"], "realm_invalid", "one line"),
        (&["--discovery-url", "http://login.example"], "realm_invalid", "`discovery-url`"),
        (&["--client-type", "Auto"], "usage", "'auto'"),
        (&["--client-tpye", "auto"], "usage", "'--client-type'"),
    ] {
        let mut all = vec!["check", "--client-id", "x"];
        if options[0] != "--issuer" {
            all.extend(["--issuer", "https://login.example"]);
        }
        all.extend(options);
        let ran = plain(&all);
        let message = ran.json["error"]["message"].as_str().unwrap();
        assert_eq!(ran.json["error"]["code"], code, "{ran:?}");
        assert!(message.contains(words), "{options:?}: {message}");
    }
}

fn plain(arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"));
    Ran::of(command.arg("--json").args(arguments).stdin(Stdio::null()).output().unwrap())
}

#[test]
fn a_file_with_certificates_may_be_named_relatively() {
    let scene = Scene::new();
    let folder = scene.config().with_file_name("");
    let mut check = command(&scene, &["check"], &["--ca-file", "missing.pem"]);
    // On a loopback address there is no TLS: the realm is described well, which is all that is asked here.
    let ran = Ran::of(check.current_dir(folder).output().unwrap());
    assert_eq!(ran.status, 0, "{ran:?}");
}
