mod grammar;
mod messages;

use std::path::Path;

use super::*;
use onerealm_core::{ClientTypeSetting, RealmError, RedirectUriError, TokenAuthMethod};

const FULL: &str = "\
# realms
pam: pam
\tcomment Linux PAM

openid: sso
\tissuer-url https://login.example/t/v2.0
\tclient-id pve
# a comment ends nothing
\tclient-key s3cret
\tnative-client-id pve-cli
\tnative-client-key n4tive
\tclient-type auto
\tpublic-override 0
\ttoken-auth-method client_secret_post
\tredirect-urls https://pve.example:8006;http://127.0.0.1/cb, com.example.app:/cb
\tusername-claim username
\tscopes openid email,groups; roles
\tprompt select_account
\tacr-values one two
\taudiences a;b
\tquery-userinfo off
\tca-file /etc/pve/ca.pem
\tgroups-claim groups
\tautocreate
\tgroups-autocreate TRUE
\tgroups-overwrite 1
\tdefault yes
\tcomment Company login
\tclock-skew 90
\tmax-age 3600

ldap: office
\tserver1 ldap.example
\tclient-key of another type
";

/// The least that a realm needs.
const LEAST: &str = "\tissuer-url https://a.example\n\tclient-id pve\n";

fn parse(text: &str) -> Config {
    Config::parse(text, Path::new("/etc/pve/domains.cfg")).unwrap()
}

/// The realm `sso` with these lines besides what it needs.
fn realm_with(lines: &str) -> Result<RealmConfig, (usize, Problem)> {
    located(parse(&format!("openid: sso\n{LEAST}{lines}")).realm("sso"))
}

fn located(outcome: Result<&RealmConfig, ConfigError>) -> Result<RealmConfig, (usize, Problem)> {
    match outcome {
        Ok(realm) => Ok(realm.clone()),
        Err(ConfigError::RealmInvalid(problem)) => Err((problem.line, problem.problem)),
        Err(other) => panic!("{other}"),
    }
}

fn value(property: &'static str, expected: &'static str) -> Problem {
    Problem::Value { property, expected }
}

#[test]
fn a_realm_that_a_program_makes_has_the_defaults_of_the_file() {
    let made = RealmConfig::new("sso".into(), "https://a.example".into(), "pve".into());
    assert_eq!(format!("{made:?}"), format!("{:?}", realm_with("").unwrap()));
    let config = Config::of([made], Path::new("here"));
    assert_eq!(config.realm("sso").unwrap().issuer_url, "https://a.example");
    assert!(config.realm("other").unwrap_err().to_string().contains("sso"));
}

#[test]
fn every_property_is_read() {
    let config = parse(FULL);
    let realm = config.realm("sso").unwrap();
    assert_eq!(realm.client_key.as_deref().map(String::as_str), Some("s3cret"));
    assert_eq!(realm.native_client_key.as_deref().map(String::as_str), Some("n4tive"));
    assert_eq!(
        format!("{realm:?}"),
        "RealmConfig { name: \"sso\", issuer_url: \"https://login.example/t/v2.0\", client_id: \"pve\", \
         client_key: Some(..), native_client_id: Some(\"pve-cli\"), native_client_key: Some(..), \
         client_type: Auto, public_override: false, token_auth_method: Some(ClientSecretPost), \
         redirect_urls: [RedirectUri(\"https://pve.example:8006\"), \
         RedirectUri(\"http://127.0.0.1/cb\"), RedirectUri(\"com.example.app:/cb\")], \
         username_claim: \"username\", scopes: [\"email\", \"groups\", \"roles\"], \
         prompt: Some(\"select_account\"), acr_values: [\"one\", \"two\"], audiences: [\"a\", \"b\"], \
         query_userinfo: false, ca_file: Some(\"/etc/pve/ca.pem\"), groups_claim: Some(\"groups\"), \
         autocreate: true, groups_autocreate: true, groups_overwrite: true, default: true, \
         comment: Some(\"Company login\"), clock_skew: Some(90), max_age: Some(3600), unknown: [] }"
    );
    assert_eq!(config.realms().count(), 1);
}

#[test]
fn what_is_not_said_has_proxmox_defaults() {
    let realm = realm_with("\tclient-key\n\tnative-client-key \t \n").unwrap();
    assert!(realm.client_key.is_none() && realm.native_client_key.is_none());
    assert_eq!(realm.client_type, ClientTypeSetting::Unset);
    assert_eq!(
        (realm.username_claim.as_str(), realm.scopes),
        ("sub", vec!["email".into(), "profile".into()])
    );
    assert!(realm.public_override && realm.query_userinfo && !realm.autocreate && !realm.default);
    assert!(
        realm.token_auth_method.is_none()
            && realm.acr_values.is_empty()
            && realm.clock_skew.is_none()
    );
}

#[test]
fn words_are_read_as_what_they_mean() {
    let kind = |text: &str| realm_with(&format!("\tclient-type {text}\n")).unwrap().client_type;
    assert_eq!(kind("confidential"), ClientTypeSetting::Confidential);
    assert_eq!(kind("public"), ClientTypeSetting::Public);
    let method = realm_with("\ttoken-auth-method client_secret_basic\n").unwrap().token_auth_method;
    assert_eq!(method, Some(TokenAuthMethod::ClientSecretBasic));
    for (text, expected) in [("1", true), ("On", true), ("no", false), ("FALSE", false), ("", true)]
    {
        assert_eq!(
            realm_with(&format!("\tautocreate {text}\n")).unwrap().autocreate,
            expected,
            "{text}"
        );
    }
}

#[test]
fn a_realm_with_a_mistake_is_refused_with_its_line_and_property() {
    const BOOLEAN: &str = "0 or 1 (also yes, no, on, off, true, false)";
    const SECONDS: &str = "a whole number of seconds";
    const SKEW: &str = "a whole number of seconds, at most 600";
    const WORDS: &str = "words of visible ASCII without `\"` and `\\`";
    let redirect_url = |error| Problem::RedirectUrl { property: "redirect-urls", error };
    const KEY: &str = "followed by a space or a tab, and then its value";
    let alone =
        Problem::MissingBeside { property: "native-client-id", beside: "native-client-key" };
    let rows = [
        ("\tclient-type Public\n", (4, value("client-type", "confidential, public or auto"))),
        (
            "\ttoken-auth-method none\n",
            (4, value("token-auth-method", "client_secret_basic or client_secret_post")),
        ),
        ("\tautocreate maybe\n", (4, value("autocreate", BOOLEAN))),
        ("\tpublic-override 2\n", (4, value("public-override", BOOLEAN))),
        ("\tclock-skew 601\n", (4, value("clock-skew", SKEW))),
        ("\tmax-age +5\n", (4, value("max-age", SECONDS))),
        ("\tclock-skew +5\n", (4, value("clock-skew", SKEW))),
        ("\tclock-skew\n", (4, value("clock-skew", SKEW))),
        ("\tmax-age 4294967296\n", (4, value("max-age", SECONDS))),
        ("\tca-file ca.pem\n", (4, value("ca-file", "an absolute path"))),
        ("\tprompt\n", (4, value("prompt", WORDS))),
        ("\tissuer-url\n", (4, Problem::PropertyTwice { property: "issuer-url", first: 2 })),
        ("\tscopes \u{e9}\n", (4, value("scopes", WORDS))),
        ("\tscopes\n", (4, value("scopes", WORDS))),
        ("\tprompt a\"b\n", (4, value("prompt", WORDS))),
        ("\tacr-values a\\b\n", (4, value("acr-values", WORDS))),
        ("\taudiences a \u{e9}\n", (4, value("audiences", WORDS))),
        (
            "\tnative-client-id \u{e9}\u{e9}\u{e9}LONG\n",
            (4, Problem::Refused { property: "native-client-id", error: RealmError::ClientId }),
        ),
        ("\tredirect-urls\n", (4, value("redirect-urls", "followed by redirect URLs"))),
        ("\tredirect-urls ,; \n", (4, value("redirect-urls", "followed by redirect URLs"))),
        (
            "\tredirect-urls https://h http://h\n",
            (4, redirect_url(RedirectUriError::HttpElsewhere)),
        ),
        ("\tredirect-urls https://h;/cb\n", (4, redirect_url(RedirectUriError::Malformed))),
        ("\tredirect-urls https://h/#x\n", (4, redirect_url(RedirectUriError::Fragment))),
        ("\tclient-key a\tb\n", (4, value("client-key", "one line of text without a tab in it"))),
        ("\tclient-key=s3cret\n", (4, value("client-key", KEY))),
        ("\tnative-client-keys3cret\n", (4, value("native-client-key", KEY))),
        ("\tclient-id x\n", (4, Problem::PropertyTwice { property: "client-id", first: 3 })),
        (
            "\tclient-key\n\tclient-key x\n",
            (5, Problem::PropertyTwice { property: "client-key", first: 4 }),
        ),
        ("\n\tclient-key x\n", (5, Problem::AfterBlankLine)),
        ("\nclient-key x\n", (5, Problem::AfterBlankLine)),
        ("client-key x\n", (4, Problem::NotAProperty)),
        ("client-key: x\n", (4, Problem::NotAProperty)),
        ("\tnative-client-key x\n", (4, alone)),
        ("\tclient-key a\0b\n", (4, Problem::NotText)),
        ("\tclient-key a\r\n", (4, Problem::NotText)),
        ("\r\n", (4, Problem::NotText)),
        ("\tclient-key a\u{7f}\n", (4, Problem::NotText)),
        ("\tclient-key a\u{85}b\n", (4, Problem::NotText)),
    ];
    for (lines, expected) in rows {
        let lines = &lines.replace("LONG", &"x".repeat(250));
        assert_eq!(realm_with(lines).map(|_| ()), Err(expected), "{lines:?}");
    }
}

#[test]
fn an_issuer_or_client_that_no_login_can_have_is_refused_with_its_line() {
    for (issuer, client_id, expected) in [
        ("login.example", "x", (2, "issuer-url", RealmError::Issuer)),
        ("https://login.example/?x", "x", (2, "issuer-url", RealmError::Issuer)),
        ("http://login.example", "x", (2, "issuer-url", RealmError::IssuerNotHttps)),
        ("https://u@login.example", "x", (2, "issuer-url", RealmError::IssuerNotHttps)),
        ("https://login.example", &"x".repeat(256), (3, "client-id", RealmError::ClientId)),
    ] {
        let text = format!("openid: sso\n\tissuer-url {issuer}\n\tclient-id {client_id}\n");
        let (line, property, error) = expected;
        assert_eq!(
            located(parse(&text).realm("sso")).map(|_| ()),
            Err((line, Problem::Refused { property, error })),
            "{text}"
        );
    }
}

#[test]
fn a_realm_with_redirect_urls_allows_no_others() {
    let allows = |list: &str, text: &str| {
        let realm = realm_with(list).unwrap();
        realm.allows(&onerealm_core::RedirectUri::parse(text).unwrap())
    };
    let list = "\tredirect-urls https://pve.example:8006 http://127.0.0.1/callback\n";
    for (list, text, expected) in [
        ("", "https://anything.example", true),
        (list, "https://pve.example:8006", true),
        (list, "https://pve.example:8006/", false),
        (list, "https://anything.example", false),
        (list, "http://127.0.0.1:51004/callback", true),
        (list, "http://localhost:51004/callback", false),
        (list, "com.example.app:/cb", false),
    ] {
        assert_eq!(allows(list, text), expected, "{list:?} {text}");
    }
}

#[test]
fn the_default_realm_is_the_one_that_says_so_or_the_only_one() {
    let realms = |lines: &[&str]| {
        let sections = lines.iter().enumerate();
        let text: String =
            sections.map(|(n, lines)| format!("openid: r{n}\n{LEAST}{lines}\n\n")).collect();
        parse(&format!("pam: pam\n\tdefault 1\n\n{text}"))
    };
    let name = |config: Config| config.default_realm().map(|realm| realm.name.clone());
    assert_eq!(name(realms(&["", "\tdefault 1", ""])).unwrap(), "r1");
    assert_eq!(name(realms(&[""])).unwrap(), "r0");
    assert_eq!(name(realms(&["\tdefault 0"])).unwrap(), "r0");
    assert_eq!(name(realms(&["\tdefault 1", "\tclient-type x"])).unwrap(), "r0");
    let error = name(realms(&["", "\tdefault 0"])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "name a realm, as /etc/pve/domains.cfg has no openid realm with `default 1`; its openid realms: r0, r1"
    );
    let error = name(realms(&["\tdefault 1", "\tdefault 1"])).unwrap_err();
    assert!(error.to_string().contains("has more than one openid realm with"), "{error}");
    // A realm that can't be used doesn't make the other one the only one.
    assert_eq!(name(realms(&["", "\tclient-type x"])).unwrap_err().code(), "realm_not_named");
    assert_eq!(name(realms(&["\tclient-type x"])).unwrap_err().code(), "realm_invalid");
    assert_eq!(name(realms(&[])).unwrap_err().code(), "realm_not_named");
}

#[test]
fn a_realm_without_issuer_or_client_id_is_refused_at_its_header() {
    for (text, property) in
        [("\tclient-id a\n", "issuer-url"), ("\tissuer-url https://a\n", "client-id")]
    {
        let config = parse(&format!("\n\nopenid: sso\n{text}"));
        assert_eq!(
            located(config.realm("sso")).map(|_| ()),
            Err((3, Problem::Missing { property }))
        );
    }
}
