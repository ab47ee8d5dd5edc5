//! The callback URL, pasted at the terminal by an end user whose browser is elsewhere.

use std::io::BufRead;
use std::sync::{Arc, Mutex, PoisonError};

use crate::say::say;

/// What the end user pasted, as soon as it is there.
#[derive(Clone, Default)]
pub(crate) struct Pasted(Arc<Mutex<Option<String>>>);

impl Pasted {
    /// Reads lines in the background; the first that `accept` takes is kept, and `then` is called.
    pub(crate) fn read(
        &self,
        accept: impl Fn(&str) -> bool + Send + 'static,
        then: impl FnOnce() + Send + 'static,
    ) {
        let pasted = self.clone();
        std::thread::spawn(move || {
            let lines = std::io::stdin().lock().lines().map_while(Result::ok);
            for line in lines.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()) {
                if accept(&line) {
                    *pasted.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(line);
                    return then();
                }
                say!(
                    "That is not the URL that this login's browser was sent to. Paste the whole URL:"
                );
            }
        });
    }

    pub(crate) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
