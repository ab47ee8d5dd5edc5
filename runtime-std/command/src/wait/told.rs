//! What the end user is told of callbacks that were refused: a line each, and not many, as anybody on this machine can
//! cause them.

use onerealm::ProviderWords;
use onerealm::loopback::Refusal;
use onerealm_core::AuthorizationResponseError;

use crate::say::say;
use crate::shown::shown;

/// How many of each kind that come to the right path. (The listener itself bounds the others.)
const MOST: u8 = 3;

#[derive(Default)]
pub(super) struct Told {
    other_state: u8,
    unverified: u8,
    no_response: u8,
}

impl Told {
    pub(super) fn refusal(&mut self, refusal: &Refusal) {
        let what = match refusal {
            Refusal::OtherPath(path) => format!(
                "a callback came to another path ({}): is that the redirect URL that is registered?",
                shown(path)
            ),
            Refusal::Posted => {
                "a callback was posted as a form: the provider ignored that none was asked for"
                    .to_owned()
            }
            Refusal::OtherHost => "a callback named another host than the redirect URL".to_owned(),
            Refusal::Scripted => "a page's script sent a callback".to_owned(),
            Refusal::Unreadable(status) => {
                format!("a callback is malformed or too long (answered with {status})")
            }
            _ => "a callback came".to_owned(),
        };
        refused(&what);
    }

    pub(super) fn other_state(&mut self) {
        if again(&mut self.other_state) {
            refused("a callback has another login's state");
        }
    }

    /// It may be what the provider says who refuses the request before it knows whose it is.
    pub(super) fn unverified(&mut self, words: &ProviderWords) {
        if again(&mut self.unverified) {
            refused(&format!(
                "an error came without a state, from the provider or from anybody; unverified, it says: {words}"
            ));
        }
    }

    pub(super) fn no_response(&mut self, error: AuthorizationResponseError) {
        if again(&mut self.no_response) {
            refused(&format!("{error} [{}]", error.code()));
        }
    }
}

fn refused(what: &str) {
    say!("Refused, and waiting on: {what}.");
}

fn again(times: &mut u8) -> bool {
    let may = *times < MOST;
    *times = times.saturating_add(1);
    may
}
