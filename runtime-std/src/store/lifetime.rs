//! How long a login may take.

use super::error::StoreError;

/// How long a login may take, in seconds; also by how much the clock may go back meanwhile.
pub(super) const LIFETIME: u64 = onerealm_core::policy::LOGIN_LIFETIME;

/// Refuses a login that was begun at `begun` and can't be finished any more.
pub(super) fn check_age(begun: u64, now: u64) -> Result<(), StoreError> {
    match now >= begun.saturating_add(LIFETIME) || now.saturating_add(LIFETIME) < begun {
        true => Err(StoreError::Expired { begun, now }),
        false => Ok(()),
    }
}
