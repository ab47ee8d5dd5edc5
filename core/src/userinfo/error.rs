//! Why there are no userinfo claims.

use crate::error::error_enum;
use crate::error_response::ErrorCode;
use crate::http::ResponseError;
use crate::jwks::JwksError;
use crate::jws::JwsError;
use crate::jwt::WrongAudience;
use crate::time::UnixTime;
use crate::wire::{BufferTooSmall, JsonError};

error_enum! {
    /// Why there are no userinfo claims.
    pub enum UserinfoError {
        /// The endpoint refused.
        Refused {
            /// The HTTP status.
            status: u16,
            /// The registered error code.
            error: ErrorCode,
        } => "userinfo_refused",
            "the userinfo endpoint refused the request with HTTP status {status} and {error}: set the realm's query-userinfo to 0 if the ID token says enough";
        /// No userinfo response.
        Response {
            /// Why.
            error: ResponseError,
        } => "userinfo_response", "the userinfo endpoint's answer can't be used: {error}";
        /// A signed one, for a caller that verifies none.
        Signed => "userinfo_signed",
            "the userinfo endpoint answers with a signed token, which this program doesn't verify: turn off signed userinfo for this client at the provider, or set the realm's query-userinfo to 0";
        /// A plain one where a signed one is required.
        NotSigned => "userinfo_not_signed",
            "the userinfo endpoint's answer is not signed, as the realm's userinfo-signed demands: turn on signed userinfo for this client at the provider";
        /// A JWE.
        Encrypted => "userinfo_encrypted",
            "the userinfo endpoint's answer is encrypted (JWE), which is not supported: turn off userinfo encryption for this client at the provider";
        /// Another envelope than a signed answer has.
        Envelope {
            /// Why.
            error: JwsError,
        } => "userinfo_token", "the userinfo endpoint's signed answer is refused: {error}";
        /// `alg`: `none`, symmetric, or unheard of.
        Algorithm => "userinfo_algorithm",
            "the alg of the userinfo endpoint's signed answer is none of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and EdDSA: set another userinfo signature algorithm for this client at the provider";
        /// `typ`
        Type => "userinfo_typ",
            "the userinfo endpoint's signed answer is a token of another kind by its typ, which must be JWT, token-userinfo+jwt or absent";
        /// No usable key.
        Key {
            /// Why.
            error: JwksError,
        } => "userinfo_key", "the userinfo endpoint's signed answer is refused: {error}";
        /// The signature.
        Signature => "userinfo_signature", "the signature of the userinfo endpoint's answer is not the provider's";
        /// The payload's JSON.
        Json {
            /// Why.
            error: JsonError,
        } => "userinfo_json", "the claims in the userinfo endpoint's signed answer are refused as JSON: {error}";
        /// It tells of a logout.
        LogoutToken => "userinfo_is_logout_token", "the userinfo endpoint's signed answer is a logout token";
        /// Another issuer.
        Issuer => "userinfo_iss", "the iss of the userinfo endpoint's signed answer is not the realm's issuer-url";
        /// Not for us.
        Audience => "userinfo_aud",
            "the userinfo endpoint's signed answer is not for this client: its aud doesn't have the client identifier of this login, or has an audience that the realm doesn't trust";
        /// Issued for somebody else.
        AuthorizedParty => "userinfo_azp",
            "the userinfo endpoint's signed answer was issued for another client: its azp is not this one";
        /// Another login's.
        Nonce => "userinfo_nonce",
            "the userinfo endpoint's signed answer is another login's: its nonce is not this one's";
        /// A time that is none.
        NotATime {
            /// Its name.
            claim: &'static str,
        } => "userinfo_not_a_time",
            "the {claim} of the userinfo endpoint's signed answer is no time: it must be a number of seconds since 1970";
        /// Too old.
        Expired {
            /// Its `exp`.
            expired: UnixTime,
            /// When it was looked at.
            now: UnixTime,
        } => "userinfo_expired",
            "the userinfo endpoint's signed answer expired at {expired}, and here it is {now}: check the clocks of this machine and of the provider";
        /// From the future.
        IssuedInTheFuture {
            /// Its `iat`.
            issued: UnixTime,
            /// When it was looked at.
            now: UnixTime,
        } => "userinfo_iat_future",
            "the userinfo endpoint's signed answer was issued at {issued}, and here it is {now}: check the clocks of this machine and of the provider";
        /// Not valid yet.
        NotYetValid {
            /// Its `nbf`.
            not_before: UnixTime,
            /// When it was looked at.
            now: UnixTime,
        } => "userinfo_nbf",
            "the userinfo endpoint's signed answer is valid from {not_before} on, and here it is {now}: check the clocks of this machine and of the provider";
        /// No `sub`.
        NoSubject => "userinfo_sub_missing",
            "the userinfo endpoint's answer has no sub, so it may be about anybody: set the realm's query-userinfo to 0 if the ID token says enough";
        /// About somebody else.
        OtherSubject => "userinfo_sub",
            "the userinfo endpoint's answer is about somebody else: its sub is not the ID token's; set the realm's query-userinfo to 0 if the ID token says enough";
        /// An access token that no header can carry.
        AccessToken => "access_token_malformed",
            "the access token has characters that no token has, or is longer than 65536 characters";
        /// The buffer.
        Buffer {
            /// Bytes that would do.
            needed: usize,
        } => "buffer_too_small", "the buffer is too small: give at least {needed} bytes";
    }
}

impl From<BufferTooSmall> for UserinfoError {
    fn from(BufferTooSmall { needed }: BufferTooSmall) -> Self {
        UserinfoError::Buffer { needed }
    }
}

impl From<JwsError> for UserinfoError {
    fn from(error: JwsError) -> Self {
        match error {
            JwsError::Encrypted => UserinfoError::Encrypted,
            JwsError::AlgorithmUnknown => UserinfoError::Algorithm,
            JwsError::Type => UserinfoError::Type,
            JwsError::Key { error } => UserinfoError::Key { error },
            JwsError::Signature => UserinfoError::Signature,
            JwsError::Buffer { needed } => UserinfoError::Buffer { needed },
            error => UserinfoError::Envelope { error },
        }
    }
}

impl From<WrongAudience> for UserinfoError {
    fn from(_: WrongAudience) -> Self {
        UserinfoError::Audience
    }
}
