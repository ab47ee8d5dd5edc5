//! Entropy, always supplied by the caller: the core has no random source.

use core::fmt;
use rand_core::TryCryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::wire::{decode_32, encode_32};

/// 256 random bits, separate for each login: the source of state, nonce and code verifier.
///
/// Compared in constant time, hidden in `Debug`, zeroized on drop.
#[derive(Clone)]
pub(crate) struct Random256([u8; 32]);

impl Random256 {
    /// Three at once: one request to the entropy source is faster than three.
    pub(crate) fn generate_three<R: TryCryptoRng + ?Sized>(
        rng: &mut R,
    ) -> Result<[Self; 3], NoEntropy> {
        let mut random = [[0; 32]; 3];
        let filled = rng.try_fill_bytes(random.as_flattened_mut());
        let three = random.map(Random256);
        random.zeroize();
        filled.map(|()| three).map_err(|_| NoEntropy)
    }

    pub(crate) fn generate<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self, NoEntropy> {
        let mut random = Random256([0; 32]);
        rng.try_fill_bytes(&mut random.0).map_err(|_| NoEntropy)?;
        Ok(random)
    }

    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Random256(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Decodes [`text`](Self::text); accepts nothing but 43 such characters.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let mut random = Random256([0; 32]);
        decode_32(text, &mut random.0)?;
        Some(random)
    }

    /// Encodes it as 43 characters of base64url.
    pub(crate) fn text(&self) -> Text43 {
        Text43(encode_32(&self.0))
    }

    /// Whether `text` is its base64url form, compared in constant time.
    pub(crate) fn is_spelled(&self, text: impl Iterator<Item = u8>) -> bool {
        let mut candidate = [0; 43];
        let mut len = 0;
        for byte in text {
            match candidate.get_mut(len) {
                Some(place) => *place = byte,
                None => return false,
            }
            len += 1;
        }
        let same = self.text().0.ct_eq(&candidate);
        candidate.zeroize();
        len == candidate.len() && same.into()
    }
}

impl Drop for Random256 {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A secret of 43 ASCII characters, zeroized on drop.
pub(crate) struct Text43([u8; 43]);

impl Text43 {
    pub(crate) fn as_bytes(&self) -> &[u8; 43] {
        &self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        // base64url is ASCII.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Drop for Text43 {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The entropy source failed: no login can begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoEntropy;

impl fmt::Display for NoEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the random source failed, so no login can begin: check the system's entropy source",
        )
    }
}

impl core::error::Error for NoEntropy {}
