//! Questions to whoever sits at the terminal.

use std::io::IsTerminal as _;

use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::interrupt;
use crate::output::say_text;
use crate::say::say;

/// The longest answer, in bytes.
const LEN: usize = 4096;

/// Whether somebody can be asked.
pub(crate) fn has_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks until the answer is accepted, and says each time why it isn't. An empty answer stands for the default, if
/// there is one. What was `given` already is taken as the first answer.
pub(crate) fn until<T>(
    question: &str,
    default: Option<&str>,
    mut given: Option<String>,
    mut accept: impl FnMut(&str) -> Result<T, String>,
) -> Result<T, Failure> {
    let question = match default {
        Some(default) => format!("{question} [{default}]: "),
        None => format!("{question}: "),
    };
    loop {
        let answer = match given.take() {
            Some(given) => given,
            None => line(&question)?.trim().to_owned(),
        };
        let answer = if answer.is_empty() { default.unwrap_or_default() } else { &answer };
        let reason = match accept(answer) {
            Ok(accepted) => return Ok(accepted),
            Err(_) if answer.is_empty() => "an answer is needed".to_owned(),
            Err(reason) => reason,
        };
        say!("  {reason}.");
    }
}

/// Whether the answer is yes; an empty one is no.
pub(crate) fn confirm(question: &str) -> Result<bool, Failure> {
    until(&format!("{question} (yes or no)"), Some("no"), None, |answer| {
        match answer.to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ => Err("answer yes or no".to_owned()),
        }
    })
}

fn line(question: &str) -> Result<Zeroizing<String>, Failure> {
    loop {
        say_text(question);
        if let Some(answer) = answered(reading::line())? {
            return Ok(answer);
        }
    }
}

/// The same for a secret, which the terminal doesn't show.
pub(crate) fn hidden(question: &str) -> Result<Zeroizing<String>, Failure> {
    interrupt::watch_with(reading::restore);
    loop {
        // What is pasted at once must not be shown either.
        if let Some(answer) = answered(reading::hidden_line(|| say_text(question)))? {
            return Ok(answer);
        }
    }
}

/// What was read, if it can be an answer.
fn answered(
    read: std::io::Result<Zeroizing<Vec<u8>>>,
) -> Result<Option<Zeroizing<String>>, Failure> {
    let bytes =
        read.map_err(|error| Failure::usage(format!("the terminal can't be read: {error}")))?;
    if bytes.is_empty() {
        say!("");
        return Err(Failure::usage("the input ended before the answer; nothing was written"));
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) if bytes.len() < LEN => {
            Ok(Some(Zeroizing::new(text.trim_end_matches(['\n', '\r']).to_owned())))
        }
        _ => {
            say!("  the answer must be a line of text in UTF-8, and shorter than {LEN} bytes.");
            Ok(None)
        }
    }
}

/// Puts the terminal back at an interrupt, and says what came of it.
pub(crate) fn end() {
    reading::restore();
    say!("\nInterrupted; nothing was written.");
}

#[cfg(unix)]
mod reading {
    use std::io;
    use std::sync::{Mutex, PoisonError};

    use rustix::io::Errno;
    use rustix::stdio::stdin;
    use rustix::termios::{
        LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
    };

    use super::*;

    /// The terminal has no such key (`_POSIX_VDISABLE`).
    const NO_KEY: u8 = if cfg!(any(target_os = "linux", target_os = "android")) { 0 } else { 0xff };

    /// The terminal as it was, while it shows nothing.
    static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

    /// A line with its end; nothing at the end of the input. Without a buffer of `std`'s, which would keep a secret.
    pub(super) fn line() -> io::Result<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LEN));
        let mut byte = [0];
        loop {
            match rustix::io::read(stdin(), &mut byte) {
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(0) => return Ok(bytes),
                // What is too long is read to its end all the same.
                Ok(_) if bytes.len() < LEN => bytes.extend_from_slice(&byte),
                Ok(_) => {}
            }
            if byte == *b"\n" {
                return Ok(bytes);
            }
        }
    }

    pub(super) fn hidden_line(ask: impl FnOnce()) -> io::Result<Zeroizing<Vec<u8>>> {
        let before = tcgetattr(stdin())?;
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ECHO);
        modes.local_modes.insert(LocalModes::ECHONL);
        // Nothing could put the terminal back that these keys end or stop, and the first writes memory to a file.
        for key in [SpecialCodeIndex::VQUIT, SpecialCodeIndex::VSUSP] {
            modes.special_codes[key] = NO_KEY;
        }
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
        tcsetattr(stdin(), OptionalActions::Now, &modes)?;
        ask();
        let read = line();
        restore();
        read
    }

    pub(super) fn restore() {
        if let Some(before) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = tcsetattr(stdin(), OptionalActions::Now, &before);
        }
    }
}

#[cfg(not(unix))]
mod reading {
    use std::io::{self, BufRead as _};

    use super::*;

    pub(super) fn line() -> io::Result<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LEN));
        io::stdin().lock().read_until(b'\n', &mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn hidden_line(ask: impl FnOnce()) -> io::Result<Zeroizing<Vec<u8>>> {
        ask();
        let mut text = Zeroizing::new(rpassword::read_password()?.into_bytes());
        text.push(b'\n');
        Ok(text)
    }

    /// A console has its modes back when the process ends.
    pub(super) fn restore() {}
}
