//! Numbers, exactly as their digits say.

use crate::policy::JSON_LEN;
use crate::wire::cut::cut;

/// A number as it is written.
#[derive(Debug, Clone, Copy)]
pub struct Number<'a>(&'a str);

impl<'a> Number<'a> {
    /// The number whose checked text is `text`.
    pub(super) fn from_checked(text: &'a str) -> Self {
        Number(text)
    }

    /// The text.
    pub fn text(self) -> &'a str {
        self.0
    }

    /// The number, where it is written as an integer and 64 bits hold it. That leaves out `-0`, which
    /// no integer is.
    pub(super) fn integer(self) -> Option<Integer> {
        match self.0.strip_prefix('-') {
            None => self.0.parse().ok().map(Integer::Unsigned),
            Some("0") => None,
            Some(_) => self.0.parse().ok().map(Integer::Negative),
        }
    }

    /// The number rounded down; `None` below zero and from 10^15 on.
    ///
    /// Fractions and exponents are read exactly, on the digits: no floating point, no rounding up.
    pub fn floor(self) -> Option<u64> {
        let (mantissa, exponent) = match cut(self.0, b'e').or_else(|| cut(self.0, b'E')) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)),
            None => (self.0, 0),
        };
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(mantissa) => (true, mantissa),
            None => (false, mantissa),
        };
        let (whole, fraction) = cut(mantissa, b'.').unwrap_or((mantissa, ""));
        if mantissa.bytes().all(|b| matches!(b, b'0' | b'.')) {
            return Some(0);
        }
        if negative {
            return None;
        }
        // A document is far shorter than the numbers that this type holds.
        let digits = i32::try_from(whole.len()).ok()?.saturating_add(exponent);
        let mut written = whole.bytes().chain(fraction.bytes());
        let mut value = 0_u64;
        for _ in 0..digits {
            let digit = written.next().map_or(0, |b| b.wrapping_sub(b'0'));
            value = value * 10 + u64::from(digit);
            if value >= 1_000_000_000_000_000 {
                return None;
            }
        }
        Some(value)
    }
}

/// An integer of 64 bits.
pub(super) enum Integer {
    Unsigned(u64),
    Negative(i64),
}

/// An exponent, which saturates above the length of any document: a number that is not zero is then
/// out of any range.
fn parse_exponent(text: &str) -> i32 {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let magnitude = digits.bytes().fold(0, |value: i32, digit| {
        value.min(JSON_LEN as i32) * 10 + i32::from(digit.wrapping_sub(b'0'))
    });
    sign * magnitude
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_down_on_their_digits() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("-0.0e9", Some(0)),
            ("1700000000", Some(1_700_000_000)),
            ("1700000000.999999", Some(1_700_000_000)),
            ("1.7e9", Some(1_700_000_000)),
            ("1.7E+9", Some(1_700_000_000)),
            ("17000000005e-1", Some(1_700_000_000)),
            ("0.00017e13", Some(1_700_000_000)),
            ("0e999999999999999999999", Some(0)),
            ("1e-400", Some(0)),
            ("999999999999999", Some(999_999_999_999_999)),
            ("1000000000000000", None),
            ("1e400", None),
            ("1e9999999999999999999999", None),
            ("18446744073709551616", None),
            ("-1", None),
            ("-0.5", None),
        ] {
            assert_eq!(Number(text).floor(), expected, "{text}");
        }
    }
}
