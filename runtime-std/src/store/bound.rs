//! How many logins are kept, and which ones make room for new ones.

use std::fs;
use std::io;
use std::path::Path;

use super::batch::{Batches, Part, counted};
use super::files::{gone, retried};

/// How many files a store may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// Files of logins and marks that are kept.
    pub(super) files: u64,
    /// Files in one batch, a small fraction of those.
    pub(super) batch: u64,
}

/// At 200 logins a second each keeps its 600 s; in blocks of 4 KiB they take 512 MiB.
pub(super) const BOUND: Bound = Bound { files: 131_072, batch: 4096 };

impl Bound {
    /// Whether the login with this number is the first of its batch.
    pub(super) fn begins_batch(self, number: u64) -> bool {
        number % self.batch == 1
    }

    /// Gives up the oldest batches to make room for another. Failures are logged, and fail no login.
    ///
    /// One rename gives up a whole batch, and a login being read stays readable.
    pub(super) fn make_room(self, directory: &Path, now: u64) {
        if let Err(e) = self.give_up_oldest(directory, now) {
            log::warn!("can't give up old logins in {}: {e}", directory.display());
        }
    }

    fn give_up_oldest(self, directory: &Path, now: u64) -> io::Result<()> {
        let mut total = 0;
        for batch in Batches::of(directory)?.latest_first(now) {
            let path = batch.path(directory);
            // Without its counter, it may be full.
            let count = counted(&path)?.unwrap_or(self.batch);
            // Beyond a batch's share, logins were counted and went on to the next one.
            let most = if batch.part == Part::Marks { u64::MAX } else { self.batch };
            total += count.clamp(1, most);
            if total > self.files - self.batch {
                // Gone: another process was faster. In the way: an earlier batch of that name must be swept first.
                gone(retried(|| fs::rename(&path, batch.path_once_gone(directory))))?;
            }
        }
        Ok(())
    }
}
