//! Documents, made up with the members and lengths that Keycloak's and Entra ID's have.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use super::registration::CLIENT_ID;

/// Keycloak's, for the issuer of these cases.
pub const DISCOVERY: &str = include_str!("../../documents/discovery.json");
/// The document that the demo provider gives.
pub const ENTRA_DISCOVERY: &str =
    include_str!("../../../runtime-std/demo-provider/src/entra/discovery_tenant.json");
pub const ENTRA_ISSUER: &str =
    "https://login.microsoftonline.com/00000000-1111-2222-3333-444444444444/v2.0";

/// Keycloak's document with so many claims more in its list.
pub fn discovery_with_more(claims: usize) -> String {
    let mut document: Value = serde_json::from_str(DISCOVERY).unwrap();
    let list = document["claims_supported"].as_array_mut().unwrap();
    list.extend((0..claims).map(|i| json!(format!("a_claim_of_this_provider_{i}"))));
    document.to_string()
}

/// Keycloak's document with 190 members more, whose names of 900 bytes begin with `written` as often
/// as it fits.
pub fn discovery_with_long_names(written: &str, most: usize) -> String {
    let names = (0..190).map(|i| {
        let begin = written.repeat(most.min(890 / written.len()));
        format!("\"{begin}{}{i:03}\":0,", "n".repeat(897 - begin.len()))
    });
    DISCOVERY.replacen('{', &format!("{{{}", names.collect::<String>()), 1)
}

/// The claims of Keycloak's ID tokens, for an end user in so many groups.
pub fn claims(issuer: &str, nonce: &str, now: u64, groups: usize) -> Value {
    let groups: Vec<String> = (0..groups).map(|i| format!("a-group-of-this-company-{i}")).collect();
    json!({
        "exp": now + 300, "iat": now, "auth_time": now, "jti": "0b8d7f66-8c1a-4a55-b6f8-7f2f6f3d9f10",
        "iss": issuer, "aud": CLIENT_ID, "sub": "6f1c2a5e-0d1b-4b53-9f5b-0e5b1f2f7c11", "typ": "ID",
        "azp": CLIENT_ID, "nonce": nonce, "sid": "93a4a1a2-4c7e-4f5b-8f5d-2b1d0c9e8f7a", "acr": "1",
        "email_verified": true, "name": "Alice Example", "preferred_username": "alice",
        "given_name": "Alice", "family_name": "Example", "email": "alice@example.com",
        "groups": groups,
    })
}

/// The claims of Entra ID's ID tokens.
pub fn entra_claims(issuer: &str, nonce: &str, now: u64) -> Value {
    json!({
        "aud": CLIENT_ID, "iss": issuer, "iat": now, "nbf": now, "exp": now + 3900,
        "aio": random_text(80), "email": "alice@contoso.example", "name": "Alice Example", "nonce": nonce,
        "oid": "3c1b7e52-9f0a-4d5e-8c6b-2a7d9e1f4b30", "preferred_username": "alice@contoso.example",
        "rh": random_text(60), "sub": random_text(43), "tid": "00000000-1111-2222-3333-444444444444",
        "uti": random_text(22), "ver": "2.0",
        "groups": [
            "7a0f1f0e-51f0-4d2d-9d3c-2f9a8d0b7c11", "0d2c7f8a-3b1e-49f5-8a77-5c6e4b1d9f02",
            "e5b9a6c4-8d72-4f0b-b1c3-9f7e2d5a6b48",
        ],
    })
}

/// Keycloak's, whose access tokens are JWTs.
pub fn token_response(id_token: &str) -> Value {
    json!({
        "access_token": jwt_of_length(1300), "expires_in": 300, "refresh_expires_in": 1800,
        "refresh_token": jwt_of_length(700), "token_type": "Bearer", "id_token": id_token,
        "not-before-policy": 0, "session_state": "93a4a1a2-4c7e-4f5b-8f5d-2b1d0c9e8f7a",
        "scope": "openid profile email",
    })
}

pub fn entra_token_response(id_token: &str) -> Value {
    json!({
        "token_type": "Bearer", "scope": "email openid profile https://graph.microsoft.com/User.Read",
        "expires_in": 3599, "ext_expires_in": 3599, "access_token": jwt_of_length(2300),
        "id_token": id_token,
    })
}

/// Something that looks like one.
fn jwt_of_length(len: usize) -> String {
    let mut text = random_text(len);
    text.replace_range(100..101, ".");
    text.replace_range(len - 342..len - 341, ".");
    text
}

/// So many random characters of base64url.
pub fn random_text(len: usize) -> String {
    let mut bytes = vec![0; len];
    getrandom::fill(&mut bytes).unwrap();
    let mut text = base64url(&bytes);
    text.truncate(len);
    text
}

pub fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}
