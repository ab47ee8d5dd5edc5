//! A `state` that carries the login itself, sealed by the runtime; nothing is stored.

use core::fmt;

use crate::policy::STATE_LEN;
use crate::state::StateText;

/// A sealed login used as `state`: base64url, longer than a [`StateText`] and at most [`STATE_LEN`]
/// characters.
///
/// A login's own state never has this form, so sealed and stored logins can't be confused.
#[derive(Clone, Copy)]
pub struct SealedState<'a>(&'a str);

impl<'a> SealedState<'a> {
    /// Takes text of this form. The store that sealed it decides whether it can be opened.
    ///
    /// # Errors
    ///
    /// [`NotASealedState`] for text of another form.
    pub fn parse(text: &'a str) -> Result<Self, NotASealedState> {
        let fits = text.len() > StateText::LEN && text.len() <= STATE_LEN;
        let is_base64url = |text: &str| {
            text.bytes().all(|c| matches!(c, b'-' | b'_') || c.is_ascii_alphanumeric())
        };
        match fits && is_base64url(text) {
            true => Ok(SealedState(text)),
            false => Err(NotASealedState),
        }
    }

    /// The characters.
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

/// Hidden: it may be enough to finish the login.
impl fmt::Debug for SealedState<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedState(..)")
    }
}

/// Not 44 to 1024 characters of base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotASealedState;

impl fmt::Display for NotASealedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a sealed state: it must be 44 to 1024 characters of base64url")
    }
}

impl core::error::Error for NotASealedState {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_base64url_of_the_right_length_is_a_sealed_state() {
        for len in [44, 1024] {
            assert_eq!(SealedState::parse(&"A".repeat(len)).unwrap().as_str().len(), len);
        }
        assert!(SealedState::parse(&"-_09azAZ".repeat(8)).is_ok());
        for len in [0, 43, 1025] {
            assert_eq!(SealedState::parse(&"A".repeat(len)).err(), Some(NotASealedState), "{len}");
        }
        for other in ["+", "/", "=", ".", "%41", " ", "\0", "é"] {
            let text = "A".repeat(60) + other;
            assert_eq!(SealedState::parse(&text).err(), Some(NotASealedState), "{other:?}");
        }
    }

    #[test]
    fn debug_shows_nothing_of_it() {
        let text = "A".repeat(60);
        assert_eq!(format!("{:?}", SealedState::parse(&text).unwrap()), "SealedState(..)");
    }
}
