//! Logins from end to end: what the two calls of a server, and the one of a command, need.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use onerealm_core::wire::Words;
use onerealm_core::{
    AuthorizationError, AuthorizationRequest, AuthorizationResponse, ClientId, ClientRegistration,
    ClientSecret, ClientType, ErrorResponse, IdToken, Identity, Issuer, NativeKey,
    NativeRegistration, PendingAuthorization, PublicOverride, QueryUserinfo, Realm, RealmName,
    RedirectUri, RelyingParty, Requested, SignatureVerifier, UnixTime, policy,
};
use zeroize::Zeroizing;

use crate::config::{Config, RealmConfig};
use crate::crypto;
use crate::error::Error;
use crate::http::{DEADLINE, Http};
use crate::keys::{RustlsVerifier, verifiers};
use crate::provider_words::ProviderWords;
use crate::providers::{Call, LIFETIME, Provider, Providers};
use crate::store::DirectoryStore;
use crate::user::User;

/// Room for the longest message that is sent: a token request with a long code, every byte of it
/// encoded.
const MESSAGE_LEN: usize = 3 * policy::CODE_LEN + 8192;

/// The logins of a configuration, with what is known of its providers.
///
/// Keep one for the life of a process, so that metadata, keys and trust stores are used again.
/// Nothing is read, started or connected before the first login.
#[derive(Debug)]
pub struct Logins {
    config: Config,
    store: DirectoryStore,
    http: Http,
    providers: Providers,
    verifiers: Vec<RustlsVerifier>,
    deadline: Duration,
    cache_lifetime: Duration,
}

/// A login that has begun.
pub struct Begun {
    /// Where to send the end user.
    pub url: String,
    /// The login's `state`.
    pub state: String,
    /// The client type that was decided.
    pub client_type: ClientType,
    /// Until when it can be finished.
    pub expires_at: UnixTime,
}

/// Whoever has the URL or the state may be able to finish the login, so they are hidden.
impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Begun")
            .field("client_type", &self.client_type)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// What came back from the provider by way of the browser.
#[derive(Clone, Copy)]
pub enum Callback<'a> {
    /// The whole URL that the browser was sent to.
    Url(&'a str),
    /// Its query, without `?`, or the body of a form post.
    Query(&'a str),
    /// The parameters, decoded.
    Parts {
        /// `code`
        code: &'a str,
        /// `state`
        state: &'a str,
        /// `iss`, where there was one.
        iss: Option<&'a str>,
    },
}

impl<'a> Callback<'a> {
    fn response(self) -> Result<AuthorizationResponse<'a>, Error> {
        Ok(match self {
            Callback::Url(url) => AuthorizationResponse::from_url(url)?,
            Callback::Query(query) => AuthorizationResponse::from_query(query)?,
            Callback::Parts { code, state, iss } => {
                AuthorizationResponse::from_parts(code, state, iss)?
            }
        })
    }
}

impl Logins {
    /// Logins of the realms in `config`, pending in `store`.
    pub fn new(config: Config, store: DirectoryStore) -> Self {
        Logins {
            config,
            store,
            http: Http::default(),
            providers: Providers::default(),
            verifiers: verifiers(&crypto::provider()),
            deadline: DEADLINE,
            cache_lifetime: LIFETIME,
        }
    }

    /// The same with another time for each whole call than 20 seconds.
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Logins { deadline, ..self }
    }

    /// The same with another time for which metadata and keys are used than an hour.
    pub fn with_cache_lifetime(self, cache_lifetime: Duration) -> Self {
        Logins { cache_lifetime, ..self }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Begins a login, and keeps it until it is finished.
    pub fn begin(
        &self,
        realm: &str,
        redirect_url: &str,
        requested: Requested,
    ) -> Result<Begun, Error> {
        let (begun, pending) = self.start(realm, redirect_url, requested)?;
        let mut buf = Zeroizing::new([0; PendingAuthorization::PENDING_LEN]);
        let encoded = pending.encode(buf.as_mut())?;
        self.store.put(&pending.key().0, pending.begun().0, encoded)?;
        Ok(begun)
    }

    /// Begins a login without keeping it: for programs that wait for its end themselves.
    pub fn start(
        &self,
        realm: &str,
        redirect_url: &str,
        requested: Requested,
    ) -> Result<(Begun, PendingAuthorization), Error> {
        let redirect_uri = RedirectUri::parse(redirect_url)?;
        let config = self.config.realm(realm)?;
        self.with_relying_party(config, |relying_party, _, _| {
            let mut rng = getrandom::SysRng;
            let request =
                AuthorizationRequest::new(relying_party, redirect_uri, requested, &mut rng, now())?;
            let mut buf = vec![0; MESSAGE_LEN];
            let begun = Begun {
                url: request.write_url(&mut buf)?.to_owned(),
                state: request.pending().state().as_str().to_owned(),
                client_type: request.client_type(),
                expires_at: request.pending().expires(),
            };
            log::info!("realm {realm}: a {} login begins", begun.client_type.as_str());
            Ok((begun, request.into_pending()))
        })
    }

    /// Finishes a login that [`begin`](Self::begin) began, here or in another process.
    ///
    /// Where `redirect_url` is given, it must be the one that the login began with; a login is not
    /// used up by a call with another one.
    pub fn finish(
        &self,
        callback: Callback<'_>,
        redirect_url: Option<&str>,
    ) -> Result<User, Error> {
        let response = callback.response()?;
        let key = response.key().0;
        let stored = self.store.read(&key, now().0)?;
        let pending = PendingAuthorization::decode(&stored.bytes)
            .map_err(|_| Error::DamagedPending { path: stored.path })?;
        if redirect_url.is_some_and(|url| url != pending.redirect_uri()) {
            let error = AuthorizationError::OtherRedirectUri;
            return Err(Error::Authorization { error, words: None });
        }
        self.complete_with(pending, response, || {
            self.store.take(&key, now().0)?;
            Ok(())
        })
    }

    /// Finishes a login that [`start`](Self::start) began.
    pub fn complete(
        &self,
        pending: PendingAuthorization,
        callback: Callback<'_>,
    ) -> Result<User, Error> {
        self.complete_with(pending, callback.response()?, || Ok(()))
    }

    /// `take` makes the login ours alone, and uses it up.
    fn complete_with(
        &self,
        pending: PendingAuthorization,
        response: AuthorizationResponse<'_>,
        take: impl FnOnce() -> Result<(), Error>,
    ) -> Result<User, Error> {
        let config = self.config.realm(pending.realm())?;
        self.with_relying_party(config, |relying_party, provider, call| {
            // What can fail without harm comes first: a login is used up when its code is sent, or
            // when the provider has refused it.
            if response.error_text().is_none() {
                provider.keys(call)?;
            }
            let request = match pending.accept(&response, relying_party, now()) {
                Ok(request) => request,
                Err(error) => {
                    if let AuthorizationError::Refused { .. } = error {
                        take()?;
                    }
                    let words = ProviderWords::of_authorization(&response);
                    return Err(Error::Authorization { error, words });
                }
            };
            let client_type = request.client_type();
            let mut buf = Zeroizing::new(vec![0; MESSAGE_LEN]);
            let message = request.request(&mut buf)?;
            take()?;
            let answer = call.http.send(&message, call.ca_file, call.deadline)?;
            let words = ErrorResponse::of(&answer.response())
                .map(|error| ProviderWords::of(&error, &message, &secret_keys(config)));
            let id_token = request.response(answer.response()).map_err(|error| Error::Token {
                url: message.url.to_owned(),
                client_type,
                error,
                words,
            })?;
            self.identify(id_token, config, provider, call)
        })
    }

    fn identify(
        &self,
        id_token: IdToken<'_>,
        config: &RealmConfig,
        provider: &Provider,
        call: Call<'_>,
    ) -> Result<User, Error> {
        let mut buf = vec![0; id_token.buffer_needed()];
        let mut keys = provider.keys(call)?;
        if id_token.lacks_key(&provider.key_set(&keys)?, &mut buf)? {
            keys = provider.newer_keys(&keys, call)?;
        }
        let key_set = provider.key_set(&keys)?;
        let verifiers: Vec<_> =
            self.verifiers.iter().map(|verifier| verifier as &dyn SignatureVerifier).collect();
        let identity = id_token.validate(&key_set, &verifiers, now(), &mut buf)?;
        let user = with_userinfo(identity, call, |identity| {
            User::new(&identity, config).map_err(Error::from)
        })?;
        log::info!("realm {}: a {} login is done", user.realm, user.client_type.as_str());
        Ok(user)
    }

    /// Calls `then` with the realm and its provider, whose metadata is fetched where it isn't
    /// known.
    fn with_relying_party<T>(
        &self,
        config: &RealmConfig,
        then: impl FnOnce(RelyingParty<'_>, &Provider, Call<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let lists = Lists::of(config);
        let realm = lists.realm(config)?;
        let call = Call {
            http: &self.http,
            ca_file: config.ca_file.as_deref(),
            deadline: Instant::now() + self.deadline,
            lifetime: self.cache_lifetime,
        };
        let provider = self.providers.get(realm.issuer, call)?;
        let metadata = provider.metadata()?;
        let relying_party = RelyingParty::new(&realm, &metadata)
            .map_err(|error| Error::Discovery { url: config.issuer_url.clone(), error })?;
        then(relying_party, &provider, call)
    }

    /// What is needed to look at a realm without beginning a login.
    pub(crate) fn inspect<T>(
        &self,
        realm: &str,
        look: impl FnOnce(&RealmConfig, RelyingParty<'_>, &Provider, Call<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let config = self.config.realm(realm)?;
        self.with_relying_party(config, |relying_party, provider, call| {
            look(config, relying_party, provider, call)
        })
    }
}

/// Asks the userinfo endpoint, where realm and provider have one, and calls `then`.
fn with_userinfo<T>(
    identity: Identity<'_>,
    call: Call<'_>,
    then: impl FnOnce(Identity<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let Some(request) = identity.userinfo_request() else { return then(identity) };
    let url = || request.endpoint().chars().collect();
    let mut buf = Zeroizing::new(vec![0; policy::ACCESS_TOKEN_LEN + MESSAGE_LEN]);
    let message = request.request(&mut buf).map_err(|error| Error::Userinfo {
        url: url(),
        error,
        words: None,
    })?;
    let answer = call.http.send(&message, call.ca_file, call.deadline)?;
    let words =
        ErrorResponse::of(&answer.response()).map(|error| ProviderWords::of(&error, &message, &[]));
    let userinfo = request.response(answer.response()).map_err(|error| Error::Userinfo {
        url: url(),
        error,
        words,
    })?;
    then(identity.with_userinfo(userinfo))
}

fn secret_keys(config: &RealmConfig) -> Vec<&str> {
    [&config.client_key, &config.native_client_key]
        .into_iter()
        .flatten()
        .map(|key| key.as_str())
        .collect()
}

/// A realm's lists, joined as the core takes them.
struct Lists {
    scopes: String,
    acr_values: String,
    audiences: String,
}

impl Lists {
    fn of(config: &RealmConfig) -> Self {
        Lists {
            scopes: config.scopes.join(" "),
            acr_values: config.acr_values.join(" "),
            audiences: config.audiences.join(" "),
        }
    }

    fn realm<'a>(&'a self, config: &'a RealmConfig) -> Result<Realm<'a>, Error> {
        let words =
            |property, text: &'a str| Words::parse(text).map_err(|_| Error::RealmList { property });
        let registration = ClientRegistration {
            client_id: ClientId::parse(&config.client_id)?,
            secret: config.client_key.as_deref().and_then(|key| ClientSecret::new(key)),
        };
        let native_registration = match &config.native_client_id {
            Some(client_id) => Some(NativeRegistration {
                client_id: ClientId::parse(client_id)?,
                key: config.native_client_key.as_deref().and_then(|key| NativeKey::new(key)),
            }),
            None => None,
        };
        let defaults = Realm::new(
            RealmName::parse(&config.name)?,
            Issuer::parse(&config.issuer_url)?,
            registration,
        );
        Ok(Realm {
            native_registration,
            client_type: config.client_type,
            public_override: match config.public_override {
                true => PublicOverride::Allowed,
                false => PublicOverride::Refused,
            },
            token_auth_method: config.token_auth_method,
            scopes: words("scopes", &self.scopes)?,
            prompt: words("prompt", config.prompt.as_deref().unwrap_or_default())?,
            acr_values: words("acr-values", &self.acr_values)?,
            audiences: words("audiences", &self.audiences)?,
            userinfo: match config.query_userinfo {
                true => QueryUserinfo::WhereOffered,
                false => QueryUserinfo::Never,
            },
            max_age: config.max_age,
            clock_skew: config.clock_skew.map_or(defaults.clock_skew, u64::from),
            ..defaults
        })
    }
}

/// The system's time; before 1970 it is 1970.
pub(crate) fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    UnixTime(since.map_or(0, |duration| duration.as_secs()))
}

/// Where pending logins are kept unless told otherwise: `$XDG_STATE_HOME/onerealm`, or else
/// `~/.local/state/onerealm`, or where there is no home directory but `/root`, `/var/lib/onerealm`.
pub fn default_state_directory(variable: impl Fn(&str) -> Option<String>) -> std::path::PathBuf {
    let absolute = |name| variable(name).filter(|path| Path::new(path).is_absolute());
    match (absolute("XDG_STATE_HOME"), absolute("HOME")) {
        (Some(state), _) => Path::new(&state).join("onerealm"),
        (None, Some(home)) if home != "/root" => Path::new(&home).join(".local/state/onerealm"),
        _ => Path::new("/var/lib/onerealm").to_owned(),
    }
}
