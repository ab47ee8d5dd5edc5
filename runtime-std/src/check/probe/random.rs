//! Random values of a probe.

use onerealm_core::BeginError;

use crate::error::Error;

/// Fills `random`.
pub(super) fn fill(random: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(random).map_err(|_| Error::from(BeginError::NoEntropy))
}
