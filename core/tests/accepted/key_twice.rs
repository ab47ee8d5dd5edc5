//! The same key twice in a set.

use onerealm_core::{IdTokenError, JwksError, JwsAlgorithm};
use serde_json::{Value, json};

use crate::common::{Provider, Trial, base64url, from_base64url, key_error};

/// Judges a good token by its key and what `others` makes of that.
fn judge(
    algorithm: JwsAlgorithm,
    header: Option<&str>,
    others: impl FnOnce(&Value) -> Vec<Value>,
) -> Result<(), IdTokenError> {
    let mut trial = Trial::of(Provider::signing_with(algorithm));
    let others = others(&trial.keys["keys"][0]);
    trial.keys["keys"].as_array_mut().unwrap().extend(others);
    match header {
        None => trial.judge_claims(|_| ()),
        Some(header) => trial.judge_header(header),
    }
}

fn with(key: &Value, member: &str, value: Value) -> Value {
    let mut key = key.clone();
    key[member] = value;
    key
}

#[test]
fn equal_material_is_one_key_however_often_it_is_there() {
    use JwsAlgorithm::*;
    for algorithm in [Rs256, Ps384, Es256, Es384, EdDsa] {
        let again = judge(algorithm, None, |key| vec![key.clone()]);
        assert_eq!(again, Ok(()), "{algorithm}");
        let thrice = judge(algorithm, None, |key| {
            vec![with(key, "x5c", json!(["AAAA"])), with(key, "alg", json!(algorithm.as_str()))]
        });
        assert_eq!(thrice, Ok(()), "{algorithm}, with a certificate and an algorithm");
        let header = json!({"alg": algorithm.as_str()}).to_string();
        let without_kid =
            judge(algorithm, Some(&header), |key| vec![with(key, "kid", json!("k2"))]);
        assert_eq!(without_kid, Ok(()), "{algorithm}, by two names and asked for by none");
    }
}

#[test]
fn equal_numbers_are_one_key_however_they_are_spelled() {
    for (algorithm, member) in
        [(JwsAlgorithm::Rs256, "n"), (JwsAlgorithm::Rs256, "e"), (JwsAlgorithm::Es256, "y")]
    {
        let verdict = judge(algorithm, None, |key| {
            let padded = format!("{}==", key[member].as_str().unwrap());
            vec![with(key, member, padded.into())]
        });
        assert_eq!(verdict, Ok(()), "{algorithm} {member} with padding");
    }
    for zeros in [1, 2, 3, 4, 7] {
        for member in ["n", "e"] {
            let verdict = judge(JwsAlgorithm::Rs256, None, |key| {
                let number = from_base64url(key[member].as_str().unwrap());
                let number = [&vec![0; zeros], &number[..]].concat();
                vec![with(key, member, base64url(&number).into())]
            });
            assert_eq!(verdict, Ok(()), "{member} behind {zeros} zeros");
        }
    }
}

#[test]
fn other_material_under_one_kid_is_one_key_too_many() {
    use JwsAlgorithm::*;
    let ambiguous = key_error(JwksError::Ambiguous);
    for algorithm in [Es256, Es384, EdDsa] {
        let other = || Provider::signing_with(algorithm).jwk("k1");
        assert_eq!(judge(algorithm, None, |_| vec![other()]), ambiguous, "{algorithm}");
        for at in [0, 1] {
            let verdict = judge(algorithm, None, |key| {
                let mut others = vec![key.clone()];
                others.insert(at, other());
                others
            });
            assert_eq!(verdict, ambiguous, "{algorithm}, the other one at {at}");
        }
    }
    for (algorithm, member, value) in [
        (Rs256, "e", json!("Aw")),
        (Rs256, "e", json!("AQABAA")),
        (Rs256, "e", json!("")),
        (Rs256, "e", json!(null)),
        (Rs256, "e", json!("AQA%")),
        (Rs256, "n", json!("AQAB")),
        (Es256, "y", json!(null)),
        (Es256, "y", json!("")),
        (EdDsa, "x", json!(null)),
    ] {
        let verdict = judge(algorithm, None, |key| vec![with(key, member, value.clone())]);
        assert_eq!(verdict, ambiguous, "{algorithm} {member} {value}");
    }
    for (algorithm, member) in [(Rs256, "n"), (Es256, "x"), (Es384, "y"), (EdDsa, "x")] {
        let verdict = judge(algorithm, None, |key| {
            let mut number = from_base64url(key[member].as_str().unwrap());
            *number.last_mut().unwrap() ^= 2;
            vec![with(key, member, base64url(&number).into())]
        });
        assert_eq!(verdict, ambiguous, "{algorithm} {member} with one bit changed");
        for bend in [|text: &str| format!("{text}A"), |text: &str| format!("{text}\u{0}")] {
            let verdict = judge(algorithm, None, |key| {
                vec![with(key, member, bend(key[member].as_str().unwrap()).into())]
            });
            assert_eq!(verdict, ambiguous, "{algorithm} {member} and more");
        }
    }
}

#[test]
fn a_symbol_that_is_none_does_not_count_as_zero() {
    // The modulus begins with a symbol that isn't one in the second key.
    let verdict = judge(JwsAlgorithm::Rs256, None, |key| {
        let number = key["n"].as_str().unwrap();
        vec![with(key, "n", number.replacen('A', "%", 1).into())]
    });
    assert_eq!(verdict, key_error(JwksError::Ambiguous));
}
