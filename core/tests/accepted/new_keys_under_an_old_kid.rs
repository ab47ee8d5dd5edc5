//! A provider that makes new keys and keeps their `kid`.

use onerealm_core::{IdTokenError, JwksError, JwsAlgorithm, JwsError};
use serde_json::{Value, json};

use crate::common::{
    ALL_ALGORITHMS, NOW, Provider, Trial, jws_error, key_error, key_set, metadata, ok_json,
    token_response,
};

/// The verdict on a good token with the keys `older` and, if the core says that they may help, with
/// `newer`; and whether it said so.
fn judge(trial: &Trial, older: &Value, newer: &Value) -> (Result<(), IdTokenError>, bool) {
    let (older, newer) = (json!({"keys": older}).to_string(), json!({"keys": newer}).to_string());
    let discovery = trial.discovery.to_string();
    trial.login(|login| {
        let metadata = metadata(&discovery);
        let (older, newer) = (key_set(&metadata, &older), key_set(&metadata, &newer));
        let body = token_response(&trial.provider.sign(&trial.claims(&login.nonce)), "at");
        login.exchange(ok_json(&body), |id_token| {
            let id_token = id_token.unwrap();
            let mut buf = vec![0; id_token.buffer_needed()];
            let unverified = id_token.open(&mut buf).unwrap();
            let (signed, asked) = match unverified.verify(&older, &ALL_ALGORITHMS) {
                Ok(signed) => (Ok(signed), false),
                Err(bad) if bad.may_be_of_a_newer_key() => {
                    (bad.verify_again(&older, &newer, &ALL_ALGORITHMS), true)
                }
                Err(bad) => (Err(bad), false),
            };
            let identity = signed.map_err(|bad| bad.refuse()).and_then(|token| token.validate(NOW));
            (identity.map(|_| ()).map_err(IdTokenError::from), asked)
        })
    })
}

fn another(algorithm: JwsAlgorithm) -> Value {
    Provider::signing_with(algorithm).jwk("k1")
}

#[test]
fn a_newer_key_under_the_same_kid_is_tried_once() {
    use JwsAlgorithm::*;
    for algorithm in [Es256, Es384, EdDsa] {
        let trial = Trial::of(Provider::signing_with(algorithm));
        let ours = trial.provider.jwk("k1");
        let other_kind = if algorithm == Es256 { Es384 } else { Es256 };
        let mut unnamed = another(algorithm);
        unnamed.as_object_mut().unwrap().remove("kid");
        let mut malformed = ours.clone();
        malformed["x"] = "AA".into();
        for (what, older) in [
            ("another key", json!([another(algorithm)])),
            ("a key of another kind", json!([another(other_kind)])),
            ("two keys", json!([another(algorithm), another(algorithm)])),
            ("the right one and another", json!([ours, another(algorithm)])),
            ("a malformed key", json!([malformed])),
            ("one without a kid", json!([unnamed])),
        ] {
            assert_eq!(judge(&trial, &older, &json!([ours])), (Ok(()), true), "{algorithm} {what}");
        }
        assert_eq!(judge(&trial, &json!([ours]), &json!([])), (Ok(()), false), "{algorithm}");
    }
}

#[test]
fn the_same_key_is_not_tried_again_and_no_other_is_believed() {
    let algorithm = JwsAlgorithm::Es256;
    let trial = Trial::of(Provider::signing_with(algorithm));
    let ours = trial.provider.jwk("k1");
    let (old, other) = (another(algorithm), another(algorithm));
    let signature = jws_error(JwsError::Signature);
    let mut respelled = old.clone();
    respelled["x5c"] = json!(["AA"]);
    let mut elsewhere = ours.clone();
    elsewhere["kid"] = "k2".into();
    let mut for_encryption = ours.clone();
    for_encryption["use"] = "enc".into();
    for (what, newer) in [
        ("the same set", json!([old])),
        ("the same key, said otherwise", json!([respelled])),
        ("another wrong key", json!([other])),
        ("no key", json!([])),
        ("the right key under another kid", json!([old, elsewhere])),
        ("the right key for encryption", json!([for_encryption])),
        ("the right key and another", json!([ours, other])),
    ] {
        assert_eq!(judge(&trial, &json!([old]), &newer), (signature, true), "{what}");
    }
    // A kid that nobody has is looked for elsewhere, at a pace of its own.
    let unknown = key_error(JwksError::Unknown);
    assert_eq!(judge(&trial, &json!([elsewhere]), &json!([ours])), (unknown, false));
}
