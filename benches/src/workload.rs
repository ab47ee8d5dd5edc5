//! The login that every case takes a step of: a confidential client's, at a provider whose
//! documents have Keycloak's or Entra ID's shapes, with a key for each algorithm.

mod documents;
mod key_sets;
mod registration;
mod signer;

use std::time::{SystemTime, UNIX_EPOCH};

use onerealm_core::{
    AuthorizationRequest, AuthorizationResponse, ClientId, ClientRegistration, Credential,
    DiscoveryRequest, HttpResponse, IdToken, Issuer, JwksRequest, KeptKeySet, KeySet,
    PendingAuthorization, ProviderMetadata, Realm, RealmName, RedirectUri, RelyingParty, Requested,
    TokenRequest, UnixTime,
};
use serde_json::Value;

pub use documents::{
    DISCOVERY, ENTRA_DISCOVERY, ENTRA_ISSUER, claims, discovery_with_long_names,
    discovery_with_more, entra_claims, entra_token_response, token_response,
};
pub use key_sets::{entra_keys, rsa_keys};
pub use registration::{CLIENT_ID, CODE, ISSUER, REDIRECT_URI, SECRET};
pub use signer::{Algorithm, Signer};

/// A realm and its provider. What it borrows is leaked: there is one for each case.
#[derive(Clone, Copy)]
pub struct Provider {
    pub relying_party: RelyingParty<'static>,
    pub metadata: &'static ProviderMetadata<'static>,
    pub now: UnixTime,
}

impl Provider {
    pub fn new() -> Self {
        let now = UnixTime(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs());
        let discovery = DiscoveryRequest::new(Issuer::parse(ISSUER).unwrap());
        let metadata: &_ = Box::leak(Box::new(discovery.response(ok_json(DISCOVERY)).unwrap()));
        let relying_party = RelyingParty::new(Box::leak(Box::new(realm())), metadata).unwrap();
        Provider { relying_party, metadata, now }
    }

    pub fn begin(&self) -> AuthorizationRequest<'static> {
        let redirect_uri = RedirectUri::parse(REDIRECT_URI).unwrap();
        let mut rng = getrandom::SysRng;
        let requested = Requested::Default;
        AuthorizationRequest::new(self.relying_party, redirect_uri, requested, &mut rng, self.now)
            .unwrap()
    }
}

/// A login whose end user is back.
pub struct Returned {
    pub provider: Provider,
    pub nonce: String,
    pending: PendingAuthorization,
    response: AuthorizationResponse<'static>,
}

impl Returned {
    pub fn new() -> Self {
        let provider = Provider::new();
        let request = provider.begin();
        let mut buf = [0; 2048];
        let nonce = parameter(request.write_url(&mut buf).unwrap(), "nonce");
        let pending = request.into_pending();
        let state = pending.state().as_str().to_owned().leak();
        let response = AuthorizationResponse::from_parts(CODE, state, Some(ISSUER)).unwrap();
        Returned { provider, nonce, pending, response }
    }

    pub fn token_request(&self) -> TokenRequest<'static> {
        let Provider { relying_party, now, .. } = self.provider;
        self.pending.clone().accept(&self.response, relying_party, now).unwrap()
    }
}

/// A login with the provider's answer.
pub struct Answered {
    pub returned: Returned,
    pub keys: KeySet<'static>,
    pub key_set: &'static str,
    pub id_token: &'static str,
    token_response: &'static str,
}

impl Answered {
    /// With the claims that `claims` makes for a nonce at a time, and with `others` in the key set.
    pub fn new(signer: &Signer, claims: impl FnOnce(&str, u64) -> Value, others: Value) -> Self {
        let returned = Returned::new();
        let Provider { metadata, now, .. } = returned.provider;
        let id_token = &*signer.sign(&claims(&returned.nonce, now.0)).leak();
        let mut key_set = others;
        key_set["keys"].as_array_mut().unwrap().push(signer.public_jwk());
        let key_set = &*key_set.to_string().leak();
        let keys = JwksRequest::new(metadata).response(ok_json(key_set)).unwrap();
        // As the runtime keeps them.
        let kept: KeptKeySet<&str, _> = keys.keep(vec![0; keys.index_needed()]);
        let keys = Box::leak(Box::new(kept)).keys();
        let token_response = token_response(id_token).to_string().leak();
        Answered { returned, keys, key_set, id_token, token_response }
    }

    /// The ID token as it comes out of the token response, not validated.
    pub fn id_token(&self) -> IdToken<'static> {
        self.returned.token_request().response(ok_json(self.token_response)).unwrap()
    }
}

pub fn ok_json(body: &str) -> HttpResponse<'_> {
    HttpResponse { status: 200, content_type: Some("application/json"), body: body.as_bytes() }
}

/// The parameter called `name` of a URL.
pub fn parameter(url: &str, name: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    url.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned()
}

fn realm() -> Realm<&'static str> {
    let registration = ClientRegistration {
        client_id: ClientId::parse(CLIENT_ID).unwrap(),
        credential: Credential::secret(SECRET),
    };
    Realm::new(RealmName::parse("sso").unwrap(), Issuer::parse(ISSUER).unwrap(), registration)
}
