//! An OpenID Provider with Keycloak's documents, which counts what it is asked. It signs
//! an ID token for whatever nonce comes as the code, and asks nobody for a password.

use std::fs::Permissions;
use std::io::{self, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64ct::{Base64, Encoding};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::exchanges::Exchanges;
use super::http::{self, Message};
use crate::workload::{Algorithm, DISCOVERY, ISSUER, Signer, claims, token_response};

pub struct Provider {
    trust_store: NamedTempFile,
    shared: Arc<Shared>,
}

struct Shared {
    issuer: String,
    issuer_over_http: String,
    signer: Signer,
    tls: Arc<ServerConfig>,
    requests: AtomicU64,
    handshakes: AtomicU64,
    closes: AtomicBool,
    takes: Takes,
}

/// How long the provider thinks, in milliseconds.
#[derive(Default)]
struct Takes {
    documents: AtomicU64,
    tokens: AtomicU64,
}

impl Provider {
    /// Answers until the process ends, over TLS and on another port without.
    pub fn start(algorithm: Algorithm) -> Self {
        let [over_tls, over_http] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [tls_port, http_port] =
            [&over_tls, &over_http].map(|listener| listener.local_addr().unwrap().port());
        let (tls, trust_store) = certificates();
        let shared = Arc::new(Shared {
            issuer: format!("https://localhost:{tls_port}/realms/datacenter"),
            issuer_over_http: format!("http://localhost:{http_port}/realms/datacenter"),
            signer: Signer::new(algorithm),
            tls: Arc::new(tls),
            requests: AtomicU64::new(0),
            handshakes: AtomicU64::new(0),
            closes: AtomicBool::new(false),
            takes: Takes::default(),
        });
        shared.accept(over_tls, Shared::serve_over_tls);
        shared.accept(over_http, Shared::serve);
        Provider { trust_store, shared }
    }

    pub fn issuer(&self) -> &str {
        &self.shared.issuer
    }

    pub fn issuer_over_http(&self) -> &str {
        &self.shared.issuer_over_http
    }

    /// The system's certificates, and that of this provider.
    pub fn trust_store(&self) -> &Path {
        self.trust_store.path()
    }

    /// Whether the connection is closed behind each userinfo response.
    pub fn close_after_each_login(&self, closes: bool) {
        self.shared.closes.store(closes, Ordering::SeqCst);
    }

    /// How long metadata and keys take from now on.
    pub fn take_for_documents(&self, time: Duration) {
        self.shared.takes.documents.store(time.as_millis() as u64, Ordering::SeqCst);
    }

    /// How long a token response takes from now on.
    pub fn take_for_tokens(&self, time: Duration) {
        self.shared.takes.tokens.store(time.as_millis() as u64, Ordering::SeqCst);
    }

    /// Requests and handshakes until now.
    pub fn exchanges(&self) -> Exchanges {
        let load = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        Exchanges {
            requests: load(&self.shared.requests),
            handshakes: load(&self.shared.handshakes),
        }
    }
}

type Serve = fn(&Shared, TcpStream) -> io::Result<()>;

impl Shared {
    fn accept(self: &Arc<Self>, listener: TcpListener, serve: Serve) {
        let shared = Arc::clone(self);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                // Whoever goes away in the middle has told why itself.
                thread::spawn(move || {
                    stream.set_nodelay(true).and_then(|()| serve(&shared, stream))
                });
            }
        });
    }

    fn serve_over_tls(&self, mut tcp: TcpStream) -> io::Result<()> {
        let mut tls = ServerConnection::new(Arc::clone(&self.tls)).map_err(io::Error::other)?;
        tls.complete_io(&mut tcp)?;
        self.handshakes.fetch_add(1, Ordering::SeqCst);
        let mut stream = BufReader::new(StreamOwned::new(tls, tcp));
        self.converse(&mut stream)?;
        let StreamOwned { conn, sock } = stream.get_mut();
        conn.send_close_notify();
        conn.write_tls(sock).map(|_| ())
    }

    fn serve(&self, tcp: TcpStream) -> io::Result<()> {
        self.converse(&mut BufReader::new(tcp))
    }

    /// Answers until the other side closes, or until the end of a login where those close it.
    fn converse(&self, stream: &mut BufReader<impl Read + Write>) -> io::Result<()> {
        while let Some(request) = http::read(stream)? {
            self.requests.fetch_add(1, Ordering::SeqCst);
            let is_last =
                request.first_line.contains("/userinfo") && self.closes.load(Ordering::SeqCst);
            let head = match is_last {
                true => {
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                }
                false => {
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: max-age=3600\r\n"
                }
            };
            let answer = self.answer(&request).to_string();
            http::write(stream.get_mut(), head, answer.as_bytes())?;
            if is_last {
                break;
            }
        }
        Ok(())
    }

    fn answer(&self, request: &Message) -> Value {
        let path = request.first_line.split(' ').nth(1).unwrap_or_default();
        let last = path.rsplit('/').next().unwrap_or_default();
        self.think(last);
        match last {
            "openid-configuration" => {
                serde_json::from_str(&DISCOVERY.replace(ISSUER, &self.issuer)).unwrap()
            }
            "certs" => json!({"keys": [self.signer.public_jwk()]}),
            "token" => {
                let form = url::form_urlencoded::parse(&request.body);
                let code = form.into_iter().find(|(name, _)| name == "code");
                let nonce = code.map(|(_, code)| code.into_owned()).unwrap_or_default();
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
                let claims = claims(&self.issuer, &nonce, now, 3);
                token_response(&self.signer.sign(&claims))
            }
            "userinfo" => json!({
                "sub": "6f1c2a5e-0d1b-4b53-9f5b-0e5b1f2f7c11", "email_verified": true,
                "preferred_username": "alice", "email": "alice@example.com",
            }),
            _ => json!({"error": "invalid_request"}),
        }
    }

    fn think(&self, about: &str) {
        let time = match about {
            "openid-configuration" | "certs" => &self.takes.documents,
            "token" => &self.takes.tokens,
            _ => return,
        };
        let time = time.load(Ordering::SeqCst);
        if time > 0 {
            thread::sleep(Duration::from_millis(time));
        }
    }
}

/// A certificate for this machine, and a file with the one that it is trusted by.
fn certificates() -> (ServerConfig, NamedTempFile) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // OpenSSL takes a certificate for self-signed whose subject is its issuer.
    authority.distinguished_name.push(DnType::CommonName, "authority of the benchmarks");
    let authority_key = KeyPair::generate().unwrap();
    let root = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = server.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();

    let mut all = rustls_native_certs::load_native_certs().certs;
    all.push(root.der().clone());
    let store = NamedTempFile::new().unwrap();
    let text: String = all.iter().map(|certificate| pem(certificate)).collect();
    std::fs::write(store.path(), text).unwrap();
    // For relying parties of another user.
    std::fs::set_permissions(store.path(), Permissions::from_mode(0o644)).unwrap();
    (config, store)
}

fn pem(certificate: &[u8]) -> String {
    let base64 = Base64::encode_string(certificate);
    let lines: Vec<&str> =
        base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}
