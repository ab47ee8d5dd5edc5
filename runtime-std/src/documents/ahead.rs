//! Documents that are fetched anew before they end, so that no login waits for it.
//!
//! In the last quarter of its lifetime, whoever gets the turn without waiting fetches a document
//! anew. All others use the present one, up to its end and no longer. A try that fails changes
//! nothing, and is told to nobody: there is a document, and the next try is a twelfth of a lifetime
//! away.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::call::Call;
use super::disk::{Disk, Whose};
use super::document::{Age, Kind};
use crate::lock::lock;

/// The longest time that a login which was served waits for the documents of those to come.
pub(super) const LONGEST: Duration = Duration::from_secs(2);

/// When this process last tried, in seconds since 1970.
#[derive(Default)]
pub(super) struct Tries(Mutex<Option<u64>>);

impl Tries {
    /// Whether the document of this age is due and was not tried a moment ago. If so, it is from now on.
    pub(super) fn begin(&self, age: &Age, call: &Call<'_>) -> bool {
        let now = call.now();
        if !age.is_due(call.lifetime, now) {
            return false;
        }
        let pause = age.pause(call.lifetime);
        let mut last = lock(&self.0);
        if last.is_some_and(|last| now.abs_diff(last) < pause) {
            return false;
        }
        *last = Some(now);
        true
    }
}

/// Whether another process tries, or did a moment ago: it writes what it gets to the disk.
pub(super) fn is_anothers(
    disk: &Disk,
    whose: &Whose,
    kind: Kind,
    age: &Age,
    call: &Call<'_>,
) -> bool {
    let pause = age.pause(call.lifetime);
    disk.refetched(whose, kind.ahead_file(), call.now(), pause).is_some()
}

/// The end of a try in a call that has served its login.
pub(super) fn deadline(call: &Call<'_>) -> Instant {
    call.deadline.min(Instant::now() + LONGEST)
}
