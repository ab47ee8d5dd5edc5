//! Key sets with RSA keys of 2048 bits that nothing is signed with.

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use super::documents::{base64url, random_text};

/// So many keys as most providers publish them.
pub fn rsa_keys(number: usize) -> Value {
    key_set(
        number,
        |n| json!({"kid": random_text(43), "kty": "RSA", "alg": "RS256", "use": "sig", "n": n, "e": "AQAB"}),
    )
}

/// So many keys as Entra ID publishes them: each with a certificate, and without an algorithm.
pub fn entra_keys(number: usize) -> Value {
    key_set(number, |n| {
        let kid = random_text(27);
        let mut certificate = [0; 780];
        getrandom::fill(&mut certificate).unwrap();
        json!({
            "kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": n, "e": "AQAB",
            "x5c": [Base64::encode_string(&certificate)], "cloud_instance_name": "microsoftonline.com",
            "issuer": "https://login.microsoftonline.com/00000000-1111-2222-3333-444444444444/v2.0",
        })
    })
}

fn key_set(number: usize, jwk: impl Fn(String) -> Value) -> Value {
    let keys: Vec<Value> = (0..number)
        .map(|_| {
            let mut modulus = [0; 256];
            getrandom::fill(&mut modulus).unwrap();
            modulus[0] |= 0x80;
            modulus[255] |= 1;
            jwk(base64url(&modulus))
        })
        .collect();
    json!({"keys": keys})
}
