//! What providers publish: metadata and keys, kept in the process, and on disk where there is a
//! directory for it.

mod disk;
mod document;
mod provider;
mod turn;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use onerealm_core::{DiscoveryError, DiscoveryRequest, HttpRequest, Issuer, ResponseError};

use self::disk::{Disk, Whose};
use self::document::{Document, Kind};
pub(crate) use self::provider::{Provider, ProviderKeys};
use self::turn::Turn;
use crate::clock::now;
use crate::error::Error;
use crate::error::difference::Difference;
use crate::http::{Conversation, Http, HttpError};

/// How long a provider that doesn't answer is waited for, and how long it is not asked again, where
/// its metadata is there from before.
const PATIENCE: Duration = Duration::from_secs(5);
const STALE_PAUSE: Duration = Duration::from_secs(60);
/// Room for the URL of a request, with an endpoint of the longest.
const URL_LEN: usize = 1024;

/// One request under way: with whose trust store, and until when.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) http: &'a Http,
    /// For the requests of one login.
    pub(crate) conversation: &'a Conversation<'a>,
    pub(crate) ca_file: Option<&'a Path>,
    pub(crate) deadline: Instant,
    /// The longest time that documents are used.
    pub(crate) lifetime: Duration,
}

/// The providers that were asked, by their exact issuer and by whom it was believed to be.
#[derive(Default)]
pub(crate) struct Providers {
    entries: Mutex<HashMap<Whose, Arc<Entry>>>,
    disk: Option<Disk>,
}

#[derive(Default)]
struct Entry {
    turn: Turn,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    provider: Option<Arc<Provider>>,
    /// When the provider last didn't answer.
    silent: Option<Instant>,
}

impl Providers {
    pub(crate) fn on_disk(directory: PathBuf) -> Self {
        Providers { disk: Some(Disk::new(directory)), ..Self::default() }
    }

    /// The provider's metadata, fetched where it isn't known.
    pub(crate) fn get(&self, issuer: Issuer<&str>, call: Call<'_>) -> Result<Arc<Provider>, Error> {
        let trust = call.http.trust(issuer.as_str(), call.ca_file)?;
        let whose = Whose { issuer: issuer.as_str().to_owned(), trust };
        let entry = Arc::clone(lock(&self.entries).entry(whose.clone()).or_default());
        if let Some(known) = entry.usable(call) {
            return Ok(known);
        }
        let request = DiscoveryRequest::new(issuer);
        let mut buf = [0; URL_LEN];
        let message = request.request(&mut buf)?;
        let _turn = entry.turn.take(call.deadline).ok_or_else(|| too_late(&message))?;
        // Somebody else may have fetched it meanwhile.
        if let Some(known) = entry.usable(call) {
            return Ok(known);
        }
        let before = lock(&entry.known).provider.clone();
        let accepts = |document: &Document| request.response(document.response()).map(|_| ());
        let kept = self.disk.as_ref().and_then(|d| d.read(Kind::Metadata, &whose, message.url));
        let kept = kept.filter(|kept| accepts(kept).is_ok()).map(Arc::new);
        let document = match kept {
            Some(kept) if kept.is_fresh(call.lifetime, now().0) => kept,
            kept => {
                let mut stale =
                    before.as_ref().map(|p| Arc::clone(&p.metadata)).into_iter().chain(kept);
                let stale = stale.find(|document| document.is_usable_stale(now().0));
                match (self.fetch(&whose, &message, accepts, call, stale.is_some()), stale) {
                    (Ok(document), _) => document,
                    (Err(error), Some(stale)) if is_silence(&error) => {
                        log::warn!("{error}; its metadata from before is used");
                        lock(&entry.known).silent = Some(Instant::now());
                        stale
                    }
                    (Err(error), _) => return Err(error),
                }
            }
        };
        let provider =
            Arc::new(Provider::new(whose, document, self.disk.clone(), before.as_deref()));
        lock(&entry.known).provider = Some(Arc::clone(&provider));
        Ok(provider)
    }

    fn fetch(
        &self,
        whose: &Whose,
        message: &HttpRequest<'_>,
        accepts: impl FnOnce(&Document) -> Result<(), DiscoveryError>,
        call: Call<'_>,
        has_stale: bool,
    ) -> Result<Arc<Document>, Error> {
        let deadline = match has_stale {
            true => call.deadline.min(Instant::now() + PATIENCE),
            false => call.deadline,
        };
        let answer = call.http.send(message, call.ca_file, deadline)?;
        let document = Document::fetched(Kind::Metadata, message.url, answer, now().0);
        accepts(&document).map_err(|error| {
            let difference = Difference::of_metadata(error, &whose.issuer, &document.response());
            let difference = difference.map(Box::new);
            Error::Discovery { url: message.url.to_owned(), error, difference }
        })?;
        if let Some(disk) = &self.disk {
            disk.write(whose, &document);
        }
        Ok(Arc::new(document))
    }
}

impl Entry {
    /// What can be used without asking: what is fresh, or what is there while the provider has
    /// fallen silent.
    fn usable(&self, call: Call<'_>) -> Option<Arc<Provider>> {
        let known = lock(&self.known);
        let provider = known.provider.as_ref()?;
        let is_silent = known.silent.is_some_and(|at| at.elapsed() < STALE_PAUSE);
        let document = &provider.metadata;
        let is_usable = document.is_fresh(call.lifetime, now().0)
            || (is_silent && document.is_usable_stale(now().0));
        is_usable.then(|| Arc::clone(provider))
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Providers")
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

fn too_late(message: &HttpRequest<'_>) -> Error {
    Error::Http(HttpError::too_late(message.url))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
