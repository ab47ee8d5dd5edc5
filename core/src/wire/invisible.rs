//! Characters that nobody sees.

/// Whether the character has no shape of its own, or changes how others are shown: controls (C0, DEL and C1), line and
/// paragraph separators, format characters such as those of bidirectional text, and whatever else a terminal or an
/// editor may show as nothing. Private use and noncharacters belong here too: nobody else knows what they look like.
///
/// Spaces are not among them, and neither are unassigned characters outside of the ranges that Unicode reserves for
/// invisible ones.
pub fn is_invisible(c: char) -> bool {
    let c = u32::from(c);
    // Nearly every character that is looked at is one of these.
    if matches!(c, 0x20..=0x7e) {
        return false;
    }
    let behind = INVISIBLE.partition_point(|&(first, _)| first <= c);
    let range = behind.checked_sub(1).and_then(|place| INVISIBLE.get(place));
    range.is_some_and(|&(_, last)| c <= last) || c & 0xfffe == 0xfffe
}

/// The first and last character of each range, in order: of Unicode 16.0, the general categories Cc, Cf, Zl, Zp and Co
/// (`UnicodeData.txt`), the property Default_Ignorable_Code_Point (`DerivedCoreProperties.txt`), the noncharacters U+FDD0
/// to U+FDEF, and three blanks without any of these (U+2800, U+16FE4, U+1D159). Other noncharacters end in FFFE or FFFF.
const INVISIBLE: [(u32, u32); 33] = [
    (0x0000, 0x001f),
    (0x007f, 0x009f),
    (0x00ad, 0x00ad),
    (0x034f, 0x034f),
    (0x0600, 0x0605),
    (0x061c, 0x061c),
    (0x06dd, 0x06dd),
    (0x070f, 0x070f),
    (0x0890, 0x0891),
    (0x08e2, 0x08e2),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x2028, 0x202e),
    (0x2060, 0x206f),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xe000, 0xf8ff),
    (0xfdd0, 0xfdef),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfffb),
    (0x110bd, 0x110bd),
    (0x110cd, 0x110cd),
    (0x13430, 0x1343f),
    (0x16fe4, 0x16fe4),
    (0x1bca0, 0x1bca3),
    (0x1d159, 0x1d159),
    (0x1d173, 0x1d17a),
    (0xe0000, 0xe0fff),
    (0xf0000, 0x10ffff),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranges_are_in_order() {
        assert!(INVISIBLE.iter().all(|(first, last)| first <= last));
        assert!(INVISIBLE.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn what_nobody_sees_is_told_from_letters_of_every_script() {
        let seen = "aZ~ \u{a0}éе\u{301}ß山田ياسرनमस्ते한글ไทย😀\u{ac}\u{ae}\u{2010}\u{3000}\u{fffd}\u{1d400}";
        for c in seen.chars() {
            assert!(!is_invisible(c), "{c:?}");
        }
        for c in [
            '\0',
            '\n',
            '\u{1b}',
            '\u{7f}',
            '\u{80}',
            '\u{9b}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{1160}',
            '\u{17b4}',
            '\u{180e}',
            '\u{200b}',
            '\u{200d}',
            '\u{200f}',
            '\u{2028}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{206f}',
            '\u{2800}',
            '\u{3164}',
            '\u{e000}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{ffff}',
            '\u{1fffe}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{f0000}',
            '\u{10ffff}',
        ] {
            assert!(is_invisible(c), "{c:?}");
        }
    }
}
