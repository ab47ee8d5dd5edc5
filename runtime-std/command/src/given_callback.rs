//! The callback of `finish`: from the command line, or from standard input.

use onerealm::{Class, Who};
use onerealm_core::AuthorizationResponseError;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::pasted::{Pasted, Unreadable};
use crate::standard_input::read_standard_input;

const CUT: &str =
    "put the URL in single quotation marks, or give --callback - and paste it on standard input";

/// The callback, if it can be one.
pub(crate) fn given_callback(given: &str) -> Result<Pasted, Failure> {
    let piped;
    let text = match given {
        "-" => {
            piped = Zeroizing::new(read_standard_input()?);
            piped.as_str()
        }
        given => given,
    };
    if text.trim().is_empty() {
        return Err(Failure::new(
            AuthorizationResponseError::NoState.code(),
            "the callback is empty: give the whole URL that the browser was sent to",
            Class::Authorization as u8,
        )
        .left_to(Who::Caller.as_str()));
    }
    let pasted = match Pasted::read(text) {
        Ok(pasted) => pasted,
        // The core says what is missing.
        Err(Unreadable::NoAddress) => Pasted::Url(Zeroizing::new(text.trim().to_owned())),
        Err(Unreadable::Several) => {
            return Err(Failure::new(
                AuthorizationResponseError::Malformed.code(),
                "--callback takes one URL, and there are several",
                Class::Authorization as u8,
            )
            .left_to(Who::Caller.as_str()));
        }
    };
    match pasted.response() {
        Err(error @ (AuthorizationResponseError::NoState | AuthorizationResponseError::NoCode))
            if pasted.is_cut() =>
        {
            Err(Failure::new(
                error.code(),
                format!("{error} (it ends where a shell reads `&` as the end of a command)"),
                Class::Authorization as u8,
            )
            .fixed_by(CUT)
            .left_to(Who::Caller.as_str()))
        }
        _ => Ok(pasted),
    }
}
