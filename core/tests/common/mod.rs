//! A provider for tests, made of documents and a key of its own, and a verifier for its tokens.

#![allow(dead_code, reason = "each test uses its part")]

use base64ct::{Base64UrlUnpadded, Encoding};
use onerealm_core::{
    AuthorizationRequest, AuthorizationResponse, ClientId, ClientRegistration, ClientSecret,
    DiscoveryRequest, HttpResponse, IdToken, IdTokenError, Identity, InvalidSignature, Issuer,
    JwksRequest, JwsAlgorithm, KeySet, ProviderMetadata, PublicKey, Realm, RealmName, RedirectUri,
    RelyingParty, Requested, SignatureVerifier, UnixTime,
};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
};
use serde_json::{Value, json};

pub const ISSUER: &str = "https://login.example/t";
pub const NOW: UnixTime = UnixTime(1_779_271_200);

/// A provider that signs with ES256.
pub struct Provider {
    key: EcdsaKeyPair,
    random: SystemRandom,
}

impl Provider {
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        Provider { key, random }
    }

    pub fn discovery(&self) -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": format!("{ISSUER}/authorize"),
            "token_endpoint": format!("{ISSUER}/token"),
            "jwks_uri": format!("{ISSUER}/keys"),
            "userinfo_endpoint": format!("{ISSUER}/userinfo"),
        })
    }

    pub fn jwk(&self, kid: &str) -> Value {
        let point = self.key.public_key().as_ref();
        json!({
            "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig",
            "x": base64url(&point[1..33]), "y": base64url(&point[33..65]),
        })
    }

    pub fn key_set(&self) -> Value {
        json!({ "keys": [self.jwk("k1")] })
    }

    /// The claims of a good ID token.
    pub fn claims(&self, client_id: &str, nonce: &str) -> Value {
        json!({
            "iss": ISSUER, "sub": "alice-sub", "aud": client_id, "nonce": nonce,
            "iat": NOW.0, "exp": NOW.0 + 3600, "preferred_username": "alice",
        })
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_raw(
            &json!({"alg": "ES256", "typ": "JWT", "kid": "k1"}).to_string(),
            &claims.to_string(),
        )
    }

    pub fn sign_raw(&self, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", base64url(header.as_bytes()), base64url(payload.as_bytes()));
        let signature = self.key.sign(&self.random, signed.as_bytes()).unwrap();
        format!("{signed}.{}", base64url(signature.as_ref()))
    }
}

pub fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Verifies ES256 with ring.
pub struct Es256;

impl SignatureVerifier for Es256 {
    fn algorithm(&self) -> JwsAlgorithm {
        JwsAlgorithm::Es256
    }

    fn verify(
        &self,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let PublicKey::P256 { x, y } = key else { return Err(InvalidSignature) };
        let point = [&[4], x, y].concat();
        ring::signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }
}

pub fn ok_json(body: &str) -> HttpResponse<'_> {
    HttpResponse { status: 200, content_type: Some("application/json"), body: body.as_bytes() }
}

pub fn realm() -> Realm<'static> {
    Realm::new(
        RealmName::parse("sso").unwrap(),
        Issuer::parse(ISSUER).unwrap(),
        ClientRegistration {
            client_id: ClientId::parse("pve").unwrap(),
            secret: ClientSecret::new("s3cret"),
        },
    )
}

pub fn metadata(document: &str) -> ProviderMetadata<'_> {
    DiscoveryRequest::new(Issuer::parse(ISSUER).unwrap()).response(ok_json(document)).unwrap()
}

pub fn key_set<'a>(metadata: &ProviderMetadata<'a>, document: &'a str) -> KeySet<'a> {
    JwksRequest::new(metadata).response(ok_json(document)).unwrap()
}

/// The value of a parameter of a URL or form, decoded by `url`.
pub fn parameter(form: &str, name: &str) -> Option<String> {
    let form = form.split_once('?').map_or(form, |(_, query)| query);
    url::form_urlencoded::parse(form.as_bytes())
        .find(|(n, _)| n == name)
        .map(|(_, value)| value.into_owned())
}

/// A login up to its ID token, whose claims `make_token` bends.
pub fn login_until_id_token<'a, T>(
    relying_party: RelyingParty<'a>,
    redirect_uri: &str,
    token_response: &'a mut String,
    make_token: impl FnOnce(&str) -> String,
    then: impl FnOnce(IdToken<'_>) -> T,
) -> T {
    let mut rng = getrandom::SysRng;
    let redirect_uri = RedirectUri::parse(redirect_uri).unwrap();
    let request =
        AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, &mut rng, NOW)
            .unwrap();
    let mut buf = [0; 4096];
    let url = request.write_url(&mut buf).unwrap().to_owned();
    let state = parameter(&url, "state").unwrap();
    let nonce = parameter(&url, "nonce").unwrap();
    let callback = format!("code=c0de&state={state}");
    let response = AuthorizationResponse::from_query(&callback).unwrap();
    let token_request = request.into_pending().accept(&response, relying_party, NOW).unwrap();
    *token_response = json!({
        "access_token": "at", "token_type": "Bearer", "id_token": make_token(&nonce),
    })
    .to_string();
    then(token_request.response(ok_json(token_response)).unwrap())
}

/// What comes of an ID token that `make_token` makes for a nonce.
pub fn validate(
    provider: &Provider,
    realm: &Realm<'_>,
    keys: &Value,
    make_token: impl FnOnce(&str) -> String,
    look: impl FnOnce(Result<Identity<'_>, IdTokenError>),
) {
    let (discovery, keys) = (provider.discovery().to_string(), keys.to_string());
    let metadata = metadata(&discovery);
    let keys = key_set(&metadata, &keys);
    let relying_party = RelyingParty::new(realm, &metadata).unwrap();
    let mut body = String::new();
    let redirect_uri = "https://pve.example:8006";
    login_until_id_token(relying_party, redirect_uri, &mut body, make_token, |id_token| {
        let mut buf = vec![0; id_token.buffer_needed()];
        look(id_token.validate(&keys, &[&Es256], NOW, &mut buf));
    });
}
