//! What is told of a certificate that is refused: the rule, and how to mend it.

use rcgen::{BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, IsCa};
use rustls::ServerConfig;
use rustls::version::TLS13;

use crate::certificates::{Authority, Own};
use crate::tls::scene;

/// The error of a login with `server`, where `ca` is trusted: code, and message with who does what.
fn told(ca: &str, server: ServerConfig) -> (String, String) {
    let scene = scene(ca, server);
    let error = scene.login(&scene.logins()).unwrap_err();
    assert_eq!(scene.asked(), [0; 4], "nothing was asked");
    let (code, explanation) = (error.code().to_owned(), error.explanation());
    let fix = explanation.fix.as_deref().unwrap_or_default();
    (code, format!("{error} / {}: {fix}", explanation.who.as_str()))
}

#[test]
fn each_rule_that_a_certificate_breaks_is_named_with_how_to_mend_it() {
    let authority = Authority::new("A private CA");
    let server = |change: fn(&mut CertificateParams)| authority.server_with(&["localhost"], change);
    let own = Own::new(&["localhost"]);
    let rows: [(ServerConfig, &str, &[&str]); 8] = [
        (
            Authority::new("Another CA").server(&["localhost"]),
            "tls_unknown_issuer",
            &[
                "by \"Another CA\"",
                "for localhost",
                "ca-file",
                "fullchain.pem",
                "realm_administrator",
            ],
        ),
        (
            own.server(&TLS13),
            "tls_unknown_issuer",
            &["signs itself", "put it into the realm's ca-file", "realm_administrator"],
        ),
        (
            own.issued(&["localhost"]),
            "tls_unknown_issuer",
            &["by \"The provider\"", "add that of the CA"],
        ),
        (
            server(|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
            "tls_ca_certificate",
            &["a CA's own", "CA:FALSE", "provider_administrator"],
        ),
        (
            server(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
            "tls_certificate_usage",
            &["extended key usage", "serverAuth"],
        ),
        (
            server(|params| {
                let mut extension = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
                extension.set_criticality(true);
                params.custom_extensions.push(extension);
            }),
            "tls_certificate_extension",
            &["critical"],
        ),
        (
            authority.server(&["login.example"]),
            "tls_other_host",
            &[
                "expected: localhost in its subjectAltName",
                "came: login.example",
                "issuer-url",
                "provider_administrator",
            ],
        ),
        (
            authority.server(&[]),
            "tls_no_host",
            &["subjectAltName", "is not looked at", "-addext subjectAltName=DNS:"],
        ),
    ];
    for (server, code, pieces) in rows {
        let (came, text) = told(&authority.pem, server);
        assert_eq!(came, code, "{text}");
        pieces.iter().for_each(|piece| assert!(text.contains(piece), "{piece}: {text}"));
    }
}
