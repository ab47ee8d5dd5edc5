//! The token endpoint.

use std::time::Instant;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::client_authentication::ClientAuthentication;
use crate::directory::{Code, Directory};
use crate::entra_error::{EntraError, Refusal, json_response};
use crate::grant::Grant;
use crate::id_token;
use crate::parameters::Parameters;
use crate::random::random_text;
use onerealm_loopback::http_server::{Request, Response};

/// A token response of Entra ID; tokens and scope are replaced.
const TOKEN_RESPONSE: &str = include_str!("entra/token_ok_v2.json");

/// The scope that Entra ID adds for the access token's resource.
const RESOURCE_SCOPE: &str = "https://graph.microsoft.com/User.Read";

/// Answers a token request.
pub(crate) fn answer(directory: &Directory, request: &Request) -> Response {
    match redeem(directory, request) {
        Ok(grant) => json_response(200, &tokens(directory, &grant)),
        Err(refusal) => refusal.into_response(),
    }
}

/// Redeems the code of a token request. A refused request leaves the code unredeemed.
fn redeem(directory: &Directory, request: &Request) -> Result<Grant, Refusal> {
    let form = form(request)?;
    let client = ClientAuthentication::read(request, &form)?;
    let missing = EntraError::missing_parameter;
    let required = |name| form.given(name).ok_or_else(|| missing(name));
    let client_id = client.client_id.as_deref().ok_or_else(|| missing("client_id"))?;
    let unknown = || EntraError::UnknownApplication.about(&[("bogus", client_id)]);
    let registration = directory.setup.registration(client_id).ok_or_else(unknown)?;
    let grant_type = required("grant_type")?;
    if grant_type != "authorization_code" {
        let grant_type = format!("'{grant_type}'");
        return Err(EntraError::GrantType.about(&[("'name'", &grant_type)]));
    }
    let (code, redirect_uri) = (required("code")?, required("redirect_uri")?);
    let mut issued = directory.issued();
    let of_this_client = |code: &&mut Code| code.grant.request.destination.client_id == client_id;
    let code = issued.codes.get_mut(code).filter(of_this_client);
    let code = code.ok_or_else(|| EntraError::Malformed.refusal())?;
    check_redirect_uri(code, redirect_uri)?;
    let platform = registration.platform(redirect_uri);
    let platform = platform.ok_or_else(|| EntraError::Malformed.refusal())?;
    client.check(directory, registration, platform)?;
    check_code(code, form.get("code_verifier"))?;
    code.is_redeemed = true;
    Ok(code.grant.clone())
}

/// Reads the body. A body that isn't a form has no parameters.
fn form(request: &Request) -> Result<Parameters, Refusal> {
    let content_type = request.header("content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Ok(Parameters::default());
    }
    let form = Parameters::parse(&request.body);
    if form.has_duplicates() {
        return Err(EntraError::Malformed.refusal());
    }
    Ok(form)
}

/// The redirect URI must be that of the authorization request, byte for byte.
fn check_redirect_uri(code: &Code, redirect_uri: &str) -> Result<(), Refusal> {
    let of_code = &code.grant.request.destination.redirect_uri;
    if redirect_uri == of_code {
        return Ok(());
    }
    let words = [("asked-uri", redirect_uri), ("code-uri", of_code)];
    Err(EntraError::RedirectMismatchAtToken.about(&words))
}

/// A code is redeemed once, before it expires, and with its verifier.
fn check_code(code: &Code, verifier: Option<&str>) -> Result<(), Refusal> {
    if code.is_redeemed {
        return Err(EntraError::CodeRedeemed.refusal());
    }
    if Instant::now() >= code.expires {
        return Err(EntraError::CodeExpired.refusal());
    }
    let verifier = verifier.unwrap_or_default();
    let hashed = Base64UrlUnpadded::encode_string(digest(&SHA256, verifier.as_bytes()).as_ref());
    if !is_verifier(verifier) || hashed != code.grant.request.code_challenge {
        return Err(EntraError::VerifierWrong.refusal());
    }
    Ok(())
}

/// Whether this is a valid code verifier (RFC 7636, section 4.1).
fn is_verifier(text: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved)
}

/// The token response. The userinfo endpoint accepts its access token from now on.
fn tokens(directory: &Directory, grant: &Grant) -> Value {
    let access_token = format!("opaque.{}", random_text::<600>());
    let scope = granted_scope(&grant.request.scope);
    let mut response: Value = serde_json::from_str(TOKEN_RESPONSE).expect("the file is JSON");
    response["access_token"] = json!(access_token);
    response["id_token"] = json!(id_token::issue(directory, grant));
    response["scope"] = json!(scope);
    if !grant.has_scope("openid") {
        response.as_object_mut().map(|response| response.remove("id_token"));
    }
    directory.issued().access_tokens.insert(access_token, grant.clone());
    response
}

/// The requested scopes of OpenID Connect, and the one that Entra ID adds.
fn granted_scope(asked: &str) -> String {
    let asked: Vec<_> = asked.split(' ').collect();
    let known = ["email", "openid", "profile"].into_iter().filter(|scope| asked.contains(scope));
    let granted: Vec<_> = known.chain([RESOURCE_SCOPE]).collect();
    granted.join(" ")
}
