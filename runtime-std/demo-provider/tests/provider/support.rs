//! The setup that the tests share, and a client that is as plain as the wire.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use onerealm_demo_provider::{DemoProvider, Platform, Registration, Setup, User, browser};
use serde_json::Value;
use url::form_urlencoded;

pub const APP: &str = "11111111-2222-3333-4444-555555555555";
pub const SECRET: &str = "s3cr~t +/&=%";
pub const WEB: &str = "https://pve.example:8006";
pub const NATIVE: &str = "http://localhost:51004/callback";
pub const SPA: &str = "https://spa.example/";
pub const ALICE: &str = "alice@contoso.example";

/// The verifier and the challenge of RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Parameters to set anew, or to leave out with `(none)`.
pub type Changes<'a> = &'a [(&'a str, &'a str)];

pub fn setup() -> Setup {
    Setup {
        registrations: vec![
            Registration {
                client_id: APP.to_owned(),
                secret: Some(SECRET.to_owned()),
                redirect_uris: vec![
                    (WEB.to_owned(), Platform::Web),
                    ("http://localhost/callback".to_owned(), Platform::Native),
                    (SPA.to_owned(), Platform::Spa),
                ],
            },
            Registration {
                client_id: "other-app".to_owned(),
                secret: None,
                redirect_uris: vec![("http://localhost/callback".to_owned(), Platform::Native)],
            },
        ],
        users: vec![User::new(ALICE, "Alice Example"), User::new("bob@contoso.example", "Bob")],
        ..Setup::default()
    }
}

pub fn provider() -> DemoProvider {
    DemoProvider::start(setup()).unwrap()
}

/// An answer as it came over the wire.
pub struct Answer {
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn status(&self) -> u16 {
        self.head[9..12].parse().unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn error_code(&self) -> u64 {
        self.json()["error_codes"][0].as_u64().unwrap()
    }
}

pub fn origin(provider: &DemoProvider) -> String {
    provider.issuer()[7..].split('/').next().unwrap().to_owned()
}

pub fn tenant_url(provider: &DemoProvider, path: &str) -> String {
    provider.issuer().replace("/v2.0", path)
}

pub fn send_raw(provider: &DemoProvider, request: &str) -> Answer {
    let mut stream = TcpStream::connect(origin(provider)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Answer { head: head.to_owned(), body: body.to_owned() }
}

pub fn get(provider: &DemoProvider, url: &str, headers: &str) -> Answer {
    let authority = origin(provider);
    let target = url.strip_prefix(&format!("http://{authority}")).unwrap();
    send_raw(
        provider,
        &format!(
            "GET {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n{headers}\r\n"
        ),
    )
}

pub fn post_token(provider: &DemoProvider, headers: &str, body: &str) -> Answer {
    let url = tenant_url(provider, "/oauth2/v2.0/token");
    let target = url.strip_prefix(&format!("http://{}", origin(provider))).unwrap();
    let head = format!("POST {target} HTTP/1.1\r\nHost: {}\r\nConnection: close", origin(provider));
    let content = format!(
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}",
        body.len()
    );
    send_raw(provider, &format!("{head}\r\n{headers}{content}\r\n\r\n{body}"))
}

pub fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub fn authorization_url(
    provider: &DemoProvider,
    redirect_uri: &str,
    changes: &[(&str, &str)],
) -> String {
    let pairs = [
        ("client_id", APP),
        ("redirect_uri", redirect_uri),
        ("response_type", "code"),
        ("scope", "openid profile email"),
        ("state", "the state"),
        ("nonce", "the nonce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let query = encode(&changed(&pairs, changes));
    format!("{}?{query}", tenant_url(provider, "/oauth2/v2.0/authorize"))
}

/// The pairs with some set anew, or left out where the new value is `(none)`.
pub fn changed<'a>(
    pairs: &[(&'a str, &'a str)],
    changes: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let is_changed = |name: &str| changes.iter().any(|(changed, _)| *changed == name);
    let kept = pairs.iter().filter(|(name, _)| !is_changed(name));
    let set = changes.iter().filter(|(_, value)| *value != "(none)");
    kept.chain(set).copied().collect()
}

pub fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(candidate, _)| candidate == name).map(|(_, value)| value.into_owned())
}

pub fn code_for(provider: &DemoProvider, redirect_uri: &str) -> String {
    let callback =
        browser::sign_in(&authorization_url(provider, redirect_uri, &[]), ALICE).unwrap();
    parameter(&callback, "code").unwrap()
}

/// Redeems a fresh code with a token request that is right but for the changes.
pub fn redeem(
    provider: &DemoProvider,
    redirect_uri: &str,
    headers: &str,
    changes: &[(&str, &str)],
) -> Answer {
    let code = code_for(provider, redirect_uri);
    redeem_code(provider, &code, redirect_uri, headers, changes)
}

pub fn redeem_code(
    provider: &DemoProvider,
    code: &str,
    redirect_uri: &str,
    headers: &str,
    changes: &[(&str, &str)],
) -> Answer {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("client_id", APP),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    if redirect_uri == WEB {
        pairs.push(("client_secret", SECRET));
    }
    post_token(provider, headers, &encode(&changed(&pairs, changes)))
}

pub fn basic(id: &str, secret: &str) -> String {
    let part = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let joined = format!("{}:{}", part(id), part(secret));
    format!("Authorization: Basic {}\r\n", Base64::encode_string(joined.as_bytes()))
}

pub fn claims(answer: &Answer) -> Value {
    let token = answer.json()["id_token"].as_str().unwrap().to_owned();
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}
