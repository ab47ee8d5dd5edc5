//! Bytes as text.

use sha2::{Digest, Sha256};

/// Two digits for each byte, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = vec![0; 2 * bytes.len()];
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[byte >> 4, byte & 15].map(digit));
    }
    // Digits are ASCII.
    String::from_utf8(text).unwrap_or_default()
}

fn digit(nibble: u8) -> u8 {
    nibble + if nibble < 10 { b'0' } else { b'a' - 10 }
}

/// The SHA-256 of several pieces, concatenated.
pub(crate) fn hex_digest(pieces: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    pieces.iter().for_each(|piece| hash.update(piece));
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_two_digits_as_the_formatter_writes_them() {
        for byte in 0..=255_u8 {
            assert_eq!(hex(&[byte, !byte]), format!("{byte:02x}{:02x}", !byte));
        }
        assert_eq!(hex(&[]), "");
    }
}
