//! Sends the core's requests over blocking HTTP; it has no protocol logic.
//!
//! TLS always, except to this machine. No redirect is followed here. Bodies are capped and judged as they arrive, and one deadline bounds
//! the whole call, however slowly the bytes drip.

mod advice;
mod answer;
mod caching;
pub(crate) mod certificate;
mod coding;
mod conversation;
mod crypto;
mod error;
mod framing;
mod kept;
mod line;
mod location;
mod names;
mod proxy;
mod rule;
mod tls;
mod transport;
mod trust;
mod verifier;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::answer::{Answer, BODY_LEN, Said};
pub(crate) use self::caching::Caching;
pub(crate) use self::conversation::Conversation;
pub use self::error::HttpError;
use self::kept::Lines;
pub use self::line::DEADLINE;
pub(crate) use self::location::Location;
use self::names::Names;
use self::trust::Clients;
pub(crate) use self::trust::Trusted;

/// The trust stores, addresses and waiting connections of this process. Nothing is loaded or started before the
/// first request.
#[derive(Default)]
pub(crate) struct Http {
    clients: Clients,
    names: Arc<Names>,
    kept: Lines,
}

impl Http {
    /// One request over a new connection: for metadata and keys, which are trusted because of their origin.
    pub(crate) fn once(&self) -> Conversation<'_> {
        Conversation::new(&self.clients, &self.names, None)
    }

    /// Requests that may share a connection, one after another.
    pub(crate) fn conversation(&self) -> Conversation<'_> {
        Conversation::new(&self.clients, &self.names, Some(&self.kept))
    }

    /// From now on, the connection of a conversation waits up to `idle` for the next one.
    pub(crate) fn keep_connections(&self, idle: Duration) {
        self.kept.keep(idle);
    }

    /// What a call trusts whose realm names this file, or else the system's certificates.
    pub(crate) fn trusting<'h>(&'h self, ca_file: Option<&'h Path>) -> Trusted<'h> {
        Trusted::new(&self.clients, ca_file)
    }
}
