//! What the server remembers between two requests.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::secret::{Digest, digest};

/// The most entries. The oldest makes room for a new one, so that a flood keeps nobody from signing in.
const MOST: usize = 10_000;

/// Values by a secret that leads to them, each for a limited time.
pub struct Kept<V> {
    /// In seconds.
    lifetime: u64,
    entries: Mutex<HashMap<Digest, (u64, V)>>,
}

impl<V: Clone> Kept<V> {
    pub fn new(lifetime: u64) -> Self {
        Kept { lifetime, entries: Mutex::default() }
    }

    pub fn insert(&self, secret: &str, value: V, now: u64) {
        let mut entries = self.entries();
        entries.retain(|_, (since, _)| self.is_alive(*since, now));
        if entries.len() >= MOST {
            let oldest = entries.iter().min_by_key(|(_, (since, _))| *since);
            if let Some(key) = oldest.map(|(key, _)| *key) {
                entries.remove(&key);
            }
        }
        entries.insert(digest(secret), (now, value));
    }

    pub fn get(&self, secret: &str, now: u64) -> Option<V> {
        let entries = self.entries();
        let (since, value) = entries.get(&digest(secret))?;
        self.is_alive(*since, now).then(|| value.clone())
    }

    pub fn remove(&self, secret: &str) {
        self.entries().remove(&digest(secret));
    }

    fn is_alive(&self, since: u64, now: u64) -> bool {
        now < since.saturating_add(self.lifetime)
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Digest, (u64, V)>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
