mod grammar;
mod messages;

use std::path::Path;

use super::*;
use onerealm::RealmConfig;
use onerealm_core::{
    AssertionAudience, ClientSecret, ClientTypeSetting, NativeKey, PublicOverride, QueryUserinfo,
    RealmError, RedirectUriError, TokenAuthMethod,
};

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

/// The minimum for a realm.
const LEAST: &str = "\tissuer-url https://a.example\n\tclient-id pve\n";

const PATH: &str = "/etc/pve/domains.cfg";

fn parse(text: &str) -> Realms {
    super::parse(text, Path::new(PATH)).unwrap()
}

/// The realm `sso` with these lines added to the minimum.
fn realm_with(lines: &str) -> Result<RealmConfig, (usize, Problem)> {
    realm_of(&format!("openid: sso\n{LEAST}{lines}"), "sso")
}

/// The realm with this name, or its mistake and the line of it.
fn realm_of(text: &str, name: &str) -> Result<RealmConfig, (usize, Problem)> {
    let source = Source { text: Zeroizing::new(text.to_owned()), path: PATH.into() };
    let realms = source.realms();
    let (_, found) = realms.into_iter().find(|(found, _)| found == name).unwrap();
    let realm = match found {
        Found::Sound(place) => source.realm(&place),
        Found::Read(realm) => *realm,
    };
    realm.map_err(|problem| (problem.line, problem.problem))
}

fn secret(realm: &RealmConfig) -> Option<&str> {
    realm.realm.registration.secret().map(ClientSecret::expose)
}

fn words(words: &onerealm_core::wire::Words<onerealm::Text>) -> Vec<&str> {
    words.iter().collect()
}

fn value(property: &'static str, expected: &'static str) -> Problem {
    Problem::Value { property, expected }
}

const METHODS: &str = "client_secret_basic, client_secret_post or private_key_jwt";

#[test]
fn token_auth_method_decides_between_a_secret_and_a_private_key() {
    let files = "\tclient-key-file /k.pem\n\tclient-cert-file /c.pem\n\tclient-key-id k 1\n";
    let by_key = format!("\ttoken-auth-method private_key_jwt\n{files}");
    let realm = realm_with(&by_key).unwrap();
    let key = realm.realm.registration.private_key().unwrap();
    assert_eq!(key.key_id.as_ref().map(|key_id| key_id.as_str()), Some("k 1"));
    assert_eq!(key.audience, AssertionAudience::Issuer);
    let named = realm.client_key.as_ref().unwrap();
    assert_eq!(
        (named.key.as_path(), named.certificate.as_deref()),
        (Path::new("/k.pem"), Some(Path::new("/c.pem")))
    );
    assert_eq!((realm.realm.token_auth_method, realm.unused.len()), (None, 0));

    let both =
        realm_with(&format!("{by_key}\tclient-key s3cret\n\tassertion-audience token-endpoint\n"));
    let both = both.unwrap();
    let key = both.realm.registration.private_key().unwrap();
    assert_eq!(key.audience, AssertionAudience::TokenEndpoint);
    assert_eq!((secret(&both), both.unused.concat()), (None, "client-key".to_owned()));

    let unused = realm_with(&format!("\tclient-key s3cret\n{files}")).unwrap();
    assert_eq!((secret(&unused), unused.client_key.is_none()), (Some("s3cret"), true));
    assert_eq!(unused.unused, ["client-key-file", "client-cert-file", "client-key-id"]);
    assert!(realm_with(files).unwrap().realm.registration.credential.is_none());
}

#[test]
fn a_realm_that_a_program_makes_has_the_defaults_of_the_file() {
    let made = RealmConfig::new("sso", "https://a.example", "pve").unwrap();
    assert_eq!(format!("{made:?}"), format!("{:?}", realm_with("").unwrap()));
}

/// What was read at once when there was nothing to be put off.
#[test]
fn a_realm_that_is_read_later_is_the_same() {
    let many = |end: &str, mark: &str| {
        let text = format!(
            "{mark}# first\n\nopenid: one\n# within\n{LEAST}\tprompt\n \t\nldap: two\n\tserver x\n\nopenid: three\n\n\
             {FULL}\nopenid: last\n\tcomment \u{e4}\n{LEAST}\tclient-id x"
        );
        text.replace('\n', end)
    };
    let mut later = 0;
    for (end, mark) in [("\n", ""), ("\n", "\u{feff}"), ("\r\n", ""), ("\r\n", "\u{feff}")] {
        let text = many(end, mark);
        let source = Source { text: Zeroizing::new(text.clone()), path: PATH.into() };
        let sections = sections::parse(&text, &|_, _| ());
        for (name, found) in source.realms() {
            let Found::Sound(place) = found else { continue };
            let section = sections.iter().find(|section| section.name == name).unwrap();
            let at_once = realm::realm(section, Path::new(PATH));
            let read = source.realm(&place).map_err(|found| (found.line, found.problem));
            assert_eq!(format!("{read:?}"), format!("{at_once:?}"), "{name}");
            later += 1;
        }
    }
    assert_eq!(later, 4 * 4);
}

#[test]
fn every_property_is_read() {
    let config = realm_of(FULL, "sso").unwrap();
    let realm = &config.realm;
    assert_eq!(secret(&config), Some("s3cret"));
    let native = realm.native_registration.as_ref().unwrap();
    assert_eq!(native.key.as_ref().map(NativeKey::expose), Some("n4tive"));
    assert_eq!(
        (realm.name.as_str(), realm.issuer.as_str()),
        ("sso", "https://login.example/t/v2.0")
    );
    assert_eq!(
        (realm.registration.client_id.as_str(), native.client_id.as_str()),
        ("pve", "pve-cli")
    );
    assert_eq!(realm.client_type, ClientTypeSetting::Auto);
    assert_eq!(realm.public_override, PublicOverride::Refused);
    assert_eq!(realm.token_auth_method, Some(TokenAuthMethod::ClientSecretPost));
    assert_eq!(words(&realm.scopes), ["openid", "email", "groups", "roles"]);
    assert_eq!(words(&realm.prompt), ["select_account"]);
    assert_eq!(words(&realm.acr_values), ["one", "two"]);
    assert_eq!(words(&realm.audiences), ["a", "b"]);
    assert_eq!(realm.userinfo, QueryUserinfo::Never);
    assert_eq!((realm.max_age, realm.clock_skew), (Some(3600), 90));
    let settings = format!("{config:?}");
    assert_eq!(
        settings.split_once("}, redirect_urls").unwrap().1,
        ": [RedirectUri(\"https://pve.example:8006\"), RedirectUri(\"http://127.0.0.1/cb\"), \
         RedirectUri(\"com.example.app:/cb\")], username_claim: \"username\", \
         groups_claim: Some(\"groups\"), ca_file: Some(\"/etc/pve/ca.pem\"), client_key: None, autocreate: true, \
         groups_autocreate: true, groups_overwrite: true, default: true, \
         comment: Some(\"Company login\"), unknown: [], unused: [] }"
    );
    assert!(!settings.contains("s3cret") && !settings.contains("n4tive"), "{settings}");
    assert_eq!(parse(FULL).iter().count(), 1);
}

#[test]
fn a_discovery_url_is_read_and_has_its_line_where_it_is_refused() {
    let url = "https://login.example/t/v2.0/.well-known/openid-configuration?p=b2c_1_policy";
    let config = realm_with(&format!("\tdiscovery-url {url}\n")).unwrap();
    assert_eq!(config.realm.discovery_url.unwrap().as_str(), url);
    assert!(realm_with("").unwrap().realm.discovery_url.is_none());
    let error = RealmError::DiscoveryUrl;
    for bad in [
        "http://login.example/",
        "http://127.0.0.1/",
        "https://u@login.example/",
        "https://login.example/#f",
        "x",
    ] {
        let refused = realm_with(&format!("\tdiscovery-url {bad}\n")).unwrap_err();
        assert_eq!(refused, (4, Problem::Refused { property: "discovery-url", error }), "{bad}");
    }
}

#[test]
fn what_is_not_said_has_proxmox_defaults() {
    let config = realm_with("\tclient-key\n\tnative-client-key \t \n").unwrap();
    let realm = &config.realm;
    assert!(secret(&config).is_none() && realm.native_registration.is_none());
    assert_eq!(realm.client_type, ClientTypeSetting::Unset);
    assert_eq!(
        (config.username_claim.as_str(), words(&realm.scopes)),
        ("sub", vec!["email", "profile"])
    );
    assert_eq!(realm.public_override, PublicOverride::Allowed);
    assert_eq!(realm.userinfo, QueryUserinfo::WhereOffered);
    assert!(!config.autocreate && !config.default);
    assert!(realm.token_auth_method.is_none() && realm.acr_values.is_empty());
    assert_eq!(realm.clock_skew, onerealm_core::policy::CLOCK_SKEW);
}

#[test]
fn a_list_of_separators_alone_has_no_words() {
    assert!(realm_with("\tscopes ,;\n").unwrap().realm.scopes.is_empty());
}

#[test]
fn words_are_read_as_what_they_mean() {
    let kind =
        |text: &str| realm_with(&format!("\tclient-type {text}\n")).unwrap().realm.client_type;
    assert_eq!(kind("confidential"), ClientTypeSetting::Confidential);
    assert_eq!(kind("public"), ClientTypeSetting::Public);
    let basic = realm_with("\ttoken-auth-method client_secret_basic\n").unwrap();
    assert_eq!(basic.realm.token_auth_method, Some(TokenAuthMethod::ClientSecretBasic));
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
        ("\ttoken-auth-method none\n", (4, value("token-auth-method", METHODS))),
        ("\tclient-key-file k.pem\n", (4, value("client-key-file", "an absolute path"))),
        ("\tclient-cert-file c.pem\n", (4, value("client-cert-file", "an absolute path"))),
        (
            "\tassertion-audience both\n",
            (4, value("assertion-audience", "issuer or token-endpoint")),
        ),
        (
            "\ttoken-auth-method private_key_jwt\n",
            (1, Problem::Missing { property: "client-key-file" }),
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
        let lines = &lines.replace("LONG", &"x".repeat(251));
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
        ("https://login.example", &"x".repeat(257), (3, "client-id", RealmError::ClientId)),
    ] {
        let text = format!("openid: sso\n\tissuer-url {issuer}\n\tclient-id {client_id}\n");
        let (line, property, error) = expected;
        assert_eq!(
            realm_of(&text, "sso").map(|_| ()),
            Err((line, Problem::Refused { property, error })),
            "{text}"
        );
    }
}

#[test]
fn the_realm_with_default_is_the_default_realm() {
    let realms = parse(&format!(
        "pam: pam\n\tdefault 1\n\nopenid: one\n{LEAST}\nopenid: two\n{LEAST}\tdefault 1\n"
    ));
    assert_eq!(realms.default_realm().unwrap().name(), "two");
    let error =
        parse(&format!("openid: one\n{LEAST}\nopenid: two\n{LEAST}")).default_realm().unwrap_err();
    assert_eq!(
        error.to_string(),
        "name a realm, as /etc/pve/domains.cfg has no openid realm with `default 1`; its openid realms: one, two"
    );
}

#[test]
fn a_realm_without_issuer_or_client_id_is_refused_at_its_header() {
    for (text, property) in
        [("\tclient-id a\n", "issuer-url"), ("\tissuer-url https://a\n", "client-id")]
    {
        let text = format!("\n\nopenid: sso\n{text}");
        assert_eq!(realm_of(&text, "sso").map(|_| ()), Err((3, Problem::Missing { property })));
    }
}
