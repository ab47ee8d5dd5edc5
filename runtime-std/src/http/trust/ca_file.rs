//! The files with trusted certificates that realms name.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::client::trusting;
use super::stamp::Stamp;
use crate::hex::hex_digest;
use crate::http::error::Cause;
use crate::lock::lock;
use crate::regular_file::{CA_FILE_LEN, open_regular_file, read_at_most};

/// How long a file that seems unchanged is not read again: what is written through a mapping into memory need not show in
/// its times.
const UNREAD: Duration = Duration::from_secs(60);

/// A file as it was read.
pub(in crate::http) struct CaFile {
    path: PathBuf,
    content: Arc<Content>,
}

/// What files hold, shared by those that hold the same.
struct Content {
    /// A name unique to it.
    digest: String,
    /// TLS that trusts the certificates, once it is needed.
    client: OnceLock<Arc<ClientConfig>>,
    /// The certificates in PEM form, until then.
    pem: Mutex<Vec<u8>>,
}

impl CaFile {
    /// A name unique to the content.
    pub(super) fn name(&self) -> &str {
        &self.content.digest
    }

    /// TLS that trusts its certificates; the same for the same content.
    pub(super) fn client(&self) -> Result<Arc<ClientConfig>, Cause> {
        let Content { client, pem, .. } = &*self.content;
        if let Some(client) = client.get() {
            return Ok(Arc::clone(client));
        }
        let mut pem = lock(pem);
        // Another call was faster.
        if let Some(client) = client.get() {
            return Ok(Arc::clone(client));
        }
        let none = || Cause::CaFile { path: self.path.clone(), source: None };
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let usable = certificates.ok().filter(|certificates| !certificates.is_empty());
        let made = trusting(usable.ok_or_else(none)?.into(), true)?.ok_or_else(none)?;
        *pem = Vec::new();
        Ok(Arc::clone(client.get_or_init(|| made)))
    }
}

/// The files named so far.
#[derive(Default)]
pub(super) struct CaFiles(Mutex<HashMap<PathBuf, Known>>);

/// A file as it was read last.
struct Known {
    file: Arc<CaFile>,
    /// What there is to tell it from a changed one.
    stamp: Option<Stamp>,
    read: Instant,
}

impl CaFiles {
    /// The file as it is now: it is read unless it is known to be as it was.
    pub(super) fn look(&self, path: &Path) -> Result<Arc<CaFile>, Cause> {
        self.look_at(path, SystemTime::now())
    }

    fn look_at(&self, path: &Path, now: SystemTime) -> Result<Arc<CaFile>, Cause> {
        if let Some(file) = self.unchanged(path) {
            return Ok(file);
        }
        let cause = |source| Cause::CaFile { path: path.to_owned(), source: Some(source) };
        let (file, stamp) = opened(path, now).map_err(cause)?;
        let pem = read_at_most(file, CA_FILE_LEN).map_err(cause)?;
        Ok(self.keep(path, pem, stamp))
    }

    /// The file as it was read, if it has not changed since.
    fn unchanged(&self, path: &Path) -> Option<Arc<CaFile>> {
        let (file, stamp) = {
            let files = lock(&self.0);
            let known = files.get(path).filter(|known| known.read.elapsed() < UNREAD)?;
            (Arc::clone(&known.file), known.stamp?)
        };
        (Stamp::at(path)? == stamp).then_some(file)
    }

    fn keep(&self, path: &Path, pem: Vec<u8>, stamp: Option<Stamp>) -> Arc<CaFile> {
        let digest = hex_digest(&[&pem]);
        let mut files = lock(&self.0);
        let mut known = files.values().map(|known| &known.file.content);
        let same = known.find(|content| content.digest == digest).map(Arc::clone);
        let content = same.unwrap_or_else(|| {
            Arc::new(Content { digest, client: OnceLock::new(), pem: Mutex::new(pem) })
        });
        let file = Arc::new(CaFile { path: path.to_owned(), content });
        let known = Known { file: Arc::clone(&file), stamp, read: Instant::now() };
        files.insert(path.to_owned(), known);
        file
    }
}

/// Opens a file that is read from now on, with what there is to tell it from a changed one. That comes first, so that it is
/// not that of a change which happens while it is read.
fn opened(path: &Path, now: SystemTime) -> io::Result<(File, Option<Stamp>)> {
    let file = open_regular_file(path)?;
    let stamp = Stamp::of(&file, now);
    Ok((file, stamp))
}
