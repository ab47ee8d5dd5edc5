//! Lines of whoever types or pastes: of any bytes, and of any length.

use zeroize::Zeroizing;

/// The longest line that is kept, in bytes.
pub(crate) const LINE_LEN: usize = 64 * 1024;

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Text(Zeroizing<String>),
    /// The rest of it was thrown away as it came.
    TooLong,
    NotUtf8,
}

/// What of a line is there already.
#[derive(Default)]
pub(crate) struct Lines {
    bytes: Zeroizing<Vec<u8>>,
    is_too_long: bool,
}

impl Lines {
    /// Takes the next byte; gives the line that it ends. Empty lines are none.
    pub(crate) fn push(&mut self, byte: u8) -> Option<Line> {
        match byte {
            b'\n' | b'\r' => return self.end(),
            _ if self.bytes.len() < LINE_LEN => self.bytes.push(byte),
            _ => self.is_too_long = true,
        }
        None
    }

    /// Ends the line, as the end of the input does.
    pub(crate) fn end(&mut self) -> Option<Line> {
        let bytes = std::mem::take(&mut self.bytes);
        if std::mem::take(&mut self.is_too_long) {
            return Some(Line::TooLong);
        }
        match std::str::from_utf8(&bytes) {
            Ok("") => None,
            Ok(text) => Some(Line::Text(Zeroizing::new(text.to_owned()))),
            Err(_) => Some(Line::NotUtf8),
        }
    }

    /// Whether something of a line is there.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && !self.is_too_long
    }

    /// Takes the last character back, if there is one.
    pub(crate) fn erase(&mut self) -> bool {
        let mut last = self.bytes.pop();
        let erased = last.is_some();
        while last.is_some_and(|byte| (0x80..0xc0).contains(&byte)) {
            last = self.bytes.pop();
        }
        erased
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<Line> {
        let mut lines = Lines::default();
        let mut all: Vec<_> = bytes.iter().filter_map(|byte| lines.push(*byte)).collect();
        all.extend(lines.end());
        all
    }

    fn text(text: &str) -> Line {
        Line::Text(Zeroizing::new(text.to_owned()))
    }

    #[test]
    fn lines_end_in_any_way_and_empty_ones_are_none() {
        assert_eq!(lines(b"a\r\n\r\n\nb\rc"), [text("a"), text("b"), text("c")]);
    }

    #[test]
    fn a_line_that_is_not_utf_8_is_followed_by_the_next() {
        assert_eq!(lines(b"\xff\xfeh\0\na"), [Line::NotUtf8, text("a")]);
    }

    #[test]
    fn a_line_that_is_too_long_is_followed_by_the_next() {
        let longest = vec![b'x'; LINE_LEN];
        assert_eq!(lines(&longest), [text(&"x".repeat(LINE_LEN))]);
        let endless = [&longest[..], b"x\na"].concat();
        assert_eq!(lines(&endless), [Line::TooLong, text("a")]);
    }

    #[test]
    fn a_character_is_taken_back_whole() {
        let mut lines = Lines::default();
        "aä€".bytes().for_each(|byte| assert_eq!(lines.push(byte), None));
        assert!(lines.erase() && lines.erase());
        assert_eq!(lines.end(), Some(text("a")));
        assert!(!lines.erase());
    }
}
