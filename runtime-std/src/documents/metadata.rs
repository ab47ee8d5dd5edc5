//! One provider's metadata: parsed when fetched or read from disk, and cached in that form.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use onerealm_core::{
    DiscoveryError, DiscoveryRequest, HttpRequest, JwksRequest, KeptMetadata, ProviderMetadata,
    ResponseError,
};

use super::ahead::{Tries, is_anothers};
use super::call::{Call, URL_LEN};
use super::disk::{Disk, Whose};
use super::document::{Age, Document, Kind};
use super::failure::Failures;
use super::keys::{Keys, KnownKeys};
use crate::error::Error;
use crate::error::cause::Cause;
use crate::error::difference::Difference;
use crate::lock::lock;
use crate::turn::Turn;

/// With old metadata at hand, how long to wait for a provider that doesn't answer, and how long
/// until it is asked again.
const PATIENCE: Duration = Duration::from_secs(5);
const STALE_PAUSE: Duration = Duration::from_secs(60);

/// What one provider has published.
pub(crate) struct Published {
    whose: Whose,
    metadata: Arc<Metadata>,
    keys: Arc<KnownKeys>,
    disk: Option<Disk>,
}

/// Metadata that the core accepted as this provider's.
struct Metadata {
    parsed: KeptMetadata<Vec<u8>>,
    age: Age,
    is_storable: bool,
}

impl Published {
    pub(super) fn whose(&self) -> &Whose {
        &self.whose
    }

    /// Whether its metadata will soon be too old to be used.
    pub(super) fn is_due(&self, call: &Call<'_>) -> bool {
        call.is_due(&self.metadata.age)
    }

    /// The metadata.
    pub(crate) fn metadata(&self) -> ProviderMetadata<'_> {
        self.metadata.parsed.metadata()
    }

    /// The keys, from the URL in the metadata; `url` is a buffer for it.
    pub(crate) fn keys<'a>(
        &'a self,
        call: &'a Call<'a>,
        url: &'a mut [u8; URL_LEN],
    ) -> Result<Keys<'a>, Error> {
        let request = JwksRequest::new(&self.metadata());
        let message = request.request(url)?;
        let (known, whose, disk) = (&*self.keys, &self.whose, self.disk.as_ref());
        Ok(Keys { known, whose, disk, request, message, call })
    }
}

/// A provider asked before.
#[derive(Default)]
pub(super) struct Entry {
    turn: Turn,
    failures: Failures,
    ahead: Tries,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    published: Option<Arc<Published>>,
    /// When the provider last failed to answer.
    silent: Option<Instant>,
}

impl Entry {
    pub(super) fn get(
        &self,
        request: DiscoveryRequest<'_>,
        whose: Whose,
        disk: Option<&Disk>,
        call: &Call<'_>,
    ) -> Result<Arc<Published>, Error> {
        if let Some(known) = self.usable(call) {
            return Ok(known);
        }
        let mut buf = [0; URL_LEN];
        let message = request.request(&mut buf)?;
        let wait = || Ok(call.turn(&self.turn, &message)?);
        let _turn = self.failures.turn(&self.turn, call.failure_pause, wait)?;
        // Another thread may have fetched it meanwhile.
        if let Some(known) = self.usable(call) {
            return Ok(known);
        }
        let before = lock(&self.known).published.clone();
        let fetch = Fetch { request, message, whose: &whose, disk };
        let metadata = self.failures.keep(self.newest(&fetch, before.as_deref(), call))?;
        // The cached keys stay.
        let keys = before.map(|published| Arc::clone(&published.keys)).unwrap_or_default();
        Ok(self.publish(Published { whose, metadata, keys, disk: disk.cloned() }))
    }

    fn publish(&self, published: Published) -> Arc<Published> {
        let published = Arc::new(published);
        lock(&self.known).published = Some(Arc::clone(&published));
        published
    }

    /// Fetches metadata that will soon be too old, unless somebody else does so. Whether the provider
    /// was asked.
    pub(super) fn refresh_ahead(
        &self,
        request: DiscoveryRequest<'_>,
        call: &Call<'_>,
        deadline: Instant,
    ) -> Result<bool, Error> {
        let Some(_turn) = self.turn.take(Instant::now()) else { return Ok(false) };
        let before = lock(&self.known).published.clone();
        let due = before.filter(|before| self.ahead.begin(&before.metadata.age, call));
        let Some(before) = due else { return Ok(false) };
        let (whose, disk) = (&before.whose, before.disk.as_ref());
        let mut buf = [0; URL_LEN];
        let fetch = Fetch { request, message: request.request(&mut buf)?, whose, disk };
        let Metadata { age, is_storable, .. } = &*before.metadata;
        let kept = fetch.kept().filter(|kept| call.replaces(&kept.age, age));
        let (metadata, is_asked) = match kept {
            Some(kept) => (kept, false),
            None => {
                let disk = disk.filter(|_| *is_storable);
                if disk.is_some_and(|disk| is_anothers(disk, whose, Kind::Metadata, age, call)) {
                    return Ok(false);
                }
                (fetch.fetch(deadline, call)?, true)
            }
        };
        self.failures.end();
        let (whose, keys) = (whose.clone(), Arc::clone(&before.keys));
        self.publish(Published { whose, metadata, keys, disk: disk.cloned() });
        Ok(is_asked)
    }

    /// What another process fetched, or else the provider's answer, or if it gives none, the old
    /// metadata.
    fn newest(
        &self,
        fetch: &Fetch<'_>,
        before: Option<&Published>,
        call: &Call<'_>,
    ) -> Result<Arc<Metadata>, Error> {
        let kept = fetch.kept();
        if let Some(kept) = kept.as_ref().filter(|kept| call.may_use(&kept.age)) {
            return Ok(Arc::clone(kept));
        }
        let mut stale = before.map(|before| Arc::clone(&before.metadata)).into_iter().chain(kept);
        let stale = stale.find(|metadata| metadata.age.is_usable_stale(call.now()));
        let deadline = match stale {
            Some(_) => call.deadline.min(Instant::now() + PATIENCE),
            None => call.deadline,
        };
        match (fetch.fetch(deadline, call), stale) {
            (Err(error), Some(stale)) if is_silence(&error) => {
                log::warn!("{error}; its metadata from before is used");
                lock(&self.known).silent = Some(Instant::now());
                Ok(stale)
            }
            (fetched, _) => fetched,
        }
    }

    pub(super) fn published(&self) -> Option<Arc<Published>> {
        lock(&self.known).published.clone()
    }

    /// Metadata to use without asking: fresh metadata, or old metadata while the provider is
    /// silent.
    fn usable(&self, call: &Call<'_>) -> Option<Arc<Published>> {
        let known = lock(&self.known);
        let published = known.published.as_ref()?;
        let is_silent = known.silent.is_some_and(|at| at.elapsed() < STALE_PAUSE);
        let age = &published.metadata.age;
        let is_usable = call.may_use(age) || (is_silent && age.is_usable_stale(call.now()));
        is_usable.then(|| Arc::clone(published))
    }
}

/// How to get one provider's metadata.
struct Fetch<'f> {
    request: DiscoveryRequest<'f>,
    message: HttpRequest<'f>,
    whose: &'f Whose,
    disk: Option<&'f Disk>,
}

impl Fetch<'_> {
    /// Valid metadata on disk.
    fn kept(&self) -> Option<Arc<Metadata>> {
        let document = self.disk?.read(Kind::Metadata, self.whose, self.message.url)?;
        let parsed = self.request.response(document.response()).ok()?.keep();
        Some(Arc::new(Metadata { parsed, age: document.age, is_storable: true }))
    }

    /// The provider's answer.
    fn fetch(&self, deadline: Instant, call: &Call<'_>) -> Result<Arc<Metadata>, Error> {
        let document = call.fetch(Kind::Metadata, &self.message, deadline)?;
        let parsed = match self.request.response(document.response()) {
            Ok(metadata) => metadata.keep(),
            Err(error) => {
                let difference = document.redirect().or_else(|| {
                    Difference::of_metadata(error, &self.whose.issuer, &document.response())
                });
                let cause = Cause::Discovery { url: document.place, error };
                return Err(Error::new(cause).differing(difference));
            }
        };
        if let Some(disk) = self.disk {
            disk.write(self.whose, &document);
        }
        let Document { age, is_storable, .. } = document;
        Ok(Arc::new(Metadata { parsed, age, is_storable }))
    }
}

/// Whether a provider gave no answer, or answered that it is unavailable.
fn is_silence(error: &Error) -> bool {
    match error.cause() {
        Cause::Http(error) => error.is_silence(),
        Cause::Discovery { error: DiscoveryError::Response { error }, .. } => {
            matches!(error, ResponseError::Status { status: 429 | 500.. })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HttpError;

    #[test]
    fn a_provider_is_silent_if_no_answer_comes_or_one_that_it_is_unavailable() {
        assert!(is_silence(&HttpError::too_late("https://h/").into()));
        let answered = |status| {
            let error = DiscoveryError::Response { error: ResponseError::Status { status } };
            is_silence(&Cause::Discovery { url: "https://h/".to_owned(), error }.into())
        };
        for (status, expected) in
            [(429, true), (500, true), (503, true), (404, false), (428, false)]
        {
            assert_eq!(answered(status), expected, "{status}");
        }
    }
}
