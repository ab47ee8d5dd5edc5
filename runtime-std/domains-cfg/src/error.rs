//! Mistakes in the file, and in one realm of it. No message contains a property's value.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use onerealm::UnusableRealm;
use onerealm_core::{RealmError, RedirectUriError};

/// The longest part of a realm's name that a message repeats, in characters.
const SHOWN_OF_A_NAME: usize = 64;

/// Why the whole file can't be read. For the administrator.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file is unreadable.
    #[non_exhaustive]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file is larger than Proxmox's cluster file system allows.
    #[non_exhaustive]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// In bytes.
        limit: usize,
    },
}

/// A mistake in one realm, and its location.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RealmProblem {
    /// The file.
    pub path: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// The realm's name.
    pub realm: String,
    /// What is wrong.
    pub problem: Problem,
}

/// A mistake in a realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// Proxmox doesn't allow the realm's name.
    Name,
    /// The name occurs twice in the file, for realms of any type.
    RealmTwice {
        /// The line of the first.
        first: usize,
    },
    /// A property occurs twice in the section.
    PropertyTwice {
        /// Its name.
        property: &'static str,
        /// The line of the first.
        first: usize,
    },
    /// A required property is missing.
    Missing {
        /// Its name.
        property: &'static str,
    },
    /// A property is missing that another one requires.
    MissingBeside {
        /// The name of the missing one.
        property: &'static str,
        /// The name of the one that requires it.
        beside: &'static str,
    },
    /// A property's value is invalid.
    Value {
        /// Its name.
        property: &'static str,
        /// The valid values.
        expected: &'static str,
    },
    /// A property's value is unsuitable for a login.
    Refused {
        /// Its name.
        property: &'static str,
        /// Why.
        error: RealmError,
    },
    /// An entry of a list is not a redirect URL.
    RedirectUrl {
        /// The list's name.
        property: &'static str,
        /// Why.
        error: RedirectUriError,
    },
    /// A line in the section is not an indented property.
    NotAProperty,
    /// A property stands after the blank line that ended the section.
    AfterBlankLine,
    /// A line contains a control character, or bytes that are not UTF-8.
    NotText,
}

impl ConfigError {
    /// Every code.
    pub const CODES: &'static [&'static str] = &["config_unreadable", "config_too_large"];

    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            ConfigError::Unreadable { .. } => "config_unreadable",
            ConfigError::TooLarge { .. } => "config_too_large",
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Unreadable { path, source } => {
                let path = path.display();
                write!(f, "can't read {path}: {source}; check the path and who may read it")
            }
            ConfigError::TooLarge { path, limit } => {
                let path = path.display();
                write!(
                    f,
                    "{path} is larger than {limit} bytes; check that it is the file with the realms"
                )
            }
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ConfigError::Unreadable { source, .. } => Some(source),
            ConfigError::TooLarge { .. } => None,
        }
    }
}

impl RealmProblem {
    /// The stable name of every such error.
    pub const CODE: &'static str = "realm_invalid";
}

impl fmt::Display for RealmProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        let realm: String = self.realm.chars().take(SHOWN_OF_A_NAME).collect();
        write!(f, "{path}, line {}, realm {realm:?}: {}", self.line, self.problem)
    }
}

impl Error for RealmProblem {}

impl From<RealmProblem> for UnusableRealm {
    fn from(problem: RealmProblem) -> Self {
        UnusableRealm::new(RealmProblem::CODE, problem.to_string())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Name => f.write_str(
                "a realm's name must be a letter, then 1 to 31 letters, digits, `.`, `-` or `_`; rename the realm",
            ),
            Problem::RealmTwice { first } => write!(
                f,
                "line {first} begins a realm of the same name; rename or remove one of the two"
            ),
            Problem::PropertyTwice { property, first } => write!(
                f,
                "`{property}` stands in line {first} already; remove one of the two lines"
            ),
            Problem::Missing { property } => {
                write!(f, "`{property}` is missing; add a line that begins with it")
            }
            Problem::MissingBeside { property, beside } => write!(
                f,
                "`{property}` is missing; add it, or remove `{beside}`, which means nothing without it"
            ),
            Problem::Value { property, expected } => write!(f, "`{property}` must be {expected}"),
            Problem::Refused { property, error } => write!(f, "`{property}`: {error}"),
            Problem::RedirectUrl { property, error } => {
                write!(f, "an entry of `{property}` can't be one: {error}")
            }
            Problem::NotAProperty => f.write_str(
                "expected a property, which is a tab, its name, a space and its value; indent the line, or begin it \
                 with `#`",
            ),
            Problem::AfterBlankLine => {
                f.write_str("this line belongs to no realm, as the blank line before it ended the realm; remove the blank line")
            }
            Problem::NotText => f.write_str(
                "there is a control character in the line, or something that is not UTF-8; save the file as plain \
                 text whose lines all end alike",
            ),
        }
    }
}
