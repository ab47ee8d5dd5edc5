//! What a terminal shows while `onerealm login` waits: seen on a pseudo-terminal, which `script` gives the command.

#![cfg(unix)]

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use onerealm_demo_provider::browser::Browser;

use crate::screen::screen;
use crate::support::*;

/// Longer than anything takes here, however slow the machine.
const LONG: Duration = Duration::from_secs(120);

/// What the line begins with.
const WAITING: &str = "Waiting for the sign-in in the browser: ";

/// `onerealm login` at a terminal.
struct Terminal {
    child: Child,
    stdin: ChildStdin,
    shown: Arc<Mutex<String>>,
    reading: JoinHandle<()>,
}

impl Terminal {
    /// After the shell's commands in `before`.
    fn start(scene: &Scene, before: &str, variables: &[(&str, &str)]) -> Self {
        scene.configure("client-type auto\nclient-key canary-client-key");
        let inner = scene.command(&["login", "sso"]);
        let words = [inner.get_program()].into_iter().chain(inner.get_args());
        let line: Vec<_> = words.map(|word| word.to_str().unwrap()).collect();
        let line = format!("{before} {}; echo; echo ended", line.join(" "));
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--flush", "--command", &line, "/dev/null"]);
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME", "SSH_CONNECTION"] {
            script.env_remove(name);
        }
        script.env("TERM", "xterm").envs(variables.iter().copied());
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = script.spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let shown = Arc::new(Mutex::new(String::new()));
        let seen = Arc::clone(&shown);
        let reading = thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = stdout.read(&mut piece) {
                seen.lock().unwrap().push_str(&String::from_utf8_lossy(&piece[..length]));
            }
        });
        let stdin = child.stdin.take().unwrap();
        Terminal { child, stdin, shown, reading }
    }

    fn shown(&self) -> String {
        self.shown.lock().unwrap().clone()
    }

    /// Waits until this holds of what came so far.
    fn until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let since = Instant::now();
        loop {
            let shown = self.shown();
            if holds(&shown) {
                return shown;
            }
            assert!(since.elapsed() < LONG, "{what}: {shown}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn url(&self) -> String {
        let whole =
            |shown: &str| shown.split_once("\nhttp").is_some_and(|(_, url)| url.contains('\n'));
        let shown = self.until("a URL", whole);
        shown.lines().find(|line| line.starts_with("http")).unwrap().trim().to_owned()
    }

    fn sign_in(&self) {
        let mut browser = Browser::new();
        let callback = browser.sign_in(&self.url(), ALICE).unwrap();
        assert_eq!(browser.follow(&callback).unwrap().status, 200);
    }

    fn ended(mut self) -> String {
        self.until("the end", |shown| shown.contains("ended\r\n"));
        drop(self.stdin);
        self.child.wait().unwrap();
        self.reading.join().unwrap();
        std::mem::take(&mut *self.shown.lock().unwrap())
    }
}

#[test]
fn a_terminal_says_in_place_what_is_waited_for_and_how_long() {
    let scene = Scene::new();
    let terminal = Terminal::start(&scene, "", &[]);
    // It was written over twice.
    let shown = terminal.until("three times", |shown| shown.matches(WAITING).count() >= 3);
    let (said, waiting) = shown.split_at(shown.find(WAITING).unwrap());
    assert!(said.ends_with("\n\r") && !waiting.contains('\n'), "{shown:?}");
    let times: Vec<_> = waiting.split('\r').map(|line| line.trim_end()).collect();
    assert!(times[0].ends_with(" left") && times[0] != times[1], "{times:?}");
    // What is said meanwhile takes its place.
    let redirect_url = parameters(&terminal.url())["redirect_uri"].clone();
    Browser::new().open(&format!("{redirect_url}?code=c&state=of-another")).unwrap();
    let refused = "Refused, and waiting on: a callback has another login's state.";
    terminal.until("both again", |shown| {
        shown.split_once(refused).is_some_and(|(_, after)| after.contains(WAITING))
    });
    terminal.sign_in();
    let shown = terminal.ended();
    // Nothing of it is left.
    let screen = screen(&shown);
    assert!(!screen.iter().any(|line| line.contains("Waiting for the sign-in")), "{screen:#?}");
    assert!(screen.contains(&refused.to_owned()), "{screen:#?}");
    assert!(screen.contains(&format!("Signed in as {ALICE}.")), "{screen:#?}");
}

#[test]
fn the_line_is_out_of_the_way_of_what_is_typed_and_said() {
    let scene = Scene::new();
    let mut terminal = Terminal::start(&scene, "", &[]);
    let url = terminal.url();
    terminal.until("the line", |shown| shown.contains(WAITING));
    write!(terminal.stdin, "no add").unwrap();
    let shown = terminal.until("what is typed", |shown| shown.ends_with("no add"));
    // Longer than the line stays as it is.
    thread::sleep(Duration::from_millis(2500));
    assert_eq!(terminal.shown(), shown, "the line came back while somebody typed");
    writeln!(terminal.stdin, "ress").unwrap();
    terminal.until("the line again", |shown| {
        shown.split_once("That is no address.").is_some_and(|(_, after)| after.contains(WAITING))
    });
    let mut browser = Browser::new();
    let callback = browser.sign_in(&url, ALICE).unwrap();
    writeln!(terminal.stdin, "{callback}").unwrap();
    let screen = screen(&terminal.ended());
    assert!(screen.contains(&"no address".to_owned()), "{screen:#?}");
    assert!(screen.iter().any(|line| line.starts_with("That is no address. ")), "{screen:#?}");
    assert!(screen.contains(&callback), "{screen:#?}");
    assert!(!screen.iter().any(|line| line.contains("Waiting for the sign-in")), "{screen:#?}");
}

#[test]
fn the_line_fits_a_narrow_terminal_and_one_that_is_resized() {
    let scene = Scene::new();
    let terminal = Terminal::start(&scene, "stty cols 30; tty;", &[]);
    let shown =
        terminal.until("the line", |shown| shown.contains("\rWaiting for the sign-in in th\r"));
    assert!(!shown.contains(WAITING), "{shown:?}");
    let device = shown.lines().find(|line| line.starts_with("/dev/")).unwrap().trim().to_owned();
    for (columns, line) in
        [("12", "\rWaiting for\r"), ("0", WAITING), ("1", "\rW\r"), ("200", WAITING)]
    {
        let seen = terminal.shown().len();
        let status = Command::new("stty").args(["-F", &device, "cols", columns]).status().unwrap();
        assert!(status.success());
        terminal.until(columns, |shown| shown[seen..].contains(line));
    }
    terminal.sign_in();
    assert!(screen(&terminal.ended()).contains(&format!("Signed in as {ALICE}.")));
}

#[test]
fn nothing_is_said_in_place_where_it_can_not_be() {
    let scene = Scene::new();
    for (before, variables) in [
        ("", &[("TERM", "dumb")][..]),
        ("unset TERM;", &[]),
        // Standard error is a pipe.
        ("exec 3>&1; exec 2> >(cat >&3);", &[]),
    ] {
        let variables = [variables, &[("SHELL", "/bin/bash")]].concat();
        let terminal = Terminal::start(&scene, before, &variables);
        terminal.url();
        thread::sleep(Duration::from_millis(1500));
        terminal.sign_in();
        let shown = terminal.ended();
        assert!(!shown.contains("Waiting for the sign-in"), "{shown:?}");
    }
}

#[test]
fn an_interrupt_erases_the_line() {
    let scene = Scene::new();
    let mut terminal = Terminal::start(&scene, "trap : INT;", &[]);
    terminal.until("the line", |shown| shown.contains(WAITING));
    terminal.stdin.write_all(b"\x03").unwrap();
    let screen = screen(&terminal.ended());
    assert!(!screen.iter().any(|line| line.contains("Waiting for the sign-in")), "{screen:#?}");
    assert!(screen.iter().any(|line| line.contains("\"interrupted\"")), "{screen:#?}");
}
