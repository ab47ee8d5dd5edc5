//! The clock by which documents age. A test can put it ahead, which only makes documents older.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::now;

/// This machine's clock, and how many seconds more have passed for documents.
#[derive(Default)]
pub(crate) struct Clock {
    ahead: AtomicU64,
}

impl Clock {
    /// In seconds since 1970.
    pub(super) fn now(&self) -> u64 {
        now().0.saturating_add(self.ahead.load(Ordering::Relaxed))
    }

    pub(super) fn put_ahead(&self, by: Duration) {
        self.ahead.fetch_add(by.as_secs(), Ordering::Relaxed);
    }
}
