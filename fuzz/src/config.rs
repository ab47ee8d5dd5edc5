//! The file with the realms. Not in the library: the core's tests have no runtime to read it with.

use onerealm::Realms;
use onerealm_domains_cfg::{ConfigFile, parse};

/// Whatever a file says, each of its realms is either there to be used or has a problem of one line, and a property that
/// is set and removed again leaves the file as it was. Says whether all realms are there.
pub fn config(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else { return false };
    let path = "domains.cfg".as_ref();
    let realms = parse(text, path).unwrap();
    for (name, outcome) in realms.iter() {
        let Ok(config) = outcome else {
            let problem = realms.get(name).unwrap_err().to_string();
            assert!(!problem.contains(char::is_control), "{problem:?}");
            continue;
        };
        assert_eq!(realms.get(name).unwrap().name(), name);
        let mut file = ConfigFile::parse(text.as_bytes(), path).unwrap();
        file.set(name, "max-age", "4294967295").unwrap();
        let new = parse(std::str::from_utf8(file.bytes()).unwrap(), path).unwrap();
        assert_eq!(new.get(name).unwrap().realm.max_age, Some(u32::MAX));
        if config.realm.max_age.is_none() {
            assert!(file.unset(name, "max-age").unwrap());
            assert!(file.bytes() == text.as_bytes());
        }
    }
    is_whole(&realms)
}

fn is_whole(realms: &Realms) -> bool {
    realms.iter().count() > 0 && realms.iter().all(|(_, realm)| realm.is_ok())
}
