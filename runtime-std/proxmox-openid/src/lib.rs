//! The API of Proxmox's crate `proxmox-openid` 1.0.3, on [`onerealm`].
//!
//! Callers work unchanged. With a line or two, they can also:
//!
//! - Set [`OpenIdConfig::public`] for one login, or [`OpenIdConfig::client_type`] for a realm. Then
//!   one realm serves the web UI (confidential: the secret is sent) and command-line tools (public:
//!   it is not). [`authorize_url`](OpenIdAuthenticator::authorize_url) decides the client type, and
//!   binds it to the login's state.
//! - Set [`PrivateAuthState::iss`] to the `iss` that came with `code` and `state`, so that it is
//!   compared (RFC 9207).
//!
//! Calls may be made from any thread and from within an async runtime: they block, at most 14
//! seconds, and start no runtime. Nothing is started, read or stored before the first call, so the
//! library may be loaded before a daemon forks. It reads the environment, but never sets it.
//!
//! Errors are one line with the whole cause, which can be shown to a caller who isn't logged in. They
//! are not logged here as well, except for what such a caller must not learn.
//!
//! Logins are kept where [`StateStore`] says.

#![forbid(unsafe_code)]

mod auth_state;
mod claims;
mod config;
mod credential;
mod error;
mod generic_claims;
mod http_client;
mod perl;
mod settings;
mod states;
mod text;

use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Error;
use onerealm::core::{QueryUserinfo, RealmError, RealmName};
use onerealm::{Callback, Logins, Network, PendingAuthorization, RealmConfig, Realms, Requested};
use serde_json::Value;

use crate::settings::Settings;

pub use auth_state::{PrivateAuthState, PublicAuthState};
pub use claims::WARNINGS;
pub use config::OpenIdConfig;
pub use generic_claims::GenericClaims;
pub use http_client::http_client;
pub use states::{StateStore, store_auth_state, verify_public_auth_state};
pub use text::SecretText;

/// The time limit of one call. An API method makes two that reach the provider, and Proxmox's proxy
/// gives up on a method after 30 seconds.
const DEADLINE: Duration = Duration::from_secs(14);

/// A realm's provider, and one redirect URL.
#[derive(Debug)]
pub struct OpenIdAuthenticator {
    realm: RealmConfig,
    redirect_url: String,
    requested: Requested,
    settings: Settings,
}

impl OpenIdAuthenticator {
    /// Checks `config`, and fetches the provider's metadata unless this process has it.
    /// `redirect_url` is checked when a login begins.
    ///
    /// # Errors
    ///
    /// If `config` has a mistake, or if the metadata can't be fetched or used.
    pub fn discover(config: &OpenIdConfig, redirect_url: &str) -> Result<Self, Error> {
        let authenticator = OpenIdAuthenticator {
            realm: config.realm().map_err(error::of_config)?,
            redirect_url: redirect_url.to_owned(),
            requested: match config.public {
                Some(true) => Requested::Public,
                Some(false) | None => Requested::Default,
            },
            settings: config.settings(),
        };
        let realm = authenticator.realm.clone();
        let name = realm.name().to_owned();
        // Nothing is stored before there is a login.
        logins(realm, &StateStore::new(""))
            .discover(&name)
            .map_err(|error| error::of_discovery(&error, &authenticator.settings))?;
        Ok(authenticator)
    }

    /// Begins a login in `realm`, and returns the URL for the end user. Pending logins are stored
    /// below `state_dir`, in their own directory.
    ///
    /// # Errors
    ///
    /// If the realm's name or the redirect URL is malformed, if the realm doesn't list that URL or
    /// allow the client type, if metadata has to be fetched again and the fetch fails, or if the
    /// pending login can't be stored.
    pub fn authorize_url(&self, state_dir: &str, realm: &str) -> Result<String, Error> {
        self.authorize_url_in(&StateStore::new(state_dir), realm)
    }

    /// The same, with pending logins in `states`.
    ///
    /// # Errors
    ///
    /// As for [`authorize_url`](Self::authorize_url).
    pub fn authorize_url_in(&self, states: &StateStore, realm: &str) -> Result<String, Error> {
        let config = self.realm_named(realm).map_err(error::of_name)?;
        let begun = logins(config, states)
            .begin(realm, &self.redirect_url, self.requested)
            .map_err(|error| error::of_begin(&error, &self.settings))?;
        Ok(begun.url)
    }

    /// Takes the login with that `state`, and returns its realm. Each login can be taken once.
    ///
    /// # Errors
    ///
    /// If no pending login has the state, or it was taken before or has expired (the text begins
    /// with `no openid auth state found`), or if pending logins can't be read.
    pub fn verify_public_auth_state(
        state_dir: &str,
        state: &str,
    ) -> Result<(String, PrivateAuthState), Error> {
        StateStore::new(state_dir).verify_public_auth_state(state)
    }

    /// Finishes the login, and returns the ID token's claims, plus the userinfo endpoint's where
    /// the ID token lacks them, in the shape of 1.0.3. Tokens and secrets among them are left out:
    /// callers show claims, and hand them on. What there is to warn of is beside them, as [`WARNINGS`], and in the log.
    ///
    /// # Errors
    ///
    /// If this authenticator's configuration or redirect URL differs from the login's, if the state
    /// was changed in between, if the provider refuses the code or can't be reached, or if the ID
    /// token or the userinfo response is refused.
    pub fn verify_authorization_code_simple(
        &self,
        code: &str,
        private_auth_state: &PrivateAuthState,
    ) -> Result<Value, Error> {
        self.verify_authorization_code_simple_userinfo(code, private_auth_state, true)
    }

    /// The same, but asks the userinfo endpoint only with `query_userinfo`.
    ///
    /// # Errors
    ///
    /// As for [`verify_authorization_code_simple`](Self::verify_authorization_code_simple).
    pub fn verify_authorization_code_simple_userinfo(
        &self,
        code: &str,
        private_auth_state: &PrivateAuthState,
        query_userinfo: bool,
    ) -> Result<Value, Error> {
        let states = StateStore::of(private_auth_state);
        let pending = self.pending(private_auth_state, &states)?;
        let state = private_auth_state.csrf_token.secret();
        let callback = match private_auth_state.iss.as_deref() {
            None | Some("") => Callback::CodeAndState { code, state },
            iss => Callback::Parts { code, state, iss },
        };
        let mut realm = self.realm_named(pending.realm()).map_err(error::of_name)?;
        realm.realm.userinfo = match query_userinfo {
            true => QueryUserinfo::WhereOffered,
            false => QueryUserinfo::Never,
        };
        let (claims, warnings) = logins(realm, &states)
            .complete_with_claims_and_warnings(pending, callback, Some(&self.redirect_url))
            .map_err(|error| error::of_code(&error, &self.settings))?;
        states.authenticated();
        let (claims, removed) = claims.without_tokens();
        let mut warnings: Vec<_> =
            warnings.iter().map(|warning| self.settings.in_warning(warning)).collect();
        if !removed.is_empty() {
            let some: Vec<_> = removed.iter().take(8).collect();
            warnings.push(format!("tokens among the claims are left out: {some:?}"));
        }
        warnings.iter().for_each(|warning| log::warn!("openid login: {warning}"));
        Ok(claims::shaped(claims.into(), warnings))
    }

    /// The login to finish. One that is not bound to anything yet is bound to this authenticator.
    fn pending(
        &self,
        state: &PrivateAuthState,
        states: &StateStore,
    ) -> Result<PendingAuthorization, Error> {
        if !state.is_unbound() {
            return state.pending().map_err(error::of_damage);
        }
        let name = if state.realm.is_empty() { self.realm.name() } else { &state.realm };
        let realm = self.realm_named(name).map_err(error::of_name)?;
        let (_, bound) = logins(realm, states)
            .start(name, &self.redirect_url, self.requested)
            .map_err(|error| error::of_begin(&error, &self.settings))?;
        state.pending_as(&bound).map_err(error::of_damage)
    }

    fn realm_named(&self, name: &str) -> Result<RealmConfig, RealmError> {
        let mut config = self.realm.clone();
        config.realm.name = RealmName::parse(name.into())?;
        Ok(config)
    }
}

/// The logins of one realm.
fn logins(realm: RealmConfig, states: &StateStore) -> Logins {
    let mut realms = Realms::new("the realm's configuration");
    realms.add(realm);
    Logins::new(realms, states.store()).with_network(network()).with_deadline(DEADLINE)
}

/// Metadata and keys that this process has fetched, shared by all authenticators.
fn network() -> Network {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    NETWORK.get_or_init(Network::new).clone()
}
