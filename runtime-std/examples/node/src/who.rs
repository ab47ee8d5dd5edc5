//! Who sends a request.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

use crate::answer::Refused;
use crate::app::App;
use crate::cookies;

/// Somebody with a ticket or an API token.
pub struct Who {
    /// With the realm.
    pub username: String,
    /// Whether it is by a ticket: no token makes another one.
    pub has_ticket: bool,
    /// Whether it is everything that the user may do, or nothing yet.
    pub has_permissions: bool,
}

impl Who {
    /// By the headers of a request. With a ticket, a method that changes something needs the CSRF prevention token.
    pub fn asks(app: &App, method: &Method, headers: &HeaderMap) -> Result<Self, Refused> {
        let refused = || Refused::unauthorized("permission denied - invalid ticket");
        if let Some(header) = headers.get(AUTHORIZATION) {
            let header = header.to_str().ok();
            return header.and_then(|text| of_token(app, text)).ok_or_else(refused);
        }
        let cookie = cookies::get(headers, app.product.cookie()).ok_or_else(refused)?;
        let now = app.clock.now();
        // Browsers send a ticket as the page encoded it, and tools mostly as it is.
        let decoded = percent_decode_str(cookie).decode_utf8_lossy();
        let session =
            app.tickets.session(cookie, now).or_else(|| app.tickets.session(&decoded, now));
        let session = session.ok_or_else(refused)?;
        let csrf = headers.get("csrfpreventiontoken").and_then(|value| value.to_str().ok());
        if !method.is_safe() && !csrf.is_some_and(|token| session.has_csrf(token)) {
            return Err(Refused::unauthorized("Permission denied - invalid csrf token"));
        }
        Ok(Who { username: session.username, has_ticket: true, has_permissions: true })
    }
}

/// By `PVEAPIToken=USER@REALM!NAME=VALUE`, or `PBSAPIToken=USER@REALM!NAME:VALUE`.
fn of_token(app: &App, header: &str) -> Option<Who> {
    let text = header.strip_prefix(app.product.prefix())?.strip_prefix("APIToken=")?;
    let (id, value) = text.rsplit_once(app.product.token_separator()?)?;
    let (username, name) = id.rsplit_once('!')?;
    let token = app.tokens.find(username, name, value, app.clock.now())?;
    Some(Who { username: username.to_owned(), has_ticket: false, has_permissions: !token.privsep })
}
