//! Connections that wait for the next login, if the program asks for it.

use std::fmt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use super::line::Line;

/// The most lines that wait at once; more are closed.
const LINES: usize = 16;

/// Lines that logins have left.
#[derive(Default)]
pub(super) struct Lines {
    /// How long they may wait; if unset, they don't.
    idle: OnceLock<Duration>,
    waiting: Mutex<Vec<Waiting>>,
}

struct Waiting {
    line: Line,
    since: Instant,
    /// A forked child has its parent's lines, and must not use them.
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

    /// Removes a line that fits: the one that has waited least.
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

    /// Those of this process that have time left. No call waits for the lock: after a fork, the
    /// thread that held it may be gone.
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

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lines")
    }
}

#[cfg(test)]
mod tests {
    use super::super::trust::Trust;
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn put(lines: &Lines, url: &str) {
        let client = Trust::Nobody.client().unwrap();
        lines.put(Line::new(Trust::Nobody, url, client, HOUR));
    }

    fn has(lines: &Lines, url: &str) -> bool {
        lines.take(|line| line.begins_with(url, &Trust::Nobody)).is_some()
    }

    fn kept(urls: &[&str]) -> Lines {
        let lines = Lines::default();
        lines.keep(HOUR);
        urls.iter().for_each(|url| put(&lines, url));
        lines
    }

    #[test]
    fn a_line_is_taken_once_and_by_who_begins_with_the_same_request() {
        let lines = kept(&["https://a/token", "https://b/token"]);
        assert!(!has(&lines, "https://a"));
        assert!(has(&lines, "https://a/token"));
        assert!(!has(&lines, "https://a/token"));
        assert!(has(&lines, "https://b/token"));
    }

    #[test]
    fn nothing_waits_unless_somebody_says_so() {
        let lines = Lines::default();
        put(&lines, "a");
        lines.keep(HOUR);
        assert!(!has(&lines, "a"));
    }

    #[test]
    fn a_child_has_no_line_of_its_parent() {
        let lines = kept(&["a", "b"]);
        lines.waiting.lock().unwrap()[0].process += 1;
        assert!(!has(&lines, "a"));
        assert!(has(&lines, "b"));
    }

    #[test]
    fn a_line_that_has_waited_too_long_is_closed() {
        let lines = Lines::default();
        lines.keep(Duration::ZERO);
        put(&lines, "a");
        assert!(!has(&lines, "a"));
        assert_eq!(lines.waiting.lock().unwrap().len(), 0);
    }

    #[test]
    fn who_holds_the_lines_keeps_no_login_waiting() {
        let lines = kept(&["a"]);
        let held = lines.waiting.lock().unwrap();
        assert!(!has(&lines, "a"));
        put(&lines, "b");
        drop(held);
        assert!(has(&lines, "a"));
        assert!(!has(&lines, "b"));
    }

    #[test]
    fn lines_that_wait_are_bounded() {
        let lines = kept(&["a"; LINES + 5]);
        assert_eq!(lines.waiting.lock().unwrap().len(), LINES);
    }
}
