//! One value of a document against the same of `serde_json`'s.

use onerealm_core::wire::{Number, Value};

pub fn assert_same(ours: Value<'_>, expected: &serde_json::Value) {
    match (ours, expected) {
        (Value::Null, serde_json::Value::Null) => {}
        (Value::Bool(ours), serde_json::Value::Bool(expected)) => assert_eq!(ours, *expected),
        (Value::Number(ours), serde_json::Value::Number(expected)) => {
            assert_same_number(ours, expected)
        }
        (Value::String(ours), serde_json::Value::String(expected)) => assert!(ours == **expected),
        (Value::Array(ours), serde_json::Value::Array(expected)) => {
            assert_eq!(ours.items().count(), expected.len());
            ours.items().zip(expected).for_each(|(ours, expected)| assert_same(ours, expected));
        }
        (Value::Object(ours), serde_json::Value::Object(expected)) => {
            assert_eq!(ours.members().count(), expected.len());
            for (name, value) in ours.members() {
                assert_same(value, &expected[&name.chars().collect::<String>()]);
            }
            assert!(expected.keys().all(|name| ours.get(name).is_some()));
        }
        (ours, expected) => panic!("{ours:?} instead of {expected}"),
    }
}

/// Beyond integers the oracle has floating point, which may round up where we round down.
fn assert_same_number(ours: Number<'_>, expected: &serde_json::Number) {
    const END: u64 = 1_000_000_000_000_000;
    match (expected.as_u64(), expected.as_f64()) {
        (Some(integer), _) => assert_eq!(ours.floor(), Some(integer).filter(|n| *n < END)),
        (None, Some(float)) if float < 0.0 || float > END as f64 => assert_eq!(ours.floor(), None),
        (None, Some(float)) if float > 0.0 && float < END as f64 => {
            assert!(
                ours.floor().is_some_and(|n| (n as f64 - float).abs() <= 1.0),
                "{}",
                ours.text()
            );
        }
        _ => {}
    }
}
