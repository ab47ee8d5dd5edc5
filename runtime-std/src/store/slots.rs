//! Pending logins on disk: one file each, taken once.
//!
//! ```text
//! DIR/              0700
//!     2833333/      0700  a slot: the logins that were begun in the same ten minutes
//!         3f5a..    0600  one pending login; its name is the key in hex
//!         91c0..used      one that was taken, emptied
//! ```
//!
//! No lock, no index, nothing kept in memory: what decides is `rename`, which one of several processes wins. So a
//! process may be killed or forked at any moment, and no login waits for another. A slot that is long past is swept
//! by later logins, a bounded number of files each, so no login pays for a flood of unfinished ones.
//!
//! The directory is for this only, and on a local file system.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::{OnPath, StoreError};
use super::files::{self, retried};
use super::{LIFETIME, sweep};

/// As often as a slot that another process removed is made again. Sweeps leave the present slots alone, so that even
/// one time takes a clock that jumps.
const ATTEMPTS: usize = 1000;

/// The SHA-256 of a login's `state`, which is in no name.
pub(super) type Key = [u8; 32];

/// A directory of pending logins, which are bytes here. Touches nothing before it is first used.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    pub(super) directory: PathBuf,
}

/// A pending login as it is in the store.
pub(super) struct Stored {
    /// What was put; damaged or cut short, if something happened to the file.
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Where it is, for messages.
    pub(super) path: PathBuf,
}

impl Slots {
    /// `directory` is made at the first `put`, if it is not there.
    pub(super) fn new(directory: impl Into<PathBuf>) -> Self {
        Slots { directory: directory.into() }
    }

    /// Keeps a login that was begun at `begun`, in seconds since 1970, and removes some that are long past.
    pub(super) fn put(&self, key: &Key, begun: u64, pending: &[u8]) -> Result<(), StoreError> {
        files::prepare(&self.directory)?;
        // Before the file is made: it may need the room.
        sweep::sweep(&self.directory, begun);
        let (path, mut file) = self.create(&self.slot(begun), &hex(key))?;
        let written = file.write_all(&begun.to_be_bytes()).and_then(|()| file.write_all(pending));
        written.map_err(|source| {
            // Nobody was told of it, so the sweep would do as well.
            let _ = retried(|| fs::remove_file(&path));
            StoreError::io("write", &path, source)
        })
    }

    /// The login with that key, which stays where it is.
    ///
    /// A login older than its lifetime is left too, so that it is called expired each time, and swept later.
    pub(super) fn read(&self, key: &Key, now: u64) -> Result<Stored, StoreError> {
        let Login { bytes, path, .. } = self.find(key, now)?;
        // A file is renamed before it is emptied, so what still has its name was read whole.
        match found(retried(|| fs::symlink_metadata(&path))).on("look at", &path)? {
            Some(_) => Ok(Stored { bytes, path }),
            None => Err(StoreError::Used),
        }
    }

    /// Takes the login with that key: the first call gets it, all others [`StoreError::Used`].
    pub(super) fn take(&self, key: &Key, now: u64) -> Result<Stored, StoreError> {
        let Login { file, bytes, path, used } = self.find(key, now)?;
        // Here one process wins. The file was there and had time left, so if it is gone then another won.
        let Some(()) = found(retried(|| fs::rename(&path, &used))).on("rename", &path)? else {
            return Err(StoreError::Used);
        };
        // The login is the winner's even if its secrets stay until the sweep.
        if let Err(e) = retried(|| file.set_len(0)) {
            log::warn!("{}", StoreError::io("empty", &used, e));
        }
        Ok(Stored { bytes, path: used })
    }

    fn find(&self, key: &Key, now: u64) -> Result<Login, StoreError> {
        if !files::check(&self.directory)? {
            return Err(StoreError::Unknown);
        }
        let name = hex(key);
        // All that are there, not those around `now`: a clock that jumps must not make a login unknown.
        let slots = found(files::slots(&self.directory)).on("list", &self.directory)?;
        for slot in slots.unwrap_or_default() {
            if let Some(login) = find_in(&self.directory.join(slot.to_string()), &name, now)? {
                return Ok(login);
            }
        }
        Err(StoreError::Unknown)
    }

    pub(super) fn slot(&self, begun: u64) -> PathBuf {
        self.directory.join(slot_of(begun).to_string())
    }

    /// Makes a login's file. Its slot may go away at any moment, as long as it is empty.
    fn create(&self, slot: &Path, name: &str) -> Result<(PathBuf, File), StoreError> {
        let path = slot.join(name);
        for _ in 0..ATTEMPTS {
            if let Some(file) = found(files::create_file(&path)).on("create", &path)? {
                return Ok((path, file));
            }
            match retried(|| files::create_directory(slot)) {
                Err(e) if e.kind() != ErrorKind::AlreadyExists => {
                    return Err(StoreError::io("create", slot, e));
                }
                _ => (),
            }
        }
        Err(StoreError::io("create", &path, ErrorKind::NotFound.into()))
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("bytes", &format_args!(".."))
            .field("path", &self.path)
            .finish()
    }
}

/// A login's file, open, with what was read from it.
struct Login {
    file: File,
    bytes: Zeroizing<Vec<u8>>,
    path: PathBuf,
    /// What the file is called once it is taken.
    used: PathBuf,
}

/// Looks for a login in one slot; `None` if it is not there and never was.
fn find_in(slot: &Path, name: &str, now: u64) -> Result<Option<Login>, StoreError> {
    let path = slot.join(name);
    let used = slot.join(format!("{name}{USED}"));
    let Some(mut file) = found(files::open_file(&path)).on("open", &path)? else {
        return match found(retried(|| fs::symlink_metadata(&used))).on("look for", &used)? {
            Some(_) => Err(StoreError::Used),
            None => Ok(None),
        };
    };
    let (begun, bytes) = read(&mut file).on("read", &path)?;
    let is_over =
        |begun: u64| now >= begun.saturating_add(LIFETIME) || now.saturating_add(LIFETIME) < begun;
    if let Some(begun) = begun.filter(|begun| is_over(*begun)) {
        return Err(StoreError::Expired { begun, now });
    }
    Ok(Some(Login { file, bytes, path, used }))
}

/// When the login was begun, if the file is long enough to say, and the rest.
fn read(file: &mut File) -> io::Result<(Option<u64>, Zeroizing<Vec<u8>>)> {
    let mut begun = [0; size_of::<u64>()];
    let begun = match file.read_exact(&mut begun) {
        Ok(()) => Some(u64::from_be_bytes(begun)),
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => None,
        Err(e) => return Err(e),
    };
    // Room for all of it from the start: a vector that grows leaves copies behind.
    let size = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(size));
    file.read_to_end(&mut bytes)?;
    Ok((begun, bytes))
}

/// What a file's name ends with when its login was taken.
pub(super) const USED: &str = ".used";

pub(super) fn slot_of(time: u64) -> u64 {
    time / LIFETIME
}

/// `None` for what is not there.
fn found<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

pub(super) fn hex(key: &Key) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16);
    key.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(digit).collect()
}
