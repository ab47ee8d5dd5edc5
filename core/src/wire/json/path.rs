//! Where in a document an offset is, by the names of the members around it: for messages.

use core::fmt;

use super::problem::JsonError;
use crate::policy::JSON_DEPTH;

impl JsonError {
    /// Where in `document`, which was refused with this error, it is.
    pub fn path(self, document: &[u8]) -> JsonPath<'_> {
        JsonPath::of(document.get(..self.at).unwrap_or(document))
    }
}

/// The members and items around a place, as in `keys[2].kid`; empty outside of any.
///
/// Its names are text from the network, still in their JSON form: to be bounded and escaped by
/// whoever shows them.
pub struct JsonPath<'a> {
    depth: usize,
    steps: [Step<'a>; JSON_DEPTH],
}

#[derive(Clone, Copy)]
enum Step<'a> {
    /// In an object, at no member yet.
    Object,
    Member(&'a [u8]),
    Item(usize),
}

impl<'a> JsonPath<'a> {
    /// Of the place behind `before`, which is the beginning of a document, well formed or not.
    fn of(before: &'a [u8]) -> Self {
        let mut path = JsonPath { depth: 0, steps: [Step::Object; JSON_DEPTH] };
        let mut rest = before;
        while let [byte, behind @ ..] = rest {
            rest = behind;
            match byte {
                b'"' => {
                    let (string, after) = cut_string(behind);
                    rest = after;
                    if let Some(place @ Step::Object) = path.innermost() {
                        *place = Step::Member(string);
                    }
                }
                b'{' => path.open(Step::Object),
                b'[' => path.open(Step::Item(0)),
                b'}' | b']' => path.depth = path.depth.saturating_sub(1),
                b',' => match path.innermost() {
                    Some(Step::Item(item)) => *item = item.saturating_add(1),
                    Some(place) => *place = Step::Object,
                    None => {}
                },
                _ => {}
            }
        }
        path
    }

    fn open(&mut self, step: Step<'a>) {
        if let Some(place) = self.steps.get_mut(self.depth) {
            *place = step;
        }
        self.depth = self.depth.saturating_add(1);
    }

    fn innermost(&mut self) -> Option<&mut Step<'a>> {
        self.steps.get_mut(self.depth.checked_sub(1)?)
    }
}

/// What is inside of a string that began before `rest`, and what is behind it.
fn cut_string(rest: &[u8]) -> (&[u8], &[u8]) {
    let mut is_escaped = false;
    let end = rest.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    });
    let (string, behind) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, &[]));
    (string, behind.get(1..).unwrap_or_default())
}

impl fmt::Display for JsonPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.steps.iter().take(self.depth).enumerate() {
            match step {
                Step::Object => {}
                Step::Item(item) => write!(f, "[{item}]")?,
                Step::Member(name) => {
                    f.write_str(if place > 0 { "." } else { "" })?;
                    f.write_str(core::str::from_utf8(name).unwrap_or("?"))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString as _;

    use super::super::check::Json;

    #[test]
    fn an_error_is_in_the_member_that_has_it() {
        for (document, expected) in [
            (r#"{"keys":[{},{"kid":NaN}]}"#, "keys[1].kid"),
            (r#"{"a":1,"b":{"c":"\ud800"}}"#, "b.c"),
            (r#"{"a":{"x":1},"b":[1,[2,{"y":1,"y":2}]]}"#, "b[1][1].y"),
            (r#"{"iss":"a","iss":"b"}"#, "iss"),
            (r#"{"a\"b":[tru]}"#, r#"a\"b[0]"#),
            (r#"{"a":1} x"#, ""),
            ("", ""),
            ("[1,2,x]", "[2]"),
            (r#"{"a":"#, "a"),
        ] {
            let error = Json::parse(document.as_bytes()).unwrap_err();
            assert_eq!(error.path(document.as_bytes()).to_string(), expected, "{document}");
        }
        let deep = "[".repeat(1000);
        let error = Json::parse(deep.as_bytes()).unwrap_err();
        assert_eq!(error.path(deep.as_bytes()).to_string(), "[0]".repeat(32));
    }
}
