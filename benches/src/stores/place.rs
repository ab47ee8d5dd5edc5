//! Where a store is, and how rows name it.

use std::path::{Path, PathBuf};

use crate::machine;

/// A directory, and the type of file system that it is in.
pub struct Place {
    directory: PathBuf,
    pub file_system: String,
}

impl Place {
    pub fn of(directory: PathBuf) -> Self {
        let file_system = machine::file_system(&directory);
        Place { directory, file_system }
    }

    pub fn path(&self) -> &Path {
        &self.directory
    }
}

pub const JSON_FILE: &str = "proxmox-openid's JSON file";

pub fn number(number: usize) -> String {
    crate::row::thousands(number as f64)
}
