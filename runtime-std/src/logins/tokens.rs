//! The tokens of a login that is being finished, and the provider's keys for their signatures.

use std::sync::Arc;

use onerealm_core::{BadSignature, IdToken, Identity, KeySet, RelyingParty};

use crate::clock::now;
use crate::documents::{Document, Doubt, Keys};
use crate::error::Error;
use crate::error::cause::Cause;
use crate::error::refused_id_token::Judged;
use crate::error::shown::Secrets;
use crate::verifiers::verifiers;

/// The most members around one place of an ID token or of userinfo.
pub(super) const MEMBERS: usize = 1024;

/// The provider's keys, fetched anew where a token casts doubt on them: once in a login, whichever of its
/// tokens does.
pub(super) struct TokenKeys<'a> {
    keys: Keys<'a>,
    /// The keys as the login found them.
    known: Arc<Document>,
    /// The same, or those that a doubt led to.
    latest: Arc<Document>,
}

impl<'a> TokenKeys<'a> {
    pub(super) fn of(keys: Keys<'a>) -> Result<Self, Error> {
        let known = keys.get()?;
        Ok(TokenKeys { keys, latest: Arc::clone(&known), known })
    }

    /// The keys to verify with.
    pub(super) fn latest(&self) -> Result<KeySet<'_>, Error> {
        self.keys.key_set(&self.latest)
    }

    /// Fetches them anew if they lack the key that a token names.
    pub(super) fn renew_if(
        &mut self,
        lack_key: impl FnOnce(&KeySet<'_>) -> bool,
    ) -> Result<(), Error> {
        if lack_key(&self.latest()?) && self.are_as_found() {
            self.latest = self.keys.newer(&self.known, Doubt::UnknownKey)?;
        }
        Ok(())
    }

    /// The keys as they were and newer ones, after a signature was not that of the key it names. None
    /// where they are new already: keys that were fetched for this very login get no newer.
    pub(super) fn after_bad_signature(
        &mut self,
    ) -> Result<Option<(KeySet<'_>, KeySet<'_>)>, Error> {
        if !self.are_as_found() {
            return Ok(None);
        }
        self.latest = self.keys.after_bad_signature(&self.known);
        Ok(Some((self.keys.key_set(&self.known)?, self.latest()?)))
    }

    fn are_as_found(&self) -> bool {
        Arc::ptr_eq(&self.latest, &self.known)
    }
}

/// Validates the ID token. Fetches the provider's keys again, once, if they lack the one that the token
/// names, or if the signature is not its.
pub(super) fn validate<'b>(
    id_token: IdToken<'b>,
    keys: &mut TokenKeys<'_>,
    relying_party: RelyingParty<'b>,
    secrets: &dyn Fn() -> Secrets,
    (buf, scratch): (&'b mut [u8], &'b mut [u32]),
) -> Result<Identity<'b>, Error> {
    let verdict = match id_token.open(buf) {
        Err(refused) => Err(refused),
        Ok(unverified) => {
            let unverified = unverified.with_scratch(scratch);
            keys.renew_if(|keys| unverified.lacks_key(keys))?;
            let signed = match unverified.verify(&keys.latest()?, verifiers()) {
                Err(bad) if bad.may_be_of_a_newer_key() => match keys.after_bad_signature()? {
                    Some((older, newer)) => bad.verify_again(&older, &newer, verifiers()),
                    None => Err(bad),
                },
                signed => signed,
            };
            signed.map_err(BadSignature::refuse).and_then(|token| token.validate(now()))
        }
    };
    verdict.map_err(|refused| {
        let (error, keys) = match keys.latest() {
            Ok(keys) => (refused.error(), keys),
            Err(error) => return error,
        };
        let judged = Judged { relying_party, keys, token: refused, secrets: secrets() };
        Error::new(Cause::IdToken { error }).differing(judged.difference())
    })
}
