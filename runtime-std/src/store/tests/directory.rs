//! Logins as files, by their state.

use super::logins::{pending, same, verdict};
use super::*;

fn directory_store() -> (tempfile::TempDir, DirectoryStore) {
    let parent = tempfile::tempdir().unwrap();
    let store = DirectoryStore::new(parent.path().join("logins"));
    (parent, store)
}

/// The path of a login's file.
fn file(parent: &tempfile::TempDir, login: &PendingAuthorization) -> PathBuf {
    let slots = Slots::new(parent.path().join("logins"));
    batch(&slots, login.begun().0).join(hex(&login.key().0))
}

#[test]
fn a_login_is_kept_under_its_own_state_and_taken_once() {
    let (_parent, store) = directory_store();
    let logins = [pending(NOW), pending(NOW + 1)];
    let states = logins.each_ref().map(|login| store.put(login).unwrap());
    for (login, state) in logins.iter().zip(&states).rev() {
        assert_eq!(state, login.state().as_str());
        assert!(same(&store.read(state, UnixTime(NOW + 2)).unwrap(), login));
        assert!(same(&store.take(state, UnixTime(NOW + 2)).unwrap(), login));
        assert_eq!(verdict(store.take(state, UnixTime(NOW + 2))), "used");
    }
}

#[test]
fn another_logins_file_under_a_logins_name_is_refused() {
    let (parent, store) = directory_store();
    let [mine, other] = [pending(NOW), pending(NOW)];
    let state = store.put(&mine).unwrap();
    store.put(&other).unwrap();
    fs::copy(file(&parent, &other), file(&parent, &mine)).unwrap();
    let error = store.read(&state, UnixTime(NOW)).unwrap_err();
    assert_eq!(error.code(), "pending_damaged");
    assert!(error.to_string().contains(file(&parent, &mine).to_str().unwrap()), "{error}");
}

#[test]
fn case_108_text_that_is_no_state_is_unknown_and_nothing_is_looked_for() {
    let parent = tempfile::tempdir().unwrap();
    // A file, so that looking for a login would be an error.
    fs::write(parent.path().join("logins"), b"").unwrap();
    let store = DirectoryStore::new(parent.path().join("logins"));
    for state in ["", "x", &"A".repeat(42), &"A".repeat(44), &"A".repeat(1 << 20)] {
        assert_eq!(verdict(store.read(state, UnixTime(NOW))), "unknown");
        assert_eq!(verdict(store.take(state, UnixTime(NOW))), "unknown");
    }
    let error = store.take(&"A".repeat(43), UnixTime(NOW)).unwrap_err();
    assert_eq!(error.code(), "store_unsafe");
}

#[test]
fn a_store_may_be_chosen_while_the_program_runs() {
    let (_parent, store) = directory_store();
    let store: Box<dyn PendingStore> = Box::new(store);
    let login = pending(NOW);
    let state = PendingStore::put(&store, &login).unwrap();
    assert!(same(&PendingStore::read(&store, &state, UnixTime(NOW)).unwrap(), &login));
    assert!(same(&PendingStore::take(&store, &state, UnixTime(NOW)).unwrap(), &login));
    PendingStore::authenticated(&store, UnixTime(NOW));
}
