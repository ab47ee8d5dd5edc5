//! Client assertions in place of a secret (RFC 7523, section 3).
//!
//! Entra ID knows a key by its certificate's thumbprint, and takes RSA keys alone. This provider also takes a `kid`, and
//! keys for P-256.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::Value;

use crate::clock::unix_now;
use crate::directory::Directory;
use crate::entra_error::{EntraError, Refusal};
use crate::setup::ClientKey;

/// The longest life of an assertion: a day.
const LIFETIME: u64 = 24 * 60 * 60;

/// How far an assertion may be ahead of this clock, in seconds.
const SKEW: u64 = 5 * 60;

/// Accepts an assertion once, at its time, if a key of the application signed it for this endpoint.
pub(crate) fn check(
    directory: &Directory,
    client_id: &str,
    assertion: &str,
) -> Result<(), Refusal> {
    let parts: Vec<_> = assertion.split('.').collect();
    let &[header, claims, signature] = parts.as_slice() else {
        return Err(EntraError::Malformed.refusal());
    };
    let malformed = || EntraError::Malformed.refusal();
    let (header, claims) = (json(header), json(claims));
    let (header, claims) = (header.ok_or_else(malformed)?, claims.ok_or_else(malformed)?);
    let [iss, sub] = ["iss", "sub"].map(|name| claims[name].as_str());
    if iss != Some(client_id) || sub != Some(client_id) {
        return Err(EntraError::AssertionClient.refusal());
    }
    let key = key(directory, client_id, &header)?;
    let signed = assertion.rsplit_once('.').map_or("", |(signed, _)| signed);
    if !is_signed(key, header["alg"].as_str(), signed, signature) {
        return Err(refusal(client_id, &header, "The key was found, but the signature is wrong"));
    }
    if key.is_expired {
        return Err(EntraError::CredentialExpired.about(&[("app-guid", client_id)]));
    }
    let endpoint = directory.issuer.replace("/v2.0", "/oauth2/v2.0/token");
    if claims["aud"].as_str() != Some(&endpoint) {
        return Err(EntraError::AssertionAudience.refusal());
    }
    if !is_timely(&claims) {
        return Err(EntraError::AssertionTime.refusal());
    }
    let jti = claims["jti"].as_str().ok_or_else(malformed)?;
    match directory.takes_assertion(format!("{client_id} {jti}")) {
        true => Ok(()),
        false => Err(EntraError::AssertionReplayed.refusal()),
    }
}

fn json(part: &str) -> Option<Value> {
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(part).ok()?).ok()
}

/// The application's key that the header names.
fn key<'d>(
    directory: &'d Directory,
    client_id: &str,
    header: &Value,
) -> Result<&'d ClientKey, Refusal> {
    let is_named = |key: &&ClientKey| {
        let by_certificate = key.certificate.as_ref().is_some_and(|der| {
            let names = [("x5t#S256", &SHA256), ("x5t", &SHA1_FOR_LEGACY_USE_ONLY)];
            let mut given = names.iter().filter(|(name, _)| header[*name].is_string()).peekable();
            given.peek().is_some()
                && given.all(|(name, hash)| {
                    let thumbprint = digest(hash, der);
                    header[*name] == Base64UrlUnpadded::encode_string(thumbprint.as_ref())
                })
        });
        let by_name = key.certificate.is_none() && key.key_id.as_deref() == header["kid"].as_str();
        key.client_id == client_id && (by_certificate || by_name)
    };
    let key = directory.setup.client_keys.iter().find(is_named);
    key.ok_or_else(|| refusal(client_id, header, "The key was not found"))
}

fn refusal(client_id: &str, header: &Value, why: &str) -> Refusal {
    let thumbprint = header["x5t#S256"].as_str().or(header["x5t"].as_str()).unwrap_or_default();
    let words = [("why", why), ("thumbprint'", &format!("{thumbprint}'")), ("app-guid", client_id)];
    EntraError::AssertionSignature.about(&words)
}

fn is_signed(key: &ClientKey, algorithm: Option<&str>, signed: &str, signature: &str) -> bool {
    let is_point = key.public_key.len() == 65;
    let verifier: &dyn VerificationAlgorithm = match algorithm {
        Some("RS256") if !is_point => &RSA_PKCS1_2048_8192_SHA256,
        Some("PS256") if !is_point => &RSA_PSS_2048_8192_SHA256,
        Some("ES256") if is_point => &ECDSA_P256_SHA256_FIXED,
        _ => return false,
    };
    let Ok(signature) = Base64UrlUnpadded::decode_vec(signature) else { return false };
    let key = UnparsedPublicKey::new(verifier, &key.public_key);
    key.verify(signed.as_bytes(), &signature).is_ok()
}

/// Whether `exp` lies ahead, not too far, and `nbf` and `iat`, which may be missing, do not.
fn is_timely(claims: &Value) -> bool {
    let now = unix_now();
    let Some(exp) = claims["exp"].as_u64() else { return false };
    let is_past = |name: &str| match &claims[name] {
        Value::Null => true,
        time => time.as_u64().is_some_and(|time| time <= now + SKEW),
    };
    exp > now && exp <= now + LIFETIME && is_past("nbf") && is_past("iat")
}
