//! A login that a published signature can be part of.

use base64ct::{Base64UrlUnpadded, Encoding};
use onerealm::verifiers;
use onerealm_core::{
    AuthorizationRequest, AuthorizationResponse, ClientId, ClientRegistration, DiscoveryRequest,
    HttpResponse, IdTokenError, Issuer, JwksRequest, JwsAlgorithm, JwsError, JwsSignature, KeySet,
    ProviderMetadata, Realm, RealmName, RedirectUri, RelyingParty, Requested, UnixTime,
};
use serde_json::{Value, json};

const ISSUER: &str = "https://login.example";
const NOW: UnixTime = UnixTime(1_779_271_200);

pub fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// A provider that publishes these keys.
pub struct Publisher {
    metadata: String,
    keys: String,
}

impl Publisher {
    pub fn of<'k>(keys: impl IntoIterator<Item = &'k Value>) -> Self {
        let keys: Vec<_> = keys.into_iter().collect();
        let metadata = json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://login.example/authorize",
            "token_endpoint": "https://login.example/token",
            "jwks_uri": "https://login.example/keys",
        });
        Publisher { metadata: metadata.to_string(), keys: json!({ "keys": keys }).to_string() }
    }

    pub fn verifies(&self, algorithm: JwsAlgorithm) -> bool {
        verifiers().iter().any(|verifier| verifier.algorithm() == algorithm)
    }

    /// Verifies any bytes, by the steps that a login's ID token takes.
    pub fn verify(
        &self,
        header: &Value,
        signing_input: &[u8],
        signature: &[u8],
    ) -> Result<JwsAlgorithm, JwsError> {
        let (header, signature) = (header.to_string(), base64url(signature));
        let jws = JwsSignature { header: header.as_bytes(), signing_input, signature: &signature };
        jws.verify(&self.key_set(), verifiers(), &mut [0; 8192])
    }

    /// Takes `token` for a login's ID token, and gives the code of the error: it was issued for no
    /// login, so that behind the signature there always is one.
    pub fn error_code(&self, token: &str) -> &'static str {
        let realm = Realm::new(
            RealmName::parse("sso").unwrap(),
            Issuer::parse(ISSUER).unwrap(),
            ClientRegistration { client_id: ClientId::parse("client").unwrap(), credential: None },
        );
        let metadata = self.metadata();
        let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
        let redirect_uri = RedirectUri::parse("https://pve.example:8006").unwrap();
        let rng = &mut getrandom::SysRng;
        let request =
            AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, rng, NOW);
        let pending = request.unwrap().into_pending();
        let state = pending.state();
        let response = AuthorizationResponse::from_parts("c0de", state.as_str(), None).unwrap();
        let request = pending.accept(&response, relying_party, NOW).unwrap();
        let answer = json!({ "access_token": "at", "token_type": "Bearer", "id_token": token });
        let answer = answer.to_string();
        let id_token = match request.response(ok_json(&answer)) {
            Ok(id_token) => id_token,
            Err(error) => return error.code(),
        };
        let mut buf = vec![0; id_token.buffer_needed()];
        let refused = id_token
            .open(&mut buf)
            .and_then(|id_token| id_token.validate(&self.key_set(), verifiers(), NOW))
            .unwrap_err();
        match refused.error() {
            IdTokenError::Jws { error } => error.code(),
            error => error.code(),
        }
    }

    fn metadata(&self) -> ProviderMetadata<'_> {
        let request = DiscoveryRequest::new(Issuer::parse(ISSUER).unwrap());
        request.response(ok_json(&self.metadata)).unwrap()
    }

    fn key_set(&self) -> KeySet<'_> {
        JwksRequest::new(&self.metadata()).response(ok_json(&self.keys)).unwrap()
    }
}

fn ok_json(body: &str) -> HttpResponse<'_> {
    HttpResponse { status: 200, content_type: Some("application/json"), body: body.as_bytes() }
}

/// A document of published signatures: the token in each section, and the keys for all.
pub struct Published(Value);

impl Published {
    pub fn parse(text: &str) -> Self {
        Published(serde_json::from_str(text).unwrap())
    }

    pub fn publisher(&self) -> Publisher {
        Publisher::of(self.0["keys"].as_object().unwrap().values())
    }

    pub fn token(&self, section: &str) -> &str {
        self.0["signatures"][section].as_str().unwrap()
    }

    /// Asserts that each section's token, and there are no others, leads to this error.
    pub fn check(&self, expected: &[(&str, &str)]) {
        let publisher = self.publisher();
        let sections = self.0["signatures"].as_object().unwrap().keys();
        let codes: Vec<_> = sections
            .map(|section| (section.as_str(), publisher.error_code(self.token(section))))
            .collect();
        assert_eq!(codes, expected);
    }

    /// Asserts that the section's token is refused for its signature, once a character of its
    /// payload or of its signature is another.
    pub fn check_changed(&self, section: &str) {
        let (token, publisher) = (self.token(section), self.publisher());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (header, payload) = signed.split_once('.').unwrap();
        let changed = |part: &str| match part.split_at(part.len() / 2) {
            (before, rest) if rest.starts_with('A') => format!("{before}B{}", &rest[1..]),
            (before, rest) => format!("{before}A{}", &rest[1..]),
        };
        let token = format!("{header}.{}.{signature}", changed(payload));
        assert_eq!(publisher.error_code(&token), "jws_signature", "{token}");
        let token = format!("{header}.{payload}.{}", changed(signature));
        assert_eq!(publisher.error_code(&token), "jws_signature", "{token}");
    }
}
