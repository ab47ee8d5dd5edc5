//! The `state` of a login, and its storage key.

use core::fmt;
use sha2::{Digest, Sha256};

use crate::random::{Random256, Text43};

/// The `state` of one login: 43 characters of base64url.
pub struct StateText(Text43);

impl StateText {
    pub(crate) fn of(state: &Random256) -> Self {
        StateText(state.text())
    }

    /// Its length in characters.
    pub const LEN: usize = 43;

    /// The characters.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for StateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateText(..)")
    }
}

/// The storage key of a pending authorization: the SHA-256 of its state. Names never come from the
/// network, and a directory listing reveals no state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PendingKey(pub [u8; 32]);

impl PendingKey {
    /// The storage key of the login with that `state`.
    pub fn of(state: &str) -> Self {
        Self::of_state(state.bytes())
    }

    pub(crate) fn of_state(state: impl Iterator<Item = u8>) -> Self {
        let mut digest = Sha256::new();
        state.for_each(|byte| digest.update([byte]));
        PendingKey(digest.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_it() {
        let state = StateText::of(&Random256::from_bytes([1; 32]));
        assert_eq!(format!("{state:?}"), "StateText(..)");
    }
}
