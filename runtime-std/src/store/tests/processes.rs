//! Several processes on one directory.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::*;

#[test]
fn one_of_several_processes_gets_each_login() {
    const LOGINS: u32 = 300;
    if let Some(store) = store_of_the_parent() {
        // Some know what they take, and some don't.
        let is_known = |number| (std::process::id() + number) % 2 == 0;
        return (0..LOGINS).for_each(|number| match is_known(number) {
            true => println!("-{}-", outcome(store.take_known(&key(number), NOW, NOW))),
            false => println!("-{}-", outcome(store.take(&key(number), NOW))),
        });
    }
    let (parent, store) = store();
    for number in 0..LOGINS {
        store.put(&key(number), NOW, b"verifier").unwrap();
    }
    let test = "one_of_several_processes_gets_each_login";
    let children: Vec<Child> = (0..6).map(|_| child(test, parent.path())).collect();
    fs::write(parent.path().join("go"), b"").unwrap();
    let answers: Vec<String> = children
        .into_iter()
        .map(|child| String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap())
        .collect();
    let count =
        |what: &str| answers.iter().map(|answer| answer.matches(what).count()).sum::<usize>();
    assert_eq!((count("-won-"), count("-used-")), (LOGINS as usize, 5 * LOGINS as usize));
}

#[test]
fn a_process_that_is_killed_loses_no_login_that_it_had_put() {
    if let Some(store) = store_of_the_parent() {
        return (0..100_000).for_each(|number| {
            store.put(&key(number), NOW, b"verifier").unwrap();
            println!("-put-");
        });
    }
    let (parent, store) = store();
    let mut child = child("a_process_that_is_killed_loses_no_login_that_it_had_put", parent.path());
    fs::write(parent.path().join("go"), b"").unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let mut lines = stdout.lines().map(Result::unwrap).filter(|line| line.contains("-put-"));
    assert_eq!(lines.by_ref().take(500).count(), 500);
    child.kill().unwrap();
    child.wait().unwrap();
    let count = 500 + lines.count() as u32;
    for number in 0..count {
        assert_eq!(store.take(&key(number), NOW).unwrap().bytes.as_slice(), b"verifier");
    }
}

/// The directory that a child process works in.
const PARENT: &str = "STORE_TEST_DIRECTORY";

/// Starts this test binary as a child process that runs the same test.
fn child(test: &str, parent: &Path) -> Child {
    child_of(module_path!(), test, parent)
}

/// The same for a test in another module.
pub(super) fn child_of(module: &str, test: &str, parent: &Path) -> Child {
    let module = module.split_once("::").unwrap().1;
    let mut words = this_program();
    Command::new(words.next().unwrap())
        .args(words)
        .args(["--exact", &format!("{module}::{test}"), "--nocapture", "--test-threads=1"])
        .env(PARENT, parent)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The words that start this test binary again: before it the emulator that `ONEREALM_TEST_EMULATOR` names, where the
/// system runs no programs of this architecture.
pub(super) fn this_program() -> impl Iterator<Item = OsString> {
    let emulator = std::env::var_os("ONEREALM_TEST_EMULATOR");
    emulator.into_iter().chain([std::env::current_exe().unwrap().into()])
}

/// In a child process, the store, as soon as the parent signals the start.
fn store_of_the_parent() -> Option<Slots> {
    Some(Slots::new(directory_of_the_parent()?.join("state/logins")))
}

/// In a child process, the directory it was given, as soon as the parent signals the start.
pub(super) fn directory_of_the_parent() -> Option<PathBuf> {
    let parent = PathBuf::from(std::env::var_os(PARENT)?);
    while !parent.join("go").exists() {
        thread::yield_now();
    }
    Some(parent)
}
