//! Cases 153, 154 and 161: bodies that are not what their headers say.

use onerealm_demo_provider::Endpoint;

use crate::front::{Honest, Then, Wire};
use crate::scene::*;

type MakeBody = fn(&Honest) -> Vec<u8>;

/// Sends the honest answer with these headers about its framing, and this body; then closes.
fn sent(
    headers: &'static [&'static str],
    body: MakeBody,
) -> impl Fn(&mut Wire, &Honest) -> Then + Clone {
    move |wire, honest| {
        let length = honest.body.len();
        let headers: Vec<_> = headers
            .iter()
            .map(|line| {
                line.replace("LENGTH", &length.to_string())
                    .replace("SHORTER", &(length - 1).to_string())
                    .replace("LONGER", &(length + 1).to_string())
            })
            .collect();
        let headers: Vec<_> = headers.iter().map(String::as_str).collect();
        wire.send(&[honest.head(&headers), body(honest)].concat());
        Then::Close
    }
}

fn whole(honest: &Honest) -> Vec<u8> {
    honest.body.clone()
}

fn fails(code: &str, headers: &'static [&'static str], body: MakeBody) {
    fails_at(&format!("{headers:?}"), &ASKED, code, sent(headers, body));
}

#[test]
fn case_153_a_body_that_is_shorter_than_its_length_is_no_answer() {
    fails("network_connection", &["Content-Length: LONGER"], whole);
    fails("network_connection", &["Content-Length: 1000000"], whole);
}

#[test]
fn case_153_a_body_is_read_no_further_than_its_length() {
    for (endpoint, code) in [
        (ASKED[0], "discovery_response"),
        (ASKED[1], "jwks_response"),
        (ASKED[2], "token_response"),
        (ASKED[3], "userinfo_response"),
    ] {
        // What is left is no JSON.
        let bend = sent(&["Content-Length: SHORTER"], whole);
        fails_at("a shorter length", &[endpoint], code, bend);
    }
}

#[test]
fn case_153_chunks_that_are_none_are_refused() {
    let chunked = &["Transfer-Encoding: chunked"];
    fails("http_protocol", chunked, |_| b"five\r\n".to_vec());
    fails("http_protocol", chunked, |_| b"-5\r\nabcde\r\n0\r\n\r\n".to_vec());
    fails("http_protocol", chunked, |_| b"5\r\nabcdefg\r\n0\r\n\r\n".to_vec());
    fails("http_protocol", chunked, |_| b"ffffffffffffffffff\r\nabc".to_vec());
    // It ends in the middle of a chunk.
    fails("network_connection http_protocol", chunked, |honest| {
        let chunked = honest.chunked();
        chunked[..chunked.len() - 20].to_vec()
    });
}

#[test]
fn case_154_an_answer_with_a_content_coding_is_refused_whatever_it_holds() {
    for coding in [
        &["Content-Encoding: gzip", "Content-Length: LENGTH"],
        &["Content-Encoding: GZIP", "Content-Length: LENGTH"],
        &["Content-Encoding: br", "Content-Length: LENGTH"],
        &["Content-Encoding: deflate", "Content-Length: LENGTH"],
        &["Content-Encoding: gzip, gzip", "Content-Length: LENGTH"],
        &["Content-Encoding: identity, br", "Content-Length: LENGTH"],
        &["Content-Encoding: x-unknown", "Content-Length: LENGTH"],
        &["Content-Encoding: \u{fc}", "Content-Length: LENGTH"],
    ] {
        fails("http_encoded", coding, whole);
    }
    fails(
        "http_encoded",
        &["Content-Encoding: identity", "Content-Encoding: gzip", "Content-Length: LENGTH"],
        whole,
    );
}

#[test]
fn case_154_a_coding_that_is_refused_is_named_and_forges_nothing() {
    let scene = Scene::at("http://127.0.0.1", "\ttoken-auth-method client_secret_post\n");
    let logins = scene.logins();
    for (said, shown) in [
        (&["Content-Encoding: gzip"][..], "\"gzip\"".to_owned()),
        (&["Content-Encoding: identity", "Content-Encoding: br"], "\"identity, br\"".to_owned()),
        (&["Content-Encoding: a\" b\u{202e}"], "\"a\\\" b\\u{202e}\"".to_owned()),
        (&["Content-Encoding: canary-client-key"], "\"(hidden)\"".to_owned()),
        (&[LONG_CODING], format!("\"{}…\"", "y".repeat(80))),
    ] {
        scene.front.bend_next(Endpoint::Token, move |wire, honest| {
            let length = format!("Content-Length: {}", honest.body.len());
            wire.send(&[honest.head(&[said, &[&length]].concat()), honest.body.clone()].concat());
            Then::Close
        });
        let error = scene.login(&logins).unwrap_err();
        assert_eq!(error.code(), "http_encoded", "{said:?}");
        assert!(error.to_string().contains(&format!("({shown})")), "{error}");
    }
}

const LONG_CODING: &str = concat!(
    "Content-Encoding: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
    "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
);

#[test]
fn a_charset_that_is_said_to_be_a_coding_changes_nothing() {
    let scene = Scene::new();
    for coding in [
        "Content-Encoding:",
        "Content-Encoding: utf-8",
        "Content-Encoding: UTF8",
        "Content-Encoding: iso-8859-1",
        "Content-Encoding: us-ascii",
        "Content-Encoding: windows-1252",
        "Content-Encoding: identity, utf-8",
    ] {
        for endpoint in ASKED {
            scene.front.bend_next(endpoint, move |wire, honest| {
                let length = format!("Content-Length: {}", honest.body.len());
                wire.send(&[honest.head(&[coding, &length]), honest.body.clone()].concat());
                Then::Close
            });
            // The documents are asked for in the first login only.
            assert_eq!(scene.login(&scene.logins()).unwrap().username, ALICE, "{coding}");
        }
    }
}

#[test]
fn case_154_a_transfer_coding_besides_chunked_is_refused() {
    for coding in [
        &["Transfer-Encoding: gzip, chunked"],
        &["Transfer-Encoding: chunked, chunked"],
        &["Transfer-Encoding: identity, chunked"],
        &["Transfer-Encoding: xchunked, chunked"],
    ] {
        fails("http_protocol", coding, Honest::chunked);
    }
    fails("http_protocol", &["Transfer-Encoding: gzip"], whole);
}

#[test]
fn case_154_chunks_in_an_old_version_are_refused() {
    let bend = |wire: &mut Wire, honest: &Honest| {
        let head = honest.head(&["Transfer-Encoding: chunked"]);
        let head = String::from_utf8(head).unwrap().replacen("HTTP/1.1", "HTTP/1.0", 1);
        wire.send(&[head.into_bytes(), honest.chunked()].concat());
        Then::Close
    };
    fails_at("HTTP/1.0", &ASKED, "http_protocol", bend);
}

#[test]
fn every_honest_framing_is_read() {
    let framings: [(&[&str], MakeBody); 4] = [
        (&["Content-Length: LENGTH"], whole),
        (&["Transfer-Encoding: Chunked"], Honest::chunked),
        (&["Connection: close"], whole),
        (&["Content-Encoding: Identity", "Content-Length: LENGTH"], whole),
    ];
    for (headers, body) in framings {
        let scene = Scene::new();
        let logins = scene.logins();
        for endpoint in ASKED {
            scene.front.bend_next(endpoint, sent(headers, body));
            if endpoint == Endpoint::Keys {
                // The keys are asked for in the first login only.
                let fresh = scene.logins();
                assert_eq!(scene.login(&fresh).unwrap().username, ALICE, "{headers:?}");
                continue;
            }
            assert_eq!(scene.login(&logins).unwrap().username, ALICE, "{headers:?}");
        }
    }
}

/// The honest body under another content type, said in these lines.
fn with_types(lines: &'static [&'static str]) -> impl Fn(&mut Wire, &Honest) -> Then + Clone {
    move |wire, honest| {
        let length = format!("Content-Length: {}", honest.body.len());
        let is_type = |line: &&String| line.to_ascii_lowercase().starts_with("content-type");
        let mut bent = Honest {
            status_line: honest.status_line.clone(),
            headers: honest.headers.iter().filter(|line| !is_type(line)).cloned().collect(),
            body: honest.body.clone(),
        };
        bent.headers.extend(lines.iter().map(|line| line.to_string()));
        wire.send(&[bent.head(&[&length]), bent.body].concat());
        Then::Close
    }
}

#[test]
fn case_161_html_is_no_document_and_tokens_and_userinfo_are_json() {
    let documents = [(ASKED[0], "discovery_response"), (ASKED[1], "jwks_response")];
    let answers = [(ASKED[2], "token_response"), (ASKED[3], "userinfo_response")];
    for (endpoint, code) in documents.into_iter().chain(answers) {
        fails_at("HTML", &[endpoint], code, with_types(&["Content-Type: text/html"]));
    }
    for lines in [
        &[][..],
        &["Content-Type: text/plain"],
        &["Content-Type: application/json\u{fc}"],
        &["Content-Type: application/jsonp"],
    ] {
        for (endpoint, code) in answers {
            fails_at(&format!("{lines:?}"), &[endpoint], code, with_types(lines));
        }
    }
}

#[test]
fn case_161_two_content_types_are_none() {
    let lines = &["Content-Type: application/json", "Content-Type: text/html"];
    fails_at("two types", &ASKED, "http_protocol", with_types(lines));
}
