//! A client's private key, read from its file for each request that it signs.
//!
//! No key stays in memory, and a replaced file counts at once.

mod error;
mod pem;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use onerealm_core::{AssertionSigner, CertificateThumbprints, JwsAlgorithm, SigningFailed};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use zeroize::Zeroizing;

pub use self::error::ClientKeyError;
use self::error::Problem;
use crate::http::certificate::Certificate;
use crate::regular_file::{open_regular_file, read_regular_file};
use crate::store::files::readable_by_others;
use crate::users_own::is_users_own;

/// The largest file with a key or a certificate, in bytes: many times the longest.
const FILE_LEN: usize = 64 * 1024;

/// The files with a client's private key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKeyFiles {
    /// The key: PEM, PKCS#8, not encrypted; RSA of 2048 to 4096 bits or P-256. Nobody but this user and root may read
    /// it.
    pub key: PathBuf,
    /// Its certificate in PEM, the first one in the file, for providers that know the key by one.
    pub certificate: Option<PathBuf>,
}

/// A private key with what is sent of its certificate.
pub struct ClientKey {
    pair: Pair,
    certificate: Option<Dated>,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(Box<EcdsaKeyPair>),
}

/// A certificate's thumbprints and validity, in time since 1970.
struct Dated {
    thumbprints: CertificateThumbprints,
    begins: Duration,
    ends: Duration,
}

impl ClientKeyFiles {
    /// Reads the key, and the certificate if one is named.
    ///
    /// # Errors
    ///
    /// A file can't be read, others may read the key, there is something else in it, or the two don't belong together.
    pub fn read(&self) -> Result<ClientKey, ClientKeyError> {
        let pem = read_key(&self.key)?;
        let certificate = self.certificate.as_deref().map(read_certificate).transpose()?;
        ClientKey::of_pem(&pem, certificate.as_deref()).map_err(|problem| {
            let certificate = self.certificate.clone().unwrap_or_default();
            ClientKeyError::of(problem, self.key.clone(), certificate)
        })
    }
}

/// The file with the key, unless other users can read it.
fn read_key(path: &Path) -> Result<Zeroizing<Vec<u8>>, ClientKeyError> {
    let unreadable = |source| ClientKeyError::Unreadable { path: path.to_owned(), source };
    let file = open_regular_file(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    let in_shared_place = || (!is_users_own(path)).then_some(crate::Unsafe::SharedPlace);
    if let Some(reason) = readable_by_others(&metadata).or_else(in_shared_place) {
        return Err(ClientKeyError::Unsafe { path: path.to_owned(), reason });
    }
    // Full capacity from the start: a growing vector leaves copies behind.
    let mut pem = Zeroizing::new(Vec::with_capacity(FILE_LEN + 1));
    file.take(FILE_LEN as u64 + 1).read_to_end(&mut pem).map_err(unreadable)?;
    match pem.len() > FILE_LEN {
        true => Err(unreadable(too_large())),
        false => Ok(pem),
    }
}

fn too_large() -> std::io::Error {
    std::io::Error::new(
        std::io::ErrorKind::FileTooLarge,
        format!("it is larger than {FILE_LEN} bytes"),
    )
}

fn read_certificate(path: &Path) -> Result<Vec<u8>, ClientKeyError> {
    let unreadable = |source| ClientKeyError::Unreadable { path: path.to_owned(), source };
    read_regular_file(path, FILE_LEN).map_err(unreadable)
}

impl ClientKey {
    /// The key in PEM, with its certificate in PEM.
    pub(crate) fn of_pem(key: &[u8], certificate: Option<&[u8]>) -> Result<Self, Problem> {
        let der = pem::private_key(key).map_err(Problem::Key)?;
        let pair = Pair::of_pkcs8(&der).ok_or(Problem::Key(OTHER_KIND))?;
        let dated = |pem| Dated::of_pem(pem, pair.public_key());
        let certificate = certificate.map(dated).transpose()?;
        Ok(ClientKey { pair, certificate })
    }

    /// Whether it has the same public key as another one.
    pub(crate) fn is(&self, other: &ClientKey) -> bool {
        self.pair.public_key() == other.pair.public_key()
    }

    /// When the certificate begins and ends to be valid, in time since 1970.
    pub(crate) fn validity(&self) -> Option<(Duration, Duration)> {
        self.certificate.as_ref().map(|certificate| (certificate.begins, certificate.ends))
    }
}

const OTHER_KIND: &str = "it is neither an RSA key of 2048 to 4096 bits nor one for P-256, or the public key is missing in it: make one by `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072`";

/// Without the key.
impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientKey(..)")
    }
}

impl Pair {
    /// `None` for any other kind.
    fn of_pkcs8(der: &[u8]) -> Option<Self> {
        if let Ok(pair) = RsaKeyPair::from_pkcs8(der) {
            return Some(Pair::Rsa(Box::new(pair)));
        }
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, der, &SystemRandom::new()).ok()?;
        Some(Pair::P256(Box::new(pair)))
    }

    /// As a certificate has it.
    fn public_key(&self) -> &[u8] {
        match self {
            Pair::Rsa(pair) => pair.public_key().as_ref(),
            Pair::P256(pair) => pair.public_key().as_ref(),
        }
    }
}

impl Dated {
    fn of_pem(pem: &[u8], public_key: &[u8]) -> Result<Self, Problem> {
        let der = CertificateDer::from_pem_slice(pem).map_err(|_| Problem::Certificate)?;
        let certificate = Certificate::read(&der).ok_or(Problem::Certificate)?;
        if certificate.public_key() != Some(public_key) {
            return Err(Problem::OtherKey);
        }
        let sha1 = digest(&SHA1_FOR_LEGACY_USE_ONLY, &der);
        let sha256 = digest(&SHA256, &der);
        let thumbprints = CertificateThumbprints {
            sha1: sha1.as_ref().try_into().map_err(|_| Problem::Certificate)?,
            sha256: sha256.as_ref().try_into().map_err(|_| Problem::Certificate)?,
        };
        Ok(Dated { thumbprints, begins: certificate.begins, ends: certificate.ends })
    }
}

impl AssertionSigner for ClientKey {
    fn algorithms(&self) -> &[JwsAlgorithm] {
        match self.pair {
            Pair::Rsa(_) => &[JwsAlgorithm::Rs256, JwsAlgorithm::Ps256],
            Pair::P256(_) => &[JwsAlgorithm::Es256],
        }
    }

    fn signature_len(&self) -> usize {
        match &self.pair {
            Pair::Rsa(pair) => pair.public().modulus_len(),
            Pair::P256(_) => 64,
        }
    }

    fn sign(
        &self,
        algorithm: JwsAlgorithm,
        message: &[u8],
        signature: &mut [u8],
    ) -> Result<usize, SigningFailed> {
        let random = SystemRandom::new();
        match (&self.pair, algorithm) {
            (Pair::Rsa(pair), JwsAlgorithm::Rs256) => {
                pair.sign(&RSA_PKCS1_SHA256, &random, message, signature)
            }
            (Pair::Rsa(pair), JwsAlgorithm::Ps256) => {
                pair.sign(&RSA_PSS_SHA256, &random, message, signature)
            }
            (Pair::P256(pair), JwsAlgorithm::Es256) => {
                let made = pair.sign(&random, message).map_err(|_| SigningFailed)?;
                let room = signature.get_mut(..made.as_ref().len()).ok_or(SigningFailed)?;
                room.copy_from_slice(made.as_ref());
                return Ok(room.len());
            }
            _ => return Err(SigningFailed),
        }
        .map_err(|_| SigningFailed)?;
        Ok(signature.len())
    }

    fn thumbprints(&self) -> Option<CertificateThumbprints> {
        self.certificate.as_ref().map(|certificate| certificate.thumbprints)
    }
}
