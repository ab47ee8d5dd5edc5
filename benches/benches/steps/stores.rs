//! The stores of pending logins, with none, few and many of them, beside a model of a store that is one JSON file.
//!
//! The files are where temporary files are: `TMPDIR` says on which file system.

use std::cell::LazyCell;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion};
use onerealm::{DirectoryStore, PendingStore, SealedStore};
use onerealm_benches::Login;
use tempfile::TempDir;

use crate::json_file::{JsonFile, State};

/// Keeping a login that begins.
pub fn begin(c: &mut Criterion) {
    compare(c, "store: begin", |store, login, iterations| {
        (0..iterations)
            .map(|_| {
                let pending = login.begin().into_pending();
                let (begun, state) = timed(|| store.begin(&pending));
                // There are as many as before, for the next one.
                store.finish(&state, login);
                begun
            })
            .sum()
    });
}

/// Finding a login whose end user is back, and using it up.
pub fn finish(c: &mut Criterion) {
    compare(c, "store: finish", |store, login, iterations| {
        (0..iterations)
            .map(|_| {
                let state = store.begin(&login.begin().into_pending());
                timed(|| store.finish(&state, login)).0
            })
            .sum()
    });
}

fn compare(c: &mut Criterion, name: &str, act: fn(&Store, &Login, u64) -> Duration) {
    let login = Login::new();
    let mut group = c.benchmark_group(name);
    // Short, so that what is measured adds few files to those that are there.
    group.sample_size(10);
    group.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(500));
    for pending in numbers() {
        for (name, fill) in STORES {
            // Filled when it is measured, and not when another benchmark was asked for.
            let store = LazyCell::new(|| fill(&login, *pending));
            group.bench_function(BenchmarkId::new(name, pending), |b| {
                b.iter_custom(|iterations| act(&store, &login, iterations));
            });
        }
    }
}

type Fill = fn(&Login, usize) -> Store;

const STORES: [(&str, Fill); 3] =
    [("directory", Store::directory), ("sealed", Store::sealed), ("JSON file", Store::json_file)];

/// How many logins are pending. With `--quick`, as many as are there at once.
fn numbers() -> &'static [usize] {
    match std::env::args().any(|argument| argument == "--quick") {
        true => &[0, 100],
        false => &[0, 100, 10_000, 100_000],
    }
}

fn timed<T>(act: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let done = black_box(act());
    (begun.elapsed(), done)
}

struct Store {
    kind: Kind,
    _directory: TempDir,
}

enum Kind {
    Ours(Box<dyn PendingStore>),
    JsonFile(JsonFile),
}

impl Store {
    fn directory(login: &Login, pending: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = DirectoryStore::new(directory.path().join("logins"));
        Self::ours(directory, store, login, pending)
    }

    fn sealed(login: &Login, pending: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = SealedStore::new(directory.path().join("key"), directory.path().join("taken"));
        Self::ours(directory, store, login, pending)
    }

    fn ours(
        directory: TempDir,
        store: impl PendingStore + 'static,
        login: &Login,
        pending: usize,
    ) -> Self {
        for _ in 0..pending {
            store.put(login.begin().pending()).unwrap();
        }
        Store { kind: Kind::Ours(Box::new(store)), _directory: directory }
    }

    fn json_file(login: &Login, pending: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let states: Vec<_> = (0..pending).map(|_| State::of(login.begin().pending())).collect();
        let file = JsonFile::new(directory.path().join("states"), &states);
        Store { kind: Kind::JsonFile(file), _directory: directory }
    }

    fn begin(&self, pending: &onerealm_core::PendingAuthorization) -> String {
        match &self.kind {
            Kind::Ours(store) => store.put(pending).unwrap(),
            Kind::JsonFile(file) => {
                file.begin(&State::of(pending));
                pending.state().as_str().to_owned()
            }
        }
    }

    /// What `Logins::finish` does with a store: it looks at the login first, and then takes it.
    fn finish(&self, state: &str, login: &Login) {
        match &self.kind {
            Kind::Ours(store) => {
                store.read(state, login.now).unwrap();
                black_box(store.take(state, login.now).unwrap());
            }
            Kind::JsonFile(file) => {
                black_box(file.finish(state, login.now.0).unwrap());
            }
        }
    }
}
