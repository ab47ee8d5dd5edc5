//! The time, in Entra ID's format.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
pub(crate) fn unix_now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("the clock is after 1970").as_secs()
}

/// The time in Entra ID's format, for example `2026-05-20 10:00:00Z`.
pub(crate) fn timestamp() -> String {
    timestamp_of(unix_now())
}

/// Not RFC 3339: a space separates the date from the time.
fn timestamp_of(unix: u64) -> String {
    let (days, second) = (unix / 86_400, unix % 86_400);
    let (year, month, day) = civil_date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a day counted from 1970-01-01. Years are counted from March, so that the leap day comes last.
fn civil_date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_entra_writes_it() {
        assert_eq!(timestamp_of(0), "1970-01-01 00:00:00Z");
        assert_eq!(timestamp_of(951_782_400), "2000-02-29 00:00:00Z");
        assert_eq!(timestamp_of(1_779_271_200), "2026-05-20 10:00:00Z");
        assert_eq!(timestamp_of(4_107_542_399), "2100-02-28 23:59:59Z");
        assert_eq!(timestamp_of(4_107_542_400), "2100-03-01 00:00:00Z");
    }
}
