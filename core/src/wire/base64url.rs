//! base64url without padding (RFC 4648 section 5, RFC 7515 section 2), and the standard alphabet
//! for HTTP Basic.

use core::fmt;

use super::writer::{BufferTooSmall, Writer};

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

/// 32 bytes as the 43 characters that state, nonce and code verifier have.
pub(crate) fn encode_32(bytes: &[u8; 32]) -> [u8; 43] {
    let mut text = [0; 43];
    for (group, places) in bytes.chunks(DECODED_BLOCK).zip(text.chunks_mut(BLOCK)) {
        let symbols = encode_group(group, URL_SAFE);
        places.iter_mut().zip(symbols).for_each(|(place, symbol)| *place = symbol);
    }
    text
}

/// The 32 bytes that [`encode_32`] makes `text` of. Decodes in place, so that no copy is left
/// behind.
pub(crate) fn decode_32(text: &str, bytes: &mut [u8; 32]) -> Result<(), InvalidBase64Url> {
    match (text.len(), decode(text, bytes)) {
        (43, Some(32)) => Ok(()),
        _ => Err(InvalidBase64Url),
    }
}

/// Bytes that `text` can decode to, at most.
pub(crate) fn decoded_len_bound(text: &str) -> usize {
    (text.len() / 4).saturating_mul(3).saturating_add(3)
}

/// Decodes `text` to the start of `buf`; gives the bytes and the rest of the buffer.
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

/// Decodes `text` to the start of `room`, which is large enough; gives the number of bytes.
fn decode(text: &str, room: &mut [u8]) -> Option<usize> {
    let (mut rest, mut room) = (text.as_bytes(), room);
    // Both are looked at behind the loop only.
    let (mut len, mut valid) = (0, 0);
    while let Some((block, behind)) = rest.split_first_chunk() {
        let (place, room_behind) = room.split_first_chunk_mut()?;
        valid += decode_block(block, place);
        len += place.len();
        (rest, room) = (behind, room_behind);
    }
    // Zeros fill up the last symbols; they count as none, and stand for zeros.
    let mut block = [0; BLOCK];
    block.iter_mut().zip(rest).for_each(|(place, symbol)| *place = *symbol);
    let mut bytes = [0; DECODED_BLOCK];
    valid += decode_block(&block, &mut bytes);
    // One symbol is no byte. Bits behind the last byte are zero.
    let (last, trailing_bits) = bytes.split_at_checked(rest.len() * 3 / 4)?;
    let is_canonical = rest.len() % 4 != 1 && trailing_bits.iter().all(|byte| *byte == 0);
    room.iter_mut().zip(last).for_each(|(place, byte)| *place = *byte);
    (valid == text.len() && is_canonical).then_some(len + last.len())
}

/// Symbols that are read or written at once, of which a compiler makes vectors, and their bytes.
const BLOCK: usize = 32;
const DECODED_BLOCK: usize = BLOCK / 4 * 3;
const WORD: usize = size_of::<usize>();
const DECODED_WORD: usize = WORD / 4 * 3;

/// Decodes to `bytes`; says how many symbols are of the alphabet, and takes others for zeros. No
/// branch and no table depends on them, as they may be a secret's.
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
        // Neighbours move together: to 12 bits of 16, to 24 of 32, and to 48 where there are 64.
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
/// The lower half of each 16 bits, and of each 32.
const LOW_8: usize = usize::MAX / 0xffff * 0xff;
const LOW_16: usize = usize::MAX / 0xffff_ffff * 0xffff;
/// The lower 6 bits of each 16, and the lower 12 of each 32.
const LOW_6: usize = usize::MAX / 0xffff * 0x3f;
const LOW_12: usize = usize::MAX / 0xffff_ffff * 0xfff;

/// Why [`decode_into`] gave nothing.
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

/// Writes base64 with padding (RFC 4648 section 4) of bytes that arrive piece by piece.
pub(crate) fn write_standard(out: &mut Writer<'_>, bytes: impl Iterator<Item = u8>) {
    let mut group = [0; DECODED_BLOCK];
    let mut filled = 0;
    for byte in bytes {
        if let Some(place) = group.get_mut(filled) {
            *place = byte;
            filled += 1;
        }
        if filled == group.len() {
            write_group(out, &group);
            filled = 0;
        }
    }
    if let Some(last) = group.get(..filled).filter(|last| !last.is_empty()) {
        write_group(out, last);
    }
}

fn write_group(out: &mut Writer<'_>, group: &[u8]) {
    let symbols = encode_group(group, STANDARD);
    out.push(symbols.get(..(group.len() * 4).div_ceil(3)).unwrap_or_default());
    (0..(3 - group.len() % 3) % 3).for_each(|_| out.push_char('='));
}

/// What is added for the last two symbols of an alphabet: from the 62nd on, and for the 63rd.
type Alphabet = (i8, i8);
const URL_SAFE: Alphabet = (-13, 49);
const STANDARD: Alphabet = (-15, 3);

/// Up to 24 bytes as 32 symbols; what is missing counts as zeros.
fn encode_group(group: &[u8], alphabet: Alphabet) -> [u8; BLOCK] {
    let mut bytes = [0; DECODED_BLOCK];
    bytes.iter_mut().zip(group).for_each(|(place, byte)| *place = *byte);
    let mut symbols = [0; BLOCK];
    for (places, bytes) in symbols.chunks_exact_mut(WORD).zip(bytes.chunks_exact(DECODED_WORD)) {
        let mut all = [0; WORD];
        if let (Some(place), Ok(bytes)) = (all.last_chunk_mut::<DECODED_WORD>(), bytes.try_into()) {
            *place = bytes;
        }
        let mut word = usize::from_be_bytes(all);
        // As in decoding, the other way round.
        if WORD == 8 {
            word = word >> 24 & usize::MAX >> HALF | (word & 0xff_ffff) << HALF;
        }
        word = word >> 12 & LOW_12 | (word & LOW_12) << 16;
        word = word >> 6 & LOW_6 | (word & LOW_6) << 8;
        places.iter_mut().zip(word.to_le_bytes()).for_each(|(place, value)| *place = value);
    }
    symbols.iter_mut().for_each(|symbol| *symbol = encode_symbol(*symbol as i8, alphabet));
    symbols
}

/// The symbol for six bits. No branch and no table depends on them, as they may be a secret's.
fn encode_symbol(six_bits: i8, (from_62, from_63): Alphabet) -> u8 {
    // All ones where the bits are above the limit.
    let above = |limit: i8| (limit - six_bits) >> 7;
    let distance = (b'A' as i8)
        .wrapping_add(above(25) & 6)
        .wrapping_add(above(51) & -75)
        .wrapping_add(above(61) & from_62)
        .wrapping_add(above(62) & from_63);
    six_bits.wrapping_add(distance) as u8
}

/// The six bits of a symbol of the URL-safe alphabet, and all ones if it is one; without a branch
/// too.
fn decode_symbol(symbol: u8) -> (u8, u8) {
    // All ones where the symbol is within a run of the alphabet.
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
        use base64ct::{Base64, Base64UrlUnpadded, Encoding};
        for byte in 0..=255_u8 {
            let text = [b'A', byte];
            let text = std::str::from_utf8(&text).unwrap_or("?");
            let expected = Base64UrlUnpadded::decode_vec(text).ok();
            let decoded = decoded(text).ok().map(|(buf, len)| buf[..len].to_vec());
            assert_eq!(decoded, expected, "{byte}");
            let group = [byte, byte.rotate_left(3), !byte];
            let url_safe = Base64UrlUnpadded::encode_string(&group);
            assert_eq!(&encode_group(&group, URL_SAFE)[..4], url_safe.as_bytes());
            let standard = Base64::encode_string(&group);
            assert_eq!(&encode_group(&group, STANDARD)[..4], standard.as_bytes());
        }
    }

    #[test]
    fn padded_base64_is_written_group_by_group() {
        for (bytes, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            let mut buf = [0; 16];
            let mut out = Writer::new(&mut buf);
            write_standard(&mut out, bytes.bytes());
            assert_eq!(out.finish_str(), Ok(expected));
        }
    }
}
