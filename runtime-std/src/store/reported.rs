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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_file_is_said_once_until_it_is_right_again() {
        // What other tests report is of the same list.
        let directory = tempfile::tempdir().unwrap();
        let (one, other) = (directory.path().join("one"), directory.path().join("other"));
        let damaged = |path: &Path| StoreError::DamagedKeyFile { path: path.to_owned() };
        let says = |path: &Path| is_new(path, &damaged(path));
        assert_eq!(
            [says(&one), says(&one), says(&other), says(&other)],
            [true, false, true, false]
        );
        assert!(is_new(&one, &StoreError::NoEntropy), "that is something else");
        assert!(!says(&one));
        forget(&one);
        assert_eq!([says(&one), says(&other)], [true, false]);
        forget(&one);
        forget(&other);
        assert_eq!([says(&one), says(&other)], [true, true]);
    }
}
