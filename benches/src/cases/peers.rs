//! Other libraries that validate an ID token. Their keys are prepared once.

use openidconnect::core::{
    CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
};
use openidconnect::{ClientId, ClientSecret, IssuerUrl, Nonce};
use serde::Deserialize;

use crate::case::Contender;
use crate::workload::{Algorithm, Answered, CLIENT_ID, ISSUER, SECRET};

pub fn all(algorithm: Algorithm, login: &Answered) -> Vec<Contender> {
    let (token, key_set, nonce) = (login.id_token, login.key_set, &login.returned.nonce);
    vec![
        #[cfg(feature = "aws-lc")]
        jsonwebtoken!(
            jsonwebtoken_11,
            "jsonwebtoken 11 on aws-lc",
            algorithm,
            token,
            key_set,
            nonce
        ),
        jsonwebtoken!(jsonwebtoken_9, "jsonwebtoken 9 on ring", algorithm, token, key_set, nonce),
        jsonwebtoken!(
            jsonwebtoken_10,
            "jsonwebtoken 10 on RustCrypto",
            algorithm,
            token,
            key_set,
            nonce
        ),
        openidconnect(algorithm, token, key_set, nonce),
    ]
}

/// The claims that a login has a rule for.
#[derive(Deserialize)]
#[allow(dead_code, reason = "they are there to be read from the token")]
struct Claims {
    sub: String,
    azp: Option<String>,
    iat: u64,
    nonce: String,
    email: Option<String>,
    preferred_username: Option<String>,
    groups: Option<Vec<String>>,
}

/// One of its versions; a macro, because their types are not the same.
macro_rules! jsonwebtoken {
    ($version:ident, $name:literal, $algorithm:expr, $token:expr, $key_set:expr, $nonce:expr) => {{
        use $version::jwk::JwkSet;
        use $version::{Algorithm as Alg, DecodingKey, Validation, decode, decode_header};
        let (token, nonce) = ($token, $nonce.clone());
        let jwks: JwkSet = serde_json::from_str($key_set).unwrap();
        let keys: Vec<(String, DecodingKey)> = jwks
            .keys
            .iter()
            .map(|jwk| (jwk.common.key_id.clone().unwrap(), DecodingKey::from_jwk(jwk).unwrap()))
            .collect();
        let mut validation = Validation::new(match $algorithm {
            Algorithm::Rs256 => Alg::RS256,
            Algorithm::Es256 => Alg::ES256,
            Algorithm::EdDsa => Alg::EdDSA,
        });
        validation.set_audience(&[CLIENT_ID]);
        validation.set_issuer(&[ISSUER]);
        Contender::new($name, move || {
            let kid = decode_header(token).unwrap().kid.unwrap();
            let (_, key) = keys.iter().find(|(known, _)| *known == kid).unwrap();
            let token = decode::<Claims>(token, key, &validation).unwrap();
            assert!(token.claims.nonce == nonce);
            token
        })
    }};
}
use jsonwebtoken;

/// Its signatures are those of RustCrypto.
fn openidconnect(
    algorithm: Algorithm,
    token: &'static str,
    key_set: &'static str,
    nonce: &str,
) -> Contender {
    let keys: CoreJsonWebKeySet = serde_json::from_str(key_set).unwrap();
    let verifier = CoreIdTokenVerifier::new_confidential_client(
        ClientId::new(CLIENT_ID.to_owned()),
        ClientSecret::new(SECRET.to_owned()),
        IssuerUrl::new(ISSUER.to_owned()).unwrap(),
        keys,
    )
    .set_allowed_algs([match algorithm {
        Algorithm::Rs256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        Algorithm::Es256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        Algorithm::EdDsa => CoreJwsSigningAlgorithm::EdDsa,
    }]);
    let nonce = Nonce::new(nonce.to_owned());
    Contender::new("openidconnect 4", move || {
        let id_token: CoreIdToken = token.parse().unwrap();
        id_token.claims(&verifier, &nonce).unwrap().subject().len()
    })
}
