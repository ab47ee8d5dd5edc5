//! The contents of a file, independent of their position.

use std::borrow::Cow;
use std::path::Path;

use zeroize::{Zeroize, Zeroizing};

use crate::error::Problem;
use crate::sections::{self, Section};

/// The file's text. Bytes that are not UTF-8 are replaced, which keeps the lines.
pub(super) struct Text<'b>(Cow<'b, str>);

impl<'b> Text<'b> {
    pub(super) fn of(bytes: &'b [u8]) -> Self {
        Text(String::from_utf8_lossy(bytes))
    }

    pub(super) fn sections(&self) -> Vec<Section<'_>> {
        sections::parse(&self.0, &|_, _| ())
    }

    /// Logs what Proxmox would read in another way.
    pub(super) fn warn(&self, path: &Path) {
        sections::parse(&self.0, &|line, what| sections::warn(path, line, what));
    }
}

/// The copy that `from_utf8_lossy` makes contains the keys.
impl Drop for Text<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(text) = &mut self.0 {
            text.zeroize();
        }
    }
}

/// The contents of a section, independent of its position in the file.
#[derive(PartialEq)]
pub(super) struct Outline {
    kind: String,
    name: String,
    properties: Vec<(String, Zeroizing<String>)>,
    /// What is wrong with its lines.
    pub(super) fault: Option<Problem>,
}

pub(super) fn outline(sections: &[Section<'_>]) -> Vec<Outline> {
    let outline = |section: &Section<'_>| {
        let properties = section.properties.iter();
        Outline {
            kind: section.kind.to_owned(),
            name: section.name.to_owned(),
            properties: properties
                .map(|found| (found.name.to_owned(), Zeroizing::new(found.value.to_owned())))
                .collect(),
            fault: section.fault.map(|(_, problem)| problem),
        }
    };
    sections.iter().map(outline).collect()
}

impl Outline {
    pub(super) fn change(&mut self, property: &str, value: Option<&str>) {
        let place = self.properties.iter().position(|(name, _)| name == property);
        match (place, value) {
            (Some(place), Some(value)) => {
                self.properties[place].1 = Zeroizing::new(value.to_owned());
            }
            (Some(place), None) => {
                self.properties.remove(place);
            }
            (None, Some(value)) => {
                self.properties.push((property.to_owned(), Zeroizing::new(value.to_owned())));
            }
            (None, None) => {}
        }
    }
}
