//! `onerealm login` with a browser on this machine: what it is started with, and what it shows.

#![cfg(unix)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use onerealm_demo_provider::browser::Browser;
use tempfile::TempDir;

use crate::support::*;

/// Longer than anything takes here, however slow the machine.
const LONG: Duration = Duration::from_secs(120);

/// `onerealm login` with programs of our own before the system's.
struct Login {
    child: Child,
    said: Arc<Mutex<String>>,
    reading: JoinHandle<()>,
    folder: TempDir,
}

/// Writes its arguments down.
const NOTES: &str = "printf '%s\\n' \"$@\" >begun && mv begun opened";

impl Login {
    fn start(scene: &Scene, programs: &[(&str, &str)], environment: &[(&str, &str)]) -> Self {
        Self::with_arguments(scene, programs, environment, &[])
    }

    fn with_arguments(
        scene: &Scene,
        programs: &[(&str, &str)],
        environment: &[(&str, &str)],
        arguments: &[&str],
    ) -> Self {
        scene.configure("client-type auto\nclient-key canary-client-key");
        let folder = tempfile::tempdir().unwrap();
        for (name, script) in programs {
            let path = folder.path().join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let mut command = scene.command(&[&["login", "sso"], arguments].concat());
        // The system's own xdg-open is not to be found.
        for tool in ["mv", "sh", "sleep", "cat"] {
            let found = ["/bin", "/usr/bin"].iter().map(|at| PathBuf::from(at).join(tool));
            let path = found.into_iter().find(|path| path.exists()).unwrap();
            std::os::unix::fs::symlink(path, folder.path().join(tool)).unwrap();
        }
        command.env("PATH", folder.path()).current_dir(folder.path());
        let of_displays = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "BROWSER"];
        for name in of_displays.into_iter().chain(["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"]) {
            command.env_remove(name);
        }
        command.envs(environment.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self::run(command, folder)
    }

    fn run(mut command: Command, folder: TempDir) -> Self {
        let mut child = command.spawn().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&said);
        let reading = thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = stderr.read(&mut piece) {
                heard.lock().unwrap().push_str(&String::from_utf8_lossy(&piece[..length]));
            }
        });
        Login { child, said, reading, folder }
    }

    fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits until it says these words.
    fn says(&self, words: &str) {
        let since = Instant::now();
        while !self.said().contains(words) {
            assert!(since.elapsed() < LONG, "{words}: {}", self.said());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The provider's URL, as it is shown.
    fn url(&self) -> String {
        self.says("http");
        self.says("&state=");
        let since = Instant::now();
        loop {
            let said = self.said();
            let mut whole = said.split_inclusive('\n').filter(|line| line.ends_with('\n'));
            if let Some(url) = whole.find(|line| line.starts_with("http")) {
                return url.trim().to_owned();
            }
            assert!(since.elapsed() < LONG);
        }
    }

    /// The arguments that a browser was started with.
    fn opened(&self) -> String {
        let since = Instant::now();
        let file = self.folder.path().join("opened");
        while !file.exists() {
            assert!(since.elapsed() < LONG, "no browser was started: {}", self.said());
            thread::sleep(Duration::from_millis(5));
        }
        fs::read_to_string(file).unwrap().trim().to_owned()
    }

    fn ended(mut self) -> Ran {
        let since = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            if since.elapsed() > LONG {
                self.child.kill().unwrap();
            }
            thread::sleep(Duration::from_millis(5));
        }
        let mut output = self.child.wait_with_output().unwrap();
        self.reading.join().unwrap();
        output.stderr = self.said.lock().unwrap().clone().into_bytes();
        Ran::of(output)
    }

    fn finish(self) -> Ran {
        let mut browser = Browser::new();
        let callback = browser.sign_in(&self.url(), ALICE).unwrap();
        assert_eq!(browser.follow(&callback).unwrap().status, 200);
        let ran = self.ended();
        assert_eq!(ran.status, 0, "{ran:?}");
        ran
    }
}

/// Sends a request, and gives the whole answer.
fn send(url: &str, method: &str, headers: &str, body: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (authority, target) = rest.split_at(rest.find('/').unwrap());
    let mut stream = TcpStream::connect(authority).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: {authority}\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

const DISPLAY: (&str, &str) = ("DISPLAY", ":0");

#[test]
fn case_189_state_and_nonce_are_in_no_argument_list() {
    let scene = Scene::new();
    // It runs as long as a browser, so that its arguments can be looked at.
    let script = format!("echo $$ >pid; {NOTES}; exec sleep 60");
    let login = Login::start(&scene, &[("xdg-open", &script)], &[DISPLAY]);
    let address = login.opened();
    let url = login.url();
    let sent = parameters(&url);
    for secret in [&sent["state"], &sent["nonce"], &sent["code_challenge"]] {
        assert!(secret.len() >= 43 && !address.contains(secret.as_str()), "{address}");
    }
    let redirect_url = &sent["redirect_uri"];
    let origin = redirect_url.strip_suffix("/callback").unwrap();
    let random = address.strip_prefix(&format!("{origin}/start/")).unwrap();
    assert!(random.len() == 32 && random.bytes().all(|byte| byte.is_ascii_hexdigit()));
    // Nothing that is running has them either.
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let arguments = fs::read(process.path().join("cmdline")).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&arguments).contains(&sent["state"]));
    }

    let answer = send(&address, "GET", "", "");
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    for header in
        ["Cache-Control: no-store", "Referrer-Policy: no-referrer", &format!("Location: {url}")]
    {
        assert!(answer.contains(&format!("\r\n{header}\r\n")), "{header}: {answer}");
    }
    let pid = fs::read_to_string(login.folder.path().join("pid")).unwrap();
    login.finish();
    // The browser is not ours to end.
    assert!(Command::new("kill").arg(pid.trim()).status().unwrap().success());
}

#[test]
fn case_189_whoever_reads_the_address_first_ends_the_login() {
    let scene = Scene::new();
    let login = Login::start(&scene, &[("xdg-open", NOTES)], &[DISPLAY]);
    let address = login.opened();
    // A stranger on this machine is faster than the browser.
    let mut stranger = Browser::new();
    let url = stranger.open(&address).unwrap().location.unwrap();
    let callback = stranger.sign_in(&url, ALICE).unwrap();
    let page = Browser::new().open(&address).unwrap();
    assert_eq!((page.status, page.location), (410, None));
    assert!(page.body.contains("somebody else on this machine"), "{}", page.body);
    let ran = login.ended();
    let error = ran.failed(4, "one_time_address_used");
    assert!(error["message"].as_str().unwrap().contains("opened twice"), "{ran:?}");
    assert!(stranger.open(&callback).is_err(), "nobody waits any more");
    assert!(scene.token_requests().is_empty());
}

#[test]
fn case_189_looking_ahead_or_at_another_address_uses_nothing() {
    let scene = Scene::new();
    let login = Login::start(&scene, &[("xdg-open", NOTES)], &[DISPLAY]);
    let address = login.opened();
    let mut other = address.clone();
    let last = if other.pop() == Some('0') { '1' } else { '0' };
    for (address, method, headers, status) in [
        (&address, "HEAD", "", "405"),
        (&address, "POST", "", "405"),
        (&address, "GET", "Sec-Purpose: prefetch;prerender\r\n", "503"),
        (&address, "GET", "Origin: https://evil.example\r\n", "400"),
        (&other, "GET", "", "404"),
        (&format!("{other}{last}"), "GET", "", "404"),
        (&format!("{address}/"), "GET", "", "404"),
    ] {
        let answer = send(address, method, headers, "");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{method} {headers}: {answer}");
    }
    assert!(send(&address, "GET", "", "").starts_with("HTTP/1.1 303 "));
    login.finish();
}

#[test]
fn the_browser_ends_at_a_clean_address_that_says_who_signed_in() {
    let scene = Scene::new();
    let login = Login::start(&scene, &[("xdg-open", NOTES)], &[DISPLAY]);
    let mut browser = Browser::new();
    let url = browser.open(&login.opened()).unwrap().location.unwrap();
    let callback = browser.sign_in(&url, ALICE).unwrap();
    let sent_on = browser.open(&callback).unwrap();
    assert_eq!(sent_on.status, 303);
    let end = sent_on.location.unwrap();
    assert!(end.contains("/outcome/") && !end.contains(['?', '#']), "{end}");
    // Another look at the callback begins nothing.
    assert_eq!(browser.open(&callback).unwrap().status, 410);
    let page = browser.open(&end).unwrap();
    assert_eq!(page.status, 200);
    for words in ["Signed in - onerealm", ALICE, "the realm sso", "You can close this window"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let ran = login.ended();
    assert_eq!((ran.status, &ran.json["username"]), (0, &ALICE.into()), "{ran:?}");
    assert!(ran.stderr.contains(&format!("Signed in as {ALICE}.")), "{ran:?}");
}

#[test]
fn the_page_of_a_failed_login_says_so_in_our_own_words() {
    let scene = Scene::new();
    let login = Login::start(&scene, &[("xdg-open", NOTES)], &[DISPLAY]);
    let mut browser = Browser::new();
    let callback = browser.deny(&login.url()).unwrap();
    let callback = format!("{callback}&error_uri=<canary>");
    let page = browser.follow(&callback.replace("error_description=", "error_description=canary"));
    let page = page.unwrap();
    assert_eq!(page.status, 400);
    assert!(page.body.contains("Not signed in") && page.body.contains("(authorization_refused)"));
    assert!(!page.body.contains("canary"), "{}", page.body);
    login.ended().failed(4, "authorization_refused");
}

#[test]
fn a_browser_that_could_not_be_started_is_told_with_the_reason() {
    let scene = Scene::new();
    let login = Login::start(&scene, &[("xdg-open", "exit 3")], &[DISPLAY]);
    login.says("The browser was not opened: xdg-open ended with exit status 3");
    login.finish();

    let login = Login::start(&scene, &[], &[DISPLAY]);
    login.says("No browser was opened: there is no program that opens a browser");
    login.finish();
}

#[test]
fn the_variable_browser_is_respected_where_xdg_open_is_missing() {
    let scene = Scene::new();
    let browser = ("BROWSER", "not-there:mine --new %s:other");
    for environment in [&[DISPLAY, browser][..], &[("SSH_CONNECTION", "1 2 3 4"), browser]] {
        let login = Login::start(&scene, &[("mine", NOTES)], environment);
        let opened = login.opened();
        assert!(opened.starts_with("--new\nhttp://127.0.0.1:"), "{opened}");
        login.finish();
    }
}

#[test]
fn nothing_is_opened_over_ssh_or_without_a_display() {
    let scene = Scene::new();
    for (environment, reason) in [
        (&[("SSH_CONNECTION", "192.0.2.1 4 192.0.2.2 22"), DISPLAY][..], "an SSH session"),
        (&[], "no display"),
    ] {
        let login = Login::start(&scene, &[("xdg-open", NOTES)], environment);
        let redirect_url = parameters(&login.url())["redirect_uri"].clone();
        let port = redirect_url.split([':', '/']).nth(4).unwrap().to_owned();
        login.says(reason);
        login.says(&format!("ssh -L {port}:127.0.0.1:{port} "));
        assert!(!login.folder.path().join("opened").exists());
        login.finish();
    }
}

#[test]
fn what_the_listener_refuses_is_told_in_a_line_each_and_not_forever() {
    let scene = Scene::new();
    let login = Login::start(&scene, &[("xdg-open", NOTES)], &[DISPLAY]);
    let redirect_url = parameters(&login.url())["redirect_uri"].clone();
    let at = |rest: &str| format!("{redirect_url}{rest}");
    let get = |url: &str| send(url, "GET", "", "");
    for _ in 0..20 {
        get(&at("/?code=canary&state=x"));
        get(&at("?code=canary&state=x"));
        get(&at("?code=canary"));
        get(&at(""));
        get(&at("?error=invalid_request&error_description=no%20such%20%1b%5B31mredirect"));
        send(&redirect_url, "POST", "Origin: https://login.example\r\n", "code=canary&state=x");
        send(&at("?code=canary"), "GET", "Origin: https://evil.example\r\n", "");
        get(&at(&format!("?code={}", "x".repeat(20_000))));
        // This is nobody's callback.
        get(&redirect_url.replace("/callback", "/favicon.ico"));
    }
    let ran = login.finish();
    for (words, times) in [
        ("came to another path (/callback/)", 3),
        ("another login's state", 3),
        ("[state_missing]", 3),
        ("unverified, it says: invalid_request: no such \\u{1b}[31mredirect", 3),
        ("posted as a form", 3),
        ("a page's script", 3),
        ("answered with 4", 3),
        ("favicon", 0),
        ("canary", 0),
    ] {
        assert_eq!(ran.stderr.matches(words).count(), times, "{words}: {}", ran.stderr);
    }
    let lines = ran.stderr.lines().filter(|line| line.starts_with("Refused, and waiting on: "));
    assert_eq!(lines.count(), 7 * 3, "{}", ran.stderr);
}

#[test]
fn the_end_user_who_sees_an_error_page_is_told_what_to_register() {
    let scene = Scene::new();
    let login = Login::start(&scene, &[("xdg-open", NOTES)], &[DISPLAY]);
    let redirect_url = parameters(&login.url())["redirect_uri"].clone();
    login.says("Still waiting.");
    login.says(&format!(
        "redirect URL {redirect_url} must be registered there for the client {CLIENT_ID}"
    ));
    let ran = login.finish();
    assert_eq!(ran.stderr.matches("Still waiting.").count(), 1);
}

#[test]
fn the_wait_ends_after_the_time_that_was_given() {
    let scene = Scene::new();
    let login = Login::with_arguments(&scene, &[], &[], &["--timeout", "1"]);
    let ran = login.ended();
    let error = ran.failed(4, "browser_timeout");
    assert!(error["message"].as_str().unwrap().contains("within 1 seconds"), "{ran:?}");
    for time in ["0", "601", "-1", "x"] {
        scene.run(&["login", "sso", "--timeout", time]).failed(2, "usage");
    }
}

#[test]
fn ctrl_c_and_signals_like_it_end_the_wait_with_a_sentence() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let scene = Scene::new();
        let login = Login::start(&scene, &[], &[]);
        login.url();
        let status = Command::new("kill").args([signal, &login.child.id().to_string()]).status();
        assert!(status.unwrap().success());
        let ran = login.ended();
        let error = ran.failed(130, "interrupted");
        assert!(error["message"].as_str().unwrap().contains("nothing is left"), "{ran:?}");
    }
}
