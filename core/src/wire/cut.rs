//! Cutting text at an ASCII character.
//!
//! The search methods of `str` are too large for a small program, and have panics that the
//! optimiser can't rule out.

use super::scan::place_of;

/// The text before and after the first `at` in `text`.
pub(crate) fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    parts(text, place_of(at, text.as_bytes())?)
}

/// The text before and after the last `at` in `text`.
pub(crate) fn cut_last(text: &str, at: u8) -> Option<(&str, &str)> {
    parts(text, text.bytes().rposition(|byte| byte == at)?)
}

/// The parts of `text` between occurrences of `at`; there is at least one.
pub(crate) fn split(text: &str, at: u8) -> impl Iterator<Item = &str> + Clone {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let text = rest?;
        let (part, behind) = match cut(text, at) {
            Some((part, behind)) => (part, Some(behind)),
            None => (text, None),
        };
        rest = behind;
        Some(part)
    })
}

/// Whether `text` contains `byte`, which is ASCII.
pub(crate) fn contains(text: &str, byte: u8) -> bool {
    place_of(byte, text.as_bytes()).is_some()
}

fn parts(text: &str, at: usize) -> Option<(&str, &str)> {
    let (before, rest) = text.split_at_checked(at)?;
    Some((before, rest.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_as_str_cuts_it() {
        for text in ["", "=", "a", "a=", "=a", "a=b", "a=b=c", "==", "é=ü", "é"] {
            assert_eq!(cut(text, b'='), text.split_once('='), "{text}");
            assert_eq!(cut_last(text, b'='), text.rsplit_once('='), "{text}");
            assert!(split(text, b'=').eq(text.split('=')), "{text}");
            assert_eq!(contains(text, b'='), text.contains('='), "{text}");
        }
    }
}
