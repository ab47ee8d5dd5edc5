//! One asks at a time: others wait, and use the answer.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

use crate::lock::lock;

/// Whose turn it is.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    /// The asking process. A forked child must not wait for a thread of its parent.
    taken: Mutex<Option<u32>>,
    given_back: Condvar,
}

/// A turn, given back when it is dropped.
pub(crate) struct Taken<'t>(&'t Turn);

impl Turn {
    /// Waits for the turn; `None` if it doesn't come before `deadline`.
    pub(crate) fn take(&self, deadline: Instant) -> Option<Taken<'_>> {
        let process = Some(std::process::id());
        let mut taken = lock(&self.taken);
        while *taken == process {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            let waited = self.given_back.wait_timeout(taken, left);
            (taken, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        *taken = process;
        Some(Taken(self))
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *lock(&self.0.taken) = None;
        self.0.given_back.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_turn_comes_when_it_is_given_back_or_not_at_all() {
        let turn = Turn::default();
        let soon = || Instant::now() + Duration::from_millis(20);
        let taken = turn.take(soon()).unwrap();
        assert!(turn.take(soon()).is_none());
        std::thread::scope(|scope| {
            let waiting =
                scope.spawn(|| turn.take(Instant::now() + Duration::from_secs(60)).is_some());
            drop(taken);
            assert!(waiting.join().unwrap());
        });
        // The thread that holds it does not exist in a forked child.
        let _taken = turn.take(soon()).unwrap();
        *lock(&turn.taken) = Some(std::process::id() + 1);
        assert!(turn.take(soon()).is_some());
    }
}
