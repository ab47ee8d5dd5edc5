//! Writes a file as a whole or not at all.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::edit::error::EditError;
use crate::file::read_capped;
use crate::leftover;

/// Replaces the file at `path` with `new`, if it still holds `original`.
///
/// The new file is written beside the old one, and renamed: on Proxmox's cluster file system that is one message to all
/// nodes. It also keeps two of our processes from changing the file at once, here by a lock on it and on other nodes by its
/// name; one that a killed process left behind is removed. A change that another program makes between our last check and
/// the rename is overwritten.
pub(crate) fn replace(path: &Path, original: &[u8], new: &[u8]) -> Result<(), EditError> {
    let unwritable = |source| EditError::Unwritable { path: path.to_owned(), source };
    // A symbolic link stays one: its target is written.
    let path = fs::canonicalize(path).map_err(unwritable)?;
    let metadata = fs::metadata(&path).map_err(unwritable)?;
    if !metadata.is_file() {
        return Err(unwritable(io::Error::new(ErrorKind::InvalidInput, "it is no regular file")));
    }
    let (beside, file) = make_beside(&path)?;
    let written =
        fill(&file, &metadata, new).and_then(|()| match *read_capped(&path)? == original {
            true => fs::rename(&beside, &path).map(|()| Written::Yes),
            false => Ok(Written::ChangedMeanwhile),
        });
    if !matches!(written, Ok(Written::Yes)) {
        // It can't be told apart from another error, and the first one counts.
        let _ = fs::remove_file(&beside);
    }
    match written.map_err(unwritable)? {
        Written::Yes => {}
        Written::ChangedMeanwhile => return Err(EditError::Changed { path }),
    }
    // The file is in place. Only whether it survives a power cut right now is open.
    let _ = path.parent().map(|directory| File::open(directory)?.sync_all());
    Ok(())
}

/// Makes a file, where there is none: as a whole too.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> Result<(), EditError> {
    let unwritable = |source| EditError::Unwritable { path: path.to_owned(), source };
    let (beside, mut file) = make_beside(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.and_then(|()| place(&beside, path)).map_err(|error| {
        // The first error counts.
        let _ = fs::remove_file(&beside);
        match error.kind() {
            ErrorKind::AlreadyExists => EditError::Changed { path: path.to_owned() },
            _ => unwritable(error),
        }
    })
}

/// Gives the file its name, if no other has it. Where there are no hard links, one that is made at the same time is
/// overwritten.
fn place(beside: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(beside, path) {
        Ok(()) => {
            // It has both names until then, which hurts nobody.
            let _ = fs::remove_file(beside);
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        Err(_) if path.symlink_metadata().is_ok() => Err(ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(beside, path),
    }
}

/// The new file beside this one, which nobody else is writing.
fn make_beside(path: &Path) -> Result<(PathBuf, File), EditError> {
    let beside = beside(path);
    let created = match open_new(&beside) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && leftover::removed(&beside) => {
            open_new(&beside)
        }
        created => created,
    };
    let file = match created {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(EditError::Busy { path: beside });
        }
        Err(source) => return Err(EditError::Unwritable { path: path.to_owned(), source }),
        Ok(file) => file,
    };
    match leftover::lock(&file) {
        true => Ok((beside, file)),
        // Whoever was faster takes this one for a leftover, and removes it.
        false => Err(EditError::Busy { path: beside }),
    }
}

enum Written {
    Yes,
    ChangedMeanwhile,
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp.onerealm");
    path.with_file_name(name)
}

/// Only the owner may read the keys in it until the mode is known.
fn open_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn fill(mut file: &File, like: &Metadata, bytes: &[u8]) -> io::Result<()> {
    take_owner_and_mode(file, like)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Changes nothing that is already right: Proxmox's cluster file system sets each file's owner and mode itself.
#[cfg(unix)]
fn take_owner_and_mode(file: &File, like: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (like.uid(), like.gid()) {
        fchown(file, Some(like.uid()), Some(like.gid()))?;
    }
    if own.permissions().mode() != like.permissions().mode() {
        file.set_permissions(like.permissions())?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn take_owner_and_mode(file: &File, like: &Metadata) -> io::Result<()> {
    file.set_permissions(like.permissions())
}
