//! Finding a byte by machine words: most of every document and token is stepped over that way.

/// What is behind the bytes that stand for themselves in a JSON string: from the first quotation
/// mark, backslash or control character on.
#[inline]
pub(super) fn behind_plain(text: &[u8]) -> &[u8] {
    from_first(text, b' ', [b'"', b'\\'])
}

/// Where the first `byte`, which is ASCII, is in `text`.
pub(super) fn place_of(byte: u8, text: &[u8]) -> Option<usize> {
    let rest = from_first(text, 0, [byte, byte]);
    (!rest.is_empty()).then(|| text.len() - rest.len())
}

/// What is left of `text` from the first byte on that is below `limit` or one of `wanted`, all of
/// which are ASCII.
#[inline]
fn from_first(text: &[u8], limit: u8, wanted: [u8; 2]) -> &[u8] {
    let mut rest = text;
    while let Some((word, behind)) = rest.split_first_chunk() {
        let marks = marks(usize::from_le_bytes(*word), limit, wanted);
        if marks != 0 {
            return rest.get(marks.trailing_zeros() as usize / 8..).unwrap_or_default();
        }
        rest = behind;
    }
    while let [first, behind @ ..] = rest {
        if *first < limit || wanted.contains(first) {
            break;
        }
        rest = behind;
    }
    rest
}

/// Marks, by its top bit, the first such byte of a little-endian word.
///
/// A byte below another one has its top bit set behind their subtraction; bytes that had it before,
/// which are of other characters than ASCII, are left out at the end. A borrow may set more of them,
/// but only behind a byte that is rightly marked.
fn marks(word: usize, limit: u8, [first, second]: [u8; 2]) -> usize {
    let equal = |byte| (word ^ repeat(byte)).wrapping_sub(repeat(1));
    (word.wrapping_sub(repeat(limit)) | equal(first) | equal(second)) & !word & repeat(0x80)
}

const fn repeat(byte: u8) -> usize {
    usize::from_le_bytes([byte; size_of::<usize>()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_found_where_a_search_byte_by_byte_finds_it() {
        for filler in [b'-', b'/', 0, 0xae] {
            for len in 0..20 {
                let mut text = [filler; 40];
                assert_eq!(place_of(b'.', &text[..len]), None);
                text[len] = b'.';
                text[len + 3] = b'.';
                assert_eq!(place_of(b'.', &text), Some(len));
                assert_eq!(place_of(b'.', &text[..len + 1]), Some(len));
            }
        }
    }

    #[test]
    fn plain_text_ends_where_a_search_byte_by_byte_finds_it() {
        // Each byte at each place behind others of which none, or each, is nearly an end.
        for filler in [b'a', b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xa2, 0xff] {
            // Interpreted, all of them take minutes.
            for end in (0..=u8::MAX).step_by(if cfg!(miri) { 17 } else { 1 }) {
                for len in 0..20 {
                    let mut text = [filler; 40];
                    text[len] = end;
                    let is_end = |byte: &u8| *byte < b' ' || [b'"', b'\\'].contains(byte);
                    let expected = text.iter().position(is_end).unwrap_or(text.len());
                    assert_eq!(behind_plain(&text), &text[expected..], "{text:?}");
                    let up_to = &text[..len + 1];
                    let expected = up_to.iter().position(is_end).unwrap_or(up_to.len());
                    assert_eq!(behind_plain(up_to), &up_to[expected..], "{up_to:?}");
                }
            }
        }
    }
}
