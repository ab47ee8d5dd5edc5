//! The file, and where a realm begins and ends.

use std::fs;

use super::*;

#[test]
fn a_name_that_proxmox_would_not_take_is_refused() {
    let longest = "a".repeat(32);
    for name in ["aa", "A.b-c_9", longest.as_str()] {
        assert!(parse(&format!("openid: {name}\n{LEAST}")).realm(name).is_ok(), "{name}");
    }
    let too_long = "a".repeat(33);
    for name in ["a", "1a", "a/b", "a@b", "ä1", too_long.as_str()] {
        let config = parse(&format!("openid: {name}\n{LEAST}"));
        assert_eq!(located(config.realm(name)).map(|_| ()), Err((1, Problem::Name)), "{name}");
    }
}

#[test]
fn a_name_given_twice_is_refused_whatever_the_types() {
    for (first, second) in [("openid", "openid"), ("openid", "ldap"), ("ldap", "openid")] {
        let config = parse(&format!(
            "{first}: sso\n{LEAST}\n{second}: sso\n{LEAST}\nopenid: other\n{LEAST}"
        ));
        assert_eq!(
            located(config.realm("sso")).map(|_| ()),
            Err((5, Problem::RealmTwice { first: 1 }))
        );
        assert!(config.realm("other").is_ok());
        assert_eq!(config.problems().count(), 1);
    }
}

#[test]
fn one_broken_realm_leaves_the_others_alone() {
    let config = parse(&format!(
        "openid: one\n\tclient-type x\n\nopenid: two\n{LEAST}\nopenid: three\n{LEAST}"
    ));
    let names: Vec<_> = config.realms().map(|realm| realm.name.as_str()).collect();
    assert_eq!(names, ["two", "three"]);
    let error = config.realm("four").unwrap_err().to_string();
    assert_eq!(
        error,
        "/etc/pve/domains.cfg has no openid realm \"four\"; its openid realms: one, two, three"
    );
    let none = parse("pam: pam\n").realm("a\n").unwrap_err().to_string();
    assert_eq!(
        none,
        "/etc/pve/domains.cfg has no openid realm \"a\\n\"; there is no openid realm in it"
    );
}

#[test]
fn headers_are_read_as_proxmox_reads_them() {
    for header in ["openid: sso", "OpenID: sso", "openid:sso", "openid:\t sso \t"] {
        assert!(parse(&format!("{header}\n{LEAST}")).realm("sso").is_ok(), "{header:?}");
    }
    for header in [
        " openid: sso",
        "openid : sso",
        "openid sso",
        "openid: sso x",
        "#openid: sso",
        "x:openid: sso",
    ] {
        assert!(parse(&format!("{header}\n{LEAST}")).realm("sso").is_err(), "{header:?}");
    }
}

#[test]
fn only_an_empty_line_or_a_header_ends_a_section() {
    let spaced = parse(&format!("openid: sso\n{LEAST} \t\n# x\n \tclient-key  a b  \n"));
    let realm = spaced.realm("sso").unwrap();
    assert_eq!(realm.client_key.as_deref().map(String::as_str), Some("a b"));
    let joined = parse(&format!("openid: one\n{LEAST}openid: two\n{LEAST}\tclient-key k\n"));
    assert!(joined.realm("one").unwrap().client_key.is_none());
    assert!(joined.realm("two").unwrap().client_key.is_some());
}

#[test]
fn a_mistake_in_a_realm_of_another_type_is_not_ours() {
    let config =
        parse(&format!("ldap: a\nstray\n\tx\0\r\n\tx 1\n\tx 2\n\n\tstray\n\nopenid: sso\n{LEAST}"));
    assert!(config.realm("sso").is_ok());
    assert_eq!(config.problems().count(), 0);
}

#[test]
fn a_file_is_read_as_a_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("domains.cfg");
    assert!(matches!(Config::read(&path), Err(ConfigError::Unreadable { .. })));
    assert!(matches!(Config::read(directory.path()), Err(ConfigError::Unreadable { .. })));
    let mut text = FULL.as_bytes().to_vec();
    text.resize(MAX_FILE_SIZE, b'\n');
    fs::write(&path, &text).unwrap();
    assert!(Config::read(&path).unwrap().realm("sso").is_ok());
    text.push(b'\n');
    fs::write(&path, &text).unwrap();
    assert!(matches!(Config::read(&path), Err(ConfigError::TooLarge { .. })));
    assert!(Config::parse(&"\n".repeat(MAX_FILE_SIZE + 1), &path).is_err());
}

#[test]
fn bytes_that_are_not_utf_8_harm_only_their_realm() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut bytes =
        format!("{FULL}\tcomment \u{e9}\n\nopenid: bad\n{LEAST}\tcomment ").into_bytes();
    bytes.extend(b"\xe9\n\nldap: old\n\tcomment \xe9\n");
    fs::write(file.path(), bytes).unwrap();
    let config = Config::read(file.path()).unwrap();
    assert!(config.realm("sso").is_ok());
    assert_eq!(located(config.realm("bad")).map(|_| ()), Err((40, Problem::NotText)));
}
