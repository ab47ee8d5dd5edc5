//! The properties of an `openid` section.

use std::path::{Path, PathBuf};

use onerealm::Text;
use onerealm_core::wire::Words;
use onerealm_core::{RealmError, RedirectUri};

use crate::error::Problem;
use crate::names::{CLIENT_KEY, NATIVE_CLIENT_KEY, known, similar};
use crate::sections::{Property, Section};

/// What the words of a list may be.
const WORDS: &str = "words of visible ASCII without `\"` and `\\`";

/// A problem, and its line.
pub(crate) type Located = (usize, Problem);

/// The lines of one section: each known property at most once, each value one line of text.
pub(crate) struct Properties<'s> {
    section: &'s Section<'s>,
}

impl<'s> Properties<'s> {
    pub(crate) fn collect(section: &'s Section<'s>) -> Result<Self, Located> {
        for (index, property) in section.properties.iter().enumerate() {
            let Some(name) = known(property.name) else {
                continue;
            };
            let mut earlier = section.properties.iter().take(index);
            if let Some(&Property { line: first, .. }) =
                earlier.find(|earlier| earlier.name == name)
            {
                return Err((property.line, Problem::PropertyTwice { property: name, first }));
            }
            if property.value.contains('\t') {
                return Err(bad(property, name, "one line of text without a tab in it"));
            }
        }
        Ok(Properties { section })
    }

    fn line(&self, name: &str) -> usize {
        self.find(name).map_or(self.section.line, |property| property.line)
    }

    fn find(&self, name: &str) -> Option<&'s Property<'s>> {
        self.section.properties.iter().find(|property| property.name == name)
    }

    /// The property's value; `None` if it is missing or empty.
    pub(crate) fn value(&self, name: &str) -> Option<&'s str> {
        self.find(name).map(|property| property.value).filter(|value| !value.is_empty())
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<Option<String>, Located> {
        self.parsed(name, "followed by a value", |value| {
            (!value.is_empty()).then(|| value.to_owned())
        })
    }

    /// A text that the core accepts.
    pub(crate) fn checked<T>(
        &self,
        name: &'static str,
        check: impl FnOnce(Text) -> Result<T, RealmError>,
    ) -> Result<Option<T>, Located> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let refused = |error| (self.line(name), Problem::Refused { property: name, error });
        check(text.into()).map(Some).map_err(refused)
    }

    pub(crate) fn required<T>(&self, name: &'static str, value: Option<T>) -> Result<T, Located> {
        value.ok_or((self.section.line, Problem::Missing { property: name }))
    }

    /// Words that can be sent.
    pub(crate) fn words(&self, name: &'static str) -> Result<Option<Words<Text>>, Located> {
        self.parsed(name, WORDS, |text| {
            Some(text)
                .filter(|text| !text.is_empty())
                .and_then(|text| Words::parse(text.into()).ok())
        })
    }

    /// The same, with the list separators.
    pub(crate) fn list(&self, name: &'static str) -> Result<Option<Words<Text>>, Located> {
        self.parsed(name, WORDS, |text| {
            let words = split(text).collect::<Vec<_>>().join(" ");
            Some(words)
                .filter(|_| !text.is_empty())
                .and_then(|words| Words::parse(words.into()).ok())
        })
    }

    /// A list of which a login must have something. One without a word would demand nothing, and is a
    /// mistake.
    pub(crate) fn demands(&self, name: &'static str) -> Result<Words<Text>, Located> {
        match (self.find(name), self.list(name)?) {
            (Some(property), Some(words)) if words.is_empty() => Err(bad(property, name, WORDS)),
            (_, words) => Ok(words.unwrap_or_default()),
        }
    }

    pub(crate) fn redirect_urls(&self, name: &'static str) -> Result<Vec<RedirectUri>, Located> {
        let Some(property) = self.find(name) else { return Ok(Vec::new()) };
        let refused = |error| (property.line, Problem::RedirectUrl { property: name, error });
        let uris = split(property.value).map(|entry| RedirectUri::parse(entry).map_err(refused));
        match uris.collect::<Result<Vec<_>, _>>()? {
            // A list that allows no login is a mistake, and must not allow every login.
            uris if uris.is_empty() => Err(bad(property, name, "followed by redirect URLs")),
            uris => Ok(uris),
        }
    }

    /// As in Proxmox: case doesn't matter, and a name alone means yes.
    pub(crate) fn boolean(&self, name: &'static str, unset: bool) -> Result<bool, Located> {
        let value =
            self.parsed(name, "0 or 1 (also yes, no, on, off, true, false)", |value| match value
                .to_ascii_lowercase()
                .as_str()
            {
                "" | "1" | "yes" | "on" | "true" => Some(true),
                "0" | "no" | "off" | "false" => Some(false),
                _ => None,
            })?;
        Ok(value.unwrap_or(unset))
    }

    pub(crate) fn seconds(&self, name: &'static str) -> Result<Option<u32>, Located> {
        self.parsed(name, "a whole number of seconds", seconds)
    }

    /// A tolerance: a large one would disable the check that it relaxes.
    pub(crate) fn clock_skew(&self, name: &'static str) -> Result<Option<u32>, Located> {
        self.parsed(name, "a whole number of seconds, at most 600", |value| {
            seconds(value).filter(|seconds| *seconds <= 600)
        })
    }

    pub(crate) fn one_of<T: Copy>(
        &self,
        name: &'static str,
        table: &[(&str, T)],
        expected: &'static str,
    ) -> Result<Option<T>, Located> {
        self.parsed(name, expected, |value| {
            table.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning)
        })
    }

    /// The administrator doesn't control a daemon's working directory, so a relative path is refused.
    pub(crate) fn absolute_path(&self, name: &'static str) -> Result<Option<PathBuf>, Located> {
        self.parsed(name, "an absolute path", |value| {
            Some(PathBuf::from(value)).filter(|path| path.is_absolute())
        })
    }

    /// `None` from `parse` means that the value is not what is `expected`.
    fn parsed<T>(
        &self,
        name: &'static str,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Located> {
        let Some(property) = self.find(name) else {
            return Ok(None);
        };
        parse(property.value).map(Some).ok_or(bad(property, name, expected))
    }

    /// Those of the names that are there.
    pub(crate) fn present<const N: usize>(&self, names: [&str; N]) -> Vec<String> {
        let present = names.into_iter().filter(|name| self.value(name).is_some());
        present.map(str::to_owned).collect()
    }

    pub(crate) fn check_native_key(&self) -> Result<(), Located> {
        match (self.find(NATIVE_CLIENT_KEY), self.value("native-client-id")) {
            (Some(key), None) if !key.value.is_empty() => Err((
                key.line,
                Problem::MissingBeside { property: "native-client-id", beside: NATIVE_CLIENT_KEY },
            )),
            _ => Ok(()),
        }
    }

    /// The unknown names, each with a warning.
    pub(crate) fn unknown(&self, path: &Path) -> Result<Vec<String>, Located> {
        let mut names = Vec::new();
        for property in self.section.properties.iter().filter(|p| known(p.name).is_none()) {
            // `client-key=s3cret`: a realm must not lose its key silently, and no log may show it.
            for key in [CLIENT_KEY, NATIVE_CLIENT_KEY] {
                let rest = property.name.strip_prefix(key);
                // `client-key-digest`, however, would be another property.
                if rest.is_some_and(|rest| !rest.starts_with('-')) {
                    let expected = "followed by a space or a tab, and then its value";
                    return Err(bad(property, key, expected));
                }
            }
            let name = shown(property);
            let (path, line, realm) = (path.display(), property.line, self.section.name);
            let meant = match similar(property.name) {
                Some(known) => format!("; for {known}, write that name, a space, and its value"),
                None => String::new(),
            };
            log::warn!(
                "{path}, line {line}, realm {realm}: the property {name} is not known, and is ignored{meant}"
            );
            names.push(name.to_owned());
        }
        Ok(names)
    }
}

fn bad(found: &Property<'_>, property: &'static str, expected: &'static str) -> Located {
    (found.line, Problem::Value { property, expected })
}

/// The entries of a list, split as Proxmox does.
fn split(list: &str) -> impl Iterator<Item = &str> {
    list.split([' ', ',', ';']).filter(|entry| !entry.is_empty())
}

/// The property's name, unless it may be a value whose name is missing.
fn shown<'t>(property: &Property<'t>) -> &'t str {
    let name = property.name;
    let looks_like_a_name = name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|c| c.is_ascii_lowercase() || b"-_0123456789".contains(&c));
    match looks_like_a_name && !property.value.is_empty() {
        true => name,
        false => "(not shown)",
    }
}

fn seconds(value: &str) -> Option<u32> {
    // `parse` alone accepts a `+`.
    let digits = value.bytes().all(|c| c.is_ascii_digit());
    value.parse().ok().filter(|_| digits)
}
