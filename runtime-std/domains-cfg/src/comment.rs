//! `comment`, which Proxmox VE stores as ASCII with `%XX` escapes.

use std::fmt::Write;

/// Decodes it as Proxmox VE shows it. Nothing in the result can move a terminal's cursor.
pub(crate) fn decode(written: &str) -> String {
    let mut bytes = Vec::with_capacity(written.len());
    let mut rest = written.as_bytes();
    while let [first, after @ ..] = rest {
        let decoded = match after {
            [high, low, after @ ..] if *first == b'%' => {
                digit(*high).zip(digit(*low)).map(|(high, low)| (high << 4 | low, after))
            }
            _ => None,
        };
        let (byte, after) = decoded.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    let text = String::from_utf8_lossy(&bytes);
    text.replace(|c: char| c.is_control(), "\u{fffd}")
}

/// Encodes it as Proxmox VE writes it.
pub(crate) fn encode(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' '..=b'~' if byte != b'%' && byte != b':' => written.push(byte.into()),
            // Writing to a `String` cannot fail.
            _ => write!(written, "%{byte:02X}").unwrap_or_default(),
        }
    }
    written
}

fn digit(hexadecimal: u8) -> Option<u8> {
    char::from(hexadecimal).to_digit(16).and_then(|digit| digit.try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_shown_as_it_was_meant() {
        for (written, shown) in [
            ("Company login", "Company login"),
            ("B%C3%BCro%3A 100%25", "Büro: 100%"),
            ("Büro", "Büro"),
            ("100%", "100%"),
            ("%4", "%4"),
            ("%zz%+1%C3", "%zz%+1\u{fffd}"),
            ("a%1B[2J%0Ab%7f%C2%85", "a\u{fffd}[2J\u{fffd}b\u{fffd}\u{fffd}"),
            ("", ""),
        ] {
            assert_eq!(decode(written), shown, "{written}");
        }
    }

    #[test]
    fn what_is_written_is_shown_again() {
        assert_eq!(encode("Büro: 100% ~"), "B%C3%BCro%3A 100%25 ~");
        for text in ["Büro: 100%", "%41", "\u{1f600}", "a b"] {
            assert_eq!(decode(&encode(text)), text);
        }
    }
}
