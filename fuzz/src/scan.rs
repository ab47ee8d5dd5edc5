//! The search for bytes, against one byte by byte.

/// The source itself, which the core keeps for its own readers.
#[path = "../../core/src/wire/scan.rs"]
mod blocks;

use self::blocks::{behind_plain, place_of};

/// However many bytes are searched at once, the first that counts is found, wherever the search begins.
///
/// The input is the byte to look for, and text. Its end is plain, or some byte in it ends plain text.
pub fn scan(input: &[u8]) -> bool {
    let Some((byte, text)) = input.split_first() else { return true };
    let byte = byte & 0x7f;
    for start in 0..text.len().min(STARTS) {
        let text = &text[start..];
        let end = text.iter().position(|byte| is_end(*byte)).unwrap_or(text.len());
        assert_eq!(behind_plain(text), &text[end..]);
        assert_eq!(place_of(byte, text), text.iter().position(|other| *other == byte));
    }
    behind_plain(text).is_empty()
}

/// More than a block, and what is searched by words before it.
const STARTS: usize = 100;

fn is_end(byte: u8) -> bool {
    matches!(byte, 0..=0x1f | b'"' | b'\\')
}
