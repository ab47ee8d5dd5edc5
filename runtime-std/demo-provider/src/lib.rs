//! An OpenID Provider for demonstrations and tests that behaves like Entra ID.
//!
//! Where providers differ, it follows Entra ID: the platform of a login's redirect URI (web, native or single-page)
//! decides whether the token endpoint requires a client secret or refuses one. Its answers are recorded from Entra ID
//! or copied from its documentation; each is in a file below `entra/`, with its source.
//!
//! It shares no code with the relying party's protocol core, so they have no mistakes in common. It keeps everything in
//! memory, asks for no password, and signs with a published key: it protects nothing, and listens on 127.0.0.1 only.
//!
//! ```
//! use onerealm_demo_provider::{Endpoint, Platform, DemoProvider, Registration, Setup, User};
//!
//! let provider = DemoProvider::start(Setup {
//!     registrations: vec![Registration {
//!         client_id: "11111111-2222-3333-4444-555555555555".to_owned(),
//!         secret: Some("a secret".to_owned()),
//!         redirect_uris: vec![
//!             ("https://pve.example:8006".to_owned(), Platform::Web),
//!             ("http://localhost/callback".to_owned(), Platform::Native),
//!         ],
//!     }],
//!     users: vec![User::new("alice@contoso.example", "Alice Example")],
//!     ..Setup::default()
//! })?;
//! assert!(provider.issuer().ends_with("/v2.0"));
//! assert!(provider.requests_to(Endpoint::Token).is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```

#![allow(
    clippy::expect_used,
    reason = "it reads documents of its own, and runs in demonstrations and tests only"
)]

// Each file uses only earlier ones.
mod clock;
mod random;
mod parameters;
mod redirect_uri;
mod endpoint;
mod entra_error;
mod record;
mod setup;
mod signing_key;

mod sign_in_page;
mod authorization_request;
mod grant;
mod directory;

mod metadata;
mod authorization;
mod client_assertion;
mod client_authentication;
mod id_token;
mod token;
mod userinfo;
mod router;

pub mod browser;

pub use endpoint::Endpoint;
pub use onerealm_loopback::http_server::{Request, Response};
pub use record::{Answered, Recorded};
pub use setup::{BendAnswer, BendClaims, ClientKey, Platform, Registration, Setup, User};

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use directory::Directory;
use onerealm_loopback::http_server::{Acceptor, Connection, Unreadable};

/// The time limit of one request, and of an idle connection.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// Many times the connections of a relying party's pool and a browser.
const MAX_CONNECTIONS: usize = 256;

/// Bytes: sixteen times the size of a token request with a code of 4,096 characters.
const MAX_BODY: usize = 64 * 1024;

/// A running provider. Dropping it closes its port and all connections.
pub struct DemoProvider {
    address: SocketAddr,
    directory: Arc<Directory>,
    _acceptor: Acceptor,
}

impl DemoProvider {
    /// Starts a provider on 127.0.0.1.
    ///
    /// # Errors
    ///
    /// The system's error if the port is taken or a thread can't be started.
    pub fn start(setup: Setup) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, setup.port.unwrap_or(0)))?;
        let address = listener.local_addr()?;
        let origin = setup.origin.clone().unwrap_or_else(|| format!("http://{address}"));
        let directory = Arc::new(Directory::new(setup, origin));
        let serving = Arc::clone(&directory);
        let acceptor = Acceptor::start(listener, MAX_CONNECTIONS, move |connection| {
            serve(connection, &serving);
        })?;
        Ok(Self { address, directory, _acceptor: acceptor })
    }

    /// The issuer, for example `http://127.0.0.1:40123/00000000-1111-2222-3333-444444444444/v2.0`.
    pub fn issuer(&self) -> &str {
        &self.directory.issuer
    }

    /// The listening address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All requests so far, in the order of arrival.
    pub fn record(&self) -> Vec<Recorded> {
        self.directory.record.all()
    }

    /// All requests to one endpoint so far, in the order of arrival.
    pub fn requests_to(&self, endpoint: Endpoint) -> Vec<Recorded> {
        let mut requests = self.record();
        requests.retain(|recorded| recorded.endpoint == endpoint);
        requests
    }
}

impl fmt::Debug for DemoProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemoProvider").field("issuer", &self.issuer()).finish_non_exhaustive()
    }
}

/// Answers the requests of one connection until it ends.
fn serve(mut connection: Connection, directory: &Directory) {
    let number = directory.record.accepted();
    loop {
        let deadline = Instant::now() + REQUEST_TIME;
        let response = match connection.read(MAX_BODY, deadline) {
            Ok(request) => {
                let endpoint = Endpoint::of(&request.path, &directory.setup.tenant);
                answer(directory, number, endpoint, request, router::answer)
            }
            Err(Unreadable::Refused { status, received }) => {
                let request = Request::unreadable(received);
                answer(directory, number, Endpoint::Other, request, |_, _, _| Response::new(status))
            }
            Err(_) => return,
        };
        if connection.write(&response, deadline).is_err() {
            return;
        }
        if !connection.is_reusable() {
            connection.finish_writing();
            return connection.drain(deadline);
        }
    }
}

/// Records a request, creates its answer, lets the setup change it, and records the result.
fn answer(
    directory: &Directory,
    connection: usize,
    endpoint: Endpoint,
    request: Request,
    make: impl FnOnce(&Directory, Endpoint, &Request) -> Response,
) -> Response {
    let recorded = Recorded::new(connection, endpoint, request);
    let position = directory.record.received(recorded.clone());
    let mut response = make(directory, endpoint, &recorded.request);
    if let Some(bend) = &directory.setup.bend_answer {
        response = bend(endpoint, &recorded, response);
    }
    directory.record.answered(position, &response);
    response
}
