//! Why a login can't be stored or taken.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use onerealm_core::{NoEntropy, policy};

use crate::codes::codes;

/// Why a login can't be stored or taken.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no such login, or it expired long ago. For the end user.
    Unknown,
    /// The login was finished before. For the end user.
    Used,
    /// The login took too long. For the end user, or for the administrator if `now` is before `begun`.
    Expired {
        /// When it was begun, in seconds since 1970.
        begun: u64,
        /// The current time that it was compared with.
        now: u64,
    },
    /// A stored login was changed, or written by another version. For the administrator.
    Damaged {
        /// Its file, or its key in a database.
        place: String,
    },
    /// Other users could put logins into the directory. For the administrator.
    UnsafeDirectory {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        reason: Unsafe,
    },
    /// The sealed login is too long for a `state`. For the administrator.
    StateTooLong {
        /// Its length in characters.
        needed: usize,
    },
    /// Other users could read the key that seals logins, or may have written it. For the
    /// administrator.
    UnsafeKeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: Unsafe,
    },
    /// The key that seals logins was changed. For the administrator.
    DamagedKeyFile {
        /// The file.
        path: PathBuf,
    },
    /// The random source failed. For the administrator.
    NoEntropy,
    /// A file system call failed. For the administrator.
    Io {
        /// The operation: "create", "read" ...
        operation: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Another kind of store failed, for example because its server doesn't answer. For the
    /// administrator.
    Other {
        /// The cause, without secrets.
        source: Box<dyn Error + Send + Sync>,
        /// What to do about it.
        advice: Option<&'static str>,
    },
}

/// Why a directory is unsafe for pending logins, or a file for the sealing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unsafe {
    /// It is a symbolic link.
    SymbolicLink,
    /// It is not a directory.
    NotADirectory,
    /// It is not a regular file.
    NotAFile,
    /// Its group or everyone may read it.
    ReadableByOthers {
        /// Its permissions.
        mode: u32,
    },
    /// Its group or everyone may write to it.
    WritableByOthers {
        /// Its permissions.
        mode: u32,
    },
    /// It belongs to a user other than this one or root.
    ForeignOwner {
        /// Its owner's user id.
        owner: u32,
        /// The user id of this process.
        user: u32,
    },
    /// It is not below one of the folders whose permissions are the user's alone. On Windows only.
    SharedPlace,
}

codes! {
    StoreError {
        Self::Unknown => "login_unknown", "no pending login belongs to this answer";
        Self::Used => "login_used", "this login was finished already";
        Self::Expired { begun, now } if begun > now => "login_expired",
            "the clock went back by {} seconds since this login began",
            begun - now;
        Self::Expired { begun, now } => "login_expired",
            "this login took {} seconds, and {} are allowed",
            now - begun, policy::LOGIN_LIFETIME;
        Self::Damaged { place } => "pending_damaged",
            "the stored login {place} is damaged, or another version wrote it: remove it, and begin the login again";
        Self::UnsafeDirectory { path, reason } => "store_unsafe",
            "the directory for pending logins, {}, is not safe: it {reason}", path.display();
        Self::StateTooLong { needed } => "state_too_long",
            "the sealed login takes {needed} characters, and a state has at most {}: shorten the redirect URL, or keep logins in a directory",
            policy::STATE_LEN;
        Self::UnsafeKeyFile { path, reason } => "sealing_key_unsafe",
            "the key file for pending logins, {}, is not safe: it {reason}", path.display();
        Self::DamagedKeyFile { path } => "sealing_key_damaged",
            "the key file for pending logins, {}, is damaged, or another version wrote it: remove it, and begin the login again",
            path.display();
        Self::NoEntropy => "no_entropy", "{}", NoEntropy;
        Self::Io { operation, path, source } => "store_io",
            "can't {operation} {}: {source}; {}", path.display(), advice(operation, source);
        Self::Other { source, .. } => "store_io", "the store of pending logins failed: {source}";
    }
}

impl StoreError {
    /// An error of another kind of store, without advice.
    pub fn other(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        StoreError::Other { source: source.into(), advice: None }
    }

    /// What to do about it, if the sentence doesn't say so, and whether the end user does.
    pub(crate) fn fix(&self) -> Option<(&'static str, bool)> {
        const AGAIN: &str = "begin the login again";
        Some(match self {
            StoreError::Unknown => (
                "begin the login again; auth-url and finish need the same user, --state-dir and --sealed-key",
                true,
            ),
            StoreError::Used => (AGAIN, true),
            StoreError::Expired { begun, now } if begun > now => {
                ("set this machine's clock, and begin the login again", false)
            }
            StoreError::Expired { .. } => (AGAIN, true),
            StoreError::Other { advice, .. } => ((*advice)?, false),
            _ => return None,
        })
    }

    pub(super) fn io(operation: &'static str, path: &Path, source: io::Error) -> StoreError {
        let path = path.to_owned();
        StoreError::Io { operation, path, source }
    }
}

/// Adds the operation to an I/O error.
pub(super) trait OnPath<T> {
    fn on(self, operation: &'static str, path: &Path) -> Result<T, StoreError>;
}

impl<T> OnPath<T> for io::Result<T> {
    fn on(self, operation: &'static str, path: &Path) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::io(operation, path, source))
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            StoreError::Io { source, .. } => Some(source),
            StoreError::Other { source, .. } => Some(&**source),
            _ => None,
        }
    }
}

impl fmt::Display for Unsafe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unsafe::SymbolicLink => f.write_str("is a symbolic link; name what it leads to"),
            Unsafe::NotADirectory => {
                f.write_str("is not a directory; remove it, or name a directory")
            }
            Unsafe::NotAFile => f.write_str("is not a file; remove it, or name a file"),
            Unsafe::ReadableByOthers { mode } => write!(
                f,
                "can be read or written by other users (its mode is {mode:04o}); remove it, so that a new key is made"
            ),
            Unsafe::WritableByOthers { mode } => write!(
                f,
                "can be written to by other users (its mode is {mode:04o}); run `chmod go-w` on it, or name another"
            ),
            Unsafe::SharedPlace => f.write_str(
                "is outside of this user's own folders, %USERPROFILE% and %LOCALAPPDATA%, so other users may have access to it; name a place below one of them"
            ),
            Unsafe::ForeignOwner { owner, user } => write!(
                f,
                "belongs to user {owner}; run `chown {user}` on it, or name one of user {user}'s own"
            ),
        }
    }
}

fn advice(operation: &str, source: &io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::NotFound if operation == "create" => {
            "make its directory, or mount the file system that it belongs to"
        }
        ErrorKind::PermissionDenied => "let the user that this runs as write to the directory",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "make room, in files as well as in bytes"
        }
        ErrorKind::ReadOnlyFilesystem => "name a directory that can be written to",
        ErrorKind::AlreadyExists => "begin the login again",
        _ => "check the directory for pending logins",
    }
}
