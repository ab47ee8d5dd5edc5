//! The authorization request (OpenID Connect Core 3.1.2.1): the login begins.

use rand_core::TryCryptoRng;

use crate::browser_binding::BrowserBinding;
use crate::client::{Client, ClientType, ClientTypeError, Requested};
use crate::pending_authorization::PendingAuthorization;
use crate::pkce::CodeChallenge;
use crate::random::NoEntropy;
use crate::redirect_uri::RedirectUri;
use crate::relying_party::RelyingParty;
use crate::sealed_state::SealedState;
use crate::time::UnixTime;
use crate::wire::{BufferTooSmall, Words, Writer, write_form_encoded};

/// A login that begins: the URL for the end user, and the state to keep meanwhile.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/recorded.rs"));
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/states.rs"));
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// # let (realm, metadata) = (realm(), metadata());
/// # let relying_party = RelyingParty::new(&realm, &metadata)?;
/// # let rng = &mut RecordedBytes::default();
/// # let now = NOW;
/// use onerealm_core::{AuthorizationRequest, ClientType, RedirectUri, Requested};
///
/// let redirect_uri = RedirectUri::parse("http://127.0.0.1/callback")?;
/// let request =
///     AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, rng, now)?;
/// assert_eq!(request.client_type(), ClientType::Public);
///
/// let mut buf = [0; 1024];
/// let url = request.write_url(&mut buf)?; // where the end user's browser goes
/// assert!(url.starts_with("https://login.example/t/authorize?response_type=code&client_id=pve&"));
/// let pending = request.into_pending(); // what is kept meanwhile
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct AuthorizationRequest<'a> {
    relying_party: RelyingParty<'a>,
    pending: PendingAuthorization,
}

impl<'a> AuthorizationRequest<'a> {
    /// Decides the client type, and draws state, nonce and code verifier.
    ///
    /// # Errors
    ///
    /// [`BeginError`]: no client type fits realm, provider and redirect URI, or the random source failed.
    pub fn new<R: TryCryptoRng + ?Sized>(
        relying_party: RelyingParty<'a>,
        redirect_uri: RedirectUri,
        requested: Requested,
        rng: &mut R,
        now: UnixTime,
    ) -> Result<Self, BeginError> {
        let RelyingParty { realm, metadata } = relying_party;
        let client = Client::decide(realm, metadata, redirect_uri.kind(), requested)?;
        let pending = PendingAuthorization::begin(realm, &client, redirect_uri, rng, now)?;
        Ok(AuthorizationRequest { relying_party, pending })
    }

    /// Binds the login to the browser that is sent away, which keeps the value meanwhile: the login
    /// then accepts no response without it
    /// ([`AuthorizationResponse::from_browser`](crate::AuthorizationResponse::from_browser)).
    ///
    /// Without that, somebody could begin a login, sign in, and let another's browser finish it, which
    /// would then be signed in as somebody else (login CSRF).
    pub fn bound_to_browser(self) -> (Self, BrowserBinding) {
        let (pending, binding) = self.pending.bound_to_browser();
        (AuthorizationRequest { pending, ..self }, binding)
    }

    /// The client type of the login.
    pub fn client_type(&self) -> ClientType {
        self.pending.client_type()
    }

    /// The login in the form that is kept until the end user returns.
    pub fn pending(&self) -> &PendingAuthorization {
        &self.pending
    }

    /// Turns into the state to keep.
    pub fn into_pending(self) -> PendingAuthorization {
        self.pending
    }

    /// Writes the URL for the end user.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`], with the length of the URL in bytes.
    pub fn write_url<'b>(&self, buf: &'b mut [u8]) -> Result<&'b str, BufferTooSmall> {
        self.write_url_with(self.pending.state().as_str(), buf)
    }

    /// Writes it with the login itself as `state`: `sealed` is this login, sealed.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`], with the length of the URL in bytes.
    pub fn write_url_with_sealed_state<'b>(
        &self,
        sealed: SealedState<'_>,
        buf: &'b mut [u8],
    ) -> Result<&'b str, BufferTooSmall> {
        self.write_url_with(sealed.as_str(), buf)
    }

    fn write_url_with<'b>(
        &self,
        state: &str,
        buf: &'b mut [u8],
    ) -> Result<&'b str, BufferTooSmall> {
        let RelyingParty { realm, metadata } = self.relying_party;
        let endpoint = metadata.authorization_endpoint();
        let mut url = Writer::new(buf);
        endpoint.write(&mut url);
        let mut query =
            Query { out: &mut url, separator: if endpoint.has_query() { '&' } else { '?' } };

        query.add("response_type", "code");
        query.add("client_id", self.pending.client_id());
        query.add("redirect_uri", self.pending.redirect_uri());
        query.add_words("scope", core::iter::once("openid").chain(other_scopes(&realm.scopes)));
        query.add_base64url("state", state);
        query.add_base64url("nonce", self.pending.nonce().as_str());
        query.begin("code_challenge");
        // Where there is no room for it, nothing is hashed: a URL may be written into no buffer first.
        match query.out.has_room(CodeChallenge::LEN) {
            true => query.out.push_str(self.pending.code_challenge().as_str()),
            false => query.out.count(CodeChallenge::LEN),
        }
        query.add("code_challenge_method", "S256");
        query.add("display", "page");
        query.add_words("prompt", realm.prompt.iter());
        let acr_values = match realm.acr_values.is_empty() {
            true => &realm.required_acr,
            false => &realm.acr_values,
        };
        query.add_words("acr_values", acr_values.iter());
        if let Some(seconds) = realm.max_age {
            query.add_number("max_age", seconds);
        }
        url.finish_str()
    }
}

fn other_scopes<'w>(scopes: &'w Words<&str>) -> impl Iterator<Item = &'w str> {
    scopes.iter().filter(|scope| *scope != "openid")
}

/// Appends parameters to a URL.
struct Query<'w, 'b> {
    out: &'w mut Writer<'b>,
    separator: char,
}

impl Query<'_, '_> {
    fn add(&mut self, name: &str, value: &str) {
        self.begin(name);
        write_form_encoded(self.out, value);
    }

    /// A value that needs no encoding.
    fn add_base64url(&mut self, name: &str, value: &str) {
        self.begin(name);
        self.out.push_str(value);
    }

    /// Words separated by spaces; an empty list adds nothing.
    fn add_words<'w>(&mut self, name: &str, words: impl Iterator<Item = &'w str>) {
        for (i, word) in words.enumerate() {
            if i == 0 {
                self.begin(name);
            } else {
                self.out.push_str("%20");
            }
            write_form_encoded(self.out, word);
        }
    }

    fn add_number(&mut self, name: &str, number: u32) {
        self.begin(name);
        self.out.push_number(number);
    }

    fn begin(&mut self, name: &str) {
        self.out.push_char(self.separator);
        self.separator = '&';
        self.out.push_str(name);
        self.out.push_char('=');
    }
}

/// Why no login began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BeginError {
    /// No client type fits.
    ClientType(ClientTypeError),
    /// The random source failed.
    NoEntropy,
}

impl BeginError {
    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            BeginError::ClientType(error) => error.code(),
            BeginError::NoEntropy => "no_entropy",
        }
    }
}

impl core::fmt::Display for BeginError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            BeginError::ClientType(error) => error.fmt(f),
            BeginError::NoEntropy => NoEntropy.fmt(f),
        }
    }
}

impl core::error::Error for BeginError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            BeginError::ClientType(error) => Some(error),
            BeginError::NoEntropy => None,
        }
    }
}

impl From<ClientTypeError> for BeginError {
    fn from(error: ClientTypeError) -> Self {
        BeginError::ClientType(error)
    }
}

impl From<NoEntropy> for BeginError {
    fn from(_: NoEntropy) -> Self {
        BeginError::NoEntropy
    }
}
