//! Files of one user alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::problem::{FILE, FILE_UNSAFE};
use crate::failure::Failure;

/// No file of ours is nearly as long, in bytes.
const LEN: usize = 64 * 1024;

/// Makes a folder that only this user may look into, where it isn't there, and those above it.
pub(crate) fn make_directory(path: &Path) -> Result<(), Failure> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| unusable(path, &error))?;
    check_directory(path)
}

/// Refuses a folder that somebody else made, or may write to.
pub(crate) fn check_directory(path: &Path) -> Result<(), Failure> {
    let metadata = fs::symlink_metadata(path).map_err(|error| unusable(path, &error))?;
    if !metadata.is_dir() {
        return Err(unsafe_file(path, "is no folder"));
    }
    check_owner(path, &metadata)
}

/// The content of a file, if there is one.
pub(crate) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, Failure> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        // A FIFO must not keep us waiting, and a symbolic link leads to somebody else's file.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC).bits();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags as i32);
    }
    let file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(_) if fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) => {
            return Err(unsafe_file(path, "is a symbolic link"));
        }
        Err(error) => return Err(unusable(path, &error)),
    };
    let metadata = file.metadata().map_err(|error| unusable(path, &error))?;
    if !metadata.is_file() {
        return Err(unsafe_file(path, "is no regular file"));
    }
    check_owner(path, &metadata)?;
    read_text(file).map(Some).map_err(|error| unusable(path, &error))
}

fn read_text(file: File) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(LEN));
    file.take(LEN as u64).read_to_string(&mut text)?;
    Ok(text)
}

/// What the name of a file ends with that isn't whole yet.
pub(crate) const UNFINISHED: &str = "unfinished";

/// Writes a file anew, which others see whole or not at all.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let new = path.with_extension(format!("{}.{UNFINISHED}", std::process::id()));
    // What a process that was killed left behind.
    remove(&new)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&new)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&new, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&new);
        unusable(path, &error)
    })
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(unusable(path, &error)),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn check_owner(path: &Path, metadata: &fs::Metadata) -> Result<(), Failure> {
    use std::os::unix::fs::MetadataExt as _;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(unsafe_file(path, "belongs to another user"));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(unsafe_file(path, "can be used by others"));
    }
    Ok(())
}

/// Files have the permissions of the folder that they are made in.
#[cfg(not(unix))]
fn check_owner(path: &Path, _: &fs::Metadata) -> Result<(), Failure> {
    if !onerealm::is_users_own(path) {
        let what =
            "is outside of %USERPROFILE% and %LOCALAPPDATA%, where others may have access to it";
        return Err(unsafe_file(path, what));
    }
    Ok(())
}

fn unsafe_file(path: &Path, what: &str) -> Failure {
    FILE_UNSAFE.says(format!("{} {what}, so it isn't used", path.display()))
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    FILE.says(format!("{} can't be used: {error}", path.display()))
}
