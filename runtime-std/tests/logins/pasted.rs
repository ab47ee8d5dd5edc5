//! What is pasted: at the terminal, into `finish --callback`, and on its standard input.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::{self, JoinHandle};

use onerealm_demo_provider::browser;

use crate::support::*;

/// `login --no-browser`, with a pipe to paste into.
struct Login {
    child: Child,
    stdin: ChildStdin,
    url: String,
    said: JoinHandle<String>,
}

impl Login {
    fn start(scene: &Scene) -> Self {
        scene.configure("client-type auto\nclient-key canary-client-key");
        let mut command = scene.command(&["login", "sso", "--no-browser"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("http") {
            line.clear();
            assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it shows no URL");
        }
        let said = thread::spawn(move || {
            let mut said = String::new();
            stderr.read_to_string(&mut said).unwrap();
            said
        });
        let stdin = child.stdin.take().unwrap();
        Login { child, stdin, url: line.trim().to_owned(), said }
    }

    fn ended(self) -> Ran {
        drop(self.stdin);
        let mut output = self.child.wait_with_output().unwrap();
        output.stderr = self.said.join().unwrap().into_bytes();
        let ran = Ran::of(output);
        assert_eq!((ran.status, &ran.json["username"]), (0, &ALICE.into()), "{ran:?}");
        ran
    }
}

/// The same address as it is pasted in each way.
fn as_pasted(url: &str) -> Vec<String> {
    let query = url.split_once('?').unwrap().1;
    let (first, rest) = url.split_at(60);
    let (second, third) = rest.split_at(40);
    vec![
        query.to_owned(),
        format!("?{query}"),
        format!("\"{url}\""),
        format!("'{url}'"),
        format!("“{url}”"),
        format!("`{url}`"),
        format!("<{url}>"),
        format!("\t {url} \r\n\r\n"),
        format!("{first}\n{second}\n{third}"),
        format!("{first}\r\n  {second}\r\n  {third}"),
        format!("{first} {second} {third}"),
        url.replace('=', "=3D").replacen("&state", "&st=\nate", 1),
        url.strip_prefix("http://").unwrap_or(url).to_owned(),
        url.replace('&', "\\&").replace('?', "\\?"),
        url.replace('&', "&amp;"),
    ]
}

#[test]
fn the_terminal_takes_the_address_however_it_is_pasted() {
    let scene = Scene::new();
    for way in 0..15 {
        let mut login = Login::start(&scene);
        let callback = browser::sign_in(&login.url, ALICE).unwrap();
        writeln!(login.stdin, "{}", as_pasted(&callback)[way]).unwrap();
        login.ended();
    }
}

#[test]
fn finish_takes_the_address_however_it_is_pasted() {
    let scene = Scene::new();
    scene.configure("client-type auto\nclient-key canary-client-key");
    for way in 0..15 {
        let (_, callback) = scene.begin(&["--redirect-url", LOOPBACK]);
        let text = as_pasted(&callback).swap_remove(way);
        let ran = if way % 2 == 0 {
            scene.finish(&text)
        } else {
            let mut command = scene.command(&["finish", "--callback", "-"]);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
            Ran::of(child.wait_with_output().unwrap())
        };
        assert_eq!((ran.status, &ran.json["username"]), (0, &ALICE.into()), "{text}: {ran:?}");
    }
}

#[test]
fn an_address_that_the_shell_cut_is_recognised_and_uses_nothing_up() {
    let scene = Scene::new();
    scene.configure("client-type auto\nclient-key canary-client-key");
    let (_, callback) = scene.begin(&["--redirect-url", LOOPBACK]);
    let (cut, _) = callback.split_once("&state").unwrap();
    let mut shell = Command::new("sh");
    let command = scene.command(&["finish", "--callback"]);
    // As somebody types it who forgets the quotation marks. The shell runs it in the background.
    let line = format!("\"$@\" {callback}\nwait $!");
    shell.args(["-c", &line, "sh"]).arg(command.get_program()).args(command.get_args());
    let ran = Ran::of(shell.output().unwrap());
    assert!(ran.stderr.contains("\"state_missing\"") && ran.stderr.contains("--callback -"));
    let ran = scene.finish(cut);
    let error = ran.failed(4, "state_missing");
    assert!(error["fix"].as_str().unwrap().contains("quotation marks"), "{ran:?}");
    let (query, _) = callback.split_once("?code").unwrap();
    let state = callback.split_once("&state=").unwrap().1.split('&').next().unwrap();
    let ran = scene.finish(&format!("{query}?state={state}"));
    let error = ran.failed(4, "code_missing");
    assert!(error["fix"].as_str().unwrap().contains("--callback -"), "{ran:?}");
    assert_eq!(scene.finish(&callback).status, 0);
}

#[test]
fn an_empty_callback_is_called_empty() {
    let scene = Scene::new();
    scene.configure("");
    for empty in ["", " \n"] {
        let ran = scene.finish(empty);
        let error = ran.failed(4, "state_missing");
        assert!(error["message"].as_str().unwrap().contains("is empty"), "{ran:?}");
    }
}

#[test]
fn two_addresses_and_endless_ones_are_refused() {
    let scene = Scene::new();
    scene.configure("");
    let url = format!("{LOOPBACK}?code=c&state=s");
    scene.finish(&format!("{url}\n{url}")).failed(4, "response_malformed");
    let mut command = scene.command(&["finish", "--callback", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may have read enough.
    let _ = child.stdin.take().unwrap().write_all(&vec![b'x'; 70_000]);
    Ran::of(child.wait_with_output().unwrap()).failed(2, "usage");
}

#[test]
fn an_error_without_state_is_shown_as_unverified_and_uses_no_login_up() {
    let scene = Scene::new();
    scene.configure("client-type auto\nclient-key canary-client-key");
    let (begun, callback) = scene.begin(&["--redirect-url", LOOPBACK]);
    let stranger = "error=invalid_request&error_description=AADSTS50011%3A%20redirect%1b%0a";
    for text in [
        format!("{LOOPBACK}?{stranger}"),
        stranger.to_owned(),
        format!("?{stranger}"),
        format!("{LOOPBACK}?{stranger}&state="),
    ] {
        let ran = scene.finish(&text);
        let message = ran.failed(4, "state_missing")["message"].as_str().unwrap().to_owned();
        let words = "unverified, it says: invalid_request: AADSTS50011: redirect\\u{1b}\\n";
        assert!(message.contains(words), "{message}");
    }
    assert_eq!(scene.finish(&callback).status, 0, "{begun}");
    // With the state, it is the provider's.
    let (begun, _) = scene.begin(&["--redirect-url", LOOPBACK]);
    let state = begun["state"].as_str().unwrap();
    let ran = scene.finish(&format!("{LOOPBACK}?error=access_denied&state={state}"));
    ran.failed(4, "authorization_refused");
}

#[test]
fn case_194_a_line_that_is_not_utf_8_is_refused_and_the_next_is_read() {
    let scene = Scene::new();
    let mut login = Login::start(&scene);
    let callback = browser::sign_in(&login.url, ALICE).unwrap();
    login.stdin.write_all(b"\xff\xfe\xc3\x28\0\n").unwrap();
    writeln!(login.stdin, "{callback}").unwrap();
    let ran = login.ended();
    assert!(ran.stderr.contains("That line is not UTF-8"), "{ran:?}");
}

#[test]
fn case_194_a_line_of_300_megabytes_is_refused_in_bounded_memory_and_the_next_is_read() {
    let scene = Scene::new();
    let mut login = Login::start(&scene);
    let callback = browser::sign_in(&login.url, ALICE).unwrap();
    let piece = vec![b'x'; 1 << 20];
    for _ in 0..300 {
        login.stdin.write_all(&piece).unwrap();
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", login.child.id()));
    writeln!(login.stdin, "\n{callback}").unwrap();
    let ran = login.ended();
    assert!(ran.stderr.contains("longer than 65536 bytes"), "{}", ran.stderr.len());
    // Where there is no /proc, the test is of the words alone.
    let peak = status.unwrap_or_default();
    let peak = peak.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix(" kB"));
    assert!(peak.is_none_or(|kib| kib.trim().parse::<u32>().unwrap() < 64 * 1024), "{peak:?}");
}

#[test]
fn case_199_the_prompt_says_what_not_to_paste() {
    let scene = Scene::new();
    let mut login = Login::start(&scene);
    let callback = browser::sign_in(&login.url, ALICE).unwrap();
    writeln!(login.stdin, "{LOOPBACK}?code=of-a-stranger&state=x").unwrap();
    writeln!(login.stdin, "{callback}").unwrap();
    let ran = login.ended();
    for words in ["Paste only what your own browser shows", "give that address to nobody"] {
        assert!(ran.stderr.contains(words), "{ran:?}");
    }
}

/// `script` gives the command a terminal, which cuts lines at 4,095 bytes unless it is told not to.
#[test]
fn a_terminal_takes_an_address_of_eight_kilobytes_without_being_asked_to() {
    let scene = Scene::new();
    scene.configure("client-type auto\nclient-key canary-client-key");
    let inner = scene.command(&["login", "sso"]);
    let words: Vec<_> = [inner.get_program()].into_iter().chain(inner.get_args()).collect();
    let line: Vec<_> = words.iter().map(|word| word.to_str().unwrap()).collect();
    let mut script = Command::new("script");
    let line = format!("{}; stty -a", line.join(" "));
    script.args(["--quiet", "--return", "--flush", "--command", &line, "/dev/null"]);
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"] {
        script.env_remove(name);
    }
    script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = script.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let (mut said, mut line) = (String::new(), String::new());
    let mut url = String::new();
    while !line.contains("give that address to nobody") {
        line.clear();
        assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "{said}");
        if line.starts_with("http") {
            url = line.trim().to_owned();
        }
        said.push_str(&line);
    }
    let callback = browser::sign_in(&url, ALICE).unwrap();
    // A mistake that is corrected: the first character goes, and so does a whole line.
    write!(stdin, "oops\u{15}X\u{7f}").unwrap();
    writeln!(stdin, "{callback}&padding={}", "x".repeat(8192)).unwrap();
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    child.wait().unwrap();
    assert!(rest.contains(&format!("Signed in as {ALICE}.")), "{said}{rest}");
    // It is left as it was.
    assert!(rest.contains(" icanon") && rest.contains(" echo "), "{rest}");
}
