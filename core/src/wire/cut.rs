//! Cutting text at an ASCII character.
//!
//! The methods of `str` search with more machinery than a small program has room for, and with
//! panics in it that the optimiser can't rule out.

use super::scan::place_of;

/// What stands before the first `at` in `text`, and what behind it.
pub(crate) fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    parts(text, place_of(at, text.as_bytes())?)
}

/// What stands before the last `at` in `text`, and what behind it.
pub(crate) fn cut_last(text: &str, at: u8) -> Option<(&str, &str)> {
    parts(text, text.bytes().rposition(|byte| byte == at)?)
}

/// What stands between each two `at` in `text`, which is at least one part.
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

/// Whether `byte`, which is ASCII, is in `text`.
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
