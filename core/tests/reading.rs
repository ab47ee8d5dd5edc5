//! Reading a document into a type, by serde: as `serde_json` reads it, but for what is listed.

mod generated;

use std::collections::BTreeMap;

use generated::{Random, TEXTS, document, mutated, string};
use onerealm_core::policy::JSON_ESCAPED_LEN;
use onerealm_core::wire::{Json, JsonStr, ReadError, Value as WireValue};
use serde::Deserialize;
use serde_json::Value;

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, ReadError> {
    Json::parse(text.as_bytes()).unwrap().value().read()
}

/// A field of each kind, by the names that documents are made with.
#[derive(Debug, PartialEq, Deserialize)]
struct Sample {
    a: Option<String>,
    sub: Option<bool>,
    iss: Option<u8>,
    #[serde(rename = "é")]
    signed: Option<i64>,
    #[serde(rename = "/")]
    list: Option<Vec<Option<String>>>,
    #[serde(rename = "\\")]
    pair: Option<(Value, Value)>,
    #[serde(rename = "]}")]
    nested: Option<Nested>,
    #[serde(rename = "\n")]
    kind: Option<Kind>,
    #[serde(rename = "\u{1f600}")]
    any: Option<BTreeMap<String, Value>>,
    #[serde(rename = "\"")]
    float: Option<f64>,
    #[serde(rename = "\u{7f}", default)]
    letter: Option<char>,
    #[serde(rename = "\0")]
    unit: Option<()>,
    #[serde(rename = "a\\\"b")]
    newtype: Option<Wrapped>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Nested {
    a: i64,
    #[serde(default)]
    iss: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    A,
    Sub,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Wrapped(Box<[u64]>);

/// An object whose members often fit.
fn sample(random: &mut Random) -> String {
    let members: Vec<_> = (0..random.below(5))
        .map(|_| {
            let name = *random.pick(&TEXTS[1..]);
            let name =
                if random.below(4) == 0 { string(random) } else { Value::from(name).to_string() };
            let value = match random.below(8) {
                0 => string(random),
                1 => (*random.pick(&[
                    "true",
                    "7",
                    "-7",
                    "256",
                    "[ ]",
                    "{ }",
                    "0",
                    "[1,2]",
                    "[7,\"b\"]",
                    "{\"a\":null}",
                ]))
                .to_owned(),
                2 => format!("[{},{}]", string(random), string(random)),
                3 => format!("{{\"a\":{} , \"iss\":{}}}", random.below(300), string(random)),
                4 => (*random.pick(&[r#""a""#, r#""s\u0075b""#, r#""A""#])).to_owned(),
                5 => "null".to_owned(),
                _ => document(random, 3),
            };
            format!("{name} :{value}")
        })
        .collect();
    format!(" {{{}}}", members.join(" , "))
}

/// Where `serde_json` takes more: an array for a struct, and an object for an enum.
fn is_wider(value: &Value) -> bool {
    value.is_array() || value["]}"].is_array() || value["\n"].is_object()
}

#[test]
fn types_are_read_as_serde_json_reads_them_and_refused_where_it_refuses() {
    let mut random = Random(0x7365_7264);
    let (mut fit, mut unfit, mut wider) = (0, 0, 0);
    for round in 0..60_000 {
        let text = sample(&mut random);
        let bytes = if round % 3 > 0 { text.into_bytes() } else { mutated(&mut random, &text) };
        let Ok(json) = Json::parse(&bytes) else { continue };
        let Ok(value) = serde_json::from_slice::<Value>(&bytes) else { continue };
        let shown = json.text();
        match (json.value().read::<Sample>(), serde_json::from_slice::<Sample>(&bytes)) {
            (Ok(ours), Ok(theirs)) => {
                assert_eq!(ours, theirs, "{shown}");
                fit += 1;
            }
            (Err(_), Err(_)) => unfit += 1,
            (Err(error), Ok(_)) => {
                assert!(is_wider(&value), "{error}: {shown}");
                wider += 1;
            }
            (Ok(ours), Err(error)) => panic!("{error}: {shown} is {ours:?}"),
        }
        // Types that take anything, themselves.
        assert_eq!(json.value().read::<Value>().unwrap(), value, "{shown}");
    }
    assert!(fit > 10_000 && unfit > 10_000 && wider > 10, "{fit} {unfit} {wider}");
}

#[test]
fn numbers_are_read_as_serde_json_reads_them() {
    fn compare<T: for<'a> Deserialize<'a> + PartialEq + std::fmt::Debug>(text: &str) {
        assert_eq!(read::<T>(text).ok(), serde_json::from_str(text).ok(), "{text}");
    }
    for text in [
        "0",
        "-0",
        "-1",
        "127",
        "128",
        "-128",
        "-129",
        "255",
        "256",
        "65535",
        "65536",
        "4294967295",
        "4294967296",
        "-2147483648",
        "-2147483649",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        "1.0",
        "1e0",
        "1.5",
        "1e400",
        "-1e400",
        "null",
        "true",
        "\"1\"",
        "[1]",
    ] {
        compare::<i8>(text);
        compare::<i16>(text);
        compare::<i32>(text);
        compare::<i64>(text);
        compare::<u8>(text);
        compare::<u16>(text);
        compare::<u32>(text);
        compare::<u64>(text);
        compare::<f64>(text);
        compare::<f32>(text);
        compare::<Value>(text);
    }
}

/// Fields as firmware has them.
#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "some are only read into")]
struct Borrowed<'a> {
    plain: Option<&'a str>,
    #[serde(borrow)]
    written: Option<JsonStr<'a>>,
    owned: Option<heapless::String<8>>,
    several: Option<heapless::Vec<&'a str, 2>>,
    pair: Option<[u8; 2]>,
    inner: Option<Inner>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "it is only read into")]
#[serde(deny_unknown_fields)]
struct Inner {
    a: bool,
}

#[test]
fn strings_are_borrowed_where_they_are_written_without_an_escape() {
    let text = r#"{"plain":"é x","written":"\u0061\/","owned":"\u00e9\n12345","several":["b",""]}"#;
    let sample: Borrowed<'_> = read(text).unwrap();
    assert_eq!(sample.plain, Some("é x"));
    let written = sample.written.unwrap();
    assert!(written == *"a/" && written.raw() == r"\u0061\/");
    assert_eq!(sample.owned.unwrap(), "é\n12345");
    assert_eq!(&sample.several.unwrap()[..], ["b", ""]);
    let text = r#"{"\u002fa\/":1}"#;
    let names: BTreeMap<JsonStrName<'_>, u8> = read(text).unwrap();
    assert_eq!(names.keys().next().unwrap().0.raw(), r"\u002fa\/");
}

/// A name as it is written.
#[derive(Deserialize)]
struct JsonStrName<'a>(#[serde(borrow)] JsonStr<'a>);

impl PartialEq for JsonStrName<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for JsonStrName<'_> {}

impl PartialOrd for JsonStrName<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for JsonStrName<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.raw().cmp(other.0.raw())
    }
}

#[test]
fn an_error_names_the_field_and_what_it_takes() {
    let text = |member, expected| ReadError::Type { member, expected };
    for (document, expected) in [
        (r#"{"plain":"a\/"}"#, ReadError::Escaped { member: "plain" }),
        (r#"{"several":["a\/"]}"#, ReadError::Escaped { member: "several" }),
        (r#"{"plain":1}"#, text("plain", "a string")),
        (r#"{"written":{}}"#, text("written", "a string")),
        (r#"{"owned":"123456789"}"#, ReadError::Length { member: "owned" }),
        (r#"{"owned":"12345678\n"}"#, ReadError::Length { member: "owned" }),
        (r#"{"several":["a","b","c"]}"#, ReadError::Length { member: "several" }),
        (r#"{"several":{"a":1}}"#, text("several", "an array")),
        (r#"{"pair":[1,2,3]}"#, ReadError::Length { member: "pair" }),
        (r#"{"pair":[1]}"#, ReadError::Length { member: "pair" }),
        (r#"{"pair":[1,2.5]}"#, text("pair", "an integer of 64 bits")),
        (r#"{"pair":[1,256]}"#, ReadError::Value { member: "pair" }),
        (r#"{"inner":{}}"#, ReadError::Missing { member: "a" }),
        (r#"{"inner":{"a":0}}"#, text("a", "true or false")),
        (r#"{"inner":{"a":true,"b":0}}"#, ReadError::Value { member: "inner" }),
        (r#"{"inner":{"a":true,"\/":0}}"#, ReadError::Value { member: "inner" }),
        (r#"{"inner":[true]}"#, text("inner", "an object")),
        (r#"[]"#, text("", "an object")),
    ] {
        let error = read::<Borrowed<'_>>(document).unwrap_err();
        assert_eq!(error, expected, "{document}");
        assert!(ReadError::CODES.contains(&error.code()) && !error.to_string().is_empty());
    }
    assert_eq!(read::<Kind>(r#""b""#), Err(ReadError::Value { member: "" }));
    assert_eq!(read::<Kind>(r#"{"a":null}"#), Err(text("", "a string")));
    assert_eq!(read::<Kind>(r#""\u0061""#), Ok(Kind::A));
}

#[test]
fn null_is_a_unit_and_a_string_is_bytes() {
    let other = |expected| ReadError::Type { member: "", expected };
    assert_eq!(read::<()>("null"), Ok(()));
    assert_eq!(read::<()>("0"), Err(other("null")));
    assert_eq!(read::<&[u8]>(r#""ab""#), Ok(&b"ab"[..]));
    assert_eq!(read::<&[u8]>("{}"), Err(other("an array")));
}

#[test]
fn an_escaped_string_is_decoded_up_to_a_length() {
    let written = |n: usize| format!("\"\\n{}\"", "a".repeat(n - 1));
    assert!(read::<String>(&written(JSON_ESCAPED_LEN)).is_ok());
    let too_long = written(JSON_ESCAPED_LEN + 1);
    assert_eq!(read::<String>(&too_long), Err(ReadError::Length { member: "" }));
    assert!(read::<JsonStr<'_>>(&too_long).is_ok());
    // Members that nobody asks for may be as they like.
    assert!(read::<Borrowed<'_>>(&format!("{{{too_long}:{too_long}}}")).is_ok());
}

#[test]
fn a_json_str_comes_from_a_checked_document_only() {
    use serde::de::IntoDeserializer;
    use serde::de::value::{
        BorrowedBytesDeserializer, BorrowedStrDeserializer, Error, SeqDeserializer,
    };

    assert!(serde_json::from_str::<JsonStr<'_>>(r#""a""#).is_err());
    let refused = serde_json::from_str::<JsonStr<'_>>(r#"["","a"]"#).err().unwrap().to_string();
    assert!(refused.contains("a string of a document that onerealm checked"), "{refused}");
    assert!(serde_json::from_str::<JsonStr<'_>>(r#"[[0],"a"]"#).is_err());
    assert!(JsonStr::deserialize(BorrowedStrDeserializer::<Error>::new("a\\")).is_err());
    assert!(JsonStr::deserialize(BorrowedBytesDeserializer::<Error>::new(b"\"a\\\"")).is_err());
    let pair = ["\0", "a\\"].map(BorrowedStrDeserializer::<Error>::new);
    let pair = SeqDeserializer::<_, Error>::new(pair.into_iter());
    assert!(JsonStr::deserialize(pair).is_err());
    assert!(JsonStr::deserialize(Value::from("a").into_deserializer()).is_err());
    assert_eq!(
        read::<JsonStr<'_>>("1").err(),
        Some(ReadError::Type { member: "", expected: "a string" })
    );
}

#[test]
fn values_that_nobody_reads_are_not_judged() {
    #[derive(Deserialize)]
    struct Empty {}
    assert!(read::<Empty>(r#"{"a":1e999,"b":"\/","c":[{}]}"#).is_ok());
    assert!(matches!(
        Json::parse(br#"{"a":1}"#).unwrap().value(),
        WireValue::Object(object) if object.get("a").unwrap().read() == Ok(1_u8)
    ));
}
