//! A web server whose users sign in at the OpenID Providers of its realms.
//!
//! `POST /login/REALM` begins a login and sends the browser to the provider. The provider sends it back to
//! `GET /callback`, which finishes the login and begins a session.
//!
//! A login belongs to the browser that began it. `Logins::begin_in_browser` gives a value that this browser keeps in a
//! cookie, and `Logins::finish_in_browser` refuses the callback without it: otherwise an attacker could begin a login,
//! sign in, and let somebody else's browser open the callback, which would then be signed in as the attacker (login
//! CSRF).

mod failure;
mod kept;

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderValue;
use axum::middleware::map_response;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use base64ct::{Base64UrlUnpadded, Encoding};
use maud::{DOCTYPE, Markup, html};
use onerealm::core::policy;
use onerealm::{Callback, Logins, MemoryStore, Requested};
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

use crate::failure::Failure;
use crate::kept::Kept;

/// The cookie of a browser that is at the provider.
const LOGIN: &str = "login";
const LOGIN_LIFETIME: Duration = Duration::from_secs(policy::LOGIN_LIFETIME);

/// The cookie of a browser that is signed in.
const SESSION: &str = "session";
const SESSION_LIFETIME: Duration = Duration::from_secs(8 * 60 * 60);

/// Everything is in the memory of this process. For several processes, `DirectoryStore` or `SealedStore` keeps the
/// logins; the sessions then need a common place as well.
struct App {
    logins: Logins,
    /// Where browsers find this server, without a slash at the end.
    public_url: String,
    /// The user that the value in a cookie stands for.
    sessions: Kept<String, String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let file = env::args_os().nth(1).ok_or("usage: web-server REALMS_FILE")?;
    let realms = onerealm_domains_cfg::read(file.as_ref())?;
    let address = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await?;
    let public_url = match env::var("PUBLIC_URL") {
        Ok(url) => url.trim_end_matches('/').to_owned(),
        Err(_) => format!("http://{}", listener.local_addr()?),
    };
    println!("listening on http://{} for {public_url}", listener.local_addr()?);

    let app = Arc::new(App {
        logins: Logins::new(realms, MemoryStore::new()),
        public_url,
        sessions: Kept::new(SESSION_LIFETIME),
    });
    let routes = Router::new()
        .route("/", get(home))
        .route("/login/{realm}", post(begin))
        .route("/callback", get(callback))
        .route("/logout", post(log_out))
        .layer(map_response(with_headers))
        .with_state(app);
    Ok(axum::serve(listener, routes).await?)
}

/// Who is signed in, or a button for each realm.
async fn home(State(app): State<Arc<App>>, cookies: CookieJar) -> Markup {
    let user = app.cookie_value(&cookies, SESSION).and_then(|id| app.sessions.get(id));
    html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "onerealm" } }
            body {
                @if let Some(user) = user {
                    p { "Signed in as " strong { (user) } "." }
                    form method="post" action="/logout" { button { "Sign out" } }
                } @else {
                    p { "Sign in with" }
                    @for (name, _) in app.logins.realms().iter() {
                        form method="post" action={ "/login/" (name) } { button { (name) } }
                    }
                }
            }
        }
    }
}

/// Begins a login, and gives the browser the value that it is bound to.
async fn begin(
    State(app): State<Arc<App>>,
    Path(realm): Path<String>,
    cookies: CookieJar,
) -> Result<(CookieJar, Redirect), Failure> {
    let begin = move |app: &App| {
        app.logins.begin_in_browser(&realm, &app.redirect_url(), Requested::Default)
    };
    let (begun, binding) = blocking(&app, begin).await?;
    // A browser that begins a second login, in another tab, can finish only that one.
    let cookies = cookies.add(app.cookie(LOGIN, binding.as_str().to_owned(), LOGIN_LIFETIME));
    Ok((cookies, Redirect::to(&begun.url)))
}

/// Finishes the login of this browser.
async fn callback(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    cookies: CookieJar,
) -> Result<(CookieJar, Redirect), Failure> {
    let query = query.unwrap_or_default();
    let binding = app.cookie_value(&cookies, LOGIN).ok_or(Failure::OtherBrowser)?.to_owned();
    let finish = move |app: &App| {
        let callback = Callback::Query(&query);
        app.logins.finish_in_browser(callback, Some(&app.redirect_url()), Some(&binding))
    };
    let user = blocking(&app, finish).await?;

    // Always a new session: one from before the login may be known to somebody else.
    let cookies = app.end_session(cookies);
    let id = random()?;
    app.sessions.insert(id.clone(), format!("{}@{}", user.username, user.realm));
    let cookies = cookies.remove(app.cookie(LOGIN, String::new(), Duration::ZERO)).add(app.cookie(
        SESSION,
        id,
        SESSION_LIFETIME,
    ));
    Ok((cookies, Redirect::to("/")))
}

/// Ends the session here. The end user stays signed in at the provider.
async fn log_out(State(app): State<Arc<App>>, cookies: CookieJar) -> (CookieJar, Redirect) {
    (app.end_session(cookies), Redirect::to("/"))
}

impl App {
    fn redirect_url(&self) -> String {
        format!("{}/callback", self.public_url)
    }

    fn end_session(&self, cookies: CookieJar) -> CookieJar {
        if let Some(id) = self.cookie_value(&cookies, SESSION) {
            self.sessions.remove(id);
        }
        cookies.remove(self.cookie(SESSION, String::new(), Duration::ZERO))
    }

    fn cookie_value<'c>(&self, cookies: &'c CookieJar, name: &str) -> Option<&'c str> {
        cookies.get(&self.cookie_name(name)).map(Cookie::value)
    }

    /// A cookie that no script can read. `Lax` and not `Strict`: the callback is opened from the provider's site. A
    /// provider that answers by a form post needs `None`.
    fn cookie(&self, name: &str, value: String, lifetime: Duration) -> Cookie<'static> {
        Cookie::build((self.cookie_name(name), value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.is_https())
            .max_age(lifetime.try_into().unwrap_or_default())
            .build()
    }

    /// A cookie whose name begins with `__Host-` comes from this host over https: browsers let no other host of the
    /// same domain set it.
    fn cookie_name(&self, name: &str) -> String {
        if self.is_https() { format!("__Host-{name}") } else { name.to_owned() }
    }

    fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// Runs a call that waits for the network on a thread where it holds up no other request.
async fn blocking<T: Send + 'static>(
    app: &Arc<App>,
    call: impl FnOnce(&App) -> Result<T, onerealm::Error> + Send + 'static,
) -> Result<T, Failure> {
    let app = Arc::clone(app);
    Ok(spawn_blocking(move || call(&app)).await.map_err(Failure::server)??)
}

/// 256 random bits, as text for a cookie.
fn random() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Failure::server)?;
    Ok(Base64UrlUnpadded::encode_string(&bytes))
}

/// No answer is kept in a cache, shown in a frame or taken for a script, and none gives the URL of its page away.
async fn with_headers(mut response: Response) -> Response {
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
