//! What providers publish: metadata and keys, kept in the process, and on disk where there is a
//! directory for it.

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

/// The documents of the providers that were asked, by their exact issuer and by whom it was
/// believed to be.
#[derive(Default)]
pub(crate) struct Documents {
    entries: Mutex<HashMap<Whose, Arc<Entry>>>,
    disk: Option<Disk>,
}

impl Documents {
    pub(crate) fn on_disk(directory: PathBuf) -> Self {
        Documents { disk: Some(Disk::new(directory)), ..Self::default() }
    }

    /// What the provider has published: its metadata, fetched where it isn't known, and its keys.
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
