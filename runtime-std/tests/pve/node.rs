//! A Proxmox host for tests: TLS, the API methods, and the library's two calls with the demo provider behind them.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use onerealm::{DirectoryStore, Logins};
use onerealm_demo_provider::{DemoProvider, Platform, Registration, Setup, User};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::{self, Product};
use crate::sessions::Sessions;
use crate::tls::{Identity, Request, Response, Server};

pub const ALICE: &str = "alice@contoso.example";
const CLIENT_ID: &str = "11111111-2222-3333-4444-555555555555";

/// Answers in the host's place, if it gives an answer.
type Fault = dyn FnMut(&Request) -> Option<Response> + Send;

/// What answers.
pub struct Host {
    pub product: Product,
    /// Whether its API has `public` and `iss`.
    pub has_the_change: bool,
    pub sessions: Mutex<Sessions>,
    /// What it lists without a ticket.
    pub realms: Mutex<Value>,
    clock: AtomicU64,
    folder: TempDir,
    fault: Mutex<Option<Box<Fault>>>,
    /// Method, path, and form of each request.
    seen: Mutex<Vec<(String, String, String)>>,
}

impl Host {
    pub fn logins(&self) -> Logins {
        let realms = onerealm_domains_cfg::read(&self.folder.path().join("domains.cfg")).unwrap();
        Logins::new(realms, DirectoryStore::new(self.folder.path().join("state")))
    }

    pub fn now(&self) -> u64 {
        self.clock.load(Ordering::SeqCst)
    }
}

/// A host that listens.
pub struct Node {
    pub host: Arc<Host>,
    pub server: Server,
    pub identity: Identity,
    provider: DemoProvider,
}

impl Node {
    /// A host with the change, and a certificate that it signed itself.
    pub fn start(product: Product) -> Self {
        Self::with(product, true, Identity::self_signed(), "client-type auto")
    }

    /// `properties` are lines of the realm besides issuer and client.
    pub fn with(
        product: Product,
        has_the_change: bool,
        identity: Identity,
        properties: &str,
    ) -> Self {
        let provider = provider();
        let folder = tempfile::tempdir().unwrap();
        let realm = format!(
            "openid: sso\n\tissuer-url {}\n\tclient-id {CLIENT_ID}\n\tclient-key s3cret-of-the-node\n\tusername-claim username\n\t{properties}\n",
            provider.issuer()
        );
        fs::write(folder.path().join("domains.cfg"), realm).unwrap();
        let kind = if product == Product::Pmg { "oidc" } else { "openid" };
        let realms = json!([
            {"realm": "pam", "type": "pam", "comment": "Linux PAM standard authentication"},
            {"realm": product.short(), "type": product.short()},
            {"realm": "sso", "type": kind, "default": 1},
        ]);
        let host = Arc::new(Host {
            product,
            has_the_change,
            sessions: Mutex::default(),
            realms: Mutex::new(realms),
            clock: AtomicU64::new(onerealm::now().0),
            folder,
            fault: Mutex::default(),
            seen: Mutex::default(),
        });
        let answering = Arc::clone(&host);
        let server = Server::start(Arc::clone(&identity.config), move |request| {
            let form = String::from_utf8_lossy(&request.body).into_owned();
            let seen = (request.method.clone(), request.path.clone(), form);
            answering.seen.lock().unwrap().push(seen);
            let bent = answering.fault.lock().unwrap().as_mut().and_then(|fault| fault(request));
            bent.unwrap_or_else(|| api::answer(&answering, request))
        });
        Node { host, server, identity, provider }
    }

    /// As on the command line.
    pub fn address(&self) -> String {
        self.server.address.to_string()
    }

    /// The provider's address, without a path.
    #[cfg_attr(not(unix), allow(dead_code, reason = "its test needs a Unix terminal"))]
    pub fn provider_origin(&self) -> String {
        url::Url::parse(self.provider.issuer()).unwrap().origin().ascii_serialization()
    }

    /// From now on, `fault` answers where it gives an answer.
    pub fn bend(&self, fault: impl FnMut(&Request) -> Option<Response> + Send + 'static) {
        *self.host.fault.lock().unwrap() = Some(Box::new(fault));
    }

    /// One answer for every request to a path that ends so.
    pub fn bend_path(
        &self,
        end: &'static str,
        status: u16,
        content_type: &'static str,
        body: &str,
    ) {
        let body = body.as_bytes().to_vec();
        self.bend(move |request| {
            request.path.ends_with(end).then(|| Response {
                status,
                headers: vec![("Content-Type", content_type.to_owned())],
                body: body.clone(),
            })
        });
    }

    pub fn set_clock(&self, now: u64) {
        self.host.clock.store(now, Ordering::SeqCst);
    }

    pub fn show(&self, config: Arc<rustls::ServerConfig>) {
        *self.server.identity.lock().unwrap() = config;
    }

    /// Forms of the requests to paths that end so.
    pub fn forms(&self, end: &str) -> Vec<String> {
        let seen = self.host.seen.lock().unwrap();
        seen.iter()
            .filter(|(_, path, _)| path.ends_with(end))
            .map(|(_, _, form)| form.clone())
            .collect()
    }

    /// How many requests there were.
    pub fn requests(&self) -> usize {
        self.host.seen.lock().unwrap().len()
    }
}

fn provider() -> DemoProvider {
    DemoProvider::start(Setup {
        registrations: vec![Registration {
            client_id: CLIENT_ID.to_owned(),
            secret: Some("s3cret-of-the-node".to_owned()),
            redirect_uris: vec![
                ("https://pve.example:8006".to_owned(), Platform::Web),
                ("http://127.0.0.1/callback".to_owned(), Platform::Native),
            ],
        }],
        users: vec![User::new(ALICE, "Alice Example")],
        ..Setup::default()
    })
    .unwrap()
}
