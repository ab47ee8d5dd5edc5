//! The command in a rescue system, which has it, a certificate authority's file and a network, and nothing else.
//!
//! `ONEREALM_RESCUE` names a static command, and a root directory is made for it that holds nothing but these
//! (`.ci/run rescue`). Without, the ordinary command runs with nothing in its environment.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use onerealm_demo_provider::browser;
use rcgen::date_time_ymd;
use rustls::ServerConfig;
use serde_json::Value;
use tempfile::TempDir;

use crate::certificates::Authority;
use crate::scene::{ALICE, Scene};

/// The most memory that a login may ever have, in KiB: `docs/rescue.md` has what it does have.
const MOST_MEMORY_KIB: u64 = 2900;

/// A provider at `https://127.0.0.1`, and the root directory of a system that knows it.
struct Rescue {
    scene: Scene,
    root: TempDir,
    /// The static command, if there is one.
    program: Option<PathBuf>,
}

impl Rescue {
    fn new(authority: &Authority, server: ServerConfig) -> Self {
        let scene = Scene::at("https://127.0.0.1", "");
        scene.front.speak_tls(server);
        let program = std::env::var_os("ONEREALM_RESCUE").map(PathBuf::from);
        let rescue = Rescue { scene, root: tempfile::tempdir().unwrap(), program };
        if let Some(program) = &rescue.program {
            // By another process: a program that this one has open for writing can't be run, and children that
            // other threads start at this moment would keep it open.
            let copied = Command::new("cp").arg(program).arg(rescue.root.path()).status();
            assert!(copied.unwrap().success());
        }
        fs::write(rescue.root.path().join("ca.pem"), &authority.pem).unwrap();
        let ca_file = format!("\tca-file {}\n", rescue.path("ca.pem"));
        rescue.configure(&rescue.realm(&ca_file));
        rescue
    }

    fn trusted() -> Self {
        let authority = Authority::new("A private CA");
        let server = authority.server(&["127.0.0.1"]);
        Self::new(&authority, server)
    }

    /// The realm, whose secret is not sent from a terminal.
    fn realm(&self, properties: &str) -> String {
        self.scene.realm(&format!("\tclient-type auto\n{properties}"))
    }

    fn configure(&self, realm: &str) {
        fs::write(self.root.path().join("domains.cfg"), realm).unwrap();
    }

    /// The path of a file, as the command sees it.
    fn path(&self, name: &str) -> String {
        let root = if self.program.is_some() { Path::new("/") } else { self.root.path() };
        root.join(name).display().to_string()
    }

    /// The command with an empty environment; where it is the static one, under `time`, which sees its memory.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = match self.program {
            None => Command::new(env!("CARGO_BIN_EXE_onerealm-under-test")),
            Some(_) => {
                let mut command = Command::new("/usr/bin/time");
                command.args(["-f", "%M", "-o"]).arg(self.scene.path("memory"));
                command.arg("/usr/sbin/chroot").arg(self.root.path()).arg("/onerealm");
                command
            }
        };
        command.args(["--json", "--config", &self.path("domains.cfg")]);
        command.args(["--state-dir", &self.path("state")]).args(arguments).env_clear();
        command
    }

    /// `login` whose end user signs in elsewhere, and pastes the URL.
    fn login(&self) -> Output {
        let mut command = self.command(&["login", "sso", "--no-browser"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("https://") {
            line.clear();
            assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it shows no URL");
        }
        let callback = browser::sign_in(&self.scene.page(line.trim()), ALICE).unwrap();
        writeln!(child.stdin.take().unwrap(), "{callback}").unwrap();
        child.wait_with_output().unwrap()
    }

    fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut command = self.command(arguments);
        command.envs(environment.iter().copied()).stdin(Stdio::null()).output().unwrap()
    }

    /// The error of a command that must fail so: its message and its fix.
    fn fails(&self, status: i32, code: &str, environment: &[(&str, &str)]) -> String {
        let output = self.run(&["check", "sso"], environment);
        let stderr = String::from_utf8(output.stderr).unwrap();
        let error: Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
        let error = &error["error"];
        assert_eq!(output.status.code(), Some(status), "{stderr}");
        assert_eq!(error["code"], code, "{stderr}");
        format!("{} / {}", error["message"].as_str().unwrap(), error["fix"].as_str().unwrap())
    }

    fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.root.path()).unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn username(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let user: Value = serde_json::from_slice(&output.stdout).unwrap();
    user["username"].as_str().unwrap().to_owned()
}

#[test]
fn a_login_needs_the_command_the_realm_and_a_certificate_and_leaves_nothing() {
    let rescue = Rescue::trusted();
    let before = rescue.files();
    assert_eq!(username(&rescue.login()), ALICE);
    assert_eq!(rescue.files(), before);
    if rescue.program.is_some() {
        assert_eq!(before, ["ca.pem", "domains.cfg", "onerealm"]);
        let peak = fs::read_to_string(rescue.scene.path("memory")).unwrap();
        let peak: u64 = peak.trim().parse().unwrap();
        println!("the most memory that a login had: {peak} KiB");
        assert!(peak < MOST_MEMORY_KIB, "{peak} KiB");
    }
}

#[test]
fn the_certificate_authority_may_be_the_environment_s() {
    let rescue = Rescue::trusted();
    rescue.configure(&rescue.realm(""));
    let ca_file = rescue.path("ca.pem");
    let output = rescue.run(&["check", "sso"], &[("SSL_CERT_FILE", &ca_file)]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn without_a_certificate_authority_it_says_where_to_name_one() {
    let rescue = Rescue::trusted();
    rescue.configure(&rescue.realm(""));
    let missing = rescue.path("missing.pem");
    let says = rescue.fails(3, "no_ca", &[("SSL_CERT_FILE", &missing)]);
    assert!(says.contains(&missing) && says.contains("ca-file"), "{says}");
    // The ordinary command would find the certificates of this machine.
    if rescue.program.is_some() {
        let says = rescue.fails(3, "no_ca", &[]);
        assert!(says.contains("SSL_CERT_FILE"), "{says}");
    }
}

#[test]
fn a_clock_that_is_behind_or_ahead_is_shown_beside_the_certificate_s_time() {
    let authority = Authority::new("A private CA");
    let early = authority.server_with(&["127.0.0.1"], |params| {
        params.not_before = date_time_ymd(4000, 1, 1);
    });
    let says = Rescue::new(&authority, early).fails(7, "tls_not_valid_yet", &[]);
    assert!(says.contains("not valid before 4000-01-01T00:00:00Z"), "{says}");
    assert!(says.contains("clock says 2") && says.contains("date -u -s"), "{says}");

    let late = authority.server_with(&["127.0.0.1"], |params| {
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2001, 1, 1);
    });
    let says = Rescue::new(&authority, late).fails(7, "tls_expired", &[]);
    assert!(says.contains("expired at 2001-01-01T00:00:00Z"), "{says}");
    assert!(says.contains("clock says 2") && says.contains("date -u -s"), "{says}");
}

#[test]
fn without_a_resolver_it_says_where_one_is_named() {
    let rescue = Rescue::trusted();
    let realm = rescue.realm(&format!("\tca-file {}\n", rescue.path("ca.pem")));
    // A label is at most 63 bytes long: no resolver is asked, which might take its time.
    rescue.configure(&realm.replace("//127.0.0.1:", &format!("//{}.invalid:", "a".repeat(64))));
    let says = rescue.fails(7, "network_host", &[]);
    assert!(says.contains("/etc/resolv.conf"), "{says}");
}

#[test]
fn the_two_calls_of_a_server_work_without_proc() {
    let rescue = Rescue::trusted();
    let redirect_url = "http://127.0.0.1:51004/callback";
    let output = rescue.run(&["auth-url", "sso", "--redirect-url", redirect_url], &[]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*stderr), (Some(0), ""));
    let begun: Value = serde_json::from_slice(&output.stdout).unwrap();
    let page = rescue.scene.page(begun["url"].as_str().unwrap());
    let callback = browser::sign_in(&page, ALICE).unwrap();
    let output = rescue.run(&["finish", "--callback", &callback], &[]);
    assert_eq!(username(&output), ALICE);
    // Whoever may change the root directory may give the state directory away.
    if rescue.program.is_some() {
        chown(rescue.root.path().join("state"), Some(12_345), None).unwrap();
        let output = rescue.run(&["finish", "--callback", &callback], &[]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(8) && stderr.contains("store_unsafe"), "{stderr}");
    }
}
