//! Requests that another site makes a browser send.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::app::App;

/// Refuses what changes something, if a page of another site sent it.
///
/// Cookies with `SameSite` don't come with such a request, but browsers keep those of its answer: a form elsewhere could
/// end a session, take the place of a login that is under way, or sign the browser in as somebody else.
pub async fn own_only(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_own(request.headers(), &app.public_url) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "the request comes from another site").into_response()
}

/// All browsers of today send `Sec-Fetch-Site`, and no page can set it. `Origin` alone would not do: it is `null` in the
/// forms of a page with `Referrer-Policy: no-referrer`, such as ours. Tools send neither.
fn is_own(headers: &HeaderMap, public_url: &str) -> bool {
    match (headers.get("sec-fetch-site"), headers.get(ORIGIN)) {
        // `none` is what the end user began in the browser itself.
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => origin == public_url,
        (None, None) => true,
    }
}
