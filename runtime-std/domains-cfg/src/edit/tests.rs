//! Changes made, bytes kept, and changes refused.

mod add;
mod file;
mod random;

use super::*;
use crate::file::MAX_FILE_SIZE;

const PATH: &str = "/etc/pve/domains.cfg";

/// Everything an editor might tidy up: spaces, comments, another indent, bytes that are not UTF-8.
const FILE: &[u8] = b"# realms\n\
pam: pam\n\
\tcomment  Linux\tPAM \n\
\n\
\n\
OpenID:  sso \n\
# the tenant\n\
\tissuer-url https://login.example/t/v2.0\n\
\x20   client-id   pve  \n\
\t  \n\
\tclient-key s3cret\n\
\tautocreate\n\
# the end of it\n\
\n\
ldap: old\n\
\tcomment \xe9\xff\r\n\
stray\n\
\n\
openid: last\n\
\x20 issuer-url https://login.example\n\
\x20 client-id pve";

fn file(bytes: &[u8]) -> ConfigFile {
    ConfigFile::parse(bytes, Path::new(PATH)).unwrap()
}

/// The file with `from`, which it contains once, replaced.
fn with(from: &str, to: &str) -> Vec<u8> {
    let places: Vec<_> =
        (0..FILE.len()).filter(|place| FILE[*place..].starts_with(from.as_bytes())).collect();
    let [place] = places.as_slice() else { panic!("{from}: {places:?}") };
    [&FILE[..*place], to.as_bytes(), &FILE[place + from.len()..]].concat()
}

#[track_caller]
fn assert_bytes(file: &ConfigFile, expected: &[u8]) {
    assert_eq!(String::from_utf8_lossy(file.bytes()), String::from_utf8_lossy(expected));
    assert!(file.bytes() == expected, "the same but for bytes that are not UTF-8");
}

#[test]
fn one_line_is_changed_and_every_other_byte_is_kept() {
    let rows: [(&str, &str, Option<&str>, Vec<u8>); 10] = [
        ("sso", "client-id", Some("other id"), with("   pve  \n", "   other id  \n")),
        ("sso", "client-key", Some("n3w #%"), with("s3cret", "n3w #%")),
        ("sso", "client-key", None, with("\tclient-key s3cret\n", "")),
        ("sso", "autocreate", Some("0"), with("\tautocreate\n", "\tautocreate 0\n")),
        ("sso", "autocreate", None, with("\tautocreate\n", "")),
        ("sso", "prompt", Some("login"), with("autocreate\n", "autocreate\n\tprompt login\n")),
        (
            "sso",
            "comment",
            Some("Büro: x"),
            with("autocreate\n", "autocreate\n\tcomment B%C3%BCro%3A x\n"),
        ),
        ("last", "client-id", Some("x"), [&FILE[..FILE.len() - 3], b"x"].concat()),
        ("last", "max-age", Some("5"), [FILE, b"\n  max-age 5"].concat()),
        ("sso", "max-age", None, FILE.to_vec()),
    ];
    for (realm, property, value, expected) in rows {
        let mut file = file(FILE);
        let changed = match value {
            Some(value) => file.set(realm, property, value).unwrap(),
            None => file.unset(realm, property).unwrap(),
        };
        assert_bytes(&file, &expected);
        assert_eq!(changed, expected != FILE, "{property}");
    }
}

#[test]
fn what_is_so_already_changes_nothing() {
    let mut file = file(FILE);
    assert!(!file.set("sso", "client-key", "s3cret").unwrap());
    assert!(!file.unset("sso", "prompt").unwrap());
    assert_bytes(&file, FILE);
}

#[test]
fn a_line_at_the_end_without_a_line_end_comes_and_goes_without_one() {
    let mut file = file(FILE);
    assert!(file.set("last", "default", "1").unwrap());
    assert!(file.set("last", "scopes", "email").unwrap());
    assert_bytes(&file, &[FILE, b"\n  default 1\n  scopes email"].concat());
    assert!(file.unset("last", "scopes").unwrap() && file.unset("last", "default").unwrap());
    assert_bytes(&file, FILE);
}

#[test]
fn a_value_that_would_be_read_as_another_is_refused() {
    for value in ["", " ", " x", "x ", "\tx", "x\n", "x\n\tpublic-override 1", "x\n\npam: x", "\n"]
    {
        let mut file = file(FILE);
        let error = file.set("sso", "client-key", value).unwrap_err();
        assert_eq!(error.code(), "value_refused", "{value:?}");
        assert_bytes(&file, FILE);
    }
}

#[test]
fn a_realm_that_could_not_be_used_is_refused() {
    let rows = [
        ("client-type", Some("Auto")),
        ("clock-skew", Some("601")),
        ("issuer-url", Some("http://login.example")),
        ("redirect-urls", Some("https://pve.example:8006 javascript:x")),
        ("native-client-key", Some("x")),
        ("client-key", Some("a\tb")),
        ("client-key", Some("a\0b")),
        ("client-key", Some("a\u{fffd}b")),
        ("client-key", Some("x\r")),
        ("issuer-url", None),
        ("client-id", None),
    ];
    for (property, value) in rows {
        let mut file = file(FILE);
        let error = match value {
            Some(value) => file.set("sso", property, value),
            None => file.unset("sso", property),
        };
        let error = error.unwrap_err();
        let expected =
            if value == Some("x\r") { "value_refused" } else { "realm_would_be_invalid" };
        assert_eq!(error.code(), expected, "{property} {value:?}");
        let text = error.to_string();
        let is_named =
            text.contains(property) || text.contains("line 11, realm \"sso\": there is a");
        assert!(text.starts_with("nothing was changed") && is_named, "{text}");
        assert!(value.is_none_or(|value| value.len() < 4 || !text.contains(value)), "{text}");
        assert_bytes(&file, FILE);
    }
}

#[test]
fn what_is_not_there_or_not_clear_is_refused() {
    let twice = b"openid: a1\n\tissuer-url https://h\n\tclient-id x\n\tclient-id y\n\nopenid: b1\n\tclient-id x\n\nldap: b1\n";
    for (bytes, realm, property, code) in [
        (FILE, "nowhere", "prompt", "realm_unknown"),
        (FILE, "pam", "comment", "realm_unknown"),
        (FILE, "sso", "Prompt", "property_unknown"),
        (FILE, "sso", "server1", "property_unknown"),
        (twice, "a1", "client-id", "realm_invalid"),
        (twice, "b1", "issuer-url", "realm_invalid"),
    ] {
        let mut file = file(bytes);
        assert_eq!(file.set(realm, property, "x").unwrap_err().code(), code, "{realm} {property}");
        assert_eq!(file.unset(realm, property).unwrap_err().code(), code, "{realm} {property}");
        assert_bytes(&file, bytes);
    }
    let large = [b"#".repeat(MAX_FILE_SIZE - FILE.len() - 1).as_slice(), b"\n", FILE].concat();
    assert_eq!(file(&large).set("sso", "prompt", "x").unwrap_err().code(), "config_too_large");
    assert!(ConfigFile::parse(&[&large[..], b"\n"].concat(), Path::new(PATH)).is_err());
}

#[test]
fn a_realm_is_repaired() {
    let least = "openid: sso\n\tissuer-url https://h\n\tclient-id x\n";
    let mut repaired = file(format!("{least}\tclient-type Auto\n").as_bytes());
    assert!(repaired.set("sso", "client-type", "auto").unwrap());
    assert_bytes(&repaired, format!("{least}\tclient-type auto\n").as_bytes());
    let mut repaired = file(format!("{least}\tclient-tpye auto\n").as_bytes());
    assert!(repaired.unset("sso", "client-tpye").unwrap());
    assert_bytes(&repaired, least.as_bytes());
    let mut repaired = file(&[least.as_bytes(), b"\tcomment \xff \n"].concat());
    assert!(repaired.set("sso", "comment", "x").unwrap());
    assert_bytes(&repaired, format!("{least}\tcomment x \n").as_bytes());
}

#[test]
fn no_key_is_shown() {
    assert!(!format!("{:?}", file(FILE)).contains("s3cret"));
    assert!(ConfigFile::is_secret("client-key") && ConfigFile::is_secret("native-client-key"));
    assert!(!ConfigFile::is_secret("client-id"));
    let error = file(FILE).unset("sso", "client-key=s3cret").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}

#[test]
fn a_byte_order_mark_is_kept_and_hides_no_realm() {
    let marked =
        |rest: &str| ["\u{feff}openid: sso\n\tissuer-url https://a.example\n", rest].concat();
    let mut file = file(marked("\tclient-id pve\n").as_bytes());
    assert!(file.set("sso", "client-id", "other").unwrap());
    assert_bytes(&file, marked("\tclient-id other\n").as_bytes());
}

#[test]
fn line_ends_of_windows_are_kept() {
    let crlf = |text: &str| text.replace('\n', "\r\n").into_bytes();
    let text = "openid: sso\n\tissuer-url https://login.example\n\tclient-id x\n";
    let mut changed = file(&crlf(text));
    assert!(changed.set("sso", "client-key", "n3w").unwrap());
    assert_bytes(&changed, &crlf(&format!("{text}\tclient-key n3w\n")));
    assert!(changed.set("sso", "client-key", "n3wer").unwrap());
    assert_bytes(&changed, &crlf(&format!("{text}\tclient-key n3wer\n")));
    assert!(changed.unset("sso", "client-key").unwrap());
    assert_bytes(&changed, &crlf(text));
}
