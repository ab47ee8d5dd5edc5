//! A login begins: the end user is sent to the provider.

use std::fmt;

use onerealm_core::wire::BufferTooSmall;
use onerealm_core::{
    AuthorizationRequest, BrowserBinding, ClientType, PendingAuthorization, ProviderMetadata,
    RedirectUri, Requested, SealedState, UnixTime,
};

use super::Logins;
use super::login::{Login, check_listed};
use super::message::buffer_for;
use super::refused;
use crate::clock::now;
use crate::error::Error;
use crate::mix_up;

/// A login that has begun.
#[non_exhaustive]
pub struct Begun {
    /// Where to send the end user.
    pub url: String,
    /// The login's `state`.
    pub state: String,
    /// The client type of the login.
    pub client_type: ClientType,
    /// When it expires.
    pub expires_at: UnixTime,
}

/// The URL and the state are hidden: either may be enough to finish the login.
impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Begun")
            .field("client_type", &self.client_type)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Begun {
    /// The result for the caller, given the `state` to send.
    fn of(request: &AuthorizationRequest<'_>, state: String) -> Result<Self, Error> {
        let mut buf = buffer_for(write_url(request, &state, &mut []))?;
        let url = write_url(request, &state, &mut buf)?.to_owned();
        let client_type = request.client_type();
        let (realm, expires_at) = (request.pending().realm(), request.pending().expires());
        log::info!("realm {realm}: a {} login begins", client_type.as_str());
        Ok(Begun { url, state, client_type, expires_at })
    }
}

impl Logins {
    /// Begins a login, and keeps it until it is finished.
    ///
    /// # Errors
    ///
    /// The redirect URL is invalid or not listed, the realm can't be used, the metadata is
    /// unavailable, no client type fits, or the store fails.
    pub fn begin(
        &self,
        realm: &str,
        redirect_url: &str,
        requested: Requested,
    ) -> Result<Begun, Error> {
        let redirect_uri = RedirectUri::parse(redirect_url)?;
        let login = self.login_to(realm, &redirect_uri)?;
        let metadata = login.published.metadata();
        let begun = self.put(&request(&login, &metadata, redirect_uri, requested)?)?;
        login.served(None);
        Ok(begun)
    }

    /// Begins a login that only the browser which is sent away can finish, by
    /// [`finish_in_browser`](Self::finish_in_browser): for servers. The browser keeps the value in a
    /// cookie until it is back.
    ///
    /// The cookie is `HttpOnly`, `Secure` and `SameSite=Lax`, with a name that begins with `__Host-`
    /// (and so `Path=/` and no `Domain`), and lives as long as the login. `Lax` is for callbacks by
    /// `GET`; where the provider answers by a form post, the cookie needs `SameSite=None`.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub fn begin_in_browser(
        &self,
        realm: &str,
        redirect_url: &str,
        requested: Requested,
    ) -> Result<(Begun, BrowserBinding), Error> {
        let redirect_uri = RedirectUri::parse(redirect_url)?;
        let login = self.login_to(realm, &redirect_uri)?;
        let metadata = login.published.metadata();
        let request = request(&login, &metadata, redirect_uri, requested)?;
        let (request, binding) = request.bound_to_browser();
        let begun = self.put(&request)?;
        login.served(None);
        Ok((begun, binding))
    }

    /// Keeps the login until it is finished.
    fn put(&self, request: &AuthorizationRequest<'_>) -> Result<Begun, Error> {
        let state = self.store.put(request.pending())?;
        Begun::of(request, state)
    }

    /// Begins a login without storing it, for programs that wait for its end themselves.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin), except for those of the store.
    pub fn start(
        &self,
        realm: &str,
        redirect_url: &str,
        requested: Requested,
    ) -> Result<(Begun, PendingAuthorization), Error> {
        let redirect_uri = RedirectUri::parse(redirect_url)?;
        let login = self.login_to(realm, &redirect_uri)?;
        let metadata = login.published.metadata();
        let request = request(&login, &metadata, redirect_uri, requested)?;
        let begun = Begun::of(&request, request.pending().state().as_str().to_owned())?;
        Ok((begun, request.into_pending()))
    }

    /// A login in the realm, whose list of redirect URIs is checked before any request is sent.
    fn login_to(&self, realm: &str, redirect_uri: &RedirectUri) -> Result<Login<'_>, Error> {
        let config = self.realms.get(realm)?;
        check_listed(config, redirect_uri)?;
        let login = self.login(config)?;
        let announces_issuer = login.published.metadata().sends_issuer();
        mix_up::warn(&self.realms, config, redirect_uri, announces_issuer);
        Ok(login)
    }
}

/// Writes the URL with the `state` to send.
fn write_url<'b>(
    request: &AuthorizationRequest<'_>,
    state: &str,
    buf: &'b mut [u8],
) -> Result<&'b str, BufferTooSmall> {
    match SealedState::parse(state) {
        Ok(sealed) => request.write_url_with_sealed_state(sealed, buf),
        Err(_) => request.write_url(buf),
    }
}

fn request<'a>(
    login: &'a Login<'_>,
    metadata: &'a ProviderMetadata<'a>,
    redirect_uri: RedirectUri,
    requested: Requested,
) -> Result<AuthorizationRequest<'a>, Error> {
    let relying_party = login.relying_party(metadata)?;
    let mut rng = getrandom::SysRng;
    AuthorizationRequest::new(relying_party, redirect_uri, requested, &mut rng, now())
        .map_err(|error| refused::begin(error, relying_party))
}
