//! A login that failed, as the administrator and as the end user see it.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use onerealm::{Cause, Class};

pub enum Failure {
    /// The callback came from a browser that did not begin the login.
    OtherBrowser,
    Login(onerealm::Error),
    /// Something that has nothing to do with the login.
    Server(String),
}

impl Failure {
    pub fn server(error: impl std::error::Error) -> Self {
        Failure::Server(error.to_string())
    }
}

impl From<onerealm::Error> for Failure {
    fn from(error: onerealm::Error) -> Self {
        match error.code() {
            "login_of_other_browser" => Failure::OtherBrowser,
            _ => Failure::Login(error),
        }
    }
}

/// Anybody can send somebody to a callback with an error in it. So what the provider says goes to the log, and the page
/// shows only the error's code, as plain text.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Failure::OtherBrowser => {
                let text = "This browser did not begin this login. Begin it again.\n";
                (StatusCode::FORBIDDEN, text).into_response()
            }
            Failure::Login(error) => {
                let fix = error.explanation().fix.as_deref().unwrap_or("see docs/errors.md");
                eprintln!("{error} [{}]; {fix}", error.code());
                let text = format!("The login failed: {}\n", error.code());
                (status(&error), text).into_response()
            }
            Failure::Server(error) => {
                eprintln!("{error}");
                (StatusCode::INTERNAL_SERVER_ERROR, "The server failed.\n").into_response()
            }
        }
    }
}

fn status(error: &onerealm::Error) -> StatusCode {
    match (error.cause(), error.class()) {
        (Cause::Realms(_), _) => StatusCode::NOT_FOUND,
        (_, Class::Authorization) => StatusCode::BAD_REQUEST,
        (_, Class::Realm | Class::Storage) => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_GATEWAY,
    }
}
