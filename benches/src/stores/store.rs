//! A store with pending logins in it, whatever its kind.

use std::hint::black_box;
use std::path::Path;

use onerealm::{DirectoryStore, PendingStore, SealedStore};
use onerealm_core::{PendingAuthorization, UnixTime};
use tempfile::TempDir;

use super::json_file::{JsonFile, State};
use super::limits::{OneFile, SealAndFile};
use crate::workload::Provider;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Directory,
    LimitOfDirectory,
    Sealed,
    LimitOfSealed,
    JsonFile,
}

impl Kind {
    /// The name by which a process is told which one to use.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Directory => "directory",
            Kind::LimitOfDirectory => "limit-of-directory",
            Kind::Sealed => "sealed",
            Kind::LimitOfSealed => "limit-of-sealed",
            Kind::JsonFile => "json-file",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        use Kind::*;
        [Directory, LimitOfDirectory, Sealed, LimitOfSealed, JsonFile]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// A store, and the directory that it is in, if it is removed with it.
pub struct Store {
    inner: Inner,
    _directory: Option<TempDir>,
}

enum Inner {
    Ours(Box<dyn PendingStore>),
    OneFile(OneFile),
    SealAndFile(Box<SealAndFile>),
    JsonFile(JsonFile),
}

impl Store {
    /// A new one below `parent`, with so many pending logins.
    pub fn new(kind: Kind, parent: &Path, provider: &Provider, pending: usize) -> Self {
        let directory = tempfile::tempdir_in(parent).unwrap();
        let mut store = Self::at(kind, directory.path());
        store.fill(provider, pending);
        store._directory = Some(directory);
        store
    }

    /// The one that is there, or is made there.
    pub fn at(kind: Kind, directory: &Path) -> Self {
        let inner = match kind {
            Kind::Directory => Inner::Ours(Box::new(DirectoryStore::new(directory.join("logins")))),
            Kind::Sealed => Inner::Ours(Box::new(SealedStore::new(
                directory.join("key"),
                directory.join("taken"),
            ))),
            Kind::LimitOfDirectory => Inner::OneFile(OneFile::new(directory)),
            Kind::LimitOfSealed => Inner::SealAndFile(Box::new(SealAndFile::new(directory))),
            Kind::JsonFile => Inner::JsonFile(JsonFile::new(directory)),
        };
        Store { inner, _directory: None }
    }

    /// Adds pending logins, all at once where that is the same.
    pub fn fill(&self, provider: &Provider, pending: usize) {
        match &self.inner {
            Inner::Ours(store) => {
                for _ in 0..pending {
                    store.put(provider.begin().pending()).unwrap();
                }
            }
            Inner::JsonFile(file) => {
                let states: Vec<_> =
                    (0..pending).map(|_| State::of(provider.begin().pending())).collect();
                file.write(&states);
            }
            Inner::OneFile(_) | Inner::SealAndFile(_) => {}
        }
    }

    /// Keeps a login; gives the state that it is found by.
    pub fn begin(&mut self, pending: &PendingAuthorization) -> String {
        match &mut self.inner {
            Inner::Ours(store) => store.put(pending).unwrap(),
            Inner::OneFile(file) => file.begin(pending),
            Inner::SealAndFile(file) => file.begin(pending),
            Inner::JsonFile(file) => {
                file.begin(&State::of(pending));
                pending.state().as_str().to_owned()
            }
        }
    }

    /// What `Logins::finish` does with a store: it looks at the login first, and then takes it.
    pub fn finish(&mut self, state: &str, now: UnixTime) {
        match &mut self.inner {
            Inner::Ours(store) => {
                store.read(state, now).unwrap();
                black_box(store.take(state, now).unwrap());
            }
            Inner::OneFile(file) => file.finish(state),
            Inner::SealAndFile(file) => file.finish(state),
            Inner::JsonFile(file) => {
                black_box(file.finish(state, now.0).unwrap());
            }
        }
    }
}
