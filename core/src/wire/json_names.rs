//! The names of a document's members, so that one given twice is noticed.

use super::json::{JsonProblem, hex4};
use super::json_value::JsonStr;
use crate::policy::{JSON_LEN, JSON_MEMBERS};

/// The names of the members of all objects around the cursor: each the offset of its text, with
/// some bits of its hash, so that texts are compared only where the bits agree.
pub(super) struct Names {
    len: usize,
    entries: [u32; JSON_MEMBERS],
    /// Whether a name had an escape in it.
    has_escaped: bool,
}

impl Default for Names {
    fn default() -> Self {
        Names { len: 0, entries: [0; JSON_MEMBERS], has_escaped: false }
    }
}

/// The bits of an entry that hold an offset in a document; the others are of the hash.
const OFFSET: u32 = JSON_LEN as u32 - 1;
const _: () = assert!(JSON_LEN.is_power_of_two() && JSON_LEN <= 1 << 24);

impl Names {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.len = len;
    }

    /// Adds a name, unless one since `first` is the same.
    pub(super) fn add(
        &mut self,
        text: &str,
        name: &Name<'_>,
        first: usize,
    ) -> Result<(), JsonProblem> {
        let siblings = self.entries.get(first..self.len).unwrap_or_default();
        self.has_escaped |= name.hash == ESCAPED;
        let has_same_hash = |entry: &u32| entry & !OFFSET == name.hash;
        // All are looked at, so that several are in one step; hardly ever does one need a second
        // look.
        if self.has_escaped || siblings.iter().fold(false, |found, e| found | has_same_hash(e)) {
            let at = |entry: &u32| JsonStr::at(text, (entry & OFFSET) as usize);
            if siblings.iter().any(|entry| at(entry) == JsonStr::from_checked(name.text)) {
                return Err(JsonProblem::Duplicate);
            }
        }
        let place = self.entries.get_mut(self.len).ok_or(JsonProblem::TooManyMembers)?;
        *place = name.hash | name.start as u32;
        self.len += 1;
        Ok(())
    }
}

/// A member's name, with where it stands.
pub(super) struct Name<'a> {
    pub(super) text: &'a str,
    start: usize,
    /// The upper bits of its entry.
    hash: u32,
}

impl<'a> Name<'a> {
    pub(super) fn new(text: &'a str, start: usize, is_plain: bool) -> Result<Self, JsonProblem> {
        let hash = match is_plain {
            true => hash(text),
            false if hides_plain_letters(text) => return Err(JsonProblem::EscapedName),
            false => ESCAPED,
        };
        Ok(Name { text, start, hash })
    }
}

/// Stands for the hash of every name with an escape in it. From the first one on, all names are
/// compared.
const ESCAPED: u32 = 0;

/// The upper bits of an entry for a name that is written without an escape. They only have to
/// spread names, not to withstand anybody: whoever makes names collide costs one comparison for
/// each pair of at most `JSON_MEMBERS` names.
fn hash(name: &str) -> u32 {
    let mix = |hash: usize, word: usize| (hash ^ word).wrapping_mul(ODD);
    let mut hash = name.len();
    let mut rest = name.as_bytes();
    while let Some((word, behind)) = rest.split_first_chunk() {
        hash = mix(hash, usize::from_le_bytes(*word));
        rest = behind;
    }
    let rest = rest.iter().fold(0, |word, byte| word << 8 | usize::from(*byte));
    // The upper half of a product depends on all of what was multiplied.
    let spread = (mix(hash, rest) >> (usize::BITS - 32)) as u32 & !OFFSET;
    if spread == ESCAPED { OFFSET + 1 } else { spread }
}

/// The golden ratio's digits, as many as a word has.
const ODD: usize = 0x9e37_79b9_7f4a_7c15_u64 as usize;

/// Whether plain letters, digits or underscores are spelled as `\uXXXX` in `name`.
fn hides_plain_letters(name: &str) -> bool {
    let mut rest = name.as_bytes();
    loop {
        match rest {
            [b'\\', b'u', digits @ ..] => {
                let unit = hex4(digits).map_or(0, |(unit, _)| unit);
                if char::from_u32(unit).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
                    return true;
                }
                rest = digits;
            }
            [b'\\', _, behind @ ..] | [_, behind @ ..] => rest = behind,
            [] => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_leaves_room_for_an_offset_and_is_never_that_of_names_with_escapes() {
        // There are 2 to the 14th hashes: some of these names would have none of the bits.
        let letters = if cfg!(miri) { b'a'..=b'd' } else { b'a'..=b'z' };
        let mut replaced = 0;
        for first in letters.clone() {
            for second in letters.clone() {
                for third in letters.clone() {
                    for fourth in *b"aeiou" {
                        let name = [first, second, third, fourth];
                        let hash = hash(core::str::from_utf8(&name).unwrap());
                        assert_eq!(hash & OFFSET, 0, "{name:?}");
                        assert_ne!(hash, ESCAPED, "{name:?}");
                        replaced += u32::from(hash == OFFSET + 1);
                    }
                }
            }
        }
        assert!(replaced > 0 || cfg!(miri));
    }
}
