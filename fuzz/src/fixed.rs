//! A login in which nothing is left to chance: its clock stands still, and its entropy is zeros.

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use onerealm_core::wire::Words;
use onerealm_core::{
    AuthorizationRequest, AuthorizationResponse, ClientId, ClientRegistration, ClientTypeSetting,
    Credential, HttpResponse, InvalidSignature, Issuer, JwsAlgorithm, PendingAuthorization,
    PublicKey, Realm, RealmName, RedirectUri, RelyingParty, Requested, SignatureVerifier,
    TokenRequest, UnixTime,
};
use rand_core::{TryCryptoRng, TryRng};

pub const ISSUER: &str = "https://login.example/t";
pub const CLIENT_ID: &str = "pve";
pub const TRUSTED_AUDIENCE: &str = "gateway";
pub const REDIRECT_URI: &str = "http://127.0.0.1:51004/callback";
pub const NOW: UnixTime = UnixTime(1_779_271_200);
/// What zeros make of state and nonce.
pub const STATE_AND_NONCE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

pub const METADATA: &str = r#"{
    "issuer": "https://login.example/t",
    "authorization_endpoint": "https://login.example/t/authorize",
    "token_endpoint": "https://login.example/t/token",
    "jwks_uri": "https://login.example/t/keys",
    "userinfo_endpoint": "https://login.example/t/userinfo"
}"#;

pub fn realm(issuer: Issuer<&str>) -> Realm<&str> {
    Realm {
        client_type: ClientTypeSetting::Auto,
        audiences: Words::parse(TRUSTED_AUDIENCE).unwrap(),
        ..Realm::new(
            RealmName::parse("sso").unwrap(),
            issuer,
            ClientRegistration {
                client_id: ClientId::parse(CLIENT_ID).unwrap(),
                credential: Credential::secret("s3cret"),
            },
        )
    }
}

/// A login that has begun, and was stored and read again.
pub fn pending(relying_party: RelyingParty<'_>) -> PendingAuthorization {
    let redirect_uri = RedirectUri::parse(REDIRECT_URI).unwrap();
    let request =
        AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, &mut Zeros, NOW)
            .unwrap();
    assert_eq!(request.pending().state().as_str(), STATE_AND_NONCE);
    let mut buf = [0; PendingAuthorization::PENDING_LEN];
    PendingAuthorization::decode(request.into_pending().encode(&mut buf).unwrap()).unwrap()
}

/// The same, with the end user back, by way of a provider that says who it is.
pub fn token_request(relying_party: RelyingParty<'_>) -> TokenRequest<'_> {
    let issuer = Some(relying_party.realm().issuer.as_str());
    let response = AuthorizationResponse::from_parts("c0de", STATE_AND_NONCE, issuer).unwrap();
    pending(relying_party).accept(&response, relying_party, NOW).unwrap()
}

pub fn ok_json(body: &[u8]) -> HttpResponse<'_> {
    HttpResponse { status: 200, content_type: Some("application/json"), body }
}

pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// No entropy at all.
pub struct Zeros;

impl TryRng for Zeros {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(0)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(0)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(0);
        Ok(())
    }
}

impl TryCryptoRng for Zeros {}

/// A verifier with one answer for every signature, which checks that keys and signatures are as it is promised.
pub struct Always<'m> {
    algorithm: JwsAlgorithm,
    answer: Result<(), InvalidSignature>,
    /// What must have been signed, where that is known.
    message: Option<&'m str>,
}

pub const ALGORITHMS: [JwsAlgorithm; 9] = [
    JwsAlgorithm::Rs256,
    JwsAlgorithm::Rs384,
    JwsAlgorithm::Rs512,
    JwsAlgorithm::Ps256,
    JwsAlgorithm::Ps384,
    JwsAlgorithm::Ps512,
    JwsAlgorithm::Es256,
    JwsAlgorithm::Es384,
    JwsAlgorithm::EdDsa,
];

impl SignatureVerifier for Always<'_> {
    fn algorithm(&self) -> JwsAlgorithm {
        self.algorithm
    }

    fn verify(
        &self,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let lengths = match key {
            PublicKey::Rsa { n, e } => {
                assert!((256..=512).contains(&n.len()) && n[0] != 0 && n[n.len() - 1] % 2 == 1);
                assert!(
                    (1..=4).contains(&e.len()) && e[0] != 0 && e != [1] && e[e.len() - 1] % 2 == 1
                );
                (n.len(), n.len())
            }
            PublicKey::P256 { x, y } => (x.len() + y.len(), 64),
            PublicKey::P384 { x, y } => (x.len() + y.len(), 96),
            PublicKey::Ed25519 { x } => (2 * x.len(), 64),
        };
        assert_eq!(lengths, (signature.len(), signature.len()));
        assert_eq!(message.iter().filter(|byte| **byte == b'.').count(), 1);
        assert!(self.message.is_none_or(|expected| message == expected.as_bytes()));
        self.answer
    }
}

/// One for each algorithm.
pub fn verifiers(answer: Result<(), InvalidSignature>) -> [Always<'static>; 9] {
    verifiers_of(None, answer)
}

/// The same for signatures of this message alone.
pub fn verifiers_of(
    message: Option<&str>,
    answer: Result<(), InvalidSignature>,
) -> [Always<'_>; 9] {
    ALGORITHMS.map(|algorithm| Always { algorithm, answer, message })
}

pub fn as_dyn<'a>(verifiers: &'a [Always<'_>; 9]) -> [&'a dyn SignatureVerifier; 9] {
    verifiers.each_ref().map(|verifier| verifier as &dyn SignatureVerifier)
}
