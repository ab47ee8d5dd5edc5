//! Judgements of certificates as they are shown, without a connection.

#[path = "fixtures.rs"]
mod fixtures;

use base64ct::{Base64, Encoding};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use super::*;

fn der(base64: &str) -> CertificateDer<'static> {
    Base64::decode_vec(base64).unwrap().into()
}

/// What comes of `shown` for localhost where `trusted` are trusted: `None` if it is accepted.
fn refusal(trusted: &[&CertificateDer<'static>], shown: &CertificateDer<'static>) -> Option<Rule> {
    judged(trusted, shown, &[], UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000)))
}

fn judged(
    trusted: &[&CertificateDer<'static>],
    shown: &CertificateDer<'static>,
    others: &[CertificateDer<'static>],
    now: UnixTime,
) -> Option<Rule> {
    let verifier = verifier(trusted);
    let name = "localhost".try_into().unwrap();
    match verifier.verify_server_cert(shown, others, &name, &[], now) {
        Ok(_) => None,
        Err(error) => Some(rule(error)),
    }
}

fn verifier(trusted: &[&CertificateDer<'static>]) -> Verifier {
    Verifier::new(trusted.iter().map(|der| (*der).clone()).collect(), true).unwrap()
}

fn rule(error: Error) -> Rule {
    let Error::InvalidCertificate(CertificateError::Other(other)) = error else {
        panic!("it has no rule: {error:?}");
    };
    other.0.downcast_ref::<Refused>().unwrap().rule
}

#[test]
fn what_openssl_makes_is_named_by_its_rule() {
    let [ca, v1, sha1, weak_ca, of_weak] = [
        fixtures::CA,
        fixtures::VERSION_1,
        fixtures::SHA_1,
        fixtures::WEAK_CA,
        fixtures::OF_WEAK_CA,
    ]
    .map(der);
    assert_eq!(refusal(&[&ca], &v1), Some(Rule::Version));
    assert_eq!(refusal(&[&v1], &v1), Some(Rule::Version), "trusted or not");
    assert_eq!(refusal(&[&ca], &sha1), Some(Rule::SignatureAlgorithm));
    assert_eq!(refusal(&[&weak_ca], &of_weak), Some(Rule::WeakKey(1024)));
    assert_eq!(refusal(&[&ca], &of_weak), Some(Rule::UnknownIssuerOfOne));
    // Who issued a certificate doesn't matter where it is trusted itself.
    assert_eq!(refusal(&[&ca, &sha1], &sha1), None);
    assert_eq!(refusal(&[&ca, &of_weak], &of_weak), None);
    let junk = CertificateDer::from(vec![0x30, 3, 2, 1, 1]);
    assert_eq!(refusal(&[&ca], &junk), Some(Rule::Encoding));
}

#[test]
fn a_handshake_s_signature_is_refused_by_its_cause() {
    let [ca, weak] = [fixtures::CA, fixtures::WEAK_CA].map(der);
    let verifier = verifier(&[&ca]);
    let bad = || Error::from(CertificateError::BadSignature);
    assert_eq!(rule(verifier.of_signature(bad(), &ca)), Rule::NotItsKey);
    assert_eq!(rule(verifier.of_signature(bad(), &weak)), Rule::WeakKey(1024));
}

/// A certificate for localhost, or a CA's, with what issues more by it.
struct Made {
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

fn made(name: &str, above: Option<&Made>, is_ca: Option<BasicConstraints>) -> Made {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = is_ca.map_or(IsCa::NoCa, IsCa::Ca);
    let key = KeyPair::generate().unwrap();
    let certificate = match above {
        Some(above) => params.signed_by(&key, &above.issuer).unwrap(),
        None => params.self_signed(&key).unwrap(),
    };
    Made { der: certificate.der().clone(), issuer: Issuer::new(params, key) }
}

#[test]
fn a_chain_is_refused_by_the_rule_that_it_breaks() {
    let root = made("Root", None, Some(BasicConstraints::Constrained(0)));
    let middle = made("Middle", Some(&root), Some(BasicConstraints::Unconstrained));
    let lower = made("Lower", Some(&middle), Some(BasicConstraints::Unconstrained));
    let no_ca = made("No CA", Some(&root), None);
    let now = UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000));
    let rows: [(&Made, Vec<&Made>, Option<Rule>); 5] = [
        (&middle, vec![&middle], None),
        (&middle, vec![], Some(Rule::UnknownIssuerOfOne)),
        (&no_ca, vec![&no_ca], Some(Rule::Chain)),
        (&lower, vec![&lower, &middle], None),
        (&lower, vec![&lower], Some(Rule::UnknownIssuer)),
    ];
    for (issuer, others, expected) in rows {
        let leaf = made("Leaf", Some(issuer), None);
        let others: Vec<_> = others.iter().map(|made| made.der.clone()).collect();
        assert_eq!(judged(&[&root.der], &leaf.der, &others, now), expected);
    }
    let long_ago = UnixTime::since_unix_epoch(Duration::from_secs(1));
    let leaf = made("Leaf", Some(&middle), None);
    let error = verifier(&[&root.der])
        .verify_server_cert(&leaf.der, &[], &"localhost".try_into().unwrap(), &[], long_ago)
        .unwrap_err();
    assert!(matches!(
        error,
        Error::InvalidCertificate(CertificateError::NotValidYetContext { .. })
    ));
}

#[test]
fn an_expired_certificate_of_the_chain_is_told_from_the_server_s_own() {
    let root = made("Root", None, Some(BasicConstraints::Unconstrained));
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "Middle");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_after = rcgen::date_time_ymd(2001, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &root.issuer).unwrap();
    let middle = Made { der: certificate.der().clone(), issuer: Issuer::new(params, key) };
    let leaf = made("Leaf", Some(&middle), None);
    let now = UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000));
    let others = [middle.der.clone()];
    assert_eq!(judged(&[&root.der], &leaf.der, &others, now), Some(Rule::ChainTime));
    assert_eq!(judged(&[&root.der, &leaf.der], &leaf.der, &others, now), None, "trusted itself");
}

#[test]
fn nothing_is_trusted_where_no_certificate_can_be_read() {
    assert!(Verifier::new([].into(), true).is_none());
    let junk = CertificateDer::from(vec![0x30, 0]);
    assert!(Verifier::new([junk].into(), true).is_none());
}
