//! The signature of an ID token, verified or not with the provider's keys as they were kept.
//!
//! A provider may make new keys under an old `kid`, so a signature that fails with a kept key may be
//! good with one that is fetched anew.

use core::fmt;

use super::{IdTokenError, RefusedIdToken, UnverifiedIdToken};
use crate::identity::Identity;
use crate::jwa::SignatureVerifier;
use crate::jwks::KeySet;
use crate::jws::JwsError;
use crate::time::UnixTime;

/// An ID token that the provider has signed. Its claims are not checked yet, so it shows nothing.
pub struct SignedIdToken<'b>(UnverifiedIdToken<'b>);

impl<'b> UnverifiedIdToken<'b> {
    /// Verifies the signature with one of `keys` and one of `verifiers`, and then every claim.
    ///
    /// The algorithms accepted are those of `verifiers`, whatever metadata says. `keys` are those that
    /// were fetched last: anew, if they [lacked](Self::lacks_key) the token's.
    ///
    /// # Errors
    ///
    /// An [`IdTokenError`] in a [`RefusedIdToken`], which says of the token what a message about the
    /// error needs: the first rule that the token breaks.
    pub fn validate(
        self,
        keys: &KeySet<'_>,
        verifiers: &[&dyn SignatureVerifier],
        now: UnixTime,
    ) -> Result<Identity<'b>, RefusedIdToken<'b>> {
        self.verify(keys, verifiers).map_err(BadSignature::refuse)?.validate(now)
    }

    /// Verifies the signature alone, as [`validate`](Self::validate) does.
    ///
    /// # Errors
    ///
    /// [`BadSignature`], which can be [verified again](BadSignature::verify_again) with newer keys.
    #[expect(clippy::result_large_err, reason = "either way it is the token, and there is no heap")]
    pub fn verify(
        self,
        keys: &KeySet<'_>,
        verifiers: &[&dyn SignatureVerifier],
    ) -> Result<SignedIdToken<'b>, BadSignature<'b>> {
        // 6. The signature is verified first, wherever the token came from;
        // 7. its algorithm is one of ours;
        // 8. and is not symmetric: there is no verifier for those.
        match self.jws.verify(self.header, keys, verifiers, self.buf) {
            Ok(()) => Ok(SignedIdToken(self)),
            Err(error) => Err(BadSignature { token: self, error }),
        }
    }
}

impl<'b> SignedIdToken<'b> {
    /// Checks every claim.
    ///
    /// # Errors
    ///
    /// An [`IdTokenError`] in a [`RefusedIdToken`]: the first rule that the token breaks.
    pub fn validate(self, now: UnixTime) -> Result<Identity<'b>, RefusedIdToken<'b>> {
        let UnverifiedIdToken { header, decoded, expected, buf, scratch, .. } = self.0;
        match expected.check(decoded.payload, scratch, header.algorithm, now, buf) {
            Ok((subject, claims)) => Ok(expected.identity(subject, claims)),
            Err(error) => Err(expected.refuse(error, decoded)),
        }
    }
}

/// Hidden: it holds tokens.
impl fmt::Debug for SignedIdToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expected.show("SignedIdToken", f)
    }
}

/// An ID token whose signature is not that of the key it asks for.
pub struct BadSignature<'b> {
    token: UnverifiedIdToken<'b>,
    error: JwsError,
}

impl<'b> BadSignature<'b> {
    /// Why.
    pub fn error(&self) -> JwsError {
        self.error
    }

    /// Whether the keys are to blame, so that newer ones may help: the key that the token asks for is
    /// there, and is not the one that signed it. (A key that is not there is
    /// [lacking](UnverifiedIdToken::lacks_key).)
    pub fn may_be_of_a_newer_key(&self) -> bool {
        self.error.may_be_of_a_newer_key()
    }

    /// Verifies the signature with `newer` keys, if the key that the token asks for is another one
    /// there than in `older`, which failed.
    ///
    /// # Errors
    ///
    /// [`BadSignature`]: it is the same key, it is gone, or the signature is not its either.
    #[expect(clippy::result_large_err, reason = "either way it is the token, and there is no heap")]
    pub fn verify_again(
        self,
        older: &KeySet<'_>,
        newer: &KeySet<'_>,
        verifiers: &[&dyn SignatureVerifier],
    ) -> Result<SignedIdToken<'b>, Self> {
        match self.token.header.has_other_key(newer, older) {
            true => self.token.verify(newer, verifiers),
            false => Err(self),
        }
    }

    /// Gives up on it.
    pub fn refuse(self) -> RefusedIdToken<'b> {
        let UnverifiedIdToken { decoded, expected, .. } = self.token;
        expected.refuse(IdTokenError::from(self.error), decoded)
    }
}

/// The error; it holds tokens.
impl fmt::Debug for BadSignature<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BadSignature").field("error", &self.error).finish_non_exhaustive()
    }
}
