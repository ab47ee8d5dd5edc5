//! Connections kept for the next login, if the program asks for it.

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use super::line::Line;

/// The most lines to keep; more are closed.
const LINES: usize = 16;

/// Lines left by earlier logins.
#[derive(Default)]
pub(super) struct Lines {
    /// How long to keep them; if unset, not at all.
    idle: OnceLock<Duration>,
    waiting: Mutex<Vec<Waiting>>,
    /// The most room that a request has needed so far.
    room: AtomicUsize,
}

struct Waiting {
    line: Line,
    since: Instant,
    /// A forked child inherits its parent's lines, and must not use them.
    process: u32,
}

impl Lines {
    /// Keeps lines from now on. The first call decides for how long.
    pub(super) fn keep(&self, idle: Duration) {
        let _ = self.idle.set(idle);
    }

    pub(super) fn idle(&self) -> Option<Duration> {
        self.idle.get().copied()
    }

    /// The room of a new line whose first request needs so much: its next one may need what others have needed before.
    pub(super) fn room(&self, needed: usize) -> usize {
        self.room.fetch_max(needed, Ordering::Relaxed).max(needed)
    }

    /// Removes the matching line that has waited least.
    pub(super) fn take(&self, fits: impl Fn(&Line) -> bool) -> Option<Line> {
        let mut waiting = self.waiting()?;
        let place = waiting.iter().rposition(|waiting| fits(&waiting.line))?;
        Some(waiting.remove(place).line)
    }

    pub(super) fn put(&self, line: Line) {
        let Some(mut waiting) = self.waiting() else { return };
        if waiting.len() < LINES {
            waiting.push(Waiting { line, since: Instant::now(), process: std::process::id() });
        }
    }

    /// This process's lines that have time left. No call waits for the lock: after a fork, the
    /// thread holding it may not exist.
    fn waiting(&self) -> Option<MutexGuard<'_, Vec<Waiting>>> {
        let mut waiting = match self.waiting.try_lock() {
            Ok(waiting) => waiting,
            Err(TryLockError::Poisoned(poisoned)) => PoisonError::into_inner(poisoned),
            Err(TryLockError::WouldBlock) => return None,
        };
        let (idle, process) = (self.idle()?, std::process::id());
        waiting.retain(|waiting| waiting.process == process && waiting.since.elapsed() < idle);
        Some(waiting)
    }
}
