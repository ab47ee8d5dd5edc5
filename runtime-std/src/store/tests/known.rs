//! Logins that are taken after they were read.

use super::super::bound::Bound;
use super::logins::{pending, take_known, verdict};
use super::*;

/// Where the first of these logins is, and where it is once it was taken.
fn places(store: &Slots, number: u32) -> [PathBuf; 2] {
    let batch = batch(store, NOW);
    ["", ".used"].map(|ending| batch.join(hex(&key(number)) + ending))
}

#[test]
fn a_known_login_is_taken_once_and_its_secrets_leave_the_disk() {
    let (_parent, store) = store();
    store.put(&key(1), NOW, b"verifier").unwrap();
    let [path, used] = places(&store, 1);
    assert_eq!(outcome(store.take_known(&key(1), NOW, NOW + 5)), "won");
    assert_eq!(fs::read(&used).unwrap(), b"");
    assert!(!path.exists());
    assert_eq!(outcome(store.take_known(&key(1), NOW, NOW + 6)), "used");
    assert_eq!(outcome(store.take(&key(1), NOW + 6)), "used");
    assert_eq!(outcome(store.take_known(&key(2), NOW, NOW + 6)), "unknown");
    store.put(&key(3), NOW, b"verifier").unwrap();
    assert_eq!(outcome(store.take(&key(3), NOW)), "won");
    assert_eq!(outcome(store.take_known(&key(3), NOW, NOW)), "used");
}

#[test]
fn a_known_login_is_told_as_any_other_is() {
    let (_parent, store) = store();
    (0..2).for_each(|number| store.put(&key(number), NOW, b"a").unwrap());
    store.take(&key(1), NOW).unwrap();
    let end = NOW + LIFETIME;
    for (number, now, expected) in [
        (0, NOW - LIFETIME - 1, "expired"),
        (0, end, "expired"),
        (0, end + LIFETIME, "expired"),
        (1, NOW, "used"),
        (1, end, "used"),
        (1, end + LIFETIME, "used"),
        (2, NOW, "unknown"),
        (2, end, "unknown"),
        (0, end - 1, "won"),
    ] {
        let told = outcome(store.take_known(&key(number), NOW, now));
        assert_eq!(told, expected, "{number} at {now}");
    }
}

#[test]
fn a_known_login_is_found_in_every_batch() {
    let (_parent, store) = store();
    let store = Slots { bound: Bound { files: 64, batch: 8 }, ..store };
    (0..30).for_each(|number| store.put(&key(number), NOW + 599, b"a").unwrap());
    for number in 0..30 {
        assert_eq!(outcome(store.take_known(&key(number), NOW + 599, NOW + 601)), "won");
        assert_eq!(outcome(store.take_known(&key(number), NOW + 599, NOW + 601)), "used");
    }
}

#[test]
fn whoever_is_killed_right_after_taking_a_login_has_taken_it() {
    let (_parent, store) = store();
    for number in 0..2 {
        store.put(&key(number), NOW, b"verifier").unwrap();
        let [path, used] = places(&store, number);
        match cfg!(windows) {
            true => fs::write(used, b"").unwrap(),
            false => fs::rename(path, used).unwrap(),
        }
    }
    assert_eq!(outcome(store.take_known(&key(0), NOW, NOW)), "used");
    assert_eq!(outcome(store.take(&key(1), NOW)), "used");
    store.put(&key(9), NOW + 3 * LIFETIME, b"").unwrap();
    assert!(!batch(&store, NOW).exists(), "what was left is swept");
}

#[test]
fn one_of_many_threads_gets_a_login_that_all_have_read() {
    let (_parent, store) = store();
    for round in 0..20 {
        store.put(&key(round), NOW, b"verifier").unwrap();
        let start = Barrier::new(32);
        let won = std::sync::atomic::AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| {
                    store.read(&key(round), NOW).unwrap();
                    start.wait();
                    match outcome(store.take_known(&key(round), NOW, NOW)) {
                        "won" => _ = won.fetch_add(1, std::sync::atomic::Ordering::SeqCst),
                        told => assert_eq!(told, "used"),
                    }
                });
            }
        });
        assert_eq!(won.into_inner(), 1);
    }
}

#[test]
fn of_a_sealed_login_that_was_read_only_the_mark_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let key_file = directory.path().join("key");
    let store = SealedStore::new(&key_file, directory.path().join("logins"));
    let states = [0; 3].map(|_| store.put(&pending(NOW)).unwrap());
    let known = states.each_ref().map(|state| store.read(state, UnixTime(NOW)).unwrap());
    // What it was opened with is not needed again.
    fs::remove_file(&key_file).unwrap();
    let taken = |number: usize, now| {
        let (key, begun) = (known[number].key(), known[number].begun());
        outcome(store.take_known(&states[number], key, begun, UnixTime(now)))
    };
    assert_eq!([taken(0, NOW), taken(0, NOW), taken(1, NOW)], ["won", "used", "won"]);
    let end = NOW + LIFETIME;
    assert_eq!([taken(0, end), taken(1, end), taken(2, end)], ["used", "used", "expired"]);
    assert_eq!(taken(2, end - 1), "won");
}

#[test]
fn a_store_that_knows_nothing_more_takes_a_known_login_once_too() {
    let directory = tempfile::tempdir().unwrap();
    let place = |name: &str| directory.path().join(name);
    let sealed = SealedOrDirectoryStore::new(place("key"), place("logins"));
    let waiting = SealedOrDirectoryStore::new(place("later"), place("logins"));
    let stores: [Box<dyn PendingStore>; 4] = [
        Box::new(MemoryStore::new()),
        Box::new(sealed),
        Box::new(waiting.with_key_after_login()),
        Box::new(Box::new(DirectoryStore::new(place("logins"))) as Box<dyn PendingStore>),
    ];
    for store in stores {
        let state = store.put(&pending(NOW)).unwrap();
        let login = store.read(&state, UnixTime(NOW)).unwrap();
        let again = || store.take_known(&state, login.key(), login.begun(), UnixTime(NOW));
        assert_eq!(verdict(take_known(&*store, &state, UnixTime(NOW))), "won");
        assert_eq!(outcome(again()), "used", "{store:?}");
        assert_eq!(verdict(store.take(&state, UnixTime(NOW))), "used");
    }
}
