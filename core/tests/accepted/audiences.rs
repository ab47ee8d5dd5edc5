//! Several audiences without an authorized party.

use onerealm_core::IdTokenError;
use onerealm_core::wire::Words;
use serde_json::{Value, json};

use crate::common::Trial;

/// The verdict where the realm trusts `api` and `files`.
fn judge(aud: &Value, azp: Option<Value>) -> Result<(), IdTokenError> {
    let mut trial = Trial::new();
    trial.realm.audiences = Words::parse("api files").unwrap();
    trial.judge_claims(|claims| {
        claims["aud"] = aud.clone();
        if let Some(azp) = azp {
            claims["azp"] = azp;
        }
    })
}

#[test]
fn trusted_audiences_beside_us_need_no_authorized_party() {
    for aud in [
        json!(["pve", "api"]),
        json!(["api", "pve"]),
        json!(["api", "pve", "files"]),
        json!(["pve", "api", "api"]),
        json!(["pve", "pve", "files"]),
    ] {
        assert_eq!(judge(&aud, None), Ok(()), "{aud}");
        assert_eq!(judge(&aud, Some(json!("pve"))), Ok(()), "{aud}, azp is ours");
    }
}

#[test]
fn an_authorized_party_is_us_wherever_there_is_one() {
    for aud in [json!("pve"), json!(["pve"]), json!(["pve", "api"]), json!(["api", "pve", "files"])]
    {
        for azp in [
            json!("api"),
            json!("other"),
            json!("PVE"),
            json!(""),
            json!(["pve"]),
            json!(0),
            json!({}),
            json!(false),
        ] {
            let verdict = judge(&aud, Some(azp.clone()));
            assert_eq!(verdict, Err(IdTokenError::AuthorizedParty), "{aud} {azp}");
        }
    }
}

#[test]
fn an_audience_that_the_realm_does_not_trust_stays_refused() {
    let untrusted = Err(IdTokenError::UntrustedAudience);
    for (aud, expected) in [
        (json!(["pve", "other"]), untrusted),
        (json!(["pve", "api", "other"]), untrusted),
        (json!(["pve", "api files"]), untrusted),
        (json!(["pve", "API"]), untrusted),
        (json!(["pve", ""]), untrusted),
        (json!(["api", "files"]), Err(IdTokenError::Audience)),
        (json!("api"), Err(IdTokenError::Audience)),
        (json!(["pve", null]), Err(IdTokenError::Audience)),
        (json!(["pve", "api", 1]), Err(IdTokenError::Audience)),
        (json!(null), Err(IdTokenError::Audience)),
    ] {
        for azp in [None, Some(json!(null)), Some(json!("pve"))] {
            assert_eq!(judge(&aud, azp.clone()), expected, "{aud} {azp:?}");
        }
    }
    let nobody_trusted = Trial::new().judge_claims(|claims| claims["aud"] = json!(["pve", "api"]));
    assert_eq!(nobody_trusted, untrusted);
}
