//! Case 158: a server's certificate that is trusted itself, and all that is like it and isn't.

use std::fs;
use std::process::Command;

use onerealm::Requested;
use rcgen::{
    DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyUsagePurpose,
    SerialNumber, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::TLS13;

use crate::certificates::{Authority, Own, VERSIONS, showing_with};
use crate::scene::{ALICE, Scene};
use crate::tls::{refused, scene};

fn accepted(what: &str, ca: &str, server: ServerConfig) {
    let scene = scene(ca, server);
    let logins = scene.logins();
    for _ in 0..2 {
        let user = scene.login(&logins).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(user.username, ALICE);
    }
    assert_eq!(scene.asked(), [1, 1, 2, 2]);
}

#[test]
fn a_certificate_that_is_trusted_itself_is_accepted_for_its_names() {
    for version in VERSIONS {
        let own = Own::new(&["login.example", "localhost"]);
        accepted("as openssl req -x509 makes it", &own.pem, own.server(version));
    }
    let others = [Authority::new("A private CA").pem, Authority::new("The provider").pem];
    let own = Own::new(&["localhost"]);
    let file = [&others[0], &own.pem, &others[1]].map(String::as_str).concat();
    accepted("among others", &file, own.server(&TLS13));
    let server_s = |params: &mut rcgen::CertificateParams| {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
    };
    let own = Own::with(&["localhost"], server_s);
    accepted("for servers and more", &own.pem, own.server(&TLS13));
    let own = Own::with(&["localhost"], |params| params.is_ca = IsCa::ExplicitNoCa);
    accepted("not a CA's", &own.pem, own.server(&TLS13));
}

#[test]
fn an_address_is_a_name_of_a_certificate_that_is_trusted_itself() {
    let own = Own::new(&["127.0.0.1"]);
    let scene = Scene::at("https://127.0.0.1", "");
    fs::write(scene.path("ca.pem"), &own.pem).unwrap();
    scene.configure(&format!("\tca-file {}\n", scene.path("ca.pem").display()));
    scene.front.speak_tls(own.server(&TLS13));
    assert_eq!(scene.login(&scene.logins()).unwrap().username, ALICE);
}

#[test]
fn a_certificate_of_openssl_req_x509_is_accepted_where_it_is_trusted_itself() {
    let directory = tempfile::tempdir().unwrap();
    let [key, certificate] = ["key.pem", "certificate.pem"].map(|name| directory.path().join(name));
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]);
    command.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
    command.arg("-keyout").arg(&key).arg("-out").arg(&certificate);
    if !command.output().is_ok_and(|output| output.status.success()) {
        eprintln!("there is no openssl here, or an old one: nothing was tried");
        return;
    }
    for version in VERSIONS {
        let chain = vec![CertificateDer::from_pem_file(&certificate).unwrap()];
        let server = showing_with(chain, PrivateKeyDer::from_pem_file(&key).unwrap(), &[version]);
        accepted("of openssl", &fs::read_to_string(&certificate).unwrap(), server);
    }
}

#[test]
fn what_a_trusted_certificate_issued_is_accepted_as_ever() {
    let own = Own::new(&["login.example"]);
    accepted("a chain that ends in it", &own.pem, own.issued(&["localhost"]));
}

#[test]
fn what_stands_behind_a_certificate_that_is_trusted_itself_does_not_matter() {
    let own = Own::new(&["localhost"]);
    let expired = Own::with(&[], |params| params.not_after = date_time_ymd(2001, 1, 1));
    accepted("an expired one", &own.pem, own.server_with(&[&expired, &own]));
}

#[test]
fn case_158_a_certificate_like_the_trusted_one_is_refused() {
    let id = KeyIdMethod::PreSpecified(vec![7; 20]);
    let own = Own::with(&["localhost"], |params| params.key_identifier_method = id.clone());
    for version in VERSIONS {
        let refuse = |what: &str, other: &Own| {
            refused(what, &own.pem, other.server(version), "tls_unknown_issuer", "The provider");
        };
        let same = Own::with(&["localhost"], |params| params.key_identifier_method = id.clone());
        refuse("the same subject and key identifier", &same);
        let serial = SerialNumber::from(vec![1, 2, 3]);
        let again = own.again(|params| params.serial_number = Some(serial));
        refuse("the same key and another serial number", &again);
        let longer = own.again(|params| params.not_after = date_time_ymd(4090, 1, 1));
        refuse("the same key and other times", &longer);
    }
    let renamed = own.again(|params| {
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "Mallory");
    });
    let signs_itself = "it signs itself";
    refused("another", &own.pem, renamed.server(&TLS13), "tls_unknown_issuer", signs_itself);
    // The trusted one behind one's own makes no chain.
    let server = renamed.server_with(&[&own]);
    refused("the trusted one behind", &own.pem, server, "tls_unknown_issuer", signs_itself);
}

#[test]
fn case_158_a_trusted_certificate_is_accepted_for_its_names_times_and_purposes_only() {
    type Change = fn(&mut rcgen::CertificateParams);
    let rows: [(&str, &[&str], Change, &str, &str); 8] = [
        ("another host", &["login.example"], |_| (), "tls_other_host", "login.example"),
        ("a host below", &["*.localhost"], |_| (), "tls_other_host", "*.localhost"),
        ("an address", &["127.0.0.1"], |_| (), "tls_other_host", "127.0.0.1"),
        ("no host", &[], |_| (), "tls_no_host", "common name \"The provider\""),
        (
            "expired",
            &["localhost"],
            |params| params.not_after = date_time_ymd(2001, 1, 1),
            "tls_expired",
            "expired at 2001-01-01T00:00:00Z",
        ),
        (
            "early",
            &["localhost"],
            |params| params.not_before = date_time_ymd(4000, 1, 1),
            "tls_not_valid_yet",
            "not valid before 4000-01-01T00:00:00Z",
        ),
        (
            "for clients",
            &["localhost"],
            |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
            "tls_certificate_usage",
            "extended key usage",
        ),
        (
            "for certificates",
            &["localhost"],
            |params| params.key_usages = vec![KeyUsagePurpose::KeyCertSign],
            "tls_certificate_usage",
            "key usage is not that of a server",
        ),
    ];
    for (what, names, change, code, sentence) in rows {
        let own = Own::with(names, change);
        for version in VERSIONS {
            refused(what, &own.pem, own.server(version), code, sentence);
        }
    }
}

#[test]
fn case_158_whoever_shows_a_trusted_certificate_without_its_key_is_refused() {
    let own = Own::new(&["localhost"]);
    for version in VERSIONS {
        let sentence = "does not have the key";
        refused("a CA's", &own.pem, own.impostor(version), "tls_not_its_key", sentence);
        let leaf = own.again(|params| params.is_ca = IsCa::NoCa);
        refused("no CA's", &leaf.pem, leaf.impostor(version), "tls_not_its_key", sentence);
        // A CA's certificate has no name of a host, as a rule.
        let authority = Own::new(&[]);
        refused("a CA", &authority.pem, authority.impostor(version), "tls_no_host", "no host");
    }
}

#[test]
fn case_158_what_another_realm_trusts_is_not_trusted_here() {
    let own = Own::new(&["localhost"]);
    let scene = scene(&own.pem, own.server(&TLS13));
    fs::write(scene.path("other.pem"), Own::new(&["localhost"]).pem).unwrap();
    let other = format!("\tca-file {}\n", scene.path("other.pem").display());
    let other = scene.realm(&other).replacen("openid: sso", "openid: other", 1);
    let both = [&fs::read_to_string(scene.path("domains.cfg")).unwrap(), "\n", &other].concat();
    fs::write(scene.path("domains.cfg"), both).unwrap();
    let logins = scene.logins();
    for _ in 0..2 {
        assert_eq!(scene.login(&logins).unwrap().username, ALICE);
        let begun = logins.begin("other", "https://pve.example:8006", Requested::Default);
        assert_eq!(begun.unwrap_err().code(), "tls_unknown_issuer");
    }
}
