//! Types that are read by our deserializer and by `serde_json`'s.

use onerealm_core::wire::Value;
use serde::Deserialize;

use super::same::assert_same;

/// One field of each kind, with names that a fuzzer finds.
#[derive(Debug, PartialEq, Deserialize)]
struct Sample {
    a: Option<String>,
    b: Option<bool>,
    c: Option<u8>,
    d: Option<i64>,
    e: Option<Vec<Option<String>>>,
    f: Option<(u64, char)>,
    g: Option<Nested>,
    h: Option<Kind>,
    i: Option<()>,
    #[serde(rename = "\u{e9}/")]
    j: Option<std::collections::BTreeMap<String, Option<i8>>>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Nested {
    a: u32,
    #[serde(default)]
    b: Option<Box<Nested>>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    OneWay,
    Other,
}

/// What both make of a checked document is the same, or both refuse it. `serde_json` takes more: an array for a struct,
/// an object for an enum, and escaped strings of any length.
pub fn assert_read_alike(ours: Value<'_>, document: &[u8], value: &serde_json::Value) {
    match (ours.read::<Sample>(), serde_json::from_slice::<Sample>(document)) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs),
        (Err(_), Err(_)) => {}
        (Err(_), Ok(_)) => {
            let is_wider = value.is_array() || value["h"].is_object() || has_array(&value["g"]);
            assert!(is_wider || document.len() > onerealm_core::policy::JSON_ESCAPED_LEN);
        }
        (Ok(ours), Err(error)) => panic!("{error}: {ours:?}"),
    }
    if let Ok(any) = ours.read::<serde_json::Value>() {
        assert_same(ours, &any);
    } else {
        assert!(document.len() > onerealm_core::policy::JSON_ESCAPED_LEN);
    }
}

fn has_array(nested: &serde_json::Value) -> bool {
    nested.is_array() || nested.get("b").is_some_and(has_array)
}
