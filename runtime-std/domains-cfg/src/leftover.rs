//! What a process that was killed left beside the file.

use std::fs::File;
use std::path::Path;

/// Whether the file could be locked: then no living process of this machine writes it. The lock ends with the process.
#[cfg(unix)]
pub(crate) fn lock(file: &File) -> bool {
    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;
    loop {
        match flock(file, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::INTR) => {}
            Err(Errno::WOULDBLOCK) => return false,
            // A file system without locks has the name alone.
            Ok(()) | Err(_) => return true,
        }
    }
}

/// Removes the file if it is a leftover: one of this user's that no living process of this machine has locked, and that
/// nobody writes on another node either. Whether it was removed.
#[cfg(unix)]
pub(crate) fn removed(path: &Path) -> bool {
    use std::fs;
    use std::os::unix::fs::MetadataExt as _;
    use std::time::{Duration, SystemTime};

    /// How long a file stays as it is that nobody writes. A change takes some milliseconds.
    const STILL: Duration = Duration::from_secs(2);
    /// The age of one that needs no wait, whatever the clocks of two nodes.
    const OLD: Duration = Duration::from_secs(600);

    let Ok(file) = onerealm::open_regular_file(path) else { return false };
    if !lock(&file) {
        return false;
    }
    let state = || {
        let found = fs::symlink_metadata(path).ok()?;
        Some((found.dev(), found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
    };
    let (Ok(opened), Some(before)) = (file.metadata(), state()) else { return false };
    if (opened.dev(), opened.ino()) != (before.0, before.1) {
        return false;
    }
    let age =
        opened.modified().ok().and_then(|written| SystemTime::now().duration_since(written).ok());
    if age.is_none_or(|age| age < OLD) {
        log::info!("{} is there: waiting whether somebody writes it", path.display());
        std::thread::sleep(STILL);
    }
    if state() != Some(before) {
        return false;
    }
    log::warn!(
        "{} was left behind by a change that was interrupted, and is removed",
        path.display()
    );
    fs::remove_file(path).is_ok()
}

#[cfg(not(unix))]
pub(crate) fn lock(_: &File) -> bool {
    true
}

#[cfg(not(unix))]
pub(crate) fn removed(_: &Path) -> bool {
    false
}
