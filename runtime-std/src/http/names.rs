//! The addresses of hosts.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::lock::lock;

/// How long to keep an address. ureq asks for one even if a connection is open.
const KNOWN: Duration = Duration::from_secs(10);

/// A host that was taken for this machine has no address of this machine.
#[derive(Debug)]
pub(super) struct Elsewhere;

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not this machine")
    }
}

impl std::error::Error for Elsewhere {}

/// Recently looked-up addresses.
#[derive(Debug, Default)]
pub(super) struct Names(Mutex<Vec<Known>>);

#[derive(Debug)]
struct Known {
    name_and_port: String,
    since: Instant,
    addresses: Vec<SocketAddr>,
}

impl Names {
    /// The addresses of `HOST:PORT`; `ask` looks up unknown names.
    pub(super) fn addresses<E>(
        &self,
        name_and_port: &str,
        ask: impl FnOnce() -> Result<Vec<SocketAddr>, E>,
    ) -> Result<Vec<SocketAddr>, E> {
        if let Ok(address) = name_and_port.parse() {
            return Ok(vec![address]);
        }
        let is_it = |known: &&Known| known.name_and_port == name_and_port;
        if let Some(known) = self.known().iter().find(is_it) {
            return Ok(known.addresses.clone());
        }
        // Without the lock, so that others don't wait for the answer.
        let addresses = ask()?;
        self.known().push(Known {
            name_and_port: name_and_port.to_owned(),
            since: Instant::now(),
            addresses: addresses.clone(),
        });
        Ok(addresses)
    }

    /// The fresh ones.
    fn known(&self) -> MutexGuard<'_, Vec<Known>> {
        let mut known = lock(&self.0);
        known.retain(|known| known.since.elapsed() < KNOWN);
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    /// The addresses of a name; the system's lookup gives `answer`, unless it must not be asked.
    fn addresses(names: &Names, name: &str, answer: Option<&str>) -> Option<Vec<SocketAddr>> {
        names.addresses(name, || answer.map(|answer| vec![address(answer)]).ok_or(())).ok()
    }

    #[test]
    fn an_address_is_its_own() {
        let names = Names::default();
        for own in ["127.0.0.1:8080", "192.0.2.7:443", "[2001:db8::1]:8443"] {
            assert_eq!(addresses(&names, own, None), Some(vec![address(own)]));
        }
        assert!(names.known().is_empty());
    }

    #[test]
    fn a_name_is_asked_for_once_and_again_when_it_is_old() {
        let names = Names::default();
        let (first, other) = ("192.0.2.1:8443", "192.0.2.2:8443");
        assert_eq!(addresses(&names, "a:8443", None), None);
        for answer in [Some(first), Some(other), None] {
            assert_eq!(addresses(&names, "a:8443", answer), Some(vec![address(first)]));
        }
        assert_eq!(addresses(&names, "a:443", None), None, "another port is another name");
        names.0.lock().unwrap()[0].since = Instant::now().checked_sub(KNOWN).unwrap();
        assert_eq!(addresses(&names, "a:8443", Some(other)), Some(vec![address(other)]));
        assert_eq!(names.known().len(), 1);
    }
}
