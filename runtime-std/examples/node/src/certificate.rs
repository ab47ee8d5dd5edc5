//! The server's certificate.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest as _, Sha256};

pub struct Certificate {
    /// Its own certificate first.
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Certificate {
    pub fn read(chain: &Path, key: &Path) -> Result<Self, Box<dyn Error>> {
        let of = |file: &Path| {
            let file = file.display().to_string();
            move |error| format!("{file}: {error}")
        };
        let certificates = CertificateDer::pem_file_iter(chain).map_err(of(chain))?;
        let chain = certificates.collect::<Result<Vec<_>, _>>().map_err(of(chain))?;
        Ok(Certificate { chain, key: PrivateKeyDer::from_pem_file(key).map_err(of(key))? })
    }

    /// One that its own key signs, as a host makes it when it is installed. A host keeps it; this one is gone when the
    /// server ends.
    pub fn self_signed(host: &str) -> Result<Self, Box<dyn Error>> {
        let key = KeyPair::generate()?;
        let names = [host.to_owned(), "localhost".to_owned()];
        let certificate = CertificateParams::new(names)?.self_signed(&key)?;
        let key = PrivateKeyDer::try_from(key.serialize_der())?;
        Ok(Certificate { chain: vec![certificate.der().clone()], key })
    }

    /// SHA-256 as tools and people compare it.
    pub fn fingerprint(&self) -> String {
        let certificate = self.chain.first().map_or(&[][..], |certificate| certificate);
        let pairs = Sha256::digest(certificate);
        pairs.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }

    pub fn into_config(self) -> Result<Arc<ServerConfig>, rustls::Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(self.chain, self.key)?;
        // HTTP/2 has no place for the words in a status line.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}
