//! Logins from end to end, for servers (two calls) and commands (one).

mod begin;
mod callback;
mod finish;
mod login;
mod message;
pub(crate) mod refused;
mod tokens;
mod userinfo;

use std::time::Duration;

use crate::error::Error;
use crate::http::DEADLINE;
use crate::network::Network;
use crate::realms::Realms;
use crate::store::PendingStore;

pub use self::begin::Begun;
pub use self::callback::Callback;
pub(crate) use self::login::{Login, check_listed};
pub(crate) use self::message::buffer_for;

/// The logins of a set of realms, with cached provider documents.
///
/// Keep one for the life of the process, or share a [`Network`] between several, to reuse metadata, keys and trust
/// stores. Nothing is read, started or connected before the first login.
///
/// # Logs at the level trace hold secrets
///
/// At `trace`, the target `ureq_proto` logs the bytes of every message: client secrets, codes and tokens. All other
/// levels and targets are free of them. Keep a program's log at `debug`, with
/// `log::set_max_level(log::LevelFilter::Debug)` or with the feature `max_level_debug` of the crate `log`, or let its
/// logger drop that target.
#[derive(Debug)]
pub struct Logins {
    realms: Realms,
    store: Box<dyn PendingStore>,
    network: Network,
    deadline: Duration,
    cache_lifetime: Duration,
}

impl Logins {
    /// Logins of `realms`, pending in `store`.
    pub fn new(realms: Realms, store: impl PendingStore + 'static) -> Self {
        Logins {
            realms,
            store: Box::new(store),
            network: Network::new(),
            deadline: DEADLINE,
            cache_lifetime: Duration::MAX,
        }
    }

    /// Sets the time limit of each whole call; the default is 20 seconds.
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Logins { deadline, ..self }
    }

    /// Uses this network instead of an own one.
    pub fn with_network(self, network: Network) -> Self {
        Logins { network, ..self }
    }

    /// Sets the longest time to use metadata and keys; the default is an hour.
    pub fn with_cache_lifetime(self, cache_lifetime: Duration) -> Self {
        Logins { cache_lifetime, ..self }
    }

    /// The realms.
    pub fn realms(&self) -> &Realms {
        &self.realms
    }

    /// Fetches the realm's metadata and keys anew if they are in the last quarter of their lifetime, so that no login
    /// waits for it: for a server that has answered. With [`Network::fetching_ahead_when_told`], no login does it itself.
    ///
    /// It blocks for at most the [deadline](Self::with_deadline), and does nothing where no document is known, or where
    /// another thread or process fetches it already. A failure is no error: the present documents are used up to their
    /// end, and the next try is a twelfth of their lifetime away.
    pub fn fetch_ahead(&self, realm: &str) {
        let Ok(config) = self.realms.get(realm) else { return };
        let call = self.call(config, Duration::ZERO);
        if let Err(error) = self.network.0.documents.ahead(&config.realm.borrowed(), &call) {
            log::debug!("{error}; nothing is fetched ahead");
        }
    }

    pub(crate) fn store_fault(&self) -> Option<(&'static str, String)> {
        self.store.fault().map(|error| (error.code(), error.to_string()))
    }

    /// Fetches the realm's metadata if unknown, to find its faults before a login begins.
    ///
    /// # Errors
    ///
    /// The realm can't be used, or the metadata is unavailable.
    pub fn discover(&self, realm: &str) -> Result<(), Error> {
        self.login(self.realms.get(realm)?)?;
        Ok(())
    }
}
