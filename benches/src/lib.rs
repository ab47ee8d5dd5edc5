//! The login that every benchmark takes a step of: a confidential client's, at a provider with a document as long as
//! Keycloak's and a key for ES256.

use std::time::{SystemTime, UNIX_EPOCH};

use base64ct::{Base64UrlUnpadded, Encoding};
use onerealm::RustlsVerifier;
use onerealm_core::{
    AuthorizationRequest, AuthorizationResponse, ClientId, ClientRegistration, ClientSecret,
    DiscoveryRequest, HttpResponse, IdToken, Issuer, JwksRequest, JwsAlgorithm, KeySet,
    PendingAuthorization, Realm, RealmName, RedirectUri, RelyingParty, Requested,
    SignatureVerifier, TokenRequest, UnixTime,
};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

/// Made up, with the members and lists that Keycloak has.
pub const DISCOVERY: &str = include_str!("../documents/discovery.json");
pub const ISSUER: &str = "https://login.example/realms/datacenter";
pub const CLIENT_ID: &str = "pve";
pub const SECRET: &str = "Yk2vJ8mQ4tZ0cN7xW1sL5dR9bH3gF6pa";
pub const REDIRECT_URI: &str = "https://pve.example:8006";
pub const CODE: &str =
    "e3a5c1f7-5d0b-4f0e-9c52-6a7b1d2c3e4f.0b8d7f66-8c1a-4a55-b6f8-7f2f6f3d9f10.93a4a1a2-4c7e";

/// A login whose end user is back, with everything that the provider answers.
pub struct Login {
    pub relying_party: RelyingParty<'static>,
    pub keys: KeySet<'static>,
    pub jwks: Value,
    /// The P-256 point of the only key.
    pub public_key: Vec<u8>,
    pub pending: PendingAuthorization,
    pub nonce: String,
    pub id_token: String,
    pub now: UnixTime,
    authorization_response: AuthorizationResponse<'static>,
    token_answer: &'static str,
}

impl Login {
    /// What it borrows from itself is leaked: there is one login in each benchmark.
    #[expect(clippy::new_without_default, reason = "it draws keys")]
    pub fn new() -> Self {
        let now = UnixTime(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs());
        let random = SystemRandom::new();
        let pkcs8 =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random)
                .unwrap();
        let public_key = key.public_key().as_ref().to_vec();

        let discovery = DiscoveryRequest::new(Issuer::parse(ISSUER).unwrap());
        let metadata = Box::leak(Box::new(discovery.response(ok_json(DISCOVERY)).unwrap()));
        let jwks = jwks(&public_key);
        let keys = JwksRequest::new(metadata).response(ok_json(leak(jwks.to_string()))).unwrap();
        let relying_party = RelyingParty::new(Box::leak(Box::new(realm())), metadata).unwrap();

        let request = begin(relying_party, now);
        let mut buf = [0; 2048];
        let url = url::Url::parse(request.write_url(&mut buf).unwrap()).unwrap();
        let parameter =
            |name: &str| url.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
        let nonce = parameter("nonce");
        let state = leak(parameter("state"));
        let id_token = sign(&key, &random, &claims(&nonce, now));
        let token_answer = json!({
            "access_token": "at", "expires_in": 300, "token_type": "Bearer", "id_token": id_token,
        });
        Login {
            relying_party,
            keys,
            jwks,
            public_key,
            pending: request.into_pending(),
            nonce,
            id_token,
            now,
            authorization_response: AuthorizationResponse::from_parts(CODE, state, Some(ISSUER))
                .unwrap(),
            token_answer: leak(token_answer.to_string()),
        }
    }

    pub fn begin(&self) -> AuthorizationRequest<'static> {
        begin(self.relying_party, self.now)
    }

    pub fn token_request(&self) -> TokenRequest<'static> {
        let pending = self.pending.clone();
        pending.accept(&self.authorization_response, self.relying_party, self.now).unwrap()
    }

    pub fn signature(&self) -> Vec<u8> {
        let (_, signature) = self.id_token.rsplit_once('.').unwrap();
        Base64UrlUnpadded::decode_vec(signature).unwrap()
    }

    /// The ID token as it comes out of the token response, not validated.
    pub fn id_token(&self) -> IdToken<'static> {
        self.token_request().response(ok_json(self.token_answer)).unwrap()
    }
}

/// The runtime's verifier for ES256: ring, by way of rustls.
pub fn es256() -> RustlsVerifier {
    onerealm::verifiers(&rustls::crypto::ring::default_provider())
        .into_iter()
        .find(|verifier| verifier.algorithm() == JwsAlgorithm::Es256)
        .unwrap()
}

pub fn ok_json(body: &str) -> HttpResponse<'_> {
    HttpResponse { status: 200, content_type: Some("application/json"), body: body.as_bytes() }
}

fn begin(relying_party: RelyingParty<'static>, now: UnixTime) -> AuthorizationRequest<'static> {
    let redirect_uri = RedirectUri::parse(REDIRECT_URI).unwrap();
    let mut rng = getrandom::SysRng;
    AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, &mut rng, now)
        .unwrap()
}

fn realm() -> Realm<'static> {
    Realm::new(
        RealmName::parse("sso").unwrap(),
        Issuer::parse(ISSUER).unwrap(),
        ClientRegistration {
            client_id: ClientId::parse(CLIENT_ID).unwrap(),
            secret: ClientSecret::new(SECRET),
        },
    )
}

fn jwks(point: &[u8]) -> Value {
    json!({"keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "k1",
        "x": base64url(&point[1..33]), "y": base64url(&point[33..65]),
    }]})
}

fn claims(nonce: &str, now: UnixTime) -> Value {
    json!({
        "iss": ISSUER, "sub": "6f1c2a5e-0d1b-4b53-9f5b-0e5b1f2f7c11", "aud": CLIENT_ID, "azp": CLIENT_ID,
        "exp": now.0 + 300, "iat": now.0, "auth_time": now.0, "nonce": nonce, "typ": "ID",
        "jti": "0b8d7f66-8c1a-4a55-b6f8-7f2f6f3d9f10", "sid": "93a4a1a2-4c7e-4f5b-8f5d-2b1d0c9e8f7a",
        "acr": "1", "email_verified": true, "name": "Alice Example", "preferred_username": "alice",
        "given_name": "Alice", "family_name": "Example", "email": "alice@example.com",
        "groups": ["admins", "auditors", "everybody"],
    })
}

fn sign(key: &EcdsaKeyPair, random: &SystemRandom, claims: &Value) -> String {
    let header = json!({"alg": "ES256", "typ": "JWT", "kid": "k1"});
    let [header, claims] = [&header, claims].map(|part| base64url(part.to_string().as_bytes()));
    let signed = format!("{header}.{claims}");
    let signature = key.sign(random, signed.as_bytes()).unwrap();
    format!("{signed}.{}", base64url(signature.as_ref()))
}

fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

fn leak(text: String) -> &'static str {
    text.leak()
}
