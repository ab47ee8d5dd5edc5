//! Why a client's private key can't be used.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use crate::codes::codes;
use crate::store::Unsafe;

/// Why a client's private key can't be used. For the administrator. No message has anything of the key.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientKeyError {
    /// The realm's credential is a private key, and no file is named.
    NotNamed,
    /// A file can't be read.
    #[non_exhaustive]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Other users may read the key.
    #[non_exhaustive]
    Unsafe {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: Unsafe,
    },
    /// There is no key in the file, or one that isn't used here.
    #[non_exhaustive]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is in it.
        problem: &'static str,
    },
    /// There is no certificate in the file.
    #[non_exhaustive]
    Certificate {
        /// The file.
        path: PathBuf,
    },
    /// The certificate is another key's.
    #[non_exhaustive]
    OtherKey {
        /// The file with the key.
        key: PathBuf,
        /// The file with the certificate.
        certificate: PathBuf,
    },
    /// The key didn't sign.
    #[non_exhaustive]
    NotSigned {
        /// The file with the key.
        path: PathBuf,
    },
}

codes! {
    ClientKeyError {
        Self::NotNamed => "assertion_unsigned",
            "the realm's credential is a private key, and no client-key-file is named";
        Self::Unreadable { path, source } => "client_key_unreadable",
            "can't read {}: {source}; check the path, and that the user this runs as may read it", path.display();
        Self::Unsafe { path, reason: Unsafe::ReadableByOthers { mode } } => "client_key_unsafe",
            "the private key in {} can be read or written by other users (its mode is {mode:04o}): run `chmod 600` on it, and make a new key if somebody else may have read it", path.display();
        Self::Unsafe { path, reason } => "client_key_unsafe",
            "the private key in {} is not safe: the file {reason}", path.display();
        Self::Invalid { path, problem } => "client_key_invalid",
            "{} has no private key for client-key-file: {problem}", path.display();
        Self::Certificate { path } => "client_certificate_invalid",
            "{} has no certificate in PEM (BEGIN CERTIFICATE) for client-cert-file; `openssl x509 -inform DER -in FILE -out NEW` makes one of DER", path.display();
        Self::OtherKey { key, certificate } => "client_certificate_other_key",
            "the certificate in {} is not that of the private key in {}: name two files that belong together; of several certificates in a file, the first one counts", certificate.display(), key.display();
        Self::NotSigned { path } => "assertion_signature",
            "the private key in {} signed no assertion", path.display();
    }
}

impl ClientKeyError {
    pub(super) fn of(problem: Problem, key: PathBuf, certificate: PathBuf) -> Self {
        match problem {
            Problem::Key(problem) => ClientKeyError::Invalid { path: key, problem },
            Problem::Certificate => ClientKeyError::Certificate { path: certificate },
            Problem::OtherKey => ClientKeyError::OtherKey { key, certificate },
        }
    }
}

impl Error for ClientKeyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ClientKeyError::Unreadable { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// What is wrong with the content of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    /// No such key, for this reason.
    Key(&'static str),
    /// No certificate.
    Certificate,
    /// A certificate of another key.
    OtherKey,
}
