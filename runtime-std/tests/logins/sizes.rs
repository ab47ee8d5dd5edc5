//! What is larger than most: tokens, claims and client identifiers.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use onerealm::core::wire::Words;
use onerealm::{Callback, DirectoryStore, Logins, RealmConfig, Realms, Requested};
use onerealm_demo_provider::{
    DemoProvider, Endpoint, Platform, Registration, Setup, User, browser,
};
use serde_json::{Map, Value, json};

use crate::bends::{with_id_token, with_json};
use crate::support::*;

const KEY: &str = "client-key canary+key/with:reserved=%&characters\ngroups-claim groups";

/// A login whose ID token has these claims as well.
fn finish_with(claims: Value) -> Ran {
    let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
        Endpoint::Token => with_id_token(answer, |_, token| {
            token.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        }),
        _ => answer,
    });
    scene.configure(KEY);
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    scene.finish(&callback)
}

fn groups(number: usize) -> Vec<String> {
    (0..number).map(|n| format!("{n:08x}-1111-2222-3333-444455556666")).collect()
}

/// An object with this number of members, each of which has one inside.
fn roles(number: usize) -> Value {
    (0..number)
        .map(|n| (format!("client-{n}"), json!({ "roles": [] })))
        .collect::<Map<_, _>>()
        .into()
}

#[test]
fn a_user_may_have_as_many_groups_as_an_id_token_of_128_kib_holds() {
    for number in [650, 2000] {
        let ran = finish_with(json!({ "groups": groups(number) }));
        let told = ran.json["groups"]["valid"].as_array().map(Vec::len);
        assert_eq!((ran.status, told), (0, Some(number)), "{}", ran.stderr);
    }
    finish_with(json!({ "groups": groups(3000) })).failed(5, "id_token_too_long");
}

#[test]
fn a_claim_may_have_1024_members_with_those_around_it() {
    for number in [300, 1000] {
        let ran = finish_with(json!({ "resource_access": roles(number) }));
        let told = ran.json["claims"]["resource_access"].as_object().map(Map::len);
        assert_eq!((ran.status, told), (0, Some(number)), "{}", ran.stderr);
    }
    finish_with(json!({ "resource_access": roles(1025) })).failed(6, "id_token_json");
}

#[test]
fn a_claim_of_userinfo_may_have_as_many_members() {
    for (number, expected) in [(300, None), (1000, None), (1025, Some("userinfo_response"))] {
        let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
            Endpoint::Userinfo => with_json(answer, |claims| claims["x"] = roles(number)),
            _ => answer,
        });
        scene.configure(KEY);
        let (_, callback) = scene.begin(&["--redirect-url", WEB]);
        let ran = scene.finish(&callback);
        let told = ran.json["claims"]["x"].as_object().map(Map::len);
        match expected {
            None => assert_eq!((ran.status, told), (0, Some(number)), "{}", ran.stderr),
            Some(code) => _ = ran.failed(5, code),
        }
    }
}

#[test]
fn an_access_token_may_have_64_kib() {
    for (len, expected) in
        [(17_000, None), (65_536, None), (65_537, Some("access_token_malformed"))]
    {
        let token = "t".repeat(len);
        let bearer = format!("authorization: Bearer {token}\r\n");
        let subject = Arc::new(Mutex::new(Value::Null));
        let told = Arc::clone(&subject);
        let endpoint_url = userinfo_endpoint(
            move |head| json!({ "sub": *told.lock().unwrap(), "all_of_it": head.contains(&bearer) }),
        );
        let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
            Endpoint::Discovery => with_json(answer, |metadata| {
                metadata["userinfo_endpoint"] = endpoint_url.clone().into();
            }),
            Endpoint::Token => with_id_token(
                with_json(answer, |body| body["access_token"] = token.clone().into()),
                |_, claims| {
                    *subject.lock().unwrap() = claims["sub"].clone();
                    claims.as_object_mut().unwrap().remove("at_hash");
                },
            ),
            _ => answer,
        });
        scene.configure(KEY);
        let (_, callback) = scene.begin(&["--redirect-url", WEB]);
        let ran = scene.finish(&callback);
        match expected {
            None => assert_eq!(ran.json["claims"]["all_of_it"], true, "{}", ran.stderr),
            Some(code) => _ = ran.failed(5, code),
        }
    }
}

/// The URL of a server for one request, as the demo provider's own reads no header of that length.
fn userinfo_endpoint(answer: impl FnOnce(&str) -> Value + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/userinfo", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = String::new();
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        while !head.ends_with("\r\n\r\n") {
            lines.read_line(&mut head).unwrap();
        }
        let body = answer(&head).to_string();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
        write!(stream, "{head}{}\r\n\r\n{body}", body.len()).unwrap();
    });
    url
}

#[test]
fn a_client_identifier_may_have_256_characters() {
    let client_id = "c".repeat(256);
    let provider = DemoProvider::start(Setup {
        registrations: vec![Registration {
            client_id: client_id.clone(),
            secret: None,
            redirect_uris: vec![(LOOPBACK.to_owned(), Platform::Native)],
        }],
        users: vec![User::new(ALICE, "Alice Example")],
        ..Setup::default()
    })
    .unwrap();
    let mut realms = Realms::new("a test");
    realms.add(RealmConfig::new("sso", provider.issuer(), client_id.clone()).unwrap());
    let directory = tempfile::tempdir().unwrap();
    let logins = Logins::new(realms, DirectoryStore::new(directory.path()));
    let begun = logins.begin("sso", LOOPBACK, Requested::Default).unwrap();
    assert_eq!(parameters(&begun.url)["client_id"], client_id);
    let callback = browser::sign_in(&begun.url, ALICE).unwrap();
    let user = logins.finish(Callback::Url(&callback), None).unwrap();
    assert_eq!(user.realm, "sso");
    assert!(RealmConfig::new("sso", provider.issuer(), client_id + "c").is_err());
}

#[test]
fn an_authorization_url_may_have_32768_bytes() {
    let scene = Scene::new();
    let begin = |scope: String| {
        let mut realm = RealmConfig::new("sso", scene.provider.issuer(), CLIENT_ID).unwrap();
        realm.realm.scopes = Words::parse(scope.into()).unwrap();
        let mut realms = Realms::new("a test");
        realms.add(realm);
        let directory = tempfile::tempdir().unwrap();
        let logins = Logins::new(realms, DirectoryStore::new(directory.path()));
        logins.begin("sso", LOOPBACK, Requested::Default).map(|begun| begun.url.len())
    };
    let others = begin("s".to_owned()).unwrap() - 1;
    for len in [others + 1, 600, 32_767, 32_768] {
        assert_eq!(begin("s".repeat(len - others)).unwrap(), len);
    }
    let refused = begin("s".repeat(32_769 - others)).unwrap_err();
    assert_eq!(refused.code(), "message_too_long");
    assert!(refused.to_string().starts_with("a message of 32769 bytes"), "{refused}");
}
