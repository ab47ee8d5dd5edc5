//! The file with the realms. Not in the library: the core's tests have no runtime to read it with.

use onerealm::{Config, ConfigFile};

/// Whatever a file says, each of its realms is either there to be used or has a problem of one line, and a property that
/// is set and removed again leaves the file as it was. Says whether all realms are there.
pub fn config(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else { return false };
    let path = "domains.cfg".as_ref();
    let config = Config::parse(text, path).unwrap();
    for realm in config.realms() {
        assert_eq!(config.realm(&realm.name).unwrap().name, realm.name);
        let mut file = ConfigFile::parse(text.as_bytes(), path).unwrap();
        file.set(&realm.name, "max-age", "4294967295").unwrap();
        let new = Config::parse(std::str::from_utf8(file.bytes()).unwrap(), path).unwrap();
        assert_eq!(new.realm(&realm.name).unwrap().max_age, Some(u32::MAX));
        if realm.max_age.is_none() {
            assert!(file.unset(&realm.name, "max-age").unwrap());
            assert!(file.bytes() == text.as_bytes());
        }
    }
    for problem in config.problems() {
        assert!(config.realm(&problem.realm).is_err());
        assert!(!problem.to_string().contains(char::is_control), "{problem:?}");
    }
    config.realms().count() > 0 && config.problems().count() == 0
}
