//! Whole logins, from what a provider sends.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use onerealm_core::{
    AuthorizationResponse, DiscoveryRequest, Identity, InvalidSignature, Issuer, JwksRequest,
    Realm, RelyingParty,
};
use serde_json::Value;

use super::fixed::{self, NOW, as_dyn, ok_json, verifiers, verifiers_of};
use super::provider::{metadata, token_answer};

/// One usable key of each kind.
pub const KEYS: &str = include_str!("../seeds/jwks/every_kind.json");

/// Claims that are believed once their signature is good: `serde_json` must find in them what the rules ask for.
///
/// The input is a header, an empty line, and claims; both are put into a token here.
pub fn id_token(input: &[u8]) -> bool {
    let Some(end) = input.windows(2).position(|pair| pair == b"\n\n") else { return false };
    let (header, claims) = (&input[..end], &input[end + 2..]);
    let parsed = serde_json::from_slice::<Value>(header).unwrap_or_default();
    let signature = match parsed["alg"].as_str() {
        Some("ES256" | "EdDSA" | "Ed25519") => 64,
        Some("ES384") => 96,
        _ => 256,
    };
    let answer = token_answer(header, claims, signature);
    let believed = is_believed(&answer, claims, None);
    assert!(!believed || parsed.get("crit").is_none() && parsed.get("zip").is_none());
    // Where the realm asks for an authentication of late, there is one rule more, and none less.
    assert!(!is_believed(&answer, claims, Some(MAX_AGE)) || believed);
    believed
}

/// In seconds.
const MAX_AGE: u32 = 600;

fn is_believed(answer: &str, claims: &[u8], max_age: Option<u32>) -> bool {
    let metadata = metadata();
    let keys = JwksRequest::new(&metadata).response(ok_json(KEYS.as_bytes())).unwrap();
    let realm = Realm { max_age, ..fixed::realm(Issuer::parse(fixed::ISSUER).unwrap()) };
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
    let Ok(id_token) = fixed::token_request(relying_party).response(ok_json(answer.as_bytes()))
    else {
        return false;
    };
    let mut buf = vec![0; id_token.buffer_needed()];
    let verifiers = verifiers(Ok(()));
    let Ok(id_token) = id_token.open(&mut buf) else { return false };
    let identity = match id_token.validate(&keys, &as_dyn(&verifiers), NOW) {
        Ok(identity) => identity,
        Err(refused) => {
            let _ = refused.words();
            return false;
        }
    };
    assert_believable(&identity, claims, max_age);
    true
}

fn assert_believable(identity: &Identity<'_>, claims: &[u8], max_age: Option<u32>) {
    // Only a number that `serde_json` can't hold stops it.
    let Ok(claims) = serde_json::from_slice::<Value>(claims) else { return };
    assert_eq!(claims["iss"], fixed::ISSUER);
    assert_eq!(claims["sub"], identity.subject());
    assert_eq!(claims["nonce"], fixed::STATE_AND_NONCE);
    let audiences = match &claims["aud"] {
        Value::Array(several) => several.as_slice(),
        single => std::slice::from_ref(single),
    };
    assert!(audiences.iter().any(|audience| audience == fixed::CLIENT_ID));
    let ours_or_trusted = [fixed::CLIENT_ID, fixed::TRUSTED_AUDIENCE];
    assert!(audiences.iter().all(|audience| ours_or_trusted.iter().any(|known| audience == known)));
    assert!(claims["azp"].is_null() || claims["azp"] == fixed::CLIENT_ID);
    // A second is left for floating point.
    let (now, skew) = (NOW.0 as f64, 61.0);
    let time = |claim: &str| {
        claims.get(claim).filter(|value| !value.is_null()).map(|value| value.as_f64().unwrap())
    };
    assert!(time("exp").unwrap() + skew > now);
    assert!(time("iat").unwrap() <= now + skew && time("iat").unwrap() + skew + 300.0 >= now);
    assert!(time("nbf").is_none_or(|not_before| not_before <= now + skew));
    if let Some(max_age) = max_age {
        let authenticated = time("auth_time").unwrap();
        assert!(authenticated <= now + skew && authenticated + f64::from(max_age) + skew >= now);
    }
    assert!(claims.get("events").is_none());
}

/// Nobody is identified while signatures are bad. With good ones, the signed claims are those that the rules ask for,
/// and userinfo is about the end user of the ID token.
///
/// The input is metadata, keys, the callback's query, the token response and userinfo, with empty lines between them.
pub fn login(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else { return false };
    let parts: Vec<&str> = text.split("\n\n").collect();
    let Ok(parts) = <[&str; 5]>::try_from(parts) else { return false };
    assert!(try_login(parts, Err(InvalidSignature)).is_none());
    try_login(parts, Ok(())).is_some()
}

fn try_login(answers: [&str; 5], signatures: Result<(), InvalidSignature>) -> Option<()> {
    let [metadata, keys, query, tokens, userinfo] = answers;
    let issuer = Issuer::parse(fixed::ISSUER).unwrap();
    let metadata = DiscoveryRequest::new(issuer).response(ok_json(metadata.as_bytes())).ok()?;
    let keys = JwksRequest::new(&metadata).response(ok_json(keys.as_bytes())).ok()?;
    let realm = fixed::realm(issuer);
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();

    let response = AuthorizationResponse::from_query(query).ok()?;
    let request = fixed::pending(relying_party).accept(&response, relying_party, NOW).ok()?;
    let mut message = vec![0; 32 * 1024];
    assert!(request.request(&mut message).is_ok());
    let id_token = request.response(ok_json(tokens.as_bytes())).ok()?;
    let mut buf = vec![0; id_token.buffer_needed()];
    let signed = signed_part(tokens);
    let verifiers = verifiers_of(signed.as_deref(), signatures);
    let id_token = id_token.open(&mut buf).ok()?;
    let identity = id_token.validate(&keys, &as_dyn(&verifiers), NOW).ok()?;
    if let Some((_, claims)) = signed.as_deref().and_then(|signed| signed.split_once('.')) {
        assert_believable(&identity, &URL_SAFE_NO_PAD.decode(claims).unwrap(), None);
    }

    let subject = identity.subject();
    if let Some(request) = identity.userinfo_request() {
        let _ = request.request(&mut message);
        let identity = identity.with_userinfo(request.response(ok_json(userinfo.as_bytes())).ok()?);
        assert_eq!(identity.subject(), subject);
        assert!(identity.claim("sub").unwrap().as_str().unwrap() == *subject);
        identity.members().for_each(drop);
    }
    Some(())
}

/// What the ID token's signature is of, where `serde_json` finds one.
fn signed_part(tokens: &str) -> Option<String> {
    let document = serde_json::from_str::<Value>(tokens).ok()?;
    let (signed, _signature) = document["id_token"].as_str()?.rsplit_once('.')?;
    Some(signed.to_owned())
}
