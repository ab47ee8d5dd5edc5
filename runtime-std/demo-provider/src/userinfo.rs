//! The userinfo endpoint. Entra ID's is part of Microsoft Graph, which has fewer claims and its own errors.

use serde_json::json;

use crate::clock::unix_now;
use crate::directory::Directory;
use crate::entra_error::json_response;
use crate::grant::Grant;
use onerealm_loopback::http_server::{Request, Response};

/// Answers with the claims about the access token's user.
pub(crate) fn answer(directory: &Directory, request: &Request) -> Response {
    match bearer(directory, request) {
        Some(grant) if directory.setup.signed_userinfo => signed(directory, &grant),
        Some(grant) => json_response(200, &claims(&grant)),
        None => refusal(),
    }
}

/// The claims as a token for the client (OpenID Connect Core 5.3.2).
fn signed(directory: &Directory, grant: &Grant) -> Response {
    let mut claims = claims(grant);
    claims["iss"] = json!(directory.issuer);
    claims["aud"] = json!(grant.request.destination.client_id);
    claims["iat"] = json!(unix_now());
    Response::new(200).with_body("application/jwt", directory.key.token("JWT", &claims))
}

/// The grant of the access token in the header, the only place searched.
fn bearer(directory: &Directory, request: &Request) -> Option<Grant> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    let grant = directory.issued().access_tokens.get(token).cloned();
    grant.filter(|_| is_bearer)
}

fn claims(grant: &Grant) -> serde_json::Value {
    let mut claims = json!({ "sub": grant.subject() });
    if grant.has_scope("profile") {
        claims["name"] = json!(grant.user.name);
        if let Some((given, family)) = grant.user.name.split_once(' ') {
            claims["given_name"] = json!(given);
            claims["family_name"] = json!(family);
        }
    }
    if let Some(email) = grant.email() {
        claims["email"] = json!(email);
    }
    claims
}

fn refusal() -> Response {
    let error = json!({
        "code": "InvalidAuthenticationToken",
        "message": "Access token is empty or was never issued.",
    });
    json_response(401, &json!({ "error": error }))
        .with_header("WWW-Authenticate", "Bearer error=\"invalid_token\"")
}
