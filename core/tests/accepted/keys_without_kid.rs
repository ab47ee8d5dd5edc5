//! Keys without a name, where a token names one.

use onerealm_core::{IdTokenError, JwksError, JwsAlgorithm, JwsError};
use serde_json::{Value, json};

use crate::common::{Provider, Trial, jws_error, key_error, ok_json, token_response};

/// The verdict on a good token that names `k1`, and whether the keys lack that one.
fn judge(
    algorithm: JwsAlgorithm,
    bend: impl FnOnce(&mut Vec<Value>),
) -> (Result<(), IdTokenError>, bool) {
    let mut trial = Trial::of(Provider::signing_with(algorithm));
    bend(trial.keys["keys"].as_array_mut().unwrap());
    let lacks_key = trial.login(|login| {
        let body = token_response(&trial.provider.sign(&trial.claims(&login.nonce)), "at");
        login.exchange(ok_json(&body), |id_token| {
            let id_token = id_token.unwrap();
            let mut buf = vec![0; id_token.buffer_needed()];
            id_token.open(&mut buf).unwrap().lacks_key(&login.keys)
        })
    });
    (trial.judge_claims(|_| ()), lacks_key)
}

fn nameless(mut key: Value) -> Value {
    key.as_object_mut().unwrap().remove("kid");
    key
}

fn other(algorithm: JwsAlgorithm, kid: &str) -> Value {
    Provider::signing_with(algorithm).jwk(kid)
}

#[test]
fn one_key_without_kid_that_fits_is_the_one_that_a_token_names() {
    use JwsAlgorithm::*;
    for algorithm in [Rs256, Es256, Es384, EdDsa] {
        let alone = judge(algorithm, |keys| keys[0] = nameless(keys[0].take()));
        assert_eq!(alone, (Ok(()), true), "{algorithm}");
        let null = judge(algorithm, |keys| keys[0]["kid"] = json!(null));
        assert_eq!(null, (Ok(()), true), "{algorithm}, whose kid is null");
        let twice = judge(algorithm, |keys| {
            keys[0] = nameless(keys[0].take());
            keys.push(keys[0].clone());
        });
        assert_eq!(twice, (Ok(()), true), "{algorithm}, the same key twice");
    }
}

#[test]
fn keys_that_do_not_fit_or_have_another_kid_do_not_matter() {
    for (what, stranger) in [
        ("another kind", nameless(other(JwsAlgorithm::Rs256, ""))),
        ("another curve", nameless(other(JwsAlgorithm::Es384, ""))),
        ("another kid", other(JwsAlgorithm::Es256, "k2")),
        ("a kid that is longer", other(JwsAlgorithm::Es256, "k1 ")),
        ("an empty kid", other(JwsAlgorithm::Es256, "")),
        ("a kid of another type", json!({"kty": "EC", "kid": 1})),
        ("for encryption", json!({"kty": "EC", "crv": "P-256", "use": "enc"})),
        ("no object", json!("k1")),
        ("symmetric", json!({"kty": "oct", "k": "c2VjcmV0"})),
    ] {
        for at in [0, 1] {
            let verdict = judge(JwsAlgorithm::Es256, |keys| {
                keys[0] = nameless(keys[0].take());
                keys.insert(at, stranger.clone());
            });
            assert_eq!(verdict, (Ok(()), true), "{what} at {at}");
        }
    }
}

#[test]
fn two_keys_without_kid_that_fit_are_candidates_for_nobody() {
    let unknown = key_error(JwksError::Unknown);
    for at in [0, 1] {
        let verdict = judge(JwsAlgorithm::Es256, |keys| {
            keys[0] = nameless(keys[0].take());
            keys.insert(at, nameless(other(JwsAlgorithm::Es256, "")));
        });
        assert_eq!(verdict, (unknown, true), "at {at}");
    }
    let only_another = judge(JwsAlgorithm::Es256, |keys| {
        keys[0] = nameless(other(JwsAlgorithm::Es256, ""));
    });
    assert_eq!(only_another, (jws_error(JwsError::Signature), true));
    let unfit = judge(JwsAlgorithm::Es256, |keys| {
        keys[0] = nameless(keys[0].take());
        keys[0]["alg"] = "ES384".into();
    });
    assert_eq!(unfit, (unknown, true));
    let for_encryption = judge(JwsAlgorithm::Es256, |keys| {
        keys[0] = nameless(keys[0].take());
        keys[0]["use"] = "enc".into();
    });
    assert_eq!(for_encryption, (unknown, true));
}

#[test]
fn case_014_any_key_with_the_kid_ends_the_search() {
    let wrong_kind = key_error(JwksError::WrongKind { algorithm: JwsAlgorithm::Es256 });
    let unknown = key_error(JwksError::Unknown);
    let with_kid = |mut key: Value, member: &str, value: Value| {
        key["kid"] = "k1".into();
        key[member] = value;
        key
    };
    for (what, named, expected, lacks_key) in [
        ("another kind", other(JwsAlgorithm::Rs256, "k1"), wrong_kind, false),
        ("another curve", other(JwsAlgorithm::Es384, "k1"), wrong_kind, false),
        ("another key", other(JwsAlgorithm::Es256, "k1"), jws_error(JwsError::Signature), false),
        (
            "for encryption",
            with_kid(other(JwsAlgorithm::Es256, ""), "use", json!("enc")),
            unknown,
            true,
        ),
        (
            "for signing only",
            with_kid(other(JwsAlgorithm::Es256, ""), "key_ops", json!(["sign"])),
            unknown,
            true,
        ),
        ("symmetric", json!({"kty": "oct", "kid": "k1", "k": "c2VjcmV0"}), unknown, true),
        (
            "a curve that is unheard of",
            json!({"kty": "EC", "crv": "P-521", "kid": "k1"}),
            unknown,
            true,
        ),
        ("a member of another type", json!({"kty": 1, "kid": "k1"}), unknown, true),
        ("nothing else", json!({"kid": "k1"}), unknown, true),
    ] {
        for at in [0, 1] {
            let verdict = judge(JwsAlgorithm::Es256, |keys| {
                keys[0] = nameless(keys[0].take());
                keys.insert(at, named.clone());
            });
            assert_eq!(verdict, (expected, lacks_key), "{what} at {at}");
        }
    }
}
