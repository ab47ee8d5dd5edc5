//! Walking through a document that was checked, without copying or unescaping it.

use core::fmt;

use super::cut::{contains, cut};
use super::json::string;
use super::scan::behind_plain;
use super::writer::Writer;

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
            Some(b'-' | b'0'..=b'9') => Value::Number(Number(text)),
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

    /// The value's JSON text.
    pub fn text(self) -> &'a str {
        match self {
            Value::Null => "null",
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Number(Number(text)) | Value::Array(Array(text)) => text,
            Value::Object(Object(text)) => text,
            Value::String(string) => string.raw(),
        }
    }
}

/// A string between its quotation marks, still in its escaped form: that is not a `&str`.
#[derive(Clone, Copy)]
pub struct JsonStr<'a>(&'a str);

impl<'a> JsonStr<'a> {
    pub(super) fn from_checked(raw: &'a str) -> Self {
        JsonStr(raw)
    }

    fn between_quotes(text: &'a str) -> Self {
        JsonStr(text.get(1..text.len().saturating_sub(1)).unwrap_or_default())
    }

    /// The string whose text begins at `start`, behind its quotation mark.
    pub(super) fn at(text: &'a str, start: usize) -> Self {
        take_string(&mut text.get(start..).unwrap_or_default())
    }

    /// The text as it is written, escapes and all.
    pub fn raw(self) -> &'a str {
        self.0
    }

    /// The text, where it is written without any escape.
    pub fn as_plain(self) -> Option<&'a str> {
        // It was checked: nothing but an escape can be behind plain text.
        behind_plain(self.0.as_bytes()).is_empty().then_some(self.0)
    }

    /// The characters that it stands for.
    pub fn chars(self) -> impl Iterator<Item = char> + Clone + 'a {
        let mut rest = self.0.chars();
        core::iter::from_fn(move || match rest.next()? {
            '\\' => Some(unescape(&mut rest)),
            c => Some(c),
        })
    }

    /// Whether it holds a control character (U+0000 to U+001F, U+007F).
    pub fn has_control_character(self) -> bool {
        match self.as_plain() {
            // Others are written as escapes only.
            Some(plain) => contains(plain, 0x7f),
            None => self.chars().any(|c| c.is_ascii_control()),
        }
    }

    pub(crate) fn write(self, out: &mut Writer<'_>) {
        match self.as_plain() {
            Some(plain) => out.push_str(plain),
            None => self.chars().for_each(|c| out.push_char(c)),
        }
    }
}

impl PartialEq<str> for JsonStr<'_> {
    fn eq(&self, other: &str) -> bool {
        match self.as_plain() {
            Some(plain) => plain == other,
            None => self.chars().eq(other.chars()),
        }
    }
}

/// What they stand for is compared, however it is written.
impl PartialEq for JsonStr<'_> {
    fn eq(&self, other: &Self) -> bool {
        match other.as_plain() {
            Some(plain) => *self == *plain,
            None => self.chars().eq(other.chars()),
        }
    }
}

/// Hidden: it may be a token.
impl fmt::Debug for JsonStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonStr(..)")
    }
}

/// What an escape stands for, behind its backslash. The check has let only whole escapes pass;
/// anything else would be the replacement character.
fn unescape(rest: &mut core::str::Chars<'_>) -> char {
    match rest.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => {
            let unit = hex4(rest);
            let code_point = match unit {
                0xd800..=0xdbff => {
                    rest.nth(1);
                    let low = hex4(rest) & 0x3ff;
                    0x1_0000 + ((unit & 0x3ff) << 10) + low
                }
                _ => unit,
            };
            char::from_u32(code_point).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        Some(c) => c,
        None => char::REPLACEMENT_CHARACTER,
    }
}

fn hex4(rest: &mut core::str::Chars<'_>) -> u32 {
    rest.take(4).fold(0, |unit, c| unit << 4 | c.to_digit(16).unwrap_or(0))
}

/// A number as it is written.
#[derive(Debug, Clone, Copy)]
pub struct Number<'a>(&'a str);

impl<'a> Number<'a> {
    /// The text.
    pub fn text(self) -> &'a str {
        self.0
    }

    /// The number rounded down; `None` below zero and from 10^15 on.
    ///
    /// Fractions and exponents are read exactly, on the digits: no floating point, no rounding up.
    pub fn floor(self) -> Option<u64> {
        let (mantissa, exponent) = match cut(self.0, b'e').or_else(|| cut(self.0, b'E')) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)),
            None => (self.0, 0),
        };
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(mantissa) => (true, mantissa),
            None => (false, mantissa),
        };
        let (whole, fraction) = cut(mantissa, b'.').unwrap_or((mantissa, ""));
        if mantissa.bytes().all(|b| matches!(b, b'0' | b'.')) {
            return Some(0);
        }
        if negative {
            return None;
        }
        let digits = i64::try_from(whole.len()).ok()?.saturating_add(exponent);
        let mut written = whole.bytes().chain(fraction.bytes());
        let mut value = 0_u64;
        for _ in 0..digits {
            let digit = written.next().map_or(0, |b| b.wrapping_sub(b'0'));
            value = value.checked_mul(10)?.checked_add(digit.into())?;
            if value >= 1_000_000_000_000_000 {
                return None;
            }
        }
        Some(value)
    }
}

/// An exponent, which saturates: a number that is not zero is then out of any range.
fn parse_exponent(text: &str) -> i64 {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let magnitude = digits.bytes().fold(0_i64, |value, b| {
        value.saturating_mul(10).saturating_add(b.wrapping_sub(b'0').into())
    });
    sign * magnitude.min(1 << 40)
}

/// An array whose items are still to be walked.
#[derive(Clone, Copy)]
pub struct Array<'a>(&'a str);

impl<'a> Array<'a> {
    /// The items in order, each to be looked into on the way.
    pub(crate) fn walk(self) -> Walk<'a> {
        Walk(inside(self.0))
    }

    /// The items in order.
    pub fn items(self) -> impl Iterator<Item = Value<'a>> {
        let mut rest = inside(self.0);
        core::iter::from_fn(move || next_value(&mut rest))
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
    /// A walk with this object as its one item.
    pub(crate) fn walk(self) -> Walk<'a> {
        Walk(self.0)
    }

    /// The members in order.
    pub fn members(self) -> impl Iterator<Item = (JsonStr<'a>, Value<'a>)> {
        let mut rest = inside(self.0);
        core::iter::from_fn(move || next_member(&mut rest))
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

/// A walk through an array that looks into its objects without looking for their ends first.
pub(crate) struct Walk<'a>(&'a str);

impl<'a> Walk<'a> {
    /// Steps over an item, and shows its members to `each`, of which only objects have any; says
    /// whether there was an item.
    pub(crate) fn step(&mut self, each: &mut dyn FnMut(&'a str, Value<'a>)) -> bool {
        let Some(members) = self.0.strip_prefix('{') else {
            return next_value(&mut self.0).is_some();
        };
        let mut rest = trim(members);
        while let Some((name, value)) = next_member(&mut rest) {
            each(name.raw(), value);
        }
        self.0 = step_over_comma(rest.strip_prefix('}').unwrap_or_default());
        true
    }
}

/// Members that are wanted by their names, and must be strings where they are there and not `null`.
///
/// Names are taken as they are written: the check lets no name through that hides letters, digits
/// or underscores behind escapes, and others have none of those names.
pub(crate) struct Strings<'n, 'a, const N: usize> {
    names: [&'n str; N],
    found: [Option<JsonStr<'a>>; N],
    has_others: bool,
}

impl<'n, 'a, const N: usize> Strings<'n, 'a, N> {
    pub(crate) fn new(names: [&'n str; N]) -> Self {
        Strings { names, found: [None; N], has_others: false }
    }

    /// Keeps a member if it is wanted.
    pub(crate) fn take(&mut self, name: &str, value: Value<'a>) {
        self.has_others |= !keep(&self.names, &mut self.found, name, value);
    }

    /// The strings in the order of their names; nothing where a member is something else.
    pub(crate) fn found(self) -> Option<[Option<JsonStr<'a>>; N]> {
        (!self.has_others).then_some(self.found)
    }
}

/// Apart from [`Strings`], so that it is there once and not for every `N`.
fn keep<'a>(
    names: &[&str],
    places: &mut [Option<JsonStr<'a>>],
    name: &str,
    value: Value<'a>,
) -> bool {
    match (names.iter().zip(places).find(|(wanted, _)| **wanted == name), value) {
        (None, _) | (Some(_), Value::Null) => true,
        (Some((_, place)), Value::String(string)) => {
            *place = Some(string);
            true
        }
        (Some(_), _) => false,
    }
}

/// What stands between the brackets of a container.
fn inside(text: &str) -> &str {
    trim(text.get(1..text.len().saturating_sub(1)).unwrap_or_default())
}

/// Takes a member off `rest`, with the comma behind it.
fn next_member<'a>(rest: &mut &'a str) -> Option<(JsonStr<'a>, Value<'a>)> {
    *rest = rest.strip_prefix('"')?;
    let name = take_string(rest);
    *rest = trim(trim(rest).strip_prefix(':')?);
    Some((name, next_value(rest)?))
}

/// Takes a value off `rest`, with the comma behind it.
fn next_value<'a>(rest: &mut &'a str) -> Option<Value<'a>> {
    let value = match rest.strip_prefix('"') {
        Some(string) => {
            *rest = string;
            Value::String(take_string(rest))
        }
        None => {
            let (value, behind) = rest.split_at_checked(value_len(rest.as_bytes()))?;
            *rest = behind;
            (!value.is_empty()).then(|| Value::of(value))?
        }
    };
    *rest = step_over_comma(rest);
    Some(value)
}

/// Takes a string off `rest`, which begins behind its quotation mark.
fn take_string<'a>(rest: &mut &'a str) -> JsonStr<'a> {
    let mut behind = rest.as_bytes();
    // It was checked.
    let _ = string(&mut behind);
    let (text, behind) = rest.split_at_checked(rest.len() - behind.len()).unwrap_or_default();
    *rest = behind;
    JsonStr(text.strip_suffix('"').unwrap_or_default())
}

fn step_over_comma(text: &str) -> &str {
    let text = trim(text);
    text.strip_prefix(',').map_or(text, trim)
}

/// Length of a value that is no string.
fn value_len(text: &[u8]) -> usize {
    let mut rest = text;
    let mut depth = 0_usize;
    while let [byte, behind @ ..] = rest {
        let at_end = match byte {
            b'"' => {
                rest = behind;
                let _ = string(&mut rest);
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
    text.trim_start_matches([' ', '\t', '\n', '\r'])
}

#[cfg(test)]
mod tests {
    use super::super::json::Json;
    use super::*;

    #[test]
    fn members_and_items_are_walked_in_order() {
        let text =
            br#" { "a" : [ 1 , "x,]}\"" , { "b" : { } } , [ ] , null ] , "c":true,"d":-1.5e3 } "#;
        let object = Json::parse(text).unwrap().object().unwrap();
        let names: Vec<_> = object.members().map(|(name, _)| name.raw()).collect();
        assert_eq!(names, ["a", "c", "d"]);
        let Some(Value::Array(array)) = object.get("a") else { panic!("an array") };
        let items: Vec<_> = array.items().map(Value::text).collect();
        assert_eq!(items, ["1", "x,]}\\\"", "{ \"b\" : { } }", "[ ]", "null"]);
        assert!(matches!(object.get("c"), Some(Value::Bool(true))));
        assert!(matches!(object.get("d"), Some(Value::Number(Number("-1.5e3")))));
        assert!(object.get("b").is_none());
    }

    #[test]
    fn debug_shows_nothing_of_a_document() {
        let json = Json::parse(br#"{"canary":["canary"]}"#).unwrap();
        let (name, value) = json.object().unwrap().members().next().unwrap();
        let shown = format!("{json:?} {:?} {name:?} {value:?}", json.value());
        assert_eq!(shown, "Json(..) Object(Object(..)) JsonStr(..) Array(Array(..))");
    }

    #[test]
    fn strings_compare_unescaped() {
        let text = br#""https:\/\/op \u00e9\ud83d\ude00\b\f\n\r\t\"\\""#;
        let Value::String(string) = Json::parse(text).unwrap().value() else { panic!("a string") };
        assert!(string == *"https://op \u{e9}\u{1f600}\u{8}\u{c}\n\r\t\"\\");
        assert!(string != *"https://op");
        assert_eq!(string.as_plain(), None);
    }

    #[test]
    fn numbers_are_rounded_down_on_their_digits() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("-0.0e9", Some(0)),
            ("1700000000", Some(1_700_000_000)),
            ("1700000000.999999", Some(1_700_000_000)),
            ("1.7e9", Some(1_700_000_000)),
            ("1.7E+9", Some(1_700_000_000)),
            ("17000000005e-1", Some(1_700_000_000)),
            ("0.00017e13", Some(1_700_000_000)),
            ("0e999999999999999999999", Some(0)),
            ("1e-400", Some(0)),
            ("999999999999999", Some(999_999_999_999_999)),
            ("1000000000000000", None),
            ("1e400", None),
            ("1e9999999999999999999999", None),
            ("18446744073709551616", None),
            ("-1", None),
            ("-0.5", None),
        ] {
            assert_eq!(Number(text).floor(), expected, "{text}");
        }
    }
}
