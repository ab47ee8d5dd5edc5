//! Logins in memory.

use super::logins::{pending, same, verdict};
use super::*;

fn at(time: u64) -> UnixTime {
    UnixTime(time)
}

fn put(store: &MemoryStore, begun: u64) -> String {
    store.put(&pending(begun)).unwrap()
}

#[test]
fn a_login_in_memory_is_read_as_often_as_needed_and_taken_once() {
    let store = MemoryStore::new();
    let login = pending(NOW);
    let state = store.put(&login).unwrap();
    assert_eq!(state, login.state().as_str());
    for _ in 0..2 {
        assert!(same(&store.read(&state, at(NOW + 5)).unwrap(), &login));
    }
    assert!(same(&store.take(&state, at(NOW + 5)).unwrap(), &login));
    assert_eq!(verdict(store.take(&state, at(NOW + 6))), "used");
    assert_eq!(verdict(store.read(&state, at(NOW + LIFETIME))), "used");
    for unknown in ["", "x", &"A".repeat(43), &"A".repeat(1 << 20)] {
        assert_eq!(verdict(store.take(unknown, at(NOW))), "unknown");
    }
}

#[test]
fn a_login_in_memory_expires_and_is_forgotten_later() {
    let store = MemoryStore::new();
    let state = put(&store, NOW);
    assert_eq!(verdict(store.take(&state, at(NOW + LIFETIME))), "expired");
    assert_eq!(verdict(store.take(&state, at(NOW - LIFETIME - 1))), "expired");
    put(&store, NOW + 3 * LIFETIME - 1);
    assert_eq!(verdict(store.take(&state, at(NOW + LIFETIME))), "expired");
    put(&store, NOW + 3 * LIFETIME);
    assert_eq!(verdict(store.take(&state, at(NOW + LIFETIME))), "unknown");
}

#[test]
fn a_state_that_comes_again_does_not_bring_a_taken_login_back() {
    let store = MemoryStore::new();
    let login = pending(NOW);
    let state = store.put(&login).unwrap();
    store.take(&state, at(NOW)).unwrap();
    assert_eq!(store.put(&login).unwrap_err().code(), "no_entropy");
    assert_eq!(verdict(store.take(&state, at(NOW))), "used");
}

#[test]
fn a_flood_in_memory_gives_up_the_oldest_and_blocks_nobody() {
    let store = MemoryStore::with_bound(100);
    let states: Vec<_> = (0..250).map(|_| put(&store, NOW)).collect();
    for (number, state) in states.iter().enumerate() {
        let expected = if number < 150 { "unknown" } else { "won" };
        assert_eq!(verdict(store.take(state, at(NOW))), expected, "{number}");
    }
}

#[test]
fn one_of_many_threads_gets_the_login_in_memory() {
    let store = MemoryStore::new();
    let state = put(&store, NOW);
    let start = Barrier::new(16);
    let won = thread::scope(|scope| {
        let take = || {
            start.wait();
            verdict(store.take(&state, at(NOW))) == "won"
        };
        let takers: Vec<_> = (0..16).map(|_| scope.spawn(take)).collect();
        takers.into_iter().map(|taker| taker.join().unwrap()).filter(|won| *won).count()
    });
    assert_eq!(won, 1);
    assert_eq!(format!("{store:?}"), "MemoryStore");
}
