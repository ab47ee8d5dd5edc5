//! Others' readers as oracles: `serde_json` for JSON, `url` for URLs and forms, `base64` for
//! base64url. Inputs are made by a small generator with fixed seeds, so that every run is the same.

mod common;
mod generated;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::{ISSUER, Trial, believe, jws_error, metadata};
use generated::{Random, document, mutated, string};
use onerealm_core::policy::REDIRECT_URI_LEN;
use onerealm_core::wire::{FormPairs, FormText, Json, JsonProblem, Value as WireValue};
use onerealm_core::{IdTokenError, JwsError, RedirectUri, RedirectUriError, RedirectUriKind};
use serde_json::{Map, Value};

/// The same value as `serde_json` has it, read with our reader.
fn rebuilt(value: WireValue<'_>) -> Value {
    match value {
        WireValue::Null => Value::Null,
        WireValue::Bool(value) => value.into(),
        WireValue::Number(number) => serde_json::from_str(number.text()).unwrap(),
        WireValue::String(text) => text.chars().collect::<String>().into(),
        WireValue::Array(array) => array.items().map(rebuilt).collect(),
        WireValue::Object(object) => Value::Object(
            object
                .members()
                .map(|(name, value)| (name.chars().collect(), rebuilt(value)))
                .collect::<Map<_, _>>(),
        ),
    }
}

/// Whether our reader may refuse what `serde_json` reads, for this reason.
fn is_a_stricter_rule(problem: JsonProblem) -> bool {
    matches!(problem, JsonProblem::Duplicate | JsonProblem::EscapedName)
}

#[test]
fn documents_are_read_as_serde_json_reads_them_and_refused_where_it_refuses() {
    let mut random = Random(0x6f6e_6572_6561_6c6d);
    let (mut read, mut refused, mut stricter) = (0, 0, 0);
    for round in 0..20_000 {
        let text = document(&mut random, 4);
        let bytes = if round % 3 == 0 { text.into_bytes() } else { mutated(&mut random, &text) };
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        let oracle = serde_json::from_slice::<Value>(&bytes);
        match (Json::parse(&bytes), oracle) {
            (Ok(json), Ok(expected)) => {
                assert_eq!(rebuilt(json.value()), expected, "{shown}");
                read += 1;
            }
            (Err(error), Ok(_)) => {
                assert!(is_a_stricter_rule(error.problem), "{error:?}: {shown}");
                stricter += 1;
            }
            (Err(_), Err(_)) => refused += 1,
            // It reads numbers into 64 bits, which is no question of grammar.
            (Ok(_), Err(error)) => {
                assert!(error.to_string().starts_with("number out of range"), "{error}: {shown}");
            }
        }
    }
    assert!(read > 4000 && refused > 4000 && stricter > 400, "{read} {refused} {stricter}");
}

#[test]
fn members_given_twice_are_found_wherever_serde_json_finds_fewer() {
    let mut random = Random(7);
    for _ in 0..20_000 {
        let names: Vec<_> = (0..random.below(6)).map(|_| string(&mut random)).collect();
        let members: Vec<_> = names.iter().map(|name| format!("{name}:0")).collect();
        let text = format!("{{{}}}", members.join(","));
        let distinct = serde_json::from_str::<Map<_, _>>(&text).unwrap().len() == names.len();
        match Json::parse(text.as_bytes()) {
            Ok(_) => assert!(distinct, "{text}"),
            Err(error) if error.problem == JsonProblem::Duplicate => assert!(!distinct, "{text}"),
            Err(error) => assert_eq!(error.problem, JsonProblem::EscapedName, "{text}"),
        }
    }
}

#[test]
fn metadata_is_read_alike_whatever_stands_beside_it() {
    let mut random = Random(11);
    let mut read = 0;
    for _ in 0..3000 {
        let mut members: Vec<String> =
            DISCOVERY.iter().map(|member| (*member).to_owned()).collect();
        for _ in 0..random.below(5) {
            let member = format!("{}:{}", string(&mut random), document(&mut random, 3));
            members.insert(random.below(members.len() + 1), member);
        }
        let text = format!("{{{}}}", members.join(" ,\n"));
        if Json::parse(text.as_bytes()).is_ok() && !text.contains("\"iss\"") {
            let metadata = metadata(&text);
            let token: String = metadata.token_endpoint().chars().collect();
            assert_eq!(token, format!("{ISSUER}/token"), "{text}");
            assert!(metadata.sends_issuer() && metadata.token_auth_methods().client_secret_post);
            read += 1;
        }
    }
    assert!(read > 1000, "{read}");
}

const DISCOVERY: [&str; 6] = [
    r#""issuer":"https:\/\/login.example\/t""#,
    r#""authorization_endpoint" : "https://login.example/t/authorize""#,
    r#""token_endpoint":"https://login.example/t\u002ftoken""#,
    r#""jwks_uri":"https://login.example/t/keys""#,
    r#""token_endpoint_auth_methods_supported":["none" , "client_secret_post"]"#,
    r#""authorization_response_iss_parameter_supported":true"#,
];

#[test]
fn claims_are_read_as_serde_json_reads_them() {
    let mut random = Random(13);
    let mut read = 0;
    for _ in 0..600 {
        let extra: Vec<_> = (0..1 + random.below(4))
            .map(|i| format!("\"x{i}{}\":{}", random.below(3), document(&mut random, 3)))
            .collect();
        let trial = Trial::new();
        let mut payload = String::new();
        let claims = trial.judge_and_look(
            |nonce| {
                let good = trial.claims(nonce).to_string();
                payload = good.replacen('{', &format!("{{{},", extra.join(",")), 1);
                trial.provider.sign_raw(&trial.provider.header().to_string(), &payload)
            },
            |identity| {
                let members = identity.members();
                members
                    .map(|(name, value)| (name.chars().collect(), rebuilt(value)))
                    .collect::<Map<_, _>>()
            },
        );
        match claims {
            Ok(claims) => {
                assert_eq!(Value::from(claims), payload.parse::<Value>().unwrap());
                read += 1;
            }
            Err(IdTokenError::Json { error }) => assert!(is_a_stricter_rule(error.problem)),
            Err(error) => panic!("{error}: {payload}"),
        }
    }
    assert!(read > 200, "{read}");
}

#[test]
fn base64url_is_read_as_the_oracle_reads_it() {
    const LETTERS: &[u8] =
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= \n";
    let mut random = Random(17);
    let trial = Trial::new();
    trial.login(|login| {
        for _ in 0..20_000 {
            let letters = if random.below(2) == 0 { LETTERS.len() } else { 64 };
            let text: String = (0..random.below(12))
                .map(|_| char::from(LETTERS[random.below(letters)]))
                .filter(|c| *c != '\n')
                .collect();
            // A header that is read at all is refused for what it says.
            let body = common::token_response(&format!("{text}.e30.AA"), "at");
            let verdict = login.exchange(common::ok_json(&body), |id_token| {
                believe(id_token.unwrap(), &login.keys, &[], common::NOW, &mut [0; 4096])
                    .map(|_| ())
            });
            let is_base64url = verdict != jws_error(JwsError::Base64);
            assert_eq!(is_base64url, URL_SAFE_NO_PAD.decode(&text).is_ok(), "{text:?}");
        }
    });
}

#[test]
fn forms_are_read_as_form_urlencoded_reads_them() {
    const PIECES: [&str; 20] = [
        "a", "code", "=", "=", "&", "&", "+", "%20", "%2B", "%26", "%3D", "%C3%A9", "%ff", "%00",
        "~", ";", "?", "/", ".", "*",
    ];
    let mut random = Random(23);
    for _ in 0..20_000 {
        let form: String = (0..random.below(12)).map(|_| *random.pick(&PIECES)).collect();
        let text = |text: FormText<'_>| {
            String::from_utf8_lossy(&text.bytes().collect::<Vec<_>>()).into_owned()
        };
        let ours: Vec<_> = FormPairs::new(&form)
            .map(|pair| pair.unwrap())
            .map(|(name, value)| (text(name), text(value)))
            .collect();
        let theirs: Vec<_> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        assert_eq!(ours, theirs, "{form}");
    }
}

#[test]
fn a_form_is_refused_only_for_its_encoding() {
    const BYTES: &[u8] = b"ab=&+%%%0123456789abcdefABCDEFg \n\"<>~!";
    let mut random = Random(29);
    for _ in 0..20_000 {
        let text: String = (0..random.below(8)).map(|_| char::from(*random.pick(BYTES))).collect();
        let escapes_are_whole = text.split('%').skip(1).all(|escape| {
            escape.len() >= 2 && escape.bytes().take(2).all(|b| b.is_ascii_hexdigit())
        });
        let expected = escapes_are_whole && text.bytes().all(|b| b.is_ascii_graphic());
        assert_eq!(FormText::encoded(&text).is_some(), expected, "{text:?}");
    }
}

#[test]
fn redirect_uris_are_taken_apart_as_url_takes_them() {
    const PIECES: [&str; 44] = [
        "http",
        "https",
        "HTTPS",
        "com.example.app",
        "app",
        "javascript",
        "data",
        ":",
        "://",
        "://",
        "//",
        "/",
        "localhost",
        "LOCALHOST",
        "127.0.0.1",
        "127.9.9.9",
        "127.1",
        "[::1]",
        "[::2]",
        "[fd00::1]",
        "pve.example",
        "evil.example",
        "0x7f.1",
        "2130706433",
        "@",
        "user@",
        ":443",
        ":80",
        ":8006",
        ":99999",
        ":0",
        "?",
        "?a=b",
        "#",
        "#x",
        "\\",
        "%2f",
        "%",
        "é",
        "..",
        "/a",
        " ",
        "\t",
        "_",
    ];
    let mut random = Random(31);
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..60_000 {
        let text: String = match random.below(2) {
            0 => (0..1 + random.below(7)).map(|_| *random.pick(&PIECES)).collect(),
            _ => {
                let rest: String = (0..random.below(4)).map(|_| *random.pick(&PIECES)).collect();
                let host = &PIECES[12 + random.below(12)];
                format!("{}://{host}{rest}", random.pick(&["http", "https", "HTTP"]))
            }
        };
        match RedirectUri::parse(&text) {
            Ok(uri) => {
                assert_eq!(uri.as_str(), text);
                agrees_with_url(&text, uri.kind());
                accepted += 1;
            }
            Err(error) => {
                let harmless = is_harmless(&text);
                assert!(!harmless || text.len() > REDIRECT_URI_LEN, "{error:?}: {text}");
                refused += 1;
            }
        }
    }
    assert!(accepted > 3000 && refused > 10_000, "{accepted} {refused}");
    assert_eq!(RedirectUri::parse("https://pve.example/#"), Err(RedirectUriError::Fragment));
}

#[test]
fn a_redirect_uri_matches_what_url_takes_for_the_same_but_for_the_port_on_loopback() {
    const SCHEMES: [&str; 4] = ["http", "http", "https", "HTTP"];
    const HOSTS: [&str; 6] =
        ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "pve.example", "LOCALHOST"];
    const PORTS: [&str; 5] = ["", ":1", ":8006", ":80", ":51004"];
    const RESTS: [&str; 8] = ["", "/", "/cb", "/cb/", "/cb?", "/cb?a=b", "/cb?a=%2f", "/x/../cb"];
    let mut random = Random(37);
    let (mut same, mut others) = (0, 0);
    for _ in 0..60_000 {
        // Half of the pairs differ in their ports at most.
        let texts = {
            let [scheme, host, rest] =
                [&SCHEMES[..], &HOSTS, &RESTS].map(|from| *random.pick(from));
            let first = format!("{scheme}://{host}{}{rest}", random.pick(&PORTS));
            let second = match random.below(2) {
                0 => format!("{scheme}://{host}{}{rest}", random.pick(&PORTS)),
                _ => format!(
                    "{}://{}{}{}",
                    random.pick(&SCHEMES),
                    random.pick(&HOSTS),
                    random.pick(&PORTS),
                    random.pick(&RESTS)
                ),
            };
            [first, second]
        };
        let [Ok(uri), Ok(registered)] = texts.each_ref().map(|text| RedirectUri::parse(text))
        else {
            continue;
        };
        let urls = texts.each_ref().map(|text| url::Url::parse(text).unwrap());
        let normal = texts.iter().zip(&urls).all(|(text, url)| text == url.as_str());
        let oracle = urls.clone().map(on_any_loopback_port);
        let matches = uri.matches(&registered);
        assert!(!matches || oracle[0] == oracle[1], "{texts:?}");
        assert!(matches || !normal || oracle[0] != oracle[1], "{texts:?}");
        assert_eq!(matches, registered.matches(&uri), "{texts:?}");
        if matches { same += 1 } else { others += 1 }
    }
    assert!(same > 10_000 && others > 10_000, "{same} {others}");
}

/// The URL as `url` has it, without its port if it is http on this machine.
fn on_any_loopback_port(mut url: url::Url) -> url::Url {
    let is_here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() == "http" && is_here {
        url.set_port(None).unwrap();
    }
    url
}

/// What a browser would take an accepted redirect URI for is what we take it for.
fn agrees_with_url(text: &str, kind: RedirectUriKind) {
    let url = match url::Url::parse(text) {
        Ok(url) => url,
        // A name that ends in a number is a malformed IPv4 address: no browser goes there.
        Err(url::ParseError::InvalidIpv4Address) if kind == RedirectUriKind::Web => return,
        Err(error) => panic!("{error}: {text}"),
    };
    assert_eq!(url.fragment(), None, "{text}");
    assert!(url.username().is_empty() && url.password().is_none(), "{text}");
    let is_loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match kind {
        RedirectUriKind::Web => assert_eq!(url.scheme(), "https", "{text}"),
        RedirectUriKind::Loopback => {
            assert!(url.scheme() == "http" && is_loopback, "{text}");
        }
        RedirectUriKind::PrivateUse => assert!(url.scheme().contains('.'), "{text}"),
    }
}

/// Whether it is a plain https URL, or a plain http URL of this machine, about which there is
/// nothing to refuse.
fn is_harmless(text: &str) -> bool {
    let Ok(url) = url::Url::parse(text) else { return false };
    let with_slash = format!("{text}/");
    let is_normal = url.as_str() == text || url.as_str() == with_slash;
    let plain = is_normal && url.fragment().is_none() && !text.contains('@') && !text.contains('%');
    let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "127.9.9.9" | "[::1]"));
    plain
        && (url.scheme() == "https" || url.scheme() == "http" && is_here)
        && text.bytes().all(|b| b.is_ascii_graphic())
}

#[test]
fn the_generator_makes_what_the_tests_are_about() {
    let mut random = Random(1);
    let documents: Vec<_> = (0..1000).map(|_| document(&mut random, 4)).collect();
    assert!(documents.iter().all(|text| text.parse::<Value>().is_ok()));
    for part in ["\\u", "\\/", "{", "[", "1.5", "\\ud83d"] {
        assert!(documents.iter().any(|text| text.contains(part)), "{part}");
    }
}
