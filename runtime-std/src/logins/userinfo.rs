//! The userinfo endpoint is asked, and its answer read.

use onerealm_core::{
    BadUserinfoSignature, Identity, RelyingParty, Userinfo, UserinfoError, UserinfoRequest,
    UserinfoToken,
};
use zeroize::Zeroizing;

use super::login::Login;
use super::refused;
use super::tokens::{MEMBERS, TokenKeys};
use crate::clock::now;
use crate::error::Error;
use crate::error::refused_userinfo::Judged;
use crate::error::shown::Secrets;
use crate::http::Answer;
use crate::verifiers::verifiers;

/// Where the claims of an answer are while they are looked at.
pub(super) struct Room {
    buf: Vec<u8>,
    scratch: [u32; MEMBERS],
}

impl Default for Room {
    fn default() -> Self {
        Room { buf: Vec::new(), scratch: [0; MEMBERS] }
    }
}

/// The userinfo endpoint's answer.
pub(super) struct Asked<'a> {
    request: UserinfoRequest<'a>,
    answer: Answer,
}

impl<'a> Asked<'a> {
    /// Asks the userinfo endpoint, if both realm and provider use it.
    pub(super) fn of(identity: &Identity<'a>, login: &Login<'_>) -> Result<Option<Self>, Error> {
        let Some(request) = identity.userinfo_request() else { return Ok(None) };
        let mut buf = buffer_for_userinfo(request);
        let message =
            request.request(&mut buf).map_err(|error| refused::userinfo(request, error, None))?;
        let answer = login.send(&message)?;
        Ok(Some(Asked { request, answer }))
    }

    /// What nobody else may see of the request.
    fn secrets(&self) -> Secrets {
        let mut buf = buffer_for_userinfo(self.request);
        let mut secrets = Secrets::default();
        if let Ok(message) = self.request.request(&mut buf) {
            secrets.add_request(&message);
        }
        secrets
    }

    /// The claims; of a signed answer they are decoded into `room`.
    pub(super) fn userinfo<'b>(
        &'b self,
        keys: &mut TokenKeys<'_>,
        relying_party: RelyingParty<'_>,
        room: &'b mut Room,
    ) -> Result<Userinfo<'b>, Error> {
        let answer = self.answer.response();
        match self.request.signed_response(answer) {
            Some(token) => self.validate(token, keys, relying_party, room),
            None => {
                let read = self.request.response_with_scratch(answer, &mut room.scratch);
                read.map_err(|error| self.refused(error))
            }
        }
    }

    /// Validates a signed answer, as an ID token is: with the keys of the login, which are fetched anew
    /// where it casts doubt on them and no token did before.
    fn validate<'b>(
        &self,
        token: UserinfoToken<'b>,
        keys: &mut TokenKeys<'_>,
        relying_party: RelyingParty<'_>,
        room: &'b mut Room,
    ) -> Result<Userinfo<'b>, Error> {
        room.buf.resize(token.buffer_needed(), 0);
        let verdict = match token.open(&mut room.buf) {
            Err(refused) => Err(refused),
            Ok(unverified) => {
                let unverified = unverified.with_scratch(&mut room.scratch);
                keys.renew_if(|keys| unverified.lacks_key(keys))?;
                let signed = match unverified.verify(&keys.latest()?, verifiers()) {
                    Err(bad) if bad.may_be_of_a_newer_key() => match keys.after_bad_signature()? {
                        Some((older, newer)) => bad.verify_again(&older, &newer, verifiers()),
                        None => Err(bad),
                    },
                    signed => signed,
                };
                let signed = signed.map_err(BadUserinfoSignature::refuse);
                signed.and_then(|token| token.validate(now()))
            }
        };
        verdict.map_err(|refused| {
            let keys = match keys.latest() {
                Ok(keys) => keys,
                Err(error) => return error,
            };
            let secrets = &self.secrets();
            let difference = Judged { relying_party, keys, token: &refused, secrets }.difference();
            self.refused(refused.error()).differing(difference)
        })
    }

    fn refused(&self, error: UserinfoError) -> Error {
        refused::userinfo(self.request, error, Some((&self.answer, &self.secrets())))
    }
}

/// A buffer as long as the request, which has no limit but the access token's.
fn buffer_for_userinfo(request: UserinfoRequest<'_>) -> Zeroizing<Vec<u8>> {
    let needed = match request.request(&mut []) {
        Err(UserinfoError::Buffer { needed }) => needed,
        // An access token that can't be sent.
        _ => 0,
    };
    Zeroizing::new(vec![0; needed])
}
