//! The strict check that every JSON document passes before anything reads it (RFC 8259).
//!
//! One pass, no recursion, no heap. Beyond the grammar it refuses what lets two readers see two
//! documents: a member given twice in one object (compared unescaped), and letters of a member's
//! name hidden behind `\u` escapes.

use core::fmt;

use super::lexer::{number, skip_white_space, string, word};
use super::names::{Name, Names};
use super::problem::{JsonError, JsonProblem};
use super::value::{Object, Value};
use crate::policy::{JSON_DEPTH, JSON_LEN, JSON_MEMBERS};

/// A whole document that was checked.
#[derive(Clone, Copy)]
pub struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// Checks `bytes`, which must hold one JSON text and nothing else.
    ///
    /// # Errors
    ///
    /// [`JsonError`], with the place from which on it is not what it must be.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, JsonError> {
        Self::check(bytes, Wanted { names: &[], values: &mut [] }, None)
    }

    /// The same with scratch of the caller's, whose content means nothing: a document may have as
    /// many members around one place as `scratch` has entries, at most 32,767. Without it, it may
    /// have [`JSON_MEMBERS`].
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub fn parse_with_scratch(bytes: &'a [u8], scratch: &mut [u32]) -> Result<Self, JsonError> {
        Self::check(bytes, Wanted { names: &[], values: &mut [] }, Some(scratch))
    }

    /// The same, and finds members of the outermost object on the way: those that are `wanted`.
    ///
    /// Names are taken as they are written. The check lets no name through that hides letters,
    /// digits or underscores behind escapes, and no other names are asked for.
    pub(super) fn check(
        bytes: &'a [u8],
        wanted: Wanted<'_, 'a>,
        scratch: Option<&mut [u32]>,
    ) -> Result<Self, JsonError> {
        match scratch {
            Some(scratch) => Self::check_in(bytes, wanted, scratch),
            None => Self::check_in(bytes, wanted, &mut [0; JSON_MEMBERS]),
        }
    }

    /// Not inlined, so that it is there once.
    #[inline(never)]
    fn check_in(
        bytes: &'a [u8],
        wanted: Wanted<'_, 'a>,
        scratch: &mut [u32],
    ) -> Result<Self, JsonError> {
        if bytes.len() >= JSON_LEN {
            return Err(JsonError { problem: JsonProblem::TooLong, at: JSON_LEN });
        }
        let text = core::str::from_utf8(bytes)
            .map_err(|e| JsonError { problem: JsonProblem::NotUtf8, at: e.valid_up_to() })?;
        let room = scratch.len().min(MEMBERS);
        let names = Names::new(scratch.get_mut(..room).unwrap_or_default());
        let mut checker = Checker { text, open: Open::default(), names, member: None, wanted };
        let mut rest = bytes;
        match checker.document(&mut rest) {
            Ok(value) => Ok(Json(value)),
            Err(problem) => Err(JsonError { problem, at: checker.place_of(rest) }),
        }
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

/// Members that are wanted by their names, and the texts of their values as far as they were found.
pub(super) struct Wanted<'w, 'a> {
    pub(super) names: &'w [&'w str],
    pub(super) values: &'w mut [Option<&'a str>],
}

impl<'a> Wanted<'_, 'a> {
    pub(super) fn keep(&mut self, name: &str, value: &'a str) {
        let mut places = self.names.iter().zip(self.values.iter_mut());
        if let Some((_, place)) = places.find(|(wanted, _)| **wanted == name) {
            *place = Some(value);
        }
    }
}

type Check = Result<(), JsonProblem>;

struct Checker<'a, 'w> {
    text: &'a str,
    open: Open,
    names: Names<'w>,
    /// A member of the outermost object, while its value is checked: its name, and where the value
    /// begins.
    member: Option<(&'a str, usize)>,
    wanted: Wanted<'w, 'a>,
}

impl<'a> Checker<'a, '_> {
    /// Checks the document that `rest` is, and gives its value's text. Where something is wrong,
    /// `rest` is left there.
    fn document(&mut self, rest: &mut &'a [u8]) -> Result<&'a str, JsonProblem> {
        let mut expects_name = false;
        skip_white_space(rest);
        let start = self.place_of(rest);
        loop {
            match *rest {
                [] => return Err(JsonProblem::Truncated),
                [b'"', behind @ ..] => {
                    *rest = behind;
                    let start = self.place_of(rest);
                    let is_plain = string(rest)?;
                    if expects_name {
                        self.name(start, is_plain, rest)?;
                        expects_name = false;
                        continue;
                    }
                }
                _ if expects_name => return Err(JsonProblem::Unexpected),
                [open @ (b'{' | b'['), behind @ ..] => {
                    self.open.push(*open == b'{', self.names.len())?;
                    *rest = behind;
                    skip_white_space(rest);
                    if rest.first() != Some(&self.open.end()) {
                        expects_name = self.open.is_object();
                        continue;
                    }
                }
                [b'-' | b'0'..=b'9', ..] => *rest = number(rest)?,
                _ => *rest = word(rest)?,
            }
            loop {
                if self.open.depth == 1 {
                    self.keep_member(rest);
                }
                let end = self.place_of(rest);
                skip_white_space(rest);
                match *rest {
                    [] if self.open.depth == 0 => {
                        return Ok(self.text.get(start..end).unwrap_or_default());
                    }
                    _ if self.open.depth == 0 => return Err(JsonProblem::Trailing),
                    [] => return Err(JsonProblem::Truncated),
                    [b',', behind @ ..] => {
                        *rest = behind;
                        skip_white_space(rest);
                        expects_name = self.open.is_object();
                        break;
                    }
                    [end, behind @ ..] if *end == self.open.end() => {
                        *rest = behind;
                        self.names.truncate(self.open.first_name());
                        self.open.pop();
                    }
                    _ => return Err(JsonProblem::Unexpected),
                }
            }
        }
    }

    /// Takes note of a member's name, which stands between `start` and the quotation mark before
    /// `rest`, and steps over the colon.
    fn name(&mut self, start: usize, is_plain: bool, rest: &mut &'a [u8]) -> Check {
        let end = self.place_of(rest).saturating_sub(1);
        let text = self.text.get(start..end).unwrap_or_default();
        let name = Name::new(text, start, is_plain)?;
        self.names.add(self.text, &name, self.open.first_name())?;
        skip_white_space(rest);
        match *rest {
            [b':', behind @ ..] => *rest = behind,
            [_, ..] => return Err(JsonProblem::Unexpected),
            [] => return Err(JsonProblem::Truncated),
        }
        skip_white_space(rest);
        if self.open.depth == 1 && is_plain {
            self.member = Some((text, self.place_of(rest)));
        }
        Ok(())
    }

    /// Keeps the member whose value ends before `rest`, if it is wanted.
    fn keep_member(&mut self, rest: &[u8]) {
        if let Some((name, start)) = self.member.take() {
            let value = self.text.get(start..self.place_of(rest)).unwrap_or_default();
            self.wanted.keep(name, value);
        }
    }

    fn place_of(&self, rest: &[u8]) -> usize {
        self.text.len() - rest.len()
    }
}

/// The containers around the cursor. Of each is known whether it is an object, by the lowest bit,
/// and how many names there were before it.
#[derive(Default)]
struct Open {
    depth: usize,
    innermost: u16,
    /// Those around the innermost, outermost first.
    outer: [u16; JSON_DEPTH],
}

impl Open {
    fn push(&mut self, is_object: bool, names: usize) -> Check {
        *self.outer.get_mut(self.depth).ok_or(JsonProblem::TooDeep)? = self.innermost;
        self.depth += 1;
        // There are at most MEMBERS names.
        self.innermost = (names as u16) << 1 | u16::from(is_object);
        Ok(())
    }

    fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.innermost = self.outer.get(self.depth).copied().unwrap_or_default();
    }

    fn is_object(&self) -> bool {
        self.innermost & 1 == 1
    }

    /// What closes the innermost.
    fn end(&self) -> u8 {
        if self.is_object() { b'}' } else { b']' }
    }

    /// How many names there were before the innermost.
    fn first_name(&self) -> usize {
        (self.innermost >> 1).into()
    }
}

/// The most names that [`Open`] counts.
const MEMBERS: usize = u16::MAX as usize >> 1;
const _: () = assert!(JSON_MEMBERS <= MEMBERS);

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
            (b"{1}", Unexpected),
            (b"{\"a\":1,[]}", Unexpected),
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
            (b"{\"\\/a\":1,\"\\/b\":2,\"/a\":3}", Duplicate),
            (b"{\"/a\":1,\"\\/b\":2,\"\\/a\":3}", Duplicate),
            (
                b"{\"a_long_name_of_more_than_a_word\":1,\"a_long_name_of_more_than_a_word\":2}",
                Duplicate,
            ),
            (b"{\"\\u0073ub\":1}", EscapedName),
            (b"{\"a\\/\\u005fb\":1}", EscapedName),
        ];
        for (text, expected) in rows {
            let shown = String::from_utf8_lossy(text);
            assert_eq!(problem(text), *expected, "{shown}");
        }
    }

    #[test]
    fn an_error_says_where_the_document_goes_wrong() {
        for (text, at) in [
            ("", 0),
            ("[1, @]", 4),
            (" [1 2]", 4),
            ("[1,", 3),
            ("{} {}", 3),
            ("[\"a\nb\"]", 3),
            ("{\"a\" 1}", 5),
            ("{\"a\":1,\"a\":2}", 10),
            ("[[[]}", 4),
        ] {
            assert_eq!(Json::parse(text.as_bytes()).expect_err(text).at, at, "{text}");
        }
    }

    #[test]
    fn members_of_the_outermost_object_are_found_by_their_names() {
        fn find<'a>(text: &'a [u8], names: &[&str]) -> Result<(&'a str, Vec<&'a str>), JsonError> {
            let mut values = vec![None; names.len()];
            let json = Json::check(text, Wanted { names, values: &mut values }, None)?;
            Ok((json.text(), values.into_iter().map(|value| value.unwrap_or("-")).collect()))
        }
        let text = br#" { "a" : {"b":1,"a":2} , "\/b":3, "bb":4, "c":[{"d":5}] , "e":null,"d" : "x\"y" } "#;
        let (whole, found) = find(text, &["a", "b", "c", "d", "e"]).unwrap();
        assert_eq!(whole.as_bytes(), text.trim_ascii());
        assert_eq!(found, [r#"{"b":1,"a":2}"#, "-", r#"[{"d":5}]"#, r#""x\"y""#, "null"]);
        assert_eq!(find(br#"[{"a":1},"a",2]"#, &["a"]).unwrap().1, ["-"]);
        assert_eq!(find(br#"{"a":1,"b"}"#, &["a"]).unwrap_err().problem, Unexpected);
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
            "[true,false,null]",
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
    fn members_are_as_many_as_the_callers_scratch_has_entries() {
        let object = |n: usize| {
            let members: Vec<_> = (0..n).map(|i| format!("\"m{i}\":{{\"m\":0}}")).collect();
            format!("{{{}}}", members.join(","))
        };
        let parse = |text: &str, scratch: &mut [u32]| {
            Json::parse_with_scratch(text.as_bytes(), scratch).map(|_| ()).map_err(|e| e.problem)
        };
        // The last one has another one inside.
        for (scratch, most) in [(2, 1), (9, 8), (1024, 1023)] {
            let mut scratch = vec![u32::MAX; scratch];
            assert_eq!(parse(&object(most), &mut scratch), Ok(()));
            assert_eq!(parse(&object(most + 1), &mut scratch), Err(TooManyMembers));
        }
        assert_eq!(parse("{}", &mut []), Ok(()));
        assert_eq!(parse("{\"a\":1}", &mut []), Err(TooManyMembers));
        let twice = object(1000).replace("\"m999\"", "\"m\\/0\",\"m0\"");
        assert_eq!(
            parse(&twice.replace("\"m\\/0\",", "\"m/0\":1,"), &mut [7; 1024]),
            Err(Duplicate)
        );
    }

    #[test]
    fn names_of_closed_objects_take_no_room() {
        let inner: Vec<_> =
            (0..JSON_MEMBERS).map(|i| format!("{{\"m{i}\":{{\"x\":0}}}}")).collect();
        assert!(Json::parse(format!("[{}]", inner.join(",")).as_bytes()).is_ok());
    }

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
        assert!(matches!(object.get("d"), Some(Value::Number(n)) if n.text() == "-1.5e3"));
        assert!(object.get("b").is_none());
    }

    #[test]
    fn debug_shows_nothing_of_a_document() {
        let json = Json::parse(br#"{"canary":["canary"]}"#).unwrap();
        let (name, value) = json.object().unwrap().members().next().unwrap();
        let shown = format!("{json:?} {:?} {name:?} {value:?}", json.value());
        assert_eq!(shown, "Json(..) Object(Object(..)) JsonStr(..) Array(Array(..))");
    }
}
