//! The claims that a rule depends on.

use super::error::IdTokenError;
use crate::time::UnixTime;
use crate::wire::{JsonStr, Value, Writer};

/// The claims that a rule depends on, found while the payload is checked.
pub(super) struct Claims<'b> {
    pub(super) iss: Option<JsonStr<'b>>,
    pub(super) sub: Option<JsonStr<'b>>,
    pub(super) aud: Option<Value<'b>>,
    pub(super) azp: Option<Value<'b>>,
    pub(super) exp: NumericDate<'b>,
    pub(super) iat: NumericDate<'b>,
    pub(super) nbf: NumericDate<'b>,
    pub(super) auth_time: NumericDate<'b>,
    pub(super) nonce: Option<Value<'b>>,
    pub(super) at_hash: Option<Value<'b>>,
}

impl<'b> Claims<'b> {
    pub(super) const NAMES: [&'static str; 11] = [
        "iss",
        "sub",
        "aud",
        "azp",
        "exp",
        "iat",
        "nbf",
        "auth_time",
        "nonce",
        "at_hash",
        "events",
    ];

    pub(super) fn of(members: [Option<Value<'b>>; 11]) -> Result<Self, IdTokenError> {
        let [iss, sub, aud, azp, exp, iat, nbf, auth_time, nonce, at_hash, events] = members;
        // A logout token is no ID token (RFC 8725 section 3.12).
        if events.is_some() {
            return Err(IdTokenError::LogoutToken);
        }
        Ok(Claims {
            iss: iss.and_then(Value::as_str),
            sub: sub.and_then(Value::as_str),
            aud,
            azp,
            exp: NumericDate { value: exp, claim: "exp" },
            iat: NumericDate { value: iat, claim: "iat" },
            nbf: NumericDate { value: nbf, claim: "nbf" },
            auth_time: NumericDate { value: auth_time, claim: "auth_time" },
            nonce,
            at_hash,
        })
    }

    /// `sub` unescaped: 1 to 255 bytes without control characters (section 2).
    pub(super) fn subject<'s>(&self, buf: &'s mut [u8]) -> Result<&'s str, IdTokenError> {
        let sub = self.sub.ok_or(IdTokenError::Subject)?;
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

    /// The entries of `aud`, which is one of them or an array.
    pub(super) fn audiences(&self) -> impl Iterator<Item = Value<'b>> {
        let (single, several) = match self.aud {
            Some(Value::Array(array)) => (None, Some(array.items())),
            single => (single, None),
        };
        single.into_iter().chain(several.into_iter().flatten())
    }
}

/// A claim that is a time, if it is there.
#[derive(Clone, Copy)]
pub(super) struct NumericDate<'b> {
    value: Option<Value<'b>>,
    claim: &'static str,
}

impl NumericDate<'_> {
    /// The time rounded down (RFC 7519 section 2), `None` where there is none.
    pub(super) fn time(self) -> Result<Option<UnixTime>, IdTokenError> {
        let NumericDate { value, claim } = self;
        match value {
            None => Ok(None),
            Some(Value::Number(number)) => match number.floor() {
                Some(seconds) if seconds <= LAST_SECOND => Ok(Some(UnixTime(seconds))),
                _ => Err(IdTokenError::NotATime { claim }),
            },
            Some(_) => Err(IdTokenError::NotATime { claim }),
        }
    }
}

/// The end of the year 9999: no token means a time behind it.
const LAST_SECOND: u64 = 253_402_300_799;
