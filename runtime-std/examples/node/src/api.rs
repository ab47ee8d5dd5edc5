//! The API of a Proxmox host below `/api2/json`, as far as a tool that logs in meets it.

mod login;
mod ticket;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::answer::{self, Answer};
use crate::app::App;
use crate::product::Product;
use crate::who::Who;

/// The version of the product that is told.
const VERSION: &str = "9.1";

pub fn routes(product: Product) -> Router<Arc<App>> {
    let logins = format!("/access/{}", product.realm_type());
    let routes = Router::new()
        .route("/version", get(version))
        .route("/nodes", get(nodes))
        .route("/access/permissions", get(permissions))
        .route(product.realms_path(), get(realms))
        .route(&format!("{logins}/auth-url"), post(login::auth_url))
        .route(&format!("{logins}/login"), post(login::login))
        .route("/access/ticket", post(ticket::renew));
    let routes = match product.token_separator() {
        None => routes,
        Some(_) => routes
            .route("/access/users/{user}/token", get(token::list))
            .route("/access/users/{user}/token/{name}", post(token::make).delete(token::delete)),
    };
    routes.fallback(unknown).method_not_allowed_fallback(unknown)
}

async fn unknown(State(product): State<Product>, uri: Uri) -> Response {
    answer::unknown(product, uri.path())
}

/// The realms, for whoever asks.
async fn realms(State(app): State<Arc<App>>) -> Response {
    let realms = app.logins.realms().iter().map(|(name, realm)| {
        let mut told = json!({ "realm": name, "type": app.product.realm_type() });
        if let Some(comment) = realm.ok().and_then(|realm| realm.comment.as_ref()) {
            told["comment"] = comment.as_str().into();
        }
        if realm.is_ok_and(|realm| realm.default) {
            told["default"] = 1.into();
        }
        told
    });
    answer::response(app.product, Ok(realms.collect()))
}

async fn version(app: State<Arc<App>>, method: Method, headers: HeaderMap) -> Response {
    signed_in(&app, &method, &headers, |_| Ok(json!({ "version": VERSION, "release": VERSION })))
}

/// One node, of which a token without permissions learns nothing but its name.
async fn nodes(app: State<Arc<App>>, method: Method, headers: HeaderMap) -> Response {
    signed_in(&app, &method, &headers, |who| {
        let mut node = json!({ "node": "node", "type": "node", "id": "node/node" });
        if who.has_permissions {
            node["status"] = "online".into();
        }
        Ok(json!([node]))
    })
}

/// What the user, or the token, may do. An appliance has its own answer.
async fn permissions(app: State<Arc<App>>, method: Method, headers: HeaderMap) -> Response {
    signed_in(&app, &method, &headers, |who| {
        Ok(if who.has_permissions { json!({ "/": { "Sys.Audit": 1 } }) } else { json!({}) })
    })
}

/// Answers whoever is known.
fn signed_in(
    app: &App,
    method: &Method,
    headers: &HeaderMap,
    then: impl FnOnce(Who) -> Result<Value, answer::Refused>,
) -> Response {
    let answer: Answer = Who::asks(app, method, headers).and_then(then);
    answer::response(app.product, answer)
}
