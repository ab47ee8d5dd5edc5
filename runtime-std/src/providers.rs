//! What providers publish, kept in the process: metadata and keys.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use onerealm_core::{DiscoveryRequest, Issuer, JwksError, JwksRequest, KeySet, ProviderMetadata};

use crate::difference::Difference;
use crate::error::Error;
use crate::http::{Answer, Http};

/// How long metadata and keys are used before they are fetched again, unless told otherwise.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);
/// How long an unknown key doesn't cause another fetch of the keys.
const REFETCH_PAUSE: Duration = Duration::from_secs(60);
/// Room for the URL of a request, with an endpoint of the longest.
const URL_LEN: usize = 1024;

/// One request under way: with whose trust store, and until when.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) http: &'a Http,
    pub(crate) ca_file: Option<&'a Path>,
    pub(crate) deadline: Instant,
    /// How long documents are used.
    pub(crate) lifetime: Duration,
}

/// The providers that were asked, by their exact issuer.
#[derive(Default)]
pub(crate) struct Providers {
    entries: Mutex<HashMap<String, Arc<Provider>>>,
}

impl Providers {
    /// The provider's metadata, fetched where it isn't known.
    pub(crate) fn get(&self, issuer: Issuer<'_>, call: Call<'_>) -> Result<Arc<Provider>, Error> {
        if let Some(known) =
            self.known(issuer).filter(|known| known.fetched.elapsed() < call.lifetime)
        {
            return Ok(known);
        }
        let provider = Arc::new(Provider::fetch(issuer, call)?);
        self.lock().insert(issuer.as_str().to_owned(), Arc::clone(&provider));
        Ok(provider)
    }

    fn known(&self, issuer: Issuer<'_>) -> Option<Arc<Provider>> {
        self.lock().get(issuer.as_str()).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Provider>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Providers")
    }
}

/// One provider's documents.
pub(crate) struct Provider {
    fetched: Instant,
    issuer: String,
    metadata: Answer,
    keys: Mutex<Option<Keys>>,
}

#[derive(Clone)]
struct Keys {
    fetched: Instant,
    /// When an unknown key last caused a fetch.
    refetched: Option<Instant>,
    answer: Arc<Answer>,
}

impl Provider {
    fn fetch(issuer: Issuer<'_>, call: Call<'_>) -> Result<Self, Error> {
        let request = DiscoveryRequest::new(issuer);
        let mut buf = [0; URL_LEN];
        let message = request.request(&mut buf)?;
        let url = message.url.to_owned();
        let metadata = call.http.send(&message, call.ca_file, call.deadline)?;
        request.response(metadata.response()).map_err(|error| {
            let difference =
                Difference::of_metadata(error, issuer.as_str(), &metadata.response()).map(Box::new);
            Error::Discovery { url, error, difference }
        })?;
        Ok(Provider {
            fetched: Instant::now(),
            issuer: issuer.as_str().to_owned(),
            metadata,
            keys: Mutex::default(),
        })
    }

    /// The metadata, which was accepted when it was fetched.
    pub(crate) fn metadata(&self) -> Result<ProviderMetadata<'_>, Error> {
        let issuer = Issuer::parse(&self.issuer)?;
        DiscoveryRequest::new(issuer)
            .response(self.metadata.response())
            .map_err(|error| Error::Discovery { url: self.issuer.clone(), error, difference: None })
    }

    /// The keys, fetched where they aren't known or are old.
    pub(crate) fn keys(&self, call: Call<'_>) -> Result<Arc<Answer>, Error> {
        match self.known_keys().filter(|keys| keys.fetched.elapsed() < call.lifetime) {
            Some(keys) => Ok(keys.answer),
            None => self.fetch_keys(call),
        }
    }

    /// The keys after `seen` turned out to lack one: fetched again, but not all the time.
    pub(crate) fn newer_keys(
        &self,
        seen: &Arc<Answer>,
        call: Call<'_>,
    ) -> Result<Arc<Answer>, Error> {
        match self.known_keys() {
            Some(keys) if !Arc::ptr_eq(&keys.answer, seen) => Ok(keys.answer),
            Some(keys) if keys.refetched.is_some_and(|at| at.elapsed() < REFETCH_PAUSE) => {
                Ok(keys.answer)
            }
            _ => {
                let answer = self.fetch_keys(call)?;
                if let Some(keys) = &mut *self.lock_keys() {
                    keys.refetched = Some(Instant::now());
                }
                Ok(answer)
            }
        }
    }

    fn fetch_keys(&self, call: Call<'_>) -> Result<Arc<Answer>, Error> {
        let metadata = self.metadata()?;
        let request = JwksRequest::new(&metadata);
        let mut buf = [0; URL_LEN];
        let message = request.request(&mut buf)?;
        let answer = Arc::new(call.http.send(&message, call.ca_file, call.deadline)?);
        request
            .response(answer.response())
            .map_err(|error| Error::Jwks { url: message.url.to_owned(), error })?;
        let keys = Keys { fetched: Instant::now(), refetched: None, answer: Arc::clone(&answer) };
        *self.lock_keys() = Some(keys);
        Ok(answer)
    }

    fn known_keys(&self) -> Option<Keys> {
        self.lock_keys().clone()
    }

    fn lock_keys(&self) -> MutexGuard<'_, Option<Keys>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is wrong with the keys, with where they are.
    pub(crate) fn keys_error(&self, error: JwksError) -> Error {
        let url = self.metadata().map(|metadata| metadata.jwks_uri().chars().collect());
        Error::Jwks { url: url.unwrap_or_default(), error }
    }

    /// The key set in an answer that [`keys`](Self::keys) gave.
    pub(crate) fn key_set<'k>(&self, keys: &'k Answer) -> Result<KeySet<'k>, Error> {
        let metadata = self.metadata()?;
        JwksRequest::new(&metadata)
            .response(keys.response())
            .map_err(|error| self.keys_error(error))
    }
}
