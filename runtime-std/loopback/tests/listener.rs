//! The loopback listener against everything that is not the callback (THREATS cases 170 to 174).

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use onerealm_loopback::{Arrival, ListenerError, LoopbackHost, LoopbackListener, Page, Refusal};

const GOOD: &str = "GET /callback?code=c&state=good HTTP/1.1";

/// A login that waits for `state=good`.
struct Waiting {
    authority: String,
    outcome: JoinHandle<Result<String, ListenerError>>,
    seen: Receiver<String>,
}

fn waiting_on(host: LoopbackHost) -> Waiting {
    let listener = LoopbackListener::bind(host, None, "/callback").unwrap();
    let url = listener.redirect_url().to_owned();
    let authority = url.strip_prefix("http://").unwrap().strip_suffix("/callback").unwrap();
    let (sender, seen) = channel();
    Waiting {
        authority: authority.to_owned(),
        outcome: thread::spawn(move || {
            listener.wait(far(), |url| {
                sender.send(url.to_owned()).unwrap();
                url.ends_with("state=good")
            })
        }),
        seen,
    }
}

fn waiting() -> Waiting {
    waiting_on(LoopbackHost::V4)
}

impl Waiting {
    fn open(&self) -> TcpStream {
        TcpStream::connect(&self.authority).unwrap()
    }

    /// Sends a request with the right host, and gives the whole answer.
    fn send(&self, request_line: &str) -> String {
        self.send_raw(format!("{request_line}\r\nHost: {}\r\n\r\n", self.authority).as_bytes())
    }

    fn send_raw(&self, request: &[u8]) -> String {
        let mut stream = self.open();
        stream.write_all(request).unwrap();
        read_to_end(stream)
    }

    /// The login is alive, the callback reaches it, and nothing but `refused` callbacks was shown to it before.
    fn still_finishes(self, refused: usize) {
        assert!(self.send(GOOD).starts_with("HTTP/1.1 200 "));
        let expected = format!("http://{}/callback?code=c&state=good", self.authority);
        assert_eq!(self.outcome.join().unwrap(), Ok(expected));
        assert_eq!(self.seen.iter().count(), refused + 1);
    }
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}

/// Whether a port is given back by what `listens` on it and gives its address: another program may get it at this very
/// moment, but not each time.
fn is_given_back(listens: impl Fn() -> String) -> bool {
    (0..5).any(|_| TcpListener::bind(listens()).is_ok())
}

fn read_to_end(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_callback_is_received_whole_and_the_port_is_given_back() {
    assert!(is_given_back(|| {
        let waiting = waiting();
        let authority = waiting.authority.clone();
        waiting.still_finishes(0);
        authority
    }));
}

#[test]
fn the_page_repeats_nothing_and_leaks_nothing() {
    let waiting = waiting();
    let answer = waiting
        .send("GET /callback?code=canary&error_description=%3Cscript%3Ecanary&state=good HTTP/1.1");
    for header in [
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    ] {
        assert!(answer.contains(&format!("\r\n{header}\r\n")), "{header}");
    }
    assert!(answer.contains("You can close this window"));
    assert!(!answer.contains("canary") && !answer.contains("script"));
}

#[test]
fn what_is_no_callback_is_answered_and_the_wait_goes_on() {
    let waiting = waiting();
    let rows = [
        ("GET /favicon.ico HTTP/1.1", "404"),
        ("GET / HTTP/1.1", "404"),
        ("GET /callback/ HTTP/1.1", "404"),
        ("GET /Callback?code=c&state=good HTTP/1.1", "404"),
        ("GET /%63allback?code=c&state=good HTTP/1.1", "404"),
        ("GET //evil.example/callback?code=c&state=good HTTP/1.1", "404"),
        ("GET http://evil.example/callback?code=c&state=good HTTP/1.1", "400"),
        ("HEAD /callback?code=c&state=good HTTP/1.1", "405"),
        ("POST /callback?code=c&state=good HTTP/1.1", "405"),
        ("OPTIONS /callback?code=c&state=good HTTP/1.1", "405"),
        ("get /callback?code=c&state=good HTTP/1.1", "405"),
    ];
    for (request_line, status) in rows {
        let answer = waiting.send(request_line);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request_line}: {answer}");
    }
    waiting.still_finishes(0);
}

#[test]
fn the_answer_to_head_has_no_body() {
    let waiting = waiting();
    assert!(waiting.send("HEAD /callback HTTP/1.1").ends_with("\r\n\r\n"));
    waiting.still_finishes(0);
}

#[test]
fn a_posted_form_is_not_read_as_the_callback() {
    let waiting = waiting();
    let form = "code=c&state=good";
    let head = format!("POST /callback HTTP/1.1\r\nHost: {}", waiting.authority);
    let answer = waiting
        .send_raw(format!("{head}\r\nContent-Length: {}\r\n\r\n{form}", form.len()).as_bytes());
    assert!(answer.starts_with("HTTP/1.1 405 "));
    let large = vec![b'a'; 1 << 19];
    let head = format!("{head}\r\nContent-Length: {}\r\n\r\n", large.len());
    let answer = waiting.send_raw(&[head.as_bytes(), &large].concat());
    assert!(answer.starts_with("HTTP/1.1 413 "));
    waiting.still_finishes(0);
}

#[test]
fn another_host_is_dns_rebinding_and_an_origin_is_a_script() {
    let waiting = waiting();
    let own = &waiting.authority;
    let port = own.rsplit_once(':').unwrap().1;
    let rows = [
        "Host: evil.example".to_owned(),
        format!("Host: evil.example:{port}"),
        format!("Host: localhost:{port}"),
        format!("Host: {own}.evil.example"),
        "Host: 127.0.0.1".to_owned(),
        "Host:".to_owned(),
        "X: no host".to_owned(),
        format!("Host: {own}\r\nHost: {own}"),
        format!("Host: {own}\r\nOrigin: https://evil.example"),
        format!("Host: {own}\r\nOrigin: null"),
        format!("Host: {own}\r\nOrigin: http://{own}"),
    ];
    for headers in rows {
        let answer = waiting.send_raw(format!("{GOOD}\r\n{headers}\r\n\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400 "), "{headers}: {answer}");
    }
    waiting.still_finishes(0);
}

#[test]
fn garbage_is_answered_and_the_wait_goes_on() {
    let waiting = waiting();
    let rows: [&[u8]; 5] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"\r\n\r\n",
        b"GET /callback?code=c&state=good\r\n\r\n",
        b"GET /callback?code=c&state=good HTTP/1.1\nHost: x\n\n",
        b"\xff\xfe\r\n\r\n",
    ];
    for garbage in rows {
        assert!(waiting.send_raw(garbage).starts_with("HTTP/1.1 400 "), "{garbage:?}");
    }
    waiting.still_finishes(0);
}

#[test]
fn a_request_line_of_64_kilobytes_is_answered_and_the_wait_goes_on() {
    let waiting = waiting();
    let line = format!("GET /callback?code={}&state=good HTTP/1.1", "a".repeat(64 * 1024));
    assert!(waiting.send(&line).starts_with("HTTP/1.1 414 "));
    waiting.still_finishes(0);
}

#[test]
fn a_code_of_4096_characters_is_received() {
    let waiting = waiting();
    let answer =
        waiting.send(&format!("GET /callback?code={}&state=good HTTP/1.1", "a".repeat(4096)));
    assert!(answer.starts_with("HTTP/1.1 200 "));
    assert!(waiting.outcome.join().unwrap().unwrap().len() > 4096);
}

#[test]
fn a_foreign_state_is_refused_and_the_wait_goes_on() {
    let waiting = waiting();
    for _ in 0..3 {
        let answer = waiting.send("GET /callback?code=c&state=foreign HTTP/1.1");
        assert!(answer.starts_with("HTTP/1.1 400 "));
    }
    waiting.still_finishes(3);
}

#[test]
fn a_slow_client_keeps_nobody_waiting_and_may_finish() {
    let waiting = waiting();
    let mut slow = waiting.open();
    slow.write_all(b"GET /callback?code=c&sta").unwrap();
    assert!(waiting.send("GET /callback?state=foreign HTTP/1.1").starts_with("HTTP/1.1 400 "));
    let rest = format!("te=good HTTP/1.1\r\nHost: {}\r\n\r\n", waiting.authority);
    slow.write_all(rest.as_bytes()).unwrap();
    assert!(read_to_end(slow).starts_with("HTTP/1.1 200 "));
    assert!(waiting.outcome.join().unwrap().unwrap().ends_with("code=c&state=good"));
}

#[test]
fn the_oldest_of_too_many_connections_makes_room_for_the_newest() {
    let waiting = waiting();
    let mut idle: Vec<_> = (0..64).map(|_| waiting.open()).collect();
    let mut newest = waiting.open();
    let request = |state: &str| {
        let authority = &waiting.authority;
        format!("GET /callback?state={state} HTTP/1.1\r\nHost: {authority}\r\n\r\n")
    };
    newest.write_all(request("foreign").as_bytes()).unwrap();
    assert!(read_to_end(newest).starts_with("HTTP/1.1 400 "));
    match idle.remove(0).read(&mut [0; 1]) {
        Ok(0) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        other => panic!("the oldest is still open: {other:?}"),
    }
    let mut second = idle.remove(0);
    second.write_all(request("good").as_bytes()).unwrap();
    assert!(read_to_end(second).starts_with("HTTP/1.1 200 "));
    assert!(waiting.outcome.join().unwrap().is_ok());
}

#[test]
fn thousands_of_connections_do_not_end_the_wait() {
    let waiting = waiting();
    let mut held = Vec::new();
    for round in 0..3000 {
        let mut stream = waiting.open();
        // Whether this one was cut already is not the question here.
        let _ = stream.write_all(b"GET /call");
        held.push(stream);
        if round % 50 == 0 {
            // Somebody with a whole request is served in the middle of it.
            assert!(waiting.send("GET / HTTP/1.1").starts_with("HTTP/1.1 404 "));
            held.drain(..held.len() / 2);
        }
    }
    waiting.still_finishes(0);
}

#[test]
fn a_callback_that_arrives_before_the_wait_is_not_lost() {
    let listener = LoopbackListener::bind(LoopbackHost::V4, None, "/callback").unwrap();
    let authority = listener.redirect_url()[7..].strip_suffix("/callback").unwrap().to_owned();
    let mut stream = TcpStream::connect(&authority).unwrap();
    stream.write_all(format!("{GOOD}\r\nHost: {authority}\r\n\r\n").as_bytes()).unwrap();
    assert!(listener.wait(far(), |_| true).is_ok());
    assert!(read_to_end(stream).starts_with("HTTP/1.1 200 "));
}

#[test]
fn the_wait_can_be_cancelled_from_another_thread() {
    let listener = LoopbackListener::bind(LoopbackHost::V4, None, "/callback").unwrap();
    let canceller = listener.canceller();
    let waiting = thread::spawn(move || listener.wait(far(), |_| true));
    canceller.cancel();
    assert_eq!(waiting.join().unwrap(), Err(ListenerError::Cancelled));
    canceller.cancel();
}

#[test]
fn the_wait_ends_at_its_deadline_and_gives_the_port_back() {
    assert!(is_given_back(|| {
        let listener = LoopbackListener::bind(LoopbackHost::V4, None, "/callback").unwrap();
        let url = listener.redirect_url().to_owned();
        let authority = url[7..url.len() - 9].to_owned();
        let _idle = TcpStream::connect(&authority).unwrap();
        assert_eq!(listener.wait(Instant::now(), |_| true), Err(ListenerError::TimedOut));
        authority
    }));
}

#[test]
fn localhost_listens_on_both_addresses_and_wants_its_own_name() {
    for address in ["127.0.0.1", "[::1]"] {
        let waiting = waiting_on(LoopbackHost::Localhost);
        let port = waiting.authority.strip_prefix("localhost:").unwrap();
        let Ok(mut stream) = TcpStream::connect(format!("{address}:{port}")) else {
            // A machine without IPv6 has one address only.
            assert_eq!(address, "[::1]");
            continue;
        };
        let host = &waiting.authority;
        stream.write_all(format!("{GOOD}\r\nHost: {host}\r\n\r\n").as_bytes()).unwrap();
        assert!(read_to_end(stream).starts_with("HTTP/1.1 200 "));
        let url = waiting.outcome.join().unwrap().unwrap();
        assert_eq!(url, format!("http://localhost:{port}/callback?code=c&state=good"));
    }
}

#[test]
fn localhost_is_not_shared_with_a_neighbour() {
    let Ok(neighbour) = TcpListener::bind("[::1]:0") else {
        return;
    };
    let port = neighbour.local_addr().unwrap().port();
    let bound = LoopbackListener::bind(LoopbackHost::Localhost, Some(port), "/callback");
    assert_eq!(bound.unwrap_err().kind(), ErrorKind::AddrInUse);
}

#[test]
fn the_ipv6_address_is_written_in_brackets() {
    if TcpListener::bind("[::1]:0").is_ok() {
        waiting_on(LoopbackHost::V6).still_finishes(0);
    }
}

#[test]
fn no_other_interface_is_listened_on() {
    let waiting = waiting();
    let port = waiting.authority.rsplit_once(':').unwrap().1;
    // All of 127.0.0.0/8 is this machine; a listener on 0.0.0.0 would answer here too.
    assert!(TcpStream::connect(format!("127.0.0.2:{port}")).is_err());
    waiting.still_finishes(0);
}

#[test]
fn what_is_more_than_a_path_is_no_path() {
    for path in ["", "callback", "/callback?a=b", "/callback#a", "/call back", "/\r\n"] {
        let bound = LoopbackListener::bind(LoopbackHost::V4, None, path);
        assert_eq!(bound.unwrap_err().kind(), ErrorKind::InvalidInput, "{path:?}");
    }
}

fn wait_with_an_address(url: &str) -> (LoopbackListener, String) {
    let listener = LoopbackListener::bind(LoopbackHost::V4, None, "/callback").unwrap();
    let address = listener.one_time_address(url).unwrap();
    (listener, address)
}

fn get(url: &str) -> String {
    let (authority, target) = url["http://".len()..].split_once('/').unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    let request = format!("GET /{target} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    read_to_end(stream)
}

#[test]
fn case_189_a_one_time_address_leads_on_once() {
    let url = "https://login.example/a?state=canary";
    let (mut listener, address) = wait_with_an_address(url);
    assert!(address.starts_with(listener.redirect_url().strip_suffix("/callback").unwrap()));
    let answer = get(&address);
    assert!(answer.starts_with("HTTP/1.1 303 See Other\r\n"), "{answer}");
    assert!(answer.contains(&format!("\r\nLocation: {url}\r\n")), "{answer}");
    assert!(matches!(listener.next(far()), Ok(Arrival::Entered)));
    for _ in 0..2 {
        let answer = get(&address);
        assert!(answer.starts_with("HTTP/1.1 410 ") && !answer.contains("canary"), "{answer}");
    }
    assert!(matches!(listener.next(far()), Ok(Arrival::EnteredAgain)));
    // Told once, and no callback is taken any more.
    let answer = get(&format!("{}?code=c&state=good", listener.redirect_url()));
    assert!(answer.starts_with("HTTP/1.1 410 "), "{answer}");
    assert_eq!(listener.wait(Instant::now(), |_| true), Err(ListenerError::TimedOut));

    let (listener, address) = wait_with_an_address(url);
    get(&address);
    get(&address);
    assert_eq!(listener.wait(far(), |_| true), Err(ListenerError::OpenedTwice));
}

#[test]
fn case_189_one_time_addresses_are_different_and_of_128_bits() {
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let (_, address) = wait_with_an_address("https://login.example/");
        let random = address.rsplit('/').next().unwrap().to_owned();
        assert_eq!(random.len(), 32);
        assert!(seen.insert(random));
    }
}

#[test]
fn a_one_time_address_leads_to_no_header_of_anybody_elses() {
    let listener = LoopbackListener::bind(LoopbackHost::V4, None, "/callback").unwrap();
    for url in ["https://h/\r\nSet-Cookie: a=b", "https://h/ a", "https://h/ä"] {
        let address = listener.one_time_address(url);
        assert_eq!(address.unwrap_err().kind(), ErrorKind::InvalidInput, "{url}");
    }
}

#[test]
fn an_accepted_callback_is_sent_on_to_the_outcome() {
    let mut listener = LoopbackListener::bind(LoopbackHost::V4, None, "/callback").unwrap();
    let callback = format!("{}?code=c&state=good", listener.redirect_url());
    let browser = thread::spawn({
        let callback = callback.clone();
        move || {
            let answer = get(&callback);
            let end = answer.lines().find_map(|line| line.strip_prefix("Location: ")).unwrap();
            (answer.clone(), get(end))
        }
    });
    let Ok(Arrival::Callback(candidate)) = listener.next(far()) else { panic!("no callback") };
    assert_eq!(candidate.url(), callback);
    assert!(!format!("{candidate:?}").contains("code"));
    assert_eq!(listener.accept(candidate), callback);
    listener.conclude(Page::new(200, "a program", "Done").with_paragraph("<b>"));
    let (sent_on, page) = browser.join().unwrap();
    assert!(sent_on.starts_with("HTTP/1.1 303 ") && sent_on.contains("no-referrer"), "{sent_on}");
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("<p>&lt;b&gt;</p>"), "{page}");
}

#[test]
fn an_outcome_that_nobody_fetches_is_not_waited_for_long() {
    let listener = LoopbackListener::bind(LoopbackHost::V4, None, "/callback").unwrap();
    let began = Instant::now();
    listener.conclude(Page::new(200, "a program", "Nobody was there"));
    assert!(began.elapsed() < Duration::from_secs(2));

    let mut listener = LoopbackListener::bind(LoopbackHost::V4, None, "/callback").unwrap();
    let callback = format!("{}?code=c", listener.redirect_url());
    let browser = thread::spawn(move || get(&callback));
    let Ok(Arrival::Callback(candidate)) = listener.next(far()) else { panic!("no callback") };
    listener.accept(candidate);
    let began = Instant::now();
    listener.conclude(Page::new(200, "a program", "It left"));
    assert!(began.elapsed() >= Duration::from_secs(3));
    browser.join().unwrap();
}

#[test]
fn what_looks_like_a_callback_is_told_of_three_times() {
    let mut listener = LoopbackListener::bind(LoopbackHost::V4, None, "/callback").unwrap();
    let url = listener.redirect_url().to_owned();
    for _ in 0..10 {
        get(&format!("{url}/?code=c"));
        get(&url.replace("/callback", "/favicon.ico"));
        get(&url.replace("/callback", "/?a=code"));
    }
    for _ in 0..3 {
        let told = listener.next(far());
        let Ok(Arrival::Refused(Refusal::OtherPath(path))) = told else { panic!("{told:?}") };
        assert_eq!(path, "/callback/");
    }
    assert_eq!(listener.next(Instant::now()).unwrap_err(), ListenerError::TimedOut);
}

#[test]
fn each_kind_of_what_looks_like_a_callback_is_told_of_by_itself() {
    let mut listener = LoopbackListener::bind(LoopbackHost::V4, None, "/callback").unwrap();
    let url = listener.redirect_url().to_owned();
    let authority = url["http://".len()..].strip_suffix("/callback").unwrap().to_owned();
    assert_eq!(authority, format!("127.0.0.1:{}", listener.port()));
    let send = |head: &str| {
        let mut stream = TcpStream::connect(&authority).unwrap();
        stream.write_all(format!("{head}\r\n\r\n").as_bytes()).unwrap();
        read_to_end(stream)
    };
    let long = format!("GET /callback?code={}", "c".repeat(1 << 16));
    for _ in 0..5 {
        send(&format!("GET /other?code=c HTTP/1.1\r\nHost: {authority}"));
        send(&format!("POST /callback HTTP/1.1\r\nHost: {authority}\r\nContent-Length: 0"));
        // A form that a page of the provider's sends has an origin.
        let origin = "Origin: https://login.example\r\nContent-Length: 0";
        send(&format!("POST /callback HTTP/1.1\r\nHost: {authority}\r\n{origin}"));
        send("GET /callback?code=c HTTP/1.1\r\nHost: evil.example");
        send(&format!("{GOOD}\r\nHost: {authority}\r\nOrigin: https://evil.example"));
        send(&format!("POST /other?code=c HTTP/1.1\r\nHost: {authority}\r\n{origin}"));
        send(&format!("{long} HTTP/1.1\r\nHost: {authority}"));
    }
    let mut told = Vec::new();
    while let Ok(arrival) = listener.next(Instant::now()) {
        let Arrival::Refused(refusal) = arrival else { panic!("{arrival:?}") };
        told.push(format!("{refusal:?}").split('(').next().unwrap().to_owned());
    }
    for kind in ["OtherPath", "Posted", "OtherHost", "Scripted", "Unreadable"] {
        assert_eq!(told.iter().filter(|told| *told == kind).count(), 3, "{kind}: {told:?}");
    }
    assert_eq!(told.len(), 15);
}

#[test]
fn a_browser_waits_for_the_outcome_and_is_let_go_when_there_is_none() {
    for is_concluded in [true, false] {
        let mut listener = LoopbackListener::bind(LoopbackHost::V4, None, "/callback").unwrap();
        let callback = format!("{}?code=c&state=good", listener.redirect_url());
        let (sent_on, is_sent_on) = channel();
        let browser = thread::spawn(move || {
            let answer = get(&callback);
            let end = answer.lines().find_map(|line| line.strip_prefix("Location: ")).unwrap();
            sent_on.send(()).unwrap();
            let began = Instant::now();
            (get(end), began.elapsed())
        });
        let Ok(Arrival::Callback(candidate)) = listener.next(far()) else { panic!("no callback") };
        listener.accept(candidate);
        is_sent_on.recv().unwrap();
        let pause = Duration::from_millis(300);
        thread::sleep(pause);
        let began = Instant::now();
        if is_concluded {
            listener.conclude(Page::new(200, "a program", "Done"));
        } else {
            drop(listener);
        }
        // No thread is left behind that waits on.
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        let (page, waited) = browser.join().unwrap();
        assert_eq!(page.starts_with("HTTP/1.1 200 "), is_concluded, "{page}");
        assert!(waited > pause / 2, "{waited:?}");
    }
}

#[test]
fn each_end_of_a_wait_has_words_of_its_own() {
    use ListenerError::{Cancelled, OpenedTwice, TimedOut};
    let words = [TimedOut, Cancelled, OpenedTwice].map(|error| error.to_string());
    for (words, part) in words.iter().zip(["in time", "stopped waiting", "opened twice"]) {
        assert!(words.contains(part), "{words}");
    }
}
