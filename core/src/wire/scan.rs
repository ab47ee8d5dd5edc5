//! Finds a byte a machine word at a time, and 32 bytes at a time where the target has vectors: most of
//! every document and token is skipped this way.

/// Skips the characters of a JSON string that stand for themselves: returns the rest from the first
/// quotation mark, backslash or control character.
#[inline]
pub(super) fn behind_plain(text: &[u8]) -> &[u8] {
    #[inline(never)]
    fn long(text: &[u8]) -> &[u8] {
        let distance = |byte: u8| (byte ^ b'"').min(byte ^ b'\\').min(byte.saturating_sub(0x1f));
        word_by_word(behind_blocks(text, distance), b' ', [b'"', b'\\'])
    }
    from_first(text, b' ', [b'"', b'\\'], long)
}

/// The position of the first `byte`, which is ASCII, in `text`.
pub(super) fn place_of(byte: u8, text: &[u8]) -> Option<usize> {
    let long = |text| word_by_word(behind_blocks(text, |other| other ^ byte), 0, [byte, byte]);
    let rest = from_first(text, 0, [byte, byte], long);
    (!rest.is_empty()).then(|| text.len() - rest.len())
}

/// The rest of `text` from the first byte that is below `limit` or one of `wanted`, all ASCII. `long`
/// gives the same, and is for long texts.
#[inline]
fn from_first<'t>(
    text: &'t [u8],
    limit: u8,
    wanted: [u8; 2],
    long: impl Fn(&'t [u8]) -> &'t [u8],
) -> &'t [u8] {
    if !cfg!(any(target_feature = "sse2", target_feature = "neon")) {
        return word_by_word(text, limit, wanted);
    }
    // Most strings are too short for blocks.
    let Some((short, behind)) = text.split_at_checked(SHORT) else { return long(text) };
    match word_by_word(short, limit, wanted) {
        [] => long(behind),
        rest => text.get(SHORT - rest.len()..).unwrap_or_default(),
    }
}

#[inline]
fn word_by_word(text: &[u8], limit: u8, wanted: [u8; 2]) -> &[u8] {
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

/// What is behind those blocks at the start of `text` in which `distance` is zero for no byte.
///
/// The smaller of two numbers keeps a zero of either. Branches and comparisons byte by byte would
/// prevent vectorising.
#[inline]
fn behind_blocks(text: &[u8], distance: impl Fn(u8) -> u8) -> &[u8] {
    let mut rest = text;
    while let Some((block, behind)) = rest.split_first_chunk::<BLOCK>() {
        let (left, right) = block.split_at(VECTOR);
        let mut nearest = [0; VECTOR];
        for ((nearest, left), right) in nearest.iter_mut().zip(left).zip(right) {
            *nearest = distance(*left).min(distance(*right));
        }
        if nearest.iter().fold(false, |any, nearest| any | (*nearest == 0)) {
            break;
        }
        rest = behind;
    }
    rest
}

/// The bytes of a text that are searched by words.
const SHORT: usize = 64;
/// Two vectors, as SSE2 and NEON have them.
const BLOCK: usize = 2 * VECTOR;
const VECTOR: usize = 16;

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

    /// What is searched by words, two blocks, and some bytes.
    const LONGEST: usize = SHORT + 2 * BLOCK + 12;

    /// Every position, or some under an interpreter, which takes minutes for all.
    fn positions() -> impl Iterator<Item = usize> {
        (0..LONGEST - 3).step_by(if cfg!(miri) { 7 } else { 1 })
    }

    #[test]
    fn a_byte_is_found_where_a_search_byte_by_byte_finds_it() {
        for filler in [b'-', b'/', 0, 0xae] {
            for len in positions() {
                let mut text = [filler; LONGEST];
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
            for end in (0..=u8::MAX).step_by(if cfg!(miri) { 17 } else { 1 }) {
                for len in positions() {
                    let mut text = [filler; LONGEST];
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

    #[test]
    fn of_several_end_bytes_the_first_ends_plain_text() {
        for first in positions() {
            for second in first + 1..LONGEST {
                for (one, other) in [(b'"', b'\\'), (b'\\', 0), (0x1f, b'"')] {
                    let mut text = [b'a'; LONGEST];
                    (text[first], text[second]) = (one, other);
                    assert_eq!(behind_plain(&text), &text[first..]);
                    assert_eq!(place_of(other, &text), Some(second));
                }
            }
        }
    }
}
