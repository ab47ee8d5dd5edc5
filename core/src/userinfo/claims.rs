//! The rules for the claims of a signed answer (OpenID Connect Core 5.3.2 and 5.3.4).

use serde::Deserialize;

use super::ExpectedUserinfo;
use super::error::UserinfoError;
use crate::http::ResponseError;
use crate::jwt::{self, NotATime};
use crate::time::UnixTime;
use crate::wire::{Member, Object, Value, WrongMember, read};

/// The claims that a rule depends on.
#[derive(Deserialize)]
pub(super) struct SignedClaims<'b> {
    #[serde(borrow)]
    iss: Member<'b>,
    sub: Member<'b>,
    aud: Member<'b>,
    azp: Member<'b>,
    exp: Member<'b>,
    iat: Member<'b>,
    nbf: Member<'b>,
    nonce: Member<'b>,
    events: Member<'b>,
}

impl<'b> SignedClaims<'b> {
    /// Reads the payload, which must be an object.
    pub(super) fn read(
        payload: &'b [u8],
        scratch: Option<&mut [u32]>,
    ) -> Result<(Object<'b>, Self), UserinfoError> {
        let no_object = UserinfoError::Response { error: ResponseError::Member };
        let (json, claims) =
            read::<Self>(payload, scratch).map_err(|error| UserinfoError::Json { error })?;
        Ok((json.object().ok_or(no_object)?, claims.map_err(|WrongMember| no_object)?))
    }

    /// Checks them. Only `sub` must be there; whatever else is there must be right, so that no token
    /// of another kind, for another client or of another login passes for userinfo.
    pub(super) fn check(
        &self,
        expected: &ExpectedUserinfo<'_>,
        now: UnixTime,
    ) -> Result<(), UserinfoError> {
        // A logout token (RFC 8725 section 3.12).
        if self.events.is_there() {
            return Err(UserinfoError::LogoutToken);
        }
        let ExpectedUserinfo { realm, client_id, claims, .. } = *expected;
        let is_issuer = |iss: Member<'_>| iss.as_str().is_some_and(|i| i == *realm.issuer.as_str());
        if self.iss.is_there() && !is_issuer(self.iss) {
            return Err(UserinfoError::Issuer);
        }
        if self.aud.is_there() {
            jwt::check_audience(self.aud, client_id, &realm.audiences)?;
        }
        if !jwt::is_authorized_party(self.azp, client_id) {
            return Err(UserinfoError::AuthorizedParty);
        }
        // None is demanded; another one is that of an ID token of another login.
        let said = self.nonce.unless_null();
        let is_ours = |nonce| said.as_str() == Some(nonce);
        if said.is_there() && !claims.get("nonce").and_then(Value::as_str).is_some_and(is_ours) {
            return Err(UserinfoError::Nonce);
        }
        self.check_times(realm.clock_skew, now)?;
        expected.check_subject(self.sub)
    }

    fn check_times(&self, skew: u64, now: UnixTime) -> Result<(), UserinfoError> {
        let time =
            |member, claim| jwt::time(member).map_err(|NotATime| UserinfoError::NotATime { claim });
        if let Some(expired) = time(self.exp, "exp")?.filter(|exp| now >= exp.plus(skew)) {
            return Err(UserinfoError::Expired { expired, now });
        }
        if let Some(issued) = time(self.iat, "iat")?.filter(|iat| *iat > now.plus(skew)) {
            return Err(UserinfoError::IssuedInTheFuture { issued, now });
        }
        let not_before = time(self.nbf.unless_null(), "nbf")?;
        match not_before.filter(|not_before| *not_before > now.plus(skew)) {
            Some(not_before) => Err(UserinfoError::NotYetValid { not_before, now }),
            None => Ok(()),
        }
    }
}
