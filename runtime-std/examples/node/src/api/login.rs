//! A login by a tool, or by a page with a script: the two API methods are the library's two calls.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use onerealm::{Callback, Error, Logins, Requested, User};
use serde_json::Value;

use super::ticket;
use crate::answer::{self, Refused};
use crate::app::{self, App, blocking};
use crate::form::{Form, needed, optional};
use crate::tickets::Ticket;

/// In characters, as in the products' schemas.
const REALM: usize = 32;
const REDIRECT_URL: usize = 255;
const STATE: usize = 1024;
const CODE: usize = 4096;
/// The issuer's URL.
const ISS: usize = 1024;

/// Begins a login, and gives the URL to send the browser to.
pub async fn auth_url(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let answer = begin(&app, &body).await.map(Value::from);
    answer::response(app.product, answer)
}

/// Finishes it, and gives a ticket.
pub async fn login(State(app): State<Arc<App>>, body: Bytes) -> Response {
    match finish(&app, &body).await {
        Ok(issued) => ticket::response(app.product, issued),
        Err(refused) => answer::response(app.product, Err(refused)),
    }
}

async fn begin(app: &Arc<App>, body: &[u8]) -> Result<String, Refused> {
    let mut schema = vec![needed("realm", REALM), needed("redirect-url", REDIRECT_URL)];
    schema.extend((!app.is_unmodified).then(|| optional("public", 5)));
    let form = Form::read(app.product, body, &schema)?;
    let requested = match form.boolean("public")? {
        Some(true) => Requested::Public,
        Some(false) | None => Requested::Default,
    };
    let begin = move |logins: &Logins| {
        logins.begin(form.text("realm"), form.text("redirect-url"), requested)
    };
    match blocking(app, begin).await.map_err(Refused::failed)? {
        Ok(begun) => Ok(begun.url),
        Err(error) => {
            app::log(&error);
            let status = match app.product.is_rust() {
                true => StatusCode::BAD_REQUEST,
                false => StatusCode::INTERNAL_SERVER_ERROR,
            };
            Err(Refused::new(status, error.to_string()))
        }
    }
}

async fn finish(app: &Arc<App>, body: &[u8]) -> Result<Ticket, Refused> {
    let mut schema =
        vec![needed("code", CODE), needed("state", STATE), needed("redirect-url", REDIRECT_URL)];
    schema.extend((!app.is_unmodified).then(|| optional("iss", ISS)));
    let form = Form::read(app.product, body, &schema)?;
    let finish = move |logins: &Logins| finish_with(logins, &form);
    match blocking(app, finish).await.map_err(Refused::failed)? {
        Ok(user) => {
            let username = format!("{}@{}", user.username, user.realm);
            app::fetch_ahead(app, user.realm);
            app.tickets.issue(username, app.clock.now()).map_err(Refused::failed)
        }
        Err(error) => {
            app::log(&error);
            Err(match app.product.is_rust() {
                true => Refused::unauthorized(&error.to_string()),
                false => Refused::unauthorized("authentication failure"),
            })
        }
    }
}

/// A client that got an `iss` sends it: with several providers, it tells whose answer this is (RFC 9207).
fn finish_with(logins: &Logins, form: &Form) -> Result<User, Error> {
    let (code, state) = (form.text("code"), form.text("state"));
    let callback = match form.get("iss") {
        Some(iss) => Callback::Parts { code, state, iss: Some(iss) },
        None => Callback::CodeAndState { code, state },
    };
    logins.finish(callback, Some(form.text("redirect-url")))
}
