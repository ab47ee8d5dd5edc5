//! What a login can't do without: the trust store once, a connection, the exchanges, the ID token's signature, and a
//! file while it is pending. Over http there is not even a trust store.

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding};
use onerealm_core::PendingAuthorization;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use serde_json::Value;

use super::http;
use crate::stores::limits::OneFile;
use crate::workload::Provider;

pub struct Party {
    tls: Option<Arc<ClientConfig>>,
    port: u16,
    path: String,
    connection: Option<BufReader<Connection>>,
    key: RsaPublicKeyComponents<Vec<u8>>,
    store: OneFile,
    pending: PendingAuthorization,
}

enum Connection {
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
    Plain(TcpStream),
}

impl Party {
    /// Reads the trust store, and asks for metadata and keys. Its login is kept in `directory`.
    pub fn new(issuer: &str, directory: &Path) -> Self {
        let issuer = url::Url::parse(issuer).unwrap();
        let mut party = Party {
            tls: (issuer.scheme() == "https").then(trust_store),
            port: issuer.port().unwrap(),
            path: issuer.path().to_owned(),
            connection: None,
            key: RsaPublicKeyComponents { n: Vec::new(), e: Vec::new() },
            store: OneFile::new(directory),
            pending: Provider::new().begin().into_pending(),
        };
        party.exchange("GET", "/.well-known/openid-configuration", "");
        party.key = key(&party.exchange("GET", "/protocol/openid-connect/certs", ""));
        party
    }

    pub fn login(&mut self) {
        let state = self.store.begin(&self.pending);
        let tokens = self.exchange("POST", "/protocol/openid-connect/token", TOKEN_REQUEST);
        self.exchange("GET", "/protocol/openid-connect/userinfo", "");
        self.verify(std::str::from_utf8(&tokens).unwrap());
        self.store.finish(&state);
    }

    fn verify(&self, tokens: &str) {
        let (_, id_token) = tokens.split_once("\"id_token\":\"").unwrap();
        let (id_token, _) = id_token.split_once('"').unwrap();
        let (signed, signature) = id_token.rsplit_once('.').unwrap();
        let mut buf = [0; 512];
        let signature = Base64UrlUnpadded::decode(signature, &mut buf).unwrap();
        self.key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), signature).unwrap();
    }

    fn exchange(&mut self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => BufReader::with_capacity(16 * 1024, self.connect()),
        };
        let head = format!("{method} {}{path} HTTP/1.1\r\nHost: localhost\r\n", self.path);
        http::write(connection.get_mut(), &head, body.as_bytes()).unwrap();
        let answer = http::read(&mut connection).unwrap().unwrap();
        assert!(answer.first_line.contains("200"));
        if !answer.closes {
            self.connection = Some(connection);
        }
        answer.body
    }

    fn connect(&self) -> Connection {
        let tcp = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        tcp.set_nodelay(true).unwrap();
        match &self.tls {
            Some(config) => {
                let name = ServerName::try_from("localhost").unwrap();
                let tls = ClientConnection::new(Arc::clone(config), name).unwrap();
                Connection::Tls(Box::new(StreamOwned::new(tls, tcp)))
            }
            None => Connection::Plain(tcp),
        }
    }
}

/// The only one of a key set.
fn key(key_set: &[u8]) -> RsaPublicKeyComponents<Vec<u8>> {
    let key_set: Value = serde_json::from_slice(key_set).unwrap();
    let [n, e] = ["n", "e"].map(|member| {
        Base64UrlUnpadded::decode_vec(key_set["keys"][0][member].as_str().unwrap()).unwrap()
    });
    RsaPublicKeyComponents { n, e }
}

fn trust_store() -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

impl Read for Connection {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Connection::Tls(stream) => stream.read(buf),
            Connection::Plain(stream) => stream.read(buf),
        }
    }
}

impl Write for Connection {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Connection::Tls(stream) => stream.write(buf),
            Connection::Plain(stream) => stream.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Connection::Tls(stream) => stream.flush(),
            Connection::Plain(stream) => stream.flush(),
        }
    }
}

/// As long as ours.
const TOKEN_REQUEST: &str = "grant_type=authorization_code&code=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk&redirect_uri=https%3A%2F%2Fpve.example%3A8006&client_id=pve&client_secret=Yk2vJ8mQ4tZ0cN7xW1sL5dR9bH3gF6pa&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
