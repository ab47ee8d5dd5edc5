//! The ID token and its claims.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::{Value, json};

use crate::clock::unix_now;
use crate::directory::Directory;
use crate::grant::Grant;
use crate::random::random_text;

/// Seconds. Entra ID backdates its tokens by five minutes, for relying parties with slow clocks.
const DATED_BACK: u64 = 300;

/// Seconds, from the time of issue.
const LIFETIME: u64 = 3600;

/// Issues a signed ID token.
pub(crate) fn issue(directory: &Directory, grant: &Grant) -> String {
    let header = json!({ "typ": "JWT", "alg": "RS256", "kid": directory.key.kid });
    let encode = |json: Value| Base64UrlUnpadded::encode_string(json.to_string().as_bytes());
    let mut claims = claims(directory, grant);
    if let Some(bend) = &directory.setup.bend_claims {
        bend(&mut claims);
    }
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = directory.key.sign(message.as_bytes());
    format!("{message}.{signature}")
}

fn claims(directory: &Directory, grant: &Grant) -> Value {
    let now = unix_now();
    let mut claims = json!({
        "iss": directory.issuer,
        "sub": grant.subject(),
        "aud": grant.request.destination.client_id,
        "iat": now - DATED_BACK,
        "nbf": now - DATED_BACK,
        "exp": now + LIFETIME,
        "oid": grant.user.oid,
        "tid": directory.setup.tenant,
        "ver": "2.0",
        "aio": random_text::<60>(),
        "rh": random_text::<40>(),
        "uti": random_text::<16>(),
    });
    if let Some(nonce) = &grant.request.nonce {
        claims["nonce"] = json!(nonce);
    }
    if grant.has_scope("profile") {
        claims["name"] = json!(grant.user.name);
        claims["preferred_username"] = json!(grant.user.user_name);
    }
    if let Some(email) = grant.email() {
        claims["email"] = json!(email);
    }
    if !grant.user.groups.is_empty() {
        claims["groups"] = json!(grant.user.groups);
    }
    claims
}
