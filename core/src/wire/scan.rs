//! Finding the end of a string's plain text by machine words: most of every document is that.

/// What is behind the bytes that stand for themselves in a JSON string: from the first quotation
/// mark, backslash or control character on.
#[inline]
pub(super) fn behind_plain(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let Some((word, behind)) = rest.split_first_chunk() {
        let ends = ends(usize::from_le_bytes(*word));
        if ends != 0 {
            return rest.get(ends.trailing_zeros() as usize / 8..).unwrap_or_default();
        }
        rest = behind;
    }
    while let [first, behind @ ..] = rest {
        if matches!(first, ..b' ' | b'"' | b'\\') {
            break;
        }
        rest = behind;
    }
    rest
}

/// Marks, by its top bit, the first byte of a little-endian word that ends plain text.
///
/// A byte below another one has its top bit set behind their subtraction; bytes that had it before,
/// which are of other characters than ASCII, are left out at the end. A borrow may set more of them,
/// but only behind a byte that is rightly marked.
fn ends(word: usize) -> usize {
    let control = word.wrapping_sub(repeat(b' '));
    let quotation_mark = (word ^ repeat(b'"')).wrapping_sub(repeat(1));
    let backslash = (word ^ repeat(b'\\')).wrapping_sub(repeat(1));
    (control | quotation_mark | backslash) & !word & repeat(0x80)
}

const fn repeat(byte: u8) -> usize {
    usize::from_le_bytes([byte; size_of::<usize>()])
}

#[cfg(test)]
mod tests {
    use super::*;

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
