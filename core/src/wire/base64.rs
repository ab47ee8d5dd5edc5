//! Base64 of secrets, written in constant time by the crate `base64ct`.

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use zeroize::Zeroize;

use super::writer::Writer;

/// Encodes 32 bytes as the 43 characters of a state, nonce or code verifier (RFC 4648 section 5).
pub(crate) fn encode_32(bytes: &[u8; 32]) -> [u8; 43] {
    let mut text = [0; 43];
    // The lengths always fit, so this never fails.
    let _ = Base64UrlUnpadded::encode(bytes, &mut text);
    text
}

/// Decodes the text that [`encode_32`] writes for 32 bytes; `None` for any other text, with
/// unspecified contents in `bytes`. Decodes in place, so no copy is left behind.
pub(crate) fn decode_32(text: &str, bytes: &mut [u8; 32]) -> Option<()> {
    let decoded = Base64UrlUnpadded::decode(text, bytes).ok()?;
    (decoded.len() == 32).then_some(())
}

/// Bytes encoded at once: a multiple of three, so padding occurs only at the end.
const BLOCK: usize = 48;

/// Writes padded base64 (RFC 4648 section 4) of bytes that arrive one by one.
pub(crate) fn write_base64(out: &mut Writer<'_>, bytes: impl Iterator<Item = u8>) {
    let mut block = [0; BLOCK];
    let mut filled = 0;
    for byte in bytes {
        if let Some(place) = block.get_mut(filled) {
            *place = byte;
            filled += 1;
        }
        if filled == BLOCK {
            write_block(out, &block);
            filled = 0;
        }
    }
    write_block(out, block.get(..filled).unwrap_or_default());
    block.zeroize();
}

fn write_block(out: &mut Writer<'_>, block: &[u8]) {
    let mut text = [0; BLOCK / 3 * 4];
    out.push_str(Base64::encode(block, &mut text).unwrap_or_default());
    text.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    /// Bytes with all values, and no two equal neighbours.
    fn bytes(len: usize) -> Vec<u8> {
        (0..len).map(|i| (i * 151 + i / 256) as u8).collect()
    }

    #[test]
    fn credentials_of_every_length_are_written_as_the_oracle_writes_them() {
        for len in 0..300 {
            let bytes = bytes(len);
            let mut buf = [0; 400];
            let mut out = Writer::new(&mut buf);
            write_base64(&mut out, bytes.iter().copied());
            assert_eq!(out.finish_str(), Ok(STANDARD.encode(&bytes).as_str()), "{len}");
        }
    }

    #[test]
    fn thirty_two_bytes_are_spelled_as_the_oracle_spells_them() {
        for start in 0..=255 {
            let bytes: [u8; 32] = core::array::from_fn(|i| (start + i * 7) as u8);
            let text = URL_SAFE_NO_PAD.encode(bytes);
            assert_eq!(encode_32(&bytes), text.as_bytes());
            let mut decoded = [0; 32];
            assert_eq!((decode_32(&text, &mut decoded), decoded), (Some(()), bytes));
        }
    }

    #[test]
    fn nothing_but_the_one_spelling_of_thirty_two_bytes_is_read() {
        let read = |text: &str| decode_32(text, &mut [0; 32]);
        let text = URL_SAFE_NO_PAD.encode([0xfb; 32]);
        assert_eq!(read(&text), Some(()));
        for len in 0..100 {
            let other = URL_SAFE_NO_PAD.encode(bytes(len));
            assert_eq!(read(&other).is_some(), len == 32, "{len}");
        }
        for at in 0..text.len() {
            for byte in 0..128 {
                let mut changed = text.clone().into_bytes();
                changed[at] = byte;
                let changed = String::from_utf8(changed).unwrap();
                let expected = URL_SAFE_NO_PAD.decode(&changed).ok().map(|_| ());
                assert_eq!(read(&changed), expected, "{changed:?}");
            }
            assert_eq!(read(&text[..at]), None);
        }
        for other in [format!("{text}="), format!("{text}\n"), format!(" {text}"), text + "A"] {
            assert_eq!(read(&other), None, "{other:?}");
        }
    }
}
