//! The HTTP client of 1.0.3, with the rules of this one.

use std::fmt;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use onerealm::HttpError;
use onerealm::core::{HttpRequest, Method};

use crate::{DEADLINE, network};

/// Why there is no response.
#[derive(Debug)]
pub struct Error(Cause);

#[derive(Debug)]
enum Cause {
    /// Something in the request that is not sent.
    Request(&'static str),
    Http(HttpError),
    Response(http::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Request(problem) => f.write_str(problem),
            Cause::Http(error) => error.fmt(f),
            Cause::Response(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

/// Sends a request of OpenID Connect, as a login does: `https`, or `http` to this machine; no redirect followed, at
/// most 1 MiB read, 14 seconds for all of it, the proxy from the environment. For callers that bring a protocol
/// library of their own.
///
/// The response has the status, the body and `Content-Type`.
///
/// # Errors
///
/// If there is no response; any status is one. A method other than `GET` and `POST`, a `POST` that isn't a form, an
/// `Accept` other than JSON's, other headers than `Authorization`, and a URL that isn't a whole one or has a user name
/// are refused.
pub fn http_client(request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Error> {
    let (head, body) = request.into_parts();
    check_url(&head.uri).map_err(|problem| Error(Cause::Request(problem)))?;
    let url = head.uri.to_string();
    let mut message = HttpRequest::get(&url);
    message.method = match head.method {
        http::Method::GET => Method::Get,
        http::Method::POST => Method::Post,
        _ => return Err(Error(Cause::Request("the method of a request must be GET or POST"))),
    };
    check(&head.headers, message.method).map_err(|problem| Error(Cause::Request(problem)))?;
    let authorization = head.headers.get(AUTHORIZATION).map(HeaderValue::to_str).transpose();
    message.authorization = authorization
        .map_err(|_| Error(Cause::Request("Authorization must be visible ASCII characters")))?;
    if message.method == Method::Post {
        message.body = &body;
    }
    let received = network().send(&message, DEADLINE).map_err(|error| Error(Cause::Http(error)))?;
    let mut response = http::Response::builder().status(received.status);
    if let Some(content_type) = &received.content_type {
        response = response.header(CONTENT_TYPE, content_type);
    }
    response.body(received.body.to_vec()).map_err(|error| Error(Cause::Response(error)))
}

/// Errors name the URL, so a password has no place in it.
fn check_url(url: &http::Uri) -> Result<(), &'static str> {
    let Some(authority) = url.authority().filter(|_| url.scheme().is_some()) else {
        return Err("the URL of a request must be a whole one, as https://login.example/token");
    };
    match authority.as_str().contains('@') {
        true => Err("the URL of a request must not have a user name: give it in Authorization"),
        false => Ok(()),
    }
}

fn check(headers: &HeaderMap, method: Method) -> Result<(), &'static str> {
    let is = |name: HeaderName, expected: &str| {
        headers
            .get(name)
            .is_none_or(|value| value.as_bytes().eq_ignore_ascii_case(expected.as_bytes()))
    };
    let is_known = |name: &HeaderName| [ACCEPT, AUTHORIZATION, CONTENT_TYPE].contains(name);
    if headers.len() > headers.keys_len() || !headers.keys().all(is_known) {
        return Err("only Accept, Authorization and Content-Type are sent, each once");
    }
    if !is(ACCEPT, "application/json") {
        return Err("Accept must be application/json");
    }
    if method == Method::Post && !is(CONTENT_TYPE, "application/x-www-form-urlencoded") {
        return Err("the body of a POST must be application/x-www-form-urlencoded");
    }
    Ok(())
}
