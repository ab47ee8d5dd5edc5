//! What is said of an API token on the command line.

use std::str::FromStr;

/// How long a token lives, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime(pub(crate) u64);

impl FromStr for Lifetime {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "give minutes, hours or days up to 366, for example 30m, 8h or 7d";
        let units = [('m', 60), ('h', 3600), ('d', 86400)];
        let unit = units.iter().find(|(unit, _)| text.ends_with(*unit)).ok_or(FORM)?;
        let digits = text.strip_suffix(unit.0).ok_or(FORM)?;
        let is_number = digits.len() <= 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let count: u64 = digits.parse().ok().filter(|_| is_number).ok_or(FORM)?;
        let seconds =
            count.checked_mul(unit.1).filter(|seconds| (1..=366 * 86400).contains(seconds));
        seconds.map(Lifetime).ok_or(FORM)
    }
}

/// The name of a token, as nodes take it.
pub(crate) fn parse_name(text: &str) -> Result<String, &'static str> {
    let is_name = (2..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    if !is_name {
        return Err("a name has 2 to 64 letters, digits and .-_, and begins with a letter");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_have_a_unit_and_an_end() {
        for (text, seconds) in [("30m", 1800), ("8h", 28800), ("7d", 604_800), ("366d", 31_622_400)]
        {
            assert_eq!(text.parse(), Ok(Lifetime(seconds)));
        }
        for text in ["", "8", "h", "0h", "-1h", "+1h", "367d", "8hh", "1w", "9999999m", "1.5h"] {
            assert!(text.parse::<Lifetime>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_is_one_segment_of_a_path() {
        assert!(parse_name("packer-1.x_y").is_ok());
        for name in ["", "a", "1a", "..", "a/b", "a%2fb", "a b", "a?b"] {
            assert!(parse_name(name).is_err(), "{name}");
        }
    }
}
