//! Walking through a document that was checked, without copying or unescaping it.

use core::fmt;

use super::lexer::{skip_white_space, string};
use super::number::Number;
use super::string::JsonStr;

/// A value, with what is inside still to be walked.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it is written.
    Number(Number<'a>),
    /// A string, still in its escaped form.
    String(JsonStr<'a>),
    /// An array.
    Array(Array<'a>),
    /// An object.
    Object(Object<'a>),
}

impl<'a> Value<'a> {
    /// The value whose checked text, without white space around it, is `text`.
    pub(super) fn of(text: &'a str) -> Self {
        match text.bytes().next() {
            Some(b'{') => Value::Object(Object(text)),
            Some(b'[') => Value::Array(Array(text)),
            Some(b'"') => Value::String(JsonStr::between_quotes(text)),
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'-' | b'0'..=b'9') => Value::Number(Number::from_checked(text)),
            _ => Value::Null,
        }
    }

    /// The string, where it is one.
    pub fn as_str(self) -> Option<JsonStr<'a>> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// What kind of value it is, as a sentence says it: "a number", "an array".
    pub fn kind(self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }

    /// The value's JSON text.
    pub fn text(self) -> &'a str {
        match self {
            Value::Null => "null",
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Number(number) => number.text(),
            Value::Array(Array(text)) | Value::Object(Object(text)) => text,
            Value::String(string) => string.raw(),
        }
    }
}

/// An array whose items are still to be walked.
#[derive(Clone, Copy)]
pub struct Array<'a>(&'a str);

impl<'a> Array<'a> {
    /// The text between the brackets.
    pub(crate) fn inside(self) -> &'a str {
        inside(self.0)
    }

    /// The items in order.
    pub fn items(self) -> impl Iterator<Item = Value<'a>> {
        let mut rest = inside(self.0);
        core::iter::from_fn(move || next_value(&mut rest).map(Value::of))
    }
}

/// Items by their places, for an index.
#[cfg(feature = "key-index")]
impl<'a> Array<'a> {
    /// The array whose checked text, with its brackets, is `text`.
    pub(crate) fn from_checked(text: &'a str) -> Self {
        Array(text)
    }

    /// The array's JSON text.
    pub(crate) fn text(self) -> &'a str {
        self.0
    }

    /// The items in order, each with its place: the offset of its text from where the first begins.
    pub(crate) fn items_in_places(self) -> impl Iterator<Item = (usize, Value<'a>)> {
        let all = inside(self.0);
        let mut rest = all;
        core::iter::from_fn(move || {
            let place = all.len() - rest.len();
            next_value(&mut rest).map(|text| (place, Value::of(text)))
        })
    }

    /// The text from the item on that has this place.
    pub(crate) fn text_from_place(self, place: usize) -> &'a str {
        inside(self.0).get(place..).unwrap_or_default()
    }

    /// The item that has this place.
    pub(crate) fn item_in_place(self, place: usize) -> Option<Value<'a>> {
        next_value(&mut self.text_from_place(place)).map(Value::of)
    }
}

/// Hidden, as strings are.
impl fmt::Debug for Array<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Array(..)")
    }
}

/// An object whose members are still to be walked.
#[derive(Clone, Copy)]
pub struct Object<'a>(&'a str);

impl<'a> Object<'a> {
    /// The text between the brackets.
    pub(super) fn inside(self) -> &'a str {
        inside(self.0)
    }

    /// The members in order.
    pub fn members(self) -> impl Iterator<Item = (JsonStr<'a>, Value<'a>)> {
        let mut rest = inside(self.0);
        core::iter::from_fn(move || {
            next_member(&mut rest).map(|(name, value)| (name, Value::of(value)))
        })
    }

    /// The member called `name`.
    pub fn get(self, name: &str) -> Option<Value<'a>> {
        self.members().find(|(n, _)| *n == *name).map(|(_, value)| value)
    }

    /// The object's JSON text.
    pub fn text(self) -> &'a str {
        self.0
    }
}

/// Hidden, as strings are.
impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Object(..)")
    }
}

/// What stands between the brackets of a container.
fn inside(text: &str) -> &str {
    trim(text.get(1..text.len().saturating_sub(1)).unwrap_or_default())
}

/// Takes a member off `rest`, with the comma behind it: its name, and its value's text.
pub(super) fn next_member<'a>(rest: &mut &'a str) -> Option<(JsonStr<'a>, &'a str)> {
    let name = JsonStr::between_quotes(take_value(rest)?);
    *rest = trim(trim(rest).strip_prefix(':')?);
    Some((name, next_value(rest)?))
}

/// Takes a value off `rest`, with the comma behind it: its text.
pub(super) fn next_value<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let value = take_value(rest)?;
    *rest = step_over_comma(rest);
    Some(value)
}

fn take_value<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let (value, behind) = rest.split_at_checked(value_len(rest.as_bytes()))?;
    *rest = behind;
    Some(value).filter(|value| !value.is_empty())
}

/// What is behind a value and the comma that may follow it.
pub(super) fn step_over_comma(text: &str) -> &str {
    let text = trim(text);
    text.strip_prefix(',').map_or(text, trim)
}

/// Length of the value that `text` begins with; none where a container ends.
fn value_len(text: &[u8]) -> usize {
    let mut rest = text;
    let mut depth = 0_usize;
    while let [byte, behind @ ..] = rest {
        let at_end = match byte {
            b'"' => {
                rest = behind;
                // It was checked.
                let _ = string(&mut rest);
                if depth == 0 {
                    break;
                }
                continue;
            }
            b'{' | b'[' => {
                depth += 1;
                false
            }
            // What is behind a value that is no container.
            b'}' | b']' | b',' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => break,
            b'}' | b']' => {
                depth -= 1;
                depth == 0
            }
            _ => false,
        };
        rest = behind;
        if at_end {
            break;
        }
    }
    text.len() - rest.len()
}

/// The text without the white space before it.
pub(super) fn trim(text: &str) -> &str {
    let mut rest = text.as_bytes();
    skip_white_space(&mut rest);
    text.get(text.len() - rest.len()..).unwrap_or_default()
}
