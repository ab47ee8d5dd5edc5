use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Mutex;
use std::thread;

use onerealm_core::Method;

use super::*;
use crate::http::Http;
use crate::http::framing::HEAD_LEN;

/// A server on this machine that gives every request this answer, and remembers the number of the connection that each one
/// came on, with its longest line.
struct Server {
    url: String,
    seen: Arc<Mutex<Vec<(usize, String)>>>,
}

impl Server {
    fn answering(answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let seen = Arc::<Mutex<Vec<_>>>::default();
        let told = Arc::clone(&seen);
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let (mut to, told, answer) = (stream.unwrap(), Arc::clone(&told), answer.clone());
                thread::spawn(move || {
                    let mut from = BufReader::new(to.try_clone().unwrap());
                    while let Some(longest) = longest_line(&mut from) {
                        told.lock().unwrap().push((number, longest));
                        to.write_all(answer.as_bytes()).unwrap();
                    }
                });
            }
        });
        Server { url, seen }
    }

    /// The connections of the requests since the last look.
    fn connections(&self) -> Vec<usize> {
        self.seen.lock().unwrap().drain(..).map(|(number, _)| number).collect()
    }
}

/// The longest line of the next request's head, whose body is read too.
fn longest_line(from: &mut impl BufRead) -> Option<String> {
    let (mut longest, mut line, mut body) = (String::new(), String::new(), 0);
    while line != "\r\n" {
        line.clear();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(len) = line.strip_prefix("content-length: ") {
            body = len.trim().parse().unwrap();
        }
        if line.len() > longest.len() {
            longest = line.clone();
        }
    }
    from.read_exact(&mut vec![0; body]).ok()?;
    Some(longest)
}

fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

const SHORT: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

fn token_request(url: &str) -> HttpRequest<'_> {
    let mut request = HttpRequest::page(url);
    (request.method, request.body) = (Method::Post, b"grant_type=authorization_code");
    request
}

fn userinfo_request<'r>(url: &'r str, bearer: &'r str) -> HttpRequest<'r> {
    let mut request = HttpRequest::page(url);
    request.authorization = Some(bearer);
    request
}

#[test]
fn a_line_of_a_request_s_head_has_the_room_that_it_needs() {
    let server = Server::answering(SHORT.to_owned());
    let http = Http::default();
    for len in [16 * 1024, 65_536 + 7, 128 * 1024 - 30] {
        let bearer = "t".repeat(len);
        let request = userinfo_request(&server.url, &bearer);
        http.once().send(&request, &http.trusting(None), deadline()).unwrap();
        let (_, longest) = server.seen.lock().unwrap().pop().unwrap();
        assert!(longest.ends_with(&(bearer + "\r\n")), "{len}");
    }
    for len in [16 * 1024, 60_000] {
        let url = format!("{}?{}", server.url, "u".repeat(len));
        http.once().send(&HttpRequest::page(&url), &http.trusting(None), deadline()).unwrap();
        let (_, longest) = server.seen.lock().unwrap().pop().unwrap();
        assert!(longest.starts_with("GET /?uuu") && longest.len() > len, "{len}");
    }
    let too_long = "t".repeat(128 * 1024);
    let request = userinfo_request(&server.url, &too_long);
    assert!(http.once().send(&request, &http.trusting(None), deadline()).is_err());
}

#[test]
fn a_long_line_takes_another_connection_once() {
    let server = Server::answering(SHORT.to_owned());
    let http = Http::default();
    http.keep_connections(Duration::from_secs(3600));
    let long = "t".repeat(50_000);
    for (bearer, connections) in
        [("short", [0, 0]), (&*long, [0, 1]), (&*long, [2, 2]), (&*long, [2, 2]), ("short", [2, 2])]
    {
        let conversation = http.conversation();
        let userinfo = userinfo_request(&server.url, bearer);
        for request in [token_request(&server.url), userinfo] {
            conversation.send(&request, &http.trusting(None), deadline()).unwrap();
        }
        assert_eq!(server.connections(), connections);
    }
}

#[test]
fn a_head_of_the_longest_length_is_read_whole_with_what_comes_behind_it() {
    let head = |padding: usize| {
        let padding = "p".repeat(padding);
        format!("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nX: {padding}\r\n\r\n")
    };
    let most = HEAD_LEN - head(0).len();
    for (padding, is_read) in [(most - 1, true), (most + 1, false)] {
        let server = Server::answering(head(padding) + &"b".repeat(100_000));
        let http = Http::default();
        let answer =
            http.once().send(&HttpRequest::page(&server.url), &http.trusting(None), deadline());
        match answer {
            Ok(answer) => {
                assert!(is_read, "{padding}");
                assert_eq!(answer.response().body.len(), 100_000);
            }
            Err(error) => assert!(!is_read && error.code() == "http_too_long", "{error}"),
        }
    }
}
