//! What a login can't do without: the trust store once, a connection, and the exchanges. Over http there is not even
//! a trust store.

use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::http;

pub struct Party {
    tls: Option<Arc<ClientConfig>>,
    port: u16,
    path: String,
    connection: Option<BufReader<Connection>>,
}

enum Connection {
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
    Plain(TcpStream),
}

impl Party {
    /// Reads the trust store, and asks for metadata and keys.
    pub fn new(issuer: &str) -> Self {
        let issuer = url::Url::parse(issuer).unwrap();
        let mut party = Party {
            tls: (issuer.scheme() == "https").then(trust_store),
            port: issuer.port().unwrap(),
            path: issuer.path().to_owned(),
            connection: None,
        };
        party.exchange("GET", "/.well-known/openid-configuration", "");
        party.exchange("GET", "/protocol/openid-connect/certs", "");
        party
    }

    pub fn login(&mut self) {
        self.exchange("POST", "/protocol/openid-connect/token", TOKEN_REQUEST);
        self.exchange("GET", "/protocol/openid-connect/userinfo", "");
    }

    fn exchange(&mut self, method: &str, path: &str, body: &str) {
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
