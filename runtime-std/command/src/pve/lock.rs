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

        const PAUSE: Duration = Duration::from_millis(100);

        let failed = |error: std::io::Error| {
            FILE.says(format!("{} can't be locked: {error}", folder.display()))
        };
        let file = File::open(folder).map_err(failed)?;
        let mut status = None;
        // Not one call that blocks: an interrupt has to be seen.
        while let Err(error) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
            if error != Errno::WOULDBLOCK && error != Errno::INTR {
                return Err(failed(error.into()));
            }
            status.get_or_insert_with(|| waiting::told(&file));
            std::thread::sleep(PAUSE);
        }
        Ok(Lock { _folder: file, has_waited: status.is_some() })
    }

    /// Windows has no such lock; two logins at once are two logins there.
    #[cfg(not(unix))]
    pub(crate) fn acquire(folder: &Path) -> Result<Self, Failure> {
        let failed = |error| FILE.says(format!("{} can't be used: {error}", folder.display()));
        let file = File::create(folder.join("lock")).map_err(failed)?;
        Ok(Lock { _folder: file, has_waited: false })
    }
}

/// Who is waited for, and for how long already.
#[cfg(unix)]
mod waiting {
    use std::fs::File;
    use std::time::Instant;

    use rustix::fs::{Stat, fstat, major, minor};

    use crate::say::say;
    use crate::status_line::{StatusLine, clock};

    pub(super) fn told(folder: &File) -> StatusLine {
        let since = Instant::now();
        let folder = fstat(folder).ok();
        match holder(folder.as_ref()) {
            Some(process) => {
                say!("Waiting for another login at this node to end, that of process {process}.");
            }
            None => say!("Waiting for another login at this node to end."),
        }
        StatusLine::show(move || {
            // The first may give up, and another one begin.
            let whose = holder(folder.as_ref()).map_or("another login".to_owned(), |process| {
                format!("the login of process {process}")
            });
            format!("Waiting for {whose}: {} so far", clock(since.elapsed()))
        })
    }

    fn holder(folder: Option<&Stat>) -> Option<u32> {
        holder_in(&std::fs::read_to_string("/proc/locks").ok()?, folder?)
    }

    /// The process that holds a lock of `flock` on this file, in the words of `proc_locks(5)`.
    pub(super) fn holder_in(locks: &str, file: &Stat) -> Option<u32> {
        let (major, minor) = (major(file.st_dev), minor(file.st_dev));
        let name = format!("{major:02x}:{minor:02x}:{}", file.st_ino);
        locks.lines().find_map(|line| {
            let [_, "FLOCK", _, _, process, locked, ..] =
                line.split_whitespace().collect::<Vec<_>>()[..]
            else {
                return None;
            };
            // It is 0 or negative where the process is out of sight, as in another container.
            (locked == name).then(|| process.parse().ok()).flatten().filter(|process| *process > 0)
        })
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn who_holds_a_lock_is_read_from_the_systems_list() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = rustix::fs::fstat(File::open(folder.path()).unwrap()).unwrap();
        file.st_dev = rustix::fs::makedev(0xfd, 1);
        file.st_ino = 42;
        for (line, expected) in [
            ("1: FLOCK  ADVISORY  WRITE 4711 fd:01:42 0 EOF", Some(4711)),
            (
                "1: FLOCK  ADVISORY  WRITE 1 fd:01:4 0 EOF\n2: FLOCK ADVISORY WRITE 2 fd:01:42 0 EOF",
                Some(2),
            ),
            ("1: -> FLOCK  ADVISORY  WRITE 4711 fd:01:42 0 EOF", None),
            ("1: POSIX  ADVISORY  WRITE 4711 fd:01:42 0 EOF", None),
            ("1: FLOCK  ADVISORY  WRITE 4711 fd:02:42 0 EOF", None),
            ("1: FLOCK  ADVISORY  WRITE 0 fd:01:42 0 EOF", None),
            ("1: FLOCK  ADVISORY  WRITE -1 fd:01:42 0 EOF", None),
            ("", None),
        ] {
            assert_eq!(waiting::holder_in(line, &file), expected, "{line}");
        }
    }
}
