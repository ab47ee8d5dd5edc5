//! Case 160: hosts that are none.

use std::fs;

use onerealm::{Config, DirectoryStore, Logins, Requested};

use crate::scene::ended;

#[test]
fn case_160_a_host_without_an_address_is_told_apart_from_one_that_does_not_answer() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("domains.cfg");
    // A label is at most 63 bytes long: no resolver is asked for this one.
    let host = format!("{}.invalid", "a".repeat(64));
    for (issuer, code) in [
        (format!("https://{host}/t"), "network_host"),
        // Nobody listens on port 9.
        ("https://127.0.0.1:9/t".to_owned(), "network_connection"),
    ] {
        fs::write(&config, format!("openid: sso\n\tissuer-url {issuer}\n\tclient-id x\n")).unwrap();
        let store = DirectoryStore::new(directory.path().join("state"));
        let logins = Logins::new(Config::read(&config).unwrap(), store);
        let begin = || logins.begin("sso", "https://pve.example:8006", Requested::Default);
        assert_eq!(ended(begin).unwrap_err().code(), code, "{issuer}");
    }
}
