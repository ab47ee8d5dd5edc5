//! RSA keys of the longest modulus that is accepted. Signatures of `header.payload` by OpenSSL: ring signs with shorter
//! keys only.

use base64ct::{Base64UrlUnpadded, Encoding};
use onerealm_core::{JwksError, JwsAlgorithm, JwsError};
use serde_json::{Value, json};

use crate::support::Publisher;

const SIGNED: &[u8] = b"header.payload";

fn vector() -> Value {
    serde_json::from_str(include_str!("rsa_8192.json")).unwrap()
}

fn bytes(text: &Value) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text.as_str().unwrap()).unwrap()
}

#[test]
fn a_key_of_8192_bits_verifies_what_it_signed_and_nothing_else() {
    let vector = vector();
    let publisher = Publisher::of([&vector]);
    for algorithm in [JwsAlgorithm::Rs256, JwsAlgorithm::Ps512] {
        let (header, mut signature) =
            (json!({ "alg": algorithm.as_str() }), bytes(&vector[algorithm.as_str()]));
        assert_eq!(publisher.verify(&header, SIGNED, &signature), Ok(algorithm));
        let refused = Err(JwsError::Signature);
        assert_eq!(publisher.verify(&header, b"header.Payload", &signature), refused);
        signature[1000] ^= 1;
        assert_eq!(publisher.verify(&header, SIGNED, &signature), refused);
    }
}

#[test]
fn case_088_a_longer_key_is_refused_before_anything_is_verified() {
    for (bits, expected) in [
        (8192, JwsError::Signature),
        (8200, JwsError::Key { error: JwksError::RsaSize { bits: 8200 } }),
        (16_384, JwsError::Key { error: JwksError::RsaSize { bits: 16_384 } }),
    ] {
        let mut key = vector();
        key["n"] = Base64UrlUnpadded::encode_string(&vec![0xff; bits / 8]).into();
        let verdict =
            Publisher::of([&key]).verify(&json!({ "alg": "RS256" }), SIGNED, &bytes(&key["RS256"]));
        assert_eq!(verdict, Err(expected), "{bits}");
    }
}
