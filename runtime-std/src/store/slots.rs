//! Pending logins on disk: one file each, taken once.
//!
//! ```text
//! DIR/              0700
//!     2833333-0/    0700  a batch: the first 4,096 logins that began in a slot of ten minutes
//!         3f5a..    0600  one pending login; its name is the key in hex
//!         91c0..used      one that was taken, emptied
//!         logins.count    a byte for each login that began
//!     2833333-1/          the next 4,096
//!     2833333-used/       marks of sealed logins that were taken
//!     2833332-7.gone/     given up for others, and not removed yet
//! ```
//!
//! No lock, no index, nothing in memory: `rename` decides, and one of several processes succeeds
//! (on Windows, the file with the second name does, see `taking`). A process may be killed or
//! forked at any moment, and no login waits for another. Later logins sweep batches that were given
//! up or are long past, a bounded number of files each, so no login pays for a flood of unfinished
//! ones.
//!
//! The directory serves no other purpose, and is on a local file system.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use onerealm_core::PendingAuthorization;
use zeroize::Zeroizing;

use super::batch::{Batch, Batches, Part, USED, count, slot_of, uncount};
use super::bound::{BOUND, Bound};
use super::error::{OnPath, StoreError};
use super::files::{self, found, retried};
use super::lifetime::check_age;
use super::sweep;
use super::taking;
use crate::hex::hex;

/// How often to recreate a batch that another process removed. Sweeps spare the current slots, and the latest batch is
/// never given up, so even one removal takes a clock that jumps.
const ATTEMPTS: usize = 1000;

/// The SHA-256 of a login's `state`; file names never contain the state itself.
pub(super) type Key = [u8; 32];

/// A directory of pending logins, opaque bytes here. Nothing is touched before the first use.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    pub(super) directory: PathBuf,
    pub(super) bound: Bound,
}

/// A stored pending login, without a `Debug` that could show it.
pub(super) struct Stored {
    /// The bytes stored, unless the file was damaged or cut short.
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Its path, for messages.
    pub(super) path: PathBuf,
}

impl Slots {
    /// The first `put` creates `directory`.
    pub(super) fn new(directory: impl Into<PathBuf>) -> Self {
        Slots { directory: directory.into(), bound: BOUND }
    }

    /// Stores a login begun at `begun`, in seconds since 1970, and removes some that are long past.
    pub(super) fn put(&self, key: &Key, begun: u64, pending: &[u8]) -> Result<(), StoreError> {
        // Before creating the file, which may need the room.
        let batches = self.swept(begun)?;
        let (batch, number) = self.batch_of_next(&batches, begun)?;
        if let Err(error) = write(&batch, key, begun, pending) {
            // What stored nothing evicts nobody, however often it is tried on a full disk.
            uncount(&batch);
            return Err(error);
        }
        if self.bound.begins_batch(number) {
            self.bound.make_room(&self.directory, begun);
        }
        Ok(())
    }

    /// The login with this key, which stays.
    ///
    /// An expired login stays too: it is reported as expired each time, and swept later.
    pub(super) fn read(&self, key: &Key, now: u64) -> Result<Stored, StoreError> {
        let Login { bytes, path, used, .. } = self.find(key, now)?;
        // A file is claimed before it is emptied: if it still isn't, the whole of it was read.
        match taking::is_untaken(&path, &used)? {
            true => Ok(Stored { bytes, path }),
            false => Err(used_or_gone(&used)?),
        }
    }

    /// Takes the login with this key: the first call gets it, all others [`StoreError::Used`].
    pub(super) fn take(&self, key: &Key, now: u64) -> Result<Stored, StoreError> {
        let Login { file, bytes, path, used } = self.find(key, now)?;
        // Of several processes, one succeeds.
        let Some(()) = taking::claim(&path, &used).on("rename", &path)? else {
            return Err(used_or_gone(&used)?);
        };
        // The login counts as taken even if its secrets stay until the sweep.
        if let Err(e) = retried(|| file.set_len(0)) {
            log::warn!("{}", StoreError::io("empty", &used, e));
        }
        drop(file);
        taking::remove_claimed(&path);
        Ok(Stored { bytes, path: used })
    }

    /// Takes the login with this key, which was read and began at `begun`, without reading it again: the first call
    /// succeeds, all others get [`StoreError::Used`].
    pub(super) fn take_known(&self, key: &Key, begun: u64, now: u64) -> Result<(), StoreError> {
        if check_age(begun, now).is_ok() && files::check(&self.directory)? {
            // Nearly all are there. All else is told by a search, as of a login of which nothing is known.
            let batch = Batch { slot: slot_of(begun), part: Part::Logins(0) }.path(&self.directory);
            let name = hex(key);
            let (path, used) = (batch.join(&name), batch.join(name + USED));
            if let Some(()) = taking::claim_unopened(&path, &used).on("rename", &path)? {
                // The login counts as taken even if its secrets stay until the sweep.
                if let Err(e) = found(taking::empty_claimed(&path, &used)) {
                    log::warn!("{}", StoreError::io("empty", &used, e));
                }
                taking::remove_claimed(&path);
                return Ok(());
            }
        }
        self.take(key, now).map(|_| ())
    }

    /// Marks a login stored elsewhere as taken: the first call succeeds, all others get [`StoreError::Used`].
    pub(super) fn mark(&self, key: &Key, begun: u64, now: u64) -> Result<(), StoreError> {
        self.swept(now)?;
        let batch = self.marks(begun);
        in_batch(&batch, &(hex(key) + USED)).map_err(|error| match error {
            StoreError::Io { source, .. } if source.kind() == ErrorKind::AlreadyExists => {
                StoreError::Used
            }
            error => error,
        })?;
        // The mark exists: later failures don't concern the login.
        match count(&batch) {
            Ok(number) if self.bound.begins_batch(number) => {
                self.bound.make_room(&self.directory, now);
            }
            Ok(_) => (),
            Err(e) => log::warn!("{}", StoreError::io("count a login in", &batch, e)),
        }
        Ok(())
    }

    /// Whether a login stored elsewhere was taken.
    pub(super) fn is_marked(&self, key: &Key, begun: u64) -> Result<bool, StoreError> {
        let mark = self.marks(begun).join(hex(key) + USED);
        files::check(&self.directory)?;
        Ok(files::look("look for", &mark)?.is_some())
    }

    /// The mark's path depends on the login alone, so only one call can create it.
    fn marks(&self, begun: u64) -> PathBuf {
        Batch { slot: slot_of(begun), part: Part::Marks }.path(&self.directory)
    }

    /// Creates the directory, lists it, and removes some logins that are long past.
    fn swept(&self, now: u64) -> Result<Batches, StoreError> {
        files::prepare(&self.directory)?;
        let batches = Batches::of(&self.directory).on("list", &self.directory)?;
        sweep::sweep(&self.directory, &batches, now);
        Ok(batches)
    }

    /// Counts the next login and returns its batch, and its number there.
    fn batch_of_next(&self, batches: &Batches, begun: u64) -> Result<(PathBuf, u64), StoreError> {
        let slot = slot_of(begun);
        let mut number = batches.latest_of(slot);
        loop {
            let batch = Batch { slot, part: Part::Logins(number) }.path(&self.directory);
            let count = made_for(&batch, &batch, "count a login in", || count(&batch))?;
            if count <= self.bound.batch {
                return Ok((batch, count));
            }
            number += 1;
        }
    }

    fn find(&self, key: &Key, now: u64) -> Result<Login, StoreError> {
        if !files::check(&self.directory)? {
            return Err(StoreError::Unknown);
        }
        let name = hex(key);
        // Nearly all exist, which saves listing the directory.
        let first = Batch { slot: slot_of(now), part: Part::Logins(0) };
        if let Some(login) = find_in(&first.path(&self.directory), &name, now)? {
            return Ok(login);
        }
        // Searches all batches, not only those around `now`: a clock that jumps must not make a login unknown.
        let batches = found(Batches::of(&self.directory)).on("list", &self.directory)?;
        let batches = batches.unwrap_or_default().latest_first(now);
        for batch in batches.iter().filter(|batch| batch.part != Part::Marks) {
            if let Some(login) = find_in(&batch.path(&self.directory), &name, now)? {
                return Ok(login);
            }
        }
        Err(StoreError::Unknown)
    }
}

/// Writes a login's file.
fn write(batch: &Path, key: &Key, begun: u64, pending: &[u8]) -> Result<(), StoreError> {
    let (path, mut file) = in_batch(batch, &hex(key))?;
    let whole = Zeroizing::new([&begun.to_be_bytes(), pending].concat());
    file.write_all(&whole).map_err(|source| {
        // If this fails, the sweep removes it.
        let _ = retried(|| fs::remove_file(&path));
        StoreError::io("write", &path, source)
    })
}

/// Creates a file in a batch.
fn in_batch(batch: &Path, name: &str) -> Result<(PathBuf, File), StoreError> {
    let path = batch.join(name);
    let file = made_for(batch, &path, "create", || files::create_file(&path))?;
    Ok((path, file))
}

/// Performs an operation in a batch, which is created if missing and may be removed at any moment.
pub(super) fn made_for<T>(
    batch: &Path,
    path: &Path,
    operation: &'static str,
    mut act: impl FnMut() -> io::Result<T>,
) -> Result<T, StoreError> {
    for _ in 0..ATTEMPTS {
        if let Some(done) = found(act()).on(operation, path)? {
            return Ok(done);
        }
        match retried(|| files::create_directory(batch)) {
            Err(e) if e.kind() != ErrorKind::AlreadyExists => {
                return Err(StoreError::io("create", batch, e));
            }
            _ => (),
        }
    }
    Err(StoreError::io(operation, path, ErrorKind::NotFound.into()))
}

/// Why a login that was just there is gone: another call took it, or it was given up to make room.
pub(super) fn used_or_gone(used: &Path) -> Result<StoreError, StoreError> {
    Ok(match files::look("look for", used)? {
        Some(_) => StoreError::Used,
        None => StoreError::Unknown,
    })
}

/// A login's open file, with its contents.
struct Login {
    file: File,
    bytes: Zeroizing<Vec<u8>>,
    path: PathBuf,
    /// The file's name after the login is taken.
    used: PathBuf,
}

/// Looks for a login in one batch; `None` if it was never there.
fn find_in(batch: &Path, name: &str, now: u64) -> Result<Option<Login>, StoreError> {
    let path = batch.join(name);
    let used = batch.join(format!("{name}{USED}"));
    let Some(mut file) = taking::open(&path, &used).on("open", &path)? else {
        return match files::look("look for", &used)? {
            Some(_) => Err(StoreError::Used),
            None => Ok(None),
        };
    };
    let (begun, bytes) = read(&mut file).on("read", &path)?;
    if taking::is_left_behind(&used)? {
        return Err(StoreError::Used);
    }
    // A file too short to hold the time is damaged, which is noticed later.
    begun.map_or(Ok(()), |begun| check_age(begun, now))?;
    Ok(Some(Login { file, bytes, path, used }))
}

/// The login's start time, if the file is long enough to hold it, and the rest.
fn read(file: &mut File) -> io::Result<(Option<u64>, Zeroizing<Vec<u8>>)> {
    // Full capacity from the start: a growing vector leaves copies behind. A longer file is damaged anyway.
    let mut bytes = Zeroizing::new(Vec::with_capacity(FILE_LEN));
    file.take(FILE_LEN as u64).read_to_end(&mut bytes)?;
    let Some(begun) = bytes.first_chunk().map(|begun| u64::from_be_bytes(*begun)) else {
        return Ok((None, Zeroizing::default()));
    };
    bytes.drain(..size_of::<u64>());
    Ok((Some(begun), bytes))
}

/// One byte more than the longest file of a login.
const FILE_LEN: usize = size_of::<u64>() + PendingAuthorization::PENDING_LEN + 1;
