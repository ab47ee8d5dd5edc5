//! A command line of a page, typed at a terminal by somebody with a browser.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use onerealm_demo_provider::browser::Browser;
use tempfile::TempDir;

use crate::grammar::is_short_fingerprint;
use crate::node::ALICE;
use crate::screen::screen;

/// Longer than any line takes, however slow the machine.
const LONG: Duration = Duration::from_secs(120);
/// The value of an API token on the pages; here each has another one.
const TOKEN_VALUE: &str = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
/// What a shell asks with.
pub const PROMPT: &str = "ready> ";
/// What would show something else than a page, or look elsewhere.
const NOT_HERE: [&str; 11] = [
    "DISPLAY",
    "SSH_CONNECTION",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "WAYLAND_DISPLAY",
    "WSL_DISTRO_NAME",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "all_proxy",
    "https_proxy",
    "no_proxy",
];

/// Somebody's home directory, and what the names of the pages stand for.
pub struct Desk {
    folder: TempDir,
    /// In a page, and here.
    names: Vec<(String, String)>,
    fingerprint: Option<String>,
    clock: Option<u64>,
}

/// What a line came to.
pub struct Typed {
    pub status: i32,
    /// The lines on the terminal, with the names of the pages.
    pub screen: Vec<String>,
}

impl Desk {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["bin", "run"] {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        }
        let program = folder.path().join("bin/onerealm");
        symlink(env!("CARGO_BIN_EXE_onerealm-under-test"), program).unwrap();
        let desk = Desk { folder, names: Vec::new(), fingerprint: None, clock: None };
        let opened = desk.path("opened");
        let script =
            format!("#!/bin/sh\nprintf %s \"$1\" >{0}.new && mv {0}.new {0}\n", opened.display());
        fs::write(desk.path("bin/browser"), script).unwrap();
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(desk.path("bin/browser"), mode).unwrap();
        let home = desk.path("").to_str().unwrap().trim_end_matches('/').to_owned();
        desk.with_name("/home/alice", &home)
    }

    /// What a page calls `on_page` is `here`.
    pub fn with_name(mut self, on_page: &str, here: &str) -> Self {
        self.names.push((on_page.to_owned(), here.to_owned()));
        self
    }

    /// A file at the root of the file system on a page is here in the home directory.
    pub fn with_place(self, path: &str) -> Self {
        let here = self.path(&path[1..]);
        self.with_name(path, here.to_str().unwrap())
    }

    /// The node's certificate, and what time it is.
    pub fn with_node(mut self, fingerprint: &str, clock: u64) -> Self {
        self.fingerprint = Some(fingerprint.to_owned());
        self.clock = Some(clock);
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        // On some systems, the way to temporary files is a symbolic link.
        self.folder.path().canonicalize().unwrap().join(name)
    }

    /// Types the line, and the answer to each question as it comes; signs in where a browser is opened, or elsewhere.
    pub fn types(&self, line: &str, answers: &[(&str, &str)]) -> Typed {
        let line = self.here(line);
        let mut terminal = Terminal::run(self.script(&line));
        let mut answers = answers.iter();
        let mut next = answers.next();
        let (since, mut heard, mut is_pasted) = (Instant::now(), 0, false);
        let status = loop {
            if let Some(status) = terminal.child.try_wait().unwrap() {
                break status;
            }
            let said = terminal.said();
            assert!(since.elapsed() < LONG, "{line} doesn't end: {said}");
            self.sign_in();
            if let Some(url) = printed_url(&said).filter(|_| !is_pasted) {
                let callback = Browser::new().sign_in(url, ALICE).unwrap();
                terminal.gets(&format!("{callback}\n"));
                is_pasted = true;
            }
            if let Some((question, answer)) = next {
                if let Some(at) = said[heard..].find(question) {
                    heard += at + question.len();
                    terminal.gets(&self.here(answer));
                    next = answers.next();
                }
            }
            thread::sleep(Duration::from_millis(5));
        };
        assert!(next.is_none(), "{line} doesn't ask {next:?}");
        let said = terminal.all_said();
        let lines = screen(said.trim_end()).into_iter().map(|line| self.on_page(&line));
        Typed { status: status.code().unwrap(), screen: lines.collect() }
    }

    /// What runs the line at a terminal.
    fn script(&self, line: &str) -> Command {
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--flush", "--command", line, "/dev/null"]);
        for name in NOT_HERE {
            script.env_remove(name).env_remove(name.to_uppercase());
        }
        let path = std::env::var("PATH").unwrap();
        script.env("PATH", format!("{}:{path}", self.path("bin").display()));
        script.env("HOME", self.path("")).env("XDG_RUNTIME_DIR", self.path("run"));
        script.env("BROWSER", self.path("bin/browser"));
        script.envs([("NO_COLOR", "1"), ("PS1", PROMPT), ("SHELL", "/bin/sh"), ("TERM", "xterm")]);
        if let Some(clock) = self.clock {
            script.env("ONEREALM_TEST_CLOCK", clock.to_string());
        }
        script.current_dir(self.path(""));
        script
    }

    fn sign_in(&self) {
        let opened = self.path("opened");
        let Ok(url) = fs::read_to_string(&opened) else { return };
        fs::remove_file(opened).unwrap();
        let mut browser = Browser::new();
        let url = browser.open(&url).unwrap().location.unwrap();
        let callback = browser.sign_in(&url, ALICE).unwrap();
        browser.follow(&callback).unwrap();
    }

    /// A page's text with the names that there are here.
    fn here(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (on_page, here) in &self.names {
            text = text.replace(on_page, here);
        }
        let Some(fingerprint) = &self.fingerprint else { return text };
        match text.split(' ').find(|word| is_short_fingerprint(word)) {
            Some(short) => text.replace(short, fingerprint),
            None => text,
        }
    }

    fn on_page(&self, text: &str) -> String {
        let names = self.names.iter();
        let text = names.fold(text.to_owned(), |text, (on_page, here)| text.replace(here, on_page));
        match text.rsplit_once('=') {
            Some((token, value)) if is_random(value) => format!("{token}={TOKEN_VALUE}"),
            _ => text,
        }
    }
}

/// A line that runs, and what it has said.
struct Terminal {
    child: Child,
    stdin: ChildStdin,
    said: Arc<Mutex<Vec<u8>>>,
    reading: JoinHandle<()>,
}

impl Terminal {
    fn run(mut script: Command) -> Self {
        let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        let to = Arc::clone(&said);
        let reading = thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = stdout.read(&mut piece) {
                to.lock().unwrap().extend_from_slice(&piece[..length]);
            }
        });
        Terminal { child, stdin, said, reading }
    }

    fn said(&self) -> String {
        String::from_utf8_lossy(&self.said.lock().unwrap()).into_owned()
    }

    fn gets(&mut self, keys: &str) {
        self.stdin.write_all(keys.as_bytes()).unwrap();
    }

    /// Everything, after the end.
    fn all_said(self) -> String {
        self.reading.join().unwrap();
        String::from_utf8(std::mem::take(&mut self.said.lock().unwrap())).unwrap()
    }
}

/// The URL that is to be opened elsewhere, once everything is said about it.
fn printed_url(said: &str) -> Option<&str> {
    let (url, rest) = said.split_once("Sign in at:\r\n")?.1.split_once("\r\n")?;
    rest.contains("signs in as you.\r\n").then_some(url)
}

/// Whether it is what the node gives as a token's value.
fn is_random(value: &str) -> bool {
    value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}
