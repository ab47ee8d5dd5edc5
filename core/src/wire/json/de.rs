//! Reading a checked value into anybody's type, by serde and without a heap.

use heapless::String;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, SeqAccess, VariantAccess, Visitor,
};

use super::number::{Integer, Number};
use super::overlay::Overlay;
use super::raw::{JSON_STR, Raw};
use super::read_error::ReadError;
use super::string::JsonStr;
use super::value::{Array, Value, next_value};
use crate::policy::JSON_ESCAPED_LEN;

impl<'a> Value<'a> {
    /// Reads the value into a type of the caller's, which may borrow from the document.
    ///
    /// | in the document | in the type |
    /// |---|---|
    /// | a string | `&str`, where it is written without an escape; [`JsonStr`]; `heapless::String`, `String` or an enum's variant, with its escapes decoded: an escaped string of up to 1024 bytes |
    /// | a number | integers, from a number written as one; `f32` and `f64` |
    /// | `true`, `false` | `bool` |
    /// | `null` | `None`, `()` |
    /// | an array | `heapless::Vec`, `Vec`, tuples, arrays: all of its items |
    /// | an object | structs and maps. Members without a field are ignored, unless the struct denies them |
    ///
    /// # Errors
    ///
    /// [`ReadError`], where the type doesn't fit the value.
    pub fn read<T: Deserialize<'a>>(self) -> Result<T, ReadError> {
        T::deserialize(self)
    }
}

/// Methods of a deserializer that do what another one does.
macro_rules! as_another {
    ($($($method:ident)+ => $other:ident),+) => { $($(
        fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
            self.$other(visitor)
        }
    )+)+ };
}

impl<'a> Deserializer<'a> for Value<'a> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match number.integer() {
                Some(_) => visit_integer(number, visitor),
                None => visit_float(number, visitor),
            },
            Value::String(string) => visit_string(string, visitor),
            Value::Array(array) => visit_array(array, visitor),
            Value::Object(object) => Overlay::from(object).deserialize_any(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Value::Bool(value) => visitor.visit_bool(value),
            _ => Err(ReadError::expected("true or false")),
        }
    }

    fn deserialize_i64<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Value::Number(number) => visit_integer(number, visitor),
            _ => Err(ReadError::expected("an integer")),
        }
    }

    fn deserialize_f64<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Value::Number(number) => visit_float(number, visitor),
            _ => Err(ReadError::expected("a number")),
        }
    }

    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Value::String(string) => visit_string(string, visitor),
            _ => Err(ReadError::expected("a string")),
        }
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Value::Null => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_unit<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Value::Null => visitor.visit_unit(),
            _ => Err(ReadError::expected("null")),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self {
            Value::String(string) if name == JSON_STR => visitor.visit_seq(Raw::of(string)),
            _ if name == JSON_STR => Err(ReadError::expected("a string")),
            value => visitor.visit_newtype_struct(value),
        }
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Value::Array(array) => visit_array(array, visitor),
            _ => Err(ReadError::expected("an array")),
        }
    }

    fn deserialize_tuple<V: Visitor<'a>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Value::Object(_) => self.deserialize_any(visitor),
            _ => Err(ReadError::expected("an object")),
        }
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self {
            Value::Object(object) => {
                Overlay::from(object).deserialize_struct(name, fields, visitor)
            }
            _ => Err(ReadError::expected("an object")),
        }
    }

    /// A variant is its name.
    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self {
            Value::String(_) => visitor.visit_enum(Variant(self)),
            _ => Err(ReadError::expected("a string")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }

    /// Bytes are a string's or an array's.
    fn deserialize_bytes<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Value::String(string) => visit_string(string, visitor),
            _ => self.deserialize_seq(visitor),
        }
    }

    as_another! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 => deserialize_i64,
        deserialize_f32 => deserialize_f64,
        deserialize_string deserialize_char deserialize_identifier => deserialize_str,
        deserialize_byte_buf => deserialize_bytes
    }
}

fn visit_integer<'a, V: Visitor<'a>>(
    number: Number<'_>,
    visitor: V,
) -> Result<V::Value, ReadError> {
    match number.integer() {
        Some(Integer::Unsigned(value)) => visitor.visit_u64(value),
        Some(Integer::Negative(value)) => visitor.visit_i64(value),
        None => Err(ReadError::expected("an integer of 64 bits")),
    }
}

fn visit_float<'a, V: Visitor<'a>>(number: Number<'_>, visitor: V) -> Result<V::Value, ReadError> {
    match number.text().parse::<f64>() {
        Ok(value) if value.is_finite() => visitor.visit_f64(value),
        _ => Err(ReadError::expected("a number of 64 bits")),
    }
}

fn visit_string<'a, V: Visitor<'a>>(
    string: JsonStr<'a>,
    visitor: V,
) -> Result<V::Value, ReadError> {
    if let Some(plain) = string.as_plain() {
        return visitor.visit_borrowed_str(plain);
    }
    let mut text = String::<JSON_ESCAPED_LEN>::new();
    for c in string.chars() {
        text.push(c).map_err(|()| ReadError::Length { member: "" })?;
    }
    visitor.visit_str(&text).map_err(ReadError::of_escaped)
}

fn visit_array<'a, V: Visitor<'a>>(array: Array<'a>, visitor: V) -> Result<V::Value, ReadError> {
    let mut items = Items(array.inside());
    let value = visitor.visit_seq(&mut items)?;
    // Nothing that was sent is left out silently.
    if items.0.is_empty() { Ok(value) } else { Err(ReadError::Length { member: "" }) }
}

/// The items that are left of an array.
struct Items<'a>(&'a str);

impl<'a> SeqAccess<'a> for &mut Items<'a> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadError> {
        next_value(&mut self.0).map(|value| seed.deserialize(Value::of(value))).transpose()
    }
}

/// The name of a variant that holds nothing.
struct Variant<'a>(Value<'a>);

impl<'a> EnumAccess<'a> for Variant<'a> {
    type Error = ReadError;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<(T::Value, Self), ReadError> {
        Ok((seed.deserialize(self.0)?, self))
    }
}

impl<'a> VariantAccess<'a> for Variant<'a> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, _: T) -> Result<T::Value, ReadError> {
        Err(ReadError::Value { member: "" })
    }

    fn tuple_variant<V: Visitor<'a>>(self, _: usize, _: V) -> Result<V::Value, ReadError> {
        Err(ReadError::Value { member: "" })
    }

    fn struct_variant<V: Visitor<'a>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, ReadError> {
        Err(ReadError::Value { member: "" })
    }
}
