mod bound;
mod directory;
mod key_file;
mod killed;
mod known;
mod logins;
mod memory;
mod other;
mod processes;
mod sealed;
#[cfg(unix)]
mod unix;

use std::sync::{Barrier, mpsc};
use std::thread;

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::batch::{Batch, COUNT, Part, slot_of};
use super::files::{create_file, retried};
use super::lifetime::LIFETIME;
use super::slots::{Key, Slots, made_for};
use super::sweep::SWEPT_AT_ONCE;
use super::*;
use crate::hex::hex;
use onerealm_core::{PendingAuthorization, UnixTime};

/// A time at the beginning of a slot.
const NOW: u64 = 2_833_333 * LIFETIME;

fn store() -> (tempfile::TempDir, Slots) {
    let parent = tempfile::tempdir().unwrap();
    let store = Slots::new(parent.path().join("state/logins"));
    (parent, store)
}

fn key(number: u32) -> Key {
    let mut key = [0xab; 32];
    key[..4].copy_from_slice(&number.to_be_bytes());
    key
}

fn outcome<T>(result: Result<T, StoreError>) -> &'static str {
    match result {
        Ok(_) => "won",
        Err(StoreError::Used) => "used",
        Err(StoreError::Unknown) => "unknown",
        Err(StoreError::Expired { .. }) => "expired",
        Err(other) => panic!("{other}"),
    }
}

/// The first batch of logins that began in the slot.
fn batch(store: &Slots, begun: u64) -> PathBuf {
    Batch { slot: slot_of(begun), part: Part::Logins(0) }.path(&store.directory)
}

/// The number of files in a batch besides its counter.
fn files(batch: &Path) -> usize {
    let entries = fs::read_dir(batch).into_iter().flatten().map(Result::unwrap);
    entries.filter(|entry| entry.file_name() != COUNT).count()
}

#[test]
fn a_login_is_taken_once_and_its_secrets_leave_the_disk() {
    let (_parent, store) = store();
    store.put(&key(1), NOW, b"verifier").unwrap();
    let taken = store.take(&key(1), NOW + 5).unwrap();
    assert_eq!(taken.bytes.as_slice(), b"verifier");
    assert_eq!(fs::read(&taken.path).unwrap(), b"");
    assert_eq!(taken.path.parent().unwrap(), batch(&store, NOW));
    assert_eq!(outcome(store.take(&key(1), NOW + 6)), "used");
    assert_eq!(outcome(store.take(&key(2), NOW + 6)), "unknown");
    assert!(matches!(
        store.put(&key(3), NOW, b"").and(store.put(&key(3), NOW, b"")),
        Err(StoreError::Io { .. })
    ));
}

#[test]
fn nothing_is_made_before_the_first_login() {
    let (parent, store) = store();
    assert_eq!(outcome(store.take(&key(1), NOW)), "unknown");
    assert_eq!(files(parent.path()), 0);
}

#[test]
fn used_expired_and_unknown_are_told_apart_for_a_slot_after_the_end() {
    let (_parent, store) = store();
    store.put(&key(1), NOW, b"a").unwrap();
    store.put(&key(2), NOW, b"b").unwrap();
    store.put(&key(3), NOW + LIFETIME - 1, b"c").unwrap();
    assert_eq!(outcome(store.take(&key(1), NOW + LIFETIME - 1)), "won");
    for later in [LIFETIME, 3 * LIFETIME - 1] {
        store.put(&key(9), NOW + later, b"").unwrap();
        assert_eq!(outcome(store.take(&key(1), NOW + later)), "used");
        assert_eq!(outcome(store.take(&key(2), NOW + later)), "expired");
    }
    assert_eq!(outcome(store.take(&key(3), NOW + 2 * LIFETIME)), "expired");
    store.put(&key(8), NOW + 3 * LIFETIME, b"").unwrap();
    for number in 1..=3 {
        assert_eq!(outcome(store.take(&key(number), NOW + 3 * LIFETIME)), "unknown");
    }
}

#[test]
fn a_clock_that_goes_back_by_minutes_loses_no_login() {
    let (_parent, store) = store();
    for number in 0..3 {
        store.put(&key(number), NOW, b"").unwrap();
    }
    // Another login, begun after the clock was set back, triggers the sweep.
    store.put(&key(9), NOW - 2 * LIFETIME, b"").unwrap();
    assert_eq!(outcome(store.take(&key(0), NOW - 300)), "won");
    assert_eq!(outcome(store.take(&key(1), NOW - LIFETIME)), "won");
    let error = store.take(&key(2), NOW - LIFETIME - 1).err().unwrap().to_string();
    assert!(error.starts_with("the clock went back by 601 seconds"), "{error}");
    assert_eq!(outcome(store.take(&key(2), NOW)), "won");
}

#[test]
fn a_sweep_is_bounded_and_in_the_end_removes_all() {
    let (_parent, store) = store();
    let old = batch(&store, NOW);
    for number in 0..200 {
        store.put(&key(number), NOW, b"x").unwrap();
    }
    assert_eq!(outcome(store.take(&key(0), NOW)), "won");
    let later = NOW + 3 * LIFETIME;
    // The counter is one of them.
    let mut left = 201;
    for number in 1000..1004 {
        assert_eq!(fs::read_dir(&old).unwrap().count(), left);
        store.put(&key(number), later, b"x").unwrap();
        left = left.saturating_sub(SWEPT_AT_ONCE);
    }
    assert!(!old.exists());
    assert_eq!(files(&batch(&store, later)), 4);
}

#[test]
fn what_a_flood_left_does_not_keep_later_slots() {
    let (_parent, store) = store();
    for number in 0..200 {
        store.put(&key(number), NOW, b"x").unwrap();
    }
    store.put(&key(1), NOW + LIFETIME, b"x").unwrap();
    store.put(&key(1), NOW + 4 * LIFETIME, b"x").unwrap();
    assert!(!batch(&store, NOW + LIFETIME).exists());
    assert!(batch(&store, NOW).exists());
}

#[test]
fn logins_of_a_clock_that_was_far_ahead_are_swept() {
    let (_parent, store) = store();
    store.put(&key(1), NOW + 3 * LIFETIME, b"").unwrap();
    store.put(&key(2), NOW, b"").unwrap();
    assert!(!batch(&store, NOW + 3 * LIFETIME).exists());
}

#[test]
fn the_sweep_removes_nothing_that_is_not_a_login() {
    let (parent, store) = store();
    let others = parent.path().join("state/logins/100-0");
    files::create_directories(&others).unwrap();
    for name in ["vm-100-disk-0.qcow2", &"g".repeat(64), &hex(&key(1))[1..], ".used"] {
        fs::write(others.join(name), b"").unwrap();
    }
    let file = parent.path().join("state/logins/200-0");
    fs::write(&file, b"").unwrap();
    store.put(&key(1), 50 * LIFETIME, b"").unwrap();
    store.put(&key(1), NOW, b"").unwrap();
    assert!(!batch(&store, 50 * LIFETIME).exists(), "the sweep goes on after it");
    assert_eq!(files(&others), 4);
    assert_eq!(outcome(store.take(&key(2), NOW)), "unknown");
    assert!(file.exists());
}

#[test]
fn a_file_that_was_cut_short_is_handed_out_once_or_swept() {
    let (_parent, store) = store();
    for (number, length) in [(1, 0), (2, 7), (3, 9)] {
        store.put(&key(number), NOW, b"pending").unwrap();
        let path = batch(&store, NOW).join(hex(&key(number)));
        File::options().write(true).open(path).unwrap().set_len(length).unwrap();
    }
    assert_eq!(store.take(&key(1), NOW).unwrap().bytes.as_slice(), b"");
    assert_eq!(outcome(store.take(&key(1), NOW)), "used");
    assert_eq!(store.take(&key(3), NOW).unwrap().bytes.as_slice(), b"p");
    store.put(&key(4), NOW + 3 * LIFETIME, b"").unwrap();
    assert!(!batch(&store, NOW).exists());
}

#[test]
fn a_batch_that_is_swept_away_is_made_again() {
    let (_parent, store) = store();
    store.put(&key(0), NOW, b"x").unwrap();
    let batch = batch(&store, NOW);
    let path = batch.join(hex(&key(1)));
    for times in [1, 2, 10] {
        let mut left = times;
        let made = made_for(&batch, &path, "create", || {
            if left > 0 {
                left -= 1;
                fs::remove_dir_all(&batch)?;
            }
            create_file(&path)
        });
        made.unwrap();
        assert_eq!((left, files(&batch)), (0, 1), "after {times} sweeps");
    }
}

#[test]
fn a_batch_that_another_process_makes_meanwhile_is_used() {
    let (_parent, store) = store();
    store.put(&key(0), NOW, b"x").unwrap();
    let batch = batch(&store, NOW + LIFETIME);
    let mut is_made = false;
    let made = made_for(&batch, &batch, "create", || {
        if !is_made {
            is_made = true;
            fs::create_dir(&batch).unwrap();
            return Err(ErrorKind::NotFound.into());
        }
        Ok("made")
    });
    assert_eq!(made.unwrap(), "made");
}

#[test]
fn what_another_process_did_first_is_no_failure_and_all_else_is() {
    for kind in [ErrorKind::NotFound, ErrorKind::DirectoryNotEmpty, ErrorKind::AlreadyExists] {
        assert_eq!(files::gone::<()>(Err(kind.into())).unwrap(), None, "{kind}");
    }
    for kind in [ErrorKind::PermissionDenied, ErrorKind::NotADirectory, ErrorKind::Other] {
        assert_eq!(files::gone::<()>(Err(kind.into())).unwrap_err().kind(), kind);
    }
    assert_eq!(files::gone(Ok(1)).unwrap(), Some(1));
}

#[test]
fn an_error_of_the_file_system_is_told_with_what_to_do() {
    use std::error::Error as _;

    let error = |operation, kind: ErrorKind| {
        let error = StoreError::io(operation, Path::new("/d"), kind.into());
        assert!(error.source().is_some(), "the system's own words");
        error.to_string()
    };
    let other = "check the directory for pending logins";
    for (operation, kind, advice) in [
        ("create", ErrorKind::NotFound, "mount the file system"),
        ("open", ErrorKind::NotFound, other),
        ("create", ErrorKind::PermissionDenied, "let the user that this runs as"),
        ("create", ErrorKind::StorageFull, "make room"),
        ("create", ErrorKind::QuotaExceeded, "make room"),
        ("create", ErrorKind::ReadOnlyFilesystem, "that can be written to"),
        ("create", ErrorKind::AlreadyExists, "begin the login again"),
        ("create", ErrorKind::Other, other),
    ] {
        let message = error(operation, kind);
        assert!(message.contains(advice), "{operation} {kind}: {message}");
    }
    assert!(StoreError::Unknown.source().is_none());
    assert!(StoreError::Used.source().is_none());
}

#[test]
fn a_batch_that_is_swept_away_at_any_moment_keeps_no_login_out() {
    let (_parent, store) = store();
    let (sweep, sweeps) = mpsc::channel();
    thread::scope(|scope| {
        // Once for each login: a batch that is swept endlessly is given up.
        scope.spawn(|| {
            for () in sweeps {
                let batch = batch(&store, NOW);
                let _ = fs::remove_file(batch.join(COUNT));
                let _ = fs::remove_dir(batch);
            }
        });
        // Ends the other thread, whatever happens in this one.
        let sweep = sweep;
        for number in 0..2000 {
            sweep.send(()).unwrap();
            store.put(&key(number), NOW, b"x").unwrap();
            // The batch is empty again, for the other thread.
            let taken = store.take(&key(number), NOW).unwrap();
            fs::remove_file(&taken.path).unwrap();
        }
    });
}

#[test]
fn a_signal_makes_a_call_be_made_again() {
    let mut answers = [Err(ErrorKind::Interrupted.into()), Ok(7), Ok(8)].into_iter();
    assert_eq!(retried(|| answers.next().unwrap()).unwrap(), 7);
}

#[test]
fn first_logins_make_the_directory_together() {
    for _ in 0..50 {
        let (_parent, store) = store();
        let start = Barrier::new(8);
        thread::scope(|scope| {
            for number in 0..8 {
                let (store, start) = (&store, &start);
                scope.spawn(move || {
                    start.wait();
                    store.put(&key(number), NOW, b"x").unwrap();
                });
            }
        });
        fs::remove_dir_all(&store.directory).unwrap();
        store.put(&key(1), NOW, b"x").unwrap();
    }
}

#[test]
fn who_reads_while_another_takes_sees_the_whole_login_or_none() {
    let (_directory, store) = store();
    for number in 0..200 {
        store.put(&key(number), NOW, b"a whole login").unwrap();
        std::thread::scope(|scope| {
            let reader = || loop {
                match store.read(&key(number), NOW) {
                    Ok(stored) => assert_eq!(stored.bytes.as_slice(), b"a whole login"),
                    Err(StoreError::Used) => return,
                    Err(error) => panic!("{error}"),
                }
            };
            let readers: Vec<_> = (0..3).map(|_| scope.spawn(reader)).collect();
            let taken = store.take(&key(number), NOW).unwrap();
            assert_eq!(taken.bytes.as_slice(), b"a whole login");
            readers.into_iter().for_each(|reader| reader.join().unwrap());
        });
    }
}

#[test]
fn one_of_many_threads_gets_the_login() {
    let (_parent, store) = store();
    for round in 0..20 {
        store.put(&key(round), NOW, &[b'v'; 500]).unwrap();
        let (start, (sender, outcomes)) = (Barrier::new(64), mpsc::channel());
        thread::scope(|scope| {
            for _ in 0..64 {
                let sender = sender.clone();
                scope.spawn(|| {
                    start.wait();
                    let taken = store.take(&key(round), NOW);
                    assert!(
                        taken.as_ref().is_ok_and(|t| t.bytes.as_slice() == [b'v'; 500])
                            || taken.is_err()
                    );
                    sender.send(outcome(taken)).unwrap();
                    drop(sender);
                });
            }
        });
        drop(sender);
        let mut outcomes: Vec<_> = outcomes.iter().collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes.last(), Some(&"won"));
        assert!(outcomes[..63].iter().all(|outcome| *outcome == "used"), "{outcomes:?}");
    }
}
