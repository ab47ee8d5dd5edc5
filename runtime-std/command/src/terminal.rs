//! The terminal's own line editing, which cuts lines at 4,095 bytes, is off while an address may be pasted.

/// Puts the terminal back as it was when it is dropped.
pub(crate) struct Unbuffered {
    #[cfg(unix)]
    before: rustix::termios::Termios,
    is_silent: bool,
}

impl Unbuffered {
    /// Whether the terminal shows nothing of what is typed, so that the reader has to.
    pub(crate) fn is_silent(&self) -> bool {
        self.is_silent
    }
}

#[cfg(unix)]
impl Unbuffered {
    /// Nothing, unless standard input is a terminal, and ours at the moment.
    pub(crate) fn enter() -> Option<Self> {
        use std::io::IsTerminal as _;

        use rustix::stdio::stdin;
        use rustix::termios::{
            LocalModes, OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr,
        };

        if !is_ours() {
            return None;
        }
        let before = tcgetattr(stdin()).ok()?;
        let mut modes = before.clone();
        // Whoever types still has to see it.
        let is_silent = std::io::stderr().is_terminal();
        modes.local_modes.remove(LocalModes::ICANON);
        modes.local_modes.set(LocalModes::ECHO, !is_silent);
        // A read gives what is there, and waits for one byte at least.
        modes.special_codes[SpecialCodeIndex::VMIN] = 1;
        modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(stdin(), OptionalActions::Now, &modes).ok()?;
        Some(Unbuffered { before, is_silent })
    }
}

#[cfg(unix)]
impl Drop for Unbuffered {
    fn drop(&mut self) {
        use rustix::stdio::stdin;
        use rustix::termios::{OptionalActions, tcsetattr};
        // In the background, the shell has done so, and we would be stopped.
        if is_ours() {
            let _ = tcsetattr(stdin(), OptionalActions::Now, &self.before);
        }
    }
}

/// Whether this process is in the foreground of the terminal that is its standard input: whoever isn't
/// is stopped when it reads.
#[cfg(unix)]
pub(crate) fn is_ours() -> bool {
    let foreground = rustix::termios::tcgetpgrp(rustix::stdio::stdin());
    foreground.is_ok_and(|group| group == rustix::process::getpgrp())
}

#[cfg(not(unix))]
impl Unbuffered {
    /// Consoles of other systems keep what they have.
    pub(crate) fn enter() -> Option<Self> {
        None
    }
}
