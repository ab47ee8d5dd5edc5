//! Adds a realm to the end of a file.

use super::{Bytes, ConfigFile, EditError, Text, outline};
use crate::error::Problem;
use crate::file::check_size;
use crate::realm;
use crate::sections::line_end;

impl ConfigFile {
    /// Adds an `openid` realm at the end. Names and values are given as they stand in the file.
    ///
    /// # Errors
    ///
    /// There is a realm of that name already, of whatever type; the realm would have a mistake; or a value would be
    /// read back differently. The file stays unchanged.
    pub fn add(&mut self, name: &str, properties: &[(&str, &str)]) -> Result<(), EditError> {
        let new = self.with_section(name, properties);
        check_size(&new, &self.path)?;
        self.judge_addition(&new, name, properties)?;
        self.bytes = new;
        Ok(())
    }

    /// The names of all realms in the file, of whatever type.
    pub fn names(&self) -> Vec<String> {
        let text = Text::of(&self.bytes);
        text.sections().iter().map(|section| section.name.to_owned()).collect()
    }

    fn with_section(&self, name: &str, properties: &[(&str, &str)]) -> Bytes {
        let end = line_end(&self.bytes);
        let ends = |text: &str| self.bytes.ends_with(text.as_bytes());
        let before = match () {
            () if self.bytes.is_empty() || ends(&format!("{end}{end}")) => "",
            () if ends(end) => end,
            () => &format!("{end}{end}"),
        };
        let mut parts = vec![before, "openid: ", name, end];
        for (property, value) in properties {
            parts.extend(["\t", property, " ", value, end]);
        }
        // Room from the start: bytes that grow leave copies of a key behind.
        let added: usize = parts.iter().map(|part| part.len()).sum();
        let mut bytes = Bytes::new(Vec::with_capacity(self.bytes.len() + added));
        bytes.extend_from_slice(&self.bytes);
        parts.iter().for_each(|part| bytes.extend_from_slice(part.as_bytes()));
        bytes
    }

    /// Refuses a result that differs from the original by more than this realm.
    fn judge_addition(
        &self,
        new: &[u8],
        name: &str,
        properties: &[(&str, &str)],
    ) -> Result<(), EditError> {
        let (before, after) = (Text::of(&self.bytes), Text::of(new));
        let (before, after) = (before.sections(), after.sections());
        let unreadable = || EditError::Value { property: "a property of the new realm" };
        let (added, kept) = after.split_last().ok_or_else(unreadable)?;
        let read_back = added.properties.iter().map(|found| (found.name, found.value));
        let is_the_same = added.is_openid()
            && added.name == name
            && outline(kept) == outline(&before)
            && read_back.eq(properties.iter().copied());
        if !is_the_same {
            return Err(unreadable());
        }
        if let Some(first) = before.iter().find(|section| section.name == name) {
            let problem = Problem::RealmTwice { first: first.line };
            return Err(EditError::WouldBeInvalid(self.problem(name, added.line, problem)));
        }
        match realm::realm(added, &self.path) {
            Ok(_) => Ok(()),
            Err((line, problem)) => {
                Err(EditError::WouldBeInvalid(self.problem(name, line, problem)))
            }
        }
    }
}
