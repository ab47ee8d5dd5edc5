//! What can be wrong with the file, and with one realm in it.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use onerealm_core::{RealmError, RedirectUriError};

/// As much of a name that came from outside as a message repeats, in characters.
const SHOWN_OF_A_NAME: usize = 64;

/// As many realms as a message lists.
const SHOWN_REALMS: usize = 20;

/// Why a realm's configuration can't be had. For the administrator; no value of a property is in it.
#[derive(Debug)]
pub enum ConfigError {
    /// The file can't be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file is larger than Proxmox's cluster file system allows.
    TooLarge {
        /// The file.
        path: PathBuf,
        /// In bytes.
        limit: usize,
    },
    /// The file has no `openid` realm of that name.
    RealmUnknown {
        /// The file.
        path: PathBuf,
        /// The name that was asked for, cut to 64 characters.
        name: String,
        /// The first of the `openid` realms that it does have.
        present: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// The realm is in the file, and has a mistake.
    RealmInvalid(RealmProblem),
    /// No realm was named, and it is not clear which one is meant.
    RealmNotNamed {
        /// The file.
        path: PathBuf,
        /// How many `openid` realms have `default`: none, or several.
        defaults: usize,
        /// The first of the `openid` realms.
        present: Vec<String>,
        /// How many more there are.
        more: usize,
    },
}

/// A mistake in one realm, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// What is wrong with a realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The realm's name is not one that Proxmox allows.
    Name,
    /// The name stands in the file twice, for realms of whatever type.
    RealmTwice {
        /// The line of the first.
        first: usize,
    },
    /// A property stands in the section twice.
    PropertyTwice {
        /// Its name.
        property: &'static str,
        /// The line of the first.
        first: usize,
    },
    /// A property must be there and is not.
    Missing {
        /// Its name.
        property: &'static str,
    },
    /// A property must be there because another is.
    MissingBeside {
        /// The name of the one that is not there.
        property: &'static str,
        /// The name of the one that is.
        beside: &'static str,
    },
    /// A property's value is not what it must be.
    Value {
        /// Its name.
        property: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A property's value can't be what it must be for a login.
    Refused {
        /// Its name.
        property: &'static str,
        /// Why.
        error: RealmError,
    },
    /// An entry of a list is no redirect URL.
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
    /// A line has a control character in it, or bytes that are not UTF-8.
    NotText,
}

impl ConfigError {
    /// Every code.
    pub const CODES: &'static [&'static str] = &[
        "config_unreadable",
        "config_too_large",
        "realm_unknown",
        "realm_invalid",
        "realm_not_named",
    ];

    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            ConfigError::Unreadable { .. } => "config_unreadable",
            ConfigError::TooLarge { .. } => "config_too_large",
            ConfigError::RealmUnknown { .. } => "realm_unknown",
            ConfigError::RealmInvalid(_) => "realm_invalid",
            ConfigError::RealmNotNamed { .. } => "realm_not_named",
        }
    }

    pub(super) fn too_large(path: &Path) -> ConfigError {
        ConfigError::TooLarge { path: path.to_owned(), limit: super::MAX_FILE_SIZE }
    }

    pub(super) fn realm_unknown<'a>(
        path: &Path,
        name: &str,
        realms: impl Iterator<Item = &'a str>,
    ) -> ConfigError {
        let (present, more) = first_of(realms);
        let name = cut(name);
        ConfigError::RealmUnknown { path: path.to_owned(), name, present, more }
    }

    pub(super) fn realm_not_named<'a>(
        path: &Path,
        defaults: usize,
        realms: impl Iterator<Item = &'a str>,
    ) -> ConfigError {
        let (present, more) = first_of(realms);
        ConfigError::RealmNotNamed { path: path.to_owned(), defaults, present, more }
    }
}

/// As many realms as a message lists, and how many more there are.
fn first_of<'a>(mut realms: impl Iterator<Item = &'a str>) -> (Vec<String>, usize) {
    (realms.by_ref().take(SHOWN_REALMS).map(str::to_owned).collect(), realms.count())
}

/// As much of a name as a message repeats.
pub(super) fn cut(name: &str) -> String {
    name.chars().take(SHOWN_OF_A_NAME).collect()
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Unreadable { path, source } => {
                write!(
                    f,
                    "can't read {}: {source}; check the path and who may read it",
                    path.display()
                )
            }
            ConfigError::TooLarge { path, limit } => {
                write!(
                    f,
                    "{} is larger than {limit} bytes; check that it is the file with the realms",
                    path.display()
                )
            }
            ConfigError::RealmUnknown { path, name, present, more } => {
                write!(f, "{} has no openid realm {name:?}; ", path.display())?;
                write_realms(f, present, *more)
            }
            ConfigError::RealmInvalid(problem) => problem.fmt(f),
            ConfigError::RealmNotNamed { path, defaults, present, more } => {
                let path = path.display();
                let how_many = if *defaults == 0 { "no" } else { "more than one" };
                write!(
                    f,
                    "name a realm, as {path} has {how_many} openid realm with `default 1`; "
                )?;
                write_realms(f, present, *more)
            }
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ConfigError::Unreadable { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl fmt::Display for RealmProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(f, "{path}, line {}, realm {:?}: {}", self.line, cut(&self.realm), self.problem)
    }
}

impl Error for RealmProblem {}

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
                 text with Unix line ends",
            ),
        }
    }
}

fn write_realms(f: &mut fmt::Formatter<'_>, present: &[String], more: usize) -> fmt::Result {
    let [first, others @ ..] = present else {
        return f.write_str("there is no openid realm in it");
    };
    write!(f, "its openid realms: {}", first.escape_debug())?;
    for name in others {
        write!(f, ", {}", name.escape_debug())?;
    }
    match more {
        0 => Ok(()),
        _ => write!(f, " and {more} more"),
    }
}
