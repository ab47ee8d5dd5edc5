//! base64url without padding (RFC 4648 section 5, RFC 7515 section 2), and the standard alphabet
//! for HTTP Basic.

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
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
    // The only error is a buffer that is too small, and 43 characters hold 32 bytes.
    let _ = Base64UrlUnpadded::encode(bytes, &mut text);
    text
}

/// The 32 bytes that [`encode_32`] makes `text` of. Decodes in place, so that no copy is left
/// behind.
pub(crate) fn decode_32(text: &str, bytes: &mut [u8; 32]) -> Result<(), InvalidBase64Url> {
    match Base64UrlUnpadded::decode(text, bytes) {
        Ok(decoded) if decoded.len() == 32 => Ok(()),
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
    let len = Base64UrlUnpadded::decode(text, room).map_err(|_| InvalidBase64Url)?.len();
    buf.split_at_mut_checked(len)
        .map(|(decoded, rest)| (&*decoded, rest))
        .ok_or(DecodeError::Buffer(BufferTooSmall { needed }))
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
    let mut text = [0; 4];
    if let Ok(text) = Base64::encode(group, &mut text) {
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &str) -> Result<([u8; 16], usize), DecodeError> {
        let mut buf = [0; 16];
        let len = decode_into(text, &mut buf)?.0.len();
        Ok((buf, len))
    }

    #[test]
    fn only_the_one_canonical_spelling_is_read() {
        assert_eq!(decode("AQID").map(|(_, len)| len), Ok(3));
        assert_eq!(decode("AQ").map(|(_, len)| len), Ok(1));
        for text in ["AQ==", "AR", "AQJ", "A", "AQ\n", " AQ", "A+ID", "A/ID", "AQ\0", "AQID="] {
            assert_eq!(decode(text), Err(DecodeError::Text(InvalidBase64Url)), "{text:?}");
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
