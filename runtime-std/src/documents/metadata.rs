//! One provider's metadata: parsed when it is fetched or read from disk, and kept so.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use onerealm_core::{
    DiscoveryError, DiscoveryRequest, HttpRequest, Issuer, JwksRequest, KeptMetadata,
    ProviderMetadata, ResponseError,
};

use super::call::{Call, URL_LEN};
use super::disk::{Disk, Whose};
use super::document::{Age, Kind};
use super::keys::{Keys, KnownKeys};
use super::turn::Turn;
use crate::clock::now;
use crate::error::Error;
use crate::error::difference::Difference;
use crate::lock::lock;

/// How long a provider that doesn't answer is waited for, and how long it is not asked again, where
/// its metadata is there from before.
const PATIENCE: Duration = Duration::from_secs(5);
const STALE_PAUSE: Duration = Duration::from_secs(60);

/// What one provider has published.
pub(crate) struct Published {
    whose: Whose,
    metadata: Arc<Metadata>,
    keys: Arc<KnownKeys>,
    disk: Option<Disk>,
}

/// Metadata that the core has accepted as this provider's.
struct Metadata {
    parsed: KeptMetadata<Vec<u8>>,
    age: Age,
}

impl Published {
    /// The metadata.
    pub(crate) fn metadata(&self) -> ProviderMetadata<'_> {
        self.metadata.parsed.metadata()
    }

    /// The keys, which are where the metadata says; `url` is room for that.
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

/// A provider that was asked.
#[derive(Default)]
pub(super) struct Entry {
    turn: Turn,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    published: Option<Arc<Published>>,
    /// When the provider last didn't answer.
    silent: Option<Instant>,
}

impl Entry {
    pub(super) fn get(
        &self,
        issuer: Issuer<&str>,
        whose: Whose,
        disk: Option<&Disk>,
        call: &Call<'_>,
    ) -> Result<Arc<Published>, Error> {
        if let Some(known) = self.usable(call) {
            return Ok(known);
        }
        let request = DiscoveryRequest::new(issuer);
        let mut buf = [0; URL_LEN];
        let message = request.request(&mut buf)?;
        let _turn = call.turn(&self.turn, &message)?;
        // Somebody else may have fetched it meanwhile.
        if let Some(known) = self.usable(call) {
            return Ok(known);
        }
        let before = lock(&self.known).published.clone();
        let fetch = Fetch { request, message, whose: &whose, disk };
        let metadata = self.newest(&fetch, before.as_deref(), call)?;
        // What is known of its keys stays known.
        let keys = before.map(|published| Arc::clone(&published.keys)).unwrap_or_default();
        let published = Arc::new(Published { whose, metadata, keys, disk: disk.cloned() });
        lock(&self.known).published = Some(Arc::clone(&published));
        Ok(published)
    }

    /// What another process has fetched, or else the provider's answer, or where there is none,
    /// what was there before.
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
        let stale = stale.find(|metadata| metadata.age.is_usable_stale(now().0));
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

    /// What can be used without asking: what is fresh, or what is there while the provider has
    /// fallen silent.
    fn usable(&self, call: &Call<'_>) -> Option<Arc<Published>> {
        let known = lock(&self.known);
        let published = known.published.as_ref()?;
        let is_silent = known.silent.is_some_and(|at| at.elapsed() < STALE_PAUSE);
        let age = &published.metadata.age;
        let is_usable = call.may_use(age) || (is_silent && age.is_usable_stale(now().0));
        is_usable.then(|| Arc::clone(published))
    }
}

/// How one provider's metadata is had.
struct Fetch<'f> {
    request: DiscoveryRequest<'f>,
    message: HttpRequest<'f>,
    whose: &'f Whose,
    disk: Option<&'f Disk>,
}

impl Fetch<'_> {
    /// What is on disk and can be believed.
    fn kept(&self) -> Option<Arc<Metadata>> {
        let document = self.disk?.read(Kind::Metadata, self.whose, self.message.url)?;
        let parsed = self.request.response(document.response()).ok()?.keep();
        Some(Arc::new(Metadata { parsed, age: document.age }))
    }

    /// What the provider answers.
    fn fetch(&self, deadline: Instant, call: &Call<'_>) -> Result<Arc<Metadata>, Error> {
        let document = call.fetch(Kind::Metadata, &self.message, deadline)?;
        let parsed = match self.request.response(document.response()) {
            Ok(metadata) => metadata.keep(),
            Err(error) => {
                let response = document.response();
                let difference = Difference::of_metadata(error, &self.whose.issuer, &response);
                let (url, difference) = (self.message.url.to_owned(), difference.map(Box::new));
                return Err(Error::Discovery { url, error, difference });
            }
        };
        if let Some(disk) = self.disk {
            disk.write(self.whose, &document);
        }
        Ok(Arc::new(Metadata { parsed, age: document.age }))
    }
}

/// Whether a provider gave no answer at all, or one that says that it can't.
fn is_silence(error: &Error) -> bool {
    match error {
        Error::Http(error) => error.is_silence(),
        Error::Discovery { error: DiscoveryError::Response { error }, .. } => {
            matches!(error, ResponseError::Status { status: 429 | 500.. })
        }
        _ => false,
    }
}
