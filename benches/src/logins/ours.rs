//! Logins by onerealm, as a server does them.

use std::path::Path;

use onerealm::{Begun, Callback, Config, DirectoryStore, Logins, Network, Requested};

use crate::workload::{CLIENT_ID, REDIRECT_URI, SECRET, parameter};

pub struct Party {
    logins: Logins,
    issuer: String,
}

impl Party {
    pub fn new(issuer: &str, directory: &Path, network: Network) -> Self {
        let realm = format!(
            "openid: sso\n\tissuer-url {issuer}\n\tclient-id {CLIENT_ID}\n\tclient-key {SECRET}\n\tusername-claim username\n"
        );
        let config = Config::parse(&realm, "domains.cfg".as_ref()).unwrap();
        let logins = Logins::new(config, DirectoryStore::new(directory)).with_network(network);
        Party { logins, issuer: issuer.to_owned() }
    }

    pub fn begin(&self) -> Begun {
        self.logins.begin("sso", REDIRECT_URI, Requested::Default).unwrap()
    }

    pub fn login(&mut self) {
        let begun = self.begin();
        // The provider takes the nonce for a code.
        let code = parameter(&begun.url, "nonce");
        let callback =
            Callback::Parts { code: &code, state: &begun.state, iss: Some(&self.issuer) };
        assert!(self.logins.finish(callback, None).unwrap().username == "alice");
    }
}
