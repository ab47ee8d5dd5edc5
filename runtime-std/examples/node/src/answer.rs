//! Answers of the API, in the form that each product has.

use std::collections::BTreeMap;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use hyper::ext::ReasonPhrase;
use serde_json::{Value, json};

use crate::product::Product;

const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");

/// An answer, or why there is none.
pub type Answer = Result<Value, Refused>;

/// A request that is refused.
pub enum Refused {
    /// Status, and what the client learns.
    Status(StatusCode, String),
    /// What is wrong with which parameter.
    Parameters(BTreeMap<String, String>),
}

impl Refused {
    pub fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Refused::Status(status, text.into())
    }

    /// Nobody is known to ask, or somebody without the right to.
    pub fn unauthorized(text: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, text)
    }

    /// The server failed, which the administrator must learn.
    pub fn failed(error: impl std::fmt::Display) -> Self {
        eprintln!("{error}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the server failed")
    }
}

pub fn response(product: Product, answer: Answer) -> Response {
    match answer {
        Ok(data) => json_body(StatusCode::OK, json!({ "data": data }).to_string()),
        Err(Refused::Status(status, text)) if product.is_rust() => json_body(status, text),
        Err(Refused::Status(status, text)) => {
            with_reason(json_body(status, json!({ "data": null }).to_string()), &text)
        }
        Err(Refused::Parameters(errors)) if product.is_rust() => {
            let lines = errors.iter().map(|(name, text)| format!("parameter '{name}': {text}\n"));
            let text = format!("parameter verification errors\n\n{}", lines.collect::<String>());
            json_body(StatusCode::BAD_REQUEST, text)
        }
        Err(Refused::Parameters(errors)) => {
            let body = json!({ "errors": errors, "data": null }).to_string();
            let response = json_body(StatusCode::BAD_REQUEST, body);
            with_reason(response, "Parameter verification failed.")
        }
    }
}

/// A path or method that the product doesn't have.
pub fn unknown(product: Product, path: &str) -> Response {
    let status = match product.is_rust() {
        true => StatusCode::NOT_FOUND,
        false => StatusCode::NOT_IMPLEMENTED,
    };
    response(product, Err(Refused::new(status, format!("Path '{path}' not found."))))
}

fn json_body(status: StatusCode, body: String) -> Response {
    (status, [(CONTENT_TYPE, JSON)], body).into_response()
}

/// The products in Perl say what is wrong in the status line. What can't be there is left out.
fn with_reason(mut response: Response, text: &str) -> Response {
    if let Ok(reason) = ReasonPhrase::try_from(text.as_bytes()) {
        response.extensions_mut().insert(reason);
    }
    response
}
