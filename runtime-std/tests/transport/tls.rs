//! Case 158: whom a connection is made with.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use onerealm::{DirectoryStore, Logins, Network, Requested};
use rcgen::{SanType, date_time_ymd};
use rustls::ServerConfig;
use rustls::server::{ServerSessionMemoryCache, StoresServerSessions};

use crate::certificates::{Authority, self_signed_server};
use crate::front::{FOREVER, LONG};
use crate::scene::*;

/// A realm that trusts what is in `ca.pem`, with a provider at `https://localhost`.
pub fn scene(ca: &str, server: ServerConfig) -> Scene {
    let scene = Scene::at("https://localhost", "");
    fs::write(scene.path("ca.pem"), ca).unwrap();
    scene.configure(&format!("\tca-file {}\n", scene.path("ca.pem").display()));
    scene.front.speak_tls(server);
    scene
}

pub fn refused(what: &str, ca: &str, server: ServerConfig, code: &str, sentence: &str) {
    let scene = scene(ca, server);
    let error = scene.login(&scene.logins()).unwrap_err();
    assert_eq!(error.code(), code, "{what}: {error}");
    let text = error.to_string();
    assert!(text.contains(sentence), "{what}: {text}");
    assert!(text.chars().all(|c| !c.is_control()) && text.len() < 1000, "{what}: {text:?}");
    assert_eq!(scene.asked(), [0; 4], "{what}: nothing was asked");
}

#[test]
fn a_private_authority_is_trusted_where_the_realm_names_it() {
    let authority = Authority::new("A private CA");
    let scene = scene(&authority.pem, authority.server(&["localhost"]));
    let logins = scene.logins();
    for _ in 0..2 {
        assert_eq!(scene.login(&logins).unwrap().username, ALICE);
    }
    assert_eq!(scene.asked(), [1, 1, 2, 2]);
}

#[test]
fn an_address_is_a_name_too() {
    let authority = Authority::new("A private CA");
    let scene = Scene::at("https://127.0.0.1", "");
    fs::write(scene.path("ca.pem"), &authority.pem).unwrap();
    scene.configure(&format!("\tca-file {}\n", scene.path("ca.pem").display()));
    scene.front.speak_tls(authority.server(&["127.0.0.1"]));
    assert_eq!(scene.login(&scene.logins()).unwrap().username, ALICE);
}

#[test]
fn the_environment_s_authority_is_trusted_and_no_other() {
    let authority = Authority::new("A private CA");
    let scene = Scene::at("https://localhost", "");
    scene.front.speak_tls(authority.server(&["localhost"]));
    let (ours, other) = (scene.path("ours.pem"), scene.path("other.pem"));
    fs::write(&ours, &authority.pem).unwrap();
    fs::write(&other, Authority::new("Another CA").pem).unwrap();
    for (file, status) in [(&ours, 0), (&other, 7), (&scene.path("missing.pem"), 3)] {
        let mut command = scene.command(&["check", "sso"]);
        let output =
            command.env("SSL_CERT_FILE", file).env_remove("SSL_CERT_DIR").output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{stderr}");
        assert_eq!(stderr.contains("tls_unknown_issuer"), status == 7, "{stderr}");
        assert_eq!(stderr.contains("no_ca"), status == 3, "{stderr}");
    }
}

#[test]
fn case_158_an_authority_that_nobody_named_is_refused() {
    let (ours, theirs) = (Authority::new("Ours"), Authority::new("Theirs"));
    let server = || theirs.server(&["localhost"]);
    let sentence = "not issued by a certificate authority that is trusted here";
    refused("another name", &ours.pem, server(), "tls_unknown_issuer", sentence);
    let same_name = Authority::new("Theirs");
    refused("another key", &same_name.pem, server(), "tls_unknown_issuer", sentence);
    refused(
        "another key",
        &same_name.pem,
        server(),
        "tls_unknown_issuer",
        "one by the name \"Theirs\"",
    );
}

#[test]
fn case_158_a_certificate_that_signs_itself_is_refused_unless_the_realm_names_it() {
    let (server, pem) = self_signed_server(&["localhost"]);
    let ca = Authority::new("A private CA").pem;
    refused("self-signed", &ca, server.clone(), "tls_unknown_issuer", "not issued by");
    let scene = scene(&pem, server);
    assert_eq!(scene.login(&scene.logins()).unwrap().username, ALICE);
}

#[test]
fn case_158_a_certificate_for_another_host_is_refused() {
    let authority = Authority::new("A private CA");
    let server = authority.server(&["login.example", "localhost.example"]);
    refused(
        "another host",
        &authority.pem,
        server,
        "tls_other_host",
        "login.example, localhost.example",
    );
    let server = authority.server(&[]);
    refused("no host", &authority.pem, server, "tls_no_host", "names no host");
}

#[test]
fn case_158_names_in_a_certificate_are_bounded_and_escaped() {
    let authority = Authority::new("A private CA");
    let server = authority.server_with(&[], |params| {
        let name = "evil\n\u{1b}[31mnotice: login succeeded";
        params.subject_alt_names.push(SanType::DnsName(name.try_into().unwrap()));
        let names = (0..1000).map(|n| format!("{n}.example").as_str().try_into().unwrap());
        params.subject_alt_names.extend(names.map(SanType::DnsName));
    });
    let shown = r#""evil\n\u{1b}[31mnotice: login succeeded", 0.example, 1.example"#;
    refused("names", &authority.pem, server.clone(), "tls_other_host", shown);
    refused("names", &authority.pem, server, "tls_other_host", "6.example and 993 more");
}

#[test]
fn case_158_a_certificate_out_of_its_time_is_refused() {
    let authority = Authority::new("A private CA");
    let expired = authority.server_with(&["localhost"], |params| {
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2001, 1, 1);
    });
    refused("expired", &authority.pem, expired, "tls_expired", "expired");
    let early = authority.server_with(&["localhost"], |params| {
        params.not_before = date_time_ymd(4000, 1, 1);
    });
    refused("early", &authority.pem, early, "tls_not_valid_yet", "not valid before");
}

#[test]
fn a_ca_file_that_is_replaced_counts_at_once() {
    let (old, new) = (Authority::new("The CA"), Authority::new("The CA"));
    let scene = scene(&old.pem, old.server(&["localhost"]));
    let file = scene.path("ca.pem");
    // Neither its length nor its time tells the new file from the old one.
    let length = old.pem.len().max(new.pem.len());
    let time = SystemTime::now() - Duration::from_secs(3600);
    let write = |pem: &str| {
        fs::write(&file, format!("{pem:<length$}")).unwrap();
        fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
    };
    write(&old.pem);
    let logins = scene.logins();
    scene.login(&logins).unwrap();
    write(&new.pem);
    assert_eq!(scene.login(&logins).unwrap_err().code(), "tls_unknown_issuer");
    scene.front.speak_tls(new.server(&["localhost"]));
    scene.login(&logins).unwrap();
    fs::write(&file, "nothing").unwrap();
    assert_eq!(scene.login(&logins).unwrap_err().code(), "ca_file");
    fs::remove_file(&file).unwrap();
    assert_eq!(scene.login(&logins).unwrap_err().code(), "ca_file");
}

#[test]
fn case_106_what_was_fetched_with_other_certificates_is_not_used() {
    let (good, other) = (Authority::new("The CA"), Authority::new("Another CA"));
    let scene = scene(&good.pem, good.server(&["localhost"]));
    for in_memory in [true, false] {
        let before = scene.asked();
        let network = || Network::with_cache(scene.path("providers"));
        let shared = network();
        let network = || if in_memory { shared.clone() } else { network() };
        let login = || scene.login(&scene.logins().with_network(network()));
        login().unwrap();
        fs::write(scene.path("ca.pem"), &other.pem).unwrap();
        // Nothing is believed that somebody else vouched for, not even where to send the browser.
        let logins = scene.logins().with_network(network());
        let begun = logins.begin("sso", "https://pve.example:8006", Requested::Default);
        assert_eq!(begun.unwrap_err().code(), "tls_unknown_issuer");
        fs::write(scene.path("ca.pem"), &good.pem).unwrap();
        login().unwrap();
        let asked: Vec<_> = scene.asked().iter().zip(before).map(|(a, b)| a - b).collect();
        assert_eq!(asked, [usize::from(in_memory), usize::from(in_memory), 2, 2]);
    }
}

/// What comes of a login with a server that reads the client's first message and then does `then`;
/// and that message.
fn raw(then: impl FnOnce(&mut TcpStream) + Send + 'static) -> (String, Vec<u8>) {
    let (code, hello) = raw_within(LONG, then);
    (code, hello.unwrap())
}

/// The same with another deadline, which may come before the client's message.
fn raw_within(
    deadline: Duration,
    then: impl FnOnce(&mut TcpStream) + Send + 'static,
) -> (String, io::Result<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(FOREVER)).unwrap();
        let mut hello = vec![0; 5];
        stream.read_exact(&mut hello)?;
        let mut rest = vec![0; u16::from_be_bytes([hello[3], hello[4]]).into()];
        stream.read_exact(&mut rest)?;
        then(&mut stream);
        Ok([hello, rest].concat())
    });
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("domains.cfg");
    // This machine may have no certificates.
    let ca_file = directory.path().join("ca.pem");
    fs::write(&ca_file, Authority::new("A private CA").pem).unwrap();
    let realm = format!("openid: sso\n\tissuer-url https://localhost:{port}/t\n\tclient-id x\n");
    fs::write(&config, format!("{realm}\tca-file {}\n", ca_file.display())).unwrap();
    let store = DirectoryStore::new(directory.path().join("state"));
    let logins =
        Logins::new(onerealm_domains_cfg::read(&config).unwrap(), store).with_deadline(deadline);
    let error =
        ended(|| logins.begin("sso", "https://pve.example:8006", Requested::Default)).unwrap_err();
    // Where the time was too short to connect, the server waits still.
    let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, port));
    (error.code().to_owned(), server.join().unwrap())
}

/// Reads until the client leaves.
fn wait(stream: &mut TcpStream) {
    while stream.read(&mut [0; 4096]).is_ok_and(|len| len > 0) {}
}

#[test]
fn case_155_a_handshake_that_stalls_ends_with_the_deadline() {
    fn drip(stream: &mut TcpStream) {
        // The head of a handshake record, and then its content byte for byte.
        let mut bytes = &[22, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xfc, 3, 3][..];
        while stream.write_all(bytes).is_ok() {
            bytes = &[0];
            thread::sleep(Duration::from_millis(50));
        }
    }
    let stalls = |then: fn(&mut TcpStream)| {
        let got_there = DEADLINES.iter().any(|deadline| {
            let (code, hello) = raw_within(*deadline, then);
            assert_eq!(code, "network_timeout");
            hello.is_ok()
        });
        assert!(got_there, "no time was enough for a first message");
    };
    thread::scope(|scope| {
        scope.spawn(|| stalls(drip));
        stalls(wait);
    });
}

#[test]
fn case_158_nothing_below_tls_1_2_is_offered_or_accepted() {
    for version in [0, 1, 2] {
        let (code, hello) = raw(move |stream| {
            // A ServerHello of this version: random, no session, TLS_RSA_WITH_AES_128_CBC_SHA.
            let mut server_hello = vec![22, 3, version, 0, 42, 2, 0, 0, 38, 3, version];
            server_hello.extend([7; 32]);
            server_hello.extend([0, 0, 0x2f, 0]);
            stream.write_all(&server_hello).unwrap();
            wait(stream);
        });
        assert_eq!(code, "tls", "version 3.{version}");
        // supported_versions (43): a list of four bytes, TLS 1.3 and TLS 1.2.
        let offered = [0, 43, 0, 5, 4, 3, 4, 3, 3];
        assert!(hello.windows(9).any(|window| window == offered), "{hello:?}");
        // server_name (0): a list of one host.
        let name = b"\x00\x00\x00\x0e\x00\x0c\x00\x00\x09localhost";
        assert!(hello.windows(name.len()).any(|window| window == name), "{hello:?}");
    }
}

#[test]
fn a_server_without_tls_is_told_apart_from_one_with_a_bad_certificate() {
    let (code, _) = raw(|stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        wait(stream);
    });
    assert_eq!(code, "tls");
    // handshake_failure, fatal
    let (code, _) = raw(|stream| stream.write_all(&[21, 3, 3, 0, 2, 2, 40]).unwrap());
    assert_eq!(code, "tls");
    let (code, _) = raw(|_| ());
    assert_eq!(code, "network_connection");
}

/// A server's sessions, which counts those that go on.
#[derive(Debug)]
struct Sessions {
    kept: Arc<ServerSessionMemoryCache>,
    resumed: AtomicUsize,
}

impl StoresServerSessions for Sessions {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        self.kept.put(key, value)
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.kept.get(key)
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        let session = self.kept.take(key)?;
        self.resumed.fetch_add(1, Ordering::Relaxed);
        Some(session)
    }

    fn can_cache(&self) -> bool {
        self.kept.can_cache()
    }
}

#[test]
fn a_session_is_resumed_by_who_trusts_the_same_certificates() {
    let authority = Authority::new("A private CA");
    let sessions =
        Arc::new(Sessions { kept: ServerSessionMemoryCache::new(64), resumed: 0.into() });
    let mut server = authority.server(&["localhost"]);
    server.session_storage = Arc::<Sessions>::clone(&sessions);
    let scene = scene(&authority.pem, server);
    let logins = scene.logins();
    let connections_of_a_login = || {
        let before = (scene.front.connections(), sessions.resumed.load(Ordering::Relaxed));
        scene.login(&logins).unwrap();
        let resumed = sessions.resumed.load(Ordering::Relaxed) - before.1;
        (scene.front.connections() - before.0, resumed)
    };
    assert_eq!(connections_of_a_login(), (3, 2), "metadata, keys, token and userinfo");
    assert_eq!(connections_of_a_login(), (1, 1));
    fs::write(scene.path("ca.pem"), [&authority.pem, "\n"].concat()).unwrap();
    assert_eq!(connections_of_a_login(), (3, 2), "as if it were another provider");
}
