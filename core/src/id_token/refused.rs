//! An ID token that was refused, and what it says of itself: words for the sentence about the
//! refusal, and nothing to go by.
//!
//! An administrator has to see what came to know which setting is wrong. None of these words says
//! who somebody is, and no proof is made of them.

use core::fmt;

use super::error::IdTokenError;
use crate::jws::{Decoded, JwsError};
use crate::random::{Random256, Text43};
use crate::token_words::TokenWords;
use crate::wire::{JsonPath, JsonStr};

/// A refused ID token: why, and what a message about it needs.
///
/// The claims that say who somebody is can't be had from it:
///
/// ```compile_fail,E0609
/// # use onerealm_core::*;
/// # fn early(refused: RefusedIdToken<'_>) {
/// let subject = refused.words().sub;
/// # }
/// ```
pub struct RefusedIdToken<'b> {
    pub(super) error: IdTokenError,
    pub(super) decoded: Decoded<'b>,
    pub(super) client_id: &'b str,
    pub(super) access_token: Option<JsonStr<'b>>,
    pub(super) nonce: Random256,
}

impl<'b> RefusedIdToken<'b> {
    /// Why it was refused.
    pub fn error(&self) -> IdTokenError {
        self.error
    }

    /// The client identifier of the login, which the token must be for.
    pub fn client_id(&self) -> &'b str {
        self.client_id
    }

    /// Reads what can be read: of a token that is no token, nothing.
    pub fn words(&self) -> TokenWords<'b> {
        TokenWords::of(self.decoded)
    }

    /// Where the header or the claims are not the JSON that they must be, if that is why.
    pub fn path(&self) -> Option<JsonPath<'b>> {
        match self.error {
            IdTokenError::Json { error } => Some(error.path(self.decoded.payload)),
            IdTokenError::Jws { error: JwsError::HeaderJson { error } } => {
                Some(error.path(self.decoded.header))
            }
            _ => None,
        }
    }

    /// Calls `then` with what must not be shown, should the provider repeat it: the login's nonce
    /// and the access token, if one came.
    pub fn with_secrets<T>(&self, then: impl FnOnce(&str, Option<JsonStr<'b>>) -> T) -> T {
        let nonce: Text43 = self.nonce.text();
        then(nonce.as_str(), self.access_token)
    }
}

impl From<RefusedIdToken<'_>> for IdTokenError {
    fn from(refused: RefusedIdToken<'_>) -> Self {
        refused.error
    }
}

/// The sentence of the error: no word of the token.
impl fmt::Display for RefusedIdToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

/// Hidden but for the error: it holds tokens.
impl fmt::Debug for RefusedIdToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefusedIdToken")
            .field("error", &self.error)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl core::error::Error for RefusedIdToken<'_> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.error.source()
    }
}
