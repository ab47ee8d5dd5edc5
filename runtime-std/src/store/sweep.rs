//! Removes logins that were given up or are long past.

use std::fs;
use std::io;
use std::path::Path;

use super::batch::{Batch, Batches, COUNT, Part, USED, slot_of};
use super::files::{gone, retried};
use super::lifetime::LIFETIME;

/// How many entries one sweep looks at. Each login adds one and sweeps many, so that sweeping outruns a flood.
pub(super) const SWEPT_AT_ONCE: usize = 64;

/// Slots at least this far from the current one are swept: their logins have been reported as expired or used for a
/// whole slot. Slots in the future count the same, in case the clock was wrong.
const SLOTS_KEPT: u64 = 3;

/// The same for marks, which are kept for a day and more: until a clock that was wrong by at most a day is right again, a
/// sealed login that was taken may be young enough to be taken once more.
pub(super) const SLOTS_OF_MARKS_KEPT: u64 = SLOTS_KEPT + 86_400 / LIFETIME;

/// Removes some logins that were given up or are long past. Failures are logged, and fail no login.
pub(super) fn sweep(directory: &Path, batches: &Batches, now: u64) {
    let mut past = batches.kept.clone();
    let kept = |batch: &Batch| match batch.part {
        Part::Logins(_) => SLOTS_KEPT,
        Part::Marks => SLOTS_OF_MARKS_KEPT,
    };
    past.retain(|batch| batch.slot.abs_diff(slot_of(now)) >= kept(batch));
    // Latest first: these batches are small except during a flood, so the remains of a flood don't delay them, and the
    // number of batches stays small.
    past.sort_unstable_by(|a, b| b.cmp(a));
    let given_up = batches.gone.iter().map(|batch| batch.path_once_gone(directory));
    let past = past.iter().map(|batch| batch.path(directory));
    let mut budget = SWEPT_AT_ONCE;
    for path in given_up.chain(past) {
        if let Err(e) = sweep_batch(&path, &mut budget) {
            log::warn!("can't remove old logins from {}: {e}", path.display());
        }
    }
}

/// Removes logins from one batch while the budget lasts, then the batch if it is empty.
fn sweep_batch(batch: &Path, budget: &mut usize) -> io::Result<()> {
    if *budget == 0 {
        return Ok(());
    }
    let Some(entries) = gone(retried(|| fs::read_dir(batch)))? else {
        return Ok(());
    };
    for entry in entries {
        if *budget == 0 {
            return Ok(());
        }
        *budget -= 1;
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_ours) {
            gone(retried(|| fs::remove_file(entry.path())))?;
        }
    }
    gone(retried(|| fs::remove_dir(batch)))?;
    Ok(())
}

/// Whether the file is one of ours: only those are removed, whatever directory we were given.
fn is_ours(name: &str) -> bool {
    let key = name.strip_suffix(USED).unwrap_or(name);
    name == COUNT || key.len() == 64 && key.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}
