//! Reading an object into a type, perhaps with another object behind it.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::read_error::ReadError;
use super::string::JsonStr;
use super::value::{Object, Value, next_member};

/// An object laid over another one: their members, each name once, that of the upper one, or of the
/// lower one where the upper one's is `null`.
#[derive(Clone, Copy)]
pub(crate) struct Overlay<'a> {
    pub(crate) over: Object<'a>,
    pub(crate) under: Option<Object<'a>>,
}

impl<'a> From<Object<'a>> for Overlay<'a> {
    fn from(object: Object<'a>) -> Self {
        Overlay { over: object, under: None }
    }
}

impl<'a> Overlay<'a> {
    fn visit<V: Visitor<'a>>(
        self,
        fields: Option<&'static [&'static str]>,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let mut members = Members {
            rest: self.over.inside(),
            objects: self,
            is_under: false,
            fields,
            field: "",
            value: Value::Null,
        };
        let value = visitor.visit_map(&mut members)?;
        // Nothing that was sent is left out silently.
        if members.next().is_none() { Ok(value) } else { Err(ReadError::Length { member: "" }) }
    }
}

impl<'a> Deserializer<'a> for Overlay<'a> {
    type Error = ReadError;

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.visit(Some(fields), visitor)
    }

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.visit(None, visitor)
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        <V: Visitor<'a>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The members that are left.
struct Members<'a> {
    rest: &'a str,
    objects: Overlay<'a>,
    /// Whether `rest` is of the lower object.
    is_under: bool,
    /// Those of the struct that is read, where it is one.
    fields: Option<&'static [&'static str]>,
    /// That of the member whose value is next, or empty.
    field: &'static str,
    value: Value<'a>,
}

impl<'a> Members<'a> {
    /// The name of the next member, whose field and value are kept.
    fn next(&mut self) -> Option<JsonStr<'a>> {
        loop {
            let Some((name, value)) = next_member(&mut self.rest) else {
                let under = self.objects.under.filter(|_| !self.is_under)?;
                (self.rest, self.is_under) = (under.inside(), true);
                continue;
            };
            let fields = self.fields.unwrap_or_default();
            let field = fields.iter().copied().find(|field| name == **field);
            // Of a struct, names without a field are ignored anyway.
            let counts = field.is_some() || self.fields.is_none();
            if !(counts && self.is_hidden(name, value)) {
                self.field = field.unwrap_or_default();
                self.value = Value::of(value);
                return Some(name);
            }
        }
    }

    /// Whether the other object has the member that counts.
    fn is_hidden(&self, name: JsonStr<'_>, value: &str) -> bool {
        let Overlay { over, under } = self.objects;
        if self.is_under {
            over.members().any(|(n, value)| n == name && !matches!(value, Value::Null))
        } else {
            value == "null" && under.is_some_and(|under| under.members().any(|(n, _)| n == name))
        }
    }
}

impl<'a> MapAccess<'a> for &mut Members<'a> {
    type Error = ReadError;

    fn next_key_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadError> {
        let Some(name) = self.next() else { return Ok(None) };
        match (self.fields, self.field) {
            (None, _) => seed.deserialize(Value::String(name)),
            // One that has escapes and no field only has to be one without a field.
            (Some(_), "") => seed.deserialize(BorrowedStrDeserializer::new(name.raw())),
            (Some(_), field) => seed.deserialize(BorrowedStrDeserializer::new(field)),
        }
        .map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<T::Value, ReadError> {
        seed.deserialize(self.value).map_err(|error| error.within(self.field))
    }
}
