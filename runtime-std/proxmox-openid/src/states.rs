//! Where logins are between the two steps: sealed into their state, or else in files.

use std::path::{Path, PathBuf};

use anyhow::Error;
use onerealm::{DirectoryStore, PendingStore, SealedOrDirectoryStore, StoreError, now};

use crate::auth_state::{PrivateAuthState, PublicAuthState};
use crate::error;

/// Where logins are kept between the two steps: a directory, and the file with the key that seals logins into their
/// `state`.
///
/// The functions with a `state_dir` in their signature use [`StateStore::new`] of it.
#[derive(Clone, Debug)]
pub struct StateStore {
    state_dir: String,
    /// As the caller said.
    key_file: Option<String>,
}

impl StateStore {
    /// Logins below `state_dir`, which the caller may use for other files too.
    ///
    /// The key is `onerealm-logins.key` in `/etc/pve/priv` if `state_dir` is `/var/lib/pve-manager`, as in Proxmox VE,
    /// and that directory is there; otherwise in `state_dir`. So of the products on one machine each has its own.
    pub fn new(state_dir: &str) -> Self {
        StateStore { state_dir: state_dir.to_owned(), key_file: None }
    }

    /// With the key in this file, for a product whose nodes share a file system: a login begun on one node is then
    /// finished on any of them. Only a finished login creates the file or writes to it, and its directory must be there.
    pub fn with_key_file(self, key_file: &str) -> Self {
        StateStore { key_file: Some(key_file.to_owned()).filter(|file| !file.is_empty()), ..self }
    }

    /// As [`OpenIdAuthenticator::verify_public_auth_state`](crate::OpenIdAuthenticator::verify_public_auth_state).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn verify_public_auth_state(
        &self,
        state: &str,
    ) -> Result<(String, PrivateAuthState), Error> {
        let pending = match serde_json::from_str::<PublicAuthState>(state) {
            Ok(public) => self.take_of_realm(&public),
            Err(_) => self.store().take(state, now()),
        };
        let pending = pending.map_err(error::of_state)?;
        let mut private = PrivateAuthState::of(&pending, &self.state_dir);
        private.key_file = self.key_file.clone();
        Ok((pending.realm().to_owned(), private))
    }

    /// Of a login of another realm, nothing is taken.
    fn take_of_realm(
        &self,
        PublicAuthState { csrf_token, realm }: &PublicAuthState,
    ) -> Result<onerealm::PendingAuthorization, StoreError> {
        let store = self.files();
        match store.read(csrf_token.secret(), now())?.realm() == realm {
            true => store.take(csrf_token.secret(), now()),
            false => Err(StoreError::Unknown),
        }
    }

    /// As [`store_auth_state`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn store_auth_state(
        &self,
        realm: &str,
        auth_state: &PrivateAuthState,
    ) -> Result<(), Error> {
        let pending = match auth_state.is_unbound() {
            true => auth_state.pending_nowhere(realm),
            false if auth_state.realm == realm => auth_state.pending(),
            false => Err(onerealm::DamagedPending),
        };
        let pending = pending.map_err(error::of_damage)?;
        self.files().put(&pending).map_err(error::of_storing)?;
        Ok(())
    }

    pub(crate) fn store(&self) -> SealedOrDirectoryStore {
        let sealed_in = |key_file| SealedOrDirectoryStore::new(key_file, self.directory());
        match &self.key_file {
            Some(key_file) => sealed_in(PathBuf::from(key_file)).with_key_after_login(),
            None => match default_key_file(CLUSTER.as_ref(), self.state_dir.as_ref()) {
                Place::OfCluster(key_file) => sealed_in(key_file).with_key_after_login(),
                Place::OfNode(key_file) => sealed_in(key_file),
            },
        }
    }

    fn files(&self) -> DirectoryStore {
        DirectoryStore::new(self.directory())
    }

    fn directory(&self) -> PathBuf {
        Path::new(&self.state_dir).join("onerealm-logins")
    }

    /// Where the login of this state was.
    pub(crate) fn of(state: &PrivateAuthState) -> Self {
        StateStore { state_dir: state.state_dir.clone(), key_file: state.key_file.clone() }
    }

    /// A login was finished.
    pub(crate) fn authenticated(&self) {
        if !self.state_dir.is_empty() {
            self.store().authenticated(now());
        }
    }
}

/// Stores a login that [`PrivateAuthState::new`] made, for
/// [`verify_public_auth_state`]. Its `state` is that of
/// [`public_state_string`](PrivateAuthState::public_state_string). Other logins of the realm are never too many.
///
/// # Errors
///
/// If the realm's name or a value of the state is malformed, if the state is another realm's, or if it can't be stored.
pub fn store_auth_state(
    state_dir: &Path,
    realm: &str,
    auth_state: &PrivateAuthState,
) -> Result<(), Error> {
    StateStore::new(text(state_dir)?).store_auth_state(realm, auth_state)
}

/// As [`OpenIdAuthenticator::verify_public_auth_state`](crate::OpenIdAuthenticator::verify_public_auth_state), which
/// also finishes the logins that [`store_auth_state`] stored.
///
/// # Errors
///
/// As there.
pub fn verify_public_auth_state(
    state_dir: &Path,
    state: &str,
) -> Result<(String, PrivateAuthState), Error> {
    StateStore::new(text(state_dir)?).verify_public_auth_state(state)
}

/// The directory as text: it passes through the private state.
fn text(state_dir: &Path) -> Result<&str, Error> {
    state_dir.to_str().ok_or_else(error::of_directory)
}

/// Proxmox VE's directory for data that only root may read, on each node of a cluster.
const CLUSTER: &str = "/etc/pve/priv";

/// Where Proxmox VE has its logins, and no other product.
const STATE_DIR_OF_PVE: &str = "/var/lib/pve-manager";

/// The key that seals logins, where the caller doesn't say.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// Shared by all nodes.
    OfCluster(PathBuf),
    OfNode(PathBuf),
}

fn default_key_file(cluster: &Path, state_dir: &Path) -> Place {
    const NAME: &str = "onerealm-logins.key";
    match state_dir == Path::new(STATE_DIR_OF_PVE) && cluster.is_dir() {
        true => Place::OfCluster(cluster.join(NAME)),
        false => Place::OfNode(state_dir.join(NAME)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_proxmox_ve_has_its_key_in_the_cluster() {
        let cluster = tempfile::tempdir().unwrap();
        let place = |state_dir: &str| default_key_file(cluster.path(), state_dir.as_ref());
        let shared = Place::OfCluster(cluster.path().join("onerealm-logins.key"));
        assert_eq!(place("/var/lib/pve-manager"), shared);
        assert_eq!(place("/var/lib/pve-manager/"), shared);
        for other in ["/run/proxmox-backup", "/run/proxmox-datacenter-manager", "/var/lib/pmg"] {
            let own = Place::OfNode(Path::new(other).join("onerealm-logins.key"));
            assert_eq!(place(other), own, "{other}");
        }
        let nowhere = cluster.path().join("none");
        let own = Place::OfNode("/var/lib/pve-manager/onerealm-logins.key".into());
        assert_eq!(default_key_file(&nowhere, STATE_DIR_OF_PVE.as_ref()), own);
    }
}
