//! Strings, still in their escaped form.

use core::fmt;
use core::str::Chars;

#[cfg(feature = "key-index")]
use super::hash::Hash;
use super::lexer::escape;
use crate::wire::cut::contains;
use crate::wire::scan::behind_plain;
use crate::wire::writer::Writer;

/// A string between its quotation marks, still in its escaped form: that is not a `&str`.
#[derive(Clone, Copy)]
pub struct JsonStr<'a>(&'a str);

impl<'a> JsonStr<'a> {
    /// The string whose checked text between its quotation marks is `raw`.
    pub(crate) fn from_checked(raw: &'a str) -> Self {
        JsonStr(raw)
    }

    /// The string whose checked text is `text`, quotation marks and all.
    pub(super) fn between_quotes(text: &'a str) -> Self {
        JsonStr(text.get(1..text.len().saturating_sub(1)).unwrap_or_default())
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

    /// Some bits of a hash of what it stands for: those that [`OFFSET`](super::hash::OFFSET) leaves.
    #[cfg(feature = "key-index")]
    pub(crate) fn hash_bits(self) -> u32 {
        let mut hash = Hash::default();
        self.for_each_piece(&mut |piece| hash.push(piece.as_bytes()));
        hash.upper_bits()
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

/// The characters of the string whose text begins at `start` of a checked document, behind its
/// quotation mark.
pub(super) fn chars_at(document: &str, start: usize) -> impl Iterator<Item = char> {
    let mut rest = document.get(start..).unwrap_or_default().chars();
    core::iter::from_fn(move || match rest.next()? {
        '"' => None,
        '\\' => Some(unescape(&mut rest)),
        c => Some(c),
    })
}

/// What an escape stands for, behind its backslash. The check has let only whole escapes pass;
/// anything else would be the replacement character.
fn unescape(rest: &mut Chars<'_>) -> char {
    let text = rest.as_str();
    let (c, behind) = escape(text.as_bytes()).unwrap_or((char::REPLACEMENT_CHARACTER, &[]));
    *rest = text.get(text.len() - behind.len()..).unwrap_or_default().chars();
    c
}

/// Hidden: it may be a token.
impl fmt::Debug for JsonStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonStr(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_found_however_they_are_written() {
        for (text, expected) in [
            ("abc", false),
            (r"\u0041\/\u0080", false),
            (r"\n", true),
            (r"a\u007f", true),
            ("a\u{7f}", true),
        ] {
            assert_eq!(JsonStr(text).has_control_character(), expected, "{text}");
        }
    }

    #[test]
    fn strings_compare_unescaped() {
        let string = JsonStr(r#"https:\/\/op \u00e9\ud83d\ude00\b\f\n\r\t\"\\"#);
        assert!(string == *"https://op \u{e9}\u{1f600}\u{8}\u{c}\n\r\t\"\\");
        assert!(string != *"https://op");
        assert!(
            string == string && string != JsonStr("https://op") && JsonStr("a") != JsonStr("b")
        );
        assert!(JsonStr("a/b") == JsonStr("a\\/b") && JsonStr("a\\/b") == JsonStr("a/b"));
        assert_eq!(string.as_plain(), None);
    }
}
