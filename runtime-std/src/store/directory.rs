//! The directory itself: who may write to it, and what is made in it.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

use super::error::{OnPath, StoreError, Unsafe};

/// Makes the directory if it is not there, and checks it.
pub(super) fn prepare(directory: &Path) -> Result<(), StoreError> {
    if check(directory)? {
        return Ok(());
    }
    let mut builder = private_directory();
    retried(|| builder.recursive(true).create(directory)).on("create", directory)?;
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

/// The slots that are there, in no order.
pub(super) fn slots(directory: &Path) -> io::Result<Vec<u64>> {
    let mut slots = Vec::new();
    for entry in retried(|| fs::read_dir(directory))? {
        let entry = entry?;
        let name = entry.file_name();
        let slot = name.to_str().and_then(|name| name.parse::<u64>().ok());
        // A file of that name is none of ours, and must not make a login fail.
        slots.extend(slot.filter(|_| entry.file_type().is_ok_and(|kind| kind.is_dir())));
    }
    Ok(slots)
}

/// Makes a slot.
pub(super) fn create_directory(path: &Path) -> io::Result<()> {
    private_directory().create(path)
}

/// Makes a login's file, which must not be there yet.
pub(super) fn create_file(path: &Path) -> io::Result<File> {
    private_file().write(true).create_new(true).open(path)
}

/// Opens a login's file, for reading and for emptying it.
pub(super) fn open_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

/// Does again what a signal interrupted. `std` does so for files that it opens, reads or writes, but not for names.
pub(super) fn retried<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(e) if e.kind() == ErrorKind::Interrupted => (),
            outcome => return outcome,
        }
    }
}

/// The sticky bit makes no difference: it keeps others from removing files, not from adding them.
#[cfg(unix)]
fn writable_by_others(metadata: &Metadata) -> Option<Unsafe> {
    use std::os::unix::fs::MetadataExt;

    let mode = metadata.mode() & 0o7777;
    if mode & 0o022 != 0 {
        return Some(Unsafe::WritableByOthers { mode });
    }
    let owner = metadata.uid();
    let user = effective_user()?;
    (owner != user && owner != 0).then_some(Unsafe::ForeignOwner { owner, user })
}

/// Who runs this: on Linux, whoever owns a socket that it makes. Elsewhere nothing is known, and the
/// owner is not checked.
#[cfg(unix)]
fn effective_user() -> Option<u32> {
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::net::UnixDatagram;

    if !cfg!(target_os = "linux") {
        return None;
    }
    // `/proc` would tell too, but a rescue system may not have mounted it.
    let socket = File::from(OwnedFd::from(UnixDatagram::unbound().ok()?));
    Some(socket.metadata().ok()?.uid())
}

#[cfg(unix)]
fn private_directory() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt;

    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(unix)]
fn private_file() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn writable_by_others(_: &Metadata) -> Option<Unsafe> {
    None
}

#[cfg(not(unix))]
fn private_directory() -> DirBuilder {
    DirBuilder::new()
}

#[cfg(not(unix))]
fn private_file() -> OpenOptions {
    OpenOptions::new()
}
