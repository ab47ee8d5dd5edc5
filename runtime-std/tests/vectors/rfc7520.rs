//! RFC 7520, section 4.

use base64ct::{Base64UrlUnpadded, Encoding};
use onerealm_core::{JwsAlgorithm, JwsError};
use serde_json::Value;

use crate::support::Published;

fn published() -> Published {
    Published::parse(include_str!("rfc7520.json"))
}

#[test]
fn the_examples_are_verified_or_refused() {
    published().check(&[
        // RS256 and PS384: verified, and then the payload is a sentence instead of claims.
        ("4.1", "id_token_json"),
        ("4.2", "id_token_json"),
        // ES512 is not supported.
        ("4.3", "jws_algorithm_unknown"),
        // HS256: no verifier for it can be said. In 4.5 the payload is left out.
        ("4.4", "jws_algorithm_unknown"),
        ("4.5", "jws_algorithm_unknown"),
        // The JSON serializations are no ID tokens, which have no quotation mark in them.
        ("4.6", "id_token_missing"),
        ("4.7", "id_token_missing"),
        ("4.8", "id_token_missing"),
    ]);
}

#[test]
fn the_examples_are_refused_with_a_change() {
    published().check_changed("4.1");
    published().check_changed("4.2");
}

/// Taken out of the JSON serialization, the signatures of 4.8 are like any other.
#[test]
fn of_several_signatures_the_one_with_a_supported_algorithm_is_verified() {
    let published = published();
    let jws: Value = serde_json::from_str(published.token("4.8")).unwrap();
    let result = |i: usize| {
        let part = |name: &str| jws["signatures"][i][name].as_str().unwrap_or_default();
        let decoded = |text| Base64UrlUnpadded::decode_vec(text).unwrap();
        let mut header = jws["signatures"][i]["header"].clone();
        if let Ok(protected) = serde_json::from_slice::<Value>(&decoded(part("protected"))) {
            header = protected;
        }
        let signing_input = format!("{}.{}", part("protected"), jws["payload"].as_str().unwrap());
        let signature = decoded(part("signature"));
        published.publisher().verify(&header, signing_input.as_bytes(), &signature)
    };
    assert_eq!(result(0), Ok(JwsAlgorithm::Rs256));
    // ES512 and HS256
    assert_eq!(result(1), Err(JwsError::AlgorithmUnknown));
    assert_eq!(result(2), Err(JwsError::AlgorithmUnknown));
}
