//! The provider's documents, from their bytes to what a login needs of them.

use jsonwebtoken_10::DecodingKey;
use jsonwebtoken_10::jwk::JwkSet;
use onerealm_core::{DiscoveryRequest, Issuer, JwksRequest};
use openidconnect::core::{CoreJsonWebKeySet, CoreProviderMetadata, CoreTokenResponse};
use serde::Deserialize;
use serde_json::Value;

use crate::case::{Allocations, Case, Contender};
use crate::workload::{Algorithm, ISSUER, Provider, Returned, Signer, claims, ok_json};

/// To keys that a signature can be verified with: all are decoded.
pub fn key_set(keys: &Value) -> Case {
    let number = keys["keys"].as_array().unwrap().len();
    let text: &'static str = keys.to_string().leak();
    let metadata = Provider::new().metadata;
    Case {
        allocations: Allocations::None,
        ours: Contender::new("onerealm", move || {
            let keys = JwksRequest::new(metadata).response(ok_json(text)).unwrap();
            assert!(keys.decodable() == number);
        }),
        limit: Some(Contender::new("sonic-rs, typed, nothing decoded", move || {
            sonic_rs::from_str::<KeySet>(text).unwrap().keys.len()
        })),
        peers: vec![
            Contender::new("openidconnect 4", move || {
                serde_json::from_str::<CoreJsonWebKeySet>(text).unwrap()
            }),
            Contender::new("jsonwebtoken 10", move || {
                let set: JwkSet = serde_json::from_str(text).unwrap();
                let keys: Vec<_> =
                    set.keys.iter().map(|key| DecodingKey::from_jwk(key).unwrap()).collect();
                keys
            }),
        ],
    }
}

#[derive(Deserialize)]
struct KeySet<'a> {
    #[serde(borrow)]
    keys: Vec<Key<'a>>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are there to be read from the document")]
struct Key<'a> {
    kid: &'a str,
    kty: &'a str,
    alg: Option<&'a str>,
    r#use: &'a str,
    n: &'a str,
    e: &'a str,
}

/// What `response` makes of an ID token.
pub fn token_response(response: fn(&str) -> Value) -> Case {
    let login = Returned::new();
    let claims = claims(ISSUER, &login.nonce, login.provider.now.0, 3);
    let id_token = Signer::new(Algorithm::EdDsa).sign(&claims);
    let text: &'static str = response(&id_token).to_string().leak();
    Case {
        allocations: Allocations::None,
        ours: Contender::prepared(
            "onerealm",
            move || login.token_request(),
            move |request| request.response(ok_json(text)).unwrap(),
        ),
        limit: Some(Contender::new("sonic-rs, typed", move || {
            sonic_rs::from_str::<TokenResponse>(text).unwrap().id_token.len()
        })),
        peers: vec![
            Contender::new("serde_json, typed", move || {
                serde_json::from_str::<TokenResponse>(text).unwrap().id_token.len()
            }),
            Contender::new("openidconnect 4", move || {
                serde_json::from_str::<CoreTokenResponse>(text).unwrap()
            }),
        ],
    }
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are there to be read from the document")]
struct TokenResponse<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_in: Option<u64>,
    id_token: &'a str,
}

pub fn discovery(issuer: &'static str, document: &'static str) -> Case {
    let request = DiscoveryRequest::new(Issuer::parse(issuer).unwrap());
    Case {
        allocations: Allocations::None,
        ours: Contender::new("onerealm", move || request.response(ok_json(document)).unwrap()),
        limit: Some(Contender::new("sonic-rs, typed", move || {
            sonic_rs::from_str::<Discovery>(document).unwrap().issuer.len()
        })),
        peers: vec![
            Contender::new("serde_json, typed", move || {
                serde_json::from_str::<Discovery>(document).unwrap().issuer.len()
            }),
            Contender::new("openidconnect 4", move || {
                serde_json::from_str::<CoreProviderMetadata>(document).unwrap()
            }),
        ],
    }
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are there to be read from the document")]
struct Discovery<'a> {
    issuer: &'a str,
    authorization_endpoint: &'a str,
    token_endpoint: &'a str,
    jwks_uri: &'a str,
    userinfo_endpoint: Option<&'a str>,
    authorization_response_iss_parameter_supported: Option<bool>,
}
