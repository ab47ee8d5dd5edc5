//! A hash of text, as many bits of it as there are beside an offset in a document.

use crate::policy::JSON_LEN;

/// The bits of an entry that hold an offset in a document; the others are of the hash.
pub(crate) const OFFSET: u32 = JSON_LEN as u32 - 1;
const _: () = assert!(JSON_LEN.is_power_of_two() && JSON_LEN <= 1 << 24);

/// A hash of bytes, the same in whatever pieces they come.
///
/// It only has to spread texts, not to withstand anybody. Who makes members' names collide costs a
/// comparison for each doubling of their number; who makes keys' names collide has them walked as
/// they would be without a hash.
#[derive(Default)]
pub(super) struct Hash {
    mixed: usize,
    /// Bytes that are no whole word yet, the newest uppermost.
    word: usize,
    /// How many there were in all.
    len: usize,
}

impl Hash {
    #[inline]
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut hash = Hash::default();
        hash.push_words(bytes);
        hash
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        // Up to the next whole word, and then by words.
        let missing = self.len.wrapping_neg() % size_of::<usize>();
        let (first, rest) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
        self.push_bytes(first);
        self.push_words(rest);
    }

    /// The same where no word is begun.
    #[inline]
    fn push_words(&mut self, mut bytes: &[u8]) {
        while let Some((word, behind)) = bytes.split_first_chunk() {
            self.mix(usize::from_le_bytes(*word));
            self.len += size_of::<usize>();
            bytes = behind;
        }
        self.push_bytes(bytes);
    }

    fn push_bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.word = self.word >> 8 | usize::from(*byte) << (usize::BITS - 8);
            self.len += 1;
            if self.len % size_of::<usize>() == 0 {
                let word = core::mem::take(&mut self.word);
                self.mix(word);
            }
        }
    }

    fn mix(&mut self, word: usize) {
        self.mixed = (self.mixed ^ word).wrapping_mul(ODD);
    }

    #[inline]
    pub(super) fn upper_bits(mut self) -> u32 {
        self.mix(self.word ^ self.len);
        // The upper half of a product depends on all of what was multiplied.
        (self.mixed >> (usize::BITS - 32)) as u32 & !OFFSET
    }
}

/// The golden ratio's digits, as many as a word has.
const ODD: usize = 0x9e37_79b9_7f4a_7c15_u64 as usize;
