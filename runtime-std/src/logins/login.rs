//! A login in progress.

use std::sync::Arc;
use std::time::{Duration, Instant};

use onerealm_core::wire::BufferTooSmall;
use onerealm_core::{
    Accepted, AssertionError, BeginError, ClientSecret, DiscoveryError, HttpRequest, NativeKey,
    ProviderMetadata, Realm, RedirectUri, RelyingParty, StateText, TokenRequest,
};

use super::Logins;
use crate::client_key::ClientKeyError;
use crate::clock::now;
use crate::documents::{Call, Documents, Keys, Published};
use crate::error::Error;
use crate::error::cause::Cause;
use crate::error::shown::Secrets;
use crate::http::Answer;
use crate::network::Shared;
use crate::realm::RealmConfig;

/// A login's realm, its provider's documents, and the network. Created when a call begins and dropped when it ends;
/// nothing is parsed anew for each login.
pub(crate) struct Login<'l> {
    pub(crate) config: &'l RealmConfig,
    realm: Realm<&'l str>,
    documents: &'l Documents,
    pub(crate) published: Arc<Published>,
    pub(crate) call: Call<'l>,
}

impl Logins {
    /// Begins a call for a login in the realm, fetching the provider's metadata if unknown.
    pub(crate) fn login<'l>(&'l self, config: &'l RealmConfig) -> Result<Login<'l>, Error> {
        self.login_after(config, self.network.0.documents.failure_pause())
    }

    /// The same for a call that asks the provider whatever it answered a moment ago.
    pub(crate) fn login_asking<'l>(&'l self, config: &'l RealmConfig) -> Result<Login<'l>, Error> {
        self.login_after(config, Duration::ZERO)
    }

    fn login_after<'l>(
        &'l self,
        config: &'l RealmConfig,
        failure_pause: Duration,
    ) -> Result<Login<'l>, Error> {
        let call = self.call(config, failure_pause);
        let realm = config.realm.borrowed();
        let documents = &self.network.0.documents;
        let published = documents.of(&realm, &call)?;
        Ok(Login { config, realm, documents, published, call })
    }

    pub(super) fn call<'l>(&'l self, config: &'l RealmConfig, failure_pause: Duration) -> Call<'l> {
        let Shared { http, documents } = &*self.network.0;
        Call {
            http,
            conversation: http.conversation(),
            trusted: http.trusting(config.ca_file.as_deref()),
            deadline: Instant::now() + self.deadline,
            lifetime: self.cache_lifetime,
            failure_pause,
            clock: &documents.clock,
        }
    }
}

impl Login<'_> {
    /// The realm with the provider's `metadata`, which was checked against the realm's issuer when it was fetched.
    pub(crate) fn relying_party<'a>(
        &'a self,
        metadata: &'a ProviderMetadata<'a>,
    ) -> Result<RelyingParty<'a>, Error> {
        RelyingParty::new(&self.realm, metadata).map_err(|error: DiscoveryError| {
            let url = self.realm.issuer.as_str().to_owned();
            Cause::Discovery { url, error }.into()
        })
    }

    /// Fetches a document that will soon be too old, now that this login is served.
    pub(crate) fn served(&self, keys: Option<Keys<'_>>) {
        self.documents.ahead_at_end(&self.realm, &self.published, keys, &self.call);
    }

    /// The request, signed if the realm's credential is a private key. `buf` has the assertion.
    pub(crate) fn signed<'a>(
        &self,
        accepted: Accepted<'a>,
        buf: &'a mut Vec<u8>,
    ) -> Result<TokenRequest<'a>, Error> {
        let unsigned = match accepted {
            Accepted::Request(request) => return Ok(request),
            Accepted::Unsigned(unsigned) => unsigned,
        };
        let files = self.config.client_key.as_ref().ok_or(ClientKeyError::NotNamed)?;
        let key = files.read()?;
        // Allocated once: a growing vector leaves copies behind.
        *buf = vec![0; unsigned.buffer_needed(&key)];
        unsigned.sign(&key, &mut getrandom::SysRng, now(), buf).map_err(|error| match error {
            AssertionError::NoEntropy => BeginError::NoEntropy.into(),
            AssertionError::Buffer { needed } => BufferTooSmall { needed }.into(),
            _ => ClientKeyError::NotSigned { path: files.key.clone() }.into(),
        })
    }

    /// Sends a request to an endpoint of the provider.
    pub(crate) fn send(&self, request: &HttpRequest<'_>) -> Result<Answer, Error> {
        self.send_by(request, self.call.deadline)
    }

    /// The same in half of the time that is left, so that another request can follow.
    pub(crate) fn send_in_half_the_time(&self, request: &HttpRequest<'_>) -> Result<Answer, Error> {
        let left = self.call.deadline.saturating_duration_since(Instant::now());
        self.send_by(request, Instant::now() + left / 2)
    }

    fn send_by(&self, request: &HttpRequest<'_>, deadline: Instant) -> Result<Answer, Error> {
        let Call { conversation, trusted, .. } = &self.call;
        Ok(conversation.send(request, trusted, deadline)?)
    }

    /// What nobody else may see of a token request: the login's state, if any, the request's parts, and the realm's
    /// keys, which HTTP Basic encodes. For a refusal, which may repeat them.
    pub(crate) fn secrets(&self, state: Option<&StateText>, request: &HttpRequest<'_>) -> Secrets {
        let mut secrets = Secrets::default();
        state.into_iter().for_each(|state| secrets.add(state.as_str().to_owned()));
        secrets.add_request(request);
        let key = self.config.realm.registration.secret().map(ClientSecret::expose);
        let native = self.config.realm.native_registration.as_ref();
        let native_key = native.and_then(|native| native.key.as_ref()).map(NativeKey::expose);
        key.into_iter().chain(native_key).for_each(|key| secrets.add(key.to_owned()));
        secrets
    }
}

/// Refuses a redirect URI that the realm doesn't list.
pub(crate) fn check_listed(config: &RealmConfig, redirect_uri: &RedirectUri) -> Result<(), Error> {
    match config.allows(redirect_uri) {
        true => Ok(()),
        false => Err(Cause::RedirectUriNotListed { realm: config.name().to_owned() }.into()),
    }
}
