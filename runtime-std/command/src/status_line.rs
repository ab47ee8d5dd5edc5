//! The last line of a terminal while the command waits: for what, and how long. It is written over each second, and
//! gone when the wait is over.

use std::env;
use std::io::{IsTerminal as _, Write as _, stderr};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a line stays as it is.
const TICK: Duration = Duration::from_secs(1);
/// Where a terminal doesn't tell how wide it is.
const USUAL_WIDTH: usize = 80;

static SHOWN: Mutex<Shown> = Mutex::new(Shown { columns: 0, is_held_back: false });

struct Shown {
    /// How many columns of the terminal's last line are ours. None, if it isn't there.
    columns: usize,
    /// Whether the line belongs to whoever types.
    is_held_back: bool,
}

/// Shows the line until it is dropped.
pub(crate) struct StatusLine {
    ticks: Option<(Sender<()>, JoinHandle<()>)>,
}

impl StatusLine {
    /// Shows what `line` gives, in ASCII; nothing where standard error is no terminal on which a line can be written
    /// over.
    pub(crate) fn show(line: impl Fn() -> String + Send + 'static) -> Self {
        if !can_be_written_over() {
            return StatusLine { ticks: None };
        }
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            loop {
                shown().draw(&line());
                if stopped.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        });
        StatusLine { ticks: Some((stop, thread)) }
    }

    /// Shows nothing.
    pub(crate) fn none() -> Self {
        StatusLine { ticks: None }
    }
}

impl Drop for StatusLine {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.ticks.take() {
            drop(stop);
            // It can only have panicked, and then it writes nothing either.
            let _ = thread.join();
            erase();
        }
    }
}

/// Takes the line away, until it is written again.
pub(crate) fn erase() {
    shown().erase();
}

/// Writes to standard error, in the line's place.
pub(crate) fn write_above(bytes: &[u8]) {
    let mut shown = shown();
    shown.erase();
    let _ = stderr().write_all(bytes);
}

/// Takes the line away while somebody types, and has it come back afterwards.
pub(crate) fn hold_back(is_held_back: bool) {
    let mut shown = shown();
    shown.is_held_back = is_held_back;
    if is_held_back {
        shown.erase();
    }
}

fn shown() -> MutexGuard<'static, Shown> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shown {
    fn draw(&mut self, line: &str) {
        if self.is_held_back || !is_ours() {
            return;
        }
        let written = over(self.columns, line, width());
        self.columns = line.len().min(width() - 1);
        let _ = stderr().write_all(written.as_bytes());
    }

    fn erase(&mut self) {
        let columns = std::mem::take(&mut self.columns);
        // In the background, the terminal's last line is the shell's.
        if columns > 0 && is_ours() {
            let _ = stderr().write_all(over(columns, "", width()).as_bytes());
        }
    }
}

/// What puts `line` in the place of one of so many columns. With carriage returns and
/// backspaces alone, that works on every terminal. The last column stays empty: after it, some terminals begin another line.
fn over(columns: usize, line: &str, width: usize) -> String {
    let most = width - 1;
    let line: String = line.chars().take(most).collect();
    let rest = columns.min(most).saturating_sub(line.len());
    format!("\r{line}{}{}", " ".repeat(rest), "\x08".repeat(rest))
}

fn can_be_written_over() -> bool {
    let kind = env::var_os("TERM").unwrap_or_default();
    stderr().is_terminal() && (cfg!(windows) || !(kind.is_empty() || kind == "dumb"))
}

/// Whether this process is in the foreground of the terminal that is its standard error.
#[cfg(unix)]
fn is_ours() -> bool {
    let foreground = rustix::termios::tcgetpgrp(rustix::stdio::stderr());
    foreground.is_ok_and(|group| group == rustix::process::getpgrp())
}

#[cfg(not(unix))]
fn is_ours() -> bool {
    true
}

/// In columns, two at least. It is asked for each time: the window may have another size by now.
fn width() -> usize {
    let told = told_width().filter(|width| *width > 0);
    told.unwrap_or(USUAL_WIDTH).max(2)
}

#[cfg(unix)]
fn told_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(rustix::stdio::stderr()).ok()?;
    Some(size.ws_col.into())
}

#[cfg(windows)]
fn told_width() -> Option<usize> {
    let window = crossterm_winapi::ScreenBuffer::current().ok()?.info().ok()?.terminal_window();
    usize::try_from(i32::from(window.right) - i32::from(window.left) + 1).ok()
}

#[cfg(not(any(unix, windows)))]
fn told_width() -> Option<usize> {
    None
}

/// Minutes and seconds.
pub(crate) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_covers_what_was_there_and_leaves_the_last_column_empty() {
        assert_eq!(over(0, "abc", 80), "\rabc");
        assert_eq!(over(5, "abc", 80), "\rabc  \x08\x08");
        assert_eq!(over(3, "", 80), "\r   \x08\x08\x08");
        assert_eq!(over(0, "abcdef", 5), "\rabcd");
        // The window became narrower.
        assert_eq!(over(60, "abcdef", 5), "\rabcd");
        assert_eq!(over(60, "", 5), "\r    \x08\x08\x08\x08");
        assert_eq!(over(60, "abc", 2), "\ra");
    }

    #[test]
    fn a_time_is_minutes_and_seconds() {
        let clock = |seconds| clock(Duration::from_secs(seconds));
        assert_eq!((&*clock(0), &*clock(9), &*clock(600)), ("0:00", "0:09", "10:00"));
    }
}
