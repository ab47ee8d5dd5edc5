//! One line of a section, split into its parts.

use zeroize::Zeroizing;

use crate::sections::is_space;

/// The bytes of a line: spaces, a name, spaces, a value, and spaces with the line end.
pub(super) struct Line<'l> {
    whole: &'l [u8],
    indent: usize,
    name_end: usize,
    value: usize,
    value_end: usize,
}

impl<'l> Line<'l> {
    pub(super) fn new(whole: &'l [u8]) -> Self {
        let skip = |from: usize, spaces: bool| {
            let rest = whole.iter().skip(from);
            from + rest.take_while(|byte| is_blank(**byte) == spaces).count()
        };
        let indent = skip(0, true);
        let name_end = skip(indent, false);
        let value = skip(name_end, true);
        let spaces_at_the_end = whole.iter().rev().take_while(|byte| is_blank(**byte)).count();
        let value_end = whole.len() - spaces_at_the_end;
        Line { whole, indent, name_end, value, value_end }
    }

    /// The same line with another value.
    pub(super) fn with_value(&self, value: &str) -> Zeroizing<Vec<u8>> {
        let (before, separator) = match self.value < self.value_end {
            true => (self.value, ""),
            false => (self.name_end, " "),
        };
        let (before, after) = (self.whole.get(..before), self.whole.get(self.value_end..));
        joined(&[
            before.unwrap_or_default(),
            separator.as_bytes(),
            value.as_bytes(),
            after.unwrap_or_default(),
        ])
    }

    /// The line followed by a property, indented as this line is, or with a tab if it isn't.
    pub(super) fn followed_by(&self, property: &str, value: &str) -> Zeroizing<Vec<u8>> {
        let indent = match self.whole.get(..self.indent).unwrap_or_default() {
            [] => b"\t",
            indent => indent,
        };
        let property = joined(&[indent, property.as_bytes(), b" ", value.as_bytes()]);
        match self.whole {
            [.., b'\r', b'\n'] if cfg!(windows) => joined(&[self.whole, &property, b"\r\n"]),
            [.., b'\n'] => joined(&[self.whole, &property, b"\n"]),
            _ => joined(&[self.whole, b"\n", &property]),
        }
    }
}

fn joined(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(parts.concat())
}

/// What Perl's `\s` matches, including the line end.
fn is_blank(byte: u8) -> bool {
    byte == b'\n' || is_space(byte.into())
}
