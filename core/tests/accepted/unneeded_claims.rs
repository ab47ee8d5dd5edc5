//! Claims that no rule needs, and the padding of `at_hash`.

use onerealm_core::{IdTokenError, JwsAlgorithm};
use ring::digest;
use serde_json::json;

use crate::common::{NOW, Provider, Trial, base64url};

#[test]
fn an_auth_time_of_another_type_is_ignored_where_nobody_asked() {
    let mut trial = Trial::new();
    for auth_time in [
        json!("1779271200"),
        json!("now"),
        json!(null),
        json!(-1),
        json!(1e300),
        json!([]),
        json!({}),
        json!(true),
    ] {
        let verdict = trial.judge_claims(|claims| claims["auth_time"] = auth_time.clone());
        assert_eq!(verdict, Ok(()), "{auth_time}");
    }
    trial.realm.max_age = Some(300);
    for auth_time in [
        json!("1779271200"),
        json!("now"),
        json!(-1),
        json!(1e300),
        json!([]),
        json!({}),
        json!(true),
    ] {
        let verdict = trial.judge_claims(|claims| claims["auth_time"] = auth_time.clone());
        let claim = "auth_time";
        assert_eq!(verdict, Err(IdTokenError::NotATime { claim }), "{auth_time}");
    }
    let verdict = trial.judge_claims(|claims| claims["auth_time"] = json!(NOW.0));
    assert_eq!(verdict, Ok(()));
}

/// The left half of a hash of the access token `at`.
fn at_hash(algorithm: &'static digest::Algorithm) -> String {
    let hash = digest::digest(algorithm, b"at");
    base64url(&hash.as_ref()[..hash.as_ref().len() / 2])
}

#[test]
fn an_at_hash_is_compared_without_its_padding() {
    for (algorithm, hash) in [
        (JwsAlgorithm::Es256, &digest::SHA256),
        (JwsAlgorithm::Rs256, &digest::SHA256),
        (JwsAlgorithm::Es384, &digest::SHA384),
        (JwsAlgorithm::Rs512, &digest::SHA512),
        (JwsAlgorithm::EdDsa, &digest::SHA512),
        (JwsAlgorithm::EdDsa, &digest::SHA256),
    ] {
        let trial = Trial::of(Provider::signing_with(algorithm));
        for padding in ["", "=", "=="] {
            let padded = at_hash(hash) + padding;
            let verdict = trial.judge_claims(|claims| claims["at_hash"] = padded.clone().into());
            assert_eq!(verdict, Ok(()), "{algorithm} {padded}");
        }
    }
}

#[test]
fn an_at_hash_of_another_token_stays_refused_padded_or_not() {
    let trial = Trial::new();
    let good = at_hash(&digest::SHA256);
    let whole = base64url(digest::digest(&digest::SHA256, b"at").as_ref());
    let other = base64url(&digest::digest(&digest::SHA256, b"other").as_ref()[..16]);
    for at_hash in [
        "".to_owned(),
        "=".to_owned(),
        "==".to_owned(),
        "=".repeat(24),
        format!("={good}"),
        format!("{}={}", &good[..4], &good[4..]),
        format!("{good}=A"),
        format!("{good}= "),
        format!("{good}\n"),
        format!("{good}A=="),
        format!("{}==", &good[..21]),
        format!("{}==", &good[..20]),
        format!("{other}=="),
        format!("{whole}="),
        good.to_lowercase() + "==",
        "A".repeat(22) + "==",
    ] {
        let verdict = trial.judge_claims(|claims| claims["at_hash"] = at_hash.clone().into());
        assert_eq!(verdict, Err(IdTokenError::AccessTokenHash), "{at_hash}");
    }
}
