//! Tickets that are kept for later, one file for each realm of a node.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::address::Address;
use super::lock::Lock;
use super::private_file::{self, UNFINISHED};
use super::problem::{FILE_DAMAGED, REALM_CHOICE};
use super::product::Product;
use super::realms;
use super::ticket::Ticket;
use crate::failure::Failure;

/// The tickets of one node, known in one way.
pub(crate) struct Kept {
    folder: PathBuf,
    product: Product,
    address: Address,
    trust: String,
}

/// A file as it is written.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct OnDisk {
    product: String,
    address: String,
    trust: String,
    realm: String,
    username: String,
    ticket: Zeroizing<String>,
    csrf: Zeroizing<String>,
    is_cookie: bool,
    obtained: u64,
}

impl Kept {
    /// `trust` names how the node is known: a ticket that was given by whoever has another certificate is another one.
    pub(crate) fn new(root: &Path, product: Product, address: &Address, trust: String) -> Self {
        let name = format!("{}\0{address}\0{trust}", product.short());
        let name: String =
            Sha256::digest(name).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Kept { folder: root.join(name), product, address: address.clone(), trust }
    }

    /// Where tickets are kept: in memory until the end of the session where there is such a place of this user's own.
    /// (`sudo` may leave another user's in the environment.)
    pub(crate) fn root(runtime: Option<PathBuf>, state: &Path) -> PathBuf {
        let is_own =
            |path: &PathBuf| path.is_absolute() && private_file::check_directory(path).is_ok();
        let runtime = runtime.filter(is_own);
        match runtime {
            Some(runtime) => runtime.join("onerealm"),
            None => state.to_owned(),
        }
        .join("tickets")
    }

    /// Waits until no other process logs in at this node.
    pub(crate) fn lock(&self) -> Result<Lock, Failure> {
        if let Some(root) = self.folder.parent() {
            private_file::make_directory(root)?;
        }
        loop {
            private_file::make_directory(&self.folder)?;
            // Another process may remove it in between, with nothing in it.
            if let Some(lock) = Lock::acquire(&self.folder)? {
                return Ok(lock);
            }
        }
    }

    /// The ticket of a realm, or the only one; none that has expired.
    pub(crate) fn read(&self, realm: Option<&str>, now: u64) -> Result<Option<Ticket>, Failure> {
        match realm {
            Some(realm) => self.read_one(realm, now),
            None => {
                let mut tickets = self.all(now)?;
                if tickets.len() > 1 {
                    let names: Vec<_> = tickets.iter().map(|t| t.realm.as_str()).collect();
                    let names = names.join(", ");
                    return Err(
                        REALM_CHOICE.says(format!("tickets of several realms are kept: {names}"))
                    );
                }
                Ok(tickets.pop())
            }
        }
    }

    /// Every ticket that hasn't expired.
    pub(crate) fn all(&self, now: u64) -> Result<Vec<Ticket>, Failure> {
        let tickets = self.realms().into_iter().map(|realm| self.read_one(&realm, now));
        tickets.filter_map(Result::transpose).collect()
    }

    pub(crate) fn write(&self, ticket: &Ticket) -> Result<(), Failure> {
        let on_disk = OnDisk {
            product: self.product.short().to_owned(),
            address: self.address.to_string(),
            trust: self.trust.clone(),
            realm: ticket.realm.clone(),
            username: ticket.username.clone(),
            ticket: ticket.ticket.clone(),
            csrf: ticket.csrf.clone(),
            is_cookie: ticket.is_cookie,
            obtained: ticket.obtained,
        };
        let text = Zeroizing::new(serde_json::to_string(&on_disk).unwrap_or_default());
        private_file::write(&self.file(&ticket.realm), &text)
    }

    pub(crate) fn remove(&self, realm: &str) -> Result<(), Failure> {
        private_file::remove(&self.file(realm))
    }

    fn read_one(&self, realm: &str, now: u64) -> Result<Option<Ticket>, Failure> {
        let path = self.file(realm);
        if !realms::is_name(realm) || !self.folder.exists() {
            return Ok(None);
        }
        private_file::check_directory(&self.folder)?;
        let Some(text) = private_file::read(&path)? else { return Ok(None) };
        let ticket = self.parse(&text, realm).ok_or_else(|| {
            FILE_DAMAGED.says(format!("{} isn't what was written there", path.display()))
        })?;
        if ticket.is_expired(now) {
            private_file::remove(&path)?;
            return Ok(None);
        }
        Ok(Some(ticket))
    }

    /// A ticket of this node and realm, and of no other.
    fn parse(&self, text: &str, realm: &str) -> Option<Ticket> {
        let on_disk: OnDisk = serde_json::from_str(text).ok()?;
        let is_ours = on_disk.product == self.product.short()
            && on_disk.address == self.address.to_string()
            && on_disk.trust == self.trust
            && on_disk.realm == realm;
        let ticket = Ticket {
            username: on_disk.username,
            realm: on_disk.realm,
            ticket: on_disk.ticket,
            csrf: on_disk.csrf,
            is_cookie: on_disk.is_cookie,
            obtained: on_disk.obtained,
        };
        (is_ours && ticket.mistake(self.product).is_none()).then_some(ticket)
    }

    fn file(&self, realm: &str) -> PathBuf {
        self.folder.join(format!("{realm}.json"))
    }

    fn realms(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut realms: Vec<_> =
            names.filter_map(|name| Some(name.strip_suffix(".json")?.to_owned())).collect();
        realms.retain(|realm| realms::is_name(realm));
        realms.sort();
        realms
    }
}

/// Removes the tickets of all nodes that have expired, and what killed processes left behind. What can't be read is
/// somebody else's to look at.
pub(crate) fn sweep(root: &Path, now: u64) {
    #[derive(Deserialize)]
    struct Age {
        obtained: u64,
    }

    // A symbolic link, or a folder of somebody else's, would have files removed that are none of ours.
    let entries = |path: &Path| {
        let is_own = private_file::check_directory(path).is_ok();
        is_own.then(|| fs::read_dir(path)).into_iter().flatten().flatten().flatten()
    };
    for file in entries(root).flat_map(|folder| entries(&folder.path())) {
        let path = file.path();
        let is_unfinished = path.extension().is_some_and(|extension| extension == UNFINISHED);
        let has_expired = || {
            let text = private_file::read(&path).ok().flatten()?;
            let age: Age = serde_json::from_str(&text).ok()?;
            Some(now >= age.obtained.saturating_add(super::ticket::LIFETIME))
        };
        let is_left = is_unfinished
            && file.metadata().and_then(|metadata| metadata.modified()).is_ok_and(|time| {
                time.elapsed().is_ok_and(|age| age.as_secs() > super::ticket::RENEWED_AFTER)
            });
        if is_left || has_expired() == Some(true) {
            let _ = fs::remove_file(&path);
        }
    }
}
