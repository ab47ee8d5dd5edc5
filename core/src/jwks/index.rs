//! An index of a key set by `kid`, so that a token's key is found without a walk through the others.

use core::fmt;

use super::among::Among;
use crate::wire::{Array, OFFSET, Value};

/// The names of keys, each with the place of its key: in the lower bits of an entry the place, and
/// above it as many bits of the name's hash as fit. Entries are in order, so that those of one hash
/// stand together, and as in the document.
///
/// Names may share a hash, by chance or on purpose: what is found here is only where a walk looks.
#[derive(Clone, Copy)]
pub(super) struct Index<'a>(&'a [u32]);

/// What stands for a hash where there is no name. A name's may be the same.
const NO_NAME: u32 = 0;

impl<'a> Index<'a> {
    /// Writes the entries of `keys` to the start of `entries`, and tells how many there are; none if
    /// there is no room for all of them.
    pub(super) fn write(keys: Array<'_>, entries: &mut [u32]) -> Option<usize> {
        let mut len = 0;
        for (place, key) in keys.items_in_places() {
            let Value::Object(key) = key else { continue };
            let hash = match key.get("kid") {
                None | Some(Value::Null) => NO_NAME,
                Some(Value::String(kid)) => kid.hash_bits(),
                // No token names it, and it isn't nameless: it is malformed.
                Some(_) => continue,
            };
            // Documents are shorter than what the lower bits count.
            *entries.get_mut(len)? = hash | place as u32;
            len += 1;
        }
        entries.get_mut(..len)?.sort_unstable();
        Some(len)
    }

    /// The index whose entries were [written](Self::write).
    pub(super) fn of(entries: &'a [u32]) -> Self {
        Index(entries)
    }

    /// The places, in order, of the keys that may be `among` those that are looked for, if that
    /// makes any difference.
    pub(super) fn places(self, among: Among<'_>) -> Option<impl Iterator<Item = usize> + 'a> {
        let hash = match among {
            Among::All => return None,
            Among::Named(kid) => kid.hash_bits(),
            Among::Nameless => NO_NAME,
        };
        let first = self.0.partition_point(|entry| entry & !OFFSET < hash);
        let entries = self.0.get(first..).unwrap_or_default();
        let of_hash = entries.iter().take_while(move |entry| **entry & !OFFSET == hash);
        Some(of_hash.map(|entry| (entry & OFFSET) as usize))
    }
}

/// Not its entries, which say nothing to anybody.
impl fmt::Debug for Index<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Index(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Json, JsonStr};

    /// The `kid`s, as they are written, of the keys that an index of `keys` has for one.
    fn candidates<'a>(keys: &'a str, among: Among<'_>) -> Vec<&'a str> {
        let Value::Array(array) = Json::parse(keys.as_bytes()).unwrap().value() else {
            panic!("an array")
        };
        let mut entries = vec![u32::MAX; array.items().count()];
        let len = Index::write(array, &mut entries).unwrap();
        let places = Index::of(&entries[..len]).places(among).unwrap();
        places
            .map(|place| match array.item_in_place(place) {
                Some(Value::Object(key)) => key.get("kid").map_or("-", Value::text),
                _ => panic!("a key"),
            })
            .collect()
    }

    fn kid(text: &str) -> JsonStr<'_> {
        JsonStr::from_checked(text)
    }

    /// Names of one hash.
    fn colliding() -> Vec<String> {
        let wanted = kid("k0").hash_bits();
        let all = (0..).map(|i| format!("k{i}"));
        all.filter(|name| kid(name).hash_bits() == wanted).take(3).collect()
    }

    #[test]
    fn keys_are_found_by_their_names_in_order_however_those_are_written() {
        let keys = r#"[ 7, {"kid":"a/b","n":1} , {"kid":"c"}, {}, [], {"kid":"a\/b"},{"kid":null},{"kid":1}]"#;
        assert_eq!(candidates(keys, Among::Named(kid(r"\u0061/b"))), ["a/b", r"a\/b"]);
        assert_eq!(candidates(keys, Among::Named(kid("c"))), ["c"]);
        assert_eq!(candidates(keys, Among::Nameless), ["-", "null"]);
        assert!(candidates("[]", Among::Nameless).is_empty());
    }

    #[test]
    fn names_that_share_a_hash_are_all_found() {
        let names = colliding();
        let keys: Vec<_> = names.iter().map(|name| format!(r#"{{"kid":"{name}"}}"#)).collect();
        let keys = format!(r#"[{{"kid":"k1"}},{},{{"kid":"k2"}}]"#, keys.join(","));
        for name in &names {
            assert_eq!(candidates(&keys, Among::Named(kid(name))), names);
        }
    }

    #[test]
    fn an_index_has_all_keys_or_none() {
        let Value::Array(array) = Json::parse(br#"[{"kid":"a"},{"kid":"b"}]"#).unwrap().value()
        else {
            panic!("an array")
        };
        assert_eq!(Index::write(array, &mut [0; 1]), None);
        assert_eq!(Index::write(array, &mut [0; 2]), Some(2));
        assert_eq!(Index::write(array, &mut [0; 9]), Some(2));
    }
}
