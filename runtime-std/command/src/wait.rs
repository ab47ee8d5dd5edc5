//! The wait for the end user's return: to the listener, or by hand at the terminal.

mod told;

use std::io::{IsTerminal as _, stdin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use onerealm::loopback::{Arrival, Candidate, ListenerError, LoopbackListener, Page};
use onerealm::{Callback, ProviderWords};
use onerealm_core::wire::FormPairs;
use onerealm_core::{AuthorizationResponse, PendingKey, policy};
use zeroize::Zeroizing;

use self::told::Told;
use crate::browser_arguments::Browser;
use crate::callback_at_terminal::{CallbackAtTerminal, has_terminal};
use crate::failure::Failure;
use crate::interrupt;
use crate::opener::{self, Failed, NoBrowser};
use crate::pasted::Pasted;
use crate::result_page::not_expected;
use crate::say::say;
use crate::shown::shown;
use crate::status_line::{StatusLine, clock};

/// After how long an end user may be looking at an error page of the provider, which sends nobody back.
const HINT_AFTER: Duration = Duration::from_secs(25);

/// The end user is back.
pub(crate) struct Returned {
    callback: Pasted,
    listener: LoopbackListener,
}

impl Returned {
    pub(crate) fn callback(&self) -> Callback<'_> {
        self.callback.callback()
    }

    #[cfg(feature = "pve")]
    pub(crate) fn pasted(&self) -> &Pasted {
        &self.callback
    }

    /// Shows the browser what came of it.
    pub(crate) fn conclude(self, page: Page) {
        self.listener.conclude(page);
    }
}

/// Sends the browser to `url`, and gives the callback with the state of `key` that comes of it.
pub(crate) fn wait(
    listener: LoopbackListener,
    browser: &Browser,
    url: &str,
    key: PendingKey,
) -> Result<Returned, Failure> {
    interrupt::wait_with(Some(listener.canceller()));
    let time = Duration::from_secs(browser.timeout.unwrap_or(policy::LOGIN_LIFETIME));
    let deadline = Instant::now() + time;
    let failed = send_away(&listener, browser, url);
    let terminal = (browser.no_browser || has_terminal()).then(|| {
        ask_for_paste(&listener);
        let canceller = listener.canceller();
        CallbackAtTerminal::read(key, move || canceller.cancel())
    });
    let has_opened = Arc::new(AtomicBool::new(failed.is_none()));
    let status = show_status(terminal.as_ref(), Arc::clone(&has_opened), deadline);
    let mut wait =
        Wait { listener, key, failed, has_opened, told: Told::default(), deadline, time };
    let came = wait.until_back(terminal.as_ref(), &hint(&wait.listener, url));
    // The terminal is as it was before anything else is said.
    drop(status);
    drop(terminal);
    interrupt::wait_with(None);
    interrupt::check()?;
    Ok(Returned { callback: came?, listener: wait.listener })
}

/// Says in place what is waited for, unless that would be in the way of what somebody types.
fn show_status(
    terminal: Option<&CallbackAtTerminal>,
    has_opened: Arc<AtomicBool>,
    deadline: Instant,
) -> StatusLine {
    if stdin().is_terminal() && !terminal.is_some_and(CallbackAtTerminal::sees_each_key) {
        return StatusLine::none();
    }
    StatusLine::show(move || {
        let left = clock(deadline.saturating_duration_since(Instant::now()));
        let what = match has_opened.load(Ordering::Relaxed) {
            true => "the sign-in in the browser",
            false => "the browser to open",
        };
        format!("Waiting for {what}: {left} left")
    })
}

/// Opens the browser or says where to go; gives what tells that it didn't open.
fn send_away(listener: &LoopbackListener, browser: &Browser, url: &str) -> Option<Failed> {
    if browser.no_browser {
        say!("Sign in at:\n{url}");
        if opener::no_browser() == Some(NoBrowser::Ssh) {
            say_how_to_forward(listener);
        }
        return None;
    }
    if let Some(reason) = opener::no_browser() {
        say!("Sign in at:\n{url}");
        say!(
            "{}",
            match reason {
                NoBrowser::Ssh => "No browser was opened, because this is an SSH session.",
                NoBrowser::NoDisplay => "No browser was opened, because there is no display here.",
            }
        );
        say_how_to_forward(listener);
        return None;
    }
    let canceller = listener.canceller();
    // Every user of the machine can read what programs are started with: not the provider's URL then, which has the
    // state and the nonce.
    let opened = listener
        .one_time_address(url)
        .map_err(|error| error.to_string())
        .and_then(|address| opener::open(&address, move || canceller.cancel()));
    match opened {
        Ok(failed) => {
            say!("The browser was sent to the provider. If it doesn't open, go to:\n{url}");
            Some(failed)
        }
        Err(reason) => {
            say!("No browser was opened: {reason}. Sign in at:\n{url}");
            None
        }
    }
}

fn say_how_to_forward(listener: &LoopbackListener) {
    let port = listener.port();
    let host = if listener.redirect_url().contains("[::1]") { "[::1]" } else { "127.0.0.1" };
    say!(
        "From a machine with a browser, forward the port before you sign in there: ssh -L {port}:{host}:{port} HOST"
    );
}

/// Whoever is asked for such an address by a stranger must know that it is a key.
fn ask_for_paste(listener: &LoopbackListener) {
    say!(
        "If the browser is on another machine, paste the address here that it ends at ({}?...).",
        listener.redirect_url()
    );
    say!(
        "Paste only what your own browser shows, and give that address to nobody: whoever has it signs in as you."
    );
}

/// What an end user is told who sees an error page of the provider.
fn hint(listener: &LoopbackListener, url: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let client_id = FormPairs::new(query).flatten().find(|(name, _)| *name == *"client_id");
    let client_id = client_id.map(|(_, value)| value.bytes().collect::<Vec<_>>());
    let client_id = shown(&String::from_utf8_lossy(&client_id.unwrap_or_default()));
    format!(
        "Still waiting. If the browser shows an error of the provider: the redirect URL {} must be registered there for the client {client_id}; for installed applications, many providers take it without the port.",
        listener.redirect_url()
    )
}

struct Wait {
    listener: LoopbackListener,
    key: PendingKey,
    failed: Option<Failed>,
    /// Whether the browser is at the provider, as far as we know.
    has_opened: Arc<AtomicBool>,
    told: Told,
    deadline: Instant,
    time: Duration,
}

impl Wait {
    fn until_back(
        &mut self,
        terminal: Option<&CallbackAtTerminal>,
        hint: &str,
    ) -> Result<Pasted, Failure> {
        let mut hint_at = Some(Instant::now() + HINT_AFTER);
        loop {
            let next = hint_at.map_or(self.deadline, |at| at.min(self.deadline));
            match self.listener.next(next) {
                Ok(Arrival::Callback(candidate)) => {
                    if let Some(callback) = self.judge(candidate) {
                        return Ok(callback);
                    }
                }
                Ok(Arrival::Refused(refusal)) => self.told.refusal(&refusal),
                Ok(Arrival::EnteredAgain) => return Err(entered_again()),
                // The browser did open, whatever its program says.
                Ok(Arrival::Entered) => {
                    self.failed = None;
                    self.has_opened.store(true, Ordering::Relaxed);
                }
                Ok(_) => {}
                Err(ListenerError::Cancelled) => {
                    interrupt::check()?;
                    if let Some(pasted) = terminal.and_then(CallbackAtTerminal::take) {
                        return Ok(pasted);
                    }
                    self.say_why_it_did_not_open();
                }
                Err(_) if Instant::now() >= self.deadline => return Err(self.timed_out()),
                Err(_) => {
                    hint_at = None;
                    say!("{hint}");
                }
            }
        }
    }

    /// The callback, if it is this login's.
    fn judge(&mut self, candidate: Candidate) -> Option<Pasted> {
        let url = Zeroizing::new(candidate.url().to_owned());
        match AuthorizationResponse::from_url(&url) {
            Ok(response) if response.key() == self.key => {
                return Some(Pasted::Url(Zeroizing::new(self.listener.accept(candidate))));
            }
            Ok(_) => self.told.other_state(),
            Err(error) => match ProviderWords::unverified(&url) {
                Some(words) => self.told.unverified(&words),
                None => self.told.no_response(error),
            },
        }
        candidate.refuse(&not_expected());
        None
    }

    fn say_why_it_did_not_open(&mut self) {
        let reason = self.failed.as_ref().and_then(|failed| failed.try_recv().ok());
        if let Some(reason) = reason {
            self.failed = None;
            self.has_opened.store(true, Ordering::Relaxed);
            say!("The browser was not opened: {reason}. Open the URL above yourself.");
        }
    }

    fn timed_out(&self) -> Failure {
        let sentence = format!(
            "nobody came back from the sign-in page within {} seconds; begin the login again",
            self.time.as_secs()
        );
        Failure::new("browser_timeout", sentence, 4)
    }
}

fn entered_again() -> Failure {
    Failure::new(
        "one_time_address_used",
        "the address that the browser was opened at was opened twice; the login was ended, as one of the two may be somebody else on this machine",
        4,
    )
    .fixed_by("begin the login again; if that happens each time, use --no-browser, and look for who reads the arguments of your programs")
}
