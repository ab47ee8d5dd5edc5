//! The authorization endpoint and the sign-in page.

use crate::authorization_request::{AuthorizationRequest, Destination};
use crate::directory::Directory;
use crate::entra_error::EntraError;
use crate::grant::Grant;
use crate::parameters::Parameters;
use crate::random::{random_guid, random_text};
use crate::setup::User;
use crate::sign_in_page;
use onerealm_loopback::http_server::{Request, Response};

/// Entra ID's session cookie.
const SESSION_COOKIE: &str = "ESTSAUTH";

/// Answers an authorization request with a code if the browser is already signed in, otherwise with the sign-in page.
pub(crate) fn begin(directory: &Directory, request: &Request) -> Response {
    let parameters = Parameters::parse(request.query.as_deref().unwrap_or_default().as_bytes());
    let destination = match Destination::of(&parameters, &directory.setup) {
        Ok(destination) => destination,
        // The redirect URI can't be trusted, so nothing is sent there.
        Err(refusal) => return sign_in_page::error(400, refusal.description()),
    };
    let authorization = match AuthorizationRequest::read(&parameters, &destination) {
        Ok(authorization) => authorization,
        Err(refusal) => return destination.refuse(&refusal),
    };
    let prompt = parameters.get("prompt").unwrap_or_default();
    match (signed_in(directory, request), prompt) {
        (Some(user), "" | "none") => grant(directory, authorization, user),
        (None, "none") => destination.refuse(&EntraError::NobodySignedIn.refusal()),
        _ => {
            let user_name = parameters.get("login_hint").unwrap_or_default();
            ask(directory, authorization, user_name, "")
        }
    }
}

/// Answers the sign-in page's form.
pub(crate) fn sign_in(directory: &Directory, request: &Request) -> Response {
    let form = Parameters::parse(&request.body);
    let login_token = form.get("login_token").unwrap_or_default();
    let waiting = directory.issued().sign_ins.remove(login_token);
    let Some(authorization) = waiting else {
        return sign_in_page::error(
            400,
            "This sign-in page was used already. Go back to the application.",
        );
    };
    if form.get("choice") == Some("cancel") {
        let cancelled = [("error", "access_denied"), ("error_subcode", "cancel")];
        return authorization.destination.answer(&cancelled);
    }
    let user_name = form.get("user_name").unwrap_or_default();
    let Some(user) = directory.setup.user(user_name).cloned() else {
        return ask(directory, authorization, user_name, "This username may be incorrect.");
    };
    let session = random_text::<32>();
    directory.issued().sessions.insert(session.clone(), user.clone());
    let cookie = format!("{SESSION_COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax");
    grant(directory, authorization, user).with_header("Set-Cookie", cookie)
}

/// Shows the sign-in page.
fn ask(
    directory: &Directory,
    authorization: AuthorizationRequest,
    user_name: &str,
    notice: &str,
) -> Response {
    let login_token = random_text::<32>();
    let action = format!("/{}/login", directory.setup.tenant);
    let page = sign_in_page::sign_in(&action, &login_token, user_name, notice);
    directory.issued().sign_ins.insert(login_token, authorization);
    page
}

/// Sends a code to the redirect URI, with the `session_state` that Entra ID adds unasked.
fn grant(directory: &Directory, request: AuthorizationRequest, user: User) -> Response {
    let destination = request.destination.clone();
    let code = directory.issue_code(Grant { user, request });
    destination.answer(&[("code", &code), ("session_state", &random_guid())])
}

/// The user of the browser's session, if its cookie names one.
fn signed_in(directory: &Directory, request: &Request) -> Option<User> {
    let cookies = request.header("cookie")?;
    let session = cookies.split(';').find_map(|cookie| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name == SESSION_COOKIE).then_some(value)
    })?;
    directory.issued().sessions.get(session).cloned()
}
