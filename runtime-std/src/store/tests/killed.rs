//! Processes killed at any moment, and many working at once.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::logins::{pending, take, take_known, verdict};
use super::processes::{child_of, directory_of_the_parent};
use super::*;

fn directory_store(directory: &Path) -> Box<dyn PendingStore> {
    Box::new(DirectoryStore::new(directory.join("logins")))
}

fn sealed_store(directory: &Path) -> Box<dyn PendingStore> {
    fs::create_dir_all(directory.join("keys")).unwrap();
    Box::new(SealedStore::new(directory.join("keys/key"), directory.join("logins")))
}

#[test]
fn a_process_may_be_killed_at_any_moment_with_the_directory_store() {
    let test = "a_process_may_be_killed_at_any_moment_with_the_directory_store";
    kill_processes(test, directory_store);
}

#[test]
fn a_process_may_be_killed_at_any_moment_with_the_sealed_store() {
    let test = "a_process_may_be_killed_at_any_moment_with_the_sealed_store";
    kill_processes(test, sealed_store);
}

/// Repeatedly kills a process that begins and finishes logins, renews keys and sweeps.
fn kill_processes(test: &str, store: fn(&Path) -> Box<dyn PendingStore>) {
    const KILLS: u64 = 200;
    const DAY: u64 = 86_400;
    if let Some(directory) = directory_of_the_parent() {
        begin_and_finish(&*store(&directory), now_of(&directory));
    }
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path());
    let mut finished: HashMap<String, usize> = HashMap::new();
    for kill in 0..KILLS {
        // A day later each time, so that keys are renewed and old logins swept while processes die.
        let now = NOW + kill * DAY;
        fs::write(directory.path().join("now"), now.to_string()).unwrap();
        fs::write(directory.path().join("go"), b"").unwrap();
        let mut child = child_of(module_path!(), test, directory.path());
        let mut stdout = child.stdout.take().unwrap();
        let mut random = [0; 2];
        getrandom::fill(&mut random).unwrap();
        // Until it is working, and has begun this many logins.
        let mut said = Vec::new();
        while said.windows(5).filter(|word| *word == b"\nput ").count() as u64 <= kill % 4 {
            let mut byte = [0];
            stdout.read_exact(&mut byte).unwrap();
            said.extend(byte);
        }
        thread::sleep(Duration::from_micros(u64::from(u16::from_be_bytes(random)) / 4));
        child.kill().unwrap();
        child.wait().unwrap();
        stdout.read_to_end(&mut said).unwrap();

        let said = String::from_utf8(said).unwrap();
        let said: Vec<_> =
            said.split_inclusive('\n').filter_map(|l| l.strip_suffix('\n')).collect();
        let of = |what| said.iter().filter_map(move |line| line.strip_prefix(what));
        of("took ").for_each(|state| *finished.entry(state.to_owned()).or_default() += 1);
        for state in of("put ").filter(|state| !state.is_empty()) {
            match verdict(store.take(state, UnixTime(now))) {
                "won" => *finished.entry(state.to_owned()).or_default() += 1,
                "used" => (),
                other => panic!("{state} is {other}"),
            }
        }
        let mine = store.put(&pending(now)).unwrap();
        assert_eq!(verdict(store.take(&mine, UnixTime(now))), "won");
    }
    assert!(finished.len() > KILLS as usize, "{}", finished.len());
    assert!(finished.values().all(|times| *times == 1));

    // By the clock of the file system, which dates the files.
    let later = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 2 * DAY;
    store.authenticated(UnixTime(later));
    for _ in 0..1000 {
        let mine = store.put(&pending(later)).unwrap();
        store.take(&mine, UnixTime(later)).unwrap();
    }
    let slots = fs::read_dir(directory.path().join("logins")).unwrap();
    let slots: Vec<_> = slots.map(|slot| slot.unwrap().file_name()).collect();
    assert_eq!(slots.len(), 1, "only the present one: {slots:?}");
    if let Ok(keys) = fs::read_dir(directory.path().join("keys")) {
        let keys: Vec<_> = keys.map(|file| file.unwrap().file_name()).collect();
        assert_eq!(keys, ["key"]);
    }
}

fn now_of(directory: &Path) -> u64 {
    fs::read_to_string(directory.join("now")).unwrap().parse().unwrap()
}

/// What the process does until it is killed. Each line is written at once, or not at all.
fn begin_and_finish(store: &dyn PendingStore, now: u64) -> ! {
    let mut stdout = std::io::stdout();
    let mut say = |line: String| stdout.write_all(line.as_bytes()).unwrap();
    say("\nput \n".to_owned());
    loop {
        let states: Vec<_> = (0..3).map(|_| store.put(&pending(now)).unwrap()).collect();
        states.iter().for_each(|state| say(format!("put {state}\n")));
        for (state, take) in states[1..].iter().zip([take, take_known]) {
            take(store, state, UnixTime(now)).unwrap();
            say(format!("took {state}\n"));
            store.authenticated(UnixTime(now));
        }
    }
}

#[test]
fn eight_processes_lose_no_login_with_the_directory_store() {
    let test = "eight_processes_lose_no_login_with_the_directory_store";
    work_together(test, directory_store);
}

#[test]
fn eight_processes_lose_no_login_with_the_sealed_store() {
    let test = "eight_processes_lose_no_login_with_the_sealed_store";
    work_together(test, sealed_store);
}

/// Each process begins logins and finishes them in another order, while the others do.
fn work_together(test: &str, store: fn(&Path) -> Box<dyn PendingStore>) {
    const LOGINS: usize = 200;
    if let Some(directory) = directory_of_the_parent() {
        let store = store(&directory);
        for _ in 0..4 {
            let begin = |_| store.put(&pending(NOW)).unwrap();
            let states: Vec<_> = (0..LOGINS / 4).map(begin).collect();
            for state in states.iter().rev() {
                for take in [take_known, take] {
                    println!("-{}-", verdict(take(&*store, state, UnixTime(NOW))));
                }
            }
        }
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let children: Vec<_> =
        (0..8).map(|_| child_of(module_path!(), test, directory.path())).collect();
    fs::write(directory.path().join("go"), b"").unwrap();
    for child in children {
        let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        assert_eq!(output.matches("-won-").count(), LOGINS);
        assert_eq!(output.matches("-used-").count(), LOGINS);
    }
}
