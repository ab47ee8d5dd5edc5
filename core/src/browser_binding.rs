//! The value that binds a login to the browser that was sent away.

use core::fmt;
use sha2::{Digest, Sha256};

use crate::pkce::CodeVerifier;
use crate::random::{Random256, Text43};

/// What the browser keeps while its end user is at the provider, in a cookie that only its server
/// reads: 43 characters of base64url. Hidden in `Debug`, zeroized on drop.
///
/// It is a hash of the code verifier, so that nothing more has to be stored with a login. The
/// verifier leaves the server only in the token request, when the login is used up; what is public
/// before that, the code challenge, is another hash of it, by which this one can't be guessed.
pub struct BrowserBinding(Text43);

impl BrowserBinding {
    pub(crate) fn of(verifier: &CodeVerifier) -> Self {
        BrowserBinding(derived(verifier).text())
    }

    /// Whether `brought` is the value, compared in constant time.
    pub(crate) fn is_spelled(verifier: &CodeVerifier, brought: impl Iterator<Item = u8>) -> bool {
        derived(verifier).is_spelled(brought)
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// A hash for this use alone: that of the challenge is over 43 characters of base64url.
fn derived(verifier: &CodeVerifier) -> Random256 {
    let digest = Sha256::new().chain_update(LABEL).chain_update(verifier.as_bytes());
    Random256::from_bytes(digest.finalize().into())
}

const LABEL: &[u8] = b"onerealm browser binding 1\n";

impl fmt::Debug for BrowserBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserBinding(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_of_the_verifier_and_shows_neither_it_nor_its_challenge() {
        let (verifier, other) =
            (CodeVerifier::from_bytes([3; 32]), CodeVerifier::from_bytes([4; 32]));
        let binding = BrowserBinding::of(&verifier);
        let text = binding.as_str();
        assert_eq!(text.len(), 43);
        assert_ne!(text, verifier.text().as_str());
        assert_ne!(text, verifier.challenge().as_str());
        assert_ne!(text, BrowserBinding::of(&other).as_str());
        assert!(BrowserBinding::is_spelled(&verifier, text.bytes()));
        for brought in [BrowserBinding::of(&other).as_str(), &text[1..], "", &format!("{text}A")] {
            assert!(!BrowserBinding::is_spelled(&verifier, brought.bytes()), "{brought}");
        }
        assert_eq!(format!("{binding:?}"), "BrowserBinding(..)");
    }
}
