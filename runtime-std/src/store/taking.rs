//! Which call takes a login's file: one, of several processes.

#[cfg(windows)]
pub(super) use self::by_mark::{
    claim, claim_unopened, empty_claimed, is_left_behind, is_untaken, open, remove_claimed,
};
#[cfg(not(windows))]
pub(super) use self::by_rename::{
    claim, claim as claim_unopened, empty_claimed, is_left_behind, is_untaken, open, remove_claimed,
};

#[cfg(not(windows))]
mod by_rename {
    use std::fs::{self, File};
    use std::io;
    use std::path::Path;

    use super::super::error::StoreError;
    use super::super::files::{empty, found, look, open_file, retried};

    /// Opens a login's file to read and to empty it; `None` if it isn't there.
    pub(in super::super) fn open(path: &Path, _used: &Path) -> io::Result<Option<File>> {
        found(open_file(path))
    }

    /// Takes the login: its file gets the name `used`. `None` if another call was faster.
    pub(in super::super) fn claim(path: &Path, used: &Path) -> io::Result<Option<()>> {
        found(retried(|| fs::rename(path, used)))
    }

    /// Empties the file of a login that was claimed.
    pub(in super::super) fn empty_claimed(_path: &Path, used: &Path) -> io::Result<()> {
        empty(used)
    }

    /// After a rename nothing has the name any more.
    pub(in super::super) fn remove_claimed(_path: &Path) {}

    /// Whether nobody has taken the login, nor given it up.
    pub(in super::super) fn is_untaken(path: &Path, _used: &Path) -> Result<bool, StoreError> {
        Ok(look("look at", path)?.is_some())
    }

    /// Whether a file that could be opened is that of a login that was taken before.
    pub(in super::super) fn is_left_behind(_used: &Path) -> Result<bool, StoreError> {
        Ok(false)
    }
}

/// On Windows a rename acts on the file that was opened by its old name: of two at the same moment, both succeed. So a file
/// of the new name decides, which one call can create; the login's own file is removed after it. Where the process is killed
/// in between, it stays until it is swept, and counts for nothing.
#[cfg(windows)]
mod by_mark {
    use std::fs::{self, File};
    use std::io::{self, ErrorKind};
    use std::path::Path;

    use super::super::error::StoreError;
    use super::super::files::{create_file, empty, found, look, open_file};

    /// Opens a login's file to read and to empty it; `None` if it isn't there, or on its way out: access is denied to a file
    /// that was removed while another process has it open.
    pub(in super::super) fn open(path: &Path, used: &Path) -> io::Result<Option<File>> {
        match open_file(path) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied && used.exists() => Ok(None),
            opened => found(opened),
        }
    }

    /// Takes the login: a file with the name `used` is there. `None` if another call was faster.
    pub(in super::super) fn claim(_path: &Path, used: &Path) -> io::Result<Option<()>> {
        match create_file(used) {
            Ok(_) => Ok(Some(())),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
            // The batch was given up.
            Err(error) => found(Err(error)),
        }
    }

    /// The same where the login's file may be elsewhere: then, or if it is gone, nothing is claimed.
    pub(in super::super) fn claim_unopened(path: &Path, used: &Path) -> io::Result<Option<()>> {
        match fs::symlink_metadata(path) {
            Ok(_) => claim(path, used),
            // On its way out.
            Err(error) if error.kind() == ErrorKind::PermissionDenied && used.exists() => Ok(None),
            Err(error) => found(Err(error)),
        }
    }

    /// Empties the file of a login that was claimed.
    pub(in super::super) fn empty_claimed(path: &Path, _used: &Path) -> io::Result<()> {
        empty(path)
    }

    /// Removes the file of a login that was claimed. If that fails, the sweep does it.
    pub(in super::super) fn remove_claimed(path: &Path) {
        let _ = fs::remove_file(path);
    }

    /// Whether nobody has taken the login, nor given it up.
    pub(in super::super) fn is_untaken(path: &Path, used: &Path) -> Result<bool, StoreError> {
        Ok(look("look for", used)?.is_none() && look("look at", path)?.is_some())
    }

    /// Whether a file that could be opened is that of a login that was taken before.
    pub(in super::super) fn is_left_behind(used: &Path) -> Result<bool, StoreError> {
        Ok(look("look for", used)?.is_some())
    }
}
