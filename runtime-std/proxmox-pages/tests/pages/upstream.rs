//! The tables of `docs/proxmox/upstream.md`, run against the drop-in, and against the page's own
//! lines in a frame.

use std::collections::BTreeMap;

use anyhow::Error;
use onerealm_demo_provider::{
    DemoProvider, Endpoint, Platform, Recorded, Registration, Setup, User, browser,
};
use serde_json::{Value, json};

mod lines {
    include!(concat!(env!("OUT_DIR"), "/proxmox/proxmox-openid/src/lib.rs"));
}

const WEB: &str = "https://node.example:8006";
const ALICE: &str = "alice@contoso.example";
const REALM: &str = "sso";

/// The two calls of either crate; `iss` is what came beside the code.
struct Crate {
    begin: fn(&Value, &str, &str) -> Result<String, Error>,
    finish: fn(&Value, &str, &str, &Query, Option<&str>) -> Result<Value, Error>,
}

macro_rules! calls_of {
    ($path:path) => {{
        use subject::{OpenIdAuthenticator, OpenIdConfig};
        use $path as subject;
        Crate {
            begin: |config, redirect_url, state_dir| {
                let config: OpenIdConfig = serde_json::from_value(config.clone())?;
                OpenIdAuthenticator::discover(&config, redirect_url)?
                    .authorize_url(state_dir, REALM)
            },
            finish: |config, redirect_url, state_dir, back, iss| {
                let config: OpenIdConfig = serde_json::from_value(config.clone())?;
                let (realm, state) =
                    OpenIdAuthenticator::verify_public_auth_state(state_dir, &back["state"])?;
                assert_eq!(realm, REALM);
                // Through a hash of the caller's, as in Perl.
                let mut state = serde_json::to_value(state)?;
                if let Some(iss) = iss {
                    state["iss"] = json!(iss);
                }
                OpenIdAuthenticator::discover(&config, redirect_url)?
                    .verify_authorization_code_simple(
                        &back["code"],
                        &serde_json::from_value(state)?,
                    )
            },
        }
    }};
}

fn drop_in() -> Crate {
    calls_of!(::proxmox_openid)
}

fn lines_of_the_page() -> Crate {
    calls_of!(self::lines)
}

type Query = BTreeMap<String, String>;

fn query(url: &str) -> Query {
    let (_, query) = url.split_once('?').unwrap();
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn provider() -> DemoProvider {
    let redirect_uris = vec![
        (WEB.to_owned(), Platform::Web),
        ("http://127.0.0.1/callback".to_owned(), Platform::Native),
    ];
    let registration = Registration {
        client_id: "node".to_owned(),
        secret: Some("s3cret+/%".to_owned()),
        redirect_uris,
    };
    DemoProvider::start(Setup {
        registrations: vec![registration],
        users: vec![User::new(ALICE, "Alice Example")],
        ..Setup::default()
    })
    .unwrap()
}

fn config(provider: &DemoProvider, public: Option<bool>) -> Value {
    let mut config = json!({
        "issuer_url": provider.issuer(),
        "client_id": "node",
        "client_key": "s3cret+/%",
        "scopes": ["email", "profile"],
    });
    if let Some(public) = public {
        config["public"] = json!(public);
    }
    config
}

/// The cells of the table whose first header is `header`.
fn table(header: &str) -> Vec<Vec<String>> {
    let page = &onerealm_proxmox_pages::pages()["upstream"];
    let (_, rest) = page.split_once(&format!("\n| {header} |")).unwrap();
    let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

/// What stands between backticks.
fn code(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn is_random(text: &str) -> bool {
    (43..=1024).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

fn check_authorization_request(url: &str, redirect_url: &str) {
    let mut found = query(url);
    for row in table("parameter") {
        let name = code(&row[0])[0];
        let value = found.remove(name).unwrap_or_else(|| panic!("no {name} in {url}"));
        match code(&row[1]).first() {
            None => assert_eq!(value, redirect_url),
            // The frame's tokens are shorter than the drop-in's.
            Some(random) if random.starts_with('{') => assert!(value.len() >= 22, "{name}={value}"),
            Some(literal) => assert_eq!(value, *literal, "{name}"),
        }
    }
    assert!(found.is_empty(), "not in the table: {found:?}");
}

fn check_token_request(row: &[String], sent: &Recorded, code_sent: &str) {
    let request = &sent.request;
    let authorization = request.header("authorization");
    assert_eq!(authorization, code(&row[4]).first().copied(), "row {}", row[0]);
    let content_type = request.header("content-type").unwrap();
    assert!(content_type.starts_with("application/x-www-form-urlencoded"), "{content_type}");
    let body = String::from_utf8(request.body.clone()).unwrap();
    let mut pairs: Vec<_> = body.split('&').collect();
    for expected in code(&row[5]) {
        let (name, value) = expected.split_once('=').unwrap();
        let at = pairs.iter().position(|pair| {
            let (of, found) = pair.split_once('=').unwrap();
            of == name
                && match value {
                    "{code}" => found == code_sent,
                    "{verifier}" => is_random(found),
                    _ => found == value,
                }
        });
        pairs.remove(at.unwrap_or_else(|| panic!("row {}: no {expected} in {body}", row[0])));
    }
    assert!(pairs.is_empty(), "row {}: not in the table: {pairs:?}", row[0]);
    let answered = sent.answered.as_ref().unwrap();
    assert!(row[6].starts_with(&answered.status.to_string()), "row {}", row[0]);
}

fn run(subject: &Crate) {
    let rows = table("#");
    assert_eq!(rows.len(), 8);
    for row in rows {
        let provider = provider();
        let directory = tempfile::tempdir().unwrap();
        let state_dir = directory.path().to_str().unwrap();
        let public = match row[1].as_str() {
            "-" => None,
            said => Some(said == "1"),
        };
        let begun_at = code(&row[2])[0];
        let (finished_at, iss) = match code(&row[3]).as_slice() {
            [] => (begun_at, None),
            [other] => (*other, None),
            [_, iss] => (begun_at, Some(*iss)),
            _ => panic!("{row:?}"),
        };
        let url = (subject.begin)(&config(&provider, public), begun_at, state_dir).unwrap();
        check_authorization_request(&url, begun_at);
        let back = query(&browser::sign_in(&url, ALICE).unwrap());
        let opposite = config(&provider, public.map(|public| !public));
        let outcome = (subject.finish)(&opposite, finished_at, state_dir, &back, iss);
        let sent = provider.requests_to(Endpoint::Token);
        match row[4].as_str() {
            "no request" => assert!(sent.is_empty(), "row {}", row[0]),
            _ => {
                assert_eq!(sent.len(), 1, "row {}", row[0]);
                check_token_request(&row, &sent[0], &back["code"]);
            }
        }
        match code(&row[7]).first() {
            None => assert!(outcome.unwrap()["sub"].is_string()),
            Some(part) => {
                let error = format!("{:#}", outcome.unwrap_err());
                assert!(error.contains(part), "row {}: {error}", row[0]);
                let aadsts = code(&row[6]);
                assert!(aadsts.iter().all(|code| error.contains(code)), "row {}: {error}", row[0]);
            }
        }
    }
}

#[test]
fn the_drop_in_sends_what_the_table_says() {
    run(&drop_in());
}

#[test]
fn the_lines_of_the_page_send_what_the_table_says() {
    run(&lines_of_the_page());
}

#[test]
fn a_realm_can_refuse_public_logins() {
    for subject in [drop_in(), lines_of_the_page()] {
        let provider = provider();
        let directory = tempfile::tempdir().unwrap();
        let begin = |public| {
            let mut config = config(&provider, public);
            config["public_override"] = json!(false);
            (subject.begin)(&config, WEB, directory.path().to_str().unwrap())
        };
        let error = begin(Some(true)).unwrap_err().to_string();
        assert!(error.contains("public-override"), "{error}");
        begin(Some(false)).unwrap();
        begin(None).unwrap();
    }
}
