//! Lists of words separated by spaces, such as scopes (RFC 6749 section 3.3).

use core::fmt;

/// Words of visible ASCII without `"` and `\`, separated by white space; empty by default. `S`
/// holds their text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Words<S>(S);

impl<S: AsRef<str>> Words<S> {
    /// The words of `text`.
    ///
    /// # Errors
    ///
    /// [`InvalidWord`] if a word has another character.
    pub fn parse(text: S) -> Result<Self, InvalidWord> {
        let valid = |b: u8| matches!(b, b'!'..=b'~' if b != b'"' && b != b'\\');
        if text.as_ref().bytes().all(|b| valid(b) || b.is_ascii_whitespace()) {
            Ok(Words(text))
        } else {
            Err(InvalidWord)
        }
    }

    /// The same words, borrowed.
    pub fn borrowed(&self) -> Words<&str> {
        Words(self.0.as_ref())
    }

    /// The words in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.as_ref().split_ascii_whitespace()
    }

    /// Whether `word` is among them, compared exactly.
    pub fn contains(&self, word: &str) -> bool {
        self.iter().any(|w| w == word)
    }

    /// Whether the list is empty.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

/// A character not allowed in a word: outside visible ASCII, or `"` or `\`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidWord;

impl fmt::Display for InvalidWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("words are visible ASCII without quotation mark and backslash")
    }
}

impl core::error::Error for InvalidWord {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_at_any_white_space_and_checked() {
        assert!(Words::parse(" a  b\tc ").unwrap().iter().eq(["a", "b", "c"]));
        for text in ["a\"", "a\\b", "é", "a\u{0}", "a\u{7f}"] {
            assert_eq!(Words::parse(text), Err(InvalidWord), "{text:?}");
        }
    }
}
