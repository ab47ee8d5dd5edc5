//! Redirects of metadata and keys: followed within their origin, and judged as if they had none.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use onerealm_demo_provider::{Endpoint, Recorded, Response};

use crate::bends::with_json;
use crate::caches::{KEY, asked, login};
use crate::disk_files::get;
use crate::support::*;

const DOCUMENTS: [Endpoint; 2] = [Endpoint::Discovery, Endpoint::Keys];
const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// The number of redirects so far, which the targets have in their query.
fn hop(request: &Recorded) -> usize {
    let query = request.request.query.as_deref().unwrap_or_default();
    query.strip_prefix("hop=").map_or(0, |hop| hop.parse().unwrap())
}

/// A provider that redirects its metadata, or its keys, `hops` times; `target` is where to, given the
/// request and its next query, and `bend` changes the redirects.
fn scene_that_redirects(
    document: Endpoint,
    hops: usize,
    target: impl Fn(&Recorded, &str) -> String + Send + Sync + 'static,
    bend: impl Fn(Response) -> Response + Send + Sync + 'static,
) -> Scene {
    let scene = Scene::bent(move |endpoint, recorded, answer| {
        let hop = hop(recorded);
        if endpoint != document || hop >= hops {
            return answer;
        }
        let target = target(recorded, &format!("?hop={}", hop + 1));
        bend(Response::new(STATUSES[hop % STATUSES.len()]).with_header("Location", target))
    });
    scene.configure(KEY);
    scene
}

fn host(request: &Recorded) -> &str {
    request.request.header("host").unwrap()
}

#[test]
fn redirects_of_documents_within_their_origin_are_followed() {
    type Target = fn(&Recorded, &str) -> String;
    let targets: [Target; 6] = [
        |request, query| format!("http://{}{}{query}", host(request), request.request.path),
        |request, query| format!("HTTP://{}{}{query}", host(request), request.request.path),
        |request, query| format!("//{}{}{query}", host(request), request.request.path),
        |request, query| format!("{}{query}", request.request.path),
        |request, query| {
            format!("./x/../{}{query}", request.request.path.rsplit_once('/').unwrap().1)
        },
        |_, query| query.to_owned(),
    ];
    for document in DOCUMENTS {
        for status in STATUSES {
            for (n, target) in targets.iter().enumerate() {
                let target = *target;
                let scene = scene_that_redirects(document, 1, target, move |mut answer| {
                    answer.status = status;
                    answer
                });
                assert_eq!(login(&scene.logins()).unwrap().username, ALICE, "{status} {n}");
                let requests = scene.provider.requests_to(document);
                assert_eq!(requests.len(), 2, "{status} {n}");
                for request in requests {
                    assert_eq!(request.request.method, "GET");
                    assert!(request.request.body.is_empty());
                    for name in ["authorization", "cookie", "referer"] {
                        assert_eq!(request.request.header(name), None);
                    }
                }
            }
        }
    }
}

#[test]
fn three_redirects_are_followed_and_no_fourth() {
    for (document, code) in [(DOCUMENTS[0], "discovery_response"), (DOCUMENTS[1], "jwks_response")]
    {
        let scene = |hops| scene_that_redirects(document, hops, |_, q| q.to_owned(), |a| a);
        let three = scene(3);
        assert_eq!(login(&three.logins()).unwrap().username, ALICE);
        assert_eq!(three.provider.requests_to(document).len(), 4);
        let four = scene(4);
        let error = login(&four.logins()).unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains(r#"HTTP status 307 to "?hop=4""#), "{error}");
        assert!(error.to_string().contains("one redirect too many"), "{error}");
        assert_eq!(four.provider.requests_to(document).len(), 4);
    }
}

#[test]
fn a_redirect_that_leads_back_ends_at_once() {
    let scene =
        scene_that_redirects(DOCUMENTS[0], usize::MAX, |r, _| r.request.path.clone(), |a| a);
    let error = login(&scene.logins()).unwrap_err();
    assert_eq!(error.code(), "discovery_response");
    assert!(error.to_string().contains("leads back"), "{error}");
    assert_eq!(asked(&scene), [1, 0, 0, 0]);
}

#[test]
fn the_shortest_lifetime_of_a_chain_counts_and_its_first_url_is_the_key() {
    for (document, kind) in [(DOCUMENTS[0], "metadata"), (DOCUMENTS[1], "keys")] {
        for (said, lifetime) in [("max-age=120", "120"), ("no-cache", "60"), ("max-age=5", "60")] {
            let bend = move |answer: Response| answer.with_header("Cache-Control", said);
            let scene = scene_that_redirects(document, 2, |_, q| q.to_owned(), bend);
            let (_, callback) = scene.begin(&["--redirect-url", WEB]);
            assert_eq!(scene.finish(&callback).status, 0);
            assert_eq!(get(&scene.file(kind), "lifetime"), lifetime, "{kind} {said}");
            let url = get(&scene.file(kind), "url");
            assert!(!url.contains("hop"), "{url}");
            // Another process asks nothing.
            let before = asked(&scene);
            let (_, callback) = scene.begin(&["--redirect-url", WEB]);
            assert_eq!(scene.finish(&callback).status, 0);
            assert_eq!(asked(&scene)[..2], before[..2]);
        }
        let bend = |answer: Response| answer.with_header("Cache-Control", "no-store");
        let scene = scene_that_redirects(document, 1, |_, q| q.to_owned(), bend);
        let (_, callback) = scene.begin(&["--redirect-url", WEB]);
        assert_eq!(scene.finish(&callback).status, 0);
        assert_eq!(scene.file_count(), 1, "the other document alone");
    }
}

#[test]
fn one_limit_of_size_is_for_the_whole_chain() {
    let with_body =
        |bytes: usize| move |answer: Response| answer.with_body("text/html", vec![b'x'; bytes]);
    for document in DOCUMENTS {
        let small = scene_that_redirects(document, 3, |_, q| q.to_owned(), with_body(300_000));
        assert_eq!(login(&small.logins()).unwrap().username, ALICE);
        let large = scene_that_redirects(document, 3, |_, q| q.to_owned(), with_body(350_000));
        let error = login(&large.logins()).unwrap_err();
        assert_eq!(error.code(), "http_too_long");
    }
}

#[test]
fn one_deadline_is_for_the_whole_chain() {
    let pause = Duration::from_millis(400);
    let slow = move |answer: Response| {
        thread::sleep(pause);
        answer
    };
    let scene = scene_that_redirects(DOCUMENTS[0], 3, |_, q| q.to_owned(), slow);
    let error = login(&scene.logins().with_deadline(pause * 5 / 2)).unwrap_err();
    assert_eq!(error.code(), "network_timeout");
}

#[test]
fn what_is_at_the_end_of_a_chain_is_judged_as_if_there_were_none() {
    let evil = |metadata: &mut serde_json::Value, name: &str, value: &str| {
        metadata[name] = value.into();
    };
    for (name, value, code) in [
        ("issuer", "https://evil.example", "discovery_issuer"),
        ("token_endpoint", "http://evil.example/token", "discovery_endpoint"),
        ("jwks_uri", "file:///etc/passwd", "discovery_endpoint"),
    ] {
        let scene =
            Scene::bent(move |endpoint, recorded, answer| match (endpoint, hop(recorded)) {
                (Endpoint::Discovery, 0) => Response::new(302).with_header("Location", "?hop=1"),
                (Endpoint::Discovery, _) => {
                    with_json(answer, |metadata| evil(metadata, name, value))
                }
                _ => answer,
            });
        scene.configure(KEY);
        let error = login(&scene.logins()).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(
            error.to_string().contains("?hop=1"),
            "it names what was asked in the end: {error}"
        );
        assert_eq!(asked(&scene), [2, 0, 0, 0]);
    }
}

#[test]
fn a_redirect_to_another_origin_says_where_to_and_what_to_do() {
    let requests = AtomicUsize::new(0);
    let scene = scene_that_redirects(
        DOCUMENTS[0],
        1,
        |_, query| format!("https://login.example/metadata{query}"),
        move |answer| {
            requests.fetch_add(1, Ordering::SeqCst);
            answer
        },
    );
    let ran = scene.run(&["auth-url", "sso", "--redirect-url", WEB]);
    let error = ran.failed(3, "discovery_response").to_string();
    for part in ["HTTP status 301", "https://login.example/metadata?hop=1", "discovery-url"] {
        assert!(ran.stderr.contains(part), "{part}: {error} {ran:?}");
    }
    assert_eq!(asked(&scene), [1, 0, 0, 0]);
}
