//! Ctrl-C, and other signals that end a process: end a wait for the browser with a sentence, and everything else at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use onerealm::loopback::Canceller;

use crate::failure::Failure;
use crate::status_line;

/// The status that shells give to an interrupted program.
const STATUS: u8 = 130;

static WAITING: Mutex<Option<Canceller>> = Mutex::new(None);
static LAST: Mutex<Option<fn()>> = Mutex::new(None);
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on, Ctrl-C ends the process with status 130.
pub(crate) fn watch() {
    // Where it can't be watched, the system ends the process, which is as good.
    let _ = ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::SeqCst);
        match &*WAITING.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(canceller) => canceller.cancel(),
            None => {
                status_line::erase();
                if let Some(last) = *LAST.lock().unwrap_or_else(PoisonError::into_inner) {
                    last();
                }
                std::process::exit(STATUS.into())
            }
        }
    });
}

/// The same, after `last`, unless there is something to do already.
pub(crate) fn watch_with(last: fn()) {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(last);
    watch();
}

/// Does what must not be done in part: an interrupt waits for it, and ends the process then.
pub(crate) fn held<T>(whole: impl FnOnce() -> T) -> T {
    let _held = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    let done = whole();
    // An interrupt from here on finds it done.
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = None;
    done
}

/// From now on, Ctrl-C ends the process with status 130 after `last`.
#[cfg(feature = "demo")]
pub(crate) fn end_after(mut last: impl FnMut() + Send + 'static) {
    let _ = ctrlc::set_handler(move || {
        last();
        std::process::exit(STATUS.into());
    });
}

/// What ends with an interrupt, instead of the process.
pub(crate) fn wait_with(canceller: Option<Canceller>) {
    *WAITING.lock().unwrap_or_else(PoisonError::into_inner) = canceller;
}

/// Whether a wait ended that way.
pub(crate) fn check() -> Result<(), Failure> {
    if !INTERRUPTED.load(Ordering::SeqCst) {
        return Ok(());
    }
    Err(Failure::new(
        "interrupted",
        "the login was interrupted; nothing is left of it here".to_owned(),
        STATUS,
    ))
}
