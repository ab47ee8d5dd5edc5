//! A file of bounded size.

use std::io::{self, Read};
use std::path::Path;

use onerealm::open_regular_file;
use zeroize::Zeroizing;

use crate::error::ConfigError;

/// The largest file that the Proxmox cluster file system holds, in bytes.
pub const MAX_FILE_SIZE: usize = 1024 * 1024;

/// Reads a regular file, and at most one byte more than allowed: [`check_size`] then reports that the file is too
/// large.
pub(crate) fn read_capped(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = open_regular_file(path)?;
    let size = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    // Room for the whole file from the start: a growing vector leaves copies of the keys behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(size.min(MAX_FILE_SIZE) + 1));
    file.take(MAX_FILE_SIZE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(crate) fn check_size(bytes: &[u8], path: &Path) -> Result<(), ConfigError> {
    match bytes.len() > MAX_FILE_SIZE {
        true => Err(ConfigError::TooLarge { path: path.to_owned(), limit: MAX_FILE_SIZE }),
        false => Ok(()),
    }
}
