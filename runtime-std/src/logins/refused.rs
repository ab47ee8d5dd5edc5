//! Errors of a login that is being finished, made with everything that is known about it.

use onerealm_core::{
    AuthorizationError, AuthorizationResponse, BeginError, ClientType, ClientTypeError, ErrorCode,
    RefusedMember, RelyingParty, ResponseError, TokenError, UserinfoError, UserinfoRequest,
};

use crate::error::Error;
use crate::error::advice;
use crate::error::cause::Cause;
use crate::error::difference::Difference;
use crate::error::facts::Facts;
use crate::error::reason::Reason;
use crate::error::redirected::Redirected;
use crate::error::refusals;
use crate::error::refused_documents::{self, place, sides};
use crate::error::shown::{Secrets, shown};
use crate::error::words::ProviderWords;
use crate::http::Answer;

/// The login did not begin.
pub(crate) fn begin(error: BeginError, relying_party: RelyingParty<'_>) -> Error {
    let difference = match error {
        BeginError::ClientType(ClientTypeError::TokenAuthMethod) => {
            let offered = relying_party.metadata().token_auth_methods();
            let realm = relying_party.realm();
            let is_key = realm.registration.private_key().is_some();
            Some(Difference::of_methods(realm.token_auth_method, is_key, offered))
        }
        _ => None,
    };
    Error::from(error).differing(difference)
}

/// The authorization response was refused; `is_whole` as in [`Difference::of_response`].
pub(super) fn authorization(
    error: AuthorizationError,
    response: &AuthorizationResponse<'_>,
    relying_party: RelyingParty<'_>,
    facts: &Facts,
    is_whole: bool,
) -> Error {
    let words = ProviderWords::of_authorization(response);
    let issuer = relying_party.realm().issuer.as_str();
    let difference = Difference::of_response(error, issuer, response, is_whole);
    let advice = match error {
        AuthorizationError::Refused { error } => {
            let reason = Reason::at_authorization_endpoint(error, words.as_ref());
            refusals::advice(reason, facts)
        }
        _ => None,
    };
    Error::new(Cause::Authorization { error, words }).advised(advice).differing(difference)
}

/// The token endpoint's answer was refused, or is a refusal.
pub(crate) fn token(
    error: TokenError,
    client_type: ClientType,
    answer: &Answer,
    relying_party: RelyingParty<'_>,
    facts: &Facts,
    secrets: &Secrets,
) -> Error {
    let words = ProviderWords::of_refusal(answer, secrets);
    let reason = match error {
        TokenError::Refused { status, error } => {
            Some(Reason::at_token_endpoint(status, Some(error), words.as_ref()))
        }
        TokenError::Response { error: ResponseError::Status { status } } => {
            Some(Reason::at_token_endpoint(status, None, words.as_ref()))
        }
        _ => None,
    };
    let advice = reason.and_then(|reason| refusals::advice(reason, facts));
    let came = reason.is_some().then(|| head(answer, None, secrets));
    let url = relying_party.metadata().token_endpoint().chars().collect();
    let told = Error::new(Cause::Token { url, client_type, error, words });
    told.got(came)
        .advised(advice)
        .differing(redirected(answer, secrets).or_else(|| of_tokens(error, answer, secrets)))
}

/// Where the answer redirects to, which is never followed.
fn redirected(answer: &Answer, secrets: &Secrets) -> Option<Difference> {
    let (of, to) = (Redirected::Endpoint, answer.redirect()?);
    Some(Difference::of_redirect(of, answer.status(), to, None, secrets))
}

/// What was expected of tokens, and what came.
fn of_tokens(error: TokenError, answer: &Answer, secrets: &Secrets) -> Option<Difference> {
    let response = answer.response();
    let (expected, came) = match error {
        TokenError::Response { error: ResponseError::Status { status: ..300 } } => {
            ("HTTP status 200".to_owned(), head(answer, None, secrets))
        }
        TokenError::Response { error: ResponseError::ContentType } => {
            ("the content type application/json".to_owned(), head(answer, None, secrets))
        }
        TokenError::Response { error: ResponseError::Json { error } } => {
            ("JSON (RFC 8259)".to_owned(), place(error, response.body))
        }
        // No value of a token is shown.
        error => {
            let is_public = error == TokenError::TokenType;
            sides(RefusedMember::of_tokens(error, &response)?, is_public)
        }
    };
    let advice = match error {
        TokenError::NoIdToken => advice::NO_ID_TOKEN,
        TokenError::TokenType => advice::TOKEN_TYPE,
        _ => advice::TOKEN_ANSWER,
    };
    Some(Difference::new(expected, came, advice))
}

/// There are no userinfo claims; without an answer, because nothing was asked.
pub(super) fn userinfo(
    request: UserinfoRequest<'_>,
    error: UserinfoError,
    answer: Option<(&Answer, &Secrets)>,
) -> Error {
    let words = answer.and_then(|(answer, secrets)| ProviderWords::of_refusal(answer, secrets));
    // A challenge names the error as well as a body does.
    let said = words.as_ref().map_or(ErrorCode::Other, |words| ErrorCode::of_name(&words.error));
    let error = match error {
        UserinfoError::Refused { status, error: ErrorCode::Other } => {
            UserinfoError::Refused { status, error: said }
        }
        error => error,
    };
    let named = match error {
        UserinfoError::Refused { error, .. } if error != ErrorCode::Other => Some(error),
        _ => None,
    };
    let came = answer.map(|(answer, secrets)| head(answer, named, secrets)).unwrap_or_default();
    let difference = answer.and_then(|(answer, secrets)| redirected(answer, secrets));
    let difference = difference.or_else(|| Difference::of_userinfo(error, came));
    let url = request.endpoint().chars().collect();
    Error::new(Cause::Userinfo { url, error, words }).differing(difference)
}

/// Status, error and type of an answer, where it leads, and when to ask again.
fn head(answer: &Answer, named: Option<ErrorCode>, secrets: &Secrets) -> String {
    let mut head = refused_documents::head(&answer.response(), secrets);
    if let Some(named) = named {
        head = head.replacen(',', &format!(" and {named},"), 1);
    }
    if let Some(retry_after) = &answer.said().retry_after {
        head += &format!(", Retry-After: {}", shown(&secrets.hide(retry_after.clone())));
    }
    head
}
