//! The OpenID Connect realms of a Proxmox `domains.cfg`, for [`onerealm`].
//!
//! ```text
//! openid: sso
//!     issuer-url https://login.example/t/v2.0
//!     client-id pve
//!     client-key s3cret
//! ```
//!
//! [`read`] returns the realms for logins:
//!
//! ```no_run
//! use onerealm::{DirectoryStore, Logins};
//!
//! # fn main() -> Result<(), onerealm_domains_cfg::ConfigError> {
//! let realms = onerealm_domains_cfg::read("/etc/pve/domains.cfg".as_ref())?;
//! let logins = Logins::new(realms, DirectoryStore::new("/var/lib/onerealm"));
//! # Ok(())
//! # }
//! ```
//!
//! Realms of other types in the file are skipped. A mistake in one realm is kept with that realm, and reported when the
//! realm is requested: the others still work. [`ConfigFile`] changes one line of the file.

#![forbid(unsafe_code)]

mod authentication;
mod comment;
mod describe;
mod edit;
mod error;
mod file;
mod leftover;
mod names;
mod properties;
mod realm;
mod replace;
mod sections;
mod source;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use onerealm::Realms;
use zeroize::Zeroizing;

use self::source::{Found, Source};

pub use self::describe::describe;
pub use self::edit::{ConfigFile, EditError};
pub use self::error::{ConfigError, Problem, RealmProblem};
pub use self::file::MAX_FILE_SIZE;

/// Reads the `openid` realms of the file at `path`, in file order.
///
/// # Errors
///
/// The file is unreadable or too large. A realm with a mistake is in the result, with a [`RealmProblem`] as its error.
pub fn read(path: &Path) -> Result<Realms, ConfigError> {
    let mut bytes = file::read_capped(path)
        .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    file::check_size(&bytes, path)?;
    let bytes = std::mem::take(&mut *bytes);
    // Bytes that are not UTF-8 harm only their own realm, which detects the replacement characters.
    let text = String::from_utf8(bytes).unwrap_or_else(|error| {
        let bytes = Zeroizing::new(error.into_bytes());
        String::from_utf8_lossy(&bytes).into_owned()
    });
    Ok(realms(Zeroizing::new(text), path))
}

/// Reads the realms in a file's text; errors call the file `name_for_errors`.
///
/// # Errors
///
/// The text is too long.
pub fn parse(text: &str, name_for_errors: &Path) -> Result<Realms, ConfigError> {
    file::check_size(text.as_bytes(), name_for_errors)?;
    Ok(realms(Zeroizing::new(text.to_owned()), name_for_errors))
}

fn realms(text: Zeroizing<String>, path: &Path) -> Realms {
    let mut realms = Realms::new(path.display().to_string());
    let source = Arc::new(Source { text, path: path.to_owned() });
    for (name, found) in source.realms() {
        match found {
            Found::Sound(place) => {
                let source = Arc::clone(&source);
                realms.add_later(name, move || Ok(source.realm(&place)?));
            }
            Found::Read(realm) => match *realm {
                Ok(realm) => realms.add(realm),
                Err(problem) => realms.add_unusable(name, problem),
            },
        }
    }
    realms
}
