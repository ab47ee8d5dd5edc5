//! Case 159: the proxy that the environment names leads to the provider and learns nothing.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::certificates::Authority;
use crate::child::Child;
use crate::front::{FOREVER, read_request};
use crate::scene::*;

/// What a proxy does with a connection; it could lead on to the front.
type Behave = fn(TcpStream, SocketAddr, &Heard);

/// A proxy that reads `CONNECT` and does `then`: its address, and what it heard.
fn proxy(then: Behave, front: SocketAddr) -> (SocketAddr, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Heard::default();
    let hearing = heard.clone();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let heard = hearing.clone();
            thread::spawn(move || {
                stream.set_read_timeout(Some(FOREVER)).unwrap();
                if let Ok(head) = read_request(&mut stream) {
                    heard.heads.lock().unwrap().push(head);
                    then(stream, front, &heard);
                }
            });
        }
    });
    (address, heard)
}

#[derive(Clone, Default)]
struct Heard {
    heads: Arc<Mutex<Vec<String>>>,
    bytes: Arc<Mutex<Vec<u8>>>,
}

/// Leads to `front`, and listens.
fn lead(mut stream: TcpStream, front: SocketAddr, heard: &Heard) {
    let mut onward = TcpStream::connect(front).unwrap();
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    let (mut back, mut to) = (onward.try_clone().unwrap(), stream.try_clone().unwrap());
    let answers = thread::spawn(move || {
        let _ = io::copy(&mut back, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
    let mut chunk = [0; 4096];
    while let Ok(len @ 1..) = stream.read(&mut chunk) {
        heard.bytes.lock().unwrap().extend_from_slice(&chunk[..len]);
        if onward.write_all(&chunk[..len]).is_err() {
            break;
        }
    }
    let _ = onward.shutdown(Shutdown::Both);
    answers.join().unwrap();
}

/// A provider at a host that only the proxy knows.
fn scene() -> Scene {
    let authority = Authority::new("A private CA");
    let scene = Scene::at("https://login.example", "");
    fs::write(scene.path("ca.pem"), &authority.pem).unwrap();
    scene.configure(&format!("\tca-file {}\n", scene.path("ca.pem").display()));
    scene.front.speak_tls(authority.server(&["login.example"]));
    scene
}

#[test]
fn case_159_a_login_through_a_proxy_is_the_provider_s_and_ours_alone() {
    let scene = scene();
    let (address, heard) = proxy(lead, scene.front.address);
    let all_proxy = format!("http://someone:canary-password@{address}");
    let mut child = Child::start(&scene, &[("all_proxy", &all_proxy)]);
    assert_eq!(child.log_in(2).0, "success");
    assert_eq!(scene.asked(), [1, 1, 2, 2]);
    let heads = heard.heads.lock().unwrap();
    assert_eq!(heads.len(), 4, "a tunnel for each request but userinfo's");
    for head in heads.iter() {
        let connect = format!("CONNECT login.example:{} HTTP/1.1\r\n", scene.front.address.port());
        assert!(head.starts_with(&connect), "{head}");
        assert!(head.to_lowercase().contains("proxy-authorization: basic "), "{head}");
        assert!(!head.to_lowercase().contains("\r\nauthorization"), "{head}");
    }
    let bytes = String::from_utf8_lossy(&heard.bytes.lock().unwrap()).into_owned();
    assert!(bytes.contains("login.example"), "the name of the TLS handshake");
    for secret in [SECRET, "HTTP/1.1", "Bearer", "code=", "canary-password"] {
        assert!(!bytes.contains(secret), "{secret}");
    }
}

#[test]
fn a_login_takes_the_proxy_for_https_where_the_one_for_all_is_of_another_kind() {
    let scene = scene();
    let (address, heard) = proxy(lead, scene.front.address);
    let https_proxy = format!("http://{address}");
    let environment = [("all_proxy", "socks5://127.0.0.1:9"), ("https_proxy", &https_proxy)];
    let mut child = Child::start(&scene, &environment);
    assert_eq!(child.log_in(1).0, "success");
    assert!(!heard.heads.lock().unwrap().is_empty());
}

#[test]
fn case_159_a_proxy_that_answers_itself_is_not_believed() {
    let rows: [(&str, &str, Behave); 8] = [
        ("a certificate of its own", "tls_unknown_issuer", |stream, _, heard| {
            let other = Scene::at("https://login.example", "");
            other.front.speak_tls(Authority::new("The proxy's").server(&["login.example"]));
            lead(stream, other.front.address, heard);
        }),
        ("an answer of its own", "tls", |mut stream, _, _| {
            let _ = stream.write_all(
                b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
            );
            wait(stream);
        }),
        ("a body of its own", "tls", |mut stream, _, _| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}{}{}{}");
            wait(stream);
        }),
        ("a redirect", "proxy_refused", |mut stream, _, _| {
            let _ =
                stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n");
        }),
        ("a password is missing", "proxy_refused", |mut stream, _, _| {
            let _ = stream.write_all(b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\n\r\n");
        }),
        ("no HTTP", "http_protocol", |mut stream, _, _| {
            let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n\r\n");
        }),
        ("a head without end", "http_too_long", |mut stream, _, _| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: ");
            while stream.write_all(&[b'y'; 4096]).is_ok() {}
        }),
        ("nothing", "proxy_refused network_connection", |_, _, _| ()),
    ];
    for (what, code, then) in rows {
        let scene = scene();
        let (address, _) = proxy(then, scene.front.address);
        let all_proxy = format!("http://{address}");
        let mut child = Child::start(&scene, &[("all_proxy", &all_proxy)]);
        let outcome = ended(|| child.log_in(1).0);
        assert!(code.split(' ').any(|code| code == outcome), "{what}: {outcome}");
        assert_eq!(scene.asked(), [0; 4], "{what}");
    }
}

#[test]
fn the_status_of_a_proxy_is_told_as_the_proxy_s_with_what_to_do() {
    let forbid = |status: u16| -> Behave {
        match status {
            407 => |mut stream, _, _| {
                let _ = stream.write_all(
                    b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"canary-realm\"\r\nContent-Length: 0\r\n\r\n",
                );
            },
            403 => |mut stream, _, _| {
                let _ = stream.write_all(b"HTTP/1.1 403 canary-reason\r\n\r\n");
            },
            _ => |mut stream, _, _| {
                let _ = stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\ncanary-body");
            },
        }
    };
    for (status, user, advice) in [
        (407, "", "asks for a user name and a password"),
        (407, "someone:canary-p%40ssword@", "does not take the user name and the password"),
        (407, "someone@", "does not take the user name and the password"),
        (403, "someone:canary-p%40ssword@", "allow CONNECT"),
        (502, "", "does not reach the provider"),
    ] {
        let scene = scene();
        let (address, heard) = proxy(forbid(status), scene.front.address);
        let mut command = scene.command(&["check", "sso"]);
        command.env("https_proxy", format!("http://{user}{address}"));
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(7), "{stderr}");
        let words =
            ["proxy_refused", &address.to_string(), &format!("HTTP status {status}"), advice];
        words.iter().for_each(|word| assert!(stderr.contains(word), "{word}: {stderr}"));
        for word in ["canary", "someone", "p@ssword", "Basic c29"] {
            assert!(!stderr.contains(word), "{word}: {stderr}");
        }
        let heads = heard.heads.lock().unwrap();
        // someone:canary-p@ssword
        let sent = heads[0].contains("Basic c29tZW9uZTpjYW5hcnktcEBzc3dvcmQ=");
        assert_eq!(sent, user.contains(':'), "{heads:?}");
    }
}

#[test]
fn case_155_a_proxy_that_stalls_does_not_move_the_deadline() {
    let rows: [Behave; 2] = [
        |stream, _, _| wait(stream),
        |mut stream, _, _| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: ");
            while stream.write_all(b"y").is_ok() {
                thread::sleep(Duration::from_millis(50));
            }
        },
    ];
    let stalls = |then| {
        let scene = scene();
        let (address, _) = proxy(then, scene.front.address);
        let all_proxy = format!("http://{address}");
        let mut child = Child::start(&scene, &[("all_proxy", &all_proxy)]);
        assert_eq!(ended(|| child.log_in_within(DEADLINES[0], 1).0), "network_timeout");
    };
    thread::scope(|scope| {
        for then in rows {
            scope.spawn(move || stalls(then));
        }
    });
}

#[test]
fn a_proxy_of_a_kind_that_is_not_spoken_is_refused_and_nothing_goes_past_it() {
    let scene = Scene::at("https://127.0.0.1", "");
    for proxy in [
        "socks4://127.0.0.1:9",
        "socks4a://127.0.0.1:9",
        "socks5://127.0.0.1:9",
        "socks5h://127.0.0.1:9",
        "ftp://127.0.0.1:9",
    ] {
        let realm = fs::read_to_string(scene.path("domains.cfg")).unwrap();
        // A host that is this machine, but is not known to be.
        let realm = realm.replace("127.0.0.1", "0.0.0.0");
        fs::write(scene.path("domains.cfg"), realm).unwrap();
        let mut child = Child::start(&scene, &[("all_proxy", proxy)]);
        assert_eq!(child.log_in(1).0, "proxy", "{proxy}");
        assert_eq!(scene.front.connections(), 0, "{proxy}");
    }
}

/// Reads until the other side leaves.
fn wait(mut stream: TcpStream) {
    while stream.read(&mut [0; 4096]).is_ok_and(|len| len > 0) {}
}
