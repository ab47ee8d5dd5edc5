//! A server with TLS that reads one request of each connection, and writes one answer.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use sha2::{Digest as _, Sha256};

/// A certificate with its key, and who vouches for it.
pub struct Identity {
    pub config: Arc<ServerConfig>,
    pub fingerprint: String,
    /// The certificate to give with `--ca-file`.
    pub ca: String,
}

impl Identity {
    /// One that its own key signed, as nodes make it.
    pub fn self_signed() -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params().self_signed(&key).unwrap();
        let ca = pem(certificate.der());
        Self::of(certificate.der().clone(), &key, ca)
    }

    /// One of a cluster's own authority.
    pub fn of_a_cluster() -> Self {
        let ca_key = KeyPair::generate().unwrap();
        let mut ca = CertificateParams::new([]).unwrap();
        // OpenSSL takes a certificate whose issuer has its own name for one that nobody else signed.
        ca.distinguished_name.push(DnType::CommonName, "A cluster's own authority");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = pem(ca.self_signed(&ca_key).unwrap().der());
        let issuer = Issuer::new(ca, ca_key);
        let key = KeyPair::generate().unwrap();
        let certificate = params().signed_by(&key, &issuer).unwrap();
        Self::of(certificate.der().clone(), &key, pem)
    }

    fn of(certificate: CertificateDer<'static>, key: &KeyPair, ca: String) -> Self {
        let fingerprint = fingerprint(&certificate);
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        Identity { config: config(certificate, key), fingerprint, ca }
    }
}

/// A server that shows a certificate of somebody else, whose fingerprint is given too: the handshake is signed with
/// another key.
pub fn impostor(version: &'static rustls::SupportedProtocolVersion) -> (Arc<ServerConfig>, String) {
    #[derive(Debug)]
    struct Liar(Arc<rustls::sign::CertifiedKey>);
    impl rustls::server::ResolvesServerCert for Liar {
        fn resolve(
            &self,
            _: rustls::server::ClientHello<'_>,
        ) -> Option<Arc<rustls::sign::CertifiedKey>> {
            Some(Arc::clone(&self.0))
        }
    }
    let shown = params().self_signed(&KeyPair::generate().unwrap()).unwrap();
    let own = PrivateKeyDer::try_from(KeyPair::generate().unwrap().serialize_der()).unwrap();
    let own = rustls::crypto::ring::sign::any_supported_type(&own).unwrap();
    let liar = Liar(Arc::new(rustls::sign::CertifiedKey::new(vec![shown.der().clone()], own)));
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(liar));
    (Arc::new(config), fingerprint(shown.der()))
}

fn params() -> CertificateParams {
    CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap()
}

fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let pairs: Vec<_> = Sha256::digest(certificate).iter().map(|b| format!("{b:02X}")).collect();
    pairs.join(":")
}

fn pem(der: &[u8]) -> String {
    let base64 = Base64::encode_string(der);
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

fn config(certificate: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    Arc::new(config)
}

/// One request.
pub struct Request {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// One answer.
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// Accepts connections until it is dropped.
pub struct Server {
    pub address: SocketAddr,
    pub identity: Arc<Mutex<Arc<ServerConfig>>>,
    is_closed: Arc<AtomicBool>,
}

impl Server {
    pub fn start(
        config: Arc<ServerConfig>,
        answer: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let identity = Arc::new(Mutex::new(config));
        let is_closed = Arc::new(AtomicBool::new(false));
        let (of_thread, closed, answer) = (identity.clone(), is_closed.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if closed.load(Ordering::SeqCst) {
                    return;
                }
                let (config, answer) = (of_thread.lock().unwrap().clone(), answer.clone());
                thread::spawn(move || serve(stream, config, &*answer));
            }
        });
        Server { address, identity, is_closed }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_closed.store(true, Ordering::SeqCst);
        // This wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>, answer: &dyn Fn(&Request) -> Response) {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
    // Whoever doesn't like the certificate is gone already.
    let Ok(request) = read(&mut stream) else { return };
    let response = answer(&request);
    let mut head = format!("HTTP/1.1 {} Said\r\nConnection: close\r\n", response.status);
    for (name, value) in &response.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", response.body.len()));
    let _ = stream.write_all(&[head.as_bytes(), &response.body].concat());
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

fn read(stream: &mut impl Read) -> io::Result<Request> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
        assert!(head.len() < 64 * 1024, "a long head");
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap().split(' ');
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_lowercase(), value.trim().to_owned()))
    };
    let mut request = Request {
        method: first.next().unwrap().to_owned(),
        path: first.next().unwrap().to_owned(),
        headers: lines.filter_map(header).collect(),
        body: Vec::new(),
    };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    request.body = vec![0; length];
    stream.read_exact(&mut request.body)?;
    Ok(request)
}
