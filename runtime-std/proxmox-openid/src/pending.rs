//! Where pending logins are stored: sealed into their state, or else in files.

use std::path::{Path, PathBuf};

use onerealm::{PendingAuthorization, PendingStore, SealedOrDirectoryStore, StoreError, now};

/// Proxmox VE's directory for data that only root may read, on each node of a cluster.
const CLUSTER: &str = "/etc/pve/priv";

/// The store below a caller's directory, which also holds the caller's other files.
pub(crate) fn store(state_dir: &Path) -> SealedOrDirectoryStore {
    SealedOrDirectoryStore::new(
        key_file(CLUSTER.as_ref(), state_dir),
        state_dir.join("onerealm-logins"),
    )
}

/// The key that seals logins. On the cluster's file system all nodes share it, so a login begun on
/// one node can be finished on any other.
fn key_file(cluster: &Path, state_dir: &Path) -> PathBuf {
    let directory = if cluster.is_dir() { cluster } else { state_dir };
    directory.join("onerealm-logins.key")
}

pub(crate) fn take(state_dir: &Path, state: &str) -> Result<PendingAuthorization, StoreError> {
    store(state_dir).take(state, now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_clusters_where_there_is_one() {
        let (cluster, state_dir) = (tempfile::tempdir().unwrap(), Path::new("/var/lib/product"));
        let key = key_file(cluster.path(), state_dir);
        assert_eq!(key, cluster.path().join("onerealm-logins.key"));
        let none = cluster.path().join("none");
        assert_eq!(key_file(&none, state_dir), state_dir.join("onerealm-logins.key"));
    }
}
