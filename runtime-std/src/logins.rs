//! Logins from end to end: what the two calls of a server, and the one of a command, need.

mod begin;
mod callback;
mod finish;
mod login;

use std::time::Duration;

use crate::error::Error;
use crate::http::DEADLINE;
use crate::network::Network;
use crate::realms::Realms;
use crate::store::PendingStore;

pub use self::begin::Begun;
pub use self::callback::Callback;
pub(crate) use self::login::check_listed;

/// The logins of some realms, with what is known of their providers.
///
/// Keep one for the life of a process, or the [`Network`] of several, so that metadata, keys and
/// trust stores are used again. Nothing is read, started or connected before the first login.
///
/// # Logs at the level trace hold secrets
///
/// At `trace`, the target `ureq_proto` logs the bytes of every message: client secrets, codes and tokens. No other level
/// and no other target has them. Keep a program's log at `debug`, with `log::set_max_level(log::LevelFilter::Debug)` or
/// with the feature `max_level_debug` of the crate `log`, or let its logger drop that target.
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

    /// The same with another time for each whole call than 20 seconds.
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Logins { deadline, ..self }
    }

    /// The same with this network instead of one of its own.
    pub fn with_network(self, network: Network) -> Self {
        Logins { network, ..self }
    }

    /// The same with another time for which metadata and keys are used than an hour.
    pub fn with_cache_lifetime(self, cache_lifetime: Duration) -> Self {
        Logins { cache_lifetime, ..self }
    }

    /// The realms.
    pub fn realms(&self) -> &Realms {
        &self.realms
    }

    /// Fetches the realm's metadata where it isn't known, so that its faults are known before a
    /// login begins.
    ///
    /// # Errors
    ///
    /// The realm can't be used, or the metadata can't be had.
    pub fn discover(&self, realm: &str) -> Result<(), Error> {
        self.login(self.realms.get(realm)?)?;
        Ok(())
    }
}
