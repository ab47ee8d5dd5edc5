//! Keys of a set that no token can be verified with.

use super::key::{Jwk, KEY_LEN};
use super::{JwksError, KeySet};
use crate::jwa::JwsAlgorithm;
use crate::obstacles::Obstacle;
use crate::policy::RSA_LONGEST_MODULUS_BITS;

impl KeySet<'_> {
    /// Whether a key that can be read is for `algorithm`.
    pub(crate) fn has_key_for(&self, algorithm: JwsAlgorithm) -> bool {
        self.signature_keys().any(|key| key.fits(algorithm) && fault(&key).is_none())
    }

    /// Tells `found` of keys that can't be read, and of pairs that no token can choose from.
    pub(crate) fn foresee(&self, found: &mut dyn FnMut(Obstacle<'_>)) {
        for (place, key) in self.signature_keys().enumerate() {
            if let Some(error) = fault(&key) {
                found(Obstacle::UnusableKey { kid: key.kid(), error });
                continue;
            }
            let mut later = self.signature_keys().skip(place + 1);
            if let Some(algorithm) = later.find_map(|other| rivals(&key, &other)) {
                found(Obstacle::AmbiguousKeys { kid: key.kid(), algorithm });
            }
        }
    }
}

fn fault(key: &Jwk<'_>) -> Option<JwksError> {
    key.decode(RSA_LONGEST_MODULUS_BITS, &mut [0; KEY_LEN]).err()
}

/// An algorithm that both keys are for, under one name or under none, if they are two.
fn rivals(key: &Jwk<'_>, other: &Jwk<'_>) -> Option<JwsAlgorithm> {
    let mut algorithms = JwsAlgorithm::ALL.into_iter();
    let both = algorithms.find(|algorithm| key.fits(*algorithm) && other.fits(*algorithm));
    both.filter(|_| key.kid() == other.kid() && !key.is_same(other))
}
