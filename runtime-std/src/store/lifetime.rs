//! How long a login may take.

use super::error::StoreError;

/// In seconds; also how far the clock may be set back meanwhile.
pub(super) const LIFETIME: u64 = onerealm_core::policy::LOGIN_LIFETIME;

/// Refuses a login that began too long ago.
pub(super) fn check_age(begun: u64, now: u64) -> Result<(), StoreError> {
    match now >= begun.saturating_add(LIFETIME) || now.saturating_add(LIFETIME) < begun {
        true => Err(StoreError::Expired { begun, now }),
        false => Ok(()),
    }
}
