//! What the userinfo endpoint says of somebody who is known already.

use onerealm_core::wire::{Json, Value};
use onerealm_core::{HttpResponse, Identity, Issuer, JwksRequest, RelyingParty};

use super::fixed::{self, NOW, as_dyn, ok_json, verifiers};
use super::login::KEYS;
use super::provider::{metadata, token_answer};
use super::same::assert_same;

/// Not plain ASCII, so that it can be spelled in several ways.
pub const SUBJECT: &str = "al\u{ed}ce/1";

/// What is accepted is about the ID token's subject, adds claims just as they were sent, and changes none of the ID
/// token's but those that are null.
pub fn userinfo(input: &[u8]) -> bool {
    identified(|identity, signed| with_answer(input, identity, signed))
}

fn with_answer(input: &[u8], identity: Identity<'_>, signed: &serde_json::Value) -> bool {
    let request = identity.userinfo_request().unwrap();
    assert!(request.response(HttpResponse { status: 401, ..ok_json(input) }).is_err());
    let signed_answer = HttpResponse { content_type: Some("application/jwt"), ..ok_json(input) };
    assert!(request.response(signed_answer).is_err());
    let said = serde_json::from_slice::<serde_json::Value>(input);
    let Ok(userinfo) = request.response(ok_json(input)) else {
        assert!(Json::parse(input).is_err() || !said.is_ok_and(|said| said["sub"] == SUBJECT));
        return false;
    };

    let identity = identity.with_userinfo(userinfo);
    assert_eq!(identity.subject(), SUBJECT);
    // Only a number that `serde_json` can't hold stops it.
    let Ok(said) = said else { return true };
    assert_eq!(said["sub"], SUBJECT);
    assert_same(Value::Object(identity.userinfo_claims().unwrap()), &said);
    let mut expected = said;
    for (name, value) in signed.as_object().unwrap() {
        // What is null is filled.
        if expected.get(name).is_none() || !value.is_null() {
            expected[name] = value.clone();
        }
    }
    assert_eq!(identity.members().count(), expected.as_object().unwrap().len());
    // A map has what the iterator has, but for escaped strings that no place is made for.
    if let Ok(map) = identity.claims::<serde_json::Map<_, _>>() {
        assert_eq!(map.len(), identity.members().count());
        for (name, value) in identity.members() {
            assert_same(value, &map[&name.chars().collect::<String>()]);
        }
    }
    for (name, value) in identity.members() {
        assert_same(value, &expected[&name.chars().collect::<String>()]);
    }
    for (name, value) in expected.as_object().unwrap() {
        assert_same(identity.claim(name).unwrap(), value);
    }
    true
}

/// Calls `then` with an end user whose ID token has these claims.
pub fn identified<T>(then: impl FnOnce(Identity<'_>, &serde_json::Value) -> T) -> T {
    let metadata = metadata();
    let keys = JwksRequest::new(&metadata).response(ok_json(KEYS.as_bytes())).unwrap();
    let realm = fixed::realm(Issuer::parse(fixed::ISSUER).unwrap());
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
    let signed = serde_json::json!({
        "iss": fixed::ISSUER, "sub": SUBJECT, "aud": fixed::CLIENT_ID, "nonce": fixed::STATE_AND_NONCE,
        "iat": NOW.0, "exp": NOW.0 + 3600, "email": "signed@example.com",
        "name": null,
    });
    let answer =
        token_answer(br#"{"alg":"ES256","kid":"p256"}"#, signed.to_string().as_bytes(), 64);
    let id_token =
        fixed::token_request(relying_party).response(ok_json(answer.as_bytes())).unwrap();
    let mut buf = vec![0; id_token.buffer_needed()];
    let verifiers = verifiers(Ok(()));
    let id_token = id_token.open(&mut buf).unwrap();
    let identity = id_token.validate(&keys, &as_dyn(&verifiers), NOW).unwrap();
    then(identity, &signed)
}
