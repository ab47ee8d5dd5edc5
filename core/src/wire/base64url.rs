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
    for (group, places) in bytes.chunks(3).zip(text.chunks_mut(4)) {
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
    let mut places = room.iter_mut();
    let mut len = 0;
    // Negative once something was invalid, which is looked at behind the loop only.
    let mut all = 0;
    for group in text.as_bytes().chunks(4) {
        let six_bits = |i| group.get(i).map_or(0, |symbol| decode_symbol(*symbol));
        let [a, b, c, d] = [six_bits(0), six_bits(1), six_bits(2), six_bits(3)];
        all |= a | b | c | d;
        let bits = |value: i16, shift: u32| u32::from(value as u16 & 63) << shift;
        let [_, bytes @ ..] = (bits(a, 18) | bits(b, 12) | bits(c, 6) | bits(d, 0)).to_be_bytes();
        // One symbol is no byte. Bits behind the last byte are zero.
        let whole = group.len() * 6 / 8;
        if group.len() == 1 || bytes.iter().skip(whole).any(|byte| *byte != 0) {
            return None;
        }
        bytes.iter().take(whole).zip(&mut places).for_each(|(byte, place)| *place = *byte);
        len += whole;
    }
    (all >= 0).then_some(len)
}

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
    let mut group = [0; 3];
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
    out.push(symbols.get(..group.len() + 1).unwrap_or_default());
    (group.len()..3).for_each(|_| out.push_char('='));
}

/// What is added for the last two symbols of an alphabet: from the 62nd on, and for the 63rd.
type Alphabet = (i16, i16);
const URL_SAFE: Alphabet = (-13, 49);
const STANDARD: Alphabet = (-15, 3);

/// Up to three bytes as four symbols; what is missing counts as zeros.
fn encode_group(group: &[u8], alphabet: Alphabet) -> [u8; 4] {
    let byte = |i| group.get(i).map_or(0, |byte| u32::from(*byte));
    let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    [18, 12, 6, 0].map(|shift| encode_symbol((bits >> shift & 63) as i16, alphabet))
}

/// The symbol for six bits. No branch and no table depends on them, as they may be a secret's.
fn encode_symbol(six_bits: i16, (from_62, from_63): Alphabet) -> u8 {
    // All ones where the bits are above the limit.
    let above = |limit: i16| (limit - six_bits) >> 8;
    let distance = i16::from(b'A')
        + (above(25) & 6)
        + (above(51) & -75)
        + (above(61) & from_62)
        + (above(62) & from_63);
    (six_bits + distance) as u8
}

/// The six bits of a symbol of the URL-safe alphabet, negative for any other; without a branch
/// too.
fn decode_symbol(symbol: u8) -> i16 {
    let symbol = i16::from(symbol);
    // The value plus one where the symbol is within a run of the alphabet, and else zero.
    let within = |first: u8, last: u8, value: i16| {
        let (first, last) = (i16::from(first), i16::from(last));
        (((first - 1 - symbol) & (symbol - last - 1)) >> 8) & (symbol - first + value + 1)
    };
    within(b'A', b'Z', 0)
        + within(b'a', b'z', 26)
        + within(b'0', b'9', 52)
        + within(b'-', b'-', 62)
        + within(b'_', b'_', 63)
        - 1
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
            assert_eq!(&encode_group(&group, URL_SAFE), url_safe.as_bytes());
            let standard = Base64::encode_string(&group);
            assert_eq!(&encode_group(&group, STANDARD), standard.as_bytes());
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
