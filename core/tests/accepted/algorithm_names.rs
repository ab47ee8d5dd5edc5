//! `Ed25519`, the name that RFC 9864 gives to EdDSA on that curve.

use onerealm_core::{JwksError, JwsAlgorithm, JwsError};
use serde_json::json;

use crate::common::{Provider, Trial, jws_error, key_error};

#[test]
fn ed25519_is_eddsa_with_an_ed25519_key() {
    for header_alg in ["EdDSA", "Ed25519"] {
        for key_alg in [json!(null), json!("EdDSA"), json!("Ed25519")] {
            let mut trial = Trial::of(Provider::signing_with(JwsAlgorithm::EdDsa));
            trial.keys["keys"][0]["alg"] = key_alg.clone();
            for header in [json!({"alg": header_alg, "kid": "k1"}), json!({"alg": header_alg})] {
                let verdict = trial.judge_header(&header.to_string());
                assert_eq!(verdict, Ok(()), "{header} with a key for {key_alg}");
            }
        }
    }
    let trial = Trial::of(Provider::signing_with(JwsAlgorithm::EdDsa));
    assert_eq!(trial.judge_header(r#"{"alg":"\u0045d25519","kid":"k1"}"#), Ok(()));
}

#[test]
fn names_that_look_like_ed25519_are_none() {
    let trial = Trial::of(Provider::signing_with(JwsAlgorithm::EdDsa));
    for alg in [
        "ed25519",
        "ED25519",
        "Ed25519 ",
        "Ed2551",
        "Ed25519ph",
        "Ed448",
        "X25519",
        "ESP256",
        "Edd25519",
    ] {
        let header = json!({"alg": alg, "kid": "k1"}).to_string();
        assert_eq!(trial.judge_header(&header), jws_error(JwsError::AlgorithmUnknown), "{alg}");
    }
}

#[test]
fn ed25519_takes_no_other_key_and_no_other_signature() {
    let wrong_kind = key_error(JwksError::WrongKind { algorithm: JwsAlgorithm::EdDsa });
    let header = r#"{"alg":"Ed25519","kid":"k1"}"#;
    for algorithm in [JwsAlgorithm::Es256, JwsAlgorithm::Rs256] {
        let trial = Trial::of(Provider::signing_with(algorithm));
        assert_eq!(trial.judge_header(header), wrong_kind, "{algorithm}");
    }
    let mut trial = Trial::of(Provider::signing_with(JwsAlgorithm::EdDsa));
    trial.keys["keys"][0]["alg"] = "Ed448".into();
    assert_eq!(trial.judge_header(header), wrong_kind);
    trial.keys = Provider::signing_with(JwsAlgorithm::EdDsa).key_set();
    assert_eq!(trial.judge_header(header), jws_error(JwsError::Signature), "another's");
    let mut trial = Trial::of(Provider::signing_with(JwsAlgorithm::EdDsa));
    trial.verifiers.retain(|verifier| verifier.algorithm() != JwsAlgorithm::EdDsa);
    let algorithm = JwsAlgorithm::EdDsa;
    assert_eq!(trial.judge_header(header), jws_error(JwsError::AlgorithmNotAllowed { algorithm }));
}
