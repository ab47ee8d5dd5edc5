//! The table of the client types, row by row: what the provider received.

use std::collections::BTreeMap;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};

use crate::support::*;

/// A row: the realm's settings, the redirect URL, whether `--public` is given, and what must come.
struct Row {
    settings: &'static str,
    redirect_url: &'static str,
    public: &'static [&'static str],
    expected: Expected,
}

enum Expected {
    /// The secret in the `Authorization` header.
    Basic,
    /// The secret in the form.
    Post,
    /// An assertion, and no secret.
    Assertion,
    /// No secret, as the client with this id.
    Public(&'static str),
    /// No secret, and the native registration's key.
    PublicWithKey,
    /// No login, and so no request.
    Refused(&'static str),
}

const ASKED: &[&str] = &["--public"];
const NOT_ASKED: &[&str] = &[];

const fn row(
    settings: &'static str,
    redirect_url: &'static str,
    public: &'static [&'static str],
    expected: Expected,
) -> Row {
    Row { settings, redirect_url, public, expected }
}

const KEY: &str = "client-key canary+key/with:reserved=%&characters";

fn rows() -> Vec<Row> {
    use Expected::*;
    let mut rows = Vec::new();
    for url in [WEB, LOOPBACK, PRIVATE_USE] {
        for asked in [ASKED, NOT_ASKED] {
            // unset | none | any | any | public
            rows.push(row("", url, asked, Public(CLIENT_ID)));
            // auto | none | any | any | public
            rows.push(row("client-type auto", url, asked, Public(CLIENT_ID)));
            // public | any | any | any | public
            rows.push(row("client-type public", url, asked, Public(CLIENT_ID)));
            rows.push(row("client-type public\nKEY", url, asked, Public(CLIENT_ID)));
            rows.push(row(
                "client-type public\nKEY\npublic-override 0",
                url,
                asked,
                Public(CLIENT_ID),
            ));
        }
        // unset or confidential | set | any | no | confidential
        rows.push(row("KEY", url, NOT_ASKED, Basic));
        rows.push(row("client-type confidential\nKEY", url, NOT_ASKED, Basic));
        // confidential | none | any | no | refused
        rows.push(row("client-type confidential", url, NOT_ASKED, Refused("client_key_missing")));
        // any | any | any | yes | public; refused where the realm says public-override 0
        for setting in ["KEY", "client-type confidential\nKEY", "client-type auto\nKEY"] {
            rows.push(row(setting, url, ASKED, Public(CLIENT_ID)));
        }
        rows.push(row("client-type confidential", url, ASKED, Public(CLIENT_ID)));
        rows.push(row("KEY\npublic-override 0", url, ASKED, Refused("public_login_refused")));
    }
    // auto | set | web | no | confidential
    rows.push(row("client-type auto\nKEY", WEB, NOT_ASKED, Basic));
    // auto | set | loopback or private-use scheme | no | public
    rows.push(row("client-type auto\nKEY", LOOPBACK, NOT_ASKED, Public(CLIENT_ID)));
    rows.push(row("client-type auto\nKEY", PRIVATE_USE, NOT_ASKED, Public(CLIENT_ID)));
    // auto | set | loopback or private-use scheme | no | refused where the realm says public-override 0
    for url in [LOOPBACK, PRIVATE_USE] {
        let settings = "client-type auto\nKEY\npublic-override 0";
        rows.push(row(settings, url, NOT_ASKED, Refused("public_login_refused")));
    }
    rows.push(row("client-type auto\nKEY\npublic-override 0", WEB, NOT_ASKED, Basic));
    // The native registration, where there is one, and its key; and the configured method.
    let native = "client-type auto\nKEY\nnative-client-id 66666666-7777-8888-9999-000000000000";
    rows.push(row(native, LOOPBACK, NOT_ASKED, Public(NATIVE_ID)));
    rows.push(row(native, WEB, ASKED, Public(NATIVE_ID)));
    rows.push(row(native, WEB, NOT_ASKED, Basic));
    rows.push(row("client-type auto\nKEY\nnative-client-id 66666666-7777-8888-9999-000000000000\nnative-client-key canary-native-key", LOOPBACK, NOT_ASKED, PublicWithKey));
    rows.push(row("KEY\ntoken-auth-method client_secret_post", WEB, NOT_ASKED, Post));
    rows.push(row("KEY\ntoken-auth-method client_secret_basic", WEB, NOT_ASKED, Basic));
    rows
}

/// The same rows where the credential is a private key.
fn rows_of_a_private_key() -> Vec<Row> {
    let with_key = rows().into_iter().filter(|row| row.settings.contains("KEY"));
    let of_secrets_only = |row: &Row| row.settings.contains("token-auth-method");
    with_key
        .filter(|row| !of_secrets_only(row))
        .map(|row| Row {
            expected: match row.expected {
                Expected::Basic | Expected::Post => Expected::Assertion,
                expected => expected,
            },
            ..row
        })
        .collect()
}

#[test]
fn each_row_of_the_table_sends_exactly_what_it_says() {
    check(rows(), |_| KEY.to_owned());
}

#[test]
fn case_142_each_row_is_the_same_with_a_private_key() {
    check(rows_of_a_private_key(), Scene::private_key);
}

fn check(rows: Vec<Row>, credential: impl Fn(&Scene) -> String) {
    for row in rows {
        let scene = Scene::new();
        scene.configure(&row.settings.replace("KEY", &credential(&scene)));
        let shown = format!("{:?} {} {:?}", row.settings, row.redirect_url, row.public);
        let begin = [&["--redirect-url", row.redirect_url], row.public].concat();
        if let Expected::Refused(code) = row.expected {
            let ran = scene.run(&[&["auth-url", "sso"], begin.as_slice()].concat());
            assert!(ran.failed(3, code)["fix"].is_string(), "{shown}");
            assert!(scene.token_requests().is_empty(), "{shown}");
            continue;
        }
        let (begun, callback) = scene.begin(&begin);
        let finished = scene.finish(&callback);
        let client_type = match row.expected {
            Expected::Basic | Expected::Post | Expected::Assertion => "confidential",
            _ => "public",
        };
        assert_eq!(begun["client_type"], client_type, "{shown}");
        if finished.status == 0 {
            assert_eq!(finished.json["client_type"], client_type, "{shown}");
        } else {
            // Entra ID refuses the types that it didn't register: nothing else may be tried.
            finished.failed(5, "token_refused");
        }
        check_token_request(&scene, &row, &begun["url"], &callback, &shown);
    }
}

fn check_token_request(
    scene: &Scene,
    row: &Row,
    url: &serde_json::Value,
    callback: &str,
    shown: &str,
) {
    let requests = scene.token_requests();
    let [request] = requests.as_slice() else { panic!("{shown}: {requests:?}") };
    assert_eq!(request.request.method, "POST", "{shown}");
    assert_eq!(request.request.query, None, "{shown}");

    let sent = parameters(url.as_str().unwrap());
    let body = String::from_utf8(request.request.body.clone()).unwrap();
    let mut received = parameters(&body);
    assert_eq!(s256(&received["code_verifier"]), sent["code_challenge"], "{shown}");
    let code = parameters(callback)["code"].clone();
    let verifier = received["code_verifier"].clone();
    let mut expected: BTreeMap<&str, &str> = BTreeMap::from([
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", row.redirect_url),
        ("code_verifier", verifier.as_str()),
    ]);
    let mut authorization = None;
    match row.expected {
        Expected::Basic => authorization = Some(basic()),
        Expected::Post => expected.extend([("client_id", CLIENT_ID), ("client_secret", SECRET)]),
        Expected::Assertion => {
            let type_ = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            expected.extend([("client_id", CLIENT_ID), ("client_assertion_type", type_)]);
            check_assertion(scene, &received.remove("client_assertion").unwrap(), shown);
        }
        Expected::Public(client_id) => expected.extend([("client_id", client_id)]),
        Expected::PublicWithKey => {
            expected.extend([("client_id", NATIVE_ID), ("client_secret", NATIVE_KEY)]);
        }
        Expected::Refused(_) => unreachable!("handled before"),
    }
    assert_eq!(
        sent["client_id"],
        expected.get("client_id").unwrap_or(&CLIENT_ID).to_string(),
        "{shown}"
    );
    let received: BTreeMap<&str, &str> =
        received.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(received, expected, "{shown}");
    check_headers(request, authorization, body.len(), shown);
}

/// What the provider verified, in its exact form.
fn check_assertion(scene: &Scene, assertion: &str, shown: &str) {
    let part = |number: usize| {
        let part = assertion.split('.').nth(number).unwrap();
        let json = Base64UrlUnpadded::decode_vec(part).unwrap();
        serde_json::from_slice::<serde_json::Value>(&json).unwrap()
    };
    let (header, claims) = (part(0), part(1));
    let x5t = "Pmq8M_QaLg6d0oFXD6_-flg2c54";
    assert_eq!(header["alg"], "RS256", "{shown}");
    assert_eq!((&header["x5t"], header["x5t#S256"].is_string()), (&x5t.into(), true), "{shown}");
    assert_eq!(header.get("kid"), None, "{shown}");
    let endpoint = scene.provider.issuer().replace("/v2.0", "/oauth2/v2.0/token");
    assert_eq!(claims["aud"], endpoint.as_str(), "{shown}");
    for name in ["iss", "sub"] {
        assert_eq!(claims[name], CLIENT_ID, "{shown}");
    }
    let [iat, nbf, exp] = ["iat", "nbf", "exp"].map(|name| claims[name].as_u64().unwrap());
    assert_eq!((nbf, exp), (iat, iat + 60), "{shown}");
}

fn check_headers(
    request: &onerealm_demo_provider::Recorded,
    authorization: Option<String>,
    length: usize,
    shown: &str,
) {
    let mut expected = BTreeMap::from([
        ("accept".to_owned(), "application/json".to_owned()),
        ("accept-encoding".to_owned(), "identity".to_owned()),
        ("content-length".to_owned(), length.to_string()),
        ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ("user-agent".to_owned(), concat!("onerealm/", env!("CARGO_PKG_VERSION")).to_owned()),
    ]);
    expected.extend(authorization.map(|value| ("authorization".to_owned(), value)));
    let mut received = headers(request);
    assert!(received.remove("host").is_some_and(|host| host.starts_with("127.0.0.1:")), "{shown}");
    assert_eq!(received, expected, "{shown}");
    assert_eq!(request.request.headers.len(), expected.len() + 1, "{shown}: a header twice");
}

/// Both halves form-encoded, written down by hand.
fn basic() -> String {
    let halves =
        "11111111-2222-3333-4444-555555555555:canary%2Bkey%2Fwith%3Areserved%3D%25%26characters";
    format!("Basic {}", Base64::encode_string(halves.as_bytes()))
}
