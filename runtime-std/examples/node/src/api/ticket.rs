//! A ticket for a ticket.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use serde_json::json;

use crate::answer::{self, Refused};
use crate::app::App;
use crate::cookies;
use crate::form::{Form, needed, optional};
use crate::product::Product;
use crate::tickets::{LIFETIME, Ticket};

/// The longest name, with the realm.
const USERNAME: usize = 64;
/// The longest password, in characters. A ticket is one.
const PASSWORD: usize = 8192;
const REALM: usize = 32;

/// `POST /access/ticket` takes a user name and a password, and the only passwords here are tickets.
pub async fn renew(State(app): State<Arc<App>>, body: Bytes) -> Response {
    match renewed(&app, &body) {
        Ok(ticket) => response(app.product, ticket),
        Err(refused) => answer::response(app.product, Err(refused)),
    }
}

fn renewed(app: &App, body: &[u8]) -> Result<Ticket, Refused> {
    let schema =
        [needed("username", USERNAME), needed("password", PASSWORD), optional("realm", REALM)];
    let form = Form::read(app.product, body, &schema)?;
    let mut username = form.text("username").to_owned();
    // The name may have the realm in it, but for the Mail Gateway, which adds one to whatever it gets.
    if app.product == Product::Pmg || !username.contains('@') {
        username = format!("{username}@{}", form.get("realm").unwrap_or("pam"));
    }
    let now = app.clock.now();
    match app.tickets.session(form.text("password"), now) {
        Some(session) if session.username == username => {
            app.tickets.issue(username, now).map_err(Refused::failed)
        }
        _ => Err(Refused::unauthorized("authentication failure")),
    }
}

/// How a product gives a ticket.
pub fn response(product: Product, issued: Ticket) -> Response {
    let Ticket { username, ticket, csrf } = issued;
    let mut data = json!({ "username": username, "CSRFPreventionToken": csrf });
    if !product.sets_cookie() {
        data["ticket"] = ticket.into();
        return answer::response(product, Ok(data));
    }
    let Some(cookie) = cookies::set(product.cookie(), &ticket, LIFETIME) else {
        return answer::response(product, Err(Refused::failed("the ticket fits in no cookie")));
    };
    // What is left of the ticket without its secret part.
    data["ticket-info"] = ticket.rsplit_once(':').map_or("", |(info, _)| info).into();
    let mut response = answer::response(product, Ok(data));
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}
