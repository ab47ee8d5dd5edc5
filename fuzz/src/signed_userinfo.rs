//! What the userinfo endpoint says in a token that it signs.

use onerealm_core::wire::Value as WireValue;
use onerealm_core::{HttpResponse, Identity, InvalidSignature, JwksRequest};
use serde_json::Value;

use super::fixed::{self, NOW, as_dyn, ok_json, verifiers};
use super::login::KEYS;
use super::provider::metadata;
use super::same::assert_same;
use super::userinfo::{SUBJECT, identified};

/// Claims that are believed once their signature is good: `serde_json` must find in them what the rules ask for, and in
/// the header nothing that the rules refuse.
///
/// The input is a header, an empty line, and claims; both are put into a token here.
pub fn signed_userinfo(input: &[u8]) -> bool {
    let Some(end) = input.windows(2).position(|pair| pair == b"\n\n") else { return false };
    let (header, claims) = (&input[..end], &input[end + 2..]);
    let parsed = serde_json::from_slice::<Value>(header).unwrap_or_default();
    let signature = match parsed["alg"].as_str() {
        Some("ES256" | "EdDSA" | "Ed25519") => 64,
        Some("ES384") => 96,
        _ => 256,
    };
    let parts = [header, claims, &vec![1; signature]].map(fixed::base64url);
    let token = parts.join(".");
    assert!(!is_believed(&token, claims, Err(InvalidSignature)));
    let believed = is_believed(&token, claims, Ok(()));
    if believed {
        assert_is_userinfo_header(&parsed);
    }
    believed
}

fn is_believed(token: &str, claims: &[u8], signatures: Result<(), InvalidSignature>) -> bool {
    identified(|identity, signed| {
        let metadata = metadata();
        let keys = JwksRequest::new(&metadata).response(ok_json(KEYS.as_bytes())).unwrap();
        let request = identity.userinfo_request().unwrap();
        let answer =
            HttpResponse { content_type: Some("application/jwt"), ..ok_json(token.as_bytes()) };
        assert!(request.response(answer).is_err(), "read without a look at the signature");
        let token = request.signed_response(answer).unwrap();
        let mut buf = vec![0; token.buffer_needed()];
        let verifiers = verifiers(signatures);
        let opened = match token.open(&mut buf) {
            Ok(opened) => opened,
            Err(refused) => {
                let _ = (refused.words(), refused.path());
                return false;
            }
        };
        match opened.validate(&keys, &as_dyn(&verifiers), NOW) {
            Ok(userinfo) => {
                assert_is_userinfo(identity.with_userinfo(userinfo), claims, signed);
                true
            }
            Err(refused) => {
                let _ = (refused.words(), refused.path());
                false
            }
        }
    })
}

fn assert_is_userinfo_header(header: &Value) {
    for refused in ["crit", "b64", "zip", "enc", "cty"] {
        assert!(header.get(refused).is_none(), "{header}");
    }
    let typ = header["typ"].as_str().map(str::to_lowercase);
    let typ = typ.as_deref().map(|typ| typ.strip_prefix("application/").unwrap_or(typ));
    assert!(matches!(typ, None | Some("jwt" | "token-userinfo+jwt")), "{header}");
}

fn assert_is_userinfo(identity: Identity<'_>, claims: &[u8], signed: &Value) {
    // Only a number that `serde_json` can't hold stops it.
    let Ok(claims) = serde_json::from_slice::<Value>(claims) else { return };
    assert_eq!(claims["sub"], SUBJECT);
    assert_same(WireValue::Object(identity.userinfo_claims().unwrap()), &claims);
    assert!(claims.get("iss").is_none_or(|iss| iss == fixed::ISSUER));
    if let Some(aud) = claims.get("aud") {
        let audiences = match aud {
            Value::Array(several) => several.as_slice(),
            single => std::slice::from_ref(single),
        };
        let ours_or_trusted = [fixed::CLIENT_ID, fixed::TRUSTED_AUDIENCE];
        assert!(audiences.iter().any(|audience| audience == fixed::CLIENT_ID));
        assert!(audiences.iter().all(|one| ours_or_trusted.iter().any(|known| one == known)));
    }
    assert!(claims["azp"].is_null() || claims["azp"] == fixed::CLIENT_ID);
    assert!(claims["nonce"].is_null() || claims["nonce"] == signed["nonce"]);
    assert!(claims.get("events").is_none());
    // A second is left for floating point.
    let (now, skew) = (NOW.0 as f64, 61.0);
    let time = |claim: &str| claims.get(claim).map(|value| value.as_f64().unwrap());
    assert!(time("exp").is_none_or(|expires| expires + skew > now));
    assert!(time("iat").is_none_or(|issued| issued <= now + skew));
    assert!(claims["nbf"].as_f64().is_none_or(|not_before| not_before <= now + skew));
}
