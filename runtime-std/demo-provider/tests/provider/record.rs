//! What the provider remembers, and how its connections end.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use onerealm_demo_provider::{DemoProvider, Endpoint, Response, Setup};
use url::form_urlencoded;

use super::support::*;

#[test]
fn the_record_is_what_came_over_the_wire() {
    let provider = provider();
    let request =
        "GET /no/such?a=%62&a HTTP/1.1\r\nhOsT:x\r\nX-B:  2\r\nX-A: 1\r\nConnection: close\r\n\r\n";
    assert_eq!(send_raw(&provider, request).status(), 404);
    let body = "grant_type=%61uthorization_code&client_id=x+y";
    assert_eq!(post_token(&provider, "", body).status(), 400);
    assert_eq!(send_raw(&provider, "GET /\r\n\r\n").status(), 400);

    let record = provider.record();
    assert_eq!(record.len(), 3);
    assert_eq!(record[0].request.raw_head, request.as_bytes());
    assert_eq!(record[0].request.query.as_deref(), Some("a=%62&a"));
    let names: Vec<_> = record[0].request.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["hOsT", "X-B", "X-A", "Connection"]);
    assert_eq!(record[1].request.body, body.as_bytes());
    assert_eq!(record[1].endpoint, Endpoint::Token);
    assert_eq!(record[1].error(), Some("unauthorized_client"));
    assert_eq!(record[1].error_code(), Some(700_016));
    assert_eq!(record[2].endpoint, Endpoint::Other);
    assert_eq!(record[2].request.raw_head, b"GET /\r\n\r\n");
    assert_eq!(record[2].status(), Some(400));
    assert_eq!(provider.requests_to(Endpoint::Token).len(), 1);
}

#[test]
fn nothing_recorded_shows_a_secret_in_debug() {
    let provider = provider();
    let code = code_for(&provider, WEB);
    let answer = redeem_code(&provider, &code, WEB, "", &[]);
    let access_token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let url = format!("http://{}/oidc/userinfo", origin(&provider));
    get(&provider, &url, &format!("Authorization: Bearer {access_token}\r\n"));
    let shown = format!("{:?} {:?} {:?}", provider, provider.record(), setup());
    let encoded_secret: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    for secret in [SECRET, &encoded_secret, &code[..20], VERIFIER, &access_token[..20], "the+state"]
    {
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[test]
fn a_connection_is_kept_for_the_next_request() {
    let provider = provider();
    let mut stream = TcpStream::connect(origin(&provider)).unwrap();
    let keys = tenant_url(&provider, "/discovery/v2.0/keys")
        .replace(&format!("http://{}", origin(&provider)), "");
    let first = format!("GET {keys} HTTP/1.1\r\nHost: x\r\n\r\n");
    let last = "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(format!("{first}{first}{last}").as_bytes()).unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2);
    assert_eq!(answers.matches("HTTP/1.1 404 Not Found").count(), 1);
    assert_eq!(provider.record().len(), 3);
}

#[test]
fn an_answer_can_be_bent_and_the_record_has_what_went_out() {
    let provider = DemoProvider::start(Setup {
        bend_answer: Some(Arc::new(|endpoint, recorded, response| match endpoint {
            Endpoint::Keys if recorded.request.method == "GET" => Response::new(503),
            _ => response,
        })),
        ..setup()
    })
    .unwrap();
    let answer = get(&provider, &tenant_url(&provider, "/discovery/v2.0/keys"), "");
    assert_eq!(answer.status(), 503);
    assert_eq!(provider.record()[0].status(), Some(503));
}

#[test]
fn a_dropped_provider_gives_its_port_back_and_leaves_no_connection() {
    let is_given_back = || {
        let provider = provider();
        let address = origin(&provider);
        let mut idle = TcpStream::connect(&address).unwrap();
        assert_eq!(get(&provider, &format!("http://{address}/"), "").status(), 404);
        drop(provider);
        // What is asked now is not answered any more.
        let _ = idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(idle.read(&mut [0; 1]).unwrap_or(0), 0);
        TcpListener::bind(&address).is_ok()
    };
    // Another program may get the port at this very moment, but not each time.
    assert!((0..5).any(|_| is_given_back()));
}
