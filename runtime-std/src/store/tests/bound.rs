//! Floods of logins that nobody finishes.

use std::process::Command;

use super::super::batch::{Batches, count, counted};
use super::super::bound::{BOUND, Bound};
use super::super::slots::used_or_gone;
use super::*;

/// A store small enough for a test to fill.
fn small_store() -> (tempfile::TempDir, Slots) {
    let (parent, store) = store();
    (parent, Slots { bound: Bound { files: 64, batch: 8 }, ..store })
}

/// A store on a file system where many files cost little: in memory, if one with enough room exists.
fn large_store() -> (tempfile::TempDir, Slots) {
    let in_memory = if kib_free("/dev/shm").is_some_and(|kib| kib >= 1 << 20) {
        tempfile::tempdir_in("/dev/shm").ok()
    } else {
        None
    };
    let parent = in_memory.unwrap_or_else(|| tempfile::tempdir().unwrap());
    let store = Slots::new(parent.path().join("logins"));
    (parent, store)
}

/// A container may have 64 MiB there.
fn kib_free(directory: &str) -> Option<u64> {
    let output = Command::new("df").args(["-Pk", directory]).output().ok()?;
    let output = String::from_utf8(output.stdout).ok()?;
    output.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

/// The number of login files that can be found, and of those given up.
fn kept_and_gone(store: &Slots) -> (usize, usize) {
    let batches = Batches::of(&store.directory).unwrap();
    let kept = batches.kept.iter().map(|batch| files(&batch.path(&store.directory))).sum();
    let gone =
        batches.gone.iter().map(|batch| files(&batch.path_once_gone(&store.directory))).sum();
    (kept, gone)
}

fn taken(store: &Slots, number: u32, now: u64) -> &'static str {
    outcome(store.take(&key(number), now))
}

#[test]
fn case_125_a_hundred_thousand_unfinished_logins_keep_nobody_from_finishing() {
    const FLOOD: u32 = 100_000;
    const THREADS: u32 = 2;
    let (_parent, store) = large_store();
    thread::scope(|scope| {
        for first in 0..THREADS {
            let store = &store;
            scope.spawn(move || {
                for number in (first..FLOOD).step_by(THREADS as usize) {
                    store.put(&key(number), NOW + u64::from(number / 200), b"flood").unwrap();
                }
            });
        }
    });
    store.put(&key(FLOOD), NOW + 500, b"mine").unwrap();
    assert_eq!(store.take(&key(FLOOD), NOW + 530).unwrap().bytes.as_slice(), b"mine");
    assert_eq!(outcome(store.take(&key(FLOOD), NOW + 530)), "used");
    assert_eq!([0, FLOOD - 1].map(|number| taken(&store, number, NOW + 530)), ["won"; 2]);
    assert_eq!(kept_and_gone(&store), (FLOOD as usize + 1, 0));
}

#[test]
fn case_125_the_oldest_are_given_up_and_the_newest_survive() {
    let (_parent, store) = small_store();
    let Bound { files, batch } = store.bound;
    let (mut most_kept, mut most_gone) = (0, 0);
    for number in 0..1000 {
        store.put(&key(number), NOW, b"flood").unwrap();
        let (kept, gone) = kept_and_gone(&store);
        most_kept = most_kept.max(kept);
        most_gone = most_gone.max(gone);
    }
    assert_eq!((most_kept, most_gone), ((files - batch) as usize, batch as usize));
    // As many as fit behind a login before it is given up.
    let sure = files as u32 - 2 * batch as u32;
    for number in 1000 - sure..1000 {
        assert_eq!(taken(&store, number, NOW), "won", "{number}");
    }
    for number in 0..1000 - files as u32 {
        assert_eq!(taken(&store, number, NOW), "unknown", "{number}");
    }
}

#[test]
fn room_is_made_once_for_each_batch() {
    let bound = Bound { files: 64, batch: 8 };
    let begin: Vec<u64> = (1..=32).filter(|number| bound.begins_batch(*number)).collect();
    assert_eq!(begin, [1, 9, 17, 25]);
}

#[test]
fn no_more_than_needed_is_given_up() {
    let (_parent, store) = small_store();
    let Bound { files, batch } = store.bound;
    // All but the room for another batch.
    let most = (files - batch) as u32;
    for number in 0..most {
        store.put(&key(number), NOW, b"x").unwrap();
    }
    store.bound.make_room(&store.directory, NOW);
    assert_eq!(kept_and_gone(&store), (most as usize, 0));
    store.put(&key(most), NOW, b"x").unwrap();
    assert_eq!(kept_and_gone(&store), ((most + 1) as usize - batch as usize, batch as usize));
}

#[test]
fn a_slot_s_batches_are_numbered_from_its_own() {
    let logins = |slot, number| Batch { slot, part: Part::Logins(number) };
    let marks = Batch { slot: 7, part: Part::Marks };
    let batches = Batches {
        kept: vec![logins(5, 9), logins(6, 1), logins(6, 2), marks],
        gone: vec![logins(6, 4)],
    };
    assert_eq!([5, 6, 7, 8].map(|slot| batches.latest_of(slot)), [9, 2, 0, 0]);
}

#[test]
fn what_is_past_is_given_up_before_what_is_pending() {
    let (_parent, store) = small_store();
    for number in 0..40 {
        store.put(&key(number), NOW - 2 * LIFETIME, b"past").unwrap();
    }
    for number in 100..156 {
        store.put(&key(number), NOW, b"pending").unwrap();
    }
    for number in 100..156 {
        assert_eq!(taken(&store, number, NOW), "won", "{number}");
    }
    assert_eq!(taken(&store, 0, NOW), "unknown");
}

#[test]
fn after_a_clock_went_back_the_new_logins_survive() {
    let (_parent, store) = small_store();
    for number in 0..60 {
        store.put(&key(number), NOW, b"flood").unwrap();
    }
    for number in 100..200 {
        store.put(&key(number), NOW - LIFETIME, b"new").unwrap();
    }
    for number in 160..200 {
        assert_eq!(taken(&store, number, NOW - LIFETIME), "won", "{number}");
    }
}

#[test]
fn marks_are_bounded_and_given_up_before_logins() {
    let (_parent, store) = small_store();
    store.put(&key(0), NOW, b"pending").unwrap();
    for number in 1..500 {
        store.mark(&key(number), NOW, NOW).unwrap();
        assert!(kept_and_gone(&store).0 <= store.bound.files as usize);
    }
    assert_eq!(taken(&store, 0, NOW), "won");
    assert_eq!(outcome_of_mark(&store, 499), "used");
    assert_eq!(outcome_of_mark(&store, 1), "won", "it was given up");
}

fn outcome_of_mark(store: &Slots, number: u32) -> &'static str {
    let marked = store.is_marked(&key(number), NOW).unwrap();
    let result = store.mark(&key(number), NOW, NOW);
    assert_eq!(marked, result.is_err());
    outcome(result)
}

#[test]
fn a_login_that_is_given_up_while_it_is_read_is_unknown_and_none_is_blocked() {
    let (_parent, store) = small_store();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|thread: u32| {
                let store = &store;
                scope.spawn(move || {
                    (0..300).for_each(|number| {
                        let number = thread * 1000 + number;
                        store.put(&key(number), NOW, b"whole").unwrap();
                        match store
                            .read(&key(number), NOW)
                            .and_then(|_| store.take(&key(number), NOW))
                        {
                            Ok(stored) => assert_eq!(stored.bytes.as_slice(), b"whole"),
                            Err(error) => assert_eq!(outcome::<()>(Err(error)), "unknown"),
                        }
                    });
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    // Each thread's calls may fall between another's check and its file.
    assert!(kept_and_gone(&store).0 <= store.bound.files as usize + 4);
}

#[test]
fn a_login_that_went_while_it_was_looked_at_was_taken_or_given_up() {
    let (_parent, store) = store();
    store.put(&key(1), NOW, b"x").unwrap();
    let used = store.take(&key(1), NOW).unwrap().path;
    assert_eq!(used_or_gone(&used).unwrap().code(), "login_used");
    fs::remove_file(&used).unwrap();
    assert_eq!(used_or_gone(&used).unwrap().code(), "login_unknown");
    fs::remove_dir_all(&store.directory).unwrap();
    assert_eq!(used_or_gone(&used).unwrap().code(), "login_unknown");
}

#[test]
fn each_login_of_a_batch_has_a_number_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let numbers: Vec<u64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| (0..500).map(|_| count(directory.path()).unwrap()).collect()))
            .collect();
        threads.into_iter().flat_map(|thread| -> Vec<u64> { thread.join().unwrap() }).collect()
    });
    let mut sorted = numbers;
    sorted.sort_unstable();
    assert!(sorted.into_iter().eq(1..=2000));
    assert_eq!(counted(directory.path()).unwrap(), Some(2000));
}

#[test]
fn a_batch_has_no_more_logins_than_it_may() {
    let (_parent, store) = large_store();
    let first = BOUND.batch as u32;
    for number in 0..=first {
        store.put(&key(number), NOW, b"").unwrap();
    }
    assert_eq!(files(&batch(&store, NOW)), first as usize);
    assert_eq!(Batches::of(&store.directory).unwrap().latest_of(slot_of(NOW)), 1);
}

#[test]
fn case_206_what_stored_nothing_evicts_nobody() {
    let (_parent, store) = small_store();
    for number in 0..36 {
        store.put(&key(number), NOW, b"pending").unwrap();
    }
    // A login that can't be stored, as on a full disk: here, its file is there already.
    for _ in 0..1000 {
        assert_eq!(store.put(&key(35), NOW, b"flood").unwrap_err().code(), "store_io");
    }
    for number in 100..104 {
        store.put(&key(number), NOW, b"pending").unwrap();
    }
    assert_eq!(kept_and_gone(&store), (40, 0));
    for number in (0..36).chain(100..104) {
        assert_eq!(taken(&store, number, NOW), "won", "{number}");
    }
}

/// The same where a write fails in the middle. A limit of the size of files stands for the full disk.
#[test]
#[cfg(unix)]
fn case_206_a_flood_of_writes_that_fail_evicts_nobody() {
    const NAME: &str = "STORE_TEST_LIMITED";
    let small = |directory: PathBuf| Slots {
        bound: Bound { files: 64, batch: 8 },
        ..Slots::new(directory)
    };
    if let Some(directory) = std::env::var_os(NAME) {
        let store = small(directory.into());
        for number in 1000..1500 {
            assert!(store.put(&key(number), NOW, &[0; 1 << 16]).is_err());
        }
        return;
    }
    let parent = tempfile::tempdir().unwrap();
    let store = small(parent.path().join("logins"));
    for number in 0..48 {
        store.put(&key(number), NOW, b"pending").unwrap();
    }
    let module = module_path!().split_once("::").unwrap().1;
    let status = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$@\"", "sh"])
        .args(processes::this_program())
        .args(["--exact", &format!("{module}::case_206_a_flood_of_writes_that_fail_evicts_nobody")])
        .env(NAME, &store.directory)
        .stdout(std::process::Stdio::null())
        .status();
    assert!(status.unwrap().success());
    assert_eq!(kept_and_gone(&store), (48, 0));
    for number in 0..48 {
        assert_eq!(taken(&store, number, NOW), "won", "{number}");
    }
}
