//! What time it is.

use std::fs;
use std::io;
use std::path::PathBuf;

/// The system's clock, which a test can put ahead.
pub struct Clock {
    offset_file: Option<PathBuf>,
}

impl Clock {
    /// Fails if the file with the offset can't be used.
    pub fn new(offset_file: Option<PathBuf>) -> io::Result<Self> {
        let clock = Clock { offset_file };
        clock.offset()?;
        Ok(clock)
    }

    /// Seconds since 1970. A file that has become unusable puts nothing ahead.
    pub fn now(&self) -> u64 {
        onerealm::now().0.saturating_add(self.offset().unwrap_or(0))
    }

    fn offset(&self) -> io::Result<u64> {
        let Some(file) = &self.offset_file else { return Ok(0) };
        fs::read_to_string(file)?.trim().parse().map_err(io::Error::other)
    }
}
