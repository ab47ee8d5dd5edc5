//! The terminal's own line editing is off while an address may be pasted: it cuts lines, at 4,095 bytes, and on Windows at
//! the length of the buffer that they are read into.

/// Puts the terminal back as it was when it is dropped.
pub(crate) struct Unbuffered {
    #[cfg(unix)]
    before: rustix::termios::Termios,
    #[cfg(windows)]
    console: crossterm_winapi::ConsoleMode,
    #[cfg(windows)]
    before: u32,
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

#[cfg(windows)]
impl Unbuffered {
    /// Nothing, unless standard input is a console, and standard error one that can show what is typed: a console shows
    /// nothing by itself without its line editing.
    pub(crate) fn enter() -> Option<Self> {
        use std::io::IsTerminal as _;

        use crossterm_winapi::{ConsoleMode, Handle};

        const ENABLE_LINE_INPUT: u32 = 0x2;
        const ENABLE_ECHO_INPUT: u32 = 0x4;

        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return None;
        }
        let console = ConsoleMode::from(Handle::input_handle().ok()?);
        let before = console.mode().ok()?;
        // Ctrl-C stays what it is.
        console.set_mode(before & !(ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT)).ok()?;
        Some(Unbuffered { console, before, is_silent: true })
    }
}

#[cfg(windows)]
impl Drop for Unbuffered {
    fn drop(&mut self) {
        let _ = self.console.set_mode(self.before);
    }
}
