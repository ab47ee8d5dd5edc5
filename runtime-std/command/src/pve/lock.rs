//! One login at a time for one node.

use std::fs::File;
#[cfg(windows)]
use std::io::ErrorKind;
use std::path::Path;
#[cfg(unix)]
use std::path::PathBuf;

use super::problem::FILE;
use crate::failure::Failure;

/// Held until it is dropped, or the process ends.
pub(crate) struct Lock {
    _file: File,
    /// What goes with it, if nothing is kept there.
    #[cfg(unix)]
    folder: PathBuf,
    /// Whether another process held it first.
    pub(crate) has_waited: bool,
}

#[cfg(unix)]
impl Drop for Lock {
    fn drop(&mut self) {
        // Only an empty one can be removed.
        let _ = std::fs::remove_dir(&self.folder);
    }
}

impl Lock {
    /// Waits until no other process holds the folder's lock. Nothing is made for it: the folder itself is locked. None
    /// if whoever held it has removed the folder.
    #[cfg(unix)]
    pub(crate) fn acquire(folder: &Path) -> Result<Option<Self>, Failure> {
        use std::io::ErrorKind;
        use std::time::Duration;

        use rustix::fs::{FlockOperation, flock};
        use rustix::io::Errno;

        const PAUSE: Duration = Duration::from_millis(100);

        let failed = |error: std::io::Error| {
            FILE.says(format!("{} can't be locked: {error}", folder.display()))
        };
        let file = match File::open(folder) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut status = None;
        // Not one call that blocks: an interrupt has to be seen.
        while let Err(error) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
            if error != Errno::WOULDBLOCK && error != Errno::INTR {
                return Err(failed(error.into()));
            }
            status.get_or_insert_with(|| waiting::told(holder::of(&file)));
            std::thread::sleep(PAUSE);
        }
        if !is_at(&file, folder) {
            return Ok(None);
        }
        let has_waited = status.is_some();
        Ok(Some(Lock { _file: file, folder: folder.to_owned(), has_waited }))
    }

    /// Waits until no other process holds the folder's lock: a file in it that only one may have open, and that is gone
    /// when it is closed.
    #[cfg(windows)]
    pub(crate) fn acquire(folder: &Path) -> Result<Option<Self>, Failure> {
        use std::time::Duration;

        const PAUSE: Duration = Duration::from_millis(100);
        /// How often access may be denied, as it is for a moment to a file that is on its way out.
        const DENIED: usize = 10;

        let failed = |error| FILE.says(format!("{} can't be locked: {error}", folder.display()));
        let (mut status, mut denied) = (None, 0);
        loop {
            match exclusively(&folder.join("lock")) {
                Ok(file) => {
                    return Ok(Some(Lock { _file: file, has_waited: status.is_some() }));
                }
                Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => {
                    status.get_or_insert_with(|| waiting::told(|| None));
                }
                Err(error) if error.kind() == ErrorKind::PermissionDenied && denied < DENIED => {
                    denied += 1;
                }
                Err(error) => return Err(failed(error)),
            }
            std::thread::sleep(PAUSE);
        }
    }
}

/// Whether the path still leads to the folder that was opened.
#[cfg(unix)]
fn is_at(folder: &File, path: &Path) -> bool {
    let place = |stat: rustix::fs::Stat| (stat.st_dev, stat.st_ino);
    let opened = rustix::fs::fstat(folder).map(place);
    opened.is_ok() && opened == rustix::fs::lstat(path).map(place)
}

/// Another process has the file open.
#[cfg(windows)]
const ERROR_SHARING_VIOLATION: i32 = 32;

/// Opens a file that nobody else can open meanwhile; it goes when it is closed, or the process ends.
#[cfg(windows)]
fn exclusively(path: &Path) -> std::io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;

    const GENERIC_WRITE: u32 = 0x4000_0000;
    const DELETE: u32 = 0x0001_0000;
    const FILE_FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;

    let mut options = File::options();
    options.write(true).create(true).truncate(false).share_mode(0);
    options.access_mode(GENERIC_WRITE | DELETE).custom_flags(FILE_FLAG_DELETE_ON_CLOSE);
    options.open(path)
}

/// Who is waited for, and for how long already.
mod waiting {
    use std::time::Instant;

    use crate::say::say;
    use crate::status_line::{StatusLine, clock};

    /// `holder` gives the process that is waited for, where that is known.
    pub(super) fn told(holder: impl Fn() -> Option<u32> + Send + 'static) -> StatusLine {
        let since = Instant::now();
        match holder() {
            Some(process) => {
                say!("Waiting for another login at this node to end, that of process {process}.");
            }
            None => say!("Waiting for another login at this node to end."),
        }
        StatusLine::show(move || {
            // The first may give up, and another one begin.
            let whose = holder().map_or("another login".to_owned(), |process| {
                format!("the login of process {process}")
            });
            format!("Waiting for {whose}: {} so far", clock(since.elapsed()))
        })
    }
}

/// The process that holds the lock of a folder.
#[cfg(unix)]
mod holder {
    use std::fs::File;

    use rustix::fs::{Stat, fstat, major, minor};

    pub(super) fn of(folder: &File) -> impl Fn() -> Option<u32> + Send + use<> {
        let folder = fstat(folder).ok();
        move || in_list(&std::fs::read_to_string("/proc/locks").ok()?, folder.as_ref()?)
    }

    /// The process that holds a lock of `flock` on this file, in the words of `proc_locks(5)`.
    pub(super) fn in_list(locks: &str, file: &Stat) -> Option<u32> {
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
            assert_eq!(holder::in_list(line, &file), expected, "{line}");
        }
    }
}

#[cfg(all(test, windows))]
mod tests_on_windows {
    use super::*;

    #[test]
    fn of_many_one_holds_the_lock_and_nothing_is_left_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let held = std::sync::atomic::AtomicUsize::new(0);
        let acquired = || Lock::acquire(folder.path()).ok().flatten().expect("it can be locked");
        let first = acquired();
        assert!(!first.has_waited);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let lock = acquired();
                    use std::sync::atomic::Ordering::SeqCst;
                    assert_eq!(held.fetch_add(1, SeqCst), 0, "one at a time");
                    std::thread::sleep(std::time::Duration::from_millis(20));
                    held.fetch_sub(1, SeqCst);
                    drop(lock);
                });
            }
            drop(first);
        });
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
