//! This machine's clock; the core has none.

use std::time::{SystemTime, UNIX_EPOCH};

use onerealm_core::UnixTime;

/// The system's time, clamped to 1970 at the earliest.
pub fn now() -> UnixTime {
    unix_time(SystemTime::now())
}

/// Converts any other time.
pub(crate) fn unix_time(time: SystemTime) -> UnixTime {
    UnixTime(time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}
