//! Files that the configuration names: regular ones, of bounded size.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Opens a regular file, or what a symbolic link leads to if that is one. A pipe or a device is refused without waiting for
/// anybody, and nothing is read from it.
///
/// # Errors
///
/// It can't be opened, or is something else.
#[doc(hidden)]
pub fn open_regular_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        // Opening a pipe would wait for its other end, and a terminal could become this process's own.
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags as i32);
    }
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(ErrorKind::InvalidInput, "it is not a regular file")),
    }
}

/// The content of a regular file of at most that many bytes.
///
/// # Errors
///
/// It can't be opened or read, is something else, or is larger. What its metadata says of its size isn't believed.
#[doc(hidden)]
pub fn read_regular_file(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    read_at_most(open_regular_file(path)?, limit)
}

/// The content of an open file of at most that many bytes.
pub(crate) fn read_at_most(file: File, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    match bytes.len() > limit {
        true => {
            let sentence = format!("it is larger than {limit} bytes");
            Err(io::Error::new(ErrorKind::FileTooLarge, sentence))
        }
        false => Ok(bytes),
    }
}

/// The largest file with certificates, in bytes: many times the system's own.
#[doc(hidden)]
pub const CA_FILE_LEN: usize = 8 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, b"12345").unwrap();
        assert_eq!(read_regular_file(&path, 5).unwrap(), b"12345");
        assert_eq!(read_regular_file(&path, 4).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert!(read_regular_file(&directory.path().join("none"), 5).is_err());
        assert!(read_regular_file(directory.path(), 5).is_err());
        #[cfg(unix)]
        {
            let link = directory.path().join("link");
            std::os::unix::fs::symlink("file", &link).unwrap();
            assert_eq!(read_regular_file(&link, 5).unwrap(), b"12345");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn case_197_pipes_and_devices_are_refused_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        for path in [&pipe, Path::new("/dev/zero"), Path::new("/dev/null"), Path::new("/dev/tty")] {
            let refused = read_regular_file(path, usize::MAX / 2).unwrap_err();
            let is_told = refused.to_string().contains("not a regular file");
            // Without a terminal, that one can't be opened at all.
            assert!(is_told || path == Path::new("/dev/tty"), "{refused}");
        }
    }
}
