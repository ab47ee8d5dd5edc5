//! Bytes and text, against `serde_json` and `url`.

use onerealm_core::wire::{FormPairs, FormText, Json, JsonError, JsonProblem};
use onerealm_core::{RedirectUri, RedirectUriKind};
use url::{Host, ParseError, Url, form_urlencoded};

use super::reading::assert_read_alike;
use super::same::assert_same;

/// What we accept is JSON with the same value; what we refuse is no JSON, or refused for a reason of ours.
pub fn json(input: &[u8]) -> bool {
    use JsonProblem::{Duplicate, EscapedName};

    let oracle = serde_json::from_slice::<serde_json::Value>(input);
    match (Json::parse(input), &oracle) {
        (Ok(json), Ok(expected)) => {
            assert_same(json.value(), expected);
            assert_read_alike(json.value(), input, expected);
        }
        // `serde_json` reads numbers, where we only check how they are written.
        (Ok(_), Err(error)) => assert!(error.to_string().starts_with("number out of range")),
        (Err(JsonError { problem: Duplicate | EscapedName, .. }), Ok(value)) => {
            // Once each member is said once and plainly, nothing is left to refuse.
            let plain = value.to_string();
            assert!(Json::parse(plain.as_bytes()).map_or_else(is_a_limit, |_| true), "{plain}");
        }
        (Err(error), Ok(_)) => assert!(is_a_limit(error), "{error}"),
        (Err(_), Err(_)) => {}
    }
    Json::parse(input).is_ok()
}

fn is_a_limit(error: JsonError) -> bool {
    use JsonProblem::{TooDeep, TooLong, TooManyMembers};
    matches!(error.problem, TooLong | TooDeep | TooManyMembers)
}

/// What we decode is what `url` decodes, and what `url` encodes we decode.
pub fn form(input: &[u8]) -> bool {
    let encoded: String = form_urlencoded::byte_serialize(input).collect();
    assert!(FormText::encoded(&encoded).unwrap().bytes().eq(input.iter().copied()));

    let Ok(text) = std::str::from_utf8(input) else { return false };
    let lossy = |text: FormText<'_>| {
        String::from_utf8_lossy(&text.bytes().collect::<Vec<_>>()).into_owned()
    };
    let mut expected = form_urlencoded::parse(input);
    for pair in FormPairs::new(text) {
        let (name, value) = expected.next().unwrap();
        if let Some((ours, our_value)) = pair {
            assert_eq!((lossy(ours), lossy(our_value)), (name.into_owned(), value.into_owned()));
        }
    }
    assert!(expected.next().is_none());
    FormPairs::new(text).all(|pair| pair.is_some())
}

/// A browser goes where we believe that it goes.
pub fn redirect_uri(input: &[u8]) -> bool {
    let Some(uri) = std::str::from_utf8(input).ok().and_then(|text| RedirectUri::parse(text).ok())
    else {
        return false;
    };
    let Some(url) = seen_by_browser(uri.as_str()) else { return true };
    assert_eq!((url.username(), url.password(), url.fragment()), ("", None, None));
    let kind = match (url.scheme(), url.host()) {
        ("https", Some(_)) => RedirectUriKind::Web,
        ("http", Some(Host::Domain("localhost"))) => RedirectUriKind::Loopback,
        ("http", Some(Host::Ipv4(address))) if address.is_loopback() => RedirectUriKind::Loopback,
        ("http", Some(Host::Ipv6(address))) if address.is_loopback() => RedirectUriKind::Loopback,
        (scheme, _) if scheme.contains('.') => RedirectUriKind::PrivateUse,
        _ => panic!("{url}"),
    };
    assert_eq!(uri.kind(), kind, "{url}");
    true
}

/// The URL as browsers read it; `None` for hosts that are no host to them.
pub fn seen_by_browser(text: &str) -> Option<Url> {
    match Url::parse(text) {
        Ok(url) => Some(url),
        Err(ParseError::IdnaError | ParseError::InvalidIpv4Address) => None,
        Err(error) => panic!("{text}: {error}"),
    }
}
