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
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use onerealm::{RealmConfig, Realms};
use zeroize::Zeroizing;

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
    let bytes = file::read_capped(path)
        .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    file::check_size(&bytes, path)?;
    // Bytes that are not UTF-8 harm only their own realm, which detects the replacement characters.
    Ok(match String::from_utf8_lossy(&bytes) {
        Cow::Borrowed(text) => realms(text, path),
        Cow::Owned(text) => realms(&Zeroizing::new(text), path),
    })
}

/// Reads the realms in a file's text; errors call the file `name_for_errors`.
///
/// # Errors
///
/// The text is too long.
pub fn parse(text: &str, name_for_errors: &Path) -> Result<Realms, ConfigError> {
    file::check_size(text.as_bytes(), name_for_errors)?;
    Ok(realms(text, name_for_errors))
}

fn realms(text: &str, path: &Path) -> Realms {
    let mut realms = Realms::new(path.display().to_string());
    for (name, realm) in each_realm(text, path) {
        match realm {
            Ok(realm) => realms.add(realm),
            Err(problem) => realms.add_unusable(name, problem),
        }
    }
    realms
}

/// Each realm once, with its name.
fn each_realm(text: &str, path: &Path) -> Vec<(String, Result<RealmConfig, RealmProblem>)> {
    let sections = sections::parse(text, &|line, what| sections::warn(path, line, what));
    // Realms of all types share their names, so a realm of another type counts too.
    let mut lines_by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for section in &sections {
        lines_by_name.entry(section.name).or_default().push(section.line);
    }
    let mut realms = Vec::new();
    for section in sections.iter().filter(|section| section.is_openid()) {
        // Removed, so that a repeated name makes one broken realm.
        let Some(lines) = lines_by_name.remove(section.name) else { continue };
        let realm = match lines.as_slice() {
            [first, second, ..] => Err((*second, Problem::RealmTwice { first: *first })),
            _ => realm::realm(section, path),
        };
        let name = section.name.to_owned();
        let realm = realm.map_err(|(line, problem)| RealmProblem {
            path: path.to_owned(),
            line,
            realm: name.clone(),
            problem,
        });
        realms.push((name, realm));
    }
    realms
}
