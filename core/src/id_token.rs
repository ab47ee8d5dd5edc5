//! The ID token and the rules by which it is believed (OpenID Connect Core 2 and 3.1.3.7).

mod authentication;
mod claims;
mod error;
mod refused;
mod signature;

use core::fmt;

use self::claims::Claims;
use crate::binding::Binding;
use crate::client::{Client, ClientType};
use crate::identity::Identity;
use crate::jwa::JwsAlgorithm;
use crate::jwks::{KEY_LEN, KeySet};
use crate::jws::{CompactJws, Decoded, ID_TOKEN_TYPES, JwsError, JwsHeader};
use crate::jwt;
use crate::policy::{ID_TOKEN_BACKDATING, SUBJECT_LEN};
use crate::random::Random256;
use crate::realm::ClientId;
use crate::relying_party::RelyingParty;
use crate::time::UnixTime;
use crate::wire::{JsonStr, Object, cut, decoded_len_bound};

pub use self::error::IdTokenError;
pub use self::refused::RefusedIdToken;
pub use self::signature::{BadSignature, SignedIdToken};

/// An ID token as it came, with what it must say. It shows nothing before it is
/// [validated](UnverifiedIdToken::validate).
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/recorded.rs"));
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/states.rs"));
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// # let (realm, metadata) = (realm(), metadata());
/// # let relying_party = RelyingParty::new(&realm, &metadata)?;
/// # let id_token = id_token(relying_party);
/// # let (newer_keys, keys, now) = (keys, keys(), NOW);
/// # let mut believe = || -> Result<(), onerealm_core::IdTokenError> {
/// let mut keys = keys;
/// let mut buf = vec![0; id_token.buffer_needed()];
/// let id_token = id_token.open(&mut buf)?;
/// if id_token.lacks_key(&keys) {
///     keys = newer_keys(); // the provider may have changed them a moment ago
/// }
/// let identity = id_token.validate(&keys, &[&Es256], now)?;
/// assert_eq!(identity.subject(), "alice-sub");
/// # Ok(())
/// # };
/// # believe()?;
/// # Ok(())
/// # }
/// ```
pub struct IdToken<'a> {
    compact: &'a str,
    /// Its parts, if it has those of a signed token.
    jws: Result<CompactJws<'a>, JwsError>,
    expected: Expected<'a>,
}

impl<'a> IdToken<'a> {
    pub(crate) fn new(
        compact: &'a str,
        access_token: Option<JsonStr<'a>>,
        relying_party: RelyingParty<'a>,
        client: Client<'a>,
        binding: Binding,
    ) -> Self {
        let expected = Expected {
            access_token,
            relying_party,
            client_type: binding.decision.client_type(),
            client_id: client.client_id(),
            nonce: binding.nonce,
            begun: binding.begun,
        };
        IdToken { compact, jws: CompactJws::parse(compact), expected }
    }

    /// Bytes of buffer for [`open`](Self::open): three quarters of the token's length and 1.25 KiB.
    pub fn buffer_needed(&self) -> usize {
        match self.jws {
            // Where signature and key were, there is room for the subject.
            Ok(jws) => jws.buffer_needed().saturating_add(KEY_LEN.max(SUBJECT_LEN)),
            Err(_) => decoded_len_bound(self.header_text()),
        }
    }

    /// Decodes the token into `buf`, which all that comes of it borrows, and reads its header.
    ///
    /// Nothing of a token can be looked at before it is validated:
    ///
    /// ```compile_fail,E0599
    /// # use onerealm_core::*;
    /// # fn early(id_token: UnverifiedIdToken<'_>) {
    /// let subject = id_token.subject();
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`IdTokenError::Jws`] in a [`RefusedIdToken`]: the token is no signed one that is supported
    /// here, or `buf` is shorter than [`buffer_needed`](Self::buffer_needed).
    pub fn open<'b>(self, buf: &'b mut [u8]) -> Result<UnverifiedIdToken<'b>, RefusedIdToken<'b>>
    where
        'a: 'b,
    {
        let needed = self.buffer_needed();
        let jws = match self.jws {
            Ok(jws) if buf.len() >= needed => jws,
            Ok(_) => {
                let error = JwsError::Buffer { needed };
                return Err(self.expected.refuse(error.into(), Decoded::default()));
            }
            // 1. The token is signed, not encrypted: no registration of ours asks for encryption.
            Err(error) => {
                // How it is encrypted stands in the header.
                let decoded = Decoded::header_alone(self.header_text(), buf);
                return Err(self.expected.refuse(error.into(), decoded));
            }
        };
        match jws.decode(ID_TOKEN_TYPES, buf) {
            (decoded, Ok((header, buf))) => {
                let expected = self.expected;
                Ok(UnverifiedIdToken { jws, header, decoded, expected, buf, scratch: None })
            }
            (decoded, Err(error)) => Err(self.expected.refuse(error.into(), decoded)),
        }
    }

    fn header_text(&self) -> &'a str {
        cut(self.compact, b'.').map_or("", |(header, _)| header)
    }
}

/// Hidden: it holds tokens.
impl fmt::Debug for IdToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expected.show("IdToken", f)
    }
}

/// An ID token that is decoded, and not believed: it shows nothing but whether its key is known.
pub struct UnverifiedIdToken<'b> {
    jws: CompactJws<'b>,
    header: JwsHeader<'b>,
    decoded: Decoded<'b>,
    expected: Expected<'b>,
    /// What is left of the buffer.
    buf: &'b mut [u8],
    scratch: Option<&'b mut [u32]>,
}

impl<'b> UnverifiedIdToken<'b> {
    /// Whether `keys` lacks the key that the token names, so that fetching the provider's keys
    /// anew may help. If the new ones lack it too, [`validate`](Self::validate) takes the only key
    /// without a name that fits.
    pub fn lacks_key(&self, keys: &KeySet<'_>) -> bool {
        self.header.lacks_key(keys)
    }

    /// Lets the token have as many claims, with the members inside them, as `scratch` has entries.
    pub fn with_scratch(self, scratch: &'b mut [u32]) -> Self {
        UnverifiedIdToken { scratch: Some(scratch), ..self }
    }
}

/// Hidden: it holds tokens.
impl fmt::Debug for UnverifiedIdToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expected.show("UnverifiedIdToken", f)
    }
}

/// What an ID token must say, by the login that it is for.
struct Expected<'a> {
    access_token: Option<JsonStr<'a>>,
    relying_party: RelyingParty<'a>,
    client_type: ClientType,
    client_id: ClientId<&'a str>,
    nonce: Random256,
    begun: UnixTime,
}

impl<'a> Expected<'a> {
    fn refuse<'b>(self, error: IdTokenError, decoded: Decoded<'b>) -> RefusedIdToken<'b>
    where
        'a: 'b,
    {
        let Expected { client_id, access_token, nonce, .. } = self;
        RefusedIdToken { error, decoded, client_id: client_id.lent(), access_token, nonce }
    }

    fn identity<'b>(self, subject: &'b str, claims: Object<'b>) -> Identity<'b>
    where
        'a: 'b,
    {
        let Expected { relying_party, client_type, client_id, access_token, .. } = self;
        Identity::new(relying_party, (client_type, client_id), subject, claims, access_token)
    }

    /// Checks the claims of a signed payload; gives the subject, written to `buf`, and all of them.
    fn check<'b>(
        &self,
        payload: &'b [u8],
        scratch: Option<&mut [u32]>,
        algorithm: JwsAlgorithm,
        now: UnixTime,
        buf: &'b mut [u8],
    ) -> Result<(&'b str, Object<'b>), IdTokenError> {
        let (object, claims) = Claims::read(payload, scratch)?;
        self.check_issuer_and_audience(&claims)?;
        self.check_times(&claims, now)?;
        self.check_nonce(&claims)?;
        authentication::check(object, self.relying_party.realm)?;
        self.check_access_token_hash(&claims, algorithm)?;
        // The longest subject fits, and a longer one is none.
        let (buf, _) = buf.split_at_mut_checked(SUBJECT_LEN).ok_or(IdTokenError::Subject)?;
        Ok((claims.subject(buf)?, object))
    }

    fn check_issuer_and_audience(&self, claims: &Claims<'_>) -> Result<(), IdTokenError> {
        let realm = self.relying_party.realm;
        let client_id = self.client_id.as_str();
        // 2. `iss` is the issuer, to the letter.
        if !claims.iss.as_str().is_some_and(|iss| iss == *realm.issuer.as_str()) {
            return Err(IdTokenError::Issuer);
        }
        // 3. `aud` has our client identifier, and no audience that the realm doesn't trust.
        jwt::check_audience(claims.aud, client_id, &realm.audiences)?;
        // 4. Several audiences need no `azp` (a rule that errata set 2 dropped), as each is trusted;
        // 5. but wherever there is one, it is our client identifier.
        match jwt::is_authorized_party(claims.azp, client_id) {
            true => Ok(()),
            false => Err(IdTokenError::AuthorizedParty),
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
        if let Some(not_before) = claims.nbf()?.filter(|not_before| *not_before > now.plus(skew)) {
            return Err(IdTokenError::NotYetValid { not_before, now });
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

    /// 11. `nonce` is the one that was sent.
    fn check_nonce(&self, claims: &Claims<'_>) -> Result<(), IdTokenError> {
        match claims.nonce.as_str().and_then(JsonStr::as_plain) {
            None => Err(IdTokenError::NoNonce),
            Some(nonce) if self.nonce.is_spelled(nonce.bytes()) => Ok(()),
            Some(_) => Err(IdTokenError::Nonce),
        }
    }

    /// `at_hash`, where there is one, is the access token's (section 3.1.3.8), which came too.
    fn check_access_token_hash(
        &self,
        claims: &Claims<'_>,
        algorithm: JwsAlgorithm,
    ) -> Result<(), IdTokenError> {
        let Some(at_hash) = claims.at_hash.unless_null().value() else { return Ok(()) };
        // Some providers pad it.
        let at_hash = at_hash.as_str().and_then(JsonStr::as_plain);
        let at_hash = at_hash.map(|text| text.trim_end_matches('='));
        match (at_hash, self.access_token) {
            (Some(text), Some(token)) if algorithm.is_left_half_hash(text, token) => Ok(()),
            _ => Err(IdTokenError::AccessTokenHash),
        }
    }

    /// Shows for whom the token must be; no token and no nonce.
    fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("client_type", &self.client_type)
            .field("client_id", &self.client_id)
            .field("begun", &self.begun)
            .finish_non_exhaustive()
    }
}
