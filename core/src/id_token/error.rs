//! Why an ID token is refused, by the numbers of OpenID Connect Core 3.1.3.7.

use crate::error::error_enum;
use crate::jws::JwsError;
use crate::jwt::WrongAudience;
use crate::time::UnixTime;
use crate::wire::JsonError;

error_enum! {
    /// Why an ID token was refused.
    pub enum IdTokenError {
        /// The envelope or the signature.
        Jws {
            /// Why.
            error: JwsError,
        } => "id_token_jws", "the ID token is refused: {error}";
        /// The payload's JSON.
        Json {
            /// Why.
            error: JsonError,
        } => "id_token_json", "the ID token's claims are refused as JSON: {error}";
        /// The payload is no object.
        NotAnObject => "id_token_not_an_object", "the ID token's claims are no JSON object";
        /// 2. Another issuer.
        Issuer => "id_token_issuer",
            "the ID token's iss is not the realm's issuer-url: they must be equal to the letter, with or without '/' at the end";
        /// 3. Not for us.
        Audience => "id_token_audience",
            "the ID token is not for this client: its aud doesn't have the client identifier of this login";
        /// 3. For somebody besides us who isn't trusted.
        UntrustedAudience => "id_token_untrusted_audience",
            "the ID token has an audience besides this client that the realm doesn't trust: name it in the realm's audiences if it may be there";
        /// 3. Far too many.
        TooManyAudiences => "id_token_too_many_audiences", "the ID token has more than 32 audiences";
        /// 5. Issued for somebody else.
        AuthorizedParty => "id_token_azp", "the ID token was issued for another client: its azp is not this one";
        /// A time that is none.
        NotATime {
            /// Its name.
            claim: &'static str,
        } => "id_token_not_a_time", "the ID token's {claim} is no time: it must be a number of seconds since 1970";
        /// 9. No `exp`.
        NoExpiry => "id_token_exp_missing", "the ID token has no exp";
        /// 9. Too old.
        Expired {
            /// Its `exp`.
            expired: UnixTime,
            /// When it was looked at.
            now: UnixTime,
        } => "id_token_expired",
            "the ID token expired at {expired}, and here it is {now}: check the clocks of this machine and of the provider";
        /// 10. No `iat`.
        NoIssueTime => "id_token_iat_missing", "the ID token has no iat";
        /// 10. From the future.
        IssuedInTheFuture {
            /// Its `iat`.
            issued: UnixTime,
            /// When it was looked at.
            now: UnixTime,
        } => "id_token_iat_future",
            "the ID token was issued at {issued}, and here it is {now}: check the clocks of this machine and of the provider";
        /// 10. Older than the login.
        IssuedBeforeLogin {
            /// Its `iat`.
            issued: UnixTime,
            /// When the login began.
            begun: UnixTime,
        } => "id_token_iat_old",
            "the ID token was issued at {issued}, long before its login began at {begun}: it is not this login's, or a clock is off";
        /// Expired when it was issued.
        IssuedAfterExpiry {
            /// Its `iat`.
            issued: UnixTime,
            /// Its `exp`.
            expires: UnixTime,
        } => "id_token_iat_after_exp", "the ID token was issued at {issued} after it expired at {expires}";
        /// Not valid yet.
        NotYetValid {
            /// Its `nbf`.
            not_before: UnixTime,
            /// When it was looked at.
            now: UnixTime,
        } => "id_token_nbf",
            "the ID token is valid from {not_before} on, and here it is {now}: check the clocks of this machine and of the provider";
        /// 11. No nonce.
        NoNonce => "id_token_nonce_missing", "the ID token has no nonce, though one was sent";
        /// 11. Another login's.
        Nonce => "id_token_nonce", "the ID token's nonce is not this login's: the token belongs to another login";
        /// 12. No `acr`.
        NoAuthenticationClass => "id_token_acr_missing",
            "the ID token has no acr, which the realm's require-acr needs";
        /// 12. None of those that the realm demands.
        AuthenticationClass => "id_token_acr",
            "the end user didn't authenticate as the realm's require-acr demands: the ID token's acr is none of its values";
        /// 12. No `amr`.
        NoAuthenticationMethods => "id_token_amr_missing",
            "the ID token has no amr, which the realm's require-amr needs";
        /// 12. Not all of those that the realm demands.
        AuthenticationMethods => "id_token_amr",
            "the end user didn't authenticate as the realm's require-amr demands: the ID token's amr lacks one of its values, or is no list of strings";
        /// 13. No `auth_time`.
        NoAuthTime => "id_token_auth_time_missing",
            "the ID token has no auth_time, which the realm's max-age needs";
        /// 13. Too long ago.
        AuthenticatedTooLongAgo {
            /// Its `auth_time`.
            authenticated: UnixTime,
            /// When it was looked at.
            now: UnixTime,
        } => "id_token_auth_time",
            "the end user authenticated at {authenticated}, which at {now} is not within the realm's max-age";
        /// The access token's hash.
        AccessTokenHash => "id_token_at_hash", "the ID token's at_hash is not the hash of an access token that came with it";
        /// No subject, or one that can't be.
        Subject => "id_token_sub",
            "the ID token has no sub of 1 to 255 bytes without control characters";
        /// It tells of a logout.
        LogoutToken => "id_token_is_logout_token", "the token is a logout token and no ID token";
    }
}

impl From<WrongAudience> for IdTokenError {
    fn from(wrong: WrongAudience) -> Self {
        match wrong {
            WrongAudience::NotOurs => IdTokenError::Audience,
            WrongAudience::Untrusted => IdTokenError::UntrustedAudience,
            WrongAudience::TooMany => IdTokenError::TooManyAudiences,
        }
    }
}

impl From<JwsError> for IdTokenError {
    fn from(error: JwsError) -> Self {
        IdTokenError::Jws { error }
    }
}
