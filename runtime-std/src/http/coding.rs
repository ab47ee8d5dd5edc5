//! The content coding of an answer (RFC 9110 section 8.4): none, as the requests ask for.

/// The names of charsets that providers say here. The body is UTF-8 or refused, whatever they say.
const CHARSETS: [&str; 15] = [
    "ascii",
    "big5",
    "euc-jp",
    "euc-kr",
    "gb18030",
    "gb2312",
    "gbk",
    "iso-2022-jp",
    "koi8-r",
    "koi8-u",
    "shift_jis",
    "unicode",
    "us-ascii",
    "utf-16be",
    "utf-16le",
];

/// What a number follows in the names of the others.
const FAMILIES: [&str; 9] =
    ["cp", "ibm", "iso-8859-", "iso8859-", "iso_8859-", "latin", "utf", "utf-", "windows-"];

/// Whether the values of `Content-Encoding` leave the body as it is.
pub(super) fn is_none<'h>(mut values: impl Iterator<Item = &'h [u8]>) -> bool {
    values.all(|value| value.split(|byte| *byte == b',').all(is_no_coding))
}

fn is_no_coding(word: &[u8]) -> bool {
    let word = word.trim_ascii().to_ascii_lowercase();
    let is_number =
        |rest: &[u8]| (1..=5).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit);
    let is_of = |family: &&str| word.strip_prefix(family.as_bytes()).is_some_and(is_number);
    matches!(word.as_slice(), b"" | b"identity")
        || CHARSETS.iter().any(|name| name.as_bytes() == word)
        || FAMILIES.iter().any(is_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_none_of(values: &[&str]) -> bool {
        is_none(values.iter().map(|value| value.as_bytes()))
    }

    #[test]
    fn identity_and_the_names_of_charsets_are_no_coding() {
        for value in [
            "",
            " ",
            ",",
            "identity",
            "Identity",
            "utf-8",
            "UTF-8",
            "UTF8",
            "utf-16",
            "UTF-16LE",
            "iso-8859-1",
            "ISO8859-15",
            "ISO_8859-1",
            "latin1",
            "us-ascii",
            "ASCII",
            "windows-1252",
            "cp1252",
            "IBM850",
            "Shift_JIS",
            "EUC-JP",
            "koi8-r",
            "GB18030",
            "identity, utf-8",
        ] {
            assert!(is_none_of(&[value]), "{value}");
        }
        assert!(is_none_of(&[]) && is_none_of(&["utf-8", "identity"]));
    }

    #[test]
    fn every_other_word_is_a_coding() {
        for value in [
            "gzip",
            "x-gzip",
            "br",
            "deflate",
            "compress",
            "zstd",
            "dcb",
            "aes128gcm",
            "exi",
            "unknown",
            "none",
            "utf-8 gzip",
            "utf-8;gzip",
            "utf-eight",
            "utf-888888",
            "utf-",
            "utf",
            "windows-x",
            "gzip, utf-8",
            "utf-8, gzip",
            "identity, br",
            "\u{fc}",
        ] {
            assert!(!is_none_of(&[value]), "{value}");
        }
        assert!(!is_none_of(&["utf-8", "gzip"]));
    }
}
