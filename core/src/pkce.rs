//! Proof Key for Code Exchange (RFC 7636), S256 only.

use core::fmt;
use rand_core::TryCryptoRng;
use sha2::{Digest, Sha256};

use crate::random::{NoEntropy, Random256, Text43};
use crate::wire::encode_32;

/// A code verifier (section 4.1): 43 characters made of 256 random bits. Secret until the token
/// request; hidden in `Debug`, zeroized on drop.
#[derive(Clone)]
pub struct CodeVerifier(Random256);

impl CodeVerifier {
    /// A new one.
    ///
    /// # Errors
    ///
    /// [`NoEntropy`] if the random source fails.
    pub fn generate<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self, NoEntropy> {
        Random256::generate(rng).map(CodeVerifier)
    }

    /// The verifier for these 32 random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        CodeVerifier(Random256::from_bytes(bytes))
    }

    pub(crate) fn from_random(random: Random256) -> Self {
        CodeVerifier(random)
    }

    pub(crate) fn of_text(text: &str) -> Option<Self> {
        Random256::of_text(text).map(CodeVerifier)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    pub(crate) fn text(&self) -> Text43 {
        self.0.text()
    }

    /// Its challenge (section 4.2).
    pub fn challenge(&self) -> CodeChallenge {
        CodeChallenge(encode_32(&Sha256::digest(self.text().as_bytes()).into()))
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeVerifier(..)")
    }
}

/// A code challenge of method S256: 43 characters, public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeChallenge([u8; CodeChallenge::LEN]);

impl CodeChallenge {
    /// Its length in bytes.
    pub(crate) const LEN: usize = 43;

    /// The challenge.
    pub fn as_str(&self) -> &str {
        // base64url is ASCII.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    #[test]
    fn the_vector_of_the_specification() {
        let verifier = CodeVerifier::from_bytes([
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212,
            37, 77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ]);
        assert_eq!(verifier.text().as_str(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(verifier.challenge().as_str(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
