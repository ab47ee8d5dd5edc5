//! The ID token and the rules by which it is believed (OpenID Connect Core 2 and 3.1.3.7).

mod claims;

use core::fmt;

use self::claims::Claims;
use crate::client::{Client, ClientType};
use crate::error::error_enum;
use crate::identity::Identity;
use crate::jwa::{JwsAlgorithm, SignatureVerifier};
use crate::jwks::{JwksError, KEY_LEN, KeySet};
use crate::jws::{CompactJws, JwsError};
use crate::pending_authorization::PendingAuthorization;
use crate::policy::{AUDIENCES, ID_TOKEN_BACKDATING, SUBJECT_LEN};
use crate::random::Random256;
use crate::realm::ClientId;
use crate::refused::RefusedIdToken;
use crate::relying_party::RelyingParty;
use crate::time::UnixTime;
use crate::wire::{JsonError, JsonStr};

/// An ID token as it came, with what it must say. It shows nothing before
/// [`validate`](Self::validate).
pub struct IdToken<'a> {
    compact: &'a str,
    access_token: JsonStr<'a>,
    relying_party: RelyingParty<'a>,
    client_type: ClientType,
    client_id: ClientId<'a>,
    nonce: Random256,
    begun: UnixTime,
}

impl<'a> IdToken<'a> {
    pub(crate) fn new(
        compact: &'a str,
        access_token: JsonStr<'a>,
        relying_party: RelyingParty<'a>,
        client: Client<'a>,
        pending: PendingAuthorization,
    ) -> Self {
        IdToken {
            compact,
            access_token,
            relying_party,
            client_type: pending.client_type(),
            client_id: client.client_id(),
            nonce: pending.nonce().clone(),
            begun: pending.begun(),
        }
    }

    /// What a message needs should the token be refused: [`validate`](Self::validate) takes the
    /// token itself.
    pub fn if_refused(&self) -> RefusedIdToken<'a> {
        RefusedIdToken {
            compact: self.compact,
            client_id: self.client_id.as_str(),
            access_token: self.access_token,
            nonce: self.nonce.text(),
        }
    }

    /// Whether `keys` lacks the key that the token names, so that fetching the provider's keys
    /// anew may help.
    pub fn lacks_key(&self, keys: &KeySet<'_>, buf: &mut [u8]) -> Result<bool, IdTokenError> {
        let (header, _) = CompactJws::parse(self.compact)?.header(buf)?;
        Ok(matches!(keys.find(header.algorithm, header.key_id), Err(JwksError::Unknown)))
    }

    /// Bytes of buffer that [`validate`](Self::validate) takes, at most.
    pub fn buffer_needed(&self) -> usize {
        buffer_needed(CompactJws::parse(self.compact).ok())
    }

    /// Verifies the signature with one of `keys` and one of `verifiers`, and then every claim.
    ///
    /// Nothing of a token can be looked at before:
    ///
    /// ```compile_fail,E0599
    /// # use onerealm_core::*;
    /// # fn early(id_token: IdToken<'_>) {
    /// let subject = id_token.subject();
    /// # }
    /// ```
    ///
    /// `buf` takes the decoded token, which the identity then borrows; three quarters of the
    /// token's length and 1.5 KiB are enough. The algorithms accepted are those of `verifiers`,
    /// whatever metadata says.
    pub fn validate<'b>(
        self,
        keys: &KeySet<'_>,
        verifiers: &[&dyn SignatureVerifier],
        now: UnixTime,
        buf: &'b mut [u8],
    ) -> Result<Identity<'b>, IdTokenError>
    where
        'a: 'b,
    {
        let jws = CompactJws::parse(self.compact);
        let needed = buffer_needed(jws.ok());
        let (subject_buf, buf) = buf
            .split_at_mut_checked(SUBJECT_LEN)
            .ok_or(IdTokenError::Jws { error: JwsError::Buffer { needed } })?;
        // 1. The token is signed, not encrypted: no registration of ours asks for encryption.
        // 6. The signature is verified first, wherever the token came from;
        // 7. its algorithm is one of ours;
        // 8. and is not symmetric: there is no verifier for those.
        let verified = jws?.verify(keys, verifiers, buf).map_err(|error| match error {
            // What one part lacks says nothing of the parts behind it.
            JwsError::Buffer { .. } => JwsError::Buffer { needed },
            error => error,
        })?;
        let (object, claims) = Claims::read(verified.payload)?;

        self.check_issuer_and_audience(&claims)?;
        self.check_times(&claims, now)?;
        self.check_nonce(&claims)?;
        self.check_access_token_hash(&claims, verified.algorithm)?;
        let subject = claims.subject(subject_buf)?;

        Ok(Identity::new(self.relying_party, self.client_type, subject, object, self.access_token))
    }

    fn check_issuer_and_audience(&self, claims: &Claims<'_>) -> Result<(), IdTokenError> {
        let realm = self.relying_party.realm;
        let client_id = self.client_id.as_str();
        // 2. `iss` is the issuer, to the letter.
        if !claims.iss.as_str().is_some_and(|iss| iss == *realm.issuer.as_str()) {
            return Err(IdTokenError::Issuer);
        }
        // 3. `aud` has our client identifier, and no audience that the realm doesn't trust.
        let others = self.check_audience(claims)?;
        // 4. With several audiences there is an `azp`;
        // 5. and wherever there is one, it is our client identifier.
        match claims.azp.value() {
            None if others > 0 => Err(IdTokenError::NoAuthorizedParty),
            None => Ok(()),
            Some(azp) if azp.as_str().is_some_and(|azp| azp == *client_id) => Ok(()),
            Some(_) => Err(IdTokenError::AuthorizedParty),
        }
    }

    /// Gives the number of trusted audiences besides us.
    fn check_audience(&self, claims: &Claims<'_>) -> Result<usize, IdTokenError> {
        let trusted = self.relying_party.realm.audiences;
        let (mut ours, mut others, mut untrusted) = (false, 0, false);
        for (i, entry) in claims.audiences().enumerate() {
            let entry = entry.as_str().ok_or(IdTokenError::Audience)?;
            if i >= AUDIENCES {
                return Err(IdTokenError::TooManyAudiences);
            }
            if entry == *self.client_id.as_str() {
                ours = true;
            } else {
                others += 1;
                untrusted |= !trusted.iter().any(|audience| entry == *audience);
            }
        }
        match (ours, untrusted) {
            (false, _) => Err(IdTokenError::Audience),
            (true, true) => Err(IdTokenError::UntrustedAudience),
            (true, false) => Ok(others),
        }
    }

    fn check_times(&self, claims: &Claims<'_>, now: UnixTime) -> Result<(), IdTokenError> {
        let realm = self.relying_party.realm;
        let skew = realm.clock_skew;
        let expires = claims.exp()?.ok_or(IdTokenError::NoExpiry)?;
        let issued = claims.iat()?.ok_or(IdTokenError::NoIssueTime)?;
        // 9. The time is before `exp`.
        if now >= expires.plus(skew) {
            return Err(IdTokenError::Expired { expired: expires, now });
        }
        // 10. `iat` is not in the future, and not long before the login that asked for the token.
        if issued > now.plus(skew) {
            return Err(IdTokenError::IssuedInTheFuture { issued, now });
        }
        if issued.plus(skew).plus(ID_TOKEN_BACKDATING) < self.begun {
            return Err(IdTokenError::IssuedBeforeLogin { issued, begun: self.begun });
        }
        if issued > expires {
            return Err(IdTokenError::IssuedAfterExpiry { issued, expires });
        }
        // `nbf` is not in the future (RFC 7519 section 4.1.5).
        if let Some(not_before) = claims.nbf()? {
            if not_before > now.plus(skew) {
                return Err(IdTokenError::NotYetValid { not_before, now });
            }
        }
        // 13. The end user authenticated lately enough, where the realm asks for that.
        if let Some(max_age) = realm.max_age {
            let authenticated = claims.auth_time()?.ok_or(IdTokenError::NoAuthTime)?;
            if authenticated > now.plus(skew) || authenticated.plus(max_age.into()).plus(skew) < now
            {
                return Err(IdTokenError::AuthenticatedTooLongAgo { authenticated, now });
            }
        }
        Ok(())
    }

    /// 11. `nonce` is the one that was sent. (12., `acr`, is a wish in our requests.)
    fn check_nonce(&self, claims: &Claims<'_>) -> Result<(), IdTokenError> {
        match claims.nonce.as_str().and_then(JsonStr::as_plain) {
            None => Err(IdTokenError::NoNonce),
            Some(nonce) if self.nonce.is_spelled(nonce.bytes()) => Ok(()),
            Some(_) => Err(IdTokenError::Nonce),
        }
    }

    /// `at_hash`, where there is one, is the access token's (section 3.1.3.8).
    fn check_access_token_hash(
        &self,
        claims: &Claims<'_>,
        algorithm: JwsAlgorithm,
    ) -> Result<(), IdTokenError> {
        let Some(at_hash) = claims.at_hash.value() else { return Ok(()) };
        let at_hash = at_hash.as_str().and_then(JsonStr::as_plain);
        if at_hash.is_some_and(|text| algorithm.is_left_half_hash(text, self.access_token)) {
            Ok(())
        } else {
            Err(IdTokenError::AccessTokenHash)
        }
    }
}

fn buffer_needed(jws: Option<CompactJws<'_>>) -> usize {
    let jws = jws.map_or(0, |jws| jws.buffer_needed());
    jws.saturating_add(KEY_LEN).saturating_add(SUBJECT_LEN)
}

/// Hidden: it holds tokens.
impl fmt::Debug for IdToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdToken")
            .field("client_type", &self.client_type)
            .field("client_id", &self.client_id)
            .field("begun", &self.begun)
            .finish_non_exhaustive()
    }
}

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
        /// 4. Several audiences and no `azp`.
        NoAuthorizedParty => "id_token_azp_missing",
            "the ID token has several audiences and no azp that says for whom it was issued";
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
        AccessTokenHash => "id_token_at_hash", "the ID token's at_hash is not the hash of the access token that came with it";
        /// No subject, or one that can't be.
        Subject => "id_token_sub",
            "the ID token has no sub of 1 to 255 bytes without control characters";
        /// It tells of a logout.
        LogoutToken => "id_token_is_logout_token", "the token is a logout token and no ID token";
    }
}

impl From<JwsError> for IdTokenError {
    fn from(error: JwsError) -> Self {
        IdTokenError::Jws { error }
    }
}
