//! Two processes at once, and a user who loses patience.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::api::Product;
use crate::node::{ALICE, Node};
use crate::scene::{Ran, Scene, Waiting};

#[test]
fn a_second_terminal_waits_for_the_first_and_takes_its_ticket() {
    for verb in ["ticket", "login"] {
        let scene = Scene::new(Node::start(Product::Pve));
        let fingerprint = scene.node.identity.fingerprint.clone();
        let arguments = ["--fingerprint", &fingerprint, "--no-browser"];
        let first = Waiting::start(scene.command(verb, &arguments));
        let others: Vec<_> =
            (0..3).map(|_| scene.command(verb, &arguments).spawn().unwrap()).collect();
        // They are seen to wait: none has asked the node for a login of its own.
        std::thread::sleep(Duration::from_millis(500));
        first.sign_in();
        let process = format!("that of process {}.", first.child.id());
        let first = first.ended();
        assert_eq!(first.status, Some(0), "{first:?}");
        for other in others {
            let other = Ran::of_child(other);
            assert_eq!(other.stdout, first.stdout, "{verb} {other:?}");
            assert!(other.stderr.contains("Waiting for another login"), "{other:?}");
            let who = format!("Signed in to {} as {ALICE}@sso.", scene.node.address());
            assert!(first.stderr.contains(&who) && other.stderr.contains(&who), "{who} {other:?}");
            assert!(other.stderr.contains(&process), "{process} {other:?}");
            assert!(!other.stderr.contains("so far"), "it is no terminal: {other:?}");
        }
        assert_eq!(scene.node.forms("/auth-url").len(), 1);
    }
}

#[test]
fn a_second_terminal_shows_in_place_whom_it_waits_for() {
    let scene = Scene::new(Node::start(Product::Pve));
    let fingerprint = scene.node.identity.fingerprint.clone();
    let arguments = ["--fingerprint", &fingerprint, "--no-browser"];
    let first = Waiting::start(scene.command("ticket", &arguments));
    let inner = scene.command("ticket", &arguments);
    let words = [inner.get_program()].into_iter().chain(inner.get_args());
    let line = words.map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ");
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--flush", "--command", &line, "/dev/null"]);
    script.env("XDG_RUNTIME_DIR", scene.path("run")).env("TERM", "xterm");
    script.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut second = script.spawn().unwrap();
    let mut stdout = second.stdout.take().unwrap();
    let mut shown = Vec::new();
    let line = format!("\rWaiting for the login of process {}: 0:", first.child.id());
    while !String::from_utf8_lossy(&shown).contains(&line) {
        let mut piece = [0; 4096];
        let length = stdout.read(&mut piece).unwrap();
        assert_ne!(length, 0, "{}", String::from_utf8_lossy(&shown));
        shown.extend_from_slice(&piece[..length]);
    }
    first.sign_in();
    let first = first.ended();
    stdout.read_to_end(&mut shown).unwrap();
    assert!(second.wait().unwrap().success());
    // The line was covered, and the ticket is in its place.
    let shown = String::from_utf8(shown).unwrap();
    let last = shown.trim_end().rsplit(['\n', '\x08']).next().unwrap();
    assert_eq!(last, first.stdout.trim_end(), "{shown:?}");
}

#[test]
fn whoever_waits_logs_in_when_the_first_gives_up() {
    let scene = Scene::new(Node::start(Product::Pve));
    let fingerprint = scene.node.identity.fingerprint.clone();
    let arguments = ["--fingerprint", &fingerprint, "--no-browser"];
    let mut first = Waiting::start(scene.command("ticket", &arguments));
    let second = scene.command("ticket", &arguments);
    let second = std::thread::spawn(move || {
        let waiting = Waiting::start(second);
        waiting.sign_in();
        waiting.ended()
    });
    first.child.kill().unwrap();
    assert_eq!(second.join().unwrap().status, Some(0));
}

#[test]
fn ctrl_c_ends_the_wait_and_leaves_nothing_behind() {
    let scene = Scene::new(Node::start(Product::Pve));
    let fingerprint = scene.node.identity.fingerprint.clone();
    let waiting =
        Waiting::start(scene.command("login", &["--fingerprint", &fingerprint, "--no-browser"]));
    let began = Instant::now();
    interrupt(waiting.child.id());
    let ran = waiting.ended();
    ran.failed(130, "interrupted", &["nothing is left"]);
    assert!(began.elapsed() < Duration::from_secs(60));
    // The fingerprint was given and found to be right.
    let left = scene.files();
    assert!(
        left.iter().all(|file| file.extension().is_some_and(|e| e == "fingerprint")),
        "{left:?}"
    );
    assert_eq!(std::fs::read_dir(scene.path("run/onerealm/tickets")).unwrap().count(), 0);
}

#[test]
fn whoever_waits_logs_in_when_the_first_is_interrupted_and_its_folder_gone() {
    let scene = Scene::new(Node::start(Product::Pve));
    let fingerprint = scene.node.identity.fingerprint.clone();
    let arguments = ["--fingerprint", &fingerprint, "--no-browser"];
    let first = Waiting::start(scene.command("ticket", &arguments));
    let mut others: Vec<_> =
        (0..3).map(|_| scene.command("ticket", &arguments).spawn().unwrap()).collect();
    for other in &mut others {
        let mut stderr = BufReader::new(other.stderr.as_mut().unwrap());
        let mut said = String::new();
        stderr.read_line(&mut said).unwrap();
        assert!(said.contains("Waiting for another login"), "{said}");
    }
    interrupt(first.child.id());
    assert_eq!(first.ended().status, Some(130));
    // One of them logs in now, and the others take its ticket.
    let login = std::iter::repeat_with(|| scene.node.forms("/auth-url").len());
    let mut login = login.inspect(|_| std::thread::sleep(Duration::from_millis(20)));
    assert!(login.by_ref().take(500).any(|count| count == 2));
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(scene.node.forms("/auth-url").len(), 2);
    assert_eq!(std::fs::read_dir(scene.path("run/onerealm/tickets")).unwrap().count(), 1);
    for other in &mut others {
        other.kill().unwrap();
        other.wait().unwrap();
    }
}

#[test]
fn ctrl_c_ends_the_wait_for_another_terminal() {
    let scene = Scene::new(Node::start(Product::Pve));
    let fingerprint = scene.node.identity.fingerprint.clone();
    let arguments = ["--fingerprint", &fingerprint, "--no-browser"];
    let mut first = Waiting::start(scene.command("ticket", &arguments));
    let second = scene.command("ticket", &arguments).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    interrupt(second.id());
    assert_eq!(Ran::of_child(second).status, Some(130));
    first.child.kill().unwrap();
    first.child.wait().unwrap();
}

fn interrupt(process: u32) {
    let status = Command::new("kill").args(["-INT", &process.to_string()]).status().unwrap();
    assert!(status.success());
}
