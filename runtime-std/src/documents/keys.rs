//! One provider's keys.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use onerealm_core::{HttpRequest, JwksError, JwksRequest, KeySet};

use super::ahead::{Tries, is_anothers};
use super::call::Call;
use super::disk::{Disk, Whose};
use super::document::{Document, Kind};
use super::failure::Failures;
use crate::error::Error;
use crate::error::cause::Cause;
use crate::error::difference::Difference;
use crate::lock::lock;
use crate::turn::Turn;

/// After a doubt caused a fetch, how long until the next one of its kind may cause another.
const REFETCH_PAUSE: Duration = Duration::from_secs(60);
/// How long to wait for another process that is fetching the keys, and how often to look.
const OTHER_S_TIME: Duration = Duration::from_secs(5);
const LOOK_PAUSE: Duration = Duration::from_millis(50);

/// The cached state of a provider's keys.
#[derive(Default)]
pub(super) struct KnownKeys {
    turn: Turn,
    failures: Failures,
    ahead: Tries,
    latest: Mutex<Latest>,
}

#[derive(Clone, Default)]
struct Latest {
    document: Option<Arc<Document>>,
    /// When an unknown key last caused a fetch.
    unknown: Option<Instant>,
    /// When a bad signature last did.
    signature: Option<Instant>,
}

/// Why the keys may be older than a token from the token endpoint. Each has a pace of its own, so that
/// neither keeps the other waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// They lack the key that it names.
    UnknownKey,
    /// They have it, and the signature is not its: there may be a new key of that name.
    BadSignature,
}

impl Doubt {
    /// The file that tells other processes.
    fn file(self) -> &'static str {
        match self {
            Doubt::UnknownKey => "refetched",
            Doubt::BadSignature => "rekeyed",
        }
    }

    fn last(self, latest: &mut Latest) -> &mut Option<Instant> {
        match self {
            Doubt::UnknownKey => &mut latest.unknown,
            Doubt::BadSignature => &mut latest.signature,
        }
    }
}

/// A provider's keys, and how to fetch them.
#[derive(Clone, Copy)]
pub(crate) struct Keys<'a> {
    pub(super) known: &'a KnownKeys,
    pub(super) whose: &'a Whose,
    pub(super) disk: Option<&'a Disk>,
    pub(super) request: JwksRequest<'a>,
    pub(super) message: HttpRequest<'a>,
    pub(super) call: &'a Call<'a>,
}

impl Keys<'_> {
    /// The keys, fetched if unknown or stale.
    pub(crate) fn get(&self) -> Result<Arc<Document>, Error> {
        let known = || self.known_keys().filter(|keys| self.call.may_use(&keys.age));
        if let Some(keys) = known() {
            return Ok(keys);
        }
        let KnownKeys { turn, failures, .. } = self.known;
        let wait = || Ok(self.call.turn(turn, &self.message)?);
        let _turn = failures.turn(turn, self.call.failure_pause, wait)?;
        match known().or_else(|| self.keys_on_disk()) {
            Some(keys) => Ok(keys),
            None => failures.keep(self.fetch_keys(self.call.deadline)),
        }
    }

    /// Fetches keys that will soon be too old, unless somebody else does so.
    pub(crate) fn refresh_ahead(&self, deadline: Instant) {
        let known = || self.known_keys().filter(|keys| self.call.is_due(&keys.age));
        let Some(_turn) = known().and_then(|_| self.known.turn.take(Instant::now())) else {
            return;
        };
        let due = known().filter(|keys| self.known.ahead.begin(&keys.age, self.call));
        let Some(due) = due else { return };
        let newer = self.read_keys().filter(|keys| self.call.replaces(&keys.age, &due.age));
        if let Some(newer) = newer {
            self.keep_keys(newer);
            return;
        }
        let disk = self.disk.filter(|_| due.is_storable);
        if disk.is_some_and(|disk| is_anothers(disk, self.whose, Kind::Keys, &due.age, self.call)) {
            return;
        }
        match self.fetch_keys(deadline) {
            Ok(_) => self.known.failures.end(),
            Err(error) => log::debug!("{error}; there are keys from before"),
        }
    }

    /// The keys after a token cast `doubt` on those `seen`: fetched again, at a limited rate.
    ///
    /// For tokens from the token endpoint only: what a stranger sends causes no fetch.
    pub(crate) fn newer(&self, seen: &Arc<Document>, doubt: Doubt) -> Result<Arc<Document>, Error> {
        let _turn = self.call.turn(&self.known.turn, &self.message)?;
        let mut known = lock(&self.known.latest).clone();
        let last = *doubt.last(&mut known);
        if let Some(newer) = known.document.filter(|known| !Arc::ptr_eq(known, seen)) {
            return Ok(newer);
        }
        if last.is_some_and(|at| at.elapsed() < REFETCH_PAUSE) {
            return Ok(Arc::clone(seen));
        }
        // Recorded even if the fetch fails, so that a failing provider is not asked for each token.
        *doubt.last(&mut lock(&self.known.latest)) = Some(Instant::now());
        let (file, pause) = (doubt.file(), REFETCH_PAUSE.as_secs());
        match self.disk.and_then(|disk| disk.refetched(self.whose, file, self.call.now(), pause)) {
            None => self.fetch_keys(self.call.deadline),
            Some(ago) => Ok(self.await_other(seen, ago)),
        }
    }

    /// The same after a bad signature. If fetching fails, the keys stay those `seen`.
    pub(crate) fn after_bad_signature(&self, seen: &Arc<Document>) -> Arc<Document> {
        self.newer(seen, Doubt::BadSignature).unwrap_or_else(|error| {
            log::warn!("{error}; the keys from before are kept");
            Arc::clone(seen)
        })
    }

    /// The keys stored by another process that fetched them this many seconds ago, or else `seen`.
    fn await_other(&self, seen: &Arc<Document>, ago: u64) -> Arc<Document> {
        let until = self.call.deadline.min(Instant::now() + OTHER_S_TIME);
        loop {
            let newer = self.keys_on_disk();
            if let Some(newer) = newer.filter(|keys| is_newer(keys, seen)) {
                return newer;
            }
            // By then it has finished or died.
            if ago > OTHER_S_TIME.as_secs() || Instant::now() + LOOK_PAUSE >= until {
                return Arc::clone(seen);
            }
            thread::sleep(LOOK_PAUSE);
        }
    }

    fn fetch_keys(&self, deadline: Instant) -> Result<Arc<Document>, Error> {
        let document = self.call.fetch(Kind::Keys, &self.message, deadline)?;
        self.key_set(&document)?;
        if let Some(disk) = self.disk {
            disk.write(self.whose, &document);
        }
        Ok(self.keep_keys(document))
    }

    /// Keys that another process fetched.
    fn keys_on_disk(&self) -> Option<Arc<Document>> {
        self.read_keys().map(|document| self.keep_keys(document))
    }

    fn read_keys(&self) -> Option<Document> {
        let document = self.disk?.read(Kind::Keys, self.whose, self.message.url)?;
        let is_usable = self.call.may_use(&document.age) && self.key_set(&document).is_ok();
        is_usable.then_some(document)
    }

    fn keep_keys(&self, document: Document) -> Arc<Document> {
        let document = Arc::new(document);
        lock(&self.known.latest).document = Some(Arc::clone(&document));
        document
    }

    /// The keys, if they are cached from the same URL.
    fn known_keys(&self) -> Option<Arc<Document>> {
        let known = lock(&self.known.latest).document.clone();
        known.filter(|known| known.url == self.message.url)
    }

    /// Adds the keys' URL to an error.
    pub(crate) fn error(&self, error: JwksError) -> Error {
        Cause::Jwks { url: self.message.url.to_owned(), error }.into()
    }

    /// The key set in a document that [`get`](Self::get) gave: read once, and then kept with it.
    pub(crate) fn key_set<'k>(&self, keys: &'k Document) -> Result<KeySet<'k>, Error> {
        if let Some(kept) = keys.key_set.get() {
            return Ok(kept.keys());
        }
        let read = self.request.response(keys.response()).map_err(|error| {
            let difference =
                keys.redirect().or_else(|| Difference::of_keys(error, &keys.response()));
            let cause = Cause::Jwks { url: keys.place.clone(), error };
            Error::new(cause).differing(difference)
        })?;
        Ok(keys.key_set.get_or_init(|| read.keep(vec![0; read.index_needed()])).keys())
    }
}

/// Whether another process fetched these keys after those `seen`: in the same second, only others tell.
fn is_newer(keys: &Document, seen: &Document) -> bool {
    keys.age.fetched > seen.age.fetched || keys.response().body != seen.response().body
}

#[cfg(test)]
mod tests {
    use super::super::document::Age;
    use super::*;
    use crate::http::Answer;

    #[test]
    fn keys_are_newer_if_they_are_others_or_were_fetched_later() {
        let keys = |fetched, body: &str| {
            let age = Age::new(Kind::Keys, fetched, 600, true);
            Document::kept(Kind::Keys, "https://h/k", Answer::kept(None, body.as_bytes()), age)
        };
        let seen = keys(100, "a");
        for (newer, expected) in [
            (keys(100, "a"), false),
            (keys(99, "a"), false),
            (keys(101, "a"), true),
            (keys(100, "b"), true),
            (keys(101, "b"), true),
        ] {
            assert_eq!(is_newer(&newer, &seen), expected);
        }
    }
}
