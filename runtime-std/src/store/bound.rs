//! How many logins are kept, and which are given up for others.

use std::fs;
use std::io;
use std::path::Path;

use super::batch::{Batches, counted};
use super::files::{gone, retried};

/// How many files a store may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// Files of logins and marks that are kept.
    pub(super) files: u64,
    /// Files in one batch, a small part of that.
    pub(super) batch: u64,
}

/// A flood of 200 logins in a second makes nobody's login shorter with it; 4 KiB blocks make 512 MiB of them.
pub(super) const BOUND: Bound = Bound { files: 131_072, batch: 4096 };

impl Bound {
    /// Whether the login with that number is the first of its batch.
    pub(super) fn begins_batch(self, number: u64) -> bool {
        number % self.batch == 1
    }

    /// Gives up the oldest batches, so that a batch more fits. What can't be done is told to the log: no login fails for
    /// it.
    ///
    /// One rename gives up a batch, so that this takes no time that grows with the logins in it, and whoever opens one
    /// of them at this moment has it.
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
            total += count.max(1);
            if total > self.files - self.batch {
                // If it is gone then another process was faster; and if there is one of that name, it is removed first.
                gone(retried(|| fs::rename(&path, batch.path_once_gone(directory))))?;
            }
        }
        Ok(())
    }
}
