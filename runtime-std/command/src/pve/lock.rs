//! One login at a time for one node.

use std::fs::File;
use std::path::Path;

use super::problem::FILE;
use crate::failure::Failure;

/// Held until it is dropped, or the process ends.
pub(crate) struct Lock {
    _folder: File,
    /// Whether another process held it first.
    pub(crate) has_waited: bool,
}

impl Lock {
    /// Waits until no other process holds the folder's lock. Nothing is made for it: the folder itself is locked.
    #[cfg(unix)]
    pub(crate) fn acquire(folder: &Path) -> Result<Self, Failure> {
        use std::time::Duration;

        use rustix::fs::{FlockOperation, flock};
        use rustix::io::Errno;

        use crate::say::say;

        const PAUSE: Duration = Duration::from_millis(100);

        let failed = |error: std::io::Error| {
            FILE.says(format!("{} can't be locked: {error}", folder.display()))
        };
        let file = File::open(folder).map_err(failed)?;
        let mut has_waited = false;
        // Not one call that blocks: an interrupt has to be seen.
        while let Err(error) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
            if error != Errno::WOULDBLOCK && error != Errno::INTR {
                return Err(failed(error.into()));
            }
            if !has_waited {
                has_waited = true;
                say!("Waiting for another login at this node to end.");
            }
            std::thread::sleep(PAUSE);
        }
        Ok(Lock { _folder: file, has_waited })
    }

    /// Windows has no such lock; two logins at once are two logins there.
    #[cfg(not(unix))]
    pub(crate) fn acquire(folder: &Path) -> Result<Self, Failure> {
        let failed = |error| FILE.says(format!("{} can't be used: {error}", folder.display()));
        let file = File::create(folder.join("lock")).map_err(failed)?;
        Ok(Lock { _folder: file, has_waited: false })
    }
}
