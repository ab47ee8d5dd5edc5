//! A provider for tests, made of documents and a key of its own, verifiers for its tokens, and
//! a login whose parts can be bent.

#![allow(dead_code, reason = "each test uses its part")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use onerealm_core::{
    AuthorizationRequest, AuthorizationResponse, ClientId, ClientRegistration, Credential,
    DiscoveryRequest, HttpResponse, IdToken, IdTokenError, Identity, InvalidSignature, Issuer,
    JwksError, JwksRequest, JwsAlgorithm, JwsError, KeySet, PendingAuthorization, ProviderMetadata,
    PublicKey, Realm, RealmName, RedirectUri, RelyingParty, Requested, SignatureVerifier,
    TokenError, UnixTime,
};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPairComponents, PublicKeyComponents};
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use serde_json::{Value, json};

pub const ISSUER: &str = "https://login.example/t";
pub const REDIRECT_URI: &str = "https://pve.example:8006";
pub const NOW: UnixTime = UnixTime(1_779_271_200);

/// A provider that signs with one algorithm.
pub struct Provider {
    pub algorithm: JwsAlgorithm,
    key: Key,
    random: SystemRandom,
}

enum Key {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl Provider {
    pub fn new() -> Self {
        Self::signing_with(JwsAlgorithm::Es256)
    }

    /// A provider with a new key; RSA keys are that of RFC 7515 appendix A.2.
    pub fn signing_with(algorithm: JwsAlgorithm) -> Self {
        let random = SystemRandom::new();
        let ecdsa = |algorithm| {
            let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
            Key::Ecdsa(EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap())
        };
        let key = match algorithm {
            JwsAlgorithm::Es256 => ecdsa(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
            JwsAlgorithm::Es384 => ecdsa(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
            JwsAlgorithm::EdDsa => {
                let pkcs8 = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
                Key::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
            }
            _ => Key::Rsa(rsa_key_pair()),
        };
        Provider { algorithm, key, random }
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
        let mut jwk = match &self.key {
            Key::Ecdsa(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(self.ecdsa_len());
                let crv = format!("P-{}", 8 * x.len());
                json!({"kty": "EC", "crv": crv, "x": base64url(x), "y": base64url(y)})
            }
            Key::Ed25519(key) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(key.public_key().as_ref())})
            }
            Key::Rsa(_) => json!({"kty": "RSA", "n": rsa_member("n"), "e": rsa_member("e")}),
        };
        jwk["kid"] = kid.into();
        jwk["use"] = "sig".into();
        jwk
    }

    /// Length of a coordinate, which is that of half a signature.
    fn ecdsa_len(&self) -> usize {
        if self.algorithm == JwsAlgorithm::Es384 { 48 } else { 32 }
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

    /// The header of a good ID token.
    pub fn header(&self) -> Value {
        json!({"alg": self.algorithm.as_str(), "typ": "JWT", "kid": "k1"})
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_raw(&self.header().to_string(), &claims.to_string())
    }

    pub fn sign_raw(&self, header: &str, payload: &str) -> String {
        self.sign_parts(&base64url(header.as_bytes()), &base64url(payload.as_bytes()))
    }

    /// Signs a header and a payload that are encoded, or are no such thing.
    pub fn sign_parts(&self, header: &str, payload: &str) -> String {
        let signed = format!("{header}.{payload}");
        format!("{signed}.{}", base64url(&self.signature(signed.as_bytes())))
    }

    /// Whether it is a signature of this key.
    pub fn verifies(&self, message: &[u8], made: &[u8]) -> bool {
        let verifies = |algorithm, key: &[u8]| {
            signature::UnparsedPublicKey::new(algorithm, key).verify(message, made).is_ok()
        };
        match &self.key {
            Key::Ecdsa(key) => {
                verifies(&signature::ECDSA_P256_SHA256_FIXED, key.public_key().as_ref())
            }
            Key::Ed25519(key) => verifies(&signature::ED25519, key.public_key().as_ref()),
            Key::Rsa(key) => {
                let parameters = rsa_parameters(self.algorithm);
                PublicKeyComponents::<Vec<u8>>::from(key.public())
                    .verify(parameters, message, made)
                    .is_ok()
            }
        }
    }

    pub fn signature(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::Ecdsa(key) => key.sign(&self.random, message).unwrap().as_ref().to_vec(),
            Key::Ed25519(key) => key.sign(message).as_ref().to_vec(),
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                let encoding = rsa_encoding(self.algorithm);
                key.sign(encoding, &self.random, message, &mut signature).unwrap();
                signature
            }
        }
    }
}

fn rsa_encoding(algorithm: JwsAlgorithm) -> &'static dyn signature::RsaEncoding {
    match algorithm {
        JwsAlgorithm::Rs256 => &signature::RSA_PKCS1_SHA256,
        JwsAlgorithm::Rs384 => &signature::RSA_PKCS1_SHA384,
        JwsAlgorithm::Rs512 => &signature::RSA_PKCS1_SHA512,
        JwsAlgorithm::Ps256 => &signature::RSA_PSS_SHA256,
        JwsAlgorithm::Ps384 => &signature::RSA_PSS_SHA384,
        JwsAlgorithm::Ps512 => &signature::RSA_PSS_SHA512,
        JwsAlgorithm::Es256 | JwsAlgorithm::Es384 | JwsAlgorithm::EdDsa => unreachable!(),
    }
}

/// The RSA key of RFC 7515 appendix A.2.
fn rsa_key_pair() -> RsaKeyPair {
    let member = |name| from_base64url(&rsa_member(name));
    RsaKeyPair::from_components(&KeyPairComponents {
        public_key: PublicKeyComponents { n: member("n"), e: member("e") },
        d: member("d"),
        p: member("p"),
        q: member("q"),
        dP: member("dp"),
        dQ: member("dq"),
        qInv: member("qi"),
    })
    .unwrap()
}

pub fn rsa_member(name: &str) -> String {
    let jwk: Value = serde_json::from_str(include_str!("../vectors/rfc7515_a2_key.json")).unwrap();
    jwk[name].as_str().unwrap().to_owned()
}

pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn from_base64url(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
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
        Ring(JwsAlgorithm::Es256).verify(key, message, signature)
    }
}

/// Verifies one algorithm with ring.
pub struct Ring(pub JwsAlgorithm);

/// A verifier for each algorithm.
pub const ALL_ALGORITHMS: [&dyn SignatureVerifier; 9] = [
    &Ring(JwsAlgorithm::Rs256),
    &Ring(JwsAlgorithm::Rs384),
    &Ring(JwsAlgorithm::Rs512),
    &Ring(JwsAlgorithm::Ps256),
    &Ring(JwsAlgorithm::Ps384),
    &Ring(JwsAlgorithm::Ps512),
    &Ring(JwsAlgorithm::Es256),
    &Ring(JwsAlgorithm::Es384),
    &Ring(JwsAlgorithm::EdDsa),
];

impl SignatureVerifier for Ring {
    fn algorithm(&self) -> JwsAlgorithm {
        self.0
    }

    fn verify(
        &self,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let verify = |algorithm, key: &[u8]| {
            signature::UnparsedPublicKey::new(algorithm, key).verify(message, signature)
        };
        match (self.0, key) {
            (JwsAlgorithm::Es256, PublicKey::P256 { x, y }) => {
                verify(&signature::ECDSA_P256_SHA256_FIXED, &[&[4], x, y].concat())
            }
            (JwsAlgorithm::Es384, PublicKey::P384 { x, y }) => {
                verify(&signature::ECDSA_P384_SHA384_FIXED, &[&[4], x, y].concat())
            }
            (JwsAlgorithm::EdDsa, PublicKey::Ed25519 { x }) => verify(&signature::ED25519, x),
            (algorithm, PublicKey::Rsa { n, e }) => {
                PublicKeyComponents { n, e }.verify(rsa_parameters(algorithm), message, signature)
            }
            (algorithm, key) => panic!("{algorithm} was given {key:?}"),
        }
        .map_err(|_| InvalidSignature)
    }
}

fn rsa_parameters(algorithm: JwsAlgorithm) -> &'static signature::RsaParameters {
    match algorithm {
        JwsAlgorithm::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        JwsAlgorithm::Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        JwsAlgorithm::Rs512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        JwsAlgorithm::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
        JwsAlgorithm::Ps384 => &signature::RSA_PSS_2048_8192_SHA384,
        JwsAlgorithm::Ps512 => &signature::RSA_PSS_2048_8192_SHA512,
        JwsAlgorithm::Es256 | JwsAlgorithm::Es384 | JwsAlgorithm::EdDsa => {
            panic!("{algorithm} was given an RSA key")
        }
    }
}

pub fn ok_json(body: &str) -> HttpResponse<'_> {
    HttpResponse { status: 200, content_type: Some("application/json"), body: body.as_bytes() }
}

pub fn realm() -> Realm<&'static str> {
    Realm::new(
        RealmName::parse("sso").unwrap(),
        Issuer::parse(ISSUER).unwrap(),
        ClientRegistration {
            client_id: ClientId::parse("pve").unwrap(),
            credential: Credential::secret("s3cret"),
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

/// Begins a login; gives what is kept, and the URL that the end user is sent to.
pub fn begin(
    relying_party: RelyingParty<'_>,
    redirect_uri: &str,
) -> (PendingAuthorization, String) {
    let mut rng = getrandom::SysRng;
    let redirect_uri = RedirectUri::parse(redirect_uri).unwrap();
    let request =
        AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, &mut rng, NOW)
            .unwrap();
    let mut buf = [0; 4096];
    let url = request.write_url(&mut buf).unwrap().to_owned();
    (request.into_pending(), url)
}

/// One login with all that a test may bend, up to the verdict on its ID token. It begins at `NOW`.
pub struct Trial {
    pub provider: Provider,
    pub realm: Realm<&'static str>,
    pub discovery: Value,
    pub keys: Value,
    pub redirect_uri: &'static str,
    pub verifiers: Vec<&'static dyn SignatureVerifier>,
    pub access_token: &'static str,
    /// When the ID token is looked at.
    pub now: UnixTime,
}

impl Trial {
    pub fn new() -> Self {
        Self::of(Provider::new())
    }

    pub fn of(provider: Provider) -> Self {
        Trial {
            realm: realm(),
            discovery: provider.discovery(),
            keys: provider.key_set(),
            redirect_uri: REDIRECT_URI,
            verifiers: ALL_ALGORITHMS.to_vec(),
            access_token: "at",
            now: NOW,
            provider,
        }
    }

    /// The claims of a good ID token for this nonce.
    pub fn claims(&self, nonce: &str) -> Value {
        self.provider.claims("pve", nonce)
    }

    /// What comes of a token with good claims and this header, signed.
    pub fn judge_header(&self, header: &str) -> Result<(), IdTokenError> {
        self.judge(|nonce| self.provider.sign_raw(header, &self.claims(nonce).to_string()))
    }

    /// What comes of a token with a good header and claims that are good but for `bend`, signed.
    pub fn judge_claims(&self, bend: impl FnOnce(&mut Value)) -> Result<(), IdTokenError> {
        self.judge(|nonce| {
            let mut claims = self.claims(nonce);
            bend(&mut claims);
            self.provider.sign(&claims)
        })
    }

    /// What comes of the token that `make_token` makes for the login's nonce.
    pub fn judge(&self, make_token: impl FnOnce(&str) -> String) -> Result<(), IdTokenError> {
        self.judge_and_look(make_token, |_| ())
    }

    /// The same with a look at the identity.
    pub fn judge_and_look<T>(
        &self,
        make_token: impl FnOnce(&str) -> String,
        look: impl FnOnce(Identity<'_>) -> T,
    ) -> Result<T, IdTokenError> {
        self.login(|login| {
            let body = token_response(&make_token(&login.nonce), self.access_token);
            login.exchange(ok_json(&body), |id_token| {
                let id_token = id_token.unwrap();
                let mut buf = vec![0; id_token.buffer_needed()];
                believe(id_token, &login.keys, &self.verifiers, self.now, &mut buf).map(look)
            })
        })
    }

    /// The login up to the end user's return.
    pub fn login<T>(&self, then: impl FnOnce(Login<'_>) -> T) -> T {
        let (discovery, keys) = (self.discovery.to_string(), self.keys.to_string());
        let metadata = metadata(&discovery);
        let keys = key_set(&metadata, &keys);
        let relying_party = RelyingParty::new(&self.realm, &metadata).unwrap();
        let (pending, url) = begin(relying_party, self.redirect_uri);
        let state = pending.state().as_str().to_owned();
        let nonce = parameter(&url, "nonce").unwrap();
        then(Login { relying_party, keys, pending, url, state, nonce })
    }
}

/// A login whose end user is away.
pub struct Login<'a> {
    pub relying_party: RelyingParty<'a>,
    pub keys: KeySet<'a>,
    pub pending: PendingAuthorization,
    /// Where the end user was sent to.
    pub url: String,
    pub state: String,
    pub nonce: String,
}

impl Login<'_> {
    /// What the token endpoint's response makes of a copy of this login.
    pub fn exchange<T>(
        &self,
        response: HttpResponse<'_>,
        then: impl FnOnce(Result<IdToken<'_>, TokenError>) -> T,
    ) -> T {
        let callback = AuthorizationResponse::from_parts("c0de", &self.state, None).unwrap();
        let request = self.pending.clone().accept(&callback, self.relying_party, NOW).unwrap();
        then(request.response(response))
    }
}

/// What comes of an ID token, from its opening to its validation.
pub fn believe<'a: 'b, 'b>(
    id_token: IdToken<'a>,
    keys: &KeySet<'_>,
    verifiers: &[&dyn SignatureVerifier],
    now: UnixTime,
    buf: &'b mut [u8],
) -> Result<Identity<'b>, IdTokenError> {
    Ok(id_token.open(buf)?.validate(keys, verifiers, now)?)
}

/// A good token response with that ID token.
pub fn token_response(id_token: &str, access_token: &str) -> String {
    json!({"access_token": access_token, "token_type": "Bearer", "id_token": id_token}).to_string()
}

pub fn jws_error(error: JwsError) -> Result<(), IdTokenError> {
    Err(IdTokenError::Jws { error })
}

pub fn key_error(error: JwksError) -> Result<(), IdTokenError> {
    jws_error(JwsError::Key { error })
}

/// Names of parameters of a form or query, in order.
pub fn parameter_names(form: &str) -> Vec<String> {
    url::form_urlencoded::parse(form.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}
