//! Values as Perl passes them: a scalar may be a text, a number or undef.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, Unexpected, Visitor};

/// A boolean, which Perl passes as "1", "0", "" or undef.
pub(crate) fn boolean<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<bool>, D::Error> {
    struct Boolean;

    impl<'de> Visitor<'de> for Boolean {
        type Value = Option<bool>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a boolean: 1, 0 or nothing")
        }

        fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
            Ok(Some(value))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            match text {
                "" => Ok(None),
                "0" => Ok(Some(false)),
                "1" => Ok(Some(true)),
                _ => Err(E::invalid_value(Unexpected::Other("another text"), &self)),
            }
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
            match number {
                0 => Ok(Some(false)),
                1 => Ok(Some(true)),
                _ => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
            }
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
            self.visit_u64(u64::try_from(number).unwrap_or(u64::MAX))
        }

        fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, some: D) -> Result<Self::Value, D::Error> {
            some.deserialize_any(self)
        }
    }

    deserializer.deserialize_any(Boolean)
}

/// A whole number of seconds, which Perl passes as a number or a text. An empty text means none.
pub(crate) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seconds {
        Number(u32),
        Text(String),
    }

    let is_number = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    let refused = || de::Error::custom("expected a whole number of seconds");
    match Option::<Seconds>::deserialize(deserializer).map_err(|_| refused())? {
        None => Ok(None),
        Some(Seconds::Number(number)) => Ok(Some(number)),
        Some(Seconds::Text(text)) if text.is_empty() => Ok(None),
        Some(Seconds::Text(text)) if is_number(&text) => {
            text.parse().map(Some).map_err(|_| refused())
        }
        Some(Seconds::Text(_)) => Err(refused()),
    }
}

/// A list: an array, or one text with words separated by spaces, commas or semicolons. An empty
/// text means no list.
pub(crate) fn list<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum List {
        Items(Vec<String>),
        Text(String),
    }

    let list = Option::<List>::deserialize(deserializer)?;
    Ok(match list {
        None => None,
        Some(List::Items(items)) => Some(items),
        Some(List::Text(text)) if text.is_empty() => None,
        Some(List::Text(text)) => {
            let words = text.split([' ', ',', ';']).filter(|word| !word.is_empty());
            Some(words.map(str::to_owned).collect())
        }
    })
}
