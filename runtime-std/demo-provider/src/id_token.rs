//! The ID token and its claims.

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
    let mut claims = claims(directory, grant);
    if let Some(bend) = &directory.setup.bend_claims {
        bend(&mut claims);
    }
    directory.key.token("JWT", &claims)
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
    if let Some(acr) = &directory.setup.acr {
        claims["acr"] = json!(acr);
    }
    if !directory.setup.amr.is_empty() {
        claims["amr"] = json!(directory.setup.amr);
    }
    if !grant.user.groups.is_empty() {
        claims["groups"] = json!(grant.user.groups);
    }
    claims
}
