//! When unread data keeps a connection from reuse, and which addresses are looked up.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use rcgen::KeyPair;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{RootCertStore, ServerConfig, ServerConnection};
use ureq::Timeout;

use super::*;
use crate::http::crypto;
use crate::http::error::Cause;

/// An in-memory server, and what it sends, in pieces as they arrive.
struct Server {
    session: ServerConnection,
    arriving: VecDeque<Vec<u8>>,
}

impl Server {
    fn records(&mut self) -> Vec<u8> {
        let mut records = Vec::new();
        while self.session.wants_write() {
            self.session.write_tls(&mut records).unwrap();
        }
        records
    }

    fn data(&mut self, data: &[u8]) -> Vec<u8> {
        self.session.writer().write_all(data).unwrap();
        self.records()
    }
}

/// The client's side of the stream below TLS.
struct Wire {
    buffers: LazyBuffers,
    server: Arc<Mutex<Server>>,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire")
    }
}

impl Transport for Wire {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        let mut server = self.server.lock().unwrap();
        let mut sent = &self.buffers.output()[..amount];
        while !sent.is_empty() {
            server.session.read_tls(&mut sent).unwrap();
            server.session.process_new_packets().unwrap();
        }
        let records = server.records();
        server.arriving.extend((!records.is_empty()).then_some(records));
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        let piece = self.server.lock().unwrap().arriving.pop_front();
        let piece = piece.ok_or(Error::Timeout(Timeout::Global))?;
        self.buffers.input_append_buf()[..piece.len()].copy_from_slice(&piece);
        self.buffers.input_appended(piece.len());
        Ok(true)
    }

    fn is_open(&mut self) -> bool {
        self.server.lock().unwrap().arriving.is_empty()
    }
}

/// A client after its handshake, with its own buffer of this size, and its server.
fn tls(room: usize) -> (TlsTransport, Arc<Mutex<Server>>) {
    let key = KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .unwrap();
    let session = ServerConnection::new(Arc::new(config)).unwrap();
    let server = Arc::new(Mutex::new(Server { session, arriving: VecDeque::new() }));
    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(crypto::provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let wire = Wire { buffers: LazyBuffers::new(1 << 16, 1 << 16), server: Arc::clone(&server) };
    let adapter = TransportAdapter::new(Box::new(wire) as _, Arc::new(Instant::now));
    let buffers = LazyBuffers::new(room, 1024);
    let name = "localhost".try_into().unwrap();
    let tls = Tls::connect(Arc::new(client), name, adapter).unwrap();
    (TlsTransport { buffers, tls }, server)
}

/// Reads an answer, and returns whether the client would send another request.
fn is_open_after(tls: &mut TlsTransport, answer: &[u8]) -> bool {
    let mut read = Vec::new();
    while read.len() < answer.len() {
        assert!(tls.await_input(NextTimeout::default()).unwrap());
        let there = tls.buffers().input().to_vec();
        let used = there.len().min(answer.len() - read.len());
        read.extend_from_slice(&there[..used]);
        tls.buffers().input_consume(used);
    }
    assert_eq!(read, answer);
    tls.is_open()
}

/// The same with `send` producing the pieces; the last of them may arrive later.
fn is_open_with(room: usize, send: impl FnOnce(&mut Server) -> Vec<Vec<u8>>) -> bool {
    let (mut tls, server) = tls(room);
    let mut locked = server.lock().unwrap_or_else(PoisonError::into_inner);
    let pieces = send(&mut locked);
    locked.arriving.extend(pieces);
    drop(locked);
    is_open_after(&mut tls, b"answer")
}

#[test]
fn a_quiet_connection_goes_on() {
    let (mut tls, server) = tls(1024);
    for _ in 0..3 {
        let answer = server.lock().unwrap().data(b"answer");
        server.lock().unwrap().arriving.push_back(answer);
        assert!(is_open_after(&mut tls, b"answer"));
        assert!(tls.is_open(), "asked again");
    }
}

#[test]
fn what_was_decrypted_is_noticed_in_the_buffer_and_in_tls() {
    for room in [1024, 6] {
        assert!(!is_open_with(room, |server| {
            vec![[server.data(b"answer"), server.data(b"another")].concat()]
        }));
    }
}

#[test]
fn the_beginning_of_a_record_is_noticed() {
    for len in 1..28 {
        assert!(
            !is_open_with(1024, |server| {
                let answer = server.data(b"answer");
                vec![[&answer, &server.data(b"another")[..len]].concat()]
            }),
            "{len} bytes"
        );
    }
}

#[test]
fn what_tls_has_not_read_is_noticed() {
    // In the buffer below it, and further below.
    let (mut tls, server) = tls(1024);
    let answer = server.lock().unwrap().data(b"answer");
    server.lock().unwrap().arriving.push_back(answer);
    assert!(is_open_after(&mut tls, b"answer"));
    let below = tls.tls.below().get_mut().buffers();
    below.input_append_buf()[0] = 23;
    below.input_appended(1);
    assert!(!tls.is_open());
    assert!(!is_open_with(1024, |server| vec![server.data(b"answer"), server.data(b"another")]));
}

#[test]
fn the_other_side_s_end_is_noticed() {
    assert!(!is_open_with(1024, |server| {
        let answer = server.data(b"answer");
        server.session.send_close_notify();
        vec![[answer, server.records()].concat()]
    }));
}

#[test]
fn a_record_without_data_that_comes_late_is_noticed() {
    assert!(!is_open_with(1024, |server| {
        let answer = server.data(b"answer");
        server.session.refresh_traffic_keys().unwrap();
        vec![answer, server.records()]
    }));
}

fn resolver() -> CachingResolver {
    CachingResolver { system: DefaultResolver::default(), names: Arc::default() }
}

#[test]
fn what_is_forgotten_is_the_host_with_its_port_and_the_proxy_s() {
    let names = Names::default();
    let deadline = std::time::Instant::now() + LONGEST;
    let mut asked = Vec::new();
    let ask_all = |asked: &mut Vec<&str>| {
        for name in ["op.example:443", "op.example:8443", "proxy.example:3128"] {
            let ask = || {
                asked.push(name);
                Ok::<_, ()>(vec!["192.0.2.1:443".parse().unwrap()])
            };
            names.addresses(name, deadline, || (), ask).unwrap();
        }
    };
    ask_all(&mut asked);
    forget(&names, "https://op.example/t", None);
    ask_all(&mut asked);
    let proxy = Proxy::new("http://proxy.example:3128").unwrap();
    forget(&names, "https://op.example:8443/t", Some(&proxy));
    ask_all(&mut asked);
    assert_eq!(asked[3..], ["op.example:443", "op.example:8443", "proxy.example:3128"]);
}

#[test]
fn what_is_asked_for_is_a_host_with_its_port() {
    let resolver = resolver();
    let resolved = |url: &str| {
        let config = Agent::config_builder().build();
        let found = resolver.resolve(&url.parse().unwrap(), &config, NextTimeout::default());
        found.ok().map(|addresses| addresses.to_vec())
    };
    for (url, address) in [
        ("http://127.0.0.1:8080/a", "127.0.0.1:8080"),
        ("http://127.9.9.9:8080/a", "127.9.9.9:8080"),
        ("http://[::1]:8080/a", "[::1]:8080"),
        ("https://192.0.2.7", "192.0.2.7:443"),
        ("https://[2001:db8::1]:8443/", "[2001:db8::1]:8443"),
    ] {
        assert_eq!(resolved(url), Some(vec![address.parse().unwrap()]), "{url}");
    }
    for (url, port) in [("https://localhost:8443/a", 8443), ("https://localhost/", 443)] {
        let found = resolved(url).unwrap();
        assert!(found.iter().all(|a| a.port() == port && a.ip().is_loopback()), "{found:?}");
    }
    assert_eq!(resolved("/a"), None, "what is no URL is refused as ever");
}

/// What is connected to for `url` where the system says `answer` of localhost:8080.
fn connected(url: &str, answer: &[&str], proxy: Option<&str>) -> Result<Vec<String>, Error> {
    let resolver = resolver();
    let answer = answer.iter().map(|address| address.parse().unwrap()).collect();
    let deadline = std::time::Instant::now() + LONGEST;
    let late = || Error::HostNotFound;
    resolver.names.addresses("localhost:8080", deadline, late, || Ok(answer))?;
    let proxy = proxy.map(|proxy| ureq::Proxy::new(proxy).unwrap());
    let config = Agent::config_builder().proxy(proxy).build();
    let found = resolver.resolve(&url.parse().unwrap(), &config, NextTimeout::default())?;
    Ok(found.iter().map(ToString::to_string).collect())
}

#[test]
fn case_192_without_tls_only_this_machine_is_connected_to() {
    const HTTP: &str = "http://localhost:8080/t";
    let elsewhere = [
        "192.0.2.7:8080",
        "[2001:db8::1]:8080",
        "[::ffff:192.0.2.7]:8080",
        "0.0.0.0:8080",
        "[::]:8080",
    ];
    for answer in elsewhere {
        let error = connected(HTTP, &[answer], None).unwrap_err();
        assert_eq!(Cause::from(error).code(), "network_not_this_machine", "{answer}");
        let both = connected(HTTP, &[answer, "127.0.0.1:8080"], None);
        assert_eq!(both.unwrap(), ["127.0.0.1:8080"], "{answer}");
        // TLS proves who answers, and a proxy is asked for providers with TLS only.
        assert_eq!(connected("https://localhost:8080/t", &[answer], None).unwrap(), [answer]);
        let proxied = connected(HTTP, &[answer], Some("http://localhost:8080"));
        assert_eq!(proxied.unwrap(), [answer]);
    }
    for here in ["127.0.0.1:8080", "127.1.2.3:8080", "[::1]:8080", "[::ffff:127.0.0.1]:8080"] {
        assert_eq!(connected(HTTP, &[here], None).unwrap(), [here]);
    }
    for literal in ["http://192.0.2.7:8080/", "http://[::ffff:192.0.2.7]:8080/"] {
        assert!(connected(literal, &[], None).is_err(), "{literal}");
    }
}

/// A connection without TLS on which these pieces arrive, and that says of itself that it is open.
struct Plain {
    buffers: LazyBuffers,
    arriving: VecDeque<&'static [u8]>,
}

impl std::fmt::Debug for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Plain")
    }
}

impl Transport for Plain {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), Error> {
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        let Some(piece) = self.arriving.pop_front() else { return Ok(false) };
        self.buffers.input_append_buf()[..piece.len()].copy_from_slice(piece);
        self.buffers.input_appended(piece.len());
        Ok(true)
    }

    fn is_open(&mut self) -> bool {
        true
    }
}

/// Whether the connection could be used again once all these pieces were taken as the answer to a request.
fn is_open_after_pieces(pieces: &[&'static [u8]]) -> Result<bool, Error> {
    let arriving = pieces.iter().copied().collect();
    let below = Plain { buffers: LazyBuffers::new(1024, 1024), arriving };
    let mut watched = Watched { below, framing: Framing::default() };
    let request = b"GET / HTTP/1.1\r\n\r\n";
    watched.buffers().output()[..request.len()].copy_from_slice(request);
    watched.transmit_output(request.len(), NextTimeout::default())?;
    for _ in pieces {
        // What is in the buffer already is not looked at twice.
        watched.await_input(NextTimeout::default())?;
    }
    let there = watched.buffers().input().len();
    watched.buffers().input_consume(there);
    Ok(watched.is_open())
}

#[test]
fn a_connection_is_used_again_after_exactly_one_answer() {
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
    assert!(is_open_after_pieces(&[HEAD, b"{", b"}"]).unwrap());
    for pieces in [&[HEAD, b"{"][..], &[HEAD, b"{}\r\n"], &[HEAD, b"{}", b"H"], &[]] {
        assert!(!is_open_after_pieces(pieces).unwrap(), "{pieces:?}");
    }
    let refused = is_open_after_pieces(&[b"HTTP/1.1 200 OK\n", HEAD]).unwrap_err();
    assert!(matches!(refused, Error::Io(_)), "{refused}");
}
