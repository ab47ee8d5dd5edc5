//! Logins from end to end: what the two calls of a server, and the one of a command, need.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use onerealm_core::wire::Words;
use onerealm_core::{
    AuthorizationError, AuthorizationRequest, AuthorizationResponse, ClientId, ClientRegistration,
    ClientSecret, ClientType, ErrorResponse, IdToken, Identity, Issuer, NativeKey,
    NativeRegistration, PendingAuthorization, PublicOverride, QueryUserinfo, Realm, RealmName,
    RedirectUri, RelyingParty, Requested, SealedState, UnixTime, policy,
};
use zeroize::Zeroizing;

use crate::claims::Claims;
use crate::clock::now;
use crate::config::{Config, RealmConfig};
use crate::error::Error;
use crate::error::difference::Difference;
use crate::error::refused_id_token::Judged;
use crate::error::shown::Secrets;
use crate::error::user_name::UserError;
use crate::error::words::ProviderWords;
use crate::http::DEADLINE;
use crate::network::Network;
use crate::providers::{Call, ProviderKeys};
use crate::store::{PendingStore, StoreError};
use crate::user::User;
use crate::verifiers::verifiers;

/// Room for the longest message that is sent: a token request with a long code, every byte of it
/// encoded.
const MESSAGE_LEN: usize = 3 * policy::CODE_LEN + 8192;

/// The logins of a configuration, with what is known of its providers.
///
/// Keep one for the life of a process, or the [`Network`] of several, so that metadata, keys and
/// trust stores are used again. Nothing is read, started or connected before the first login.
///
/// # Logs at the level trace hold secrets
///
/// At `trace`, the target `ureq_proto` logs the bytes of every message: client secrets, codes and tokens. No other level
/// and no other target has them. Keep a program's log at `debug`, with `log::set_max_level(log::LevelFilter::Debug)` or
/// with the feature `max_level_debug` of the crate `log`, or let its logger drop that target.
#[derive(Debug)]
pub struct Logins {
    config: Config,
    store: Box<dyn PendingStore>,
    network: Network,
    deadline: Duration,
    cache_lifetime: Duration,
}

/// A login that has begun.
#[non_exhaustive]
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
    /// Code and state, decoded, from an interface that has no place for `iss`. Gives up the
    /// comparison of RFC 9207.
    CodeAndState {
        /// `code`
        code: &'a str,
        /// `state`
        state: &'a str,
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
            Callback::CodeAndState { code, state } => {
                AuthorizationResponse::from_code_and_state(code, state)?
            }
        })
    }
}

impl Logins {
    /// Logins of the realms in `config`, pending in `store`.
    pub fn new(config: Config, store: impl PendingStore + 'static) -> Self {
        Logins {
            config,
            store: Box::new(store),
            network: Network::new(),
            deadline: DEADLINE,
            cache_lifetime: Duration::MAX,
        }
    }

    /// The same with another time for each whole call than 20 seconds.
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Logins { deadline, ..self }
    }

    /// The same with this network instead of one of its own.
    pub fn with_network(self, network: Network) -> Self {
        Logins { network, ..self }
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
        let put = |pending: &PendingAuthorization| Ok(self.store.put(pending)?);
        self.start_with(realm, redirect_url, requested, put).map(|(begun, _)| begun)
    }

    /// Begins a login without keeping it: for programs that wait for its end themselves.
    pub fn start(
        &self,
        realm: &str,
        redirect_url: &str,
        requested: Requested,
    ) -> Result<(Begun, PendingAuthorization), Error> {
        let own_state = |pending: &PendingAuthorization| Ok(pending.state().as_str().to_owned());
        self.start_with(realm, redirect_url, requested, own_state)
    }

    /// `put` keeps the login, and gives the state to send.
    fn start_with(
        &self,
        realm: &str,
        redirect_url: &str,
        requested: Requested,
        put: impl FnOnce(&PendingAuthorization) -> Result<String, Error>,
    ) -> Result<(Begun, PendingAuthorization), Error> {
        let redirect_uri = RedirectUri::parse(redirect_url)?;
        let config = self.config.realm(realm)?;
        check_listed(config, &redirect_uri)?;
        self.with_relying_party(config, |relying_party, _, _| {
            let mut rng = getrandom::SysRng;
            let request =
                AuthorizationRequest::new(relying_party, redirect_uri, requested, &mut rng, now())?;
            let state = put(request.pending())?;
            let mut buf = vec![0; MESSAGE_LEN];
            let url = match SealedState::parse(&state) {
                Ok(sealed) => request.write_url_with_sealed_state(sealed, &mut buf)?,
                Err(_) => request.write_url(&mut buf)?,
            };
            let begun = Begun {
                url: url.to_owned(),
                state,
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
        let response = callback.response()?.at(redirect_url);
        let state = state_text(&response)?;
        let pending = self.store.read(&state, now())?;
        pending.check_redirect_uri(&response).map_err(|error| {
            let words = ProviderWords::of_authorization(&response);
            Error::Authorization { error, words, difference: None }
        })?;
        let own_state = pending.state();
        let response = match SealedState::parse(&state) {
            Ok(sealed) => response.opened(sealed, &own_state),
            Err(_) => response,
        };
        let take = || {
            self.store.take(&state, now())?;
            Ok(())
        };
        let user = self.complete_with(pending, response, take, User::new)?;
        self.store.authenticated(now());
        Ok(user)
    }

    /// Finishes a login that [`start`](Self::start) began.
    pub fn complete(
        &self,
        pending: PendingAuthorization,
        callback: Callback<'_>,
    ) -> Result<User, Error> {
        self.complete_with(pending, callback.response()?, || Ok(()), User::new)
    }

    /// Finishes a login that [`start`](Self::start) began, and gives the claims as they are: for
    /// callers that have rules of their own for user names. Control characters in claims that
    /// usually name somebody or something are refused all the same.
    pub fn complete_with_claims(
        &self,
        pending: PendingAuthorization,
        callback: Callback<'_>,
    ) -> Result<Claims, Error> {
        self.complete_with(
            pending,
            callback.response()?,
            || Ok(()),
            |identity, _| Claims::to_hand_on(identity),
        )
    }

    /// `take` makes the login ours alone, and uses it up; `then` is what becomes of the identity.
    fn complete_with<T>(
        &self,
        pending: PendingAuthorization,
        response: AuthorizationResponse<'_>,
        take: impl FnOnce() -> Result<(), Error>,
        then: impl FnOnce(&Identity<'_>, &RealmConfig) -> Result<T, UserError>,
    ) -> Result<T, Error> {
        let config = self.config.realm(pending.realm())?;
        let mut secrets = Secrets::default();
        secrets.add(pending.state().as_str().to_owned());
        self.with_relying_party(config, |relying_party, keys, call| {
            // What can fail without harm comes first: a login is used up when its code is sent, or
            // when the provider has refused it.
            if response.error_text().is_none() {
                keys.get(call)?;
            }
            let request = match pending.accept(&response, relying_party, now()) {
                Ok(request) => request,
                Err(error) => {
                    if let AuthorizationError::Refused { .. } = error {
                        take()?;
                    }
                    let words = ProviderWords::of_authorization(&response);
                    let difference = Difference::of_response(error, &config.issuer_url, &response);
                    let difference = difference.map(Box::new);
                    return Err(Error::Authorization { error, words, difference });
                }
            };
            let client_type = request.client_type();
            let mut buf = Zeroizing::new(vec![0; MESSAGE_LEN]);
            let message = request.request(&mut buf)?;
            take()?;
            let answer = call.conversation.send(&message, call.ca_file, call.deadline)?;
            secrets.add_request(&message);
            secret_keys(config).for_each(|key| secrets.add(key.to_owned()));
            let words = ErrorResponse::of(&answer.response())
                .map(|error| ProviderWords::of(&error, &secrets));
            let id_token = request.response(answer.response()).map_err(|error| Error::Token {
                url: message.url.to_owned(),
                client_type,
                error,
                words,
            })?;
            let done = self.identify(id_token, relying_party, keys, call, secrets, |identity| {
                then(identity, config)
            })?;
            log::info!("realm {}: a {} login is done", config.name, client_type.as_str());
            Ok(done)
        })
    }

    fn identify<T>(
        &self,
        id_token: IdToken<'_>,
        relying_party: RelyingParty<'_>,
        keys: ProviderKeys<'_>,
        call: Call<'_>,
        secrets: Secrets,
        then: impl FnOnce(&Identity<'_>) -> Result<T, UserError>,
    ) -> Result<T, Error> {
        let mut buf = vec![0; id_token.buffer_needed()];
        let known = keys.get(call)?;
        let mut key_set = keys.key_set(&known)?;
        let newer;
        let opened = id_token.open(&mut buf);
        if opened.as_ref().is_ok_and(|id_token| id_token.lacks_key(&key_set)) {
            newer = keys.newer(&known, call)?;
            key_set = keys.key_set(&newer)?;
        }
        let verdict = opened.and_then(|id_token| id_token.validate(&key_set, verifiers(), now()));
        let identity = verdict.map_err(|refused| {
            let error = refused.error();
            let judged = Judged::new(relying_party, key_set, refused, secrets);
            Error::IdToken { error, difference: judged.difference().map(Box::new) }
        })?;
        with_userinfo(identity, call, |identity| then(&identity).map_err(Error::from))
    }

    /// Calls `then` with the realm and its provider, whose metadata is fetched where it isn't
    /// known.
    fn with_relying_party<T>(
        &self,
        config: &RealmConfig,
        then: impl FnOnce(RelyingParty<'_>, ProviderKeys<'_>, Call<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let lists = Lists::of(config);
        let realm = lists.realm(config)?;
        let network = self.network.shared();
        let conversation = network.http.conversation();
        let call = Call {
            http: &network.http,
            conversation: &conversation,
            ca_file: config.ca_file.as_deref(),
            deadline: Instant::now() + self.deadline,
            lifetime: self.cache_lifetime,
        };
        let provider = network.providers.get(realm.issuer, call)?;
        let metadata = provider.metadata()?;
        // The metadata was accepted as that of this issuer before.
        let relying_party = RelyingParty::new(&realm, &metadata).map_err(|error| {
            Error::Discovery { url: config.issuer_url.clone(), error, difference: None }
        })?;
        then(relying_party, provider.keys(&metadata), call)
    }

    /// Fetches the realm's metadata where it isn't known, so that its faults are known before a
    /// login begins.
    pub fn discover(&self, realm: &str) -> Result<(), Error> {
        self.inspect(realm, |_, _, _, _| Ok(()))
    }

    /// What is needed to look at a realm without beginning a login.
    pub(crate) fn inspect<T>(
        &self,
        realm: &str,
        look: impl FnOnce(
            &RealmConfig,
            RelyingParty<'_>,
            ProviderKeys<'_>,
            Call<'_>,
        ) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let config = self.config.realm(realm)?;
        self.with_relying_party(config, |relying_party, keys, call| {
            look(config, relying_party, keys, call)
        })
    }
}

/// The state that came back, no longer than any that is sent.
fn state_text(response: &AuthorizationResponse<'_>) -> Result<String, Error> {
    let bytes = response.state().bytes().take(policy::STATE_LEN + 1).collect();
    let text = String::from_utf8(bytes).ok().filter(|text| text.len() <= policy::STATE_LEN);
    Ok(text.ok_or(StoreError::Unknown)?)
}

/// Refuses a redirect URI that the realm doesn't list, before anybody is asked anything.
pub(crate) fn check_listed(config: &RealmConfig, redirect_uri: &RedirectUri) -> Result<(), Error> {
    match config.allows(redirect_uri) {
        true => Ok(()),
        false => Err(Error::RedirectUriNotListed { realm: config.name.clone() }),
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
    let answer = call.conversation.send(&message, call.ca_file, call.deadline)?;
    let mut secrets = Secrets::default();
    secrets.add_request(&message);
    let words =
        ErrorResponse::of(&answer.response()).map(|error| ProviderWords::of(&error, &secrets));
    let userinfo = request.response(answer.response()).map_err(|error| Error::Userinfo {
        url: url(),
        error,
        words,
    })?;
    then(identity.with_userinfo(userinfo))
}

fn secret_keys(config: &RealmConfig) -> impl Iterator<Item = &str> {
    [&config.client_key, &config.native_client_key].into_iter().flatten().map(|key| key.as_str())
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

    fn realm<'a>(&'a self, config: &'a RealmConfig) -> Result<Realm<&'a str>, Error> {
        let words =
            |property, text: &'a str| Words::parse(text).map_err(|_| Error::RealmList { property });
        let registration = ClientRegistration {
            client_id: ClientId::parse(config.client_id.as_str())?,
            secret: config.client_key.as_deref().and_then(|key| ClientSecret::new(key.as_str())),
        };
        let native_registration = match &config.native_client_id {
            Some(client_id) => Some(NativeRegistration {
                client_id: ClientId::parse(client_id.as_str())?,
                key: config
                    .native_client_key
                    .as_deref()
                    .and_then(|key| NativeKey::new(key.as_str())),
            }),
            None => None,
        };
        let defaults = Realm::new(
            RealmName::parse(config.name.as_str())?,
            Issuer::parse(config.issuer_url.as_str())?,
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
