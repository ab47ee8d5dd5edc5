//! Logins by onerealm, as a server does them.

use std::path::Path;
use std::time::Duration;

use onerealm::core::Credential;
use onerealm::{Begun, Callback, DirectoryStore, Logins, Network, RealmConfig, Realms, Requested};

use crate::workload::{CLIENT_ID, REDIRECT_URI, SECRET, parameter};

pub struct Party {
    logins: Logins,
    issuer: String,
}

impl Party {
    pub fn new(issuer: &str, directory: &Path, network: Network) -> Self {
        let mut realm = RealmConfig::new("sso", issuer, CLIENT_ID).unwrap();
        realm.realm.registration.credential = Credential::secret(SECRET.into());
        realm.username_claim = "username".to_owned();
        let mut realms = Realms::new("this benchmark");
        realms.add(realm);
        let logins = Logins::new(realms, DirectoryStore::new(directory)).with_network(network);
        Party { logins, issuer: issuer.to_owned() }
    }

    /// Uses documents no longer than this.
    pub fn with_cache_lifetime(self, lifetime: Duration) -> Self {
        Party { logins: self.logins.with_cache_lifetime(lifetime), ..self }
    }

    pub fn begin(&self) -> Begun {
        self.logins.begin("sso", REDIRECT_URI, Requested::Default).unwrap()
    }

    pub fn login(&self) {
        let begun = self.begin();
        // The provider takes the nonce for a code.
        let code = parameter(&begun.url, "nonce");
        let callback =
            Callback::Parts { code: &code, state: &begun.state, iss: Some(&self.issuer) };
        assert!(self.logins.finish(callback, None).unwrap().username == "alice");
    }
}
