//! Fingerprints that were given once, for each host and port.

use std::path::{Path, PathBuf};

use super::address::Address;
use super::certificate::Fingerprint;
use super::private_file;
use super::problem::FILE_DAMAGED;
use crate::failure::Failure;

/// The file with the fingerprint of one node.
pub(crate) struct Pin(PathBuf);

impl Pin {
    pub(crate) fn new(state: &Path, address: &Address) -> Self {
        let name = address.to_string().replace(['[', ']'], "").replace(':', "_");
        Pin(state.join("nodes").join(format!("{name}.fingerprint")))
    }

    pub(crate) fn read(&self) -> Result<Option<Fingerprint>, Failure> {
        let Some(text) = private_file::read(&self.0)? else { return Ok(None) };
        let damaged =
            || FILE_DAMAGED.says(format!("{} holds no SHA-256 fingerprint", self.0.display()));
        text.trim().parse().map(Some).map_err(|_| damaged())
    }

    pub(crate) fn write(&self, fingerprint: Fingerprint) -> Result<(), Failure> {
        if let Some(folder) = self.0.parent() {
            private_file::make_directory(folder)?;
        }
        private_file::write(&self.0, &format!("{fingerprint}\n"))
    }
}
