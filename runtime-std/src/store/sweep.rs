//! Removing logins that are long past.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::files::{retried, slots};
use super::slots::{USED, slot_of};

/// As many entries as one sweep looks at. Each login adds one and looks at many more, so that the sweeps of a flood
/// outrun it.
pub(super) const SWEPT_AT_ONCE: usize = 64;

/// A slot so far from the present one has held nothing but expired logins for the time of one slot, in which they are
/// still called expired or used. Slots to come are counted the same, for a clock that was wrong.
const SLOTS_KEPT: u64 = 3;

/// Removes some of what is long past. What can't be removed is told to the log: no login fails for it.
pub(super) fn sweep(directory: &Path, now: u64) {
    let mut budget = SWEPT_AT_ONCE;
    let outcome = slots(directory).and_then(|mut slots| {
        slots.retain(|slot| slot.abs_diff(slot_of(now)) >= SLOTS_KEPT);
        // The latest first: they are small unless a flood goes on, so that what a flood left doesn't keep them, and
        // the number of slots stays small.
        slots.sort_unstable();
        slots
            .iter()
            .rev()
            .try_for_each(|slot| sweep_slot(&directory.join(slot.to_string()), &mut budget))
    });
    if let Err(e) = outcome {
        log::warn!("can't remove old logins from {}: {e}", directory.display());
    }
}

/// Removes logins from one slot as long as the budget lasts, and the slot if it is empty then.
fn sweep_slot(slot: &Path, budget: &mut usize) -> io::Result<()> {
    let Some(entries) = gone(retried(|| fs::read_dir(slot)))? else {
        return Ok(());
    };
    for entry in entries {
        if *budget == 0 {
            return Ok(());
        }
        *budget -= 1;
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_login) {
            gone(retried(|| fs::remove_file(entry.path())))?;
        }
    }
    gone(retried(|| fs::remove_dir(slot)))?;
    Ok(())
}

/// Whether the file is one of ours. Nothing else is removed, whatever directory we were given.
fn is_login(name: &str) -> bool {
    let key = name.strip_suffix(USED).unwrap_or(name);
    key.len() == 64 && key.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}

/// `None` where another process was faster: the entry is gone, or the slot has a new login in it.
fn gone<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty) => {
            Ok(None)
        }
        Err(e) => Err(e),
    }
}
