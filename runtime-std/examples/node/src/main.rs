//! A node: a server with the HTTP API of a Proxmox host and a login page, whose users sign in at the OpenID Providers of
//! its realms.
//!
//! The API is for tools, such as `onerealm pve login`: `api`. The page is for people: `pages`. Both are the library's two
//! calls, one that begins a login and one that finishes it, with sessions of this server's own.

mod answer;
mod api;
mod app;
mod certificate;
mod clock;
mod cookies;
mod failure;
mod form;
mod kept;
mod options;
mod origin;
mod pages;
mod product;
mod secret;
mod tickets;
mod tokens;
mod who;

use std::error::Error;
use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse as _, Response};
use axum_server::tls_rustls::RustlsConfig;
use clap::Parser as _;
use hyper_util::rt::TokioTimer;
use onerealm::{Logins, MemoryStore, Network};

use crate::app::{App, SESSION_LIFETIME};
use crate::certificate::Certificate;
use crate::clock::Clock;
use crate::kept::Kept;
use crate::options::Options;
use crate::tickets::Tickets;
use crate::tokens::Tokens;

/// Some times the longest request, in bytes: a code of 4,096 characters, encoded.
const MOST_BODY: usize = 64 * 1024;
/// How long the headers of a request may take.
const HEADERS: Duration = Duration::from_secs(10);
/// How long a request may take with its answer: the library has given up before.
const REQUEST: Duration = Duration::from_secs(30);

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(options.listen)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let certificate = match (&options.certificate, &options.key) {
        (Some(chain), Some(key)) => Certificate::read(chain, key)?,
        _ => Certificate::self_signed(&address.ip().to_string())?,
    };
    let app = app(options, address)?;
    let mut out = io::stdout();
    writeln!(out, "listening on https://{address} for {}", app.public_url)?;
    writeln!(out, "fingerprint {}", certificate.fingerprint())?;

    let tls = RustlsConfig::from_config(certificate.into_config()?);
    // Otherwise it waits without a limit for the first bytes, which would tell HTTP/2.
    let mut server = axum_server::from_tcp_rustls(listener, tls)?.http1_only();
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEADERS);
    Ok(server.serve(routes(app).into_make_service()).await?)
}

fn app(options: Options, address: SocketAddr) -> Result<Arc<App>, Box<dyn Error>> {
    let realms = onerealm_domains_cfg::read(&options.config)?;
    let public_url = options.public_url.unwrap_or_else(|| format!("https://{address}"));
    if !public_url.starts_with("https://") {
        return Err("--public-url must begin with https://".into());
    }
    Ok(Arc::new(App {
        product: options.product,
        is_unmodified: options.unmodified,
        public_url: public_url.trim_end_matches('/').to_owned(),
        logins: Logins::new(realms, MemoryStore::new())
            .with_network(Network::new().fetching_ahead_when_told()),
        tickets: Tickets::new(options.product),
        tokens: Tokens::default(),
        sessions: Kept::new(SESSION_LIFETIME),
        clock: Clock::new(options.clock_offset_file)?,
    }))
}

fn routes(app: Arc<App>) -> Router {
    pages::routes()
        .nest("/api2/json", api::routes(app.product))
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(from_fn_with_state(Arc::clone(&app), origin::own_only))
        .layer(from_fn(in_time))
        .layer(map_response(with_headers))
        .with_state(app)
}

/// Whoever sends a body slowly holds up only themselves, and not for long.
async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

/// No answer is kept in a cache, shown in a frame or taken for a script, and none gives the URL of its page away.
///
/// There is no `form-action`: browsers apply it to redirects too, and the form of the login page is answered by one to a
/// provider that only its metadata names.
async fn with_headers(mut response: Response) -> Response {
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        (
            "content-security-policy",
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
