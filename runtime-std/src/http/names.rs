//! Addresses of the names that a conversation goes to.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// How long an address is known. ureq asks for one even where a connection is there.
const KNOWN: Duration = Duration::from_secs(10);

/// Asks the system, on a thread that is left behind at the deadline: not where it was asked just now, and not for what is
/// an address itself.
#[derive(Debug, Default)]
pub(super) struct Names {
    system: DefaultResolver,
    known: Mutex<Vec<Known>>,
}

#[derive(Debug)]
struct Known {
    name_and_port: String,
    since: Instant,
    addresses: Vec<SocketAddr>,
}

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let name_and_port = match (uri.scheme(), uri.authority()) {
            (Some(scheme), Some(authority)) => DefaultResolver::host_and_port(scheme, authority),
            _ => None,
        };
        let name_and_port = name_and_port.unwrap_or_default();
        if let Some(addresses) = self.known(&name_and_port) {
            let mut all = self.empty();
            addresses.into_iter().try_for_each(|address| all.try_push(address)).ok();
            return Ok(all);
        }
        let found = self.system.resolve(uri, config, timeout)?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).push(Known {
            name_and_port,
            since: Instant::now(),
            addresses: found.to_vec(),
        });
        Ok(found)
    }
}

impl Names {
    fn known(&self, name_and_port: &str) -> Option<Vec<SocketAddr>> {
        if let Ok(address) = name_and_port.parse() {
            return Some(vec![address]);
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|known| known.since.elapsed() < KNOWN);
        let known = known.iter().find(|known| known.name_and_port == name_and_port)?;
        Some(known.addresses.clone())
    }
}

#[cfg(test)]
mod tests {
    use ureq::unversioned::transport::NextTimeout;

    use super::*;

    fn resolved(names: &Names, url: &str) -> Option<Vec<SocketAddr>> {
        let config = ureq::Agent::config_builder().build();
        let found = names.resolve(&url.parse().unwrap(), &config, NextTimeout::default());
        found.ok().map(|addresses| addresses.to_vec())
    }

    #[test]
    fn an_address_is_its_own() {
        let names = Names::default();
        for (url, address) in [
            ("http://127.0.0.1:8080/a", "127.0.0.1:8080"),
            ("https://192.0.2.7", "192.0.2.7:443"),
            ("https://[2001:db8::1]:8443/", "[2001:db8::1]:8443"),
        ] {
            assert_eq!(resolved(&names, url), Some(vec![address.parse().unwrap()]), "{url}");
        }
        assert!(names.known.lock().unwrap().is_empty());
    }

    #[test]
    fn a_name_is_asked_for_once_and_again_when_it_is_old() {
        let names = Names::default();
        let first = resolved(&names, "https://localhost:8443/a").unwrap();
        assert!(first.iter().all(|address| address.port() == 8443 && address.ip().is_loopback()));
        // What is known is not what the system would say.
        let other = vec!["192.0.2.7:8443".parse().unwrap()];
        let far_ahead = Instant::now() + Duration::from_secs(3600);
        names.known.lock().unwrap()[0].addresses = other.clone();
        names.known.lock().unwrap()[0].since = far_ahead;
        assert_eq!(resolved(&names, "https://localhost:8443/b"), Some(other));
        let port = resolved(&names, "https://localhost/").unwrap();
        assert!(port.iter().all(|address| address.port() == 443), "another port is another name");
        let long_ago = Instant::now().checked_sub(KNOWN).unwrap();
        names.known.lock().unwrap()[0].since = long_ago;
        names.known.lock().unwrap()[1].since = far_ahead;
        assert_eq!(resolved(&names, "https://localhost:8443/b"), Some(first));
        assert_eq!(names.known.lock().unwrap().len(), 2);
    }

    #[test]
    fn what_is_no_url_is_refused_as_ever() {
        assert_eq!(resolved(&Names::default(), "/a"), None);
    }
}
