//! What the logins of a process share: provider documents and connections.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use onerealm_core::{HttpRequest, HttpResponse};
use zeroize::Zeroizing;

use crate::documents::Documents;
use crate::http::{Http, HttpError};

/// Metadata, keys and trust stores, for several [`Logins`](crate::Logins) to share.
///
/// Clones share one network. It is empty until the first login: nothing is read, started or
/// connected before, so it may be created when a library is loaded and before a process forks.
#[derive(Clone, Default)]
pub struct Network(pub(crate) Arc<Shared>);

#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) http: Http,
    pub(crate) documents: Documents,
}

impl Network {
    /// A network of its own.
    pub fn new() -> Self {
        Self::default()
    }

    /// Also keeps metadata and keys in a directory, for other processes and later ones. It is
    /// created if missing, and must not be writable by others.
    pub fn with_cache(directory: impl Into<PathBuf>) -> Self {
        let documents = Documents::on_disk(directory.into());
        Network(Arc::new(Shared { documents, ..Shared::default() }))
    }

    /// Remembers for `pause` that a provider failed; the default is five seconds, and zero means not at
    /// all. Until then, logins that need its metadata or keys fail at once with
    /// [`Cause::Earlier`](crate::Cause::Earlier): if a provider hangs, logins that strangers begin must
    /// not hold a thread each. [`Logins::check`](crate::Logins::check) always asks.
    pub fn remembering_failures(self, pause: Duration) -> Self {
        self.0.documents.remember_failures(pause);
        self
    }

    /// Leaves it to the program to fetch metadata and keys anew before they end, by
    /// [`Logins::fetch_ahead`](crate::Logins::fetch_ahead). Without it, a login does so when they are in the last
    /// quarter of their lifetime, after it was served and before its call returns, in at most two seconds.
    pub fn fetching_ahead_when_told(self) -> Self {
        self.0.documents.leave_ahead_to_program();
        self
    }

    /// Makes metadata and keys older, as if this time had passed since they were fetched: for tests and measurements.
    #[doc(hidden)]
    pub fn put_clock_of_documents_ahead(&self, by: Duration) {
        self.0.documents.put_clock_ahead(by);
    }

    /// Keeps connections for token and userinfo requests open for up to `idle` after a login, for
    /// the next login with the same provider: for programs with several logins a second.
    ///
    /// Only connections that have carried several answers are kept. A token request is sent once,
    /// so the login fails if the provider closes the connection at that very moment: make `idle`
    /// shorter than the provider's own timeout, which can be as low as 5 s.
    pub fn keeping_connections(self, idle: Duration) -> Self {
        self.0.http.keep_connections(idle);
        self
    }

    /// Sends a request outside of a login, by the rules that hold for those of a login: for callers that bring a
    /// protocol library of their own.
    ///
    /// # Errors
    ///
    /// There is no answer that can be used. Any status is an answer.
    pub fn send(
        &self,
        request: &HttpRequest<'_>,
        deadline: Duration,
    ) -> Result<Received, HttpError> {
        let deadline = Instant::now() + deadline;
        let http = &self.0.http;
        let answer = http.once().send(request, &http.trusting(None), deadline)?;
        let HttpResponse { status, content_type, body } = answer.response();
        let content_type = content_type.map(str::to_owned);
        Ok(Received { status, content_type, body: Zeroizing::new(body.to_vec()) })
    }
}

/// The answer to a request that [`Network::send`] sent.
#[non_exhaustive]
pub struct Received {
    /// The status code.
    pub status: u16,
    /// The `Content-Type` header, if there is one.
    pub content_type: Option<String>,
    /// The whole body.
    pub body: Zeroizing<Vec<u8>>,
}

/// The body may hold tokens.
impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received").field("status", &self.status).finish_non_exhaustive()
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network")
    }
}
