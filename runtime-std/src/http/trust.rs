//! Which certificates are trusted.

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use onerealm_core::wire::Uri;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::crypto;
use super::error::Cause;
use super::verifier::Verifier;
use crate::hex::hex_digest;
use crate::lock::lock;
use crate::regular_file::{CA_FILE_LEN, read_regular_file};

/// A set of trusted certificates.
#[derive(Clone, PartialEq)]
pub(super) enum Trust {
    Nobody,
    System,
    File { path: PathBuf, pem: Vec<u8> },
}

impl Trust {
    pub(super) fn of(url: &str, ca_file: Option<&Path>) -> Result<Self, Cause> {
        if Uri::parse(url).is_ok_and(|uri| uri.has_scheme("http")) {
            return Ok(Trust::Nobody);
        }
        let Some(path) = ca_file else { return Ok(Trust::System) };
        // Read each time: a replaced file may have the same time and length.
        let pem = read_regular_file(path, CA_FILE_LEN)
            .map_err(|source| Cause::CaFile { path: path.to_owned(), source: Some(source) })?;
        Ok(Trust::File { path: path.to_owned(), pem })
    }

    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Trust::Nobody | Trust::System => None,
            Trust::File { path, .. } => Some(path),
        }
    }

    /// A name unique to these certificates.
    pub(super) fn name(&self) -> String {
        match self {
            Trust::Nobody => "nobody".to_owned(),
            Trust::System => {
                let [file, directory] = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
                    .map(|name| std::env::var_os(name).unwrap_or_default());
                let (file, directory) = (file.as_encoded_bytes(), directory.as_encoded_bytes());
                hex_digest(&[file, &[0], directory, &[0]])
            }
            Trust::File { pem, .. } => hex_digest(&[pem]),
        }
    }

    /// TLS that trusts these certificates of the store.
    pub(super) fn client(&self, certificates: Certificates) -> Result<Arc<ClientConfig>, Cause> {
        let builder = ClientConfig::builder_with_provider(Arc::new(crypto::provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Cause::of_tls(&error))?;
        if matches!(self, Trust::Nobody) {
            let builder = builder.with_root_certificates(RootCertStore::empty());
            return Ok(Arc::new(builder.with_no_client_auth()));
        }
        let verifier = Verifier::new(certificates, self.path().is_some());
        let verifier = Arc::new(verifier.ok_or_else(|| self.is_empty(None))?);
        let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
        Ok(Arc::new(builder.with_no_client_auth()))
    }

    fn certificates(&self) -> Result<Certificates, Cause> {
        let certificates = match self {
            Trust::Nobody => Vec::new(),
            // SSL_CERT_FILE and SSL_CERT_DIR are honoured here.
            Trust::System => {
                let found = rustls_native_certs::load_native_certs();
                if found.certs.is_empty() {
                    return Err(self.is_empty(found.errors.first().map(ToString::to_string)));
                }
                found.certs
            }
            Trust::File { pem, .. } => {
                let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
                let usable = certificates.ok().filter(|certificates| !certificates.is_empty());
                usable.ok_or_else(|| self.is_empty(None))?
            }
        };
        Ok(certificates.into())
    }

    /// Nothing in the store can be used.
    fn is_empty(&self, reason: Option<String>) -> Cause {
        match self {
            Trust::File { path, .. } => Cause::CaFile { path: path.clone(), source: None },
            Trust::Nobody | Trust::System => Cause::NoAuthority { reason },
        }
    }
}

/// Trusted certificates.
pub(super) type Certificates = Arc<[CertificateDer<'static>]>;

/// How long after the system's store was read it may be read again: whatever the number of realms and of servers with
/// certificates that nobody knows, a failure costs no more than this.
const PAUSE: Duration = Duration::from_secs(5);

/// TLS for each trust store used so far.
#[derive(Default)]
pub(super) struct Clients(Mutex<Vec<Known>>);

struct Known {
    trust: Trust,
    client: Arc<ClientConfig>,
    certificates: Certificates,
    read: Instant,
}

impl Clients {
    pub(super) fn of(&self, trust: &Trust) -> Result<Arc<ClientConfig>, Cause> {
        let mut clients = lock(&self.0);
        if let Some(known) = clients.iter().find(|known| known.trust == *trust) {
            return Ok(Arc::clone(&known.client));
        }
        let certificates = trust.certificates()?;
        let client = trust.client(Arc::clone(&certificates))?;
        clients.retain(|known| known.trust.path().is_none() || known.trust.path() != trust.path());
        let (trust, known) = (trust.clone(), Arc::clone(&client));
        clients.push(Known { trust, client: known, certificates, read: Instant::now() });
        Ok(client)
    }

    /// TLS with what the system's store holds by now, if it isn't what `used` trusts. Called after a server's
    /// certificate was refused; a realm's own file is read for each request anyway.
    pub(super) fn newer(
        &self,
        trust: &Trust,
        used: &Arc<ClientConfig>,
    ) -> Option<Arc<ClientConfig>> {
        self.newer_than(trust, used, || trust.certificates().ok())
    }

    /// The same, where `read` reads the store.
    fn newer_than(
        &self,
        trust: &Trust,
        used: &Arc<ClientConfig>,
        read: impl FnOnce() -> Option<Certificates>,
    ) -> Option<Arc<ClientConfig>> {
        if *trust != Trust::System {
            return None;
        }
        let mut clients = lock(&self.0);
        let known = clients.iter_mut().find(|known| known.trust == *trust)?;
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
        let client = trust.client(Arc::clone(&certificates)).ok()?;
        log::info!("the certificates that this system trusts have changed, and were read again");
        (known.client, known.certificates) = (Arc::clone(&client), certificates);
        Some(client)
    }
}
