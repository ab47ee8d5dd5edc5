//! The login page for people. It needs no scripts.
//!
//! `POST /login` begins a login and sends the browser to the provider. The provider sends it back to `GET /callback`,
//! which finishes the login, begins a session, and goes on to a clean address.
//!
//! A login belongs to the browser that began it. `Logins::begin_in_browser` gives a value that this browser keeps in a
//! cookie, and `Logins::finish_in_browser` refuses the callback without it: otherwise an attacker could begin a login,
//! sign in, and let somebody else's browser open the callback, which would then be signed in as the attacker (login
//! CSRF).

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use maud::{DOCTYPE, Markup, html};
use onerealm::core::policy::LOGIN_LIFETIME;
use onerealm::{Callback, Logins, Requested};

use crate::app::{self, App, SESSION_LIFETIME, blocking};
use crate::cookies::{self, LOGIN, SESSION};
use crate::failure::Failure;
use crate::secret::random;

const STYLE: &str = include_str!("style.css");

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(home))
        .route("/login", post(begin))
        .route("/callback", get(callback))
        .route("/logout", post(log_out))
        .route("/style.css", get(([(CONTENT_TYPE, "text/css")], STYLE)))
}

/// Who is signed in, or a button for each realm, with what went wrong before.
async fn home(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Markup {
    let session = cookies::get(&headers, SESSION);
    let user = session.and_then(|id| app.sessions.get(id, app.clock.now()));
    let failure = parameter(query.unwrap_or_default().as_bytes(), "failure");
    let failure = failure.and_then(|name| Failure::named(&name));
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                meta name="color-scheme" content="light dark";
                title { (app.product.name()) }
                link rel="stylesheet" href="/style.css";
            }
            body {
                main {
                    h1 { (app.product.name()) }
                    @if let Some(user) = user {
                        p { "Logged in as " strong { (user) } "." }
                        form method="post" action="/logout" { button { "Log out" } }
                    } @else {
                        @if let Some(failure) = failure { p.failure role="alert" { (failure.text()) } }
                        (realms(&app))
                    }
                }
            }
        }
    }
}

/// A button for each realm that can be used.
fn realms(app: &App) -> Markup {
    let usable = app.logins.realms().iter().filter_map(|(_, realm)| realm.ok());
    html! {
        form method="post" action="/login" {
            p { "Log in with" }
            @for realm in usable {
                button name="realm" value=(realm.name()) {
                    (realm.comment.as_deref().unwrap_or(realm.name()))
                }
            }
        }
    }
}

/// Begins a login, and gives the browser the value that it is bound to.
async fn begin(State(app): State<Arc<App>>, body: Bytes) -> Response {
    let realm = parameter(&body, "realm").unwrap_or_default();
    let redirect_url = redirect_url(&app);
    let begin =
        move |logins: &Logins| logins.begin_in_browser(&realm, &redirect_url, Requested::Default);
    match blocking(&app, begin).await {
        // A browser that begins a second login, in another tab, can finish only that one.
        Ok(Ok((begun, binding))) => {
            go_on(&begun.url, [cookies::set(LOGIN, binding.as_str(), LOGIN_LIFETIME)])
        }
        Ok(Err(error)) => failed(&error),
        Err(error) => broken(error),
    }
}

/// Finishes the login of this browser.
async fn callback(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let binding = cookies::get(&headers, LOGIN).map(str::to_owned);
    let redirect_url = redirect_url(&app);
    let finish = move |logins: &Logins| {
        let callback = Callback::Query(&query);
        logins.finish_in_browser(callback, Some(&redirect_url), binding.as_deref())
    };
    let user = match blocking(&app, finish).await {
        Ok(Ok(user)) => user,
        Ok(Err(error)) => return failed(&error),
        Err(error) => return broken(error),
    };
    // Always a new session: one from before the login may be known to somebody else.
    end_session(&app, &headers);
    let id = match random::<32>() {
        Ok(bytes) => Base64UrlUnpadded::encode_string(&bytes),
        Err(error) => return broken(error),
    };
    app.sessions.insert(&id, format!("{}@{}", user.username, user.realm), app.clock.now());
    app::fetch_ahead(&app, user.realm);
    go_on("/", [cookies::set(LOGIN, "", 0), cookies::set(SESSION, &id, SESSION_LIFETIME)])
}

/// Ends the session here. The end user stays signed in at the provider.
async fn log_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    end_session(&app, &headers);
    go_on("/", [cookies::set(SESSION, "", 0)])
}

fn end_session(app: &App, headers: &HeaderMap) {
    if let Some(id) = cookies::get(headers, SESSION) {
        app.sessions.remove(id);
    }
}

fn redirect_url(app: &App) -> String {
    format!("{}/callback", app.public_url)
}

fn failed(error: &onerealm::Error) -> Response {
    app::log(error);
    Redirect::to(&format!("/?failure={}", Failure::of(error).name())).into_response()
}

fn broken(error: impl std::error::Error) -> Response {
    eprintln!("{error}");
    Redirect::to(&format!("/?failure={}", Failure::Failed.name())).into_response()
}

/// A redirect that is followed by `GET`, so that no address with a code stays in the history.
fn go_on<const N: usize>(
    location: &str,
    cookies: [Option<axum::http::HeaderValue>; N],
) -> Response {
    let cookies = cookies.into_iter().flatten().map(|cookie| (SET_COOKIE, cookie));
    (AppendHeaders(cookies.collect::<Vec<_>>()), Redirect::to(location)).into_response()
}

fn parameter(form: &[u8], name: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(form);
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
