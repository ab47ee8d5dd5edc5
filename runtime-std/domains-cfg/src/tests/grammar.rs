//! The file, and where a realm begins and ends.

use std::fs;

use super::*;

#[test]
fn a_name_that_proxmox_would_not_take_is_refused() {
    let longest = "a".repeat(32);
    for name in ["aa", "A.b-c_9", longest.as_str()] {
        assert!(parse(&format!("openid: {name}\n{LEAST}")).get(name).is_ok(), "{name}");
    }
    let too_long = "a".repeat(33);
    for name in ["a", "1a", "a/b", "a@b", "ä1", too_long.as_str()] {
        let text = format!("openid: {name}\n{LEAST}");
        assert_eq!(realm_of(&text, name).map(|_| ()), Err((1, Problem::Name)), "{name}");
    }
}

#[test]
fn a_name_given_twice_is_refused_whatever_the_types() {
    for (first, second) in [("openid", "openid"), ("openid", "ldap"), ("ldap", "openid")] {
        let text = format!("{first}: sso\n{LEAST}\n{second}: sso\n{LEAST}\nopenid: other\n{LEAST}");
        assert_eq!(realm_of(&text, "sso").map(|_| ()), Err((5, Problem::RealmTwice { first: 1 })));
        assert!(realm_of(&text, "other").is_ok());
        assert_eq!(parse(&text).iter().count(), 2);
    }
}

#[test]
fn one_broken_realm_leaves_the_others_alone() {
    let config = parse(&format!(
        "openid: one\n\tclient-type x\n\nopenid: two\n{LEAST}\nopenid: three\n{LEAST}"
    ));
    let usable: Vec<_> = config.iter().map(|(name, realm)| (name, realm.is_ok())).collect();
    assert_eq!(usable, [("one", false), ("two", true), ("three", true)]);
    let error = config.get("four").unwrap_err().to_string();
    assert_eq!(
        error,
        "/etc/pve/domains.cfg has no openid realm \"four\"; its openid realms: one, two, three"
    );
    let none = parse("pam: pam\n").get("a\n").unwrap_err().to_string();
    assert_eq!(
        none,
        "/etc/pve/domains.cfg has no openid realm \"a\\n\"; there is no openid realm in it"
    );
}

#[test]
fn headers_are_read_as_proxmox_reads_them() {
    for header in ["openid: sso", "OpenID: sso", "openid:sso", "openid:\t sso \t"] {
        assert!(parse(&format!("{header}\n{LEAST}")).get("sso").is_ok(), "{header:?}");
    }
    for header in [
        " openid: sso",
        "openid : sso",
        "openid sso",
        "openid: sso x",
        "#openid: sso",
        "x:openid: sso",
    ] {
        assert!(parse(&format!("{header}\n{LEAST}")).get("sso").is_err(), "{header:?}");
    }
}

#[test]
fn only_an_empty_line_or_a_header_ends_a_section() {
    let spaced = format!("openid: sso\n{LEAST} \t\n# x\n \tclient-key  a b  \n");
    assert_eq!(secret(&realm_of(&spaced, "sso").unwrap()), Some("a b"));
    let joined = format!("openid: one\n{LEAST}openid: two\n{LEAST}\tclient-key k\n");
    assert_eq!(secret(&realm_of(&joined, "one").unwrap()), None);
    assert_eq!(secret(&realm_of(&joined, "two").unwrap()), Some("k"));
}

#[test]
fn a_mistake_in_a_realm_of_another_type_is_not_ours() {
    let config =
        parse(&format!("ldap: a\nstray\n\tx\0\r\n\tx 1\n\tx 2\n\n\tstray\n\nopenid: sso\n{LEAST}"));
    assert!(config.get("sso").is_ok());
    assert_eq!(config.iter().count(), 1);
}

#[test]
fn a_file_is_read_as_a_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("domains.cfg");
    assert!(matches!(read(&path), Err(ConfigError::Unreadable { .. })));
    assert!(matches!(read(directory.path()), Err(ConfigError::Unreadable { .. })));
    let mut text = FULL.as_bytes().to_vec();
    text.resize(MAX_FILE_SIZE, b'\n');
    fs::write(&path, &text).unwrap();
    assert!(read(&path).unwrap().get("sso").is_ok());
    text.push(b'\n');
    fs::write(&path, &text).unwrap();
    assert!(matches!(read(&path), Err(ConfigError::TooLarge { .. })));
    assert!(super::super::parse(&"\n".repeat(MAX_FILE_SIZE + 1), &path).is_err());
}

#[test]
fn bytes_that_are_not_utf_8_harm_only_their_realm() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut bytes =
        format!("{FULL}\tcomment \u{e9}\n\nopenid: bad\n{LEAST}\tcomment ").into_bytes();
    bytes.extend(b"\xe9\n\nldap: old\n\tcomment \xe9\n");
    fs::write(file.path(), bytes).unwrap();
    let config = read(file.path()).unwrap();
    assert!(config.get("sso").is_ok());
    let error = config.get("bad").unwrap_err().to_string();
    assert!(error.contains("line 40, realm \"bad\": there is a control character"), "{error}");
}

#[test]
fn a_byte_order_mark_hides_no_realm_and_is_told() {
    let warnings = std::cell::RefCell::new(Vec::new());
    let text = format!("\u{feff}openid: sso\n{LEAST}");
    let sections = sections::parse(&text, &|line, what| {
        warnings.borrow_mut().push((line, what.to_owned()));
    });
    let [section] = sections.as_slice() else { panic!("{} sections", sections.len()) };
    assert_eq!((section.kind, section.name, section.line), ("openid", "sso", 1));
    let warnings = warnings.into_inner();
    assert!(warnings.len() == 1 && warnings[0].0 == 1, "{warnings:?}");
    assert!(warnings[0].1.contains("byte order mark"), "{warnings:?}");
    assert!(realm_of(&text, "sso").is_ok());
    // Elsewhere it is no mark.
    assert!(parse(&format!("\n\u{feff}openid: sso\n{LEAST}")).get("sso").is_err());
}
