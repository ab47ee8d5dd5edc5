//! Provider metadata and keys, cached in the process and, if there is a cache directory, on disk.

mod call;
mod disk;
mod document;
mod failure;
mod keys;
mod metadata;
mod redirect;
mod turn;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use onerealm_core::wire::Uri;
use onerealm_core::{DiscoveryRequest, DiscoveryUrl, Realm};

pub(crate) use self::call::{Call, URL_LEN};
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

    /// What the provider has published: its metadata, fetched if unknown, and its keys.
    pub(crate) fn of(&self, realm: &Realm<&str>, call: &Call<'_>) -> Result<Arc<Published>, Error> {
        let (issuer, discovery_url) = (realm.issuer.as_str(), realm.discovery_url);
        let elsewhere = discovery_url.as_ref().map(DiscoveryUrl::as_str);
        let trust = call.http.trust(with_tls(issuer, elsewhere), call.ca_file)?;
        let discovery_url = elsewhere.map(str::to_owned);
        let whose = Whose { issuer: issuer.to_owned(), discovery_url, trust };
        let entry = Arc::clone(lock(&self.entries).entry(whose.clone()).or_default());
        let request = DiscoveryRequest::new(realm.issuer).at(realm.discovery_url);
        entry.get(request, whose, self.disk.as_ref(), call)
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
