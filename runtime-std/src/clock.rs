//! The clock of this machine, for a core that has none.

use std::time::{SystemTime, UNIX_EPOCH};

use onerealm_core::UnixTime;

/// The system's time; before 1970 it is 1970.
pub fn now() -> UnixTime {
    unix_time(SystemTime::now())
}

/// The same for another time.
pub(crate) fn unix_time(time: SystemTime) -> UnixTime {
    UnixTime(time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}
