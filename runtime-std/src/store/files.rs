//! The directory itself: who may write to it, and what is made in it.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

use super::error::{OnPath, StoreError, Unsafe};

/// Makes the directory if it is not there, and checks it.
pub(crate) fn prepare(directory: &Path) -> Result<(), StoreError> {
    if check(directory)? {
        return Ok(());
    }
    retried(|| create_directories(directory)).on("create", directory)?;
    check(directory).map(|_| ())
}

/// Whether the directory is there. It is an error if it is, and others could put logins into it.
pub(super) fn check(directory: &Path) -> Result<bool, StoreError> {
    let metadata = match retried(|| fs::symlink_metadata(directory)) {
        Ok(metadata) => metadata,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(StoreError::io("look at", directory, e)),
    };
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

/// Makes a batch.
pub(super) fn create_directory(path: &Path) -> io::Result<()> {
    private_directory().create(path)
}

/// Makes a directory, with its parents.
pub(super) fn create_directories(path: &Path) -> io::Result<()> {
    private_directory().recursive(true).create(path)
}

/// Makes a login's file, which must not be there yet.
pub(crate) fn create_file(path: &Path) -> io::Result<File> {
    private(&mut OpenOptions::new()).write(true).create_new(true).open(path)
}

/// Opens a login's file, for reading and for emptying it.
pub(super) fn open_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

/// Does again what a signal interrupted. `std` does so for files that it opens, reads or writes, but not for names.
pub(crate) fn retried<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(e) if e.kind() == ErrorKind::Interrupted => (),
            outcome => return outcome,
        }
    }
}

/// `None` for what is not there.
pub(super) fn found<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// `None` where another process was faster: the entry is gone, or another one is in its place.
pub(super) fn gone<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Err(e) if matches!(e.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists) => {
            Ok(None)
        }
        outcome => found(outcome),
    }
}

/// The sticky bit makes no difference: it keeps others from removing files, not from adding them.
#[cfg(unix)]
pub(crate) fn writable_by_others(metadata: &Metadata) -> Option<Unsafe> {
    let mode = mode(metadata);
    match mode & 0o022 {
        0 => foreign_owner(metadata),
        _ => Some(Unsafe::WritableByOthers { mode }),
    }
}

/// Whether somebody else may read the file, or could have written it.
#[cfg(unix)]
pub(super) fn readable_by_others(metadata: &Metadata) -> Option<Unsafe> {
    let mode = mode(metadata);
    match mode & 0o077 {
        0 => foreign_owner(metadata),
        _ => Some(Unsafe::ReadableByOthers { mode }),
    }
}

#[cfg(unix)]
fn mode(metadata: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o7777
}

#[cfg(unix)]
fn foreign_owner(metadata: &Metadata) -> Option<Unsafe> {
    let owner = std::os::unix::fs::MetadataExt::uid(metadata);
    if owner == 0 {
        return None;
    }
    let user = rustix::process::geteuid().as_raw();
    (owner != user).then_some(Unsafe::ForeignOwner { owner, user })
}

#[cfg(unix)]
fn private_directory() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt;

    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// For the owner alone, if the file is made.
#[cfg(unix)]
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    options.mode(0o600)
}

#[cfg(not(unix))]
pub(crate) fn writable_by_others(_: &Metadata) -> Option<Unsafe> {
    None
}

#[cfg(not(unix))]
pub(super) fn readable_by_others(_: &Metadata) -> Option<Unsafe> {
    None
}

#[cfg(not(unix))]
fn private_directory() -> DirBuilder {
    DirBuilder::new()
}

#[cfg(not(unix))]
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}
