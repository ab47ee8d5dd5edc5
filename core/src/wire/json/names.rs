//! The names of a document's members, so that one given twice is noticed.

use super::hash::{Hash, OFFSET};
use super::lexer::escape;
use super::problem::JsonProblem;
use super::string::chars_at;
use crate::wire::scan::behind_plain;

/// The names of the members of all objects around the cursor: each the offset of its text, with
/// some bits of its hash. Those of one object are in order, by the hash and then by the text, so that
/// texts are compared only where the bits agree, and only a few of them where many agree.
pub(super) struct Names<'t> {
    len: usize,
    entries: &'t mut [u32],
    /// How often two texts were compared.
    #[cfg(test)]
    compared: core::cell::Cell<usize>,
}

impl<'t> Names<'t> {
    /// No names, and room for as many as there are `entries`.
    pub(super) fn new(entries: &'t mut [u32]) -> Self {
        Names {
            len: 0,
            entries,
            #[cfg(test)]
            compared: Default::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.len = len;
    }

    /// Adds a name, unless one since `first` is the same.
    #[inline]
    pub(super) fn add(
        &mut self,
        document: &str,
        name: &Name,
        first: usize,
    ) -> Result<(), JsonProblem> {
        let siblings = self.entries.get(first..self.len).unwrap_or_default();
        let by_text = |entry: &u32| {
            #[cfg(test)]
            self.compared.set(self.compared.get() + 1);
            chars_at(document, (entry & OFFSET) as usize).cmp(chars_at(document, name.start))
        };
        let order = |entry: &u32| (entry & !OFFSET).cmp(&name.hash).then_with(|| by_text(entry));
        let Err(place) = siblings.binary_search_by(order) else {
            return Err(JsonProblem::Duplicate);
        };
        // Those behind it move on by one.
        let behind = self.entries.get_mut(first + place..=self.len);
        let mut entry = name.hash | name.start as u32;
        for place in behind.ok_or(JsonProblem::TooManyMembers)? {
            entry = core::mem::replace(place, entry);
        }
        self.len += 1;
        Ok(())
    }
}

/// A member's name.
pub(super) struct Name {
    /// Where its text is in the document.
    start: usize,
    /// The upper bits of its entry.
    hash: u32,
}

impl Name {
    /// The name whose checked text is `text`, unless it hides letters behind escapes.
    #[inline]
    pub(super) fn new(text: &str, start: usize, is_plain: bool) -> Result<Self, JsonProblem> {
        let hash = if is_plain { Hash::of(text.as_bytes()) } else { hash(text)? };
        Ok(Name { start, hash: hash.upper_bits() })
    }
}

/// The hash of what a name stands for that has escapes.
fn hash(name: &str) -> Result<Hash, JsonProblem> {
    let mut hash = Hash::default();
    let mut rest = name.as_bytes();
    loop {
        let behind = behind_plain(rest);
        hash.push(rest.get(..rest.len() - behind.len()).unwrap_or_default());
        let [b'\\', behind @ ..] = behind else { return Ok(hash) };
        let (c, behind) = escape(behind)?;
        if c.is_ascii_alphanumeric() || c == '_' {
            return Err(JsonProblem::EscapedName);
        }
        hash.push(c.encode_utf8(&mut [0; 4]).as_bytes());
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::JSON_MEMBERS;

    /// How often texts are compared until all of `names`, as they are written, are one object's.
    fn compared(names: &[String]) -> usize {
        let mut document = String::new();
        let mut entries = [0; JSON_MEMBERS];
        let mut all = Names::new(&mut entries);
        let starts: Vec<_> = names
            .iter()
            .map(|name| {
                document += &format!("\"{name}\":0,");
                document.len() - name.len() - "\":0,".len()
            })
            .collect();
        for (name, start) in names.iter().zip(starts) {
            all.add(&document, &Name::new(name, start, !name.contains('\\')).unwrap(), 0).unwrap();
        }
        all.compared.get()
    }

    fn bits(name: &str) -> u32 {
        hash(name).unwrap().upper_bits()
    }

    fn names(write: impl Fn(usize) -> String) -> Vec<String> {
        (0..JSON_MEMBERS).map(write).collect()
    }

    #[test]
    fn case_205_names_with_escapes_are_hardly_compared() {
        let long = "a".repeat(80);
        for names in [
            names(|i| format!("{long}{i}")),
            names(|i| format!("{long}\\/{i}")),
            names(|i| format!("\\/{long}{i}")),
            names(|i| format!("\\/{long}{i}\\n{long}")),
            names(|i| "\\n\\/".repeat(20) + &i.to_string()),
            names(|i| format!("\\u00e9\\u00ea\\u{:04x}", 0x4e00 + i)),
            names(|i| format!("\\ud83d\\ude{i:02x}")),
        ] {
            let compared = compared(&names);
            assert!(compared < 16, "{compared} times: {}", names[0]);
        }
    }

    #[test]
    fn names_that_collide_are_compared_with_few_others() {
        let long = "a".repeat(9);
        let wanted = bits("\\/");
        for (before, behind) in [("", ""), ("\\/", ""), ("", "\\u00e9")] {
            let all = (0..).map(|i| format!("{before}{long}{i}{behind}"));
            let colliding = all.filter(|name| bits(name) == wanted);
            let few = if cfg!(miri) { 4 } else { 24 };
            let names: Vec<_> = colliding.take(few).collect();
            // The logarithm of each number of names before it.
            let most = names.len() * (1 + names.len().ilog2() as usize);
            let compared = compared(&names);
            assert!(compared <= most && compared >= names.len() - 1, "{compared} times");
        }
    }

    #[test]
    fn a_name_has_one_hash_however_it_is_written() {
        let text = "/\u{e9}~\u{1f600}-\n\u{4e00}/";
        let spellings = |c: char| {
            let mut units = [0; 2];
            let escaped = c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04X}"));
            let plain = if c == '\n' { "\\n".to_owned() } else { c.to_string() };
            [plain, escaped.collect()]
        };
        for padding in 0..20 {
            let padding = "x".repeat(padding);
            let meant: String = text.chars().map(|c| c.to_string() + &padding).collect();
            for spelled in 0_u32..1 << text.chars().count() {
                let name: String = text
                    .chars()
                    .enumerate()
                    .map(|(i, c)| spellings(c)[(spelled >> i & 1) as usize].clone() + &padding)
                    .collect();
                assert_eq!(bits(&name), Hash::of(meant.as_bytes()).upper_bits(), "{name}");
            }
        }
    }

    #[test]
    fn a_hash_leaves_room_for_an_offset_and_spreads() {
        let hashes: std::collections::BTreeSet<_> = (0..4096)
            .map(|i: usize| bits(&format!("name{i}")))
            .inspect(|hash| assert_eq!(hash & OFFSET, 0))
            .collect();
        // There are 2 to the 14th of them.
        assert!(hashes.len() > 3000, "{}", hashes.len());
    }
}
