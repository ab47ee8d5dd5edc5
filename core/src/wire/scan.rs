//! Finding a byte by machine words: most of every document and token is stepped over that way.

/// What is behind the bytes that stand for themselves in a JSON string: from the first quotation
/// mark, backslash or control character on.
#[inline]
pub(super) fn behind_plain(text: &[u8]) -> &[u8] {
    behind_unmarked(text, ends_of_plain)
}

/// Where the first `byte`, which is ASCII, is in `text`.
pub(super) fn place_of(byte: u8, text: &[u8]) -> Option<usize> {
    let rest = behind_unmarked(text, |word| equal(word, byte) & !word & repeat(0x80));
    (!rest.is_empty()).then(|| text.len() - rest.len())
}

/// What is left of `text` from the first byte on that `marks` finds: it marks, by its top bit, the
/// first such byte of a little-endian word, and perhaps bytes behind that.
#[inline]
fn behind_unmarked(text: &[u8], marks: impl Fn(usize) -> usize) -> &[u8] {
    let mut rest = text;
    while let Some((word, behind)) = rest.split_first_chunk() {
        let marks = marks(usize::from_le_bytes(*word));
        if marks != 0 {
            return rest.get(marks.trailing_zeros() as usize / 8..).unwrap_or_default();
        }
        rest = behind;
    }
    while let [first, behind @ ..] = rest {
        if marks((*first).into()) & 0x80 != 0 {
            break;
        }
        rest = behind;
    }
    rest
}

/// A byte below another one has its top bit set behind their subtraction; bytes that had it before,
/// which are of other characters than ASCII, are left out at the end. A borrow may set more of them,
/// but only behind a byte that is rightly marked.
fn ends_of_plain(word: usize) -> usize {
    let control = word.wrapping_sub(repeat(b' '));
    (control | equal(word, b'"') | equal(word, b'\\')) & !word & repeat(0x80)
}

fn equal(word: usize, byte: u8) -> usize {
    (word ^ repeat(byte)).wrapping_sub(repeat(1))
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
            for end in 0..=u8::MAX {
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
