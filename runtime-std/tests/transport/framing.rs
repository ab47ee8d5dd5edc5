//! Cases 156, 157 and 162: heads that two readers could read differently, or that have no end.

use std::time::Duration;

use onerealm_demo_provider::Endpoint;

use crate::front::{Honest, Then, Wire};
use crate::scene::*;

/// Sends the honest answer with these headers about its framing; then closes.
fn with(headers: &'static [&'static str]) -> impl Fn(&mut Wire, &Honest) -> Then + Clone {
    move |wire, honest| {
        let length = honest.body.len().to_string();
        let headers: Vec<_> = headers.iter().map(|line| line.replace("LENGTH", &length)).collect();
        let headers: Vec<_> = headers.iter().map(String::as_str).collect();
        wire.send(&[honest.head(&headers), honest.body.clone()].concat());
        Then::Close
    }
}

fn fails(code: &str, headers: &'static [&'static str]) {
    fails_at(&format!("{headers:?}"), &ASKED, code, with(headers));
}

#[test]
fn case_156_a_length_that_is_no_number_or_several_is_refused() {
    for headers in [
        &["Content-Length: -1"][..],
        &["Content-Length: +5"],
        &["Content-Length: 0x10"],
        &["Content-Length: 99999999999999999999"],
        &["Content-Length: "],
        &["Content-Length: LENGTH", "Content-Length: 5"],
        &["Content-Length: 5", "Content-Length: LENGTH"],
        &["Content-Length: 5, LENGTH"],
        &["Content-Length: LENGTH", "Content-Length: LENGTH"],
        &["Content-Length: LENGTH, LENGTH"],
    ] {
        fails("http_protocol", headers);
    }
}

#[test]
fn case_156_a_length_and_chunks_together_are_refused() {
    for headers in [
        &["Content-Length: LENGTH", "Transfer-Encoding: chunked"],
        &["Transfer-Encoding: chunked", "Content-Length: LENGTH"],
    ] {
        let bend = move |wire: &mut Wire, honest: &Honest| {
            let length = honest.body.len().to_string();
            let headers: Vec<_> =
                headers.iter().map(|line| line.replace("LENGTH", &length)).collect();
            let headers: Vec<_> = headers.iter().map(String::as_str).collect();
            wire.send(&[honest.head(&headers), honest.chunked()].concat());
            Then::Close
        };
        fails_at("both", &ASKED, "http_protocol", bend);
    }
}

#[test]
fn case_156_heads_that_are_none_are_refused() {
    for head in [
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 099 Odd\r\n\r\n",
        "HTTP/1.1 -20 Odd\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1200 OK\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        "<html>\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type : application/json\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n folded: c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nnothing\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: \0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: b\r\n\r\n",
    ] {
        let bend = move |wire: &mut Wire, honest: &Honest| {
            wire.send(&[head.as_bytes(), &honest.body].concat());
            Then::Close
        };
        fails_at(&format!("{head:?}"), &[Endpoint::Token], "http_protocol", bend);
    }
    let nothing = |_: &mut Wire, _: &Honest| Then::Close;
    // Userinfo would be asked for again.
    fails_at("nothing", &ASKED[..3], "network_connection", nothing);
    let half = |wire: &mut Wire, honest: &Honest| {
        wire.send(&honest.to_bytes()[..20]);
        Then::Close
    };
    fails_at("half a head", &ASKED[..3], "network_connection", half);
}

#[test]
fn case_156_ten_thousand_headers_are_too_many() {
    let bend = |wire: &mut Wire, honest: &Honest| {
        let many: String = (0..10_000).map(|n| format!("X-{n}: y\r\n")).collect();
        wire.send(&[honest.status_line.as_bytes(), b"\r\n", many.as_bytes(), b"\r\n"].concat());
        Then::Close
    };
    fails_at("10,000 headers", &ASKED, "http_protocol", bend);
}

#[test]
fn case_156_a_header_line_of_a_mebibyte_is_too_long() {
    let bend = |wire: &mut Wire, honest: &Honest| {
        let long = format!("X: {}", "y".repeat(1 << 20));
        wire.send(&honest.head(&[&long]));
        Then::Close
    };
    fails_at("1 MiB of header", &ASKED, "http_too_long", bend);
}

#[test]
fn case_193_a_line_feed_alone_ends_no_line_of_any_answer() {
    let bend = |wire: &mut Wire, honest: &Honest| {
        let head = String::from_utf8(honest.head(&[])).unwrap().replace("\r\n", "\n");
        wire.send(&[head.as_bytes(), &honest.body].concat());
        Then::Close
    };
    fails_at("bare line feeds", &ASKED, "http_protocol", bend);
}

#[test]
fn case_157_a_hundred_early_answers_are_passed_over() {
    let scene = Scene::new();
    let logins = scene.logins();
    for endpoint in [Endpoint::Discovery, Endpoint::Token, Endpoint::Userinfo] {
        scene.front.bend_next(endpoint, |wire, honest| {
            let early = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".repeat(100);
            wire.send(&[early.into_bytes(), honest.to_bytes()].concat());
            Then::Close
        });
        assert_eq!(scene.login(&logins).unwrap().username, ALICE);
    }
}

#[test]
fn case_157_a_flood_of_early_answers_ends() {
    // As fast as it is read: together they are as long as no head may be.
    for early in ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"]
    {
        let bend = move |wire: &mut Wire, _: &Honest| {
            wire.send_again_and_again(&early.as_bytes().repeat(1000), u64::MAX);
            Then::Close
        };
        fails_at("1xx", &[Endpoint::Discovery, Endpoint::Token], "http_too_long", bend);
    }
    // One by one, each of them whole.
    let bend = |wire: &mut Wire, _: &Honest| {
        while wire.send(b"HTTP/1.1 103 Early Hints\r\n\r\n") {
            std::thread::sleep(Duration::from_millis(20));
        }
        Then::Close
    };
    times_out_at("slow 1xx", &[Endpoint::Discovery, Endpoint::Token], "network_timeout", bend);
}

#[test]
fn case_157_another_protocol_is_not_switched_to() {
    for (endpoint, code) in [
        (Endpoint::Discovery, "discovery_response"),
        (Endpoint::Token, "token_response"),
        (Endpoint::Keys, "jwks_response"),
        (Endpoint::Userinfo, "userinfo_refused"),
    ] {
        let bend = |wire: &mut Wire, honest: &Honest| {
            let head =
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n";
            wire.send(&[&head[..], &honest.to_bytes()].concat());
            Then::NextRequest
        };
        fails_at("101", &[endpoint], code, bend);
    }
}

#[test]
fn case_162_the_server_s_clock_decides_nothing() {
    let scene = Scene::new();
    let logins = scene.logins();
    for date in ["Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "yesterday"] {
        scene.front.bend_next(Endpoint::Token, move |wire, honest| {
            let length = format!("Content-Length: {}", honest.body.len());
            let head = honest.head(&[&length, &format!("Date: {date}")]);
            wire.send(&[head, honest.body.clone()].concat());
            Then::Close
        });
        assert_eq!(scene.login(&logins).unwrap().username, ALICE, "{date}");
    }
}
