//! Reading a string as it is written, which is what a [`JsonStr`] is.

use core::fmt;

use serde::de::value::{BorrowedBytesDeserializer, BorrowedStrDeserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, SeqAccess, Visitor};

use super::read_error::ReadError;
use super::string::JsonStr;

/// What a [`JsonStr`] asks a deserializer for.
pub(super) const JSON_STR: &str = "$onerealm::JsonStr";

/// Its address shows whose deserializer gives a string: escapes mean something only in text that was
/// checked.
static PROOF: [u8; 1] = [0];

/// A string, after the proof that it is text of a checked document.
pub(super) struct Raw<'a> {
    proof: Option<&'static [u8]>,
    string: JsonStr<'a>,
}

impl<'a> Raw<'a> {
    pub(super) fn of(string: JsonStr<'a>) -> Self {
        Raw { proof: Some(&PROOF), string }
    }
}

impl<'a> SeqAccess<'a> for Raw<'a> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadError> {
        match self.proof.take() {
            Some(proof) => seed.deserialize(BorrowedBytesDeserializer::new(proof)).map(Some),
            None => seed.deserialize(BorrowedStrDeserializer::new(self.string.raw())).map(Some),
        }
    }
}

/// From a [`Value`](super::Value) and from
/// [`Identity::claims`](crate::Identity::claims) only; other deserializers' strings are refused, as
/// they are not in their escaped form.
impl<'de: 'a, 'a> Deserialize<'de> for JsonStr<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(JSON_STR, AsWritten)
    }
}

struct AsWritten;

impl<'de> Visitor<'de> for AsWritten {
    type Value = JsonStr<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string of a document that onerealm checked")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let proof: Option<&[u8]> = seq.next_element()?;
        let text = match proof {
            Some(proof) if core::ptr::eq(proof, &PROOF[..]) => seq.next_element()?,
            _ => None,
        };
        text.map(JsonStr::from_checked).ok_or_else(|| de::Error::invalid_length(0, &self))
    }
}
