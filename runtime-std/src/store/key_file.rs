//! The file with the keys that seal logins.
//!
//! It is read at each login, so no old key stays in memory and no fork copies one. It is replaced, never changed in
//! place: readers see either the old file or the new one. If several processes write at once, on one machine or
//! several, all of them use the last one's keys from then on.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::{OnPath, StoreError, Unsafe};
use super::files::{self, found, retried};
use super::sealing_keys::{MAX_LEN, SealingKeys};
use crate::regular_file::open_regular_file;
use crate::users_own::is_users_own;

/// The file, by its name.
#[derive(Clone, Debug)]
pub(super) struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    pub(super) fn new(path: PathBuf) -> Self {
        KeyFile { path }
    }

    /// The keys; `None` if there is no file.
    pub(super) fn read(&self) -> Result<Option<SealingKeys>, StoreError> {
        let Some(file) = self.open()? else { return Ok(None) };
        // Full capacity from the start: a growing vector leaves copies behind.
        let mut text = Zeroizing::new(Vec::with_capacity(MAX_LEN + 1));
        file.take(MAX_LEN as u64 + 1).read_to_end(&mut text).on("read", &self.path)?;
        let damaged = || StoreError::DamagedKeyFile { path: self.path.clone() };
        SealingKeys::of_text(&text).ok_or_else(damaged).map(Some)
    }

    /// The keys, from a new file if none exists.
    pub(super) fn read_or_create(&self, now: u64) -> Result<SealingKeys, StoreError> {
        if let Some(keys) = self.read()? {
            return Ok(keys);
        }
        let new = self.write_beside(&SealingKeys::generate(now)?, now)?;
        let placed = self.place_first(&new, |new, path| fs::hard_link(new, path));
        // After a rename it is already gone.
        let _ = retried(|| fs::remove_file(&new));
        placed?;
        // What all others read, which may differ from what was written here.
        let missing = || StoreError::io("read", &self.path, ErrorKind::NotFound.into());
        self.read()?.ok_or_else(missing)
    }

    /// Gives a new file the key file's name. With hard links, which `link` makes, the first process creates the file;
    /// without, the last one does.
    pub(super) fn place_first(
        &self,
        new: &Path,
        link: impl Fn(&Path, &Path) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        let placed = match retried(|| link(new, &self.path)) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(_) => retried(|| fs::rename(new, &self.path)),
        };
        placed.on("create", &self.path)
    }

    /// What keeps logins from being sealed.
    pub(super) fn fault(&self) -> Option<StoreError> {
        let missing = |source| Some(StoreError::io("create", &self.path, source));
        match (self.read(), fs::metadata(self.directory())) {
            (Err(error), _) => Some(error),
            (Ok(Some(_)), _) => None,
            (Ok(None), Ok(directory)) if directory.is_dir() => None,
            (Ok(None), Ok(_)) => missing(ErrorKind::NotADirectory.into()),
            (Ok(None), Err(source)) => missing(source),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The parent of a bare file name is the empty path.
    fn directory(&self) -> &Path {
        let parent = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        parent.unwrap_or(Path::new("."))
    }

    /// Rotates the keys if it is time. Called after a successful login.
    pub(super) fn renew(&self, now: u64) -> Result<(), StoreError> {
        let Some(keys) = self.read()? else { return Ok(()) };
        let Some(renewed) = keys.renewed(now)? else { return Ok(()) };
        let new = self.write_beside(&renewed, now)?;
        let placed = self.replace(&keys, &new);
        // After a rename it is already gone.
        let _ = retried(|| fs::remove_file(&new));
        placed
    }

    /// Replaces the file with these keys. If another process was faster, its keys stay: they may be in use.
    pub(super) fn replace(&self, keys: &SealingKeys, new: &Path) -> Result<(), StoreError> {
        if self.read()?.is_some_and(|present| present.are(keys)) {
            retried(|| fs::rename(new, &self.path)).on("replace", &self.path)?;
        }
        Ok(())
    }

    /// Opens the file, unless other users can read or write it.
    fn open(&self) -> Result<Option<File>, StoreError> {
        let Some(metadata) = files::look("look at", &self.path)? else { return Ok(None) };
        let refuse = |reason| StoreError::UnsafeKeyFile { path: self.path.clone(), reason };
        if metadata.is_symlink() {
            return Err(refuse(Unsafe::SymbolicLink));
        }
        // Opening a pipe would block.
        if !metadata.is_file() {
            return Err(refuse(Unsafe::NotAFile));
        }
        let Some(file) = found(open_regular_file(&self.path)).on("open", &self.path)? else {
            return Ok(None);
        };
        // Checks the open file: its name may refer to another one by now.
        let metadata = file.metadata().on("look at", &self.path)?;
        let in_shared_place = || (!is_users_own(&self.path)).then_some(Unsafe::SharedPlace);
        match files::readable_by_others(&metadata).or_else(in_shared_place) {
            Some(reason) => Err(refuse(reason)),
            None => Ok(Some(file)),
        }
    }

    /// Writes the keys to a new file beside the old one.
    pub(super) fn write_beside(&self, keys: &SealingKeys, now: u64) -> Result<PathBuf, StoreError> {
        if !is_users_own(&self.path) {
            let reason = Unsafe::SharedPlace;
            return Err(StoreError::UnsafeKeyFile { path: self.path.clone(), reason });
        }
        self.remove_leftovers(now);
        let mut number = [0; 8];
        getrandom::fill(&mut number).map_err(|_| StoreError::NoEntropy)?;
        let mut name = self.leftover_prefix();
        name.push(format!("{:016x}{NEW}", u64::from_be_bytes(number)));
        let new = self.path.with_file_name(name);
        // No directory is made for a key: a file system that isn't mounted would get one in its place. The mode is not
        // changed afterwards: Proxmox's cluster file system sets its own.
        let mut file = files::create_file(&new).on("create", &self.path)?;
        // On disk before it takes the name: a power failure must not leave an empty file.
        let written = file.write_all(keys.to_text().as_bytes()).and_then(|()| file.sync_all());
        if let Err(e) = written {
            let _ = retried(|| fs::remove_file(&new));
            return Err(StoreError::io("write", &new, e));
        }
        Ok(new)
    }

    /// Removes files that killed processes left beside the key file at least a minute ago.
    fn remove_leftovers(&self, now: u64) {
        let prefix = self.leftover_prefix();
        let is_leftover = |name: OsString| {
            let (name, prefix) = (name.to_string_lossy(), prefix.to_string_lossy());
            let number = name.strip_prefix(&*prefix).and_then(|rest| rest.strip_suffix(NEW));
            number.is_some_and(|n| n.len() == 16 && n.bytes().all(|c| c.is_ascii_hexdigit()))
        };
        let is_old = |path: &Path| {
            let written = files::modified(path);
            written.is_some_and(|written| now.saturating_sub(written) >= 60)
        };
        for entry in retried(|| fs::read_dir(self.directory())).into_iter().flatten().flatten() {
            if is_leftover(entry.file_name()) && is_old(&entry.path()) {
                let _ = retried(|| fs::remove_file(entry.path()));
            }
        }
    }

    fn leftover_prefix(&self) -> OsString {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".");
        name
    }
}

/// The suffix of a new file before it takes the key file's name.
const NEW: &str = ".new";
