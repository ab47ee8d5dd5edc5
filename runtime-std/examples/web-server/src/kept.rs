//! What the server remembers between two requests of a browser.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The most entries. The oldest makes room for a new one, so that a flood keeps nobody from signing in.
const MOST: usize = 10_000;

/// Values by their keys, each for a limited time.
pub struct Kept<K, V> {
    lifetime: Duration,
    entries: Mutex<HashMap<K, (Instant, V)>>,
}

impl<K: Hash + Eq + Clone, V: Clone> Kept<K, V> {
    pub fn new(lifetime: Duration) -> Self {
        Kept { lifetime, entries: Mutex::default() }
    }

    pub fn insert(&self, key: K, value: V) {
        let mut entries = self.entries();
        entries.retain(|_, (begun, _)| begun.elapsed() < self.lifetime);
        if entries.len() >= MOST {
            let oldest = entries.iter().min_by_key(|(_, (begun, _))| *begun);
            if let Some(key) = oldest.map(|(key, _)| key.clone()) {
                entries.remove(&key);
            }
        }
        entries.insert(key, (Instant::now(), value));
    }

    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let entries = self.entries();
        let (begun, value) = entries.get(key)?;
        (begun.elapsed() < self.lifetime).then(|| value.clone())
    }

    pub fn remove<Q: Hash + Eq + ?Sized>(&self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.entries().remove(key);
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<K, (Instant, V)>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
