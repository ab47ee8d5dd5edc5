//! `application/x-www-form-urlencoded`: queries, bodies, and the halves of HTTP Basic.

use core::fmt;

use super::cut::{contains, cut};
use super::writer::Writer;

/// `bytes` form-encoded: letters, digits, `-`, `.` and `_` unchanged, the rest as `%XX`.
///
/// A space becomes `%20`, which decoders of forms and of URIs both understand; only form decoders
/// understand `+`.
pub(crate) fn form_encoded(bytes: impl Iterator<Item = u8>) -> impl Iterator<Item = u8> {
    bytes.flat_map(|byte| {
        let (text, len) =
            if stands_for_itself(byte) { ([byte, 0, 0], 1) } else { (percent_encoded(byte), 3) };
        text.into_iter().take(len)
    })
}

/// Writes `text` form-encoded, in runs of unescaped characters.
pub(crate) fn write_form_encoded(out: &mut Writer<'_>, text: &str) {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let len = rest.iter().position(|byte| !stands_for_itself(*byte)).unwrap_or(rest.len());
        let (run, others) = rest.split_at_checked(len).unwrap_or_default();
        out.push(run);
        rest = match others {
            [byte, behind @ ..] => {
                out.push(&percent_encoded(*byte));
                behind
            }
            [] => others,
        };
    }
}

fn stands_for_itself(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

fn percent_encoded(byte: u8) -> [u8; 3] {
    [b'%', hex_digit(byte >> 4), hex_digit(byte & 15)]
}

fn hex_digit(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0' + nibble,
        _ => b'A' + (nibble - 10),
    }
}

/// A name or value of a form: encoded as it arrived, or plain.
///
/// The encoded form is not a `&str`, to prevent comparing or forwarding it by mistake.
#[derive(Clone, Copy)]
pub struct FormText<'a> {
    text: &'a str,
    encoding: Encoding,
}

#[derive(Clone, Copy)]
enum Encoding {
    Form,
    Plain,
}

impl<'a> FormText<'a> {
    /// Text that is not encoded.
    pub fn plain(text: &'a str) -> Self {
        FormText { text, encoding: Encoding::Plain }
    }

    /// Form-encoded text; `None` if a `%` lacks its two hexadecimal digits, or if it contains a
    /// character that every encoder escapes.
    pub fn encoded(text: &'a str) -> Option<Self> {
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            match byte {
                b'%' => {
                    hex_value(rest.next()?)?;
                    hex_value(rest.next()?)?;
                }
                b'!'..=b'~' => {}
                _ => return None,
            }
        }
        Some(FormText { text, encoding: Encoding::Form })
    }

    /// The decoded bytes, which need not be UTF-8.
    pub fn bytes(self) -> impl Iterator<Item = u8> + 'a {
        let mut rest = self.text.bytes();
        core::iter::from_fn(move || {
            let byte = rest.next()?;
            match (self.encoding, byte) {
                (Encoding::Form, b'+') => Some(b' '),
                (Encoding::Form, b'%') => {
                    Some((hex_value(rest.next()?)? << 4) | hex_value(rest.next()?)?)
                }
                _ => Some(byte),
            }
        })
    }

    /// Writes the decoded bytes form-encoded.
    pub(crate) fn write_form_encoded(self, out: &mut Writer<'_>) {
        match self.encoding {
            Encoding::Form if contains(self.text, b'%') || contains(self.text, b'+') => {
                form_encoded(self.bytes()).for_each(|byte| out.push(&[byte]));
            }
            Encoding::Form | Encoding::Plain => write_form_encoded(out, self.text),
        }
    }

    /// Whether it is empty.
    pub fn is_empty(self) -> bool {
        self.text.is_empty()
    }

    /// Length of the decoded bytes.
    pub fn decoded_len(self) -> usize {
        self.bytes().count()
    }
}

impl PartialEq<str> for FormText<'_> {
    fn eq(&self, other: &str) -> bool {
        self.bytes().eq(other.bytes())
    }
}

/// Hidden: it may be an authorization code.
impl fmt::Debug for FormText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormText(..)")
    }
}

fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// The name and value pairs of a form, in order; an item is `None` if it is badly encoded.
#[derive(Clone)]
pub struct FormPairs<'a> {
    rest: &'a str,
}

impl<'a> FormPairs<'a> {
    /// The pairs of `form`: a query without its `?`, or a request body.
    pub fn new(form: &'a str) -> Self {
        FormPairs { rest: form }
    }
}

impl<'a> Iterator for FormPairs<'a> {
    type Item = Option<(FormText<'a>, FormText<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let (pair, rest) = cut(self.rest, b'&').unwrap_or((self.rest, ""));
            self.rest = rest;
            if !pair.is_empty() {
                let (name, value) = cut(pair, b'=').unwrap_or((pair, ""));
                return Some(FormText::encoded(name).zip(FormText::encoded(value)));
            }
        }
        None
    }
}

/// Whether a query has a parameter of one of these names, however they are encoded.
pub(crate) fn has_parameter(query: &str, names: &[&str]) -> bool {
    FormPairs::new(query).flatten().any(|(name, _)| names.iter().any(|known| name == **known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        let text = "a&b=c d+é%2F~*\u{0}\n";
        let mut buf = [0; 64];
        let mut out = Writer::new(&mut buf);
        write_form_encoded(&mut out, text);
        let encoded = out.finish_str().unwrap();
        assert_eq!(encoded, "a%26b%3Dc%20d%2B%C3%A9%252F%7E%2A%00%0A");
        assert!(FormText::encoded(encoded).unwrap() == *text);
    }

    #[test]
    fn a_bad_percent_sequence_is_refused() {
        for text in ["%", "%2", "%2G", "a%zz", "a b", "a\nb", "é"] {
            assert!(FormText::encoded(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn pairs_come_in_order_with_empty_ones_left_out() {
        let mut pairs = FormPairs::new("a=1&&b=&c&=d&a=2%");
        for (name, value) in [("a", "1"), ("b", ""), ("c", ""), ("", "d")] {
            let (n, v) = pairs.next().unwrap().unwrap();
            assert!(n == *name && v == *value, "{name}={value}");
        }
        assert!(pairs.next().unwrap().is_none());
        assert!(pairs.next().is_none());
    }

    #[test]
    fn a_plus_is_a_space_in_a_form_and_a_plus_in_plain_text() {
        assert!(FormText::encoded("a+b").unwrap() == *"a b");
        assert!(FormText::plain("a+b") == *"a+b");
    }
}
