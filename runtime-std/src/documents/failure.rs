//! A provider that fails, remembered for a moment: with one that hangs, each login would hold a
//! thread for its whole deadline, and anybody can begin logins.
//!
//! A failure is reported at once while it is remembered. After that, one caller asks again, and the
//! others get the failure until that one knows better.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::error::cause::Cause;
use crate::lock::lock;
use crate::turn::{Taken, Turn};

/// For how long, unless the program says otherwise: whoever mends a network notices no more than a
/// pause.
pub(super) const FAILURE_PAUSE: Duration = Duration::from_secs(5);
/// How much longer others get the failure while one caller asks again: as long as a call may take.
const WHILE_ASKED: Duration = Duration::from_secs(20);

/// The last failure to get a document, if nobody got it since.
#[derive(Default)]
pub(super) struct Failures(Mutex<Option<Failed>>);

#[derive(Clone)]
struct Failed {
    error: Arc<Error>,
    at: Instant,
}

impl Failures {
    /// Takes the turn to ask, for which `wait` waits. Fails at once with the last failure if that is
    /// younger than `pause`, or if another caller is already finding out whether it is over.
    pub(super) fn turn<'t>(
        &self,
        turn: &'t Turn,
        pause: Duration,
        wait: impl FnOnce() -> Result<Taken<'t>, Error>,
    ) -> Result<Taken<'t>, Error> {
        self.check(pause)?;
        let remembered = if pause.is_zero() { pause } else { pause.saturating_add(WHILE_ASKED) };
        let taken = match self.within(remembered) {
            Some(failed) => turn.take(Instant::now()).ok_or_else(|| failed.report(None))?,
            None => wait()?,
        };
        // Another caller may have failed meanwhile.
        self.check(pause)?;
        Ok(taken)
    }

    /// Remembers how asking went. What failed on this machine is no failure of the provider's.
    pub(super) fn keep<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        let error = outcome.as_ref().err().filter(|error| !is_local(error));
        // The caller gets the error itself.
        let error = error.map(|error| Arc::new(error.earlier(Duration::ZERO, None)));
        *lock(&self.0) = error.map(|error| Failed { error, at: Instant::now() });
        outcome
    }

    /// Forgets the failure: the document was fetched ahead.
    pub(super) fn end(&self) {
        *lock(&self.0) = None;
    }

    fn check(&self, pause: Duration) -> Result<(), Error> {
        self.within(pause).map_or(Ok(()), |failed| Err(failed.report(Some(pause))))
    }

    fn within(&self, time: Duration) -> Option<Failed> {
        lock(&self.0).clone().filter(|failed| failed.at.elapsed() < time)
    }
}

impl Failed {
    /// The provider is asked again after `pause`, or else another caller asks it already.
    fn report(self, pause: Option<Duration>) -> Error {
        let ago = self.at.elapsed();
        let again = pause.map(|pause| pause.saturating_sub(ago));
        self.error.earlier(ago, again)
    }
}

fn is_local(error: &Error) -> bool {
    matches!(error.cause(), Cause::Http(error) if error.is_local())
}

#[cfg(test)]
mod tests {
    use onerealm_core::JwksError;

    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    fn error() -> Error {
        Cause::Jwks { url: "https://a.example".to_owned(), error: JwksError::NoneUsable }.into()
    }

    fn failed(before: Duration) -> Failures {
        let failures = Failures::default();
        failures.keep(Err::<(), _>(error())).unwrap_err();
        lock(&failures.0).as_mut().unwrap().at = Instant::now().checked_sub(before).unwrap();
        failures
    }

    /// What a caller gets: the turn, a failure, or a wait.
    fn ask(failures: &Failures, turn: &Turn, pause: Duration) -> String {
        let wait = || Err(onerealm_core::wire::BufferTooSmall { needed: 1 }.into());
        match failures.turn(turn, pause, wait) {
            Ok(_) => "turn".to_owned(),
            Err(error) if matches!(error.cause(), Cause::Message(_)) => "wait".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_failure_is_reported_at_once_and_then_one_caller_asks() {
        let pause = FAILURE_PAUSE;
        let (free, taken) = (Turn::default(), Turn::default());
        let _taken = taken.take(Instant::now()).unwrap();
        let of = |seconds| failed(Duration::from_secs(seconds));
        let sentence = error().to_string();
        let young = format!("{sentence} (this was 3 s ago; the provider is asked again in 2 s)");
        let asked = format!("{sentence} (this was 6 s ago; the provider is being asked again now)");
        for (failures, turn, expected) in [
            (Failures::default(), &free, "wait"),
            (Failures::default(), &taken, "wait"),
            (of(3), &free, young.as_str()),
            (of(3), &taken, &young),
            (of(6), &free, "turn"),
            (of(6), &taken, &asked),
            // Long ago, and perhaps long over.
            (of(26), &free, "wait"),
            (of(26), &taken, "wait"),
        ] {
            assert_eq!(ask(&failures, turn, pause), expected);
        }
        for seconds in [0, 3, 6, 26] {
            assert_eq!(ask(&of(seconds), &taken, Duration::ZERO), "wait", "whoever always asks");
        }
    }

    #[test]
    fn a_success_ends_it_and_what_failed_here_is_not_remembered() {
        let turn = Turn::default();
        let failures = failed(Duration::ZERO);
        assert_ne!(ask(&failures, &turn, LONG), "wait");
        failures.keep(Ok(())).unwrap();
        assert_eq!(ask(&failures, &turn, LONG), "wait");
        let local = crate::http::Http::default()
            .trusting(Some(std::path::Path::new("/nowhere/ca.pem")))
            .name_at("https://a.example")
            .unwrap_err();
        assert_eq!(local.code(), "ca_file");
        failures.keep(Err::<(), _>(local.into())).unwrap_err();
        assert_eq!(ask(&failures, &turn, LONG), "wait");
    }

    #[test]
    fn whoever_waited_gets_the_failure_of_the_one_before() {
        let (failures, turn) = (Failures::default(), Turn::default());
        let outcome = failures.turn(&turn, LONG, || {
            // Meanwhile.
            failures.keep(Err::<(), _>(error())).unwrap_err();
            Ok(turn.take(Instant::now()).unwrap())
        });
        let error = outcome.err().unwrap();
        assert!(matches!(error.cause(), Cause::Earlier(_)));
        assert!(turn.take(Instant::now()).is_some(), "it was given back");
    }
}
