//! Walking through a document that was checked, without copying or unescaping it.

use core::fmt;

use super::cut::{contains, cut};
use super::json::{skip_white_space, string};
use super::scan::behind_plain;
use super::writer::Writer;
use crate::policy::JSON_LEN;

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

    /// The string that an optional member is, `None` also where it is `null`; an error where it is
    /// something else.
    pub(crate) fn optional_str(member: Option<Self>) -> Result<Option<JsonStr<'a>>, NotAString> {
        match member {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(NotAString),
        }
    }

    /// The string that a member is.
    pub(crate) fn required_str(member: Option<Self>) -> Result<JsonStr<'a>, NotAString> {
        Self::optional_str(member)?.ok_or(NotAString)
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

/// Where a string must be there is none.
pub(crate) struct NotAString;

/// A string between its quotation marks, still in its escaped form: that is not a `&str`.
#[derive(Clone, Copy)]
pub struct JsonStr<'a>(&'a str);

impl<'a> JsonStr<'a> {
    /// The string whose checked text between its quotation marks is `raw`.
    pub(crate) fn from_checked(raw: &'a str) -> Self {
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
        self.for_each_piece(&mut |piece| out.push_str(piece));
    }

    /// What it stands for, in one piece where it is written without any escape.
    pub(crate) fn for_each_piece(self, each: &mut dyn FnMut(&str)) {
        match self.as_plain() {
            Some(plain) => each(plain),
            None => self.chars().for_each(|c| each(c.encode_utf8(&mut [0; 4]))),
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
        // A document is far shorter than the numbers that this type holds.
        let digits = i32::try_from(whole.len()).ok()?.saturating_add(exponent);
        let mut written = whole.bytes().chain(fraction.bytes());
        let mut value = 0_u64;
        for _ in 0..digits {
            let digit = written.next().map_or(0, |b| b.wrapping_sub(b'0'));
            value = value * 10 + u64::from(digit);
            if value >= 1_000_000_000_000_000 {
                return None;
            }
        }
        Some(value)
    }
}

/// An exponent, which saturates above the length of any document: a number that is not zero is then
/// out of any range.
fn parse_exponent(text: &str) -> i32 {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let magnitude = digits.bytes().fold(0, |value: i32, digit| {
        value.min(JSON_LEN as i32) * 10 + i32::from(digit.wrapping_sub(b'0'))
    });
    sign * magnitude
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
    /// Steps over an item, and gives its members that are called `names`, as
    /// [`Json::read`](super::Json) does; only objects have any. `None` behind the last item.
    pub(crate) fn step<const N: usize>(
        &mut self,
        names: &[&str; N],
    ) -> Option<[Option<Value<'a>>; N]> {
        let mut values = [None; N];
        let mut wanted = Wanted { names, values: &mut values };
        let Some(members) = self.0.strip_prefix('{') else {
            return next_value(&mut self.0).map(|_| values);
        };
        let mut rest = trim(members);
        while let Some((name, value)) = next_member(&mut rest) {
            wanted.keep(name.raw(), value);
        }
        self.0 = step_over_comma(rest.strip_prefix('}').unwrap_or_default());
        Some(values)
    }
}

/// Members that are wanted by their names, as far as they were found.
pub(super) struct Wanted<'w, 'a> {
    pub(super) names: &'w [&'w str],
    pub(super) values: &'w mut [Option<Value<'a>>],
}

impl<'a> Wanted<'_, 'a> {
    pub(super) fn keep(&mut self, name: &str, value: Value<'a>) {
        let mut places = self.names.iter().zip(self.values.iter_mut());
        if let Some((_, place)) = places.find(|(wanted, _)| **wanted == name) {
            *place = Some(value);
        }
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
fn trim(text: &str) -> &str {
    let mut rest = text.as_bytes();
    skip_white_space(&mut rest);
    text.get(text.len() - rest.len()..).unwrap_or_default()
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
    fn a_walk_finds_members_of_items_and_steps_over_the_others() {
        let text = br#"[ {"a" : "x" , "b":{"a":1}} , 7,"a",[{"a":2}], { } ,{"c":[1,2],"a":null}]"#;
        let Value::Array(array) = Json::parse(text).unwrap().value() else { panic!("an array") };
        let mut walk = array.walk();
        let mut steps = Vec::new();
        while let Some(members) = walk.step(&["a", "b"]) {
            steps.push(members.map(|member| member.map(Value::text)));
        }
        let object = [Some("x"), Some(r#"{"a":1}"#)];
        assert_eq!(
            steps,
            [object, [None; 2], [None; 2], [None; 2], [None; 2], [Some("null"), None]]
        );
    }

    #[test]
    fn an_optional_string_is_absent_or_null_or_a_string() {
        let (_, members) =
            Json::read(br#"{"a":"x","b":null,"c":1}"#, &["a", "b", "c", "d"]).unwrap();
        let [a, b, c, d] = members;
        assert!(Value::optional_str(a).ok().flatten().is_some_and(|text| text == *"x"));
        for absent in [b, d] {
            assert!(Value::optional_str(absent).is_ok_and(|text| text.is_none()));
            assert!(Value::required_str(absent).is_err());
        }
        assert!(Value::optional_str(c).is_err());
    }

    #[test]
    fn control_characters_are_found_however_they_are_written() {
        for (text, expected) in [
            (r#""abc""#, false),
            (r#""\u0041\/\u0080""#, false),
            (r#""\n""#, true),
            (r#""a\u007f""#, true),
            ("\"a\u{7f}\"", true),
        ] {
            let string = Json::parse(text.as_bytes()).unwrap().value().as_str().unwrap();
            assert_eq!(string.has_control_character(), expected, "{text}");
        }
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
        assert!(
            string == string && string != JsonStr("https://op") && JsonStr("a") != JsonStr("b")
        );
        assert!(JsonStr("a/b") == JsonStr("a\\/b") && JsonStr("a\\/b") == JsonStr("a/b"));
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
