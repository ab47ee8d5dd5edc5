//! The pending authorization: a login while the end user is away. It is the only stored state.

mod error;

use core::fmt;
use rand_core::TryCryptoRng;

use crate::authorization_response::{AuthorizationResponse, Outcome, ResponseIssuer};
use crate::binding::{Binding, DamagedPending, PendingFields};
use crate::browser_binding::BrowserBinding;
use crate::client::{Client, ClientType, Decision};
use crate::pkce::CodeChallenge;
use crate::random::{NoEntropy, Text43};
use crate::realm::Realm;
use crate::redirect_uri::RedirectUri;
use crate::relying_party::RelyingParty;
use crate::state::{PendingKey, StateText};
use crate::time::UnixTime;
use crate::token_request::TokenRequest;
use crate::unsigned_token_request::{Accepted, UnsignedTokenRequest};
use crate::wire::{BufferTooSmall, FormText};

pub use self::error::AuthorizationError;

/// A login between its two steps.
///
/// Holds everything decided at the first step, so the second step can't change it: the client type,
/// our identity, where the end user returns to, and what the ID token must contain. The verifier is
/// secret: keep the stored form from other users.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/recorded.rs"));
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/states.rs"));
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// # let (realm, metadata) = (realm(), metadata());
/// # let relying_party = RelyingParty::new(&realm, &metadata)?;
/// # let pending = pending(relying_party);
/// # let (url, now) = (CALLBACK, NOW);
/// use onerealm_core::{AuthorizationResponse, PendingAuthorization};
///
/// // Stored under its key while the end user is away.
/// let key = pending.key();
/// let mut buf = [0; PendingAuthorization::PENDING_LEN];
/// let stored = pending.encode(&mut buf)?;
///
/// // The end user is back. The response says which login it claims to belong to.
/// let response = AuthorizationResponse::from_url(url)?;
/// assert_eq!(response.key(), key);
/// let pending = PendingAuthorization::decode(stored)?;
/// let token_request = pending.accept(&response, relying_party, now)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PendingAuthorization(Binding);

impl PendingAuthorization {
    pub(crate) fn begin<R: TryCryptoRng + ?Sized>(
        realm: &Realm<&str>,
        client: &Client<'_>,
        redirect_uri: RedirectUri,
        rng: &mut R,
        now: UnixTime,
    ) -> Result<Self, NoEntropy> {
        Binding::draw(realm, client, redirect_uri, rng, now).map(PendingAuthorization)
    }

    /// The login, bound to the browser that keeps the value.
    pub(crate) fn bound_to_browser(self) -> (Self, BrowserBinding) {
        let binding = BrowserBinding::of(&self.0.verifier);
        (PendingAuthorization(Binding { bound_to_browser: true, ..self.0 }), binding)
    }

    /// Whether it is bound to a browser: it accepts no response without the value that the browser
    /// keeps.
    pub fn is_bound_to_browser(&self) -> bool {
        self.0.bound_to_browser
    }

    /// Handles the end user's return: checks that the response belongs to this login, and moves on
    /// to the token request.
    ///
    /// `relying_party` is the realm as configured now. It supplies endpoints and secrets; our
    /// identity was decided when the login began.
    ///
    /// A login can be accepted once:
    ///
    /// ```compile_fail,E0382
    /// # use onerealm_core::*;
    /// # fn twice(pending: PendingAuthorization, response: AuthorizationResponse<'_>,
    /// #          relying_party: RelyingParty<'_>, now: UnixTime) {
    /// let once = pending.accept(&response, relying_party, now);
    /// let twice = pending.accept(&response, relying_party, now);
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AuthorizationError`]: the response belongs to another login or provider, it is too late,
    /// the realm has changed, or the provider refused. [`AuthorizationError::Unsigned`] where the
    /// login's credential is a private key: [`accept_either`](Self::accept_either) takes these too.
    pub fn accept<'a>(
        self,
        response: &AuthorizationResponse<'a>,
        relying_party: RelyingParty<'a>,
        now: UnixTime,
    ) -> Result<TokenRequest<'a>, AuthorizationError> {
        match self.check(response, relying_party, now)? {
            (Client::Assertion { .. }, _) => Err(AuthorizationError::Unsigned),
            (client, code) => Ok(TokenRequest::new(relying_party, client, self.0, code)),
        }
    }

    /// The same for programs that have private keys: a login whose credential is one moves on to a
    /// request that needs its signature.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept), without [`AuthorizationError::Unsigned`].
    pub fn accept_either<'a>(
        self,
        response: &AuthorizationResponse<'a>,
        relying_party: RelyingParty<'a>,
        now: UnixTime,
    ) -> Result<Accepted<'a>, AuthorizationError> {
        Ok(match self.check(response, relying_party, now)? {
            (Client::Assertion { client_id, .. }, code) => {
                let key = relying_party.realm.registration.private_key().copied();
                let client = (client_id, key.unwrap_or_default());
                let unsigned = UnsignedTokenRequest::new(relying_party, client, self.0, code);
                Accepted::Unsigned(unsigned)
            }
            (client, code) => {
                Accepted::Request(TokenRequest::new(relying_party, client, self.0, code))
            }
        })
    }

    /// Who we are, and the code. The login stays where it is: it is large.
    fn check<'a>(
        &self,
        response: &AuthorizationResponse<'a>,
        relying_party: RelyingParty<'a>,
        now: UnixTime,
    ) -> Result<(Client<'a>, FormText<'a>), AuthorizationError> {
        let RelyingParty { realm, metadata } = relying_party;
        let binding = &self.0;
        if !binding.state.is_spelled(response.state().bytes()) {
            return Err(AuthorizationError::WrongState);
        }
        self.check_browser(response)?;
        if !binding.is_of(realm) {
            return Err(AuthorizationError::OtherRealm);
        }
        self.check_age(realm.clock_skew, now)?;
        self.check_redirect_uri(response)?;
        // RFC 9207 section 2.4: compared if present, required if announced.
        match response.issuer() {
            ResponseIssuer::Sent(iss) if iss != *binding.issuer.as_str() => {
                return Err(AuthorizationError::WrongIssuer);
            }
            ResponseIssuer::NotSent if metadata.sends_issuer() => {
                return Err(AuthorizationError::NoIssuer);
            }
            _ => {}
        }
        let code = match response.outcome() {
            Outcome::Code(code) => code,
            Outcome::Error { error, .. } => return Err(AuthorizationError::Refused { error }),
        };
        let client = Client::recall(realm, binding.decision, &binding.client_id)
            .ok_or(AuthorizationError::ClientGone)?;
        Ok((client, code))
    }

    /// Checks the redirect URI as [`accept`](Self::accept) does, for callers that have something to
    /// fetch before that.
    ///
    /// # Errors
    ///
    /// [`AuthorizationError::OtherRedirectUri`] if the response is known to have come to a redirect
    /// URI other than the login's.
    pub fn check_redirect_uri(
        &self,
        response: &AuthorizationResponse<'_>,
    ) -> Result<(), AuthorizationError> {
        match response.came_to(self.redirect_uri()) {
            true => Ok(()),
            false => Err(AuthorizationError::OtherRedirectUri),
        }
    }

    /// Checks the browser as [`accept`](Self::accept) does, for callers that have something to fetch
    /// before that: a login that is bound to one takes responses of that browser only, and a response
    /// that is said to come from one is taken by such logins only.
    ///
    /// # Errors
    ///
    /// [`AuthorizationError::OtherBrowser`]
    pub fn check_browser(
        &self,
        response: &AuthorizationResponse<'_>,
    ) -> Result<(), AuthorizationError> {
        match (self.0.bound_to_browser, response.brought_by_browser()) {
            (false, None) => Ok(()),
            (true, Some(brought))
                if BrowserBinding::is_spelled(&self.0.verifier, brought.bytes()) =>
            {
                Ok(())
            }
            _ => Err(AuthorizationError::OtherBrowser),
        }
    }

    fn check_age(&self, clock_skew: u64, now: UnixTime) -> Result<(), AuthorizationError> {
        let begun = self.begun();
        if now >= self.expires() {
            return Err(AuthorizationError::Expired { begun, now });
        }
        if now.plus(clock_skew) < begun {
            return Err(AuthorizationError::ClockWentBack { begun, now });
        }
        Ok(())
    }

    /// The client type of the login.
    pub fn client_type(&self) -> ClientType {
        self.0.decision.client_type()
    }

    /// What was decided when the login began.
    pub fn decision(&self) -> Decision {
        self.0.decision
    }

    /// The realm's name.
    pub fn realm(&self) -> &str {
        &self.0.realm
    }

    /// The client identifier that was sent.
    pub fn client_id(&self) -> &str {
        &self.0.client_id
    }

    /// Where the end user returns to.
    pub fn redirect_uri(&self) -> &str {
        self.0.redirect_uri.as_str()
    }

    /// When the login began.
    pub fn begun(&self) -> UnixTime {
        self.0.begun
    }

    /// When it expires.
    pub fn expires(&self) -> UnixTime {
        self.0.expires()
    }

    /// The `state` of the authorization request.
    pub fn state(&self) -> StateText {
        StateText::of(&self.0.state)
    }

    /// The key to store it under.
    pub fn key(&self) -> PendingKey {
        PendingKey::of_state(self.0.state.text().as_bytes().iter().copied())
    }

    pub(crate) fn nonce(&self) -> Text43 {
        self.0.nonce.text()
    }

    pub(crate) fn code_challenge(&self) -> CodeChallenge {
        self.0.verifier.challenge()
    }

    /// The most bytes that [`encode`](Self::encode) writes.
    pub const PENDING_LEN: usize = Binding::STORED_LEN;

    /// Writes the stored form: a version, the fields, and a checksum over both.
    ///
    /// At most [`PENDING_LEN`](Self::PENDING_LEN) bytes, including the code verifier.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`] if `buf` is too short.
    pub fn encode<'b>(&self, buf: &'b mut [u8]) -> Result<&'b [u8], BufferTooSmall> {
        self.0.encode(buf)
    }

    /// The same without the checksum, for callers that bring their own AEAD.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`], as [`encode`](Self::encode).
    pub fn encode_to_seal<'b>(&self, buf: &'b mut [u8]) -> Result<&'b [u8], BufferTooSmall> {
        self.0.encode_to_seal(buf)
    }

    /// Reads what [`encode`](Self::encode) wrote, and nothing else.
    ///
    /// # Errors
    ///
    /// [`DamagedPending`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, DamagedPending> {
        Binding::decode(bytes).map(PendingAuthorization)
    }

    /// Reads what [`encode_to_seal`](Self::encode_to_seal) wrote. The caller guarantees its
    /// integrity.
    ///
    /// # Errors
    ///
    /// [`DamagedPending`] for anything that is not a login.
    pub fn decode_unsealed(fields: &[u8]) -> Result<Self, DamagedPending> {
        Binding::decode_unsealed(fields).map(PendingAuthorization)
    }

    /// Calls `then` with the fields, and overwrites their secret texts afterwards.
    pub fn with_fields<T>(&self, then: impl FnOnce(PendingFields<'_>) -> T) -> T {
        self.0.with_fields(then)
    }

    /// Reassembles a login.
    ///
    /// # Errors
    ///
    /// [`DamagedPending`] if a field is not one that [`with_fields`](Self::with_fields) gives.
    pub fn from_fields(fields: PendingFields<'_>) -> Result<Self, DamagedPending> {
        Binding::from_fields(fields).map(PendingAuthorization)
    }
}

/// Shows realm, client and redirect URI, but no value that helps to finish the login.
impl fmt::Debug for PendingAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show("PendingAuthorization", f)
    }
}
