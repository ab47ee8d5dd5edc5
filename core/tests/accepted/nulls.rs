//! Claims that are `null`.

use onerealm_core::wire::{Value as WireValue, Words};
use onerealm_core::{IdTokenError, Identity};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::common::{ISSUER, Trial, ok_json};

#[test]
fn an_optional_claim_that_is_null_is_absent() {
    let trial = Trial::new();
    for claim in ["azp", "nbf", "at_hash", "auth_time", "groups", "preferred_username"] {
        let verdict = trial.judge_claims(|claims| claims[claim] = json!(null));
        assert_eq!(verdict, Ok(()), "{claim}");
    }
    let all = trial.judge_claims(|claims| {
        for claim in ["azp", "nbf", "at_hash", "auth_time", "groups", "acr", "amr"] {
            claims[claim] = json!(null);
        }
    });
    assert_eq!(all, Ok(()));
    let mut trusting = Trial::new();
    trusting.realm.audiences = Words::parse("api").unwrap();
    let several = trusting.judge_claims(|claims| {
        claims["aud"] = json!(["pve", "api"]);
        claims["azp"] = json!(null);
    });
    assert_eq!(several, Ok(()));
}

#[test]
fn a_claim_that_a_rule_needs_is_not_null() {
    let mut trial = Trial::new();
    let not_a_time = |claim| IdTokenError::NotATime { claim };
    for (claim, expected) in [
        ("iss", IdTokenError::Issuer),
        ("sub", IdTokenError::Subject),
        ("aud", IdTokenError::Audience),
        ("exp", not_a_time("exp")),
        ("iat", not_a_time("iat")),
        ("nonce", IdTokenError::NoNonce),
        ("events", IdTokenError::LogoutToken),
    ] {
        let verdict = trial.judge_claims(|claims| claims[claim] = json!(null));
        assert_eq!(verdict, Err(expected), "{claim}");
    }
    trial.realm.max_age = Some(300);
    let verdict = trial.judge_claims(|claims| claims["auth_time"] = json!(null));
    assert_eq!(verdict, Err(IdTokenError::NoAuthTime));
}

#[test]
fn what_looks_like_null_is_not_absent() {
    let trial = Trial::new();
    for value in [json!("null"), json!(false), json!(""), json!([]), json!({}), json!([null])] {
        for (claim, expected) in [
            ("azp", IdTokenError::AuthorizedParty),
            ("nbf", IdTokenError::NotATime { claim: "nbf" }),
            ("at_hash", IdTokenError::AccessTokenHash),
        ] {
            let verdict = trial.judge_claims(|claims| claims[claim] = value.clone());
            assert_eq!(verdict, Err(expected), "{claim}: {value}");
        }
    }
}

/// Looks at an identity with these claims in its ID token, besides good ones, and in userinfo.
fn identified<T>(id_token: &Value, userinfo: &Value, look: impl FnOnce(Identity<'_>) -> T) -> T {
    let trial = Trial::new();
    let mut said = json!({"sub": "alice-sub"});
    said.as_object_mut().unwrap().extend(userinfo.as_object().unwrap().clone());
    let said = said.to_string();
    let verdict = trial.judge_and_look(
        |nonce| {
            let mut claims = trial.claims(nonce);
            claims.as_object_mut().unwrap().extend(id_token.as_object().unwrap().clone());
            trial.provider.sign(&claims)
        },
        |identity| {
            let request = identity.userinfo_request().unwrap();
            look(identity.with_userinfo(request.response(ok_json(&said)).unwrap()))
        },
    );
    verdict.unwrap()
}

#[derive(Debug, Deserialize)]
struct Claims<'a> {
    #[serde(borrow)]
    x: Option<&'a str>,
}

#[test]
fn case_204_a_claim_that_is_null_is_filled_from_userinfo_and_no_other_is_changed() {
    let x = |value: Value| json!({ "x": value });
    let nothing = || json!({});
    for (id_token, userinfo, expected) in [
        (x(json!(null)), x(json!("u")), json!("u")),
        (x(json!(null)), x(json!(null)), json!(null)),
        (x(json!(null)), nothing(), json!(null)),
        (nothing(), x(json!("u")), json!("u")),
        (nothing(), x(json!(null)), json!(null)),
        (x(json!("i")), x(json!("u")), json!("i")),
        (x(json!("i")), x(json!(null)), json!("i")),
        (x(json!("i")), nothing(), json!("i")),
        (x(json!("")), x(json!("u")), json!("")),
        (x(json!("null")), x(json!("u")), json!("null")),
    ] {
        let what = format!("{id_token} {userinfo}");
        identified(&id_token, &userinfo, |identity| {
            let claim = identity.claim("x").map(json_of);
            assert_eq!(claim.as_ref(), Some(&expected), "{what}");
            let claims: Claims<'_> = identity.claims().unwrap();
            assert_eq!(claims.x, expected.as_str(), "{what}");
            let members: Vec<_> = identity.members().filter(|(name, _)| *name == *"x").collect();
            assert_eq!(members.len(), 1, "{what}");
            assert_eq!(json_of(members[0].1), expected, "{what}");
            let map: Map<String, Value> = identity.claims().unwrap();
            assert_eq!((map.len(), &map["x"]), (identity.members().count(), &expected), "{what}");
        });
    }
    for value in [json!(false), json!(0), json!([]), json!({}), json!([null]), json!({"x": null})] {
        identified(&x(value.clone()), &x(json!({"x": 1})), |identity| {
            assert_eq!(identity.claim("x").map(json_of), Some(value.clone()), "{value}");
            let map: Map<String, Value> = identity.claims().unwrap();
            assert_eq!(map["x"], value);
        });
    }
}

fn json_of(value: WireValue<'_>) -> Value {
    value.read().unwrap()
}

#[test]
fn case_204_groups_and_names_that_are_null_are_those_of_userinfo() {
    let id_token = json!({"groups": null, "preferred_username": null, "email": "i@example.com"});
    let userinfo = json!({
        "groups": ["admins"], "preferred_username": "u", "email": "u@example.com",
        "iss": "https://evil.example", "exp": 0, "nonce": "x", "aud": "other",
    });
    identified(&id_token, &userinfo, |identity| {
        let claim = |name: &str| identity.claim(name).map(json_of).unwrap();
        assert_eq!(claim("groups"), json!(["admins"]));
        assert_eq!(
            (claim("preferred_username"), claim("email")),
            (json!("u"), json!("i@example.com"))
        );
        assert_eq!((claim("iss"), claim("aud")), (json!(ISSUER), json!("pve")));
        assert_ne!((claim("exp"), claim("nonce")), (json!(0), json!("x")));
        let mut buf = [0; 1024];
        let report: Value = identity.write_report(&mut buf).unwrap().parse().unwrap();
        assert_eq!(report["user_name"], "u");
    });
}

#[test]
fn a_null_within_a_claim_is_that_claims() {
    let id_token = json!({"address": {"country": null, "city": "i"}});
    let userinfo = json!({"address": {"country": "u"}, "country": "u"});
    identified(&id_token, &userinfo, |identity| {
        let map: Map<String, Value> = identity.claims().unwrap();
        assert_eq!(map["address"], json!({"country": null, "city": "i"}));
        assert_eq!(map["country"], "u");
    });
}
