//! The callback, pasted at the terminal by an end user whose browser is elsewhere.

use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use onerealm_core::PendingKey;

use crate::input::{Chunk, Input, Stopper};
use crate::lines::{Line, Lines};
use crate::paste_prompt::{Complaint, PastePrompt};
use crate::pasted::Pasted;
use crate::say::say;
use crate::status_line;
use crate::terminal::Unbuffered;

/// How long a pause ends what is pasted at once.
const PAUSE: Duration = Duration::from_millis(300);

/// Reads in the background until it is dropped.
pub(crate) struct CallbackAtTerminal {
    pasted: Arc<Mutex<Option<Pasted>>>,
    // The thread ends, and then the terminal is as it was.
    stopper: Option<Stopper>,
    thread: Option<JoinHandle<()>>,
    terminal: Option<Unbuffered>,
}

impl CallbackAtTerminal {
    /// Reads what is pasted; for the callback with the state of `key`, `then` is called.
    pub(crate) fn read(key: PendingKey, then: impl FnOnce() + Send + 'static) -> Self {
        let pasted = Arc::default();
        let terminal = Unbuffered::enter();
        let echoes = terminal.as_ref().is_some_and(Unbuffered::is_silent);
        let mut reading = CallbackAtTerminal {
            pasted: Arc::clone(&pasted),
            stopper: None,
            thread: None,
            terminal,
        };
        // Where nothing can be read, the browser may still come back.
        if let Ok((input, stopper)) = Input::start() {
            let mut reader =
                Reader { input, lines: Lines::default(), prompt: PastePrompt::new(key), echoes };
            reading.stopper = Some(stopper);
            reading.thread = Some(std::thread::spawn(move || {
                if let Some(callback) = reader.run() {
                    *pasted.lock().unwrap_or_else(PoisonError::into_inner) = Some(callback);
                    then();
                }
            }));
        }
        reading
    }

    /// Whether what is typed is known before its line ends: elsewhere, the terminal shows it by itself.
    pub(crate) fn sees_each_key(&self) -> bool {
        self.terminal.as_ref().is_some_and(Unbuffered::is_silent)
    }

    /// What was pasted, if it was the callback.
    pub(crate) fn take(&self) -> Option<Pasted> {
        self.pasted.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for CallbackAtTerminal {
    fn drop(&mut self) {
        if let (Some(stopper), Some(thread)) = (self.stopper.take(), self.thread.take()) {
            stopper.stop(thread);
        }
    }
}

/// Whether somebody can paste, without being asked to: a program that pipes something in means it
/// for another.
pub(crate) fn has_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

struct Reader {
    input: Input,
    lines: Lines,
    prompt: PastePrompt,
    /// Whether the terminal shows nothing of what is typed by itself.
    echoes: bool,
}

impl Reader {
    /// The callback, or nothing if no more comes.
    fn run(&mut self) -> Option<Pasted> {
        loop {
            let has_news = self.prompt.has_news() && self.lines.is_empty();
            match self.input.next(has_news.then_some(PAUSE)) {
                Chunk::Bytes(bytes) => {
                    status_line::hold_back(true);
                    for byte in bytes.iter() {
                        self.byte(*byte);
                    }
                    self.is_done_typing();
                }
                Chunk::Pause => {
                    if let Some(callback) = self.settle() {
                        return Some(callback);
                    }
                    self.is_done_typing();
                }
                Chunk::End => {
                    let last = self.lines.end();
                    self.line(last);
                    return if self.prompt.has_news() { self.settle() } else { None };
                }
            }
        }
    }

    /// The line that says what is waited for comes back when nothing is left of what was typed.
    fn is_done_typing(&self) {
        if self.lines.is_empty() && !self.prompt.has_news() {
            status_line::hold_back(false);
        }
    }

    fn byte(&mut self, byte: u8) {
        const END_OF_INPUT: u8 = 0x04;
        const BACKSPACE: u8 = 0x08;
        const DELETE: u8 = 0x7f;
        const KILL: u8 = 0x15;
        match byte {
            BACKSPACE | DELETE if self.echoes => {
                if self.lines.erase() {
                    self.echo(b"\x08 \x08");
                }
            }
            KILL if self.echoes => {
                while self.lines.erase() {
                    self.echo(b"\x08 \x08");
                }
            }
            END_OF_INPUT if self.echoes => {}
            byte => {
                match byte {
                    // What the key gives on a console.
                    b'\r' if cfg!(windows) => self.echo(b"\n"),
                    byte if byte == b'\n' || byte >= b' ' => self.echo(&[byte]),
                    _ => {}
                }
                let line = self.lines.push(byte);
                self.line(line);
            }
        }
    }

    fn echo(&self, bytes: &[u8]) {
        use std::io::Write as _;
        if self.echoes {
            let _ = std::io::stderr().write_all(bytes);
        }
    }

    fn line(&mut self, line: Option<Line>) {
        if let Some(Complaint(sentence)) = line.and_then(|line| self.prompt.take(line)) {
            say!("{sentence}");
        }
    }

    fn settle(&mut self) -> Option<Pasted> {
        match self.prompt.settle() {
            Ok(callback) => Some(callback),
            Err(Complaint(sentence)) => {
                say!("{sentence}");
                None
            }
        }
    }
}
