//! The claims of an identity in a struct of the caller's, and its report.

mod common;
mod generated;

use common::{ISSUER, NOW, Trial, ok_json};
use generated::{Random, TEXTS};
use onerealm_core::wire::{BufferTooSmall, Json, JsonStr, ReadError};
use onerealm_core::{Identity, RealmName};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Looks at an identity with these claims in its ID token, besides good ones, and in userinfo.
fn identified<T>(id_token: &Value, userinfo: &Value, look: impl FnOnce(Identity<'_>) -> T) -> T {
    let trial = Trial::new();
    let mut said = json!({"sub": "alice-sub"});
    said.as_object_mut().unwrap().extend(userinfo.as_object().unwrap().clone());
    let said = said.to_string();
    trial
        .judge_and_look(
            |nonce| {
                let mut claims = trial.claims(nonce);
                claims.as_object_mut().unwrap().extend(id_token.as_object().unwrap().clone());
                trial.provider.sign_raw(
                    &trial.provider.header().to_string(),
                    &claims.to_string().replace("/x", "\\/x"),
                )
            },
            |identity| {
                let request = identity.userinfo_request().unwrap();
                look(identity.with_userinfo(request.response(ok_json(&said)).unwrap()))
            },
        )
        .unwrap()
}

#[derive(Debug, Deserialize)]
struct Claims<'a> {
    sub: &'a str,
    exp: u64,
    email: Option<&'a str>,
    email_verified: Option<bool>,
    name: Option<heapless::String<16>>,
    #[serde(borrow)]
    nickname: Option<JsonStr<'a>>,
    #[serde(default)]
    groups: heapless::Vec<&'a str, 4>,
    address: Option<Address<'a>>,
    plan: Option<Plan>,
    #[serde(rename = "https://op.example/x")]
    level: Option<i8>,
}

#[derive(Debug, Deserialize)]
struct Address<'a> {
    country: &'a str,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Plan {
    ForFree,
}

#[test]
fn claims_are_read_into_a_struct_that_borrows_them() {
    let id_token = json!({
        "email": "alice@example.com", "name": "Al/x", "nickname": "a/x", "groups": ["a", "b"],
        "plan": "for_free", "https://op.example/x": -3,
    });
    let userinfo = json!({"address": {"country": "CH"}, "email_verified": true, "other": [{}]});
    identified(&id_token, &userinfo, |identity| {
        let claims: Claims<'_> = identity.claims().unwrap();
        assert_eq!((claims.sub, claims.exp), ("alice-sub", NOW.0 + 3600));
        assert_eq!(claims.email, Some("alice@example.com"));
        assert_eq!(claims.name.as_deref(), Some("Al/x"));
        assert!(claims.nickname.is_some_and(|name| name == *"a/x" && name.raw() == "a\\/x"));
        assert_eq!(&claims.groups[..], ["a", "b"]);
        assert_eq!(claims.address.unwrap().country, "CH");
        assert_eq!(claims.plan, Some(Plan::ForFree));
        assert_eq!((claims.email_verified, claims.level), (Some(true), Some(-3)));
        assert_eq!(identity.claims::<Option<Claims<'_>>>().unwrap().unwrap().sub, "alice-sub");
    });
}

#[test]
fn case_083_a_struct_has_each_claim_once_and_the_id_tokens_first() {
    let id_token = json!({"email": null, "plan": "for_free", "name": "a/x"});
    let userinfo = json!({
        "iss": "https://evil.example", "exp": 0, "email": "evil@example.com", "plan": "gold", "name": 7,
        "https://op.example/x": 1, "nickname": "b",
    });
    identified(&id_token, &userinfo, |identity| {
        let claims: Claims<'_> = identity.claims().unwrap();
        // Only what is null is filled.
        assert_eq!((claims.exp, claims.email), (NOW.0 + 3600, Some("evil@example.com")));
        assert_eq!((claims.plan, claims.level), (Some(Plan::ForFree), Some(1)));
        assert!(claims.nickname.is_some_and(|name| name == *"b"));
        // A map has what the iterator has.
        let map: Map<String, Value> = identity.claims().unwrap();
        let names: Vec<_> = identity.members().map(|(name, _)| name.chars().collect()).collect();
        assert_eq!((map.len(), map["iss"].as_str()), (names.len(), Some(ISSUER)));
        assert!(names.iter().all(|name: &String| map.contains_key(name)));
        assert_eq!((&map["email"], &map["name"]), (&json!("evil@example.com"), &json!("a/x")));
    });
}

#[test]
fn a_claim_that_does_not_fit_is_named() {
    for (claims, expected) in [
        (json!({"email": "a/x"}), ReadError::Escaped { member: "email" }),
        (json!({"email": 1}), ReadError::Type { member: "email", expected: "a string" }),
        (json!({"groups": "a"}), ReadError::Type { member: "groups", expected: "an array" }),
        (json!({"groups": ["a", "b", "c", "d", "e"]}), ReadError::Length { member: "groups" }),
        (json!({"address": {}}), ReadError::Missing { member: "country" }),
        (json!({"plan": "gold"}), ReadError::Value { member: "plan" }),
    ] {
        let error = identified(&claims, &json!({}), |identity| {
            identity.claims::<Claims<'_>>().map(|_| ()).unwrap_err()
        });
        assert_eq!(error, expected, "{claims}");
    }
    let not_a_struct = identified(&json!({}), &json!({}), |identity| identity.claims::<u8>());
    assert!(not_a_struct.is_err());
}

/// The report of an identity with these claims, as text.
fn report(claims: &Value) -> String {
    identified(claims, &json!({}), |identity| {
        let mut buf = [0; 4096];
        let report = identity.write_report(&mut buf).unwrap().to_owned();
        // Any shorter buffer is told what is enough.
        for len in [0, 1, report.len() - 1] {
            let Err(BufferTooSmall { needed }) = identity.write_report(&mut vec![0; len]) else {
                panic!("{len} bytes for {report}")
            };
            assert!(identity.write_report(&mut vec![0; needed]).is_ok());
        }
        assert_eq!(identity.write_report(&mut vec![0; report.len()]), Ok(report.as_str()));
        report
    })
}

#[test]
fn a_report_says_who_and_how_and_nothing_secret() {
    let claims = json!({
        "preferred_username": "al/x", "auth_time": NOW.0 - 60, "email": "canary", "groups": ["canary"],
    });
    let expected = json!({
        "realm": "sso", "issuer": ISSUER, "subject": "alice-sub", "user_name": "al/x",
        "client_type": "confidential", "issued": NOW.0, "expires": NOW.0 + 3600,
        "authenticated": NOW.0 - 60,
    });
    let report = report(&claims);
    assert_eq!(report.parse::<Value>().unwrap(), expected, "{report}");
    assert!(!report.contains("canary"));
    assert!(RealmName::parse("sso").is_ok());
}

#[test]
fn a_user_name_that_cannot_be_shown_is_left_out_of_a_report() {
    let user_name = |claim: Value| {
        let report = report(&json!({"preferred_username": claim}));
        report.parse::<Value>().unwrap().get("user_name").cloned()
    };
    for absent in
        [json!(null), json!(1), json!(""), json!("a\nb"), json!("\u{7f}"), json!("é".repeat(128))]
    {
        assert_eq!(user_name(absent.clone()), None, "{absent}");
    }
    for shown in
        [json!("a"), json!("\"\\/"), json!("é".repeat(127)), json!("\u{202e}\u{2028}\u{85}")]
    {
        assert_eq!(user_name(shown.clone()), Some(shown));
    }
}

#[test]
fn what_is_written_is_json_that_both_readers_read_back() {
    let mut random = Random(23);
    let mut texts: Vec<String> = ('\0'..='\u{ff}').map(String::from).collect();
    texts.extend(
        ["\u{2028}\u{2029}\u{202e}\u{feff}\u{fffd}\u{10ffff}", "</script>"].map(String::from),
    );
    texts.extend((0..500).map(|_| (0..random.below(9)).map(|_| *random.pick(&TEXTS)).collect()));
    for text in texts {
        let mut buf = [0; 1024];
        let len = serde_json_core::to_slice(&[&text, &text], &mut buf).unwrap();
        let json = Json::parse(&buf[..len]).unwrap();
        let read: [String; 2] = json.value().read().unwrap();
        assert_eq!(read, [text.clone(), text.clone()]);
        assert_eq!(serde_json::from_slice::<[String; 2]>(&buf[..len]).unwrap(), read);
    }
}

#[test]
fn no_shape_of_a_type_gets_userinfo_past_the_id_token() {
    #[derive(Deserialize)]
    struct Mail {
        email: Option<String>,
    }
    #[derive(Deserialize)]
    struct Flattened {
        #[serde(flatten)]
        mail: Mail,
        #[serde(flatten)]
        rest: Map<String, Value>,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Mail { email: String },
        None { email: () },
    }
    #[derive(Deserialize)]
    struct Renamed {
        #[serde(rename = "a/x", alias = "email")]
        _mail: Option<String>,
    }
    #[derive(Deserialize)]
    #[serde(tag = "email")]
    enum Tagged {
        #[serde(rename = "evil@example.com")]
        _Evil,
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Whole {
        _sub: String,
    }
    let id_token = json!({"email": "alice@example.com", "a/x": "a"});
    let userinfo = json!({"email": "evil@example.com", "a/x": "b"});
    identified(&id_token, &userinfo, |identity| {
        let Flattened { mail, rest } = identity.claims().unwrap();
        assert_eq!(mail.email.as_deref(), Some("alice@example.com"));
        assert_eq!(rest["a/x"], "a");
        match identity.claims().unwrap() {
            Either::Mail { email } => assert_eq!(email, "alice@example.com"),
            Either::None { email } => panic!("{email:?}"),
        }
        // Both names are one field, so it is there twice.
        assert!(identity.claims::<Renamed>().is_err());
        assert!(identity.claims::<Tagged>().is_err());
        assert!(identity.claims::<Whole>().is_err());
    });
}
