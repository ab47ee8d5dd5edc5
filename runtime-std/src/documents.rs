//! Provider metadata and keys, cached in the process and, if there is a cache directory, on disk.

mod call;
mod disk;
mod document;
mod keys;
mod metadata;
mod turn;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use onerealm_core::Issuer;

pub(crate) use self::call::{Call, URL_LEN};
use self::disk::{Disk, Whose};
pub(crate) use self::keys::Keys;
use self::metadata::Entry;
pub(crate) use self::metadata::Published;
use crate::error::Error;
use crate::lock::lock;

/// Documents of the providers asked so far, keyed by exact issuer and trust store.
#[derive(Default)]
pub(crate) struct Documents {
    entries: Mutex<HashMap<Whose, Arc<Entry>>>,
    disk: Option<Disk>,
}

impl Documents {
    pub(crate) fn on_disk(directory: PathBuf) -> Self {
        Documents { disk: Some(Disk::new(directory)), ..Self::default() }
    }

    /// What the provider has published: its metadata, fetched if unknown, and its keys.
    pub(crate) fn of(
        &self,
        issuer: Issuer<&str>,
        call: &Call<'_>,
    ) -> Result<Arc<Published>, Error> {
        let trust = call.http.trust(issuer.as_str(), call.ca_file)?;
        let whose = Whose { issuer: issuer.as_str().to_owned(), trust };
        let entry = Arc::clone(lock(&self.entries).entry(whose.clone()).or_default());
        entry.get(issuer, whose, self.disk.as_ref(), call)
    }
}
