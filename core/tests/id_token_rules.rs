//! The rules by which an ID token is believed (OpenID Connect Core 2 and 3.1.3.7), in their order.

mod common;

use common::{ISSUER, NOW, Provider, Trial, base64url, jws_error};
use onerealm_core::policy::{
    AUDIENCES, CLOCK_SKEW, ID_TOKEN_BACKDATING, LOGIN_LIFETIME, SUBJECT_LEN,
};
use onerealm_core::wire::Words;
use onerealm_core::{
    ClientId, ClientRegistration, IdTokenError, Issuer, JwsAlgorithm, JwsError, RealmError,
    UnixTime,
};
use ring::digest;
use serde_json::{Value, json};

fn before(seconds: u64) -> UnixTime {
    UnixTime(NOW.0 - seconds)
}

fn after(seconds: u64) -> UnixTime {
    UnixTime(NOW.0 + seconds)
}

/// A number of seconds, as it may stand in a claim.
fn number(time: UnixTime) -> Value {
    time.0.into()
}

/// Judges a token with one claim replaced, or left out.
fn judge(trial: &Trial, claim: &str, value: Option<Value>) -> Result<(), IdTokenError> {
    trial.judge_claims(|claims| {
        claims.as_object_mut().unwrap().remove(claim);
        if let Some(value) = value {
            claims[claim] = value;
        }
    })
}

#[test]
fn case_051_to_054_the_issuer_is_the_realms_to_the_letter() {
    let trial = Trial::new();
    for iss in [
        json!("https://evil.example"),
        json!("https://login.example/t1"),
        json!("https://login.example/"),
        json!("https://login.example"),
        json!("https://login.example/t/"),
        json!("https://login.example//t"),
        json!("https://LOGIN.example/t"),
        json!("HTTPS://login.example/t"),
        json!("https://login.example/T"),
        json!("https://login.example:443/t"),
        json!("https://login.example/%74"),
        json!("https://login.example/./t"),
        json!("https://login.example/t?"),
        json!("https://login.example/t#"),
        json!("http://login.example/t"),
        json!("login.example/t"),
        json!(" https://login.example/t"),
        json!("https://login.example/t\n"),
        json!(""),
        json!(null),
        json!(1),
        json!([ISSUER]),
        json!({"iss": ISSUER}),
    ] {
        let verdict = judge(&trial, "iss", Some(iss.clone()));
        assert_eq!(verdict, Err(IdTokenError::Issuer), "{iss}");
    }
    assert_eq!(judge(&trial, "iss", None), Err(IdTokenError::Issuer));
    assert_eq!(judge(&trial, "iss", Some(ISSUER.into())), Ok(()));
}

#[test]
fn case_055_and_056_an_issuer_with_a_placeholder_is_nobodys() {
    for text in
        ["https://login.microsoftonline.com/{tenantid}/v2.0", "https://sts.windows.net/{tenantid}/"]
    {
        assert_eq!(Issuer::parse(text), Err(RealmError::Issuer), "{text}");
        let trial = Trial::new();
        let verdict = judge(&trial, "iss", Some(text.into()));
        assert_eq!(verdict, Err(IdTokenError::Issuer), "{text}");
        // Nor is the tenant that a token names put into it.
        let tenant = text.replace("{tenantid}", "72f988bf-86f1-41af-91ab-2d7cd011db47");
        let verdict = trial.judge_claims(|claims| {
            claims["iss"] = tenant.into();
            claims["tid"] = "72f988bf-86f1-41af-91ab-2d7cd011db47".into();
        });
        assert_eq!(verdict, Err(IdTokenError::Issuer), "{text}");
    }
}

#[test]
fn case_057_to_061_and_064_the_audience_is_this_client_and_who_is_trusted() {
    let mut trial = Trial::new();
    trial.realm.audiences = Words::parse("api files").unwrap();
    let many = |n: usize| Some(Value::from(vec!["pve"; n]));
    for (aud, expected) in [
        (None, Err(IdTokenError::Audience)),
        (Some(json!("other")), Err(IdTokenError::Audience)),
        (Some(json!("pv")), Err(IdTokenError::Audience)),
        (Some(json!("pve2")), Err(IdTokenError::Audience)),
        (Some(json!("PVE")), Err(IdTokenError::Audience)),
        (Some(json!(" pve")), Err(IdTokenError::Audience)),
        (Some(json!("pve api")), Err(IdTokenError::Audience)),
        (Some(json!("")), Err(IdTokenError::Audience)),
        (Some(json!([])), Err(IdTokenError::Audience)),
        (Some(json!({})), Err(IdTokenError::Audience)),
        (Some(json!({"aud": "pve"})), Err(IdTokenError::Audience)),
        (Some(json!(null)), Err(IdTokenError::Audience)),
        (Some(json!(5)), Err(IdTokenError::Audience)),
        (Some(json!(true)), Err(IdTokenError::Audience)),
        (Some(json!(["pve", 1])), Err(IdTokenError::Audience)),
        (Some(json!([null, "pve"])), Err(IdTokenError::Audience)),
        (Some(json!([["pve"]])), Err(IdTokenError::Audience)),
        (Some(json!(["pve", ["pve"]])), Err(IdTokenError::Audience)),
        (Some(json!(["api", "files"])), Err(IdTokenError::Audience)),
        (Some(json!("api")), Err(IdTokenError::Audience)),
        (Some(json!(["pve", "other"])), Err(IdTokenError::UntrustedAudience)),
        (Some(json!(["other", "pve"])), Err(IdTokenError::UntrustedAudience)),
        (Some(json!(["api", "pve", "other"])), Err(IdTokenError::UntrustedAudience)),
        (Some(json!(["pve", "API"])), Err(IdTokenError::UntrustedAudience)),
        (Some(json!(["pve", "ap"])), Err(IdTokenError::UntrustedAudience)),
        (Some(json!(["pve", "api files"])), Err(IdTokenError::UntrustedAudience)),
        (Some(json!(["pve", ""])), Err(IdTokenError::UntrustedAudience)),
        (many(AUDIENCES + 1), Err(IdTokenError::TooManyAudiences)),
        (many(4000), Err(IdTokenError::TooManyAudiences)),
        (many(AUDIENCES), Ok(())),
        (Some(json!("pve")), Ok(())),
        (Some(json!(["pve"])), Ok(())),
        (Some(json!(["pve", "pve"])), Ok(())),
        (Some(json!(["pve", "api"])), Ok(())),
    ] {
        let verdict = judge(&trial, "aud", aud.clone());
        assert_eq!(verdict, expected, "{aud:?}");
    }
}

#[test]
fn case_060_and_061_another_audience_needs_trust_and_us_as_its_authorized_party_if_any() {
    for (trusted, azp, expected) in [
        ("", None, Err(IdTokenError::UntrustedAudience)),
        ("", Some("pve"), Err(IdTokenError::UntrustedAudience)),
        ("other", None, Ok(())),
        ("other", Some("other"), Err(IdTokenError::AuthorizedParty)),
        ("other", Some("pve"), Ok(())),
    ] {
        let mut trial = Trial::new();
        trial.realm.audiences = Words::parse(trusted).unwrap();
        let verdict = trial.judge_claims(|claims| {
            claims["aud"] = json!(["pve", "other"]);
            if let Some(azp) = azp {
                claims["azp"] = azp.into();
            }
        });
        assert_eq!(verdict, expected, "{trusted:?} {azp:?}");
    }
}

#[test]
fn case_062_and_063_an_authorized_party_is_this_client() {
    let mut trial = Trial::new();
    for azp in [
        json!("other"),
        json!("PVE"),
        json!("pve2"),
        json!(""),
        json!(1),
        json!(["pve"]),
        json!({}),
    ] {
        let verdict = judge(&trial, "azp", Some(azp.clone()));
        assert_eq!(verdict, Err(IdTokenError::AuthorizedParty), "{azp}");
    }
    assert_eq!(judge(&trial, "azp", Some(json!("pve"))), Ok(()));
    trial.realm.audiences = Words::parse("api").unwrap();
    let verdict = trial.judge_claims(|claims| {
        claims["aud"] = "api".into();
        claims["azp"] = "pve".into();
    });
    assert_eq!(verdict, Err(IdTokenError::Audience), "for an API only");
}

#[test]
fn case_065_to_068_the_time_is_before_exp() {
    let not_a_time = Err(IdTokenError::NotATime { claim: "exp" });
    let expired = |expired| Err(IdTokenError::Expired { expired, now: NOW });
    let mut trial = Trial::new();
    for (exp, expected) in [
        (None, Err(IdTokenError::NoExpiry)),
        (Some(json!("1779274800")), not_a_time),
        (Some(json!(null)), not_a_time),
        (Some(json!(true)), not_a_time),
        (Some(json!([1_779_274_800])), not_a_time),
        (Some(json!(-1)), not_a_time),
        (Some(json!(u64::MAX)), not_a_time),
        (Some(json!(i64::MAX)), not_a_time),
        (Some(json!(253_402_300_800_u64)), not_a_time),
        (Some(json!(253_402_300_799_u64)), Ok(())),
    ] {
        assert_eq!(judge(&trial, "exp", exp.clone()), expected, "{exp:?}");
    }
    for (expires, expected) in [
        (before(360), expired(before(360))),
        (before(CLOCK_SKEW + 1), expired(before(CLOCK_SKEW + 1))),
        (before(CLOCK_SKEW), expired(before(CLOCK_SKEW))),
        (before(CLOCK_SKEW - 1), Ok(())),
        (before(1), Ok(())),
        (NOW, Ok(())),
        (after(1), Ok(())),
    ] {
        let verdict = trial.judge_claims(|claims| {
            claims["exp"] = number(expires);
            claims["iat"] = number(before(CLOCK_SKEW + 300));
        });
        assert_eq!(verdict, expected, "{expires}");
    }
    // Fractions are cut off: they never make a token last longer.
    let verdict = trial.judge_claims(|claims| {
        claims["exp"] = json!(before(CLOCK_SKEW).0 as f64 + 0.5);
        claims["iat"] = number(before(CLOCK_SKEW + 300));
    });
    assert_eq!(verdict, expired(before(CLOCK_SKEW)));
    trial.realm.clock_skew = 0;
    assert_eq!(judge(&trial, "exp", Some(number(after(1)))), Ok(()));
    assert_eq!(judge(&trial, "exp", Some(number(NOW))), expired(NOW));
    trial.realm.clock_skew = u64::MAX;
    assert_eq!(judge(&trial, "exp", Some(number(NOW))), Ok(()), "no overflow");
}

#[test]
fn case_069_to_071_the_token_was_issued_for_this_login() {
    let not_a_time = Err(IdTokenError::NotATime { claim: "iat" });
    let mut trial = Trial::new();
    for (iat, expected) in [
        (None, Err(IdTokenError::NoIssueTime)),
        (Some(json!("1779271200")), not_a_time),
        (Some(json!(null)), not_a_time),
        (Some(json!(-1)), not_a_time),
        (Some(json!(NOW.0 as f64 + 0.5)), Ok(())),
    ] {
        assert_eq!(judge(&trial, "iat", iat.clone()), expected, "{iat:?}");
    }
    let future = |issued| Err(IdTokenError::IssuedInTheFuture { issued, now: NOW });
    let old = |issued| Err(IdTokenError::IssuedBeforeLogin { issued, begun: NOW });
    let oldest = CLOCK_SKEW + ID_TOKEN_BACKDATING;
    for (issued, expected) in [
        (after(86_400), future(after(86_400))),
        (after(CLOCK_SKEW + 1), future(after(CLOCK_SKEW + 1))),
        (after(CLOCK_SKEW), Ok(())),
        (after(CLOCK_SKEW - 1), Ok(())),
        (NOW, Ok(())),
        (before(ID_TOKEN_BACKDATING), Ok(())),
        (before(oldest - 1), Ok(())),
        (before(oldest), Ok(())),
        (before(oldest + 1), old(before(oldest + 1))),
        (before(7 * 86_400), old(before(7 * 86_400))),
        (UnixTime(0), old(UnixTime(0))),
    ] {
        assert_eq!(judge(&trial, "iat", Some(number(issued))), expected, "{issued}");
    }
    trial.realm.clock_skew = 0;
    assert_eq!(judge(&trial, "iat", Some(number(after(1)))), future(after(1)));
    assert_eq!(judge(&trial, "iat", Some(number(before(301)))), old(before(301)));
}

#[test]
fn case_071_what_counts_is_when_the_login_began_and_not_when_the_token_is_read() {
    let mut trial = Trial::new();
    trial.now = after(3000);
    assert_eq!(
        judge(&trial, "iat", Some(number(before(CLOCK_SKEW + ID_TOKEN_BACKDATING)))),
        Ok(())
    );
    assert_eq!(judge(&trial, "iat", Some(number(after(LOGIN_LIFETIME)))), Ok(()));
}

#[test]
fn case_070_a_token_is_not_issued_after_its_expiry() {
    let trial = Trial::new();
    for (issued, expires, accepted) in [
        (NOW, before(1), false),
        (NOW, NOW, true),
        (before(1), NOW, true),
        (after(60), after(59), false),
    ] {
        let verdict = trial.judge_claims(|claims| {
            claims["iat"] = number(issued);
            claims["exp"] = number(expires);
        });
        let expected = if accepted {
            Ok(())
        } else {
            Err(IdTokenError::IssuedAfterExpiry { issued, expires })
        };
        assert_eq!(verdict, expected, "{issued} {expires}");
    }
}

#[test]
fn case_072_a_token_is_not_used_before_nbf() {
    let not_a_time = Err(IdTokenError::NotATime { claim: "nbf" });
    let early = |not_before| Err(IdTokenError::NotYetValid { not_before, now: NOW });
    let trial = Trial::new();
    for (nbf, expected) in [
        (None, Ok(())),
        (Some(number(NOW)), Ok(())),
        (Some(number(before(86_400))), Ok(())),
        (Some(number(after(CLOCK_SKEW - 1))), Ok(())),
        (Some(number(after(CLOCK_SKEW))), Ok(())),
        (Some(number(after(CLOCK_SKEW + 1))), early(after(CLOCK_SKEW + 1))),
        (Some(number(after(86_400))), early(after(86_400))),
        (Some(json!("1779271200")), not_a_time),
        (Some(json!(null)), Ok(())),
        (Some(json!(-1)), not_a_time),
    ] {
        assert_eq!(judge(&trial, "nbf", nbf.clone()), expected, "{nbf:?}");
    }
}

#[test]
fn case_073_and_074_the_nonce_is_this_logins() {
    let trial = Trial::new();
    let other_login = trial.login(|login| login.nonce);
    for (nonce, expected) in [
        (None, IdTokenError::NoNonce),
        (Some(json!(null)), IdTokenError::NoNonce),
        (Some(json!(1)), IdTokenError::NoNonce),
        (Some(json!(["x"])), IdTokenError::NoNonce),
        (Some(json!("")), IdTokenError::Nonce),
        (Some(json!("x")), IdTokenError::Nonce),
        (Some(json!("A".repeat(43))), IdTokenError::Nonce),
        (Some(json!(other_login)), IdTokenError::Nonce),
    ] {
        assert_eq!(judge(&trial, "nonce", nonce.clone()), Err(expected), "{nonce:?}");
    }
    type Bend = fn(&str) -> Value;
    let bends: [(&str, Bend, IdTokenError); 7] = [
        ("in an array", |nonce| json!([nonce]), IdTokenError::NoNonce),
        ("in lower case", |nonce| json!(nonce.to_lowercase()), IdTokenError::Nonce),
        ("shorter", |nonce| json!(nonce[..42]), IdTokenError::Nonce),
        ("longer", |nonce| json!(format!("{nonce}A")), IdTokenError::Nonce),
        ("padded", |nonce| json!(format!("{nonce}=")), IdTokenError::Nonce),
        ("behind a space", |nonce| json!(format!(" {nonce}")), IdTokenError::Nonce),
        ("reversed", |nonce| json!(nonce.chars().rev().collect::<String>()), IdTokenError::Nonce),
    ];
    for (how, bend, expected) in bends {
        let verdict = trial.judge_claims(|claims| {
            claims["nonce"] = bend(claims["nonce"].as_str().unwrap());
        });
        assert_eq!(verdict, Err(expected), "{how}");
    }
}

#[test]
fn case_074_a_nonce_with_any_letter_changed_is_another() {
    let trial = Trial::new();
    for at in 0..43 {
        let verdict = trial.judge_claims(|claims| {
            let mut nonce = claims["nonce"].as_str().unwrap().to_owned().into_bytes();
            nonce[at] = if nonce[at] == b'A' { b'B' } else { b'A' };
            claims["nonce"] = String::from_utf8(nonce).unwrap().into();
        });
        assert_eq!(verdict, Err(IdTokenError::Nonce), "{at}");
    }
}

#[test]
fn case_076_and_077_a_subject_has_1_to_255_bytes_without_control_characters() {
    let trial = Trial::new();
    let long = |len: usize| Some(Value::from("s".repeat(len)));
    for sub in [
        None,
        Some(json!("")),
        Some(json!(0)),
        Some(json!(12345)),
        Some(json!(null)),
        Some(json!(["alice-sub"])),
        Some(json!({})),
        Some(json!("alice\n")),
        Some(json!("\u{7f}alice")),
        Some(json!("al\u{1f}ice")),
        Some(json!("\0")),
        long(SUBJECT_LEN + 1),
        long(10_000),
        Some(json!("é".repeat(128))),
    ] {
        let verdict = judge(&trial, "sub", sub.clone());
        assert_eq!(verdict, Err(IdTokenError::Subject), "{sub:?}");
    }
    for sub in [json!("s"), json!(" "), json!("é".repeat(127)), long(SUBJECT_LEN).unwrap()] {
        let subject = trial.judge_and_look(
            |nonce| {
                let mut claims = trial.claims(nonce);
                claims["sub"] = sub.clone();
                trial.provider.sign(&claims)
            },
            |identity| identity.subject().to_owned(),
        );
        assert_eq!(subject.as_deref(), Ok(sub.as_str().unwrap()));
    }
}

/// The left half of the hash of the access token `at`.
fn at_hash(algorithm: &'static digest::Algorithm) -> String {
    let hash = digest::digest(algorithm, b"at");
    base64url(&hash.as_ref()[..hash.as_ref().len() / 2])
}

#[test]
fn case_078_an_at_hash_is_the_access_tokens_wherever_it_is_there() {
    let (sha256, sha384, sha512) =
        (at_hash(&digest::SHA256), at_hash(&digest::SHA384), at_hash(&digest::SHA512));
    let whole = base64url(digest::digest(&digest::SHA256, b"at").as_ref());
    let other = base64url(&digest::digest(&digest::SHA256, b"other").as_ref()[..16]);
    use JwsAlgorithm::*;
    for (algorithm, good) in [
        (Rs256, vec![&sha256]),
        (Ps256, vec![&sha256]),
        (Es256, vec![&sha256]),
        (Rs384, vec![&sha384]),
        (Ps384, vec![&sha384]),
        (Es384, vec![&sha384]),
        (Rs512, vec![&sha512]),
        (Ps512, vec![&sha512]),
        (EdDsa, vec![&sha512, &sha256]),
    ] {
        let trial = Trial::of(Provider::signing_with(algorithm));
        for at_hash in [&sha256, &sha384, &sha512, &whole, &other] {
            let expected =
                if good.contains(&at_hash) { Ok(()) } else { Err(IdTokenError::AccessTokenHash) };
            let verdict = judge(&trial, "at_hash", Some(at_hash.as_str().into()));
            assert_eq!(verdict, expected, "{algorithm} {at_hash}");
        }
    }
    let trial = Trial::new();
    for at_hash in [
        json!(""),
        json!(1),
        json!([sha256]),
        json!(format!("={sha256}")),
        json!(sha256.to_lowercase()),
        json!(sha256[..20]),
        json!("A".repeat(200)),
        json!("%"),
    ] {
        let verdict = judge(&trial, "at_hash", Some(at_hash.clone()));
        assert_eq!(verdict, Err(IdTokenError::AccessTokenHash), "{at_hash}");
    }
    assert_eq!(judge(&trial, "at_hash", None), Ok(()));
    assert_eq!(judge(&trial, "at_hash", Some(json!(null))), Ok(()));
}

#[test]
fn case_080_the_end_user_authenticated_lately_enough() {
    let not_a_time = Err(IdTokenError::NotATime { claim: "auth_time" });
    let long_ago =
        |authenticated| Err(IdTokenError::AuthenticatedTooLongAgo { authenticated, now: NOW });
    let mut trial = Trial::new();
    trial.realm.max_age = Some(300);
    for (auth_time, expected) in [
        (None, Err(IdTokenError::NoAuthTime)),
        (Some(json!("1779271200")), not_a_time),
        (Some(json!(null)), Err(IdTokenError::NoAuthTime)),
        (Some(number(NOW)), Ok(())),
        (Some(number(before(359))), Ok(())),
        (Some(number(before(360))), Ok(())),
        (Some(json!(before(360).0 as f64 + 0.5)), Ok(())),
        (Some(number(before(361))), long_ago(before(361))),
        (Some(json!(before(361).0 as f64 + 0.9)), long_ago(before(361))),
        (Some(number(UnixTime(0))), long_ago(UnixTime(0))),
        (Some(number(after(60))), Ok(())),
        (Some(number(after(61))), long_ago(after(61))),
    ] {
        assert_eq!(judge(&trial, "auth_time", auth_time.clone()), expected, "{auth_time:?}");
    }
    trial.realm.max_age = Some(0);
    assert_eq!(judge(&trial, "auth_time", Some(number(before(60)))), Ok(()));
    assert_eq!(judge(&trial, "auth_time", Some(number(before(61)))), long_ago(before(61)));
    // Nobody asked, so nothing depends on it.
    trial.realm.max_age = None;
    assert_eq!(judge(&trial, "auth_time", Some(json!("long ago"))), Ok(()));
}

#[test]
fn case_081_acr_values_are_wishes() {
    let mut trial = Trial::new();
    trial.realm.acr_values = Words::parse("urn:mace:incommon:iap:silver").unwrap();
    for acr in [None, Some(json!("0")), Some(json!("urn:mace:incommon:iap:silver"))] {
        assert_eq!(judge(&trial, "acr", acr.clone()), Ok(()), "{acr:?}");
    }
}

#[test]
fn case_081_an_acr_that_the_realm_demands_is_one_of_its_list() {
    let wrong = Err(IdTokenError::AuthenticationClass);
    let mut trial = Trial::new();
    trial.realm.required_acr = Words::parse("urn:gold phr").unwrap();
    // What is asked for is no demand, and makes none smaller.
    trial.realm.acr_values = Words::parse("urn:silver").unwrap();
    for (acr, expected) in [
        (None, Err(IdTokenError::NoAuthenticationClass)),
        (Some(json!(null)), Err(IdTokenError::NoAuthenticationClass)),
        (Some(json!("urn:gold")), Ok(())),
        (Some(json!("phr")), Ok(())),
        (Some(json!("urn:silver")), wrong),
        (Some(json!("urn:gold phr")), wrong),
        (Some(json!("urn:Gold")), wrong),
        (Some(json!("urn:gold ")), wrong),
        (Some(json!("urn:gol")), wrong),
        (Some(json!("urn:gold1")), wrong),
        (Some(json!("phrh")), wrong),
        (Some(json!("0")), wrong),
        (Some(json!("")), wrong),
        (Some(json!(0)), wrong),
        (Some(json!(true)), wrong),
        (Some(json!(["urn:gold"])), wrong),
        (Some(json!({"urn:gold": true})), wrong),
    ] {
        assert_eq!(judge(&trial, "acr", acr.clone()), expected, "{acr:?}");
    }
    let escaped = trial.judge(|nonce| {
        let claims = trial.claims(nonce).to_string();
        let claims = claims.replacen('{', r#"{"acr":"\u0070hr","#, 1);
        trial.provider.sign_raw(&trial.provider.header().to_string(), &claims)
    });
    assert_eq!(escaped, Ok(()));
}

#[test]
fn an_amr_that_is_one_string_is_one_method() {
    let mut trial = Trial::new();
    for (demanded, amr, is_met) in [
        ("mfa", "mfa", true),
        ("mfa", "mfa pwd", false),
        ("mfa", "mfa,pwd", false),
        ("mfa", "[\"mfa\"]", false),
        ("mfa", "MFA", false),
        ("mfa", "", false),
        ("mfa pwd", "mfa", false),
        ("mfa pwd", "mfa pwd", false),
    ] {
        trial.realm.required_amr = Words::parse(demanded).unwrap();
        let expected = if is_met { Ok(()) } else { Err(IdTokenError::AuthenticationMethods) };
        assert_eq!(judge(&trial, "amr", Some(json!(amr))), expected, "{demanded}: {amr}");
    }
}

#[test]
fn every_amr_that_the_realm_demands_is_there() {
    let wrong = Err(IdTokenError::AuthenticationMethods);
    let mut trial = Trial::new();
    trial.realm.required_amr = Words::parse("pwd otp").unwrap();
    for (amr, expected) in [
        (None, Err(IdTokenError::NoAuthenticationMethods)),
        (Some(json!(null)), Err(IdTokenError::NoAuthenticationMethods)),
        (Some(json!(["pwd", "otp"])), Ok(())),
        (Some(json!(["otp", "mfa", "pwd"])), Ok(())),
        (Some(json!(["pwd", "pwd", "otp"])), Ok(())),
        (Some(json!(["pwd"])), wrong),
        (Some(json!(["otp"])), wrong),
        (Some(json!(["pwd", "pwd"])), wrong),
        (Some(json!(["pwd otp"])), wrong),
        (Some(json!(["PWD", "otp"])), wrong),
        (Some(json!(["pwd", "otp "])), wrong),
        (Some(json!([["pwd", "otp"]])), wrong),
        (Some(json!(["pwd", "otp", 1])), wrong),
        (Some(json!(["pwd", "otp", null])), wrong),
        (Some(json!(["pwd", "otp", ["x"]])), wrong),
        (Some(json!([])), wrong),
        (Some(json!("pwd")), wrong),
        (Some(json!("pwd otp")), wrong),
        (Some(json!({"pwd": "otp"})), wrong),
        (Some(json!(1)), wrong),
        (Some(json!(true)), wrong),
    ] {
        assert_eq!(judge(&trial, "amr", amr.clone()), expected, "{amr:?}");
    }
    trial.realm.required_amr = Words::parse("mfa").unwrap();
    // Each demand is for itself.
    trial.realm.required_acr = Words::parse("phr").unwrap();
    let no_acr = Err(IdTokenError::NoAuthenticationClass);
    assert_eq!(judge(&trial, "amr", Some(json!(["mfa"]))), no_acr);
    trial.realm.required_acr = Words::default();
    trial.realm.required_amr = Words::default();
    for name in ["acr", "amr"] {
        for value in [json!(null), json!(1), json!({}), json!([{}])] {
            assert_eq!(judge(&trial, name, Some(value)), Ok(()), "nobody asked for {name}");
        }
    }
}

#[test]
fn case_082_claims_in_the_header_are_not_looked_at() {
    let trial = Trial::new();
    let header = json!({
        "alg": "ES256", "kid": "k1", "iss": "https://evil.example", "sub": "victim", "aud": "other",
    });
    let subject = trial.judge_and_look(
        |nonce| trial.provider.sign_raw(&header.to_string(), &trial.claims(nonce).to_string()),
        |identity| (identity.issuer().to_owned(), identity.subject().to_owned()),
    );
    assert_eq!(subject, Ok((ISSUER.to_owned(), "alice-sub".to_owned())));
    let missing = trial.judge(|nonce| {
        let mut claims = trial.claims(nonce);
        claims.as_object_mut().unwrap().remove("sub");
        trial.provider.sign_raw(&header.to_string(), &claims.to_string())
    });
    assert_eq!(missing, Err(IdTokenError::Subject));
}

#[test]
fn case_083_issuer_and_subject_are_who_somebody_is_whatever_else_is_claimed() {
    let trial = Trial::new();
    let who = trial.judge_and_look(
        |nonce| {
            let mut claims = trial.claims(nonce);
            claims["email"] = "victim@example.com".into();
            claims["name"] = "victim".into();
            claims["preferred_username"] = "victim".into();
            trial.provider.sign(&claims)
        },
        |identity| (identity.issuer().to_owned(), identity.subject().to_owned()),
    );
    assert_eq!(who, Ok((ISSUER.to_owned(), "alice-sub".to_owned())));
}

#[test]
fn case_084_other_tokens_of_the_same_provider_are_no_id_tokens() {
    let trial = Trial::new();
    let logout = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    for events in [logout, json!({}), json!(null)] {
        let verdict = judge(&trial, "events", Some(events.clone()));
        assert_eq!(verdict, Err(IdTokenError::LogoutToken), "{events}");
    }
    let access_token = trial.judge(|_| {
        let claims = json!({
            "iss": ISSUER, "sub": "alice-sub", "aud": "https://api.example", "client_id": "pve",
            "iat": NOW.0, "exp": NOW.0 + 3600, "scope": "openid",
        });
        trial.provider.sign(&claims)
    });
    assert_eq!(access_token, Err(IdTokenError::Audience));
    let userinfo = trial
        .judge(|_| trial.provider.sign(&json!({"iss": ISSUER, "aud": "pve", "sub": "alice-sub"})));
    assert_eq!(userinfo, Err(IdTokenError::NoExpiry));
}

#[test]
fn claims_are_an_object() {
    let trial = Trial::new();
    for payload in [json!([]), json!("x"), json!(null), json!(1), json!(false)] {
        let verdict = trial.judge(|_| trial.provider.sign(&payload));
        assert_eq!(verdict, Err(IdTokenError::NotAnObject), "{payload}");
    }
}

#[test]
fn the_signature_is_judged_before_any_claim() {
    let attacker = Provider::new();
    let trial = Trial::new();
    for claims in [json!({}), json!([]), json!({"iss": "https://evil.example", "exp": 0})] {
        let verdict = trial.judge(|_| attacker.sign(&claims));
        assert_eq!(verdict, jws_error(JwsError::Signature), "{claims}");
    }
    let verdict = trial.judge(|_| attacker.sign_raw(&attacker.header().to_string(), "no JSON"));
    assert_eq!(verdict, jws_error(JwsError::Signature));
}

#[test]
fn the_client_identifier_is_compared_to_the_letter_whatever_is_in_it() {
    let mut trial = Trial::new();
    let odd = "0123:a b\"c\\d/é";
    let client_id = ClientId::parse(odd).unwrap();
    trial.realm.registration = ClientRegistration { client_id, credential: None };
    assert_eq!(judge(&trial, "aud", Some(odd.into())), Ok(()));
    assert_eq!(judge(&trial, "aud", Some("pve".into())), Err(IdTokenError::Audience));
}

#[test]
fn claims_that_no_rule_depends_on_may_be_anything() {
    let trial = Trial::new();
    for (claim, value) in [
        ("email_verified", json!("true")),
        ("email", json!(1)),
        ("groups", json!([1, {"a": []}, null])),
        ("expires_in", json!("3599")),
        ("c_hash", json!("x")),
        ("jti", json!(7)),
        ("auth_time", json!("now")),
    ] {
        assert_eq!(judge(&trial, claim, Some(value.clone())), Ok(()), "{claim}: {value}");
    }
}
