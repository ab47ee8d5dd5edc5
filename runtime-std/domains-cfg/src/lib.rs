//! The realms of a Proxmox `domains.cfg`.
//!
//! ```text
//! openid: sso
//!     issuer-url https://login.example/t/v2.0
//!     client-id pve
//!     client-key s3cret
//! ```
//!
//! The file also holds realms of other types, which are skipped. A mistake in one realm is kept with that realm, and
//! told when the realm is asked for: the others go on working.

mod comment;
mod edit;
mod error;
mod properties;
mod realm;
mod replace;
mod sections;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

pub use self::edit::{ConfigFile, EditError};
pub use self::error::{ConfigError, Problem, RealmProblem};
pub use self::realm::RealmConfig;
use self::sections::Section;

/// The largest file that the Proxmox cluster file system holds, in bytes.
pub const MAX_FILE_SIZE: usize = 1024 * 1024;

/// The `openid` realms of one file, in the order of the file.
#[derive(Debug)]
pub struct Config {
    path: PathBuf,
    realms: Vec<Realm>,
}

#[derive(Debug)]
struct Realm {
    name: String,
    outcome: Result<RealmConfig, RealmProblem>,
}

impl Config {
    /// Reads the file at `path`. Fails only if the file as a whole can't be had.
    pub fn read(path: &Path) -> Result<Config, ConfigError> {
        let bytes = read_capped(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        if bytes.len() > MAX_FILE_SIZE {
            return Err(ConfigError::too_large(path));
        }
        // Bytes that are not UTF-8 harm only the realm that they stand in, which finds what they were replaced by.
        Ok(match String::from_utf8_lossy(&bytes) {
            Cow::Borrowed(text) => Config::from_text(text, path),
            Cow::Owned(text) => Config::from_text(&Zeroizing::new(text), path),
        })
    }

    /// Parses the text of a file; `name_for_errors` is what errors call it. Fails only if the text is too long.
    pub fn parse(text: &str, name_for_errors: &Path) -> Result<Config, ConfigError> {
        if text.len() > MAX_FILE_SIZE {
            return Err(ConfigError::too_large(name_for_errors));
        }
        Ok(Config::from_text(text, name_for_errors))
    }

    /// The realms that a program configures by itself, of which each has a name of its own.
    /// `name_for_errors` is what errors call their source.
    pub fn of(realms: impl IntoIterator<Item = RealmConfig>, name_for_errors: &Path) -> Config {
        let realms = realms.into_iter();
        let realms = realms.map(|realm| Realm { name: realm.name.clone(), outcome: Ok(realm) });
        Config { path: name_for_errors.to_owned(), realms: realms.collect() }
    }

    /// The realm called `name`, or why there is none or why it can't be used.
    pub fn realm(&self, name: &str) -> Result<&RealmConfig, ConfigError> {
        let Some(realm) = self.realms.iter().find(|realm| realm.name == name) else {
            return Err(ConfigError::realm_unknown(&self.path, name, self.names()));
        };
        realm.outcome.as_ref().map_err(|problem| ConfigError::RealmInvalid(problem.clone()))
    }

    /// The realm for whoever names none: the one with `default`, or else the only one that there is.
    pub fn default_realm(&self) -> Result<&RealmConfig, ConfigError> {
        let defaults: Vec<_> = self.realms().filter(|realm| realm.default).collect();
        match (defaults.as_slice(), self.realms.as_slice()) {
            ([realm], _) => Ok(realm),
            ([], [only]) => self.realm(&only.name),
            _ => Err(ConfigError::realm_not_named(&self.path, defaults.len(), self.names())),
        }
    }

    /// The realms that can be used.
    pub fn realms(&self) -> impl Iterator<Item = &RealmConfig> {
        self.realms.iter().filter_map(|realm| realm.outcome.as_ref().ok())
    }

    /// What is wrong with each of the others.
    pub fn problems(&self) -> impl Iterator<Item = &RealmProblem> {
        self.realms.iter().filter_map(|realm| realm.outcome.as_ref().err())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.realms.iter().map(|realm| realm.name.as_str())
    }

    fn from_text(text: &str, path: &Path) -> Config {
        let sections = sections::parse(text, &|line, what| {
            log::warn!("{}, line {line}: {what}", path.display());
        });
        // Realms of all types share their names, so a realm of another type counts too.
        let mut lines_by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for section in &sections {
            lines_by_name.entry(section.name).or_default().push(section.line);
        }
        let mut config = Config { path: path.to_owned(), realms: Vec::new() };
        for section in sections.iter().filter(|section| section.is_openid()) {
            // Taken out, so that a name given twice makes one realm, which is broken.
            if let Some(lines) = lines_by_name.remove(section.name) {
                config.push(section, &lines);
            }
        }
        config
    }

    fn push(&mut self, section: &Section<'_>, lines: &[usize]) {
        let outcome = match *lines {
            [first, second, ..] => Err((second, Problem::RealmTwice { first })),
            _ => realm::realm(section, &self.path),
        };
        self.realms.push(Realm {
            name: section.name.to_owned(),
            outcome: outcome.map_err(|(line, problem)| RealmProblem {
                path: self.path.clone(),
                line,
                realm: section.name.to_owned(),
                problem,
            }),
        });
    }
}

/// Reads one byte more than is allowed, at most, so that the parser sees that the file is too large.
fn read_capped(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    let size = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    // Room for the whole file from the start: a vector that grows leaves copies of the keys behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(size.min(MAX_FILE_SIZE) + 1));
    file.take(MAX_FILE_SIZE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
