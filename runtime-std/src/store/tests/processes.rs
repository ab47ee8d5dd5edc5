//! Several processes on one directory.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::*;

#[test]
fn one_of_several_processes_gets_each_login() {
    const LOGINS: usize = 300;
    let (parent, store) = store();
    for number in 0..LOGINS {
        store.put(&key(number as u32), NOW, b"verifier").unwrap();
    }
    let children: Vec<Child> = (0..6).map(|_| child("take", parent.path())).collect();
    fs::write(parent.path().join("go"), b"").unwrap();
    let answers: Vec<String> = children
        .into_iter()
        .map(|child| String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap())
        .collect();
    let count =
        |what: &str| answers.iter().map(|answer| answer.matches(what).count()).sum::<usize>();
    assert_eq!((count("-won-"), count("-used-")), (LOGINS, 5 * LOGINS));
}

#[test]
fn a_process_that_is_killed_loses_no_login_that_it_had_put() {
    let (parent, store) = store();
    let mut child = child("put", parent.path());
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

/// This test binary again, as the process that [`does_what_its_parent_asks`].
fn child(what: &str, parent: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            concat!(module_path!(), "::does_what_its_parent_asks").split_once("::").unwrap().1,
        ])
        .args(["--ignored", "--nocapture", "--test-threads=1"])
        .env("STORE_TEST", what)
        .env("STORE_TEST_DIRECTORY", parent)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "run by other tests, in processes of their own"]
fn does_what_its_parent_asks() {
    let (Ok(what), Some(parent)) =
        (std::env::var("STORE_TEST"), std::env::var_os("STORE_TEST_DIRECTORY"))
    else {
        return;
    };
    let parent = PathBuf::from(parent);
    let store = DirectoryStore::new(parent.join("state/logins"));
    while !parent.join("go").exists() {
        thread::yield_now();
    }
    match what.as_str() {
        "take" => {
            (0..300).for_each(|number| println!("-{}-", outcome(store.take(&key(number), NOW))))
        }
        _ => (0..100_000).for_each(|number| {
            store.put(&key(number), NOW, b"verifier").unwrap();
            println!("-put-");
        }),
    }
}
