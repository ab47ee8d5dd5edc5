//! A signed answer (OpenID Connect Core 5.3.2), from its opening to its claims.
//!
//! It is signed with the keys that ID tokens are signed with, and is none: the two kinds differ in what
//! `typ` may be, and in which claims must be there.

use core::fmt;

use super::claims::SignedClaims;
use super::error::UserinfoError;
use super::{ExpectedUserinfo, Userinfo, UserinfoRequest};
use crate::http::{HttpResponse, JWT};
use crate::jwa::SignatureVerifier;
use crate::jwks::{KEY_LEN, KeySet};
use crate::jws::{CompactJws, Decoded, JwsError, JwsHeader, Types};
use crate::time::UnixTime;
use crate::token_words::TokenWords;
use crate::wire::{JsonPath, cut, decoded_len_bound};

/// What `typ` may be; the second is that of providers that name the kind.
const TYPES: Types = &["jwt", "token-userinfo+jwt"];

impl<'a> UserinfoRequest<'a> {
    /// The answer as a token to verify, if it is a signed one. Nothing is believed of it yet.
    ///
    /// ```
    /// # use onerealm_core::*;
    /// # fn userinfo<'b>(request: UserinfoRequest<'b>, answer: HttpResponse<'b>, keys: &KeySet<'_>,
    /// #     verifiers: &[&dyn SignatureVerifier], now: UnixTime, buf: &'b mut [u8],
    /// # ) -> Result<Userinfo<'b>, UserinfoError> {
    /// match request.signed_response(answer) {
    ///     Some(token) => Ok(token.open(buf)?.validate(keys, verifiers, now)?),
    ///     None => request.response(answer),
    /// }
    /// # }
    /// ```
    pub fn signed_response<'r>(self, response: HttpResponse<'r>) -> Option<UserinfoToken<'r>>
    where
        'a: 'r,
    {
        let is_signed = response.status == 200 && response.has_media_type(JWT);
        is_signed.then(|| {
            let compact = core::str::from_utf8(response.body).unwrap_or_default();
            UserinfoToken { compact, jws: CompactJws::parse(compact), expected: self.expected }
        })
    }
}

/// A signed answer as it came, with what it must say. It shows nothing before it is
/// [validated](UnverifiedUserinfo::validate).
pub struct UserinfoToken<'r> {
    compact: &'r str,
    /// Its parts, if it has those of a signed token.
    jws: Result<CompactJws<'r>, JwsError>,
    expected: ExpectedUserinfo<'r>,
}

impl<'r> UserinfoToken<'r> {
    /// Bytes of buffer for [`open`](Self::open): three quarters of the answer's length and 1.25 KiB.
    pub fn buffer_needed(&self) -> usize {
        match self.jws {
            Ok(jws) => jws.buffer_needed().saturating_add(KEY_LEN),
            Err(_) => decoded_len_bound(self.header_text()),
        }
    }

    /// Decodes the answer into `buf`, which all that comes of it borrows, and reads its header.
    ///
    /// # Errors
    ///
    /// [`UserinfoError`] in a [`RefusedUserinfo`]: the answer is no signed token that is supported
    /// here, or `buf` is shorter than [`buffer_needed`](Self::buffer_needed).
    pub fn open<'b>(self, buf: &'b mut [u8]) -> Result<UnverifiedUserinfo<'b>, RefusedUserinfo<'b>>
    where
        'r: 'b,
    {
        let needed = self.buffer_needed();
        let expected: ExpectedUserinfo<'b> = self.expected;
        let jws = match self.jws {
            Ok(jws) if buf.len() >= needed => jws,
            Ok(_) => {
                let error = UserinfoError::Buffer { needed };
                return Err(RefusedUserinfo::new(error, Decoded::default(), expected));
            }
            Err(error) => {
                // How it is encrypted stands in the header.
                let decoded = Decoded::header_alone(self.header_text(), buf);
                return Err(RefusedUserinfo::new(error.into(), decoded, expected));
            }
        };
        match jws.decode(TYPES, buf) {
            (decoded, Ok((header, buf))) => {
                Ok(UnverifiedUserinfo { jws, header, decoded, expected, buf, scratch: None })
            }
            (decoded, Err(error)) => Err(RefusedUserinfo::new(error.into(), decoded, expected)),
        }
    }

    fn header_text(&self) -> &'r str {
        cut(self.compact, b'.').map_or("", |(header, _)| header)
    }
}

/// A signed answer that is decoded, and not believed: it shows nothing but whether its key is known.
pub struct UnverifiedUserinfo<'b> {
    jws: CompactJws<'b>,
    header: JwsHeader<'b>,
    decoded: Decoded<'b>,
    expected: ExpectedUserinfo<'b>,
    /// What is left of the buffer.
    buf: &'b mut [u8],
    scratch: Option<&'b mut [u32]>,
}

impl<'b> UnverifiedUserinfo<'b> {
    /// Whether `keys` lacks the key that the answer names, so that fetching the provider's keys anew
    /// may help. If the new ones lack it too, [`validate`](Self::validate) takes the only key without
    /// a name that fits.
    pub fn lacks_key(&self, keys: &KeySet<'_>) -> bool {
        self.header.lacks_key(keys)
    }

    /// Lets the answer have as many claims, with the members inside them, as `scratch` has entries.
    pub fn with_scratch(self, scratch: &'b mut [u32]) -> Self {
        UnverifiedUserinfo { scratch: Some(scratch), ..self }
    }

    /// Verifies the signature with one of `keys` and one of `verifiers`, and then every claim.
    ///
    /// The algorithms accepted are those of `verifiers`, whatever metadata says.
    ///
    /// # Errors
    ///
    /// A [`UserinfoError`] in a [`RefusedUserinfo`]: the first rule that the answer breaks.
    pub fn validate(
        self,
        keys: &KeySet<'_>,
        verifiers: &[&dyn SignatureVerifier],
        now: UnixTime,
    ) -> Result<Userinfo<'b>, RefusedUserinfo<'b>> {
        self.verify(keys, verifiers).map_err(BadUserinfoSignature::refuse)?.validate(now)
    }

    /// Verifies the signature alone, as [`validate`](Self::validate) does.
    ///
    /// # Errors
    ///
    /// [`BadUserinfoSignature`], which can be
    /// [verified again](BadUserinfoSignature::verify_again) with newer keys.
    #[expect(clippy::result_large_err, reason = "either way it is the token, and there is no heap")]
    pub fn verify(
        self,
        keys: &KeySet<'_>,
        verifiers: &[&dyn SignatureVerifier],
    ) -> Result<SignedUserinfo<'b>, BadUserinfoSignature<'b>> {
        match self.jws.verify(self.header, keys, verifiers, self.buf) {
            Ok(()) => Ok(SignedUserinfo(self)),
            Err(error) => Err(BadUserinfoSignature { token: self, error }),
        }
    }
}

/// An answer that the provider has signed. Its claims are not checked yet, so it shows nothing.
pub struct SignedUserinfo<'b>(UnverifiedUserinfo<'b>);

impl<'b> SignedUserinfo<'b> {
    /// Checks every claim.
    ///
    /// # Errors
    ///
    /// A [`UserinfoError`] in a [`RefusedUserinfo`]: the first rule that the answer breaks.
    pub fn validate(self, now: UnixTime) -> Result<Userinfo<'b>, RefusedUserinfo<'b>> {
        let UnverifiedUserinfo { decoded, expected, scratch, .. } = self.0;
        let read = SignedClaims::read(decoded.payload, scratch);
        let checked = read.and_then(|(object, claims)| {
            claims.check(&expected, now)?;
            Ok(Userinfo { claims: object })
        });
        checked.map_err(|error| RefusedUserinfo::new(error, decoded, expected))
    }
}

/// An answer whose signature is not that of the key it asks for.
pub struct BadUserinfoSignature<'b> {
    token: UnverifiedUserinfo<'b>,
    error: JwsError,
}

impl<'b> BadUserinfoSignature<'b> {
    /// Whether the keys are to blame, so that newer ones may help, as for an ID token
    /// ([`BadSignature::may_be_of_a_newer_key`](crate::BadSignature::may_be_of_a_newer_key)).
    pub fn may_be_of_a_newer_key(&self) -> bool {
        self.error.may_be_of_a_newer_key()
    }

    /// Verifies the signature with `newer` keys, if the key that the answer asks for is another one
    /// there than in `older`, which failed.
    ///
    /// # Errors
    ///
    /// [`BadUserinfoSignature`]: it is the same key, it is gone, or the signature is not its either.
    #[expect(clippy::result_large_err, reason = "either way it is the token, and there is no heap")]
    pub fn verify_again(
        self,
        older: &KeySet<'_>,
        newer: &KeySet<'_>,
        verifiers: &[&dyn SignatureVerifier],
    ) -> Result<SignedUserinfo<'b>, Self> {
        match self.token.header.has_other_key(newer, older) {
            true => self.token.verify(newer, verifiers),
            false => Err(self),
        }
    }

    /// Gives up on it.
    pub fn refuse(self) -> RefusedUserinfo<'b> {
        let UnverifiedUserinfo { decoded, expected, .. } = self.token;
        RefusedUserinfo::new(self.error.into(), decoded, expected)
    }
}

/// A refused signed answer: why, and what a message about it needs.
pub struct RefusedUserinfo<'b> {
    error: UserinfoError,
    decoded: Decoded<'b>,
    client_id: &'b str,
}

impl<'b> RefusedUserinfo<'b> {
    fn new(error: UserinfoError, decoded: Decoded<'b>, expected: ExpectedUserinfo<'b>) -> Self {
        RefusedUserinfo { error, decoded, client_id: expected.client_id }
    }

    /// Why it was refused.
    pub fn error(&self) -> UserinfoError {
        self.error
    }

    /// The client identifier of the login, which an `aud` must have.
    pub fn client_id(&self) -> &'b str {
        self.client_id
    }

    /// Reads what can be read: of an answer that is no token, nothing.
    pub fn words(&self) -> TokenWords<'b> {
        TokenWords::of(self.decoded)
    }

    /// Where the header or the claims are not the JSON that they must be, if that is why.
    pub fn path(&self) -> Option<JsonPath<'b>> {
        match self.error {
            UserinfoError::Json { error } => Some(error.path(self.decoded.payload)),
            UserinfoError::Envelope { error: JwsError::HeaderJson { error } } => {
                Some(error.path(self.decoded.header))
            }
            _ => None,
        }
    }
}

impl From<RefusedUserinfo<'_>> for UserinfoError {
    fn from(refused: RefusedUserinfo<'_>) -> Self {
        refused.error
    }
}

/// The sentence of the error: no word of the answer.
impl fmt::Display for RefusedUserinfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl core::error::Error for RefusedUserinfo<'_> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.error.source()
    }
}

/// `Debug` shows no claim of somebody who may be anybody.
macro_rules! hidden {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )+};
}

hidden!(UserinfoToken, UnverifiedUserinfo, SignedUserinfo, BadUserinfoSignature, RefusedUserinfo);
