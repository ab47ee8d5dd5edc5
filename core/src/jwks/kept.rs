//! A key set that outlives the answer it came in.

use core::fmt;

use super::KeySet;
use super::index::Index;
use crate::wire::Array;

/// A provider's keys with the document that they stand in, and an index of them by `kid`: a cache
/// keeps it, nothing is parsed again, and finding a token's key takes no longer the more there are.
///
/// `T` is whatever owns text: `String`, `Box<str>`, `Arc<str>`, or a borrowed `&str`. `I` is whatever
/// has room for the index: `Vec<u32>`, an array, or a borrowed `&mut [u32]`.
///
/// ```
/// # use onerealm_core::*;
/// # fn keep(request: JwksRequest<'_>, answer: HttpResponse<'_>) -> Result<(), JwksError> {
/// let keys = request.response(answer)?;
/// let kept: KeptKeySet<String, Vec<u32>> = keys.keep(vec![0; keys.index_needed()]);
/// let keys = kept.keys();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct KeptKeySet<T, I> {
    keys: T,
    index: I,
    /// How many entries the index has, if all of the keys were in it.
    indexed: Option<usize>,
}

impl<'a> KeySet<'a> {
    /// Entries that an [index](Self::keep) of this set takes: four bytes each.
    pub fn index_needed(&self) -> usize {
        self.keys.items().count()
    }

    /// The same keys with a document of their own, and with an index in `index`, whose content means
    /// nothing. With room for fewer entries than [`index_needed`](Self::index_needed), keys are found
    /// as they are without an index.
    pub fn keep<T: From<&'a str>, I: AsMut<[u32]>>(&self, mut index: I) -> KeptKeySet<T, I> {
        let indexed = Index::write(self.keys, index.as_mut());
        KeptKeySet { keys: T::from(self.keys.text()), index, indexed }
    }
}

impl<T: AsRef<str>, I: AsRef<[u32]>> KeptKeySet<T, I> {
    /// The keys, borrowed.
    pub fn keys(&self) -> KeySet<'_> {
        let entries = self.indexed.and_then(|len| self.index.as_ref().get(..len));
        KeySet { keys: Array::from_checked(self.keys.as_ref()), index: entries.map(Index::of) }
    }
}

impl<T: AsRef<str>, I: AsRef<[u32]>> fmt::Debug for KeptKeySet<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeptKeySet").field(&self.keys()).finish()
    }
}
