//! Which certificates are trusted.

mod ca_file;
mod client;
mod stamp;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use onerealm_core::wire::Uri;
use rustls::ClientConfig;

use self::ca_file::{CaFile, CaFiles};
use self::client::{Certificates, trusting, trusting_nobody};
use super::error::{Cause, HttpError};
use crate::hex::hex_digest;
use crate::lock::lock;

/// A set of trusted certificates.
#[derive(Clone)]
pub(super) enum Trust {
    Nobody,
    System,
    File(Arc<CaFile>),
}

/// What one call trusts: the system's certificates, or those of a file, at which it looks once.
pub(crate) struct Trusted<'h> {
    clients: &'h Clients,
    ca_file: Option<&'h Path>,
    /// The file as this call found it.
    found: OnceCell<Arc<CaFile>>,
}

impl<'h> Trusted<'h> {
    pub(super) fn new(clients: &'h Clients, ca_file: Option<&'h Path>) -> Self {
        Trusted { clients, ca_file, found: OnceCell::new() }
    }

    /// What is trusted in a request to `url`. Without TLS nothing is looked at.
    pub(super) fn at(&self, url: &str) -> Result<Trust, Cause> {
        if Uri::parse(url).is_ok_and(|uri| uri.has_scheme("http")) {
            return Ok(Trust::Nobody);
        }
        let Some(path) = self.ca_file else { return Ok(Trust::System) };
        let found = match self.found.get() {
            Some(found) => found,
            None => {
                let file = self.clients.files.look(path)?;
                self.found.get_or_init(|| file)
            }
        };
        Ok(Trust::File(Arc::clone(found)))
    }

    /// A name for the certificates trusted in a request to `url`: under another name, the same URL may belong to
    /// another provider.
    pub(crate) fn name_at(&self, url: &str) -> Result<String, HttpError> {
        let trust = self.at(url).map_err(|cause| HttpError::new(url, cause))?;
        Ok(trust.name())
    }
}

impl Trust {
    /// A name unique to these certificates.
    fn name(&self) -> String {
        match self {
            Trust::Nobody => "nobody".to_owned(),
            Trust::System => {
                let [file, directory] = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
                    .map(|name| std::env::var_os(name).unwrap_or_default());
                let (file, directory) = (file.as_encoded_bytes(), directory.as_encoded_bytes());
                hex_digest(&[file, &[0], directory, &[0]])
            }
            Trust::File(file) => file.name().to_owned(),
        }
    }
}

/// How long after the system's store was read it may be read again: whatever the number of realms and of servers with
/// certificates that nobody knows, a failure costs no more than this.
const PAUSE: Duration = Duration::from_secs(5);

/// TLS for each trust store used so far.
#[derive(Default)]
pub(super) struct Clients {
    nobody: OnceLock<Arc<ClientConfig>>,
    system: Mutex<Option<System>>,
    files: CaFiles,
}

/// The system's store as it was read.
struct System {
    client: Arc<ClientConfig>,
    certificates: Certificates,
    read: Instant,
}

impl Clients {
    pub(super) fn of(&self, trust: &Trust) -> Result<Arc<ClientConfig>, Cause> {
        match trust {
            Trust::Nobody => {
                let made =
                    self.nobody.get().map_or_else(trusting_nobody, |made| Ok(made.clone()))?;
                Ok(Arc::clone(self.nobody.get_or_init(|| made)))
            }
            Trust::System => self.of_system(),
            Trust::File(file) => file.client(),
        }
    }

    fn of_system(&self) -> Result<Arc<ClientConfig>, Cause> {
        let mut system = lock(&self.system);
        if let Some(known) = &*system {
            return Ok(Arc::clone(&known.client));
        }
        let certificates = systems()?;
        let client = trusting(Arc::clone(&certificates), false)?;
        let client = client.ok_or(Cause::NoAuthority { reason: None })?;
        *system = Some(System { client: Arc::clone(&client), certificates, read: Instant::now() });
        Ok(client)
    }

    /// TLS with what the system's store holds by now, if it isn't what `used` trusts. Called after a server's
    /// certificate was refused; a realm's own file is looked at in each call anyway.
    pub(super) fn newer(
        &self,
        trust: &Trust,
        used: &Arc<ClientConfig>,
    ) -> Option<Arc<ClientConfig>> {
        self.newer_than(trust, used, || systems().ok())
    }

    /// The same, where `read` reads the store.
    fn newer_than(
        &self,
        trust: &Trust,
        used: &Arc<ClientConfig>,
        read: impl FnOnce() -> Option<Certificates>,
    ) -> Option<Arc<ClientConfig>> {
        if !matches!(trust, Trust::System) {
            return None;
        }
        let mut system = lock(&self.system);
        let known = system.as_mut()?;
        if !Arc::ptr_eq(&known.client, used) {
            // Another call has read it.
            return Some(Arc::clone(&known.client));
        }
        if known.read.elapsed() < PAUSE {
            return None;
        }
        known.read = Instant::now();
        let certificates = read()?;
        if certificates == known.certificates {
            return None;
        }
        let client = trusting(Arc::clone(&certificates), false).ok()??;
        log::info!("the certificates that this system trusts have changed, and were read again");
        (known.client, known.certificates) = (Arc::clone(&client), certificates);
        Some(client)
    }
}

/// The certificates of the system's store, or where SSL_CERT_FILE and SSL_CERT_DIR say.
fn systems() -> Result<Certificates, Cause> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let reason = found.errors.first().map(ToString::to_string);
        return Err(Cause::NoAuthority { reason });
    }
    Ok(found.certs.into())
}
