//! `/access/users/{user}/token/{name}`: API tokens, which their users make and delete.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use crate::answer::{self, Answer, Refused};
use crate::app::App;
use crate::form::{Form, optional, wrong};
use crate::product::Product;
use crate::tokens::{NotMade, Token};
use crate::who::Who;

/// A time in seconds has no more digits.
const NUMBER: usize = 20;
const COMMENT: usize = 4096;
const NAME: usize = 64;

pub async fn make(
    State(app): State<Arc<App>>,
    Path((user, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let own = own(&app, &Method::POST, &headers, &user);
    answer::response(app.product, own.and_then(|()| made(&app, &user, &name, &body)))
}

pub async fn delete(
    State(app): State<Arc<App>>,
    Path((user, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let own = own(&app, &Method::DELETE, &headers, &user);
    let deleted = own.and_then(|()| match app.tokens.delete(&user, &name) {
        true => Ok(Value::Null),
        false => Err(Refused::new(StatusCode::BAD_REQUEST, format!("no such token '{name}'"))),
    });
    answer::response(app.product, deleted)
}

pub async fn list(
    State(app): State<Arc<App>>,
    Path(user): Path<String>,
    headers: HeaderMap,
) -> Response {
    let own = own(&app, &Method::GET, &headers, &user);
    let tokens = own.map(|()| {
        let tokens = app.tokens.list(&user).into_iter();
        tokens.map(|(name, token)| told(&token, json!({ "tokenid": name }))).collect()
    });
    answer::response(app.product, tokens)
}

/// Whether the user asks in person. A token is not enough: it would live on in those that it makes.
fn own(app: &App, method: &Method, headers: &HeaderMap, user: &str) -> Result<(), Refused> {
    let who = Who::asks(app, method, headers)?;
    match who.has_ticket && who.username == user {
        true => Ok(()),
        false => Err(Refused::new(StatusCode::FORBIDDEN, "Permission check failed")),
    }
}

fn made(app: &App, user: &str, name: &str, body: &[u8]) -> Answer {
    let mut schema = vec![optional("expire", NUMBER), optional("comment", COMMENT)];
    schema.extend((app.product == Product::Pve).then(|| optional("privsep", 5)));
    let form = Form::read(app.product, body, &schema)?;
    if !is_name(name) {
        return Err(wrong("tokenid", "value does not match the regex pattern"));
    }
    // Zero is never, as in the products.
    let expire = form.number("expire")?.filter(|expire| *expire != 0);
    let privsep = form.boolean("privsep")?.unwrap_or(true);
    let comment = form.get("comment").unwrap_or_default().to_owned();
    let value = app.tokens.make(user, name, (expire, privsep, comment)).map_err(not_made)?;
    let id = format!("{user}!{name}");
    Ok(match app.product {
        Product::Pve => json!({
            "full-tokenid": id,
            "value": value,
            "info": { "expire": expire.unwrap_or(0), "privsep": u8::from(privsep) },
        }),
        _ => json!({ "tokenid": id, "value": value }),
    })
}

fn told(token: &Token, mut told: Value) -> Value {
    told["expire"] = token.expire.unwrap_or(0).into();
    told["privsep"] = u8::from(token.privsep).into();
    told["comment"] = token.comment.as_str().into();
    told
}

fn not_made(why: NotMade) -> Refused {
    match why {
        NotMade::Exists => Refused::new(StatusCode::BAD_REQUEST, "Token already exists."),
        NotMade::TooMany => Refused::new(StatusCode::BAD_REQUEST, "Too many tokens."),
        NotMade::Random(error) => Refused::failed(error),
    }
}

fn is_name(name: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    name.len() <= NAME
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(is_name)
}
