//! IP addresses in URIs: only checks whether they are valid.
//!
//! The parser of `core::net` also computes their values, adds 1.5 kB to a small program, and has panics that the
//! optimiser can't rule out.

use super::cut::{cut_last, split};

/// Four numbers below 256, without leading zeros.
pub(super) fn is_ipv4(text: &str) -> bool {
    let is_octet = |part: &str| {
        let has_leading_zero = part.len() > 1 && part.starts_with('0');
        !has_leading_zero && decimal(part).is_some_and(|number| number < 256)
    };
    split(text, b'.').count() == 4 && split(text, b'.').all(is_octet)
}

/// Eight groups, or fewer with one `::` in place of zero groups (RFC 4291 section 2.2).
pub(super) fn is_ipv6(text: &str) -> bool {
    match text.as_bytes().windows(2).position(|pair| pair == b"::") {
        None => ipv6_groups(text, true) == Some(8),
        Some(at) => {
            let head = text.get(..at).and_then(|head| ipv6_groups(head, false));
            let tail = text.get(at + 2..).and_then(|tail| ipv6_groups(tail, true));
            head.zip(tail).is_some_and(|(head, tail)| head + tail < 8)
        }
    }
}

/// The number of groups in `text`; the last two may be written as an IPv4 address.
fn ipv6_groups(text: &str, may_end_in_ipv4: bool) -> Option<usize> {
    let is_group =
        |part: &str| matches!(part.len(), 1..=4) && part.bytes().all(|b| b.is_ascii_hexdigit());
    if text.is_empty() {
        return Some(0);
    }
    let (groups, last) =
        cut_last(text, b':').map_or((None, text), |(groups, last)| (Some(groups), last));
    let last = match is_group(last) {
        true => 1,
        false if may_end_in_ipv4 && is_ipv4(last) => 2,
        false => return None,
    };
    let Some(groups) = groups else { return Some(last) };
    split(groups, b':').all(is_group).then(|| split(groups, b':').count() + last)
}

/// The number with these decimal digits, if there are any and it fits.
pub(super) fn decimal(digits: &str) -> Option<u16> {
    let number = digits.bytes().try_fold(0_u16, |number, digit| match digit {
        b'0'..=b'9' => number.checked_mul(10)?.checked_add((digit - b'0').into()),
        _ => None,
    });
    number.filter(|_| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_the_standard_library() {
        let pieces = [
            "",
            ":",
            "::",
            "1",
            "fd00",
            "12345",
            "g",
            "0",
            "127.0.0.1",
            "1.2.3",
            "256.1.1.1",
            "01.1.1.1",
            ".",
        ];
        let mut random = [0_u8; 9];
        // Under an interpreter, this takes minutes instead of moments.
        for _ in 0..if cfg!(miri) { 100 } else { 100_000 } {
            getrandom::fill(&mut random).unwrap();
            let piece = |byte: &u8| pieces[usize::from(*byte) % pieces.len()];
            // Colons between some of the pieces, so that complete addresses occur.
            let colon = |i: usize| if random[8] >> i & 1 == 1 { ":" } else { "" };
            let text: String = random[..8]
                .iter()
                .enumerate()
                .flat_map(|(i, byte)| [piece(byte), colon(i)])
                .collect();
            assert_eq!(is_ipv6(&text), text.parse::<std::net::Ipv6Addr>().is_ok(), "{text}");
            assert_eq!(is_ipv4(&text), text.parse::<std::net::Ipv4Addr>().is_ok(), "{text}");
        }
        for text in [
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "1:2:3:4:5:6:1.2.3.4",
            "::1.2.3.4",
            "1::8",
            "1:2:3:4::5:6:7:8",
            "1:2:3:4:5:6:7:1.2.3.4",
            "::",
            "::ffff:127.0.0.1",
            "1.2.3.4::",
            "1:2:3:4:5:6:7:8:9",
        ] {
            assert_eq!(is_ipv6(text), text.parse::<std::net::Ipv6Addr>().is_ok(), "{text}");
        }
        for text in [
            "127.0.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "1.2.3.4.5",
            "1.2.3.",
            "1.2.3.+4",
            "1.2.3.0004",
        ] {
            assert_eq!(is_ipv4(text), text.parse::<std::net::Ipv4Addr>().is_ok(), "{text}");
        }
    }
}
