//! What metadata, keys and a realm let foresee of logins.

mod common;

use common::{Provider, Trial, realm};
use onerealm_core::wire::Words;
use onerealm_core::{
    Announced, ClientId, ClientTypeSetting, Credential, JwsAlgorithm, NativeRegistration, Obstacle,
    PublicOverride, QueryUserinfo, UserinfoSigned,
};
use serde_json::{Value, json};

fn told(list: Announced<'_>) -> String {
    list.iter().map(|item| item.chars().collect()).collect::<Vec<String>>().join(" ")
}

/// What is foreseen, in a word each, and whether it stops every login.
fn foreseen(trial: &Trial) -> Vec<(String, bool)> {
    trial.login(|login| {
        let mut found = Vec::new();
        login.relying_party.foresee(login.keys, &mut |obstacle| {
            let text = |kid: Option<onerealm_core::wire::JsonStr<'_>>| {
                kid.map_or_else(|| "-".to_owned(), |kid| kid.chars().collect::<String>())
            };
            let word = match obstacle {
                Obstacle::UnusableKey { kid, error } => {
                    format!("UnusableKey {} {}", text(kid), error.code())
                }
                Obstacle::AmbiguousKeys { kid, algorithm } => {
                    format!("AmbiguousKeys {} {algorithm}", text(kid))
                }
                Obstacle::NoAlgorithm(list) | Obstacle::NoKeyForAlgorithms(list) => {
                    let list: Vec<String> =
                        list.iter().map(|item| item.chars().collect()).collect();
                    let kind = if matches!(obstacle, Obstacle::NoAlgorithm(_)) {
                        "none"
                    } else {
                        "no key"
                    };
                    format!("{kind} of {}", list.join(" "))
                }
                Obstacle::NoUserinfoAlgorithm(list) => format!("no userinfo of {}", told(list)),
                Obstacle::AcrNotListed(list) => format!("no acr of {}", told(list)),
                other => format!("{other:?}"),
            };
            found.push((word, obstacle.stops_every_login()));
        });
        found
    })
}

fn words(trial: &Trial) -> Vec<String> {
    foreseen(trial).into_iter().map(|(word, _)| word).collect()
}

/// What is foreseen of metadata with this member.
fn with(member: &str, value: Value) -> Vec<(String, bool)> {
    let mut trial = Trial::new();
    trial.discovery[member] = value;
    foreseen(&trial)
}

#[test]
fn nothing_is_foreseen_of_a_good_provider() {
    let mut trial = Trial::new();
    assert_eq!(words(&trial), [""; 0]);
    for (member, value) in [
        ("response_types_supported", json!(["code id_token", "code"])),
        ("response_modes_supported", json!(["form_post", "query"])),
        ("grant_types_supported", json!(["authorization_code", "implicit"])),
        ("id_token_signing_alg_values_supported", json!(["HS256", "ES512", "ES256"])),
        ("subject_types_supported", json!(["pairwise"])),
        ("scopes_supported", json!(["openid", "email"])),
        ("require_pushed_authorization_requests", json!(false)),
        ("require_signed_request_object", json!(false)),
    ] {
        trial.discovery[member] = value;
    }
    trial.realm.scopes = Words::parse("email").unwrap();
    assert_eq!(words(&trial), [""; 0]);
}

#[test]
fn what_metadata_says_can_stop_every_login() {
    for (member, value, expected) in [
        ("response_types_supported", json!(["code id_token", "Code", "token"]), "NoCode"),
        ("response_modes_supported", json!(["form_post", "fragment"]), "NoQueryMode"),
        ("grant_types_supported", json!(["implicit", "refresh_token"]), "NoCodeGrant"),
        ("id_token_signing_alg_values_supported", json!(["HS256"]), "none of HS256"),
        ("id_token_signing_alg_values_supported", json!(["ES512", "none"]), "none of ES512 none"),
        (
            "id_token_signing_alg_values_supported",
            json!(["RS256", "EdDSA"]),
            "no key of RS256 EdDSA",
        ),
        ("require_pushed_authorization_requests", json!(true), "PushedRequestsRequired"),
        ("require_signed_request_object", json!(true), "SignedRequestsRequired"),
    ] {
        let stops = !expected.starts_with("no key");
        assert_eq!(with(member, value), [(expected.to_owned(), stops)], "{member}");
    }
}

#[test]
fn a_member_that_is_not_of_its_type_foresees_nothing() {
    for member in [
        "response_types_supported",
        "response_modes_supported",
        "grant_types_supported",
        "id_token_signing_alg_values_supported",
        "subject_types_supported",
        "require_pushed_authorization_requests",
        "require_signed_request_object",
    ] {
        for value in [json!(null), json!([]), json!("code"), json!("true"), json!(1), json!({})] {
            assert_eq!(with(member, value.clone()), [], "{member} {value}");
        }
    }
}

#[test]
fn signed_userinfo_is_foreseen_where_the_realm_demands_it() {
    let required = UserinfoSigned::Required;
    let none: [(String, bool); 0] = [];
    let foreseen_with = |signed, list: Option<Value>, asked| {
        let mut trial = Trial::new();
        trial.realm.userinfo_signed = signed;
        trial.realm.userinfo = asked;
        if let Some(list) = list {
            trial.discovery["userinfo_signing_alg_values_supported"] = list;
        }
        foreseen(&trial)
    };
    let one = |word: &str, stops| vec![(word.to_owned(), stops)];
    let asked = QueryUserinfo::WhereOffered;
    for (list, expected) in [
        (Some(json!(["none", "RS256"])), none.to_vec()),
        (Some(json!(["ES256"])), none.to_vec()),
        (Some(json!(["none"])), one("no userinfo of none", true)),
        (Some(json!(["none", "HS256", "ES512"])), one("no userinfo of none HS256 ES512", true)),
        (None, one("SignedUserinfoNotAnnounced", false)),
        (Some(json!([])), one("SignedUserinfoNotAnnounced", false)),
        (Some(json!("RS256")), one("SignedUserinfoNotAnnounced", false)),
    ] {
        assert_eq!(foreseen_with(required, list.clone(), asked), expected, "{list:?}");
        assert_eq!(foreseen_with(UserinfoSigned::Accepted, list, asked), none);
    }
    let never = foreseen_with(required, Some(json!(["RS256"])), QueryUserinfo::Never);
    assert_eq!(never, one("SignedUserinfoNotAsked", false));
    let mut trial = Trial::new();
    trial.realm.userinfo_signed = required;
    trial.discovery.as_object_mut().unwrap().remove("userinfo_endpoint");
    assert_eq!(foreseen(&trial), one("SignedUserinfoNotAsked", false));
}

#[test]
fn a_demanded_acr_that_is_not_listed_may_never_come() {
    let mut trial = Trial::new();
    let listed = json!(["urn:silver", "urn:gold"]);
    trial.discovery["acr_values_supported"] = listed;
    trial.realm.required_amr = Words::parse("otp").unwrap();
    for (demanded, expected) in [
        ("", &[][..]),
        ("urn:gold", &[]),
        ("urn:platinum urn:gold", &[]),
        ("urn:platinum", &["no acr of urn:silver urn:gold"]),
        ("urn:gol", &["no acr of urn:silver urn:gold"]),
    ] {
        trial.realm.required_acr = Words::parse(demanded).unwrap();
        assert_eq!(words(&trial), expected, "{demanded}");
        assert!(foreseen(&trial).iter().all(|(_, stops)| !stops));
    }
    for silent in [json!(null), json!([]), json!("urn:silver"), json!(1)] {
        trial.discovery["acr_values_supported"] = silent;
        assert_eq!(words(&trial), [""; 0]);
    }
}

#[test]
fn a_scope_that_is_not_listed_may_be_refused() {
    let mut trial = Trial::new();
    trial.realm.scopes = Words::parse("email groups").unwrap();
    assert_eq!(words(&trial), [""; 0]);
    trial.discovery["scopes_supported"] = json!(["openid", "email"]);
    assert_eq!(foreseen(&trial), [(r#"ScopeNotListed("groups")"#.to_owned(), false)]);
}

#[test]
fn keys_that_can_not_be_read_are_told_by_their_names() {
    let mut trial = Trial::new();
    let good = trial.keys["keys"][0].clone();
    trial.keys["keys"] = json!([
        good,
        {"kty": "RSA", "kid": "short", "n": "AQAB", "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "kid": "cut", "x": "AA", "y": "AA"},
        {"kty": "RSA"},
        // Of other kinds, or for something else.
        {"kty": "EC", "crv": "P-521", "kid": "other", "x": "AA", "y": "AA"},
        {"kty": "RSA", "kid": "enc", "use": "enc", "n": "AQAB", "e": "AQAB"},
    ]);
    let expected = [
        "UnusableKey short key_rsa_size",
        "UnusableKey cut key_malformed",
        "UnusableKey - key_malformed",
    ];
    assert_eq!(words(&trial), expected);
    assert!(foreseen(&trial).iter().all(|(_, stops)| !stops));
}

#[test]
fn keys_that_no_token_can_choose_from_are_told() {
    let mut trial = Trial::new();
    let own = trial.keys["keys"][0].clone();
    let other = Provider::new().jwk("k1");
    trial.keys["keys"] = json!([own, other]);
    assert_eq!(words(&trial), ["AmbiguousKeys k1 ES256"]);
    // Without names.
    for key in trial.keys["keys"].as_array_mut().unwrap() {
        key.as_object_mut().unwrap().remove("kid");
    }
    assert_eq!(words(&trial), ["AmbiguousKeys - ES256"]);
    // The same twice is one, other names are two, and so are other kinds.
    for pair in [
        json!([own, own]),
        json!([own, Provider::new().jwk("k2")]),
        json!([own, Provider::signing_with(JwsAlgorithm::Es384).jwk("k1")]),
    ] {
        trial.keys["keys"] = pair.clone();
        assert_eq!(words(&trial), [""; 0], "{pair}");
    }
}

#[test]
fn a_native_registration_is_for_public_logins() {
    use ClientTypeSetting::{Auto, Confidential, Public, Unset};
    const ASKED: &str = "NativeRegistrationUnused { only_if_asked: true }";
    const NEVER: &str = "NativeRegistrationUnused { only_if_asked: false }";
    for (setting, secret, public_override, expected) in [
        (Auto, "s", PublicOverride::Allowed, None),
        (Auto, "", PublicOverride::Refused, None),
        (Public, "s", PublicOverride::Refused, None),
        (Unset, "", PublicOverride::Refused, None),
        (Unset, "s", PublicOverride::Allowed, Some(ASKED)),
        (Confidential, "s", PublicOverride::Allowed, Some(ASKED)),
        (Unset, "s", PublicOverride::Refused, Some(NEVER)),
        (Confidential, "s", PublicOverride::Refused, Some(NEVER)),
    ] {
        let mut trial = Trial { realm: realm(), ..Trial::new() };
        trial.realm.client_type = setting;
        trial.realm.registration.credential = Credential::secret(secret);
        trial.realm.public_override = public_override;
        assert_eq!(words(&trial), [""; 0]);
        let client_id = ClientId::parse("cli").unwrap();
        trial.realm.native_registration = Some(NativeRegistration { client_id, key: None });
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(words(&trial), expected, "{setting:?} {secret:?} {public_override:?}");
    }
}

#[test]
fn two_registrations_may_give_one_person_two_subjects() {
    let mut trial = Trial::new();
    trial.discovery["subject_types_supported"] = json!(["pairwise"]);
    trial.realm.client_type = ClientTypeSetting::Auto;
    let client_id = ClientId::parse("cli").unwrap();
    trial.realm.native_registration = Some(NativeRegistration { client_id, key: None });
    assert_eq!(words(&trial), ["PairwiseSubjects"]);
    trial.discovery["subject_types_supported"] = json!(["pairwise", "public"]);
    assert_eq!(words(&trial), [""; 0]);
}
