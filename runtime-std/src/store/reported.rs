//! What was reported, so that it is said once and not with each login.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::StoreError;
use crate::lock::lock;

/// Key files, each with the code of what was said of it. Of the process, as stores are made anew for each login.
static REPORTED: Mutex<Vec<(PathBuf, &'static str)>> = Mutex::new(Vec::new());

/// Whether there are any: a login takes no lock for nothing.
static ANY: AtomicBool = AtomicBool::new(false);

/// More key files than any process has.
const MOST: usize = 64;

/// Whether this has not been said of the file yet; from now on it has.
pub(super) fn is_new(path: &Path, error: &StoreError) -> bool {
    let mut reported = lock(&REPORTED);
    if reported.iter().any(|(file, code)| file == path && *code == error.code()) {
        return false;
    }
    if reported.len() == MOST {
        reported.clear();
    }
    reported.push((path.to_owned(), error.code()));
    ANY.store(true, Ordering::Relaxed);
    true
}

/// The file is as it should be: what happens to it next is news.
pub(super) fn forget(path: &Path) {
    if ANY.load(Ordering::Relaxed) {
        let mut reported = lock(&REPORTED);
        reported.retain(|(file, _)| file != path);
        ANY.store(!reported.is_empty(), Ordering::Relaxed);
    }
}
