//! Realms added, files made, and files of Windows.

use super::*;

const REALM: [(&str, &str); 3] = [
    ("issuer-url", "https://new.example/t"),
    ("client-id", "new id"),
    ("client-key", "s3cret+new"),
];
const TEXT: &str = "openid: new\n\tissuer-url https://new.example/t\n\tclient-id new id\n\tclient-key s3cret+new\n";

#[test]
fn a_realm_is_added_at_the_end_and_every_byte_before_it_is_kept() {
    let marked = ["\u{feff}".as_bytes(), FILE].concat();
    for (before, between) in [
        (&b""[..], ""),
        (FILE, "\n\n"),
        (&marked, "\n\n"),
        (b"pam: pam\n", "\n"),
        (b"pam: pam\n\n", ""),
        (b"pam: pam\n\tcomment x\n# the end", "\n\n"),
        (b"pam: pam\n\t\n", "\n"),
        (b"pam: pam\r\n\tcomment x\n", "\n"),
    ] {
        let mut file = file(before);
        file.add("new", &REALM).unwrap();
        assert_bytes(&file, &[before, between.as_bytes(), TEXT.as_bytes()].concat());
        assert!(file.names().ends_with(&["new".to_owned()]));
    }
}

#[test]
fn a_realm_that_could_not_be_used_is_not_added() {
    for (name, property, value, expected) in [
        ("sso", "prompt", "login", "realm_would_be_invalid"),
        ("pam", "prompt", "login", "realm_would_be_invalid"),
        ("n", "prompt", "login", "realm_would_be_invalid"),
        ("a b", "prompt", "login", "value_refused"),
        ("a\n\nopenid: b", "prompt", "login", "value_refused"),
        ("new", "prompt", "login\n\tpublic-override 0", "value_refused"),
        ("new", "prompt", "login\n\nopenid: x", "value_refused"),
        ("new", "prompt", " login", "value_refused"),
        ("new", "client-type", "Auto", "realm_would_be_invalid"),
        ("new", "prompt", "a\u{0}b", "realm_would_be_invalid"),
    ] {
        let mut file = file(FILE);
        let properties = [REALM[0], REALM[1], (property, value)];
        let error = file.add(name, &properties).unwrap_err();
        assert_eq!(error.code(), expected, "{name} {value:?}: {error}");
        assert_bytes(&file, FILE);
    }
    let mut full = file(&vec![b'#'; MAX_FILE_SIZE - 10]);
    assert_eq!(full.add("new", &REALM).unwrap_err().code(), "config_too_large");
}

#[test]
#[cfg(unix)]
fn a_new_file_is_only_its_users_and_takes_the_place_of_none() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("realms.cfg");
    let new = || {
        let mut file = ConfigFile::new(&path);
        file.add("new", &REALM).unwrap();
        file
    };
    new().write().unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), TEXT);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::write(&path, "# another").unwrap();
    assert_eq!(new().write().unwrap_err().code(), "config_changed");
    assert_eq!(std::fs::read(&path).unwrap(), b"# another");
    // Nor is anything made where a symbolic link leads.
    std::fs::remove_file(&path).unwrap();
    symlink("elsewhere", &path).unwrap();
    assert_eq!(new().write().unwrap_err().code(), "config_changed");
    assert!(!directory.path().join("elsewhere").exists());
    let error = ConfigFile::new(&directory.path().join("none/realms.cfg"));
    assert_eq!(error.write().unwrap_err().code(), "config_unwritable");
}

/// A file as editors of Windows write it.
fn windows(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

const PLAIN: &str = "\u{feff}pam: pam\n\tcomment x\n\nopenid: sso\n\tissuer-url https://a.example\n\tclient-id a b\n\n\
                     # the end\nopenid: two\n\tissuer-url https://b.example\n\tclient-id b\n";

#[test]
fn a_file_of_windows_is_read_as_the_same_file_without_cr() {
    let path = Path::new(PATH);
    let read =
        |bytes: &[u8]| format!("{:?}", crate::parse(std::str::from_utf8(bytes).unwrap(), path));
    for plain in [PLAIN, PLAIN.trim_end()] {
        assert_eq!(read(&windows(plain)), read(plain.as_bytes()));
        assert_eq!(read(&windows(plain)).matches("Ok(RealmConfig").count(), 2);
    }
    // In any other file, a CR is a control character.
    for mixed in [
        PLAIN.replace("a b\n", "a b\r\n"),
        PLAIN.replace('\n', "\r\n").replacen("\r\n", "\n", 1),
        PLAIN.replace('\n', "\r\n").replace("a b", "a b\r"),
        PLAIN.replace("a b\n", "a b\r"),
    ] {
        assert!(read(mixed.as_bytes()).contains("control character"), "{mixed:?}");
    }
}

#[test]
fn a_file_of_windows_stays_one_when_it_is_changed() {
    for plain in [PLAIN, PLAIN.trim_end()] {
        let (mut unix, mut changed) = (file(plain.as_bytes()), file(&windows(plain)));
        for file in [&mut unix, &mut changed] {
            file.set("sso", "client-id", "c").unwrap();
            file.set("sso", "prompt", "login").unwrap();
            file.set("two", "prompt", "login").unwrap();
            file.set("two", "max-age", "5").unwrap();
            file.unset("two", "prompt").unwrap();
            file.unset("two", "max-age").unwrap();
            file.add("new", &REALM).unwrap();
        }
        let expected = windows(std::str::from_utf8(unix.bytes()).unwrap());
        assert_bytes(&changed, &expected);
        let error = changed.set("sso", "client-id", "x\r").unwrap_err();
        assert_eq!(error.code(), "value_refused");
    }
}
