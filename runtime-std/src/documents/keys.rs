//! One provider, and its keys.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use onerealm_core::{
    DiscoveryRequest, HttpRequest, Issuer, JwksError, JwksRequest, KeySet, ProviderMetadata,
};

use super::disk::{Disk, Whose};
use super::document::{Document, Kind};
use super::turn::Turn;
use super::{Call, URL_LEN, lock, too_late};
use crate::clock::now;
use crate::error::Error;

/// How long an unknown key doesn't cause another fetch of the keys.
const REFETCH_PAUSE: Duration = Duration::from_secs(60);
/// How long another process is waited for that fetches them, and how long between two looks.
const OTHER_S_TIME: Duration = Duration::from_secs(5);
const LOOK_PAUSE: Duration = Duration::from_millis(50);

/// One provider's documents.
pub(crate) struct Provider {
    whose: Whose,
    pub(super) metadata: Arc<Document>,
    keys: Arc<Keys>,
    disk: Option<Disk>,
}

#[derive(Default)]
struct Keys {
    turn: Turn,
    known: Mutex<KnownKeys>,
}

#[derive(Clone, Default)]
struct KnownKeys {
    document: Option<Arc<Document>>,
    /// When an unknown key last caused a fetch.
    refetched: Option<Instant>,
}

impl Provider {
    /// The provider with this metadata; what is known of its keys `before` stays known.
    pub(super) fn new(
        whose: Whose,
        metadata: Arc<Document>,
        disk: Option<Disk>,
        before: Option<&Provider>,
    ) -> Self {
        let keys = before.map(|provider| Arc::clone(&provider.keys)).unwrap_or_default();
        Provider { whose, metadata, keys, disk }
    }

    /// Its keys, which are where this metadata says.
    pub(crate) fn keys<'a>(&'a self, metadata: &ProviderMetadata<'a>) -> ProviderKeys<'a> {
        ProviderKeys { provider: self, request: JwksRequest::new(metadata) }
    }

    /// The metadata, which was accepted when it was fetched.
    pub(crate) fn metadata(&self) -> Result<ProviderMetadata<'_>, Error> {
        let issuer = Issuer::parse(self.whose.issuer.as_str())?;
        DiscoveryRequest::new(issuer).response(self.metadata.response()).map_err(|error| {
            let url = self.whose.issuer.clone();
            Error::Discovery { url, error, difference: None }
        })
    }
}

/// A provider's keys, and how they are asked for.
#[derive(Clone, Copy)]
pub(crate) struct ProviderKeys<'a> {
    provider: &'a Provider,
    request: JwksRequest<'a>,
}

impl ProviderKeys<'_> {
    /// The keys, fetched where they aren't known or are old.
    pub(crate) fn get(&self, call: Call<'_>) -> Result<Arc<Document>, Error> {
        self.with_request(|message| {
            let known =
                || self.known_keys(message.url).filter(|k| k.is_fresh(call.lifetime, now().0));
            if let Some(keys) = known() {
                return Ok(keys);
            }
            let _turn =
                self.provider.keys.turn.take(call.deadline).ok_or_else(|| too_late(message))?;
            match known().or_else(|| self.keys_on_disk(message, call)) {
                Some(keys) => Ok(keys),
                None => self.fetch_keys(message, call),
            }
        })
    }

    /// The keys after `seen` turned out to lack one: fetched again, but not all the time.
    pub(crate) fn newer(
        &self,
        seen: &Arc<Document>,
        call: Call<'_>,
    ) -> Result<Arc<Document>, Error> {
        self.with_request(|message| {
            let _turn =
                self.provider.keys.turn.take(call.deadline).ok_or_else(|| too_late(message))?;
            let known = lock(&self.provider.keys.known).clone();
            if let Some(newer) = known.document.filter(|known| !Arc::ptr_eq(known, seen)) {
                return Ok(newer);
            }
            if known.refetched.is_some_and(|at| at.elapsed() < REFETCH_PAUSE) {
                return Ok(Arc::clone(seen));
            }
            // Whatever comes of it: a provider that fails is not asked again for each token.
            lock(&self.provider.keys.known).refetched = Some(Instant::now());
            let pause = REFETCH_PAUSE.as_secs();
            let refetched = self
                .provider
                .disk
                .as_ref()
                .and_then(|d| d.refetched(&self.provider.whose, now().0, pause));
            match refetched {
                None => self.fetch_keys(message, call),
                Some(ago) => Ok(self.await_other(seen, ago, message, call)),
            }
        })
    }

    /// What another process writes that has fetched the keys so many seconds ago, or else `seen`.
    fn await_other(
        &self,
        seen: &Arc<Document>,
        ago: u64,
        message: &HttpRequest<'_>,
        call: Call<'_>,
    ) -> Arc<Document> {
        let until = call.deadline.min(Instant::now() + OTHER_S_TIME);
        loop {
            let newer = self.keys_on_disk(message, call);
            let is_newer = |keys: &Arc<Document>| {
                keys.fetched > seen.fetched || keys.response().body != seen.response().body
            };
            if let Some(newer) = newer.filter(is_newer) {
                return newer;
            }
            // Later, it is done or gone.
            if ago > OTHER_S_TIME.as_secs() || Instant::now() + LOOK_PAUSE >= until {
                return Arc::clone(seen);
            }
            thread::sleep(LOOK_PAUSE);
        }
    }

    fn with_request<T>(
        &self,
        then: impl FnOnce(&HttpRequest<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut buf = [0; URL_LEN];
        then(&self.request.request(&mut buf)?)
    }

    fn fetch_keys(
        &self,
        message: &HttpRequest<'_>,
        call: Call<'_>,
    ) -> Result<Arc<Document>, Error> {
        let answer = call.http.send(message, call.ca_file, call.deadline)?;
        let document = Document::fetched(Kind::Keys, message.url, answer, now().0);
        self.key_set(&document)?;
        if let Some(disk) = &self.provider.disk {
            disk.write(&self.provider.whose, &document);
        }
        Ok(self.keep_keys(document))
    }

    /// What another process has fetched.
    fn keys_on_disk(&self, message: &HttpRequest<'_>, call: Call<'_>) -> Option<Arc<Document>> {
        let document =
            self.provider.disk.as_ref()?.read(Kind::Keys, &self.provider.whose, message.url)?;
        let is_usable =
            document.is_fresh(call.lifetime, now().0) && self.key_set(&document).is_ok();
        is_usable.then(|| self.keep_keys(document))
    }

    fn keep_keys(&self, document: Document) -> Arc<Document> {
        let document = Arc::new(document);
        lock(&self.provider.keys.known).document = Some(Arc::clone(&document));
        document
    }

    /// The keys from `url`, if those are known.
    fn known_keys(&self, url: &str) -> Option<Arc<Document>> {
        lock(&self.provider.keys.known).document.clone().filter(|known| known.url == url)
    }

    /// What is wrong with the keys, with where they are.
    pub(crate) fn error(&self, error: JwksError) -> Error {
        match self.with_request(|message| Ok(message.url.to_owned())) {
            Ok(url) => Error::Jwks { url, error },
            Err(other) => other,
        }
    }

    /// The key set in a document that [`get`](Self::get) gave.
    pub(crate) fn key_set<'k>(&self, keys: &'k Document) -> Result<KeySet<'k>, Error> {
        self.request.response(keys.response()).map_err(|error| self.error(error))
    }
}
