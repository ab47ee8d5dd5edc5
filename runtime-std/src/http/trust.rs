//! Which certificates are trusted.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use onerealm_core::wire::Uri;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::crypto;
use super::error::Cause;
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

    /// TLS that trusts these certificates.
    pub(super) fn client(&self) -> Result<Arc<ClientConfig>, Cause> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(self.certificates()?);
        let config = ClientConfig::builder_with_provider(Arc::new(crypto::provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Cause::of_tls(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }

    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, Cause> {
        match self {
            Trust::Nobody => Ok(Vec::new()),
            // SSL_CERT_FILE and SSL_CERT_DIR are honoured here.
            Trust::System => {
                let found = rustls_native_certs::load_native_certs();
                if found.certs.is_empty() {
                    let reason = found.errors.first().map(ToString::to_string);
                    return Err(Cause::NoAuthority { reason });
                }
                Ok(found.certs)
            }
            Trust::File { path, pem } => {
                let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
                let usable = certificates.ok().filter(|certificates| !certificates.is_empty());
                usable.ok_or_else(|| Cause::CaFile { path: path.clone(), source: None })
            }
        }
    }
}

/// TLS for each trust store used so far.
#[derive(Default)]
pub(super) struct Clients(Mutex<Vec<(Trust, Arc<ClientConfig>)>>);

impl Clients {
    pub(super) fn of(&self, trust: &Trust) -> Result<Arc<ClientConfig>, Cause> {
        let mut clients = lock(&self.0);
        if let Some((_, client)) = clients.iter().find(|(known, _)| known == trust) {
            return Ok(Arc::clone(client));
        }
        let client = trust.client()?;
        clients.retain(|(known, _)| known.path().is_none() || known.path() != trust.path());
        clients.push((trust.clone(), Arc::clone(&client)));
        Ok(client)
    }
}
