//! Finds a byte a machine word at a time: most of every document and token is skipped this way.

/// Skips the characters of a JSON string that stand for themselves: returns the rest from the first
/// quotation mark, backslash or control character.
#[inline]
pub(super) fn behind_plain(text: &[u8]) -> &[u8] {
    from_first(text, b' ', [b'"', b'\\'])
}

/// The position of the first `byte`, which is ASCII, in `text`.
pub(super) fn place_of(byte: u8, text: &[u8]) -> Option<usize> {
    let rest = from_first(text, 0, [byte, byte]);
    (!rest.is_empty()).then(|| text.len() - rest.len())
}

/// The rest of `text` from the first byte that is below `limit` or one of `wanted`, all ASCII.
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

/// Marks the first such byte of a little-endian word by its top bit.
///
/// If a byte is below another, subtracting sets its top bit; bytes with the top bit already set,
/// which are not ASCII, are masked out at the end. A borrow may set more bits, but only after a
/// byte that is correctly marked.
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
        // Each byte at each position, after filler that is far from an end byte, or nearly one.
        for filler in [b'a', b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xa2, 0xff] {
            // Under an interpreter, all of them take minutes.
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
