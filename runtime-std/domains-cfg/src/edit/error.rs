//! Why a realm file was not changed.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use onerealm::RealmsError;

use crate::error::{ConfigError, RealmProblem};

/// Why a file was not changed. The file is unmodified; the message contains no property's value.
#[derive(Debug)]
#[non_exhaustive]
pub enum EditError {
    /// The file can't be read.
    Config(ConfigError),
    /// The file has no such realm.
    Realm(RealmsError),
    /// The realm has a mistake, so it can't be changed.
    RealmInvalid(RealmProblem),
    /// There is no such property. The message omits its name, which may be `client-key=s3cret`.
    PropertyUnknown {
        /// The one that was probably meant.
        similar: Option<&'static str>,
    },
    /// The value would be read back differently.
    Value {
        /// The property's name.
        property: &'static str,
    },
    /// The realm would have a mistake.
    WouldBeInvalid(RealmProblem),
    /// The file changed since it was read.
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Another process is changing the file, or was interrupted while doing so.
    Busy {
        /// The file that indicates it.
        path: PathBuf,
    },
    /// The file can't be written.
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl EditError {
    /// Every code except those of wrapped errors.
    pub const CODES: &'static [&'static str] = &[
        "property_unknown",
        "value_refused",
        "realm_would_be_invalid",
        "config_changed",
        "config_busy",
        "config_unwritable",
    ];

    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            EditError::Config(error) => error.code(),
            EditError::Realm(error) => error.code(),
            EditError::RealmInvalid(_) => RealmProblem::CODE,
            EditError::PropertyUnknown { .. } => "property_unknown",
            EditError::Value { .. } => "value_refused",
            EditError::WouldBeInvalid(_) => "realm_would_be_invalid",
            EditError::Changed { .. } => "config_changed",
            EditError::Busy { .. } => "config_busy",
            EditError::Unwritable { .. } => "config_unwritable",
        }
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EditError::Config(error) => error.fmt(f),
            EditError::Realm(error) => error.fmt(f),
            EditError::RealmInvalid(problem) => problem.fmt(f),
            EditError::PropertyUnknown { similar: Some(similar) } => write!(
                f,
                "nothing was changed, as there is no property of that name; a similar one is {similar}"
            ),
            EditError::PropertyUnknown { similar: None } => f.write_str(
                "nothing was changed, as there is no property of that name; docs/configuration.md has them all",
            ),
            EditError::Value { property } => write!(
                f,
                "nothing was changed, as the value of `{property}` would be read as another one: give one line of text \
                 without spaces around it, and to have no value, unset the property"
            ),
            EditError::WouldBeInvalid(problem) => {
                write!(f, "nothing was changed, as the file would be wrong: {problem}")
            }
            EditError::Changed { path } => write!(
                f,
                "nothing was changed, as somebody else changed {} meanwhile; try again",
                path.display()
            ),
            EditError::Busy { path } => write!(
                f,
                "nothing was changed, as {} is there: somebody else is changing the file, or was interrupted; remove it if nobody is",
                path.display()
            ),
            EditError::Unwritable { path, source } => write!(
                f,
                "nothing was changed, as {} can't be written: {source}; check who may write to it and to its directory, \
                 and run this as its owner or as root",
                path.display()
            ),
        }
    }
}

impl Error for EditError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            EditError::Config(error) => Some(error),
            EditError::Realm(error) => Some(error),
            EditError::RealmInvalid(problem) | EditError::WouldBeInvalid(problem) => Some(problem),
            EditError::Unwritable { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<ConfigError> for EditError {
    fn from(error: ConfigError) -> Self {
        EditError::Config(error)
    }
}

impl From<RealmsError> for EditError {
    fn from(error: RealmsError) -> Self {
        EditError::Realm(error)
    }
}

impl From<RealmProblem> for EditError {
    fn from(problem: RealmProblem) -> Self {
        EditError::RealmInvalid(problem)
    }
}
