//! Provider documents on disk, so that short-lived processes need not fetch them.
//!
//! ```text
//! DIR/                    0700
//!     3f5a...metadata     0600  name: SHA-256 of issuer, trust store and discovery URL
//!     3f5a...keys         0600
//!     3f5a...refetched    0600  when an unknown key last caused a fetch of the keys
//!     3f5a...rekeyed      0600  when a bad signature last did
//!     3f5a...keys-ahead   0600  when the keys were last to be fetched ahead; metadata has such a file, too
//!     3f5a...keys.new     0600  being written
//! ```
//!
//! Like the realm file, the cache is trusted on file permissions alone. Damaged, foreign or old
//! files are skipped with a warning and fail no login.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use onerealm_core::policy;

use super::document::{Age, Document, Kind};
use crate::clock::now;
use crate::hex::hex_digest;
use crate::http::Answer;
use crate::store::StoreError;
use crate::store::files::{self, found, retried};

/// Room for what precedes the document.
const HEAD_LEN: usize = 4096;
/// The start of every file; it differs for each version of the format.
const VERSION: &str = "onerealm 1";
/// After this many seconds, a half-written file was left behind by a dead process.
const LEFT_BEHIND: u64 = 60;

/// Whose documents: the issuer's, as seen with this set of trusted certificates. Another trust
/// store may lead to another provider.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Whose {
    pub(super) issuer: String,
    /// Where its metadata is, if not below the issuer: another place may name other endpoints.
    pub(super) discovery_url: Option<String>,
    pub(super) trust: String,
}

impl Whose {
    fn file_name(&self, extension: &str) -> String {
        // None of them has a line break.
        let mut parts = vec![self.issuer.as_bytes(), b"\n", self.trust.as_bytes()];
        if let Some(url) = &self.discovery_url {
            parts.extend([b"\n", url.as_bytes()]);
        }
        format!("{}.{extension}", hex_digest(&parts))
    }

    /// Only where there is such a URL, so that other versions read what they know.
    fn discovery_line(&self) -> String {
        self.discovery_url.as_ref().map(|url| format!("discovery {url}\n")).unwrap_or_default()
    }
}

/// A directory of documents. Nothing is touched before the first use.
#[derive(Clone)]
pub(super) struct Disk {
    directory: PathBuf,
}

impl Disk {
    pub(super) fn new(directory: PathBuf) -> Self {
        Disk { directory }
    }

    /// The document that came from `url`, if it is on disk and readable.
    pub(super) fn read(&self, kind: Kind, whose: &Whose, url: &str) -> Option<Document> {
        let path = self.path(whose, kind.as_str())?;
        let bytes = match read_file(&path) {
            Ok(bytes) => bytes?,
            Err(warning) => {
                log::warn!("{warning}");
                return None;
            }
        };
        let document = decode(kind, whose, url, &bytes);
        if document.is_none() {
            log::warn!("{} is damaged or of another version; it is not used", path.display());
        }
        document
    }

    /// Stores a document for other processes.
    pub(super) fn write(&self, whose: &Whose, document: &Document) {
        let Some(path) = self.path(whose, document.kind.as_str()) else { return };
        if !document.is_storable {
            // The stored one is older, and may be kept no longer.
            let _ = retried(|| fs::remove_file(&path));
            return;
        }
        if let Err(error) = replace(&path, &encode(whose, document)) {
            log::warn!("can't keep {}: {error}", path.display());
        }
    }

    /// How many seconds ago another process fetched the document anew, if that is less than `pause`.
    /// Otherwise records in `file` that this process does so now.
    pub(super) fn refetched(&self, whose: &Whose, file: &str, now: u64, pause: u64) -> Option<u64> {
        let path = self.path(whose, file)?;
        if let Some(age) = age(&path, now).filter(|age| *age < pause) {
            return Some(age);
        }
        // Of several processes, one removes the old file and one creates the new one.
        let _ = retried(|| fs::remove_file(&path));
        match files::create_file(&path).and_then(|mut file| write!(file, "{now}")) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Some(0),
            // If it can't be recorded, refetch anyway.
            _ => None,
        }
    }

    /// The path of a file in the directory, which is created if missing; `None` if others could put
    /// files into it.
    fn path(&self, whose: &Whose, extension: &str) -> Option<PathBuf> {
        match files::prepare(&self.directory) {
            Ok(()) => Some(self.directory.join(whose.file_name(extension))),
            Err(StoreError::UnsafeDirectory { path, reason }) => {
                log::warn!("{} keeps no documents of providers: it {reason}", path.display());
                None
            }
            Err(StoreError::Io { operation, path, source }) => {
                log::warn!("can't {operation} {}: {source}", path.display());
                None
            }
            Err(_) => None,
        }
    }
}

/// The file, if it exists; an error is a sentence for the log. Anything but a regular file counts
/// as empty.
fn read_file(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let look = || -> io::Result<_> {
        let metadata = retried(|| fs::symlink_metadata(path))?;
        let mut bytes = Vec::new();
        let at_most = (policy::JSON_LEN + HEAD_LEN) as u64;
        if metadata.is_file() {
            File::open(path)?.take(at_most).read_to_end(&mut bytes)?;
        }
        Ok((metadata, bytes))
    };
    match found(look()) {
        Ok(None) => Ok(None),
        Ok(Some((metadata, bytes))) => match files::writable_by_others(&metadata) {
            Some(reason) => Err(format!("{} is not used: it {reason}", path.display())),
            None => Ok(Some(bytes)),
        },
        Err(error) => Err(format!("can't read {}: {error}", path.display())),
    }
}

/// Replaces a file atomically.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    let mut file = match files::create_file(&new) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            if files::modified(&new).is_some_and(|at| now().0.abs_diff(at) < LEFT_BEHIND) {
                // Another process is writing the same document.
                return Ok(());
            }
            retried(|| fs::remove_file(&new))?;
            files::create_file(&new)?
        }
        created => created?,
    };
    let written = file.write_all(bytes).and_then(|()| retried(|| fs::rename(&new, path)));
    written.inspect_err(|_| {
        let _ = retried(|| fs::remove_file(&new));
    })
}

/// The file's age in seconds, from the time written in it.
fn age(path: &Path, now: u64) -> Option<u64> {
    let mut text = String::new();
    File::open(path).ok()?.take(32).read_to_string(&mut text).ok()?;
    // The file may be read before its time is written; then it is new.
    let made = if text.is_empty() { files::modified(path)? } else { text.parse().ok()? };
    now.checked_sub(made)
}

fn encode(whose: &Whose, document: &Document) -> Vec<u8> {
    let response = document.response();
    let rest = [
        format!(
            "{}\nissuer {}\ntrust {}\n{}url {}\nfetched {}\nlifetime {}\nstale {}\ntype {}\n\n",
            document.kind.as_str(),
            whose.issuer,
            whose.trust,
            whose.discovery_line(),
            document.url,
            document.age.fetched,
            document.age.lifetime,
            u8::from(document.age.may_be_stale),
            response.content_type.unwrap_or_default(),
        )
        .as_bytes(),
        response.body,
    ]
    .concat();
    [format!("{VERSION} {}\n", hex_digest(&[&rest])).as_bytes(), &rest].concat()
}

fn decode(kind: Kind, whose: &Whose, url: &str, bytes: &[u8]) -> Option<Document> {
    let end = bytes.windows(2).position(|end| end == b"\n\n")?;
    let (head, body) = (bytes.get(..end)?, bytes.get(end + 2..)?);
    let mut lines = std::str::from_utf8(head).ok()?.split('\n');
    let first = lines.next()?;
    let digest = first.strip_prefix(VERSION)?.strip_prefix(' ')?;
    if digest != hex_digest(&[bytes.get(first.len() + 1..)?]) {
        return None;
    }
    let is_same = lines.next()? == kind.as_str()
        && lines.next()?.strip_prefix("issuer ")? == whose.issuer
        && lines.next()?.strip_prefix("trust ")? == whose.trust
        && whose.discovery_url.as_ref().is_none_or(|url| {
            lines.next().and_then(|line| line.strip_prefix("discovery ")) == Some(url.as_str())
        })
        && lines.next()?.strip_prefix("url ")? == url;
    let mut number = |name| -> Option<u64> { lines.next()?.strip_prefix(name)?.parse().ok() };
    let (fetched, lifetime, stale) = (number("fetched ")?, number("lifetime ")?, number("stale ")?);
    let content_type = lines.next()?.strip_prefix("type ")?;
    let answer = Answer::kept(Some(content_type), body);
    let age = Age::new(kind, fetched, lifetime, stale == 1);
    is_same.then(|| Document::kept(kind, url, answer, age))
}
