//! Changes one line of a realm file, and keeps every other byte.
//!
//! Each change is parsed again before it is accepted: the file must mean the same as before except for the property
//! changed, and the realm must be usable.

pub(crate) mod error;
mod line;
mod outline;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

use onerealm::RealmsError;
use zeroize::Zeroizing;

pub use self::error::EditError;
use self::line::Line;
use self::outline::{Outline, Text, outline};
use crate::error::{ConfigError, Problem, RealmProblem};
use crate::file::{check_size, read_capped};
use crate::names::{CLIENT_KEY, NATIVE_CLIENT_KEY, known, similar};
use crate::sections::Section;
use crate::{comment, realm, replace};

type Bytes = Zeroizing<Vec<u8>>;

/// A realm file, changed property by property.
///
/// ```no_run
/// # fn main() -> Result<(), onerealm_domains_cfg::EditError> {
/// let mut file = onerealm_domains_cfg::ConfigFile::read("/etc/pve/domains.cfg".as_ref())?;
/// file.set("entra", "client-type", "auto")?;
/// file.unset("entra", "acr-values")?;
/// file.write()?;
/// # Ok(())
/// # }
/// ```
pub struct ConfigFile {
    path: PathBuf,
    /// The bytes as read.
    original: Bytes,
    bytes: Bytes,
}

impl ConfigFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// [`EditError::Config`]: the file is unreadable or too large.
    pub fn read(path: &Path) -> Result<ConfigFile, EditError> {
        let bytes = read_capped(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        ConfigFile::of(bytes, path)
    }

    /// Takes the bytes of a file; errors name it `path`, and it is written there.
    ///
    /// # Errors
    ///
    /// [`EditError::Config`]: the file is too large.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<ConfigFile, EditError> {
        ConfigFile::of(Zeroizing::new(bytes.to_vec()), path)
    }

    fn of(bytes: Bytes, path: &Path) -> Result<ConfigFile, EditError> {
        check_size(&bytes, path)?;
        // Said here once, as a file is parsed again with each change.
        Text::of(&bytes).warn(path);
        Ok(ConfigFile { path: path.to_owned(), original: bytes.clone(), bytes })
    }

    /// The file's current content. It includes the realms' keys.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the property's value is a secret, which must not appear in a command line or a message.
    pub fn is_secret(property: &str) -> bool {
        [CLIENT_KEY, NATIVE_CLIENT_KEY].contains(&property)
    }

    /// Sets a property of an `openid` realm. Returns whether anything changed.
    ///
    /// A `comment` is given as it is shown, every other value as it stands in the file.
    ///
    /// # Errors
    ///
    /// There is no such realm or property, the realm has a mistake or would have one, or the value would be read back
    /// differently. The file stays unchanged.
    pub fn set(&mut self, realm: &str, property: &str, value: &str) -> Result<bool, EditError> {
        let property = known(property).ok_or_else(|| unknown(property))?;
        // A name without a value has its own meaning, and an empty variable in a script must not delete a key.
        if value.is_empty() {
            return Err(EditError::Value { property });
        }
        let value = match property {
            "comment" => Cow::Owned(comment::encode(value)),
            _ => Cow::Borrowed(value),
        };
        self.change(realm, property, Some(&value))
    }

    /// Removes a property of an `openid` realm. Returns whether it was set.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    pub fn unset(&mut self, realm: &str, property: &str) -> Result<bool, EditError> {
        self.change(realm, property, None)
    }

    /// Writes the file atomically, with its owner and mode, and only if it still has the content that was read.
    ///
    /// # Errors
    ///
    /// [`EditError::Changed`], [`EditError::Busy`] or [`EditError::Unwritable`]. Nothing was written.
    pub fn write(self) -> Result<(), EditError> {
        if self.bytes == self.original {
            return Ok(());
        }
        replace::replace(&self.path, &self.original, &self.bytes)
    }

    fn change(
        &mut self,
        realm: &str,
        property: &str,
        value: Option<&str>,
    ) -> Result<bool, EditError> {
        let changed = self.changed(realm, property, value)?;
        Ok(match changed {
            Some(bytes) => {
                self.bytes = bytes;
                true
            }
            None => false,
        })
    }

    /// The file with this setting; `None` if it already has it.
    fn changed(
        &self,
        realm: &str,
        property: &str,
        value: Option<&str>,
    ) -> Result<Option<Bytes>, EditError> {
        let text = Text::of(&self.bytes);
        let sections = text.sections();
        let (index, section) = self.section(&sections, realm)?;
        let mut lines = section.properties.iter().filter(|found| found.name == property);
        let present = lines.next();
        if let (Some(first), Some(second)) = (present, lines.next()) {
            return Err(match known(property) {
                Some(property) => {
                    let problem = Problem::PropertyTwice { property, first: first.line };
                    self.problem(realm, second.line, problem).into()
                }
                None => unknown(property),
            });
        }
        let new = match (present, value) {
            (Some(present), Some(value)) if present.value == value => return Ok(None),
            (Some(present), Some(value)) => {
                self.with_line(present.line, |line| line.with_value(value))
            }
            (Some(present), None) => self.without_line(present.line),
            (None, Some(value)) => {
                let last = section.properties.last().map_or(section.line, |last| last.line);
                self.with_line(last, |line| line.followed_by(property, value))
            }
            (None, None) if known(property).is_some() => return Ok(None),
            (None, None) => return Err(unknown(property)),
        };
        check_size(&new, &self.path)?;
        self.judge(&new, index, property, value, outline(&sections))?;
        Ok(Some(new))
    }

    /// The only section with this name, and its place.
    fn section<'s, 't>(
        &self,
        sections: &'s [Section<'t>],
        realm: &str,
    ) -> Result<(usize, &'s Section<'t>), EditError> {
        let mut named = sections.iter().enumerate().filter(|(_, section)| section.name == realm);
        match (named.next(), named.next()) {
            (Some((_, first)), Some((_, second))) => {
                let problem = Problem::RealmTwice { first: first.line };
                Err(self.problem(realm, second.line, problem).into())
            }
            (Some(found), None) if found.1.is_openid() => Ok(found),
            _ => {
                let openid = sections.iter().filter(|section| section.is_openid());
                let names = openid.map(|section| section.name);
                Err(RealmsError::unknown(self.path.display().to_string(), realm, names).into())
            }
        }
    }

    /// Refuses a result that differs from the original by more than the change.
    fn judge(
        &self,
        new: &[u8],
        index: usize,
        property: &str,
        value: Option<&str>,
        mut expected: Vec<Outline>,
    ) -> Result<(), EditError> {
        let text = Text::of(new);
        let sections = text.sections();
        if let Some(realm) = expected.get_mut(index) {
            realm.change(property, value);
            // `realm` reports a property that is missing now.
            realm.fault = sections.get(index).and_then(|section| section.fault.map(|(_, it)| it));
        }
        let section = sections.get(index).filter(|_| outline(&sections) == expected);
        let section = section.ok_or(EditError::Value {
            property: known(property).unwrap_or("a property that is not known"),
        })?;
        match realm::realm(section, &self.path) {
            Ok(_) => Ok(()),
            Err((line, problem)) => {
                Err(EditError::WouldBeInvalid(self.problem(section.name, line, problem)))
            }
        }
    }

    fn problem(&self, realm: &str, line: usize, problem: Problem) -> RealmProblem {
        RealmProblem { path: self.path.clone(), line, realm: realm.to_owned(), problem }
    }

    /// The file with this line replaced.
    fn with_line(&self, number: usize, change: impl FnOnce(Line<'_>) -> Bytes) -> Bytes {
        let (before, line, after) = self.around(number);
        Zeroizing::new([before, &change(Line::new(line)), after].concat())
    }

    /// The file without this line. If the file doesn't end with a line end, it still doesn't afterwards.
    fn without_line(&self, number: usize) -> Bytes {
        let (before, line, after) = self.around(number);
        let before = match line.ends_with(b"\n") {
            true => before,
            false => match before {
                [before @ .., b'\r', b'\n'] if cfg!(windows) => before,
                [before @ .., b'\n'] => before,
                before => before,
            },
        };
        Zeroizing::new([before, after].concat())
    }

    /// The text before a line, the line with its end, and the text after it. Lines are counted from 1.
    fn around(&self, number: usize) -> (&[u8], &[u8], &[u8]) {
        let mut lines = self.bytes.split_inclusive(|byte| *byte == b'\n');
        let start: usize = lines.by_ref().take(number - 1).map(<[u8]>::len).sum();
        let (before, rest) = self.bytes.split_at(start);
        let (line, after) = rest.split_at(lines.next().map_or(0, <[u8]>::len));
        (before, line, after)
    }
}

/// Hides the realms' keys.
impl fmt::Debug for ConfigFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigFile").field("path", &self.path).finish_non_exhaustive()
    }
}

fn unknown(property: &str) -> EditError {
    EditError::PropertyUnknown { similar: similar(property) }
}
