//! What can be wrong with a node, and with who answers in its place.

use std::net::TcpListener;

use onerealm_demo_provider::browser::Browser;
use serde_json::{Value, json};

use crate::api::Product;
use crate::node::{ALICE, Node};
use crate::scene::{Ran, Scene, Waiting};
use crate::tls::Identity;

fn scene() -> Scene {
    Scene::new(Node::start(Product::Pve))
}

/// A login that fails before there is a browser.
fn login(scene: &Scene) -> Ran {
    let fingerprint = scene.node.identity.fingerprint.clone();
    scene.run("login", &["--fingerprint", &fingerprint, "--no-browser"])
}

/// A login whose end the node refuses.
fn finished(scene: &Scene) -> Ran {
    let fingerprint = scene.node.identity.fingerprint.clone();
    scene.sign_in("login", &["--fingerprint", &fingerprint, "--no-browser"])
}

#[test]
fn a_host_that_is_not_there_is_unreachable() {
    let scene = scene();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    for host in [free.as_str(), "no-such-host.invalid"] {
        let ran =
            Ran::of_child(scene.bare(&["pve", "login", host, "--no-browser"]).spawn().unwrap());
        ran.failed(7, "node_unreachable", &[host, "8007"]);
    }
}

#[test]
fn who_speaks_no_tls_is_no_node() {
    use std::io::{Read as _, Write as _};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let scene = scene();
    let ran =
        Ran::of_child(scene.bare(&["pve", "login", &address, "--no-browser"]).spawn().unwrap());
    ran.failed(7, "node_not_proxmox", &["doesn't speak TLS"]);
    server.join().unwrap();
}

#[test]
fn another_product_is_named() {
    for (asked, actual) in [("pve", Product::Pbs), ("pbs", Product::Pve), ("pdm", Product::Pve)] {
        let scene = Scene::new(Node::start(actual));
        let fingerprint = scene.node.identity.fingerprint.clone();
        let arguments = [
            "pve",
            "login",
            &scene.node.address(),
            "--product",
            asked,
            "--no-browser",
            "--fingerprint",
            &fingerprint,
        ];
        let ran = Ran::of_child(scene.bare(&arguments).spawn().unwrap());
        ran.failed(3, "node_other_product", &[&format!("--product {}", actual.short())]);
    }
    let scene = Scene::new(Node::start(Product::Pve));
    let fingerprint = scene.node.identity.fingerprint.clone();
    let address = scene.node.address();
    let arguments = [
        "pve",
        "login",
        &address,
        "--product",
        "pmg",
        "--no-browser",
        "--fingerprint",
        &fingerprint,
    ];
    Ran::of_child(scene.bare(&arguments).spawn().unwrap()).failed(
        3,
        "node_other_product",
        &["auth-realm"],
    );
}

#[test]
fn answers_that_are_no_api_are_told_apart() {
    const HTML: &str = "text/html; charset=utf-8";
    let page = "<html><body>Please log in to our network</body></html>";
    for (status, kind, body, code, words) in [
        (200, HTML, page, "node_not_proxmox", "web page"),
        (502, HTML, page, "node_not_proxmox", "status 502"),
        (407, HTML, page, "node_not_proxmox", "status 407"),
        (200, "application/json", "{}", "node_not_proxmox", "not of its API"),
        (200, "application/json", "[1,", "node_not_proxmox", "not of its API"),
        (200, "application/json", r#"{"data":[],"data":[]}"#, "node_not_proxmox", "not of its API"),
        (200, "text/plain", "hello", "node_not_proxmox", "not of its API"),
        (302, "text/plain", "", "node_not_proxmox", "redirect"),
        (599, "application/json", r#"{"data":null}"#, "node_gateway", "599"),
        (596, HTML, page, "node_gateway", "596"),
        (404, "text/plain", "", "node_other_product", "/access/domains"),
        (
            500,
            "application/json",
            r#"{"data":null,"message":"lock timed\nout"}"#,
            "node_failed",
            r"lock timed\nout",
        ),
        (503, "text/plain", "too busy", "node_failed", "too busy"),
        (403, "application/json", r#"{"data":null}"#, "node_refused", "doesn't allow"),
        (401, "application/json", r#"{"data":null}"#, "node_refused", "401"),
        (
            400,
            "application/json",
            r#"{"errors":{"realm":"no\u001b[31m such"},"data":null}"#,
            "node_refused",
            r"realm: no\u{1b}[31m such",
        ),
    ] {
        let scene = scene();
        scene.node.bend_path("/access/domains", status, kind, body);
        let ran = login(&scene);
        let exit = match code {
            "node_other_product" => 3,
            "node_failed" | "node_refused" => 5,
            _ => 7,
        };
        ran.failed(exit, code, &[words]);
        assert!(!ran.stderr.contains("our network"), "{ran:?}");
    }
}

#[test]
fn an_answer_without_end_is_not_read() {
    let scene = scene();
    let long = format!("{{\"data\":\"{}\"}}", "x".repeat(2 << 20));
    scene.node.bend_path("/access/domains", 200, "application/json", &long);
    login(&scene).failed(7, "node_not_proxmox", &["longer"]);
}

#[test]
fn a_node_without_the_change_is_told_when_public_is_asked_for() {
    for product in crate::api::PRODUCTS {
        let scene =
            Scene::new(Node::with(product, false, Identity::self_signed(), "client-type auto"));
        let fingerprint = scene.node.identity.fingerprint.clone();
        let ran = scene.run("login", &["--fingerprint", &fingerprint, "--no-browser", "--public"]);
        ran.failed(3, "node_lacks_public", &["public", "docs/proxmox/README.md"]);
        let ran = scene.sign_in("login", &["--no-browser"]);
        assert_eq!(ran.status, Some(0), "{product:?} {ran:?}");
    }
}

#[test]
fn a_sign_in_url_that_is_not_for_us_is_not_opened() {
    let scene = scene();
    let ours = |url: &str| {
        let body = json!({"data": url}).to_string();
        scene.node.bend_path("/auth-url", 200, "application/json", &body);
        login(&scene)
    };
    let state = "state=0123456789";
    for (url, words) in [
        (format!("http://login.example/a?redirect_uri=x&{state}"), "not https"),
        (format!("file:///etc/passwd?redirect_uri=x&{state}"), "not https"),
        ("javascript:alert(1)".to_owned(), "not https"),
        ("--version".to_owned(), "that is none"),
        (format!("https://user@login.example/a?redirect_uri=x&{state}"), "user name"),
        (
            format!("https://login.example/a?redirect_uri=https%3A%2F%2Fevil.example&{state}"),
            "elsewhere",
        ),
        (format!("https://login.example/a?{state}"), "elsewhere"),
        (format!("https://login.example/{}", "a".repeat(16 * 1024)), "too long"),
    ] {
        ours(&url).failed(5, "node_auth_url", &[words, "nothing was opened"]);
    }
    // With our redirect URL, but without a state of its own.
    for state in ["", "&state=", "&state=a&state=b"] {
        scene.node.bend(move |request| {
            let form = url::form_urlencoded::parse(&request.body).into_owned();
            let ours = form.into_iter().find(|(name, _)| name == "redirect-url")?.1;
            let ours: String = url::form_urlencoded::byte_serialize(ours.as_bytes()).collect();
            let url = format!("https://login.example/a?redirect_uri={ours}{state}");
            Some(crate::api::data(url.into()))
        });
        login(&scene).failed(5, "node_auth_url", &["no state"]);
    }
}

#[test]
fn another_state_does_not_end_the_wait() {
    let scene = scene();
    let fingerprint = scene.node.identity.fingerprint.clone();
    let waiting =
        Waiting::start(scene.command("login", &["--fingerprint", &fingerprint, "--no-browser"]));
    let mut browser = Browser::new();
    let callback = browser.sign_in(&waiting.url, ALICE).unwrap();
    let forged = callback.replace("state=", "state=x");
    assert_eq!(browser.open(&forged).unwrap().status, 400);
    assert!(scene.node.forms("/openid/login").is_empty());
    assert_eq!(browser.follow(&callback).unwrap().status, 200);
    assert_eq!(waiting.ended().status, Some(0));
}

#[test]
fn a_provider_that_refuses_is_told() {
    let scene = scene();
    let fingerprint = scene.node.identity.fingerprint.clone();
    let waiting =
        Waiting::start(scene.command("login", &["--fingerprint", &fingerprint, "--no-browser"]));
    let mut browser = Browser::new();
    let callback = browser.deny(&waiting.url).unwrap();
    assert_eq!(browser.follow(&callback).unwrap().status, 400);
    waiting.ended().failed(4, "authorization_refused", &["access_denied"]);
    assert!(scene.node.forms("/openid/login").is_empty(), "the node isn't bothered");
}

#[test]
fn a_login_that_the_node_refuses_is_told_with_its_words() {
    let scene = scene();
    scene.node.bend_path("/openid/login", 401, "application/json", r#"{"data":null}"#);
    finished(&scene).failed(5, "node_login_refused", &["journalctl"]);
    let scene = Scene::new(Node::with(Product::Pbs, true, Identity::self_signed(), "comment x"));
    let ran = finished(&scene);
    ran.failed(5, "node_login_refused", &["700025"]);
    assert!(scene.files().iter().all(|file| file.extension().is_some_and(|e| e == "fingerprint")));
}

#[test]
fn a_node_that_repeats_the_code_does_not_bring_it_into_a_message() {
    let scene = scene();
    let (seen, code) = (std::sync::Arc::new(std::sync::Mutex::new(String::new())), "code");
    let kept = seen.clone();
    scene.node.bend(move |request| {
        let form = url::form_urlencoded::parse(&request.body).into_owned();
        let code = form.into_iter().find(|(name, _)| name == code)?.1;
        kept.lock().unwrap().clone_from(&code);
        let body =
            json!({"errors": {"code": format!("{code} is wrong")}, "data": null}).to_string();
        let headers = vec![("Content-Type", "application/json".to_owned())];
        Some(crate::tls::Response { status: 400, headers, body: body.into_bytes() })
    });
    let ran = finished(&scene);
    ran.failed(5, "node_refused", &["(hidden) is wrong"]);
    let code = seen.lock().unwrap();
    assert!(code.len() > 10 && !ran.stderr.contains(code.as_str()));
}

#[test]
fn a_ticket_that_a_shell_may_not_be_given_is_refused() {
    let good = json!({"username": "alice@sso", "ticket": "PVE:alice@sso:1::x", "CSRFPreventionToken": "1:x"});
    let with = |name: &str, value: Value| {
        let mut data = good.clone();
        data[name] = value;
        json!({"data": data}).to_string()
    };
    for (body, words) in [
        (with("ticket", json!("PVE:'; touch /tmp/x; '")), "a ticket"),
        (with("ticket", json!("PVE:\u{1b}[31m")), "a ticket"),
        (with("ticket", json!("PBS:alice")), "a ticket"),
        (with("ticket", json!(null)), "no ticket"),
        (with("username", json!("root@pam")), "a user name"),
        (with("CSRFPreventionToken", json!("$(id)")), "a CSRFPreventionToken"),
    ] {
        let scene = scene();
        scene.node.bend_path("/openid/login", 200, "application/json", &body);
        finished(&scene).failed(5, "node_answer", &[words]);
        assert!(!scene.files().iter().any(|file| file.extension().is_some_and(|e| e == "json")));
    }
}

#[test]
fn each_code_is_explained_and_told_with_json_too() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");
    let document = std::fs::read_to_string(document).unwrap();
    for code in onerealm_cli::codes() {
        assert!(document.contains(&format!("## `{code}`\n")), "{code}");
    }
    let scene = scene();
    let ran = scene.run("login", &["--no-browser", "--json"]);
    let error: Value = serde_json::from_str(ran.stderr.trim()).unwrap();
    assert_eq!(error["error"]["code"], "node_certificate_unknown");
    assert_eq!(error["error"]["exit_status"], 7);
}

#[test]
fn a_realm_that_could_be_no_file_is_none() {
    let scene = scene();
    let name = "../../../elsewhere";
    *scene.node.host.realms.lock().unwrap() = json!([{"realm": name, "type": "openid"}]);
    let fingerprint = scene.node.identity.fingerprint.clone();
    let arguments = ["--fingerprint", &fingerprint, "--no-browser", "--realm", name];
    scene.run("login", &arguments).failed(3, "node_realm_unknown", &[name]);
    scene.run("login", &arguments[..3]).failed(
        5,
        "node_answer",
        &["can't be one", "that --product names"],
    );
    assert!(scene.node.forms("/auth-url").is_empty());
}

#[test]
fn a_realm_is_shown_without_what_its_comment_forges() {
    let scene = scene();
    *scene.node.host.realms.lock().unwrap() = json!([{"realm": "a\u{1b}[2J\u{9b}1m", "type": "openid"}, {"realm": "b", "type": "x\u{202e}"}]);
    let fingerprint = scene.node.identity.fingerprint.clone();
    for realm in ["b", "cc"] {
        let ran =
            scene.run("login", &["--fingerprint", &fingerprint, "--no-browser", "--realm", realm]);
        assert_eq!(ran.status, Some(3), "{ran:?}");
        assert!(!ran.stderr.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{ran:?}");
    }
}
