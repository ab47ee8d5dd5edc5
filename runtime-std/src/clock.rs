//! The clock of this machine, for a core that has none.

use std::time::{SystemTime, UNIX_EPOCH};

use onerealm_core::UnixTime;

/// The system's time; before 1970 it is 1970.
pub fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    UnixTime(since.map_or(0, |duration| duration.as_secs()))
}
