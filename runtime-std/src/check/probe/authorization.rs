//! The authorization request of a probe: whether the provider knows redirect URL and client.

use onerealm_core::{
    AuthorizationError, AuthorizationRequest, AuthorizationResponse, ErrorCode, HttpRequest,
    PendingAuthorization, RelyingParty,
};

use super::shown::{Shown, Verdict, no_answer, page};
use crate::clock::now;
use crate::error::Error;
use crate::error::shown::{quoted, shown};
use crate::error::words::ProviderWords;
use crate::http::Answer;
use crate::logins::{Login, buffer_for};
use crate::redirect_url;

/// Sends it as a browser would.
pub(super) fn ask(
    login: &Login<'_>,
    request: AuthorizationRequest<'_>,
    relying_party: RelyingParty<'_>,
) -> Result<Shown, Error> {
    let mut buf = buffer_for(request.write_url(&mut []))?;
    let answer = login.send_in_half_the_time(&HttpRequest::page(request.write_url(&mut buf)?));
    Ok(match answer {
        Ok(answer) => judge_authorization(&answer, request.into_pending(), relying_party),
        Err(error) => no_answer(&error),
    })
}

/// What the authorization endpoint's answer says of the redirect URL and the client.
fn judge_authorization(
    answer: &Answer,
    pending: PendingAuthorization,
    relying_party: RelyingParty<'_>,
) -> Shown {
    let status = answer.status();
    let client_id = quoted(pending.client_id());
    let registered = format!("the redirect URL is registered for {client_id}");
    match (answer.location(), status) {
        (Some(location), 300..=399) => {
            came_back(location, status, pending, relying_party, &registered).unwrap_or_else(|| {
                Shown::new(
                    Verdict::Open,
                    format!("HTTP status {status} to {}", shown(without_query(location))),
                    "the provider goes on to a page of its own, whatever it will show there: try a login",
                )
            })
        }
        (_, 400..=499) if !matches!(status, 408 | 429) => Shown::new(
            Verdict::Bad,
            page(answer),
            format!("the provider shows an error page: it doesn't know the client {client_id}, or this redirect URL is not registered for it"),
        ),
        _ => Shown::new(
            Verdict::Open,
            page(answer),
            "the provider shows a page and doesn't send the browser back, which it may do for a redirect URL that is registered and for one that isn't: try a login",
        ),
    }
}

/// What a redirect to the redirect URI means; `None` if it goes elsewhere.
fn came_back(
    location: &str,
    status: u16,
    pending: PendingAuthorization,
    relying_party: RelyingParty<'_>,
    registered: &str,
) -> Option<Shown> {
    let written = redirect_url::as_browsers_write(pending.redirect_uri());
    let response =
        AuthorizationResponse::from_url(location).ok()?.to_redirect_uri_written(&written);
    pending.check_redirect_uri(&response).ok()?;
    let words = ProviderWords::of_authorization(&response);
    let said = words.map_or_else(|| "a code".to_owned(), |words| words.to_string());
    let came = format!("HTTP status {status} back to the redirect URL, with {said}");
    let shown = |verdict, meaning: String| Some(Shown::new(verdict, came.clone(), meaning));
    match pending.accept(&response, relying_party, now()) {
        Ok(_) => shown(Verdict::Good, registered.to_owned()),
        Err(AuthorizationError::Refused { error }) => match error {
            ErrorCode::LoginRequired
            | ErrorCode::InteractionRequired
            | ErrorCode::ConsentRequired
            | ErrorCode::AccountSelectionRequired => shown(Verdict::Good, registered.to_owned()),
            ErrorCode::ServerError
            | ErrorCode::TemporarilyUnavailable
            | ErrorCode::AccessDenied => shown(
                Verdict::Open,
                format!("{registered}; whether a login would get on is not said"),
            ),
            _ => {
                shown(Verdict::Bad, format!("{registered}, but a login would be refused like this"))
            }
        },
        Err(error) => {
            shown(Verdict::Bad, format!("{registered}, but a login would be refused: {error}"))
        }
    }
}

fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}
