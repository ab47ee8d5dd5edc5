//! The files of a store: who may write to them, and how they are created.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

use super::error::{OnPath, StoreError, Unsafe};
use crate::clock::unix_time;
use crate::users_own::is_users_own;

/// Creates the directory if it is missing, and checks it.
///
/// # Errors
///
/// [`StoreError::UnsafeDirectory`] if others can write to it, [`StoreError::Io`] otherwise.
pub(crate) fn prepare(directory: &Path) -> Result<(), StoreError> {
    if check(directory)? {
        return Ok(());
    }
    retried(|| create_directories(directory)).on("create", directory)?;
    check(directory).map(|_| ())
}

/// Whether the directory exists. It is an error if other users could put logins into it.
pub(super) fn check(directory: &Path) -> Result<bool, StoreError> {
    if !is_users_own(directory) {
        let reason = Unsafe::SharedPlace;
        return Err(StoreError::UnsafeDirectory { path: directory.to_owned(), reason });
    }
    let Some(metadata) = look("look at", directory)? else { return Ok(false) };
    let reason = if metadata.is_symlink() {
        Some(Unsafe::SymbolicLink)
    } else if !metadata.is_dir() {
        Some(Unsafe::NotADirectory)
    } else {
        writable_by_others(&metadata)
    };
    match reason {
        None => Ok(true),
        Some(reason) => Err(StoreError::UnsafeDirectory { path: directory.to_owned(), reason }),
    }
}

/// Creates a batch.
pub(super) fn create_directory(path: &Path) -> io::Result<()> {
    private_directory(false).create(path)
}

/// Creates a directory with its parents.
pub(super) fn create_directories(path: &Path) -> io::Result<()> {
    private_directory(true).create(path)
}

/// Creates a file that must not exist yet.
pub(crate) fn create_file(path: &Path) -> io::Result<File> {
    private(&mut OpenOptions::new()).write(true).create_new(true).open(path)
}

/// Opens a login's file to read and to empty it.
pub(super) fn open_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

/// Empties a login's file.
pub(super) fn empty(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).truncate(true).open(path).map(|_| ())
}

/// Opens a file to write at its end.
#[cfg(not(windows))]
pub(super) fn open_to_append(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.open(path)
}

/// Opens a file to write at its end, and keeps all others from opening it meanwhile: Windows doesn't say where an append
/// ended. Whoever comes second waits for the moment that it takes, however the first one ends.
#[cfg(windows)]
pub(super) fn open_to_append(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;
    use std::thread;
    use std::time::Duration;

    /// Another process has the file open.
    const ERROR_SHARING_VIOLATION: i32 = 32;
    /// How often it is tried without, and then with a pause: some seconds in all.
    const ATTEMPTS: [u32; 2] = [100, 5000];

    options.share_mode(0);
    for attempt in 0..ATTEMPTS.iter().sum() {
        match options.open(path) {
            Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => {}
            outcome => return outcome,
        }
        match attempt < ATTEMPTS[0] {
            true => thread::yield_now(),
            false => thread::sleep(Duration::from_millis(1)),
        }
    }
    options.open(path)
}

/// Repeats a call that a signal interrupted. `std` does so for opening, reading and writing, but
/// not for calls that act on names.
pub(crate) fn retried<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(e) if e.kind() == ErrorKind::Interrupted => (),
            outcome => return outcome,
        }
    }
}

/// The entry's metadata, without following a symbolic link; `None` if there is no entry.
pub(super) fn look(operation: &'static str, path: &Path) -> Result<Option<Metadata>, StoreError> {
    found(retried(|| fs::symlink_metadata(path))).on(operation, path)
}

/// The time of its last write, in seconds since 1970.
pub(crate) fn modified(path: &Path) -> Option<u64> {
    let modified = retried(|| fs::symlink_metadata(path)).ok()?.modified().ok()?;
    Some(unix_time(modified).0)
}

/// `None` if it doesn't exist.
pub(crate) fn found<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// `None` if another process was faster: the entry is gone, or another one has taken its place.
pub(super) fn gone<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Err(e) if matches!(e.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists) => {
            Ok(None)
        }
        outcome => found(outcome),
    }
}

/// The sticky bit doesn't help: it stops others from removing files, not from adding them.
pub(crate) fn writable_by_others(metadata: &Metadata) -> Option<Unsafe> {
    open_to_others(metadata, 0o022, |mode| Unsafe::WritableByOthers { mode })
}

/// Whether other users can read the file, or may have written it.
pub(crate) fn readable_by_others(metadata: &Metadata) -> Option<Unsafe> {
    open_to_others(metadata, 0o077, |mode| Unsafe::ReadableByOthers { mode })
}

/// Whether the file has any of these permissions, or an owner other than this user or root.
#[cfg(unix)]
fn open_to_others(metadata: &Metadata, bits: u32, reason: fn(u32) -> Unsafe) -> Option<Unsafe> {
    use std::os::unix::fs::MetadataExt;

    let mode = metadata.mode() & 0o7777;
    if mode & bits != 0 {
        return Some(reason(mode));
    }
    let (owner, user) = (metadata.uid(), rustix::process::geteuid().as_raw());
    is_foreign(owner, user).then_some(Unsafe::ForeignOwner { owner, user })
}

/// Whether the owner is neither this user nor root.
#[cfg(unix)]
pub(super) fn is_foreign(owner: u32, user: u32) -> bool {
    owner != 0 && owner != user
}

#[cfg(not(unix))]
fn open_to_others(_: &Metadata, _: u32, _: fn(u32) -> Unsafe) -> Option<Unsafe> {
    None
}

/// Only the owner has access to the directory, and to any parents created with it.
fn private_directory(with_parents: bool) -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(with_parents);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Only the owner has access, if the file is created.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}
