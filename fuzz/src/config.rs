//! The file with the realms. Not in the library: the core's tests have no runtime to read it with.

use onerealm::Config;

/// Whatever a file says, each of its realms is either there to be used or has a problem of one line. Says whether all
/// of them are there.
pub fn config(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else { return false };
    let config = Config::parse(text, "domains.cfg".as_ref()).unwrap();
    for realm in config.realms() {
        assert_eq!(config.realm(&realm.name).unwrap().name, realm.name);
    }
    for problem in config.problems() {
        assert!(config.realm(&problem.realm).is_err());
        assert!(!problem.to_string().contains(char::is_control), "{problem:?}");
    }
    config.realms().count() > 0 && config.problems().count() == 0
}
