//! Provider metadata and keys, cached in the process and, if there is a cache directory, on disk.

mod ahead;
mod call;
mod clock;
mod disk;
mod document;
mod failure;
mod keys;
mod metadata;
mod redirect;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use onerealm_core::wire::Uri;
use onerealm_core::{DiscoveryRequest, DiscoveryUrl, Realm};

pub(crate) use self::call::{Call, URL_LEN};
pub(crate) use self::clock::Clock;
use self::disk::{Disk, Whose};
pub(crate) use self::document::Document;
use self::failure::FAILURE_PAUSE;
pub(crate) use self::keys::{Doubt, Keys};
use self::metadata::Entry;
pub(crate) use self::metadata::Published;
use crate::error::Error;
use crate::lock::lock;

/// Documents of the providers asked so far, keyed by exact issuer, discovery URL and trust store.
#[derive(Default)]
pub(crate) struct Documents {
    entries: Mutex<HashMap<Whose, Arc<Entry>>>,
    disk: Option<Disk>,
    /// How long failures are remembered, if the program says so.
    failure_pause: OnceLock<Duration>,
    /// Set if documents are fetched ahead only when the program says so.
    ahead_when_told: OnceLock<()>,
    pub(crate) clock: Clock,
}

impl Documents {
    pub(crate) fn on_disk(directory: PathBuf) -> Self {
        Documents { disk: Some(Disk::new(directory)), ..Self::default() }
    }

    /// Remembers failures for this long from now on. The first call decides.
    pub(crate) fn remember_failures(&self, pause: Duration) {
        let _ = self.failure_pause.set(pause);
    }

    pub(crate) fn failure_pause(&self) -> Duration {
        *self.failure_pause.get().unwrap_or(&FAILURE_PAUSE)
    }

    /// From now on, no login fetches documents ahead.
    pub(crate) fn leave_ahead_to_program(&self) {
        let _ = self.ahead_when_told.set(());
    }

    /// Puts the clock ahead by which documents age.
    pub(crate) fn put_clock_ahead(&self, by: Duration) {
        self.clock.put_ahead(by);
    }

    /// Fetches anew what will soon be too old, for the logins to come, at the end of a call that has
    /// served its own: one document at most, and in a moment or not at all.
    pub(crate) fn ahead_at_end(
        &self,
        realm: &Realm<&str>,
        published: &Published,
        keys: Option<Keys<'_>>,
        call: &Call<'_>,
    ) {
        if self.ahead_when_told.get().is_some() {
            return;
        }
        let deadline = ahead::deadline(call);
        let is_asked = self.metadata_ahead(realm, published, call, deadline);
        if let Some(keys) = keys.filter(|_| !is_asked) {
            keys.refresh_ahead(deadline);
        }
    }

    /// The same when the program says so: whatever there is, within the call's whole time.
    pub(crate) fn ahead(&self, realm: &Realm<&str>, call: &Call<'_>) -> Result<(), Error> {
        let whose = self.whose(realm, call)?;
        let entry = lock(&self.entries).get(&whose).cloned();
        let Some(published) = entry.and_then(|entry| entry.published()) else { return Ok(()) };
        self.metadata_ahead(realm, &published, call, call.deadline);
        published.keys(call, &mut [0; URL_LEN])?.refresh_ahead(call.deadline);
        Ok(())
    }

    /// Whether the provider was asked.
    fn metadata_ahead(
        &self,
        realm: &Realm<&str>,
        published: &Published,
        call: &Call<'_>,
        deadline: Instant,
    ) -> bool {
        if !published.is_due(call) {
            return false;
        }
        let Some(entry) = lock(&self.entries).get(published.whose()).cloned() else { return false };
        let request = DiscoveryRequest::new(realm.issuer).at(realm.discovery_url);
        entry.refresh_ahead(request, call, deadline).unwrap_or_else(|error| {
            log::debug!("{error}; there is metadata from before");
            true
        })
    }

    /// What the provider has published: its metadata, fetched if unknown, and its keys.
    pub(crate) fn of(&self, realm: &Realm<&str>, call: &Call<'_>) -> Result<Arc<Published>, Error> {
        let whose = self.whose(realm, call)?;
        let entry = Arc::clone(lock(&self.entries).entry(whose.clone()).or_default());
        let request = DiscoveryRequest::new(realm.issuer).at(realm.discovery_url);
        entry.get(request, whose, self.disk.as_ref(), call)
    }

    fn whose(&self, realm: &Realm<&str>, call: &Call<'_>) -> Result<Whose, Error> {
        let (issuer, discovery_url) = (realm.issuer.as_str(), realm.discovery_url);
        let elsewhere = discovery_url.as_ref().map(DiscoveryUrl::as_str);
        let trust = call.trusted.name_at(with_tls(issuer, elsewhere))?;
        let discovery_url = elsewhere.map(str::to_owned);
        Ok(Whose { issuer: issuer.to_owned(), discovery_url, trust })
    }
}

/// The URL whose certificate matters. Without TLS nobody's does: then neither URL has any.
fn with_tls<'u>(issuer: &'u str, elsewhere: Option<&'u str>) -> &'u str {
    [Some(issuer), elsewhere].into_iter().flatten().find(|url| is_https(url)).unwrap_or(issuer)
}

fn is_https(url: &str) -> bool {
    Uri::parse(url).is_ok_and(|uri| uri.has_scheme("https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_matter_wherever_one_of_the_urls_has_tls() {
        let (here, there) = ("http://127.0.0.1:8080/", "https://op.example/");
        for (issuer, elsewhere, expected) in [
            (there, None, there),
            (here, None, here),
            (here, Some(there), there),
            (there, Some(here), there),
            (here, Some("http://[::1]/"), here),
        ] {
            assert_eq!(with_tls(issuer, elsewhere), expected, "{issuer} {elsewhere:?}");
        }
    }
}
