//! Where pending logins are kept.

use std::path::Path;

use onerealm::{DirectoryStore, PendingAuthorization, PendingStore, StoreError, now};

/// The store below a caller's directory, which is the caller's for other files too.
pub(crate) fn store(state_dir: &Path) -> DirectoryStore {
    DirectoryStore::new(state_dir.join("onerealm-logins"))
}

pub(crate) fn take(state_dir: &Path, state: &str) -> Result<PendingAuthorization, StoreError> {
    store(state_dir).take(state, now())
}
