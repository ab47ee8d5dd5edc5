//! Tokens and secrets among claims: an access token for claims that are elsewhere (`_claim_sources`, OpenID Connect Core
//! 5.6.2), or what a provider's mapping puts there by mistake.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value};

/// Removes tokens and secrets at any depth; `removed` gets the path of each.
pub(super) fn remove(claims: &mut Map<String, Value>, path: &str, removed: &mut Vec<String>) {
    claims.retain(|name, value| {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let stays = !(is_secret_name(name) && has_text(value)) && stays(value, &path, removed);
        if !stays {
            removed.push(path);
        }
        stays
    });
}

/// Whether the value itself is none; those inside of it are removed.
fn stays(value: &mut Value, path: &str, removed: &mut Vec<String>) -> bool {
    match value {
        Value::String(text) => !has_token(text),
        Value::Array(items) => {
            let mut number = 0;
            items.retain_mut(|item| {
                let path = format!("{path}[{number}]");
                number += 1;
                let stays = stays(item, &path, removed);
                if !stays {
                    removed.push(path);
                }
                stays
            });
            true
        }
        Value::Object(members) if is_json_token(members) => false,
        Value::Object(members) => {
            remove(members, path, removed);
            true
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Whether a text is a token or has one in it, or is JSON with one.
pub(crate) fn is_in(text: &str) -> bool {
    let is_json = text.trim_start().starts_with(['{', '[']);
    has_token(text)
        || is_json
            && serde_json::from_str(text).is_ok_and(|mut value| {
                let mut removed = Vec::new();
                !stays(&mut value, "", &mut removed) || !removed.is_empty()
            })
}

/// Whether the last word of a name says that its value is one: `access_token`, `refreshToken`, `client-secret`.
fn is_secret_name(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    let name: String = letters.flat_map(char::to_lowercase).collect();
    let name = name.strip_suffix('s').unwrap_or(&name);
    let endings =
        ["token", "secret", "password", "jwt", "assertion", "privatekey", "apikey", "codeverifier"];
    endings.iter().any(|ending| name.ends_with(ending))
}

/// Whether there is anything to hide: `has_password` may be true.
fn has_text(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether a JWS or a JWE in compact form is in the text: base64url parts between dots, the first of them a JSON object.
fn has_token(text: &str) -> bool {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=');
    text.split(|c| !is_of_token(c)).any(|word| {
        let parts: Vec<_> = word.split(['.', '=']).collect();
        parts.windows(3).any(|parts| parts.first().is_some_and(|part| is_header(part)))
    })
}

fn is_header(part: &str) -> bool {
    let decoded = Base64UrlUnpadded::decode_vec(part);
    decoded.is_ok_and(|json| serde_json::from_slice::<Map<String, Value>>(&json).is_ok())
}

/// Whether it is a JWS or a JWE in one of the JSON forms.
fn is_json_token(members: &Map<String, Value>) -> bool {
    let has = |name: &str| members.contains_key(name);
    has("ciphertext") || has("payload") && (has("signature") || has("signatures"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const JWS: &str = "eyJhbGciOiJub25lIn0.e30.";
    const JWE: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..aXY.Y2lwaGVy.dGFn";

    fn left(claims: Value) -> (Value, Vec<String>) {
        let Value::Object(mut claims) = claims else { panic!("{claims}") };
        let mut removed = Vec::new();
        remove(&mut claims, "", &mut removed);
        (Value::Object(claims), removed)
    }

    #[test]
    fn tokens_are_left_out_at_any_depth_and_the_rest_stays() {
        let (claims, removed) = left(json!({
            "sub": "a", "email": "a@b.example", "at_hash": "x", "nonce": "n", "picture": "https://a.b.c/d.e.f",
            "has_password": true, "token": "", "tokens_left": 5, "secretary": "Bob", "version": "1.2.3.4.5",
            "_claim_names": {"groups": "src1", "address": "src2"},
            "_claim_sources": {
                "src1": {"endpoint": "https://c.example", "access_token": "opaque"},
                "src2": {"JWT": JWS},
            },
            "plain": JWS, "encrypted": JWE, "header": format!("Bearer {JWS}"),
            "link": format!("https://x/?t={JWS}&y"), "list": ["x", JWS, {"refreshToken": "r", "ok": 1}],
            "client-secret": "s", "API_KEYS": ["k"], "deep": {"er": [{"idToken": {"value": "v"}}]},
            "json": {"payload": "e30", "signatures": []},
        }));
        let expected = json!({
            "sub": "a", "email": "a@b.example", "at_hash": "x", "nonce": "n", "picture": "https://a.b.c/d.e.f",
            "has_password": true, "token": "", "tokens_left": 5, "secretary": "Bob", "version": "1.2.3.4.5",
            "_claim_names": {"groups": "src1", "address": "src2"},
            "_claim_sources": {"src1": {"endpoint": "https://c.example"}, "src2": {}},
            "list": ["x", {"ok": 1}], "deep": {"er": [{}]},
        });
        assert_eq!(claims, expected);
        for path in
            ["_claim_sources.src1.access_token", "list[1]", "list[2].refreshToken", "json", "plain"]
        {
            assert!(removed.iter().any(|removed| removed == path), "{path}: {removed:?}");
        }
    }

    #[test]
    fn a_json_form_has_a_payload_and_a_signature_or_a_ciphertext() {
        for (members, expected) in [
            (json!({"payload": "e30", "signature": "x"}), true),
            (json!({"payload": "e30", "signatures": []}), true),
            (json!({"ciphertext": "x"}), true),
            (json!({"payload": "e30"}), false),
            (json!({"signature": "x"}), false),
            (json!({"signatures": []}), false),
            (json!({}), false),
        ] {
            assert_eq!(is_json_token(members.as_object().unwrap()), expected, "{members}");
        }
    }

    #[test]
    fn a_token_is_found_in_text() {
        for text in [
            JWS,
            JWE,
            &format!("[\"{JWS}\"]"),
            r#"{"access_token":"x"}"#,
            r#" [{"a":{"clientSecret":"x"}}]"#,
        ] {
            assert!(is_in(text), "{text}");
        }
        for text in ["admins", "a.b.c", "eyJ.x.y", r#"{"id":7}"#, "[1,2]", "", "e30"] {
            assert!(!is_in(text), "{text}");
        }
    }
}
