//! A file that is written as a whole or not at all.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::edit::EditError;
use crate::file::read_capped;

/// Puts `new` in the place of the file at `path`, if that still holds `original`.
///
/// The new file is written beside the old one, and renamed: on Proxmox's cluster file system that is one message to all
/// nodes. It also keeps two of us from changing the file at once. Whoever writes it in another way between our last
/// look and the rename is overwritten.
pub(crate) fn replace(path: &Path, original: &[u8], new: &[u8]) -> Result<(), EditError> {
    let unwritable = |source| EditError::Unwritable { path: path.to_owned(), source };
    // A symbolic link stays one: what it leads to is written.
    let path = fs::canonicalize(path).map_err(unwritable)?;
    let metadata = fs::metadata(&path).map_err(unwritable)?;
    if !metadata.is_file() {
        return Err(unwritable(io::Error::new(ErrorKind::InvalidInput, "it is no regular file")));
    }
    let beside = beside(&path);
    let file = match create(&beside) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(EditError::Busy { path: beside });
        }
        created => created.map_err(unwritable)?,
    };
    let written =
        fill(file, &metadata, new).and_then(|()| match *read_capped(&path)? == original {
            true => fs::rename(&beside, &path).map(|()| Written::Yes),
            false => Ok(Written::ChangedMeanwhile),
        });
    if !matches!(written, Ok(Written::Yes)) {
        // It can't be told apart from another error, and the first one is what counts.
        let _ = fs::remove_file(&beside);
    }
    match written.map_err(unwritable)? {
        Written::Yes => {}
        Written::ChangedMeanwhile => return Err(EditError::Changed { path }),
    }
    // The file is there. Whether it outlasts a power cut now is all that is left.
    let _ = path.parent().map(|directory| File::open(directory)?.sync_all());
    Ok(())
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

/// The keys in it may be read by nobody but the owner, until the mode is known.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn fill(mut file: File, like: &Metadata, bytes: &[u8]) -> io::Result<()> {
    take_owner_and_mode(&file, like)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Asks for nothing that is there already: Proxmox's cluster file system gives each file its owner and mode itself.
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
