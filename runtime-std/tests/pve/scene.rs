//! The command, run against a node by somebody with a browser.

use std::fs;
use std::io::{BufRead as _, BufReader};
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use onerealm_demo_provider::browser::Browser;
use serde_json::Value;
use tempfile::TempDir;

use crate::node::{ALICE, Node};

/// Longer than any command takes that waits for nobody, however slow the machine.
const LONG: Duration = Duration::from_secs(120);

/// A user's folders, and the node that the user logs in to.
pub struct Scene {
    pub node: Node,
    folder: TempDir,
    clock: Option<u64>,
}

impl Scene {
    pub fn new(node: Node) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["run", "state"] {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            #[cfg(unix)]
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        }
        Scene { node, folder, clock: None }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What time it is from now on, here and at the node.
    pub fn set_clock(&mut self, now: u64) {
        self.clock = Some(now);
        self.node.set_clock(now);
    }

    /// `onerealm pve VERB HOST`, with the product and these arguments.
    pub fn command(&self, verb: &str, arguments: &[&str]) -> Command {
        let mut command = self.bare(&["pve", verb, &self.node.address()]);
        command.args(["--product", self.node.host.product.short()]).args(arguments);
        command
    }

    pub fn bare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"));
        command.arg("--state-dir").arg(self.path("state")).args(arguments);
        command.env("XDG_RUNTIME_DIR", self.path("run"));
        command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(clock) = self.clock {
            command.env("ONEREALM_TEST_CLOCK", clock.to_string());
        }
        command
    }

    /// Runs a command that asks for no browser.
    pub fn run(&self, verb: &str, arguments: &[&str]) -> Ran {
        Ran::of_child(self.command(verb, arguments).spawn().unwrap())
    }

    /// Runs a command that does, and signs in.
    pub fn sign_in(&self, verb: &str, arguments: &[&str]) -> Ran {
        let waiting = Waiting::start(self.command(verb, arguments));
        waiting.sign_in();
        waiting.ended()
    }

    /// Logs in with the node's fingerprint; gives what is printed as JSON.
    pub fn logged_in(&self) -> Value {
        let fingerprint = self.node.identity.fingerprint.clone();
        let ran = self
            .sign_in("login", &["--fingerprint", &fingerprint, "--format", "json", "--no-browser"]);
        ran.json()
    }

    /// Every file that is kept, the folders above left out.
    pub fn files(&self) -> Vec<PathBuf> {
        files(self.folder.path())
    }

    /// The one ticket that is kept.
    pub fn ticket_file(&self) -> PathBuf {
        let mut files = self.files();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        let [file] = files.as_slice() else { panic!("{files:?}") };
        file.clone()
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The bits of who may do what.
#[cfg(unix)]
pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A command that shows the URL for the browser, and waits for it.
pub struct Waiting {
    pub child: Child,
    pub url: String,
    said: String,
    rest: JoinHandle<String>,
}

impl Waiting {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let (mut said, mut line) = (String::new(), String::new());
        while !line.starts_with("http") {
            line.clear();
            let length = stderr.read_line(&mut line).unwrap();
            said.push_str(&line);
            assert_ne!(length, 0, "it shows no URL: {said}");
        }
        let url = line.trim().to_owned();
        let rest = std::thread::spawn(move || {
            let lines: Vec<_> = stderr.lines().map_while(Result::ok).collect();
            lines.join("\n")
        });
        Waiting { child, url, said, rest }
    }

    /// Signs in, and goes where the provider sends the browser.
    pub fn sign_in(&self) {
        let mut browser = Browser::new();
        let callback = browser.sign_in(&self.url, ALICE).unwrap();
        let sent_on = browser.open(&callback).unwrap();
        assert_eq!(sent_on.status, 303);
        browser.open(&sent_on.location.unwrap()).unwrap();
    }

    pub fn ended(self) -> Ran {
        let mut ran = Ran::of_child(self.child);
        ran.stderr = self.said + &self.rest.join().unwrap();
        ran
    }
}

/// What the command did.
#[derive(Debug)]
pub struct Ran {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// What comes of it, soon: a command that waits for a browser though it shouldn't would do so for ten minutes.
    pub fn of_child(mut child: Child) -> Self {
        let deadline = Instant::now() + LONG;
        while child.try_wait().unwrap().is_none() {
            if Instant::now() > deadline {
                child.kill().unwrap();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Self::of(child.wait_with_output().unwrap())
    }

    pub fn of(output: Output) -> Self {
        Ran {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub fn json(&self) -> Value {
        assert_eq!(self.status, Some(0), "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// Asserts that it failed so, with these words in its sentence or its fix.
    pub fn failed(&self, status: i32, code: &str, words: &[&str]) {
        assert_eq!(self.status, Some(status), "{self:?}");
        assert!(self.stderr.contains(&format!("[{code}]")), "{code}: {self:?}");
        for words in words {
            assert!(self.stderr.contains(words), "{words}: {self:?}");
        }
        assert!(self.stdout.is_empty(), "{self:?}");
    }
}
