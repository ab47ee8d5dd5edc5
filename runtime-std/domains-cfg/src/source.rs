//! A file's text, and the realms in it. A file may have thousands, of which a process needs one: of most, only the place
//! is kept until they are asked for.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::path::{Path, PathBuf};

use onerealm::RealmConfig;
use zeroize::Zeroizing;

use crate::error::{Problem, RealmProblem};
use crate::properties::Located;
use crate::realm;
use crate::sections::{self, Section, line_end};

/// What the realms are read from.
pub(crate) struct Source {
    pub(crate) text: Zeroizing<String>,
    pub(crate) path: PathBuf,
}

/// A realm of the file.
pub(crate) enum Found {
    /// Where it is. Reading it says nothing to the administrator.
    Sound(Place),
    Read(Box<Result<RealmConfig, RealmProblem>>),
}

/// A section, from its header to its last property.
pub(crate) struct Place {
    bytes: Range<usize>,
    line: usize,
}

impl Source {
    /// Each realm once, with its name, in file order.
    pub(crate) fn realms(&self) -> Vec<(String, Found)> {
        let sections =
            sections::parse(&self.text, &|line, what| sections::warn(&self.path, line, what));
        let repeated = repeated_names(&sections);
        let mut realms = Vec::with_capacity(sections.len());
        for section in sections.iter().filter(|section| section.is_openid()) {
            let read = match repeated.get(section.name) {
                // A repeated name makes one broken realm.
                Some(repeated) if repeated.openid != Some(section.line) => continue,
                Some(&Repeated { first, second, .. }) => {
                    Err((second, Problem::RealmTwice { first }))
                }
                None if section.is_sound() => {
                    let place = Place { bytes: section.place.clone(), line: section.line };
                    realms.push((section.name.to_owned(), Found::Sound(place)));
                    continue;
                }
                None => realm::realm(section, &self.path),
            };
            let read = read.map_err(|located| problem(&self.path, section.name, located));
            realms.push((section.name.to_owned(), Found::Read(Box::new(read))));
        }
        realms
    }

    /// The realm that is there.
    pub(crate) fn realm(&self, place: &Place) -> Result<RealmConfig, RealmProblem> {
        let text = self.text.get(place.bytes.clone()).unwrap_or_default();
        let end = line_end(self.text.as_bytes());
        let mut sections = sections::parse_lines(text, end, place.line, &|_, _| ()).into_iter();
        match sections.next() {
            Some(section) => realm::realm(&section, &self.path)
                .map_err(|located| problem(&self.path, section.name, located)),
            // Not reached: a section is a section again.
            None => Err(problem(&self.path, "", (place.line, Problem::Name))),
        }
    }
}

/// The lines of a name that several sections have, whatever their types: realms of all types share their names.
struct Repeated {
    first: usize,
    second: usize,
    /// The first `openid` section of that name.
    openid: Option<usize>,
}

fn repeated_names<'t>(sections: &[Section<'t>]) -> HashMap<&'t str, Repeated> {
    let mut known = HashMap::with_capacity(sections.len());
    let mut repeated = HashMap::new();
    for section in sections {
        match known.entry(section.name) {
            Entry::Vacant(place) => {
                place.insert(section);
            }
            Entry::Occupied(first) => {
                let first: &Section<'_> = first.get();
                let found = repeated.entry(section.name).or_insert_with(|| Repeated {
                    first: first.line,
                    second: section.line,
                    openid: first.is_openid().then_some(first.line),
                });
                if section.is_openid() {
                    found.openid.get_or_insert(section.line);
                }
            }
        }
    }
    repeated
}

fn problem(path: &Path, name: &str, (line, problem): Located) -> RealmProblem {
    RealmProblem { path: path.to_owned(), line, realm: name.to_owned(), problem }
}
