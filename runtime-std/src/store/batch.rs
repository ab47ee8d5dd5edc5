//! Batches: the directories of logins that began one after another.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::files::{found, open_to_append, private, retried};
use super::lifetime::LIFETIME;

/// A directory of logins that began in one slot of ten minutes, or of marks for taken ones.
///
/// Ordered by when they are given up: marks go before logins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Batch {
    pub(super) slot: u64,
    pub(super) part: Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Marks of sealed logins that began in the slot and were taken.
    Marks,
    /// Logins, in batches numbered from 0.
    Logins(u64),
}

impl Batch {
    pub(super) fn path(self, directory: &Path) -> PathBuf {
        directory.join(self.name())
    }

    /// Its path once it is given up and no longer searched.
    pub(super) fn path_once_gone(self, directory: &Path) -> PathBuf {
        directory.join(self.name() + GONE)
    }

    fn name(self) -> String {
        match self.part {
            Part::Marks => format!("{}-used", self.slot),
            Part::Logins(number) => format!("{}-{number}", self.slot),
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        let (slot, part) = name.split_once('-')?;
        let part = match part {
            "used" => Part::Marks,
            number => Part::Logins(number.parse().ok()?),
        };
        // Other spellings of a number are not ours.
        Some(Batch { slot: slot.parse().ok()?, part }).filter(|batch| batch.name() == name)
    }
}

const GONE: &str = ".gone";

pub(super) fn slot_of(time: u64) -> u64 {
    time / LIFETIME
}

/// The contents of a store's directory.
#[derive(Default)]
pub(super) struct Batches {
    /// Unordered.
    pub(super) kept: Vec<Batch>,
    /// Given up, but not removed yet.
    pub(super) gone: Vec<Batch>,
}

impl Batches {
    pub(super) fn of(directory: &Path) -> io::Result<Self> {
        let mut batches = Batches::default();
        for entry in retried(|| fs::read_dir(directory))? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_str().unwrap_or_default();
            let (name, list) = match name.strip_suffix(GONE) {
                Some(name) => (name, &mut batches.gone),
                None => (name, &mut batches.kept),
            };
            // A file of that name is foreign, and must not make a login fail.
            let is_directory = || entry.file_type().is_ok_and(|kind| kind.is_dir());
            list.extend(Batch::of_name(name).filter(|_| is_directory()));
        }
        Ok(batches)
    }

    /// Batches from the latest of the slot at `now` to those of the farthest slot.
    pub(super) fn latest_first(mut self, now: u64) -> Vec<Batch> {
        let distance = |batch: &Batch| slot_of(now).abs_diff(batch.slot);
        self.kept.sort_unstable_by(|a, b| distance(a).cmp(&distance(b)).then(b.cmp(a)));
        self.kept
    }

    /// The number of the latest batch of logins in that slot.
    pub(super) fn latest_of(&self, slot: u64) -> u64 {
        let number = |batch: &Batch| match batch.part {
            Part::Logins(number) if batch.slot == slot => Some(number),
            _ => None,
        };
        self.kept.iter().filter_map(number).max().unwrap_or_default()
    }
}

/// Counts a login and returns its number in the batch, from 1. Numbers are unique across processes.
pub(super) fn count(batch: &Path) -> io::Result<u64> {
    let mut counter = OpenOptions::new();
    let counter = private(&mut counter).append(true).create(true);
    let mut counter = open_to_append(counter, &batch.join(COUNT))?;
    counter.write_all(b".")?;
    end(&mut counter)
}

/// The system appends each byte to the end, and leaves the file position there.
#[cfg(not(windows))]
fn end(counter: &mut File) -> io::Result<u64> {
    io::Seek::stream_position(counter)
}

/// The position says nothing after an append; nobody else has the file open.
#[cfg(windows)]
fn end(counter: &mut File) -> io::Result<u64> {
    io::Seek::seek(counter, io::SeekFrom::End(0))
}

/// Takes one from the count, after a login that was counted and not stored. Of logins that begin at the same moment, more
/// may be forgotten: their batch then has a few files more than its share.
pub(super) fn uncount(batch: &Path) {
    let forget = || -> io::Result<()> {
        let counter = open_to_append(OpenOptions::new().write(true), &batch.join(COUNT))?;
        counter.set_len(counter.metadata()?.len().saturating_sub(1))
    };
    if let Err(e) = retried(forget) {
        log::debug!("can't take back the count of a login in {}: {e}", batch.display());
    }
}

/// The number of logins counted.
pub(super) fn counted(batch: &Path) -> io::Result<Option<u64>> {
    let counter = found(retried(|| fs::symlink_metadata(batch.join(COUNT))))?;
    Ok(counter.map(|counter| counter.len()))
}

/// The file whose length is the number of logins in a batch.
pub(super) const COUNT: &str = "logins.count";

/// The suffix of a file whose login was taken.
pub(super) const USED: &str = ".used";
