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
//! Errors are one line that can be shown to a caller who isn't logged in; the details go to the
//! crate `log`.

#![forbid(unsafe_code)]

mod auth_state;
mod config;
mod error;
mod pending;
mod text;

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Error;
use onerealm::core::{QueryUserinfo, RealmError, RealmName};
use onerealm::{Callback, Logins, Network, PendingStore, RealmConfig, Realms, Requested, now};
use serde_json::Value;

pub use auth_state::PrivateAuthState;
pub use config::OpenIdConfig;
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
        };
        let realm = authenticator.realm.clone();
        let name = realm.name().to_owned();
        // Nothing is stored before there is a login.
        logins(realm, "".as_ref()).discover(&name).map_err(error::of_discovery)?;
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
        let config = self.realm_named(realm).map_err(error::of_name)?;
        let begun = logins(config, state_dir.as_ref())
            .begin(realm, &self.redirect_url, self.requested)
            .map_err(error::of_begin)?;
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
        let pending = pending::take(state_dir.as_ref(), state).map_err(error::of_state)?;
        Ok((pending.realm().to_owned(), PrivateAuthState::of(&pending, state_dir)))
    }

    /// Finishes the login, and returns the ID token's claims, plus the userinfo endpoint's where
    /// the ID token lacks them. Tokens and secrets among them are left out, with a warning in the
    /// log: callers show claims, and hand them on.
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
        let pending = private_auth_state.pending().map_err(error::of_damage)?;
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
        let state_dir: &Path = private_auth_state.state_dir.as_ref();
        let claims = logins(realm, state_dir)
            .complete_with_claims(pending, callback, Some(&self.redirect_url))
            .map_err(error::of_code)?;
        pending::store(state_dir).authenticated(now());
        let (claims, removed) = claims.without_tokens();
        if !removed.is_empty() {
            let some: Vec<_> = removed.iter().take(8).collect();
            log::warn!("openid login: tokens among the claims are left out: {some:?}");
        }
        Ok(claims.into())
    }

    fn realm_named(&self, name: &str) -> Result<RealmConfig, RealmError> {
        let mut config = self.realm.clone();
        config.realm.name = RealmName::parse(name.into())?;
        Ok(config)
    }
}

/// The logins of one realm.
fn logins(realm: RealmConfig, state_dir: &Path) -> Logins {
    let mut realms = Realms::new("the realm's configuration");
    realms.add(realm);
    Logins::new(realms, pending::store(state_dir)).with_network(network()).with_deadline(DEADLINE)
}

/// Metadata and keys that this process has fetched, shared by all authenticators.
fn network() -> Network {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    NETWORK.get_or_init(Network::new).clone()
}
