//! The strict check that every JSON document passes before anything reads it (RFC 8259).
//!
//! One pass, no recursion, no heap. Beyond the grammar it refuses what lets two readers see two
//! documents: a member given twice in one object (compared unescaped), and letters of a member's
//! name hidden behind `\u` escapes.

use core::fmt;

use super::cut::cut;
use super::json_value::{JsonStr, Object, Value};
use crate::policy::{JSON_DEPTH, JSON_LEN, JSON_MEMBERS};

/// A whole document that was checked.
#[derive(Clone, Copy)]
pub struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// Checks `bytes`, which must hold one JSON text and nothing else.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, JsonError> {
        if bytes.len() >= JSON_LEN {
            return Err(JsonError { problem: JsonProblem::TooLong, at: JSON_LEN });
        }
        let text = core::str::from_utf8(bytes)
            .map_err(|e| JsonError { problem: JsonProblem::NotUtf8, at: e.valid_up_to() })?;
        let mut checker = Checker::new(text);
        checker.document().map_err(|problem| JsonError { problem, at: checker.at })?;
        Ok(Json(text.trim_matches(is_white_space)))
    }

    /// The document's text, without the white space around it.
    pub fn text(self) -> &'a str {
        self.0
    }

    /// The document's value.
    pub fn value(self) -> Value<'a> {
        Value::of(self.0)
    }

    /// The document as an object, where it is one.
    pub fn object(self) -> Option<Object<'a>> {
        match self.value() {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }
}

/// Hidden: the document may hold tokens.
impl fmt::Debug for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json(..)")
    }
}

/// Why a document was refused, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub problem: JsonProblem,
    /// Offset in bytes.
    pub at: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.problem, self.at)
    }
}

impl core::error::Error for JsonError {}

/// What is wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonProblem {
    /// Longer than any document that is read here.
    TooLong,
    /// Not UTF-8.
    NotUtf8,
    /// It ends in the middle.
    Truncated,
    /// A byte that the grammar doesn't have here.
    Unexpected,
    /// Something follows the value.
    Trailing,
    /// Arrays and objects nested too deeply.
    TooDeep,
    /// Too many members in the objects around one place.
    TooManyMembers,
    /// A member that its object already has.
    Duplicate,
    /// A control character inside a string.
    ControlCharacter,
    /// An escape that JSON doesn't have, or half of a surrogate pair.
    Escape,
    /// A plain letter, digit or underscore of a member's name spelled as `\uXXXX`.
    EscapedName,
}

impl fmt::Display for JsonProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            JsonProblem::TooLong => "too long a document",
            JsonProblem::NotUtf8 => "text that is not UTF-8",
            JsonProblem::Truncated => "an unfinished document",
            JsonProblem::Unexpected => "an unexpected byte",
            JsonProblem::Trailing => "something after the document's end",
            JsonProblem::TooDeep => "too deep a nesting",
            JsonProblem::TooManyMembers => "too many members",
            JsonProblem::Duplicate => "a member given twice",
            JsonProblem::ControlCharacter => "a control character in a string",
            JsonProblem::Escape => "a malformed escape",
            JsonProblem::EscapedName => "a member's name that hides plain letters behind escapes",
        })
    }
}

type Check = Result<(), JsonProblem>;

struct Checker<'a> {
    text: &'a str,
    at: usize,
    open: Open,
    names: Names,
}

impl<'a> Checker<'a> {
    fn new(text: &'a str) -> Self {
        Checker { text, at: 0, open: Open::default(), names: Names::default() }
    }

    fn document(&mut self) -> Check {
        self.skip_white_space();
        loop {
            if self.value()? {
                continue;
            }
            loop {
                self.skip_white_space();
                match (self.open.innermost(), self.peek()) {
                    (None, None) => return Ok(()),
                    (None, Some(_)) => return Err(JsonProblem::Trailing),
                    (Some(_), None) => return Err(JsonProblem::Truncated),
                    (Some(Container::Array), Some(b',')) => {
                        self.step_over_white_space();
                        break;
                    }
                    (Some(Container::Object), Some(b',')) => {
                        self.step_over_white_space();
                        self.name()?;
                        break;
                    }
                    (Some(Container::Array), Some(b']'))
                    | (Some(Container::Object), Some(b'}')) => {
                        self.close();
                    }
                    _ => return Err(JsonProblem::Unexpected),
                }
            }
        }
    }

    /// Checks a value; says whether another one is expected right behind, as the first one inside
    /// a container that was opened.
    fn value(&mut self) -> Result<bool, JsonProblem> {
        match self.peek().ok_or(JsonProblem::Truncated)? {
            b'{' => {
                self.begin(Container::Object)?;
                if self.peek() == Some(b'}') {
                    return Ok(false);
                }
                self.name()?;
                Ok(true)
            }
            b'[' => {
                self.begin(Container::Array)?;
                Ok(self.peek() != Some(b']'))
            }
            b'"' => self.string().map(|_| false),
            b't' => self.word("true").map(|()| false),
            b'f' => self.word("false").map(|()| false),
            b'n' => self.word("null").map(|()| false),
            b'-' | b'0'..=b'9' => self.number().map(|()| false),
            _ => Err(JsonProblem::Unexpected),
        }
    }

    fn begin(&mut self, container: Container) -> Check {
        self.open.push(container, self.names.len())?;
        self.step_over_white_space();
        Ok(())
    }

    fn close(&mut self) {
        self.at += 1;
        let names = self.open.pop();
        self.names.truncate(names);
    }

    /// A member's name with its colon.
    fn name(&mut self) -> Check {
        if self.peek().ok_or(JsonProblem::Truncated)? != b'"' {
            return Err(JsonProblem::Unexpected);
        }
        let start = self.at + 1;
        let name = self.string()?;
        if hides_plain_letters(name) {
            return Err(JsonProblem::EscapedName);
        }
        self.names.add(self.text, start, name, self.open.names_before_innermost())?;
        self.skip_white_space();
        match self.peek() {
            Some(b':') => self.step_over_white_space(),
            Some(_) => return Err(JsonProblem::Unexpected),
            None => return Err(JsonProblem::Truncated),
        }
        Ok(())
    }

    fn string(&mut self) -> Result<JsonStr<'a>, JsonProblem> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek().ok_or(JsonProblem::Truncated)? {
                b'"' => break,
                b'\\' => self.escape()?,
                0..=0x1f => return Err(JsonProblem::ControlCharacter),
                _ => self.at += 1,
            }
        }
        let raw = self.text.get(start..self.at).ok_or(JsonProblem::Unexpected)?;
        self.at += 1;
        Ok(JsonStr::from_checked(raw))
    }

    fn escape(&mut self) -> Check {
        self.at += 1;
        match self.peek().ok_or(JsonProblem::Truncated)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                self.at += 1;
                Ok(())
            }
            b'u' => match self.hex4()? {
                0xd800..=0xdbff => {
                    if self.peek() != Some(b'\\') {
                        return Err(JsonProblem::Escape);
                    }
                    self.at += 1;
                    match (self.peek(), self.hex4()) {
                        (Some(b'u'), Ok(0xdc00..=0xdfff)) => Ok(()),
                        _ => Err(JsonProblem::Escape),
                    }
                }
                0xdc00..=0xdfff => Err(JsonProblem::Escape),
                _ => Ok(()),
            },
            _ => Err(JsonProblem::Escape),
        }
    }

    /// The four digits behind the byte at the cursor, a `u`.
    fn hex4(&mut self) -> Result<u32, JsonProblem> {
        self.at += 1;
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().ok_or(JsonProblem::Truncated)?;
            let digit = char::from(digit).to_digit(16).ok_or(JsonProblem::Escape)?;
            unit = unit << 4 | digit;
            self.at += 1;
        }
        Ok(unit)
    }

    fn number(&mut self) -> Check {
        self.skip_if(b'-');
        if !self.skip_if(b'0') {
            self.digits()?;
        }
        if self.skip_if(b'.') {
            self.digits()?;
        }
        if self.skip_if(b'e') || self.skip_if(b'E') {
            let _ = self.skip_if(b'+') || self.skip_if(b'-');
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Check {
        match self.peek() {
            Some(b'0'..=b'9') => {}
            Some(_) => return Err(JsonProblem::Unexpected),
            None => return Err(JsonProblem::Truncated),
        }
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn word(&mut self, word: &str) -> Check {
        for expected in word.bytes() {
            match self.peek() {
                Some(byte) if byte == expected => self.at += 1,
                Some(_) => return Err(JsonProblem::Unexpected),
                None => return Err(JsonProblem::Truncated),
            }
        }
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_if(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
        }
        found
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn step_over_white_space(&mut self) {
        self.at += 1;
        self.skip_white_space();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Container {
    Array,
    Object,
}

/// The containers around the cursor, outermost first.
#[derive(Default)]
struct Open {
    depth: usize,
    containers: [Option<(Container, u16)>; JSON_DEPTH],
}

impl Open {
    fn push(&mut self, container: Container, names: usize) -> Check {
        let place = self.containers.get_mut(self.depth).ok_or(JsonProblem::TooDeep)?;
        // There are at most JSON_MEMBERS names.
        *place = Some((container, names as u16));
        self.depth += 1;
        Ok(())
    }

    /// Leaves the innermost container; gives the number of names that were known before it.
    fn pop(&mut self) -> usize {
        let names = self.names_before_innermost();
        self.depth = self.depth.saturating_sub(1);
        names
    }

    fn innermost(&self) -> Option<Container> {
        self.entry().map(|(container, _)| container)
    }

    fn names_before_innermost(&self) -> usize {
        self.entry().map_or(0, |(_, names)| names.into())
    }

    fn entry(&self) -> Option<(Container, u16)> {
        self.containers.get(self.depth.checked_sub(1)?).copied().flatten()
    }
}

/// The names of the members of all objects around the cursor: each the offset of its text, with
/// some bits of its hash, so that texts are compared only where the bits agree.
struct Names {
    len: usize,
    entries: [u32; JSON_MEMBERS],
}

impl Default for Names {
    fn default() -> Self {
        Names { len: 0, entries: [0; JSON_MEMBERS] }
    }
}

/// The bits of an entry that hold an offset in a document; the others are of the hash.
const OFFSET: u32 = JSON_LEN as u32 - 1;
const _: () = assert!(JSON_LEN.is_power_of_two() && JSON_LEN <= 1 << 24);
const _: () = assert!(JSON_MEMBERS <= u16::MAX as usize);

impl Names {
    fn len(&self) -> usize {
        self.len
    }

    fn truncate(&mut self, len: usize) {
        self.len = len;
    }

    /// Adds the name that stands at `start`, unless one since `first` is the same.
    fn add(&mut self, text: &str, start: usize, name: JsonStr<'_>, first: usize) -> Check {
        let hash = hash(name) & !OFFSET;
        let siblings = self.entries.get(first..self.len).unwrap_or_default();
        for entry in siblings {
            if entry & !OFFSET == hash {
                let sibling = (entry & OFFSET) as usize;
                if JsonStr::at(text, sibling).chars().eq(name.chars()) {
                    return Err(JsonProblem::Duplicate);
                }
            }
        }
        let place = self.entries.get_mut(self.len).ok_or(JsonProblem::TooManyMembers)?;
        *place = hash | start as u32;
        self.len += 1;
        Ok(())
    }
}

/// FNV-1a over characters: it only has to spread names, not to withstand anybody. Whoever makes
/// names collide costs one comparison for each pair of at most `JSON_MEMBERS` names.
fn hash(name: JsonStr<'_>) -> u32 {
    name.chars().fold(0x811c_9dc5, |hash, c| (hash ^ u32::from(c)).wrapping_mul(0x0100_0193))
}

fn hides_plain_letters(name: JsonStr<'_>) -> bool {
    let mut rest = name.raw();
    while let Some((_, escape)) = cut(rest, b'\\') {
        let digits = escape.strip_prefix('u').and_then(|e| e.get(..4));
        let unit = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if unit.is_some_and(|c| c.is_ascii_alphanumeric() || c == b'_') {
            return true;
        }
        rest = escape.get(1..).unwrap_or_default();
    }
    false
}

fn is_white_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::JsonProblem::*;
    use super::*;

    fn problem(text: &[u8]) -> JsonProblem {
        Json::parse(text).expect_err("refused").problem
    }

    #[test]
    fn each_way_to_be_no_json_is_told_apart() {
        let rows: &[(&[u8], JsonProblem)] = &[
            (b"", Truncated),
            (b"  ", Truncated),
            (b"{", Truncated),
            (b"[1,", Truncated),
            (b"[1", Truncated),
            (b"{\"a\":1", Truncated),
            (b"\"a", Truncated),
            (b"\"\\u12", Truncated),
            (b"tru", Truncated),
            (b"{\"a\"", Truncated),
            (b"{}{}", Trailing),
            (b"1 2", Trailing),
            (b"{}\0", Trailing),
            (b"\xef\xbb\xbf{}", Unexpected),
            (b"\xff", NotUtf8),
            (b"\"\xed\xa0\x80\"", NotUtf8),
            (b"[,1]", Unexpected),
            (b"[1,]", Unexpected),
            (b"{\"a\":1,}", Unexpected),
            (b"{,}", Unexpected),
            (b"{a:1}", Unexpected),
            (b"{\"a\" 1}", Unexpected),
            (b"{\"z\":@\"a\":\"evil\"}", Unexpected),
            (b"[1}", Unexpected),
            (b"01", Trailing),
            (b"1.", Truncated),
            (b"[1.]", Unexpected),
            (b".5", Unexpected),
            (b"+1", Unexpected),
            (b"[-]", Unexpected),
            (b"[1e]", Unexpected),
            (b"0x10", Trailing),
            (b"NaN", Unexpected),
            (b"nul!", Unexpected),
            (b"\"\n\"", ControlCharacter),
            (b"\"\\x41\"", Escape),
            (b"\"\\ud800\"", Escape),
            (b"\"\\ud800\\n\"", Escape),
            (b"\"\\ud800\\ud800\"", Escape),
            (b"\"\\udc00\"", Escape),
            (b"\"\\u12G4\"", Escape),
            (b"{\"a\":1,\"a\":2}", Duplicate),
            (b"{\"a/b\":1,\"a\\/b\":2}", Duplicate),
            (b"{\"\xc3\xa9\":1,\"\\u00e9\":2}", Duplicate),
            (b"[{\"x\":{\"a\":1,\"b\":[{}],\"a\":2}}]", Duplicate),
            (b"{\"\\u0073ub\":1}", EscapedName),
            (b"{\"a\\/\\u005fb\":1}", EscapedName),
        ];
        for (text, expected) in rows {
            let shown = String::from_utf8_lossy(text);
            assert_eq!(problem(text), *expected, "{shown}");
        }
    }

    #[test]
    fn each_problem_has_words_of_its_own() {
        let problems = [
            TooLong,
            NotUtf8,
            Truncated,
            Unexpected,
            Trailing,
            TooDeep,
            TooManyMembers,
            Duplicate,
            ControlCharacter,
            Escape,
            EscapedName,
        ];
        let words: std::collections::BTreeSet<_> =
            problems.map(|problem| problem.to_string()).into_iter().collect();
        assert!(words.len() == problems.len() && !words.contains(""), "{words:?}");
        let error = JsonError { problem: Trailing, at: 7 };
        assert_eq!(error.to_string(), "something after the document's end at byte 7");
    }

    #[test]
    fn what_is_json_is_accepted() {
        for text in [
            "0",
            "-0",
            "-0.5e-7",
            "1E+2",
            " [ ] ",
            "{}",
            "null",
            "[[],{}]",
            "\"\"",
            r#"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}"#,
            r#"{"\u0000":1,"\\u0073ub":2,"\/":3,"\u00e9":4}"#,
            r#""\ud83d\ude00 \u0041""#,
        ] {
            assert!(Json::parse(text.as_bytes()).is_ok(), "{text}");
        }
    }

    #[test]
    fn the_limits_are_exact() {
        let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(Json::parse(nested(JSON_DEPTH).as_bytes()).is_ok());
        assert_eq!(problem(nested(JSON_DEPTH + 1).as_bytes()), TooDeep);
        assert_eq!(problem("[".repeat(20_000).as_bytes()), TooDeep);

        let object = |n: usize| {
            let members: Vec<_> = (0..n).map(|i| format!("\"m{i}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert!(Json::parse(object(JSON_MEMBERS).as_bytes()).is_ok());
        assert_eq!(problem(object(JSON_MEMBERS + 1).as_bytes()), TooManyMembers);

        // Interpreted, a quarter of a megabyte takes minutes.
        if cfg!(miri) {
            return;
        }
        let long = |n: usize| format!("\"{}\"", "a".repeat(n - 2));
        assert!(Json::parse(long(JSON_LEN - 1).as_bytes()).is_ok());
        assert_eq!(problem(long(JSON_LEN).as_bytes()), TooLong);
    }

    #[test]
    fn names_of_closed_objects_take_no_room() {
        let inner: Vec<_> =
            (0..JSON_MEMBERS).map(|i| format!("{{\"m{i}\":{{\"x\":0}}}}")).collect();
        assert!(Json::parse(format!("[{}]", inner.join(",")).as_bytes()).is_ok());
    }
}
