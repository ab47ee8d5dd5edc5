#![no_main]

use onerealm::Config;

// Whatever a file says, each of its realms is either there to be used or has a problem of one line.
libfuzzer_sys::fuzz_target!(|text: &str| {
    let config = Config::parse(text, "domains.cfg".as_ref()).unwrap();
    for realm in config.realms() {
        assert_eq!(config.realm(&realm.name).unwrap().name, realm.name);
    }
    for problem in config.problems() {
        assert!(config.realm(&problem.realm).is_err());
        assert!(!problem.to_string().contains(char::is_control), "{problem:?}");
    }
});
