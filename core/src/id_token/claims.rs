//! The claims that a rule depends on.

use serde::Deserialize;

use super::error::IdTokenError;
use crate::jwt::{self, NotATime};
use crate::time::UnixTime;
use crate::wire::{Member, Object, Writer, WrongMember, read};

/// The claims that a rule depends on, found while the payload is checked.
#[derive(Deserialize)]
pub(super) struct Claims<'b> {
    #[serde(borrow)]
    pub(super) iss: Member<'b>,
    pub(super) sub: Member<'b>,
    pub(super) aud: Member<'b>,
    pub(super) azp: Member<'b>,
    exp: Member<'b>,
    iat: Member<'b>,
    nbf: Member<'b>,
    auth_time: Member<'b>,
    pub(super) nonce: Member<'b>,
    pub(super) at_hash: Member<'b>,
    events: Member<'b>,
}

impl<'b> Claims<'b> {
    /// Reads the payload of an ID token, which must be an object.
    pub(super) fn read(
        payload: &'b [u8],
        scratch: Option<&mut [u32]>,
    ) -> Result<(Object<'b>, Self), IdTokenError> {
        let (json, claims) =
            read::<Self>(payload, scratch).map_err(|error| IdTokenError::Json { error })?;
        let object = json.object().ok_or(IdTokenError::NotAnObject)?;
        let claims = claims.map_err(|WrongMember| IdTokenError::NotAnObject)?;
        // A logout token is no ID token (RFC 8725 section 3.12).
        if claims.events.is_there() {
            return Err(IdTokenError::LogoutToken);
        }
        Ok((object, claims))
    }

    /// When the token expires.
    pub(super) fn exp(&self) -> Result<Option<UnixTime>, IdTokenError> {
        time(self.exp, "exp")
    }

    /// When the token was issued.
    pub(super) fn iat(&self) -> Result<Option<UnixTime>, IdTokenError> {
        time(self.iat, "iat")
    }

    /// From when on the token is valid, if it says so.
    pub(super) fn nbf(&self) -> Result<Option<UnixTime>, IdTokenError> {
        time(self.nbf.unless_null(), "nbf")
    }

    /// When the end user authenticated, if it says so.
    pub(super) fn auth_time(&self) -> Result<Option<UnixTime>, IdTokenError> {
        time(self.auth_time.unless_null(), "auth_time")
    }

    /// `sub` unescaped: 1 to 255 bytes without control characters (section 2).
    pub(super) fn subject<'s>(&self, buf: &'s mut [u8]) -> Result<&'s str, IdTokenError> {
        let sub = self.sub.as_str().ok_or(IdTokenError::Subject)?;
        if sub.has_control_character() {
            return Err(IdTokenError::Subject);
        }
        let mut out = Writer::new(buf);
        sub.write(&mut out);
        match out.finish_str() {
            Ok("") | Err(_) => Err(IdTokenError::Subject),
            Ok(subject) => Ok(subject),
        }
    }
}

/// The time that a claim is; `None` where there is none.
fn time(claim: Member<'_>, name: &'static str) -> Result<Option<UnixTime>, IdTokenError> {
    jwt::time(claim).map_err(|NotATime| IdTokenError::NotATime { claim: name })
}
