//! A node that runs, and who speaks with it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use onerealm_demo_provider::{
    DemoProvider, Endpoint, Platform, Registration, Setup, User, browser,
};
use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;
use tempfile::TempDir;
use ureq::tls::{RootCerts, TlsConfig};

pub const ALICE: &str = "alice@contoso.example";
pub const MALLORY: &str = "mallory@contoso.example";
pub const TOOL: &str = "http://127.0.0.1:50001/callback";
pub const PUBLIC_URL: &str = "https://node.example:8006";
const SECRET: &str = "a secret";

pub struct Scene {
    pub product: &'static str,
    provider: DemoProvider,
    server: Child,
    url: String,
    folder: TempDir,
    agent: ureq::Agent,
}

impl Scene {
    pub fn new(product: &'static str, arguments: &[&str]) -> Self {
        let provider = provider();
        let folder = tempfile::tempdir().unwrap();
        let path = |name| folder.path().join(name);
        let realm = format!(
            "openid: demo\n\tissuer-url {}\n\tclient-id node\n\tclient-key {SECRET}\n\tusername-claim username\n\tclient-type auto\n\tcomment Demo\n\tdefault 1\n",
            provider.issuer()
        );
        fs::write(path("realms"), realm).unwrap();
        fs::write(path("offset"), "0").unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let certificate = certificate.self_signed(&key).unwrap();
        fs::write(path("certificate"), certificate.pem()).unwrap();
        fs::write(path("key"), key.serialize_pem()).unwrap();

        let mut command = Command::new(env!("CARGO_BIN_EXE_node"));
        command.args(["--product", product, "--listen", "127.0.0.1:0", "--public-url", PUBLIC_URL]);
        command.arg("--config").arg(path("realms")).arg("--certificate").arg(path("certificate"));
        command.arg("--key").arg(path("key")).arg("--clock-offset-file").arg(path("offset"));
        command.args(arguments);
        for name in ["all_proxy", "https_proxy", "no_proxy"] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        let log = fs::File::create(path("log")).unwrap();
        let mut server = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.split(' ').find(|word| word.starts_with("https")).unwrap().to_owned();
        let agent = agent(ureq::tls::Certificate::from_der(certificate.der()).to_owned());
        Scene { product, provider, server, url, folder, agent }
    }

    pub fn token_requests(&self) -> usize {
        self.provider.requests_to(Endpoint::Token).len()
    }

    /// From now on, the node's clock is so many seconds ahead.
    pub fn put_clock_ahead(&self, seconds: u64) {
        fs::write(self.folder.path().join("offset"), seconds.to_string()).unwrap();
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// What comes until the node ends a connection on which only this was sent.
    pub fn end_after(&self, sent: &[u8]) -> std::io::Result<Vec<u8>> {
        let pem = fs::read(self.folder.path().join("certificate")).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&pem).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let address = self.url.strip_prefix("https://").unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let host = ServerName::try_from("127.0.0.1").unwrap();
        let connection = ClientConnection::new(Arc::new(config), host).unwrap();
        let mut stream = StreamOwned::new(connection, stream);
        // The handshake too, if nothing is sent.
        stream.conn.complete_io(&mut stream.sock).unwrap();
        stream.write_all(sent).unwrap();
        stream.flush().unwrap();
        let mut received = Vec::new();
        match stream.read_to_end(&mut received) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Err(error),
            _ => Ok(received),
        }
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser { scene: self, cookies: BTreeMap::new() }
    }

    /// A request to the API, with these headers and the form as the body.
    pub fn api(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        form: &[(&str, &str)],
    ) -> Page {
        let uri = format!("{}/api2/json{path}", self.url);
        let mut request = ureq::http::Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = self.agent.configure_request(request.body(body).unwrap());
        Page::of(self.agent.run(request.allow_non_standard_methods(true).build()).unwrap())
    }

    /// A login by a tool, up to what the browser comes back with.
    pub fn callback(&self, user: &str) -> Vec<(String, String)> {
        let path = format!("/access/{}/auth-url", self.kind());
        let page = self.api("POST", &path, &[], &[("realm", "demo"), ("redirect-url", TOOL)]);
        assert_eq!(page.status, 200, "{}", page.body);
        let callback = browser::sign_in(page.data().as_str().unwrap(), user).unwrap();
        let query = callback.split_once('?').unwrap().1;
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// The answer to the whole of it.
    pub fn login(&self, user: &str) -> Page {
        let callback = self.callback(user);
        let mut form: Vec<_> =
            callback.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        form.retain(|(name, _)| ["code", "state"].contains(name));
        form.push(("redirect-url", TOOL));
        self.api("POST", &format!("/access/{}/login", self.kind()), &[], &form)
    }

    /// How the paths of logins begin.
    pub fn kind(&self) -> &'static str {
        if self.product == "pmg" { "oidc" } else { "openid" }
    }

    pub fn realms_path(&self) -> &'static str {
        if self.product == "pmg" { "/access/auth-realm" } else { "/access/domains" }
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn provider() -> DemoProvider {
    DemoProvider::start(Setup {
        registrations: vec![Registration {
            client_id: "node".to_owned(),
            secret: Some(SECRET.to_owned()),
            redirect_uris: vec![
                (format!("{PUBLIC_URL}/callback"), Platform::Web),
                ("http://127.0.0.1/callback".to_owned(), Platform::Native),
            ],
        }],
        users: vec![User::new(ALICE, "Alice"), User::new(MALLORY, "Mallory")],
        ..Setup::default()
    })
    .unwrap()
}

fn agent(root: ureq::tls::Certificate<'static>) -> ureq::Agent {
    let crypto = Arc::new(ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(vec![root])))
        .unversioned_rustls_crypto_provider(crypto)
        .build();
    let config = ureq::Agent::config_builder().max_redirects(0).proxy(None).tls_config(tls);
    let config = config.timeout_global(Some(Duration::from_secs(60))).http_status_as_error(false);
    config.build().into()
}

/// A browser that keeps cookies and follows no redirect.
pub struct Browser<'s> {
    scene: &'s Scene,
    pub cookies: BTreeMap<String, String>,
}

/// An answer.
pub struct Page {
    pub status: u16,
    pub location: String,
    pub set_cookies: Vec<String>,
    pub headers: ureq::http::HeaderMap,
    pub body: String,
}

impl Page {
    fn of(mut response: ureq::http::Response<ureq::Body>) -> Self {
        let headers = response.headers().clone();
        let header =
            |name| headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned());
        Page {
            status: response.status().as_u16(),
            location: header("location").next().unwrap_or_default(),
            set_cookies: header("set-cookie").collect(),
            body: response.body_mut().read_to_string().unwrap(),
            headers,
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }

    pub fn data(&self) -> Value {
        self.json()["data"].take()
    }
}

impl Browser<'_> {
    pub fn get(&mut self, target: &str) -> Page {
        let request = self.scene.agent.get(format!("{}{target}", self.scene.url));
        self.shown(request.header("cookie", self.cookie_header()).call().unwrap())
    }

    pub fn post(&mut self, target: &str, form: &[(&str, &str)]) -> Page {
        self.post_with(target, &[], form)
    }

    pub fn post_with(
        &mut self,
        target: &str,
        headers: &[(&str, &str)],
        form: &[(&str, &str)],
    ) -> Page {
        let request = self.scene.agent.post(format!("{}{target}", self.scene.url));
        let mut request = request.header("cookie", self.cookie_header());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.shown(request.send_form(form.iter().copied()).unwrap())
    }

    fn cookie_header(&self) -> String {
        let pairs: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn shown(&mut self, response: ureq::http::Response<ureq::Body>) -> Page {
        let page = Page::of(response);
        for cookie in &page.set_cookies {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            match cookie.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        page
    }

    pub fn begins(&mut self) -> Page {
        let begun = self.post("/login", &[("realm", "demo")]);
        assert_eq!(begun.status, 303, "{}", begun.body);
        begun
    }

    /// Begins a login, and gives the target of the callback that the provider sends the browser to.
    pub fn sign_in_at_provider(&mut self, user: &str) -> String {
        let begun = self.begins();
        target(&browser::sign_in(&begun.location, user).unwrap())
    }

    pub fn signs_in(&mut self, user: &str) {
        let callback = self.sign_in_at_provider(user);
        let page = self.get(&callback);
        assert_eq!((page.status, page.location.as_str()), (303, "/"), "{}", page.body);
    }

    pub fn is_signed_in_as(&mut self, user: &str) -> bool {
        self.get("/").body.contains(&format!("Logged in as <strong>{user}@demo</strong>"))
    }
}

/// What the public address sends on to the node.
pub fn target(url: &str) -> String {
    url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}
