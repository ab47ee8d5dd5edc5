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
    reason(error).rule
}

fn reason(error: Error) -> Refused {
    let Error::InvalidCertificate(CertificateError::Other(other)) = error else {
        panic!("it has no rule: {error:?}");
    };
    other.0.downcast_ref::<Refused>().unwrap().clone()
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
    assert_eq!(rule(verifier.of_signature(bad(), &der(fixtures::RSA_2048))), Rule::NotItsKey);
    for has_ca_file in [true, false] {
        let verifier = Verifier::new([ca.clone()].into(), has_ca_file).unwrap();
        assert_eq!(reason(verifier.of_signature(bad(), &ca)).facts.has_ca_file, has_ca_file);
        let error = Judged::Rule(Rule::Version);
        let name = "localhost".try_into().unwrap();
        let now = UnixTime::since_unix_epoch(Duration::ZERO);
        let shown = Shown { end_entity: &ca, intermediates: &[], server_name: &name, now };
        assert_eq!(reason(verifier.explained(error, &shown)).facts.has_ca_file, has_ca_file);
    }
}

#[test]
fn what_nobody_trusts_is_named_by_what_it_is() {
    let root = made("Root", None, Some(BasicConstraints::Unconstrained));
    let middle = made("Middle", Some(&root), Some(BasicConstraints::Unconstrained));
    let (own, own_ca) =
        (made("Own", None, None), made("Own CA", None, Some(BasicConstraints::Unconstrained)));
    assert_eq!(refusal(&[&root.der], &own.der), Some(Rule::SelfSigned));
    assert_eq!(refusal(&[&root.der], &own_ca.der), Some(Rule::SelfSigned));
    assert_eq!(refusal(&[&root.der], &middle.der), Some(Rule::OfAuthority));
    for trusted in [&own, &own_ca, &middle] {
        assert_eq!(refusal(&[&root.der, &trusted.der], &trusted.der), None, "trusted itself");
    }
    // Another key under the name of a trusted one.
    let namesake = made("Root", None, Some(BasicConstraints::Unconstrained));
    let leaf = made("Leaf", Some(&namesake), None);
    assert_eq!(refusal(&[&root.der], &leaf.der), Some(Rule::OtherIssuer));
    let [strong, of_weak] = [fixtures::RSA_2048, fixtures::OF_WEAK_CA].map(der);
    assert_eq!(refusal(&[&strong], &of_weak), Some(Rule::OtherIssuer), "2048 bits are enough");
}

#[test]
fn the_issuer_that_is_told_is_the_one_that_is_missing() {
    let root = made("Root", None, Some(BasicConstraints::Unconstrained));
    let middle = made("Middle", Some(&root), Some(BasicConstraints::Unconstrained));
    let lower = made("Lower", Some(&middle), Some(BasicConstraints::Unconstrained));
    let leaf = made("Leaf", Some(&lower), None);
    let name = "localhost".try_into().unwrap();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000));
    for (others, expected) in [
        (vec![], "\"Lower\""),
        (vec![&lower.der], "\"Middle\""),
        (vec![&middle.der, &lower.der], "\"Root\""),
    ] {
        let others: Vec<_> = others.into_iter().cloned().collect();
        let trusted = made("Trusted", None, Some(BasicConstraints::Unconstrained));
        let error = verifier(&[&trusted.der])
            .verify_server_cert(&leaf.der, &others, &name, &[], now)
            .unwrap_err();
        assert_eq!(reason(error).facts.issuer, expected);
    }
}

#[test]
fn a_certificate_that_is_trusted_itself_has_its_times() {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2020, 1, 2);
    let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    let (begins, ends) = (1_577_836_800, 1_577_923_200);
    let name = "localhost".try_into().unwrap();
    let outcome = |time| {
        let now = UnixTime::since_unix_epoch(Duration::from_secs(time));
        let verifier = verifier(&[certificate.der()]);
        match verifier.verify_server_cert(certificate.der(), &[], &name, &[], now) {
            Ok(_) => "accepted",
            Err(Error::InvalidCertificate(CertificateError::NotValidYetContext { .. })) => "early",
            Err(Error::InvalidCertificate(CertificateError::ExpiredContext { .. })) => "late",
            Err(error) => panic!("{error:?}"),
        }
    };
    for (time, expected) in [
        (0, "early"),
        (begins - 1, "early"),
        (begins, "accepted"),
        (ends, "accepted"),
        (ends + 1, "late"),
        (2 * ends, "late"),
    ] {
        assert_eq!(outcome(time), expected, "{time}");
    }
}

#[test]
fn names_and_purposes_are_looked_at_whoever_issued_a_certificate() {
    let root = made("Root", None, Some(BasicConstraints::Unconstrained));
    let with = |change: fn(&mut CertificateParams)| {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        change(&mut params);
        params.signed_by(&KeyPair::generate().unwrap(), &root.issuer).unwrap().der().clone()
    };
    let other_host = with(|params| {
        params.subject_alt_names =
            vec![rcgen::SanType::DnsName("other.example".try_into().unwrap())];
    });
    let no_host = with(|params| params.subject_alt_names.clear());
    let other_purpose = with(|params| {
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    });
    for (shown, expected) in [
        (&other_host, Rule::OtherHost),
        (&no_host, Rule::NoHost),
        (&other_purpose, Rule::ExtendedKeyUsage),
        (&der(fixtures::CRITICAL), Rule::CriticalExtension),
    ] {
        assert_eq!(refusal(&[&root.der], shown), Some(expected));
        assert_eq!(refusal(&[&root.der, shown], shown), Some(expected), "trusted itself");
    }
}

#[test]
fn what_rustls_has_no_name_for_has_a_rule() {
    use webpki::Error as Webpki;
    for (error, expected) in [
        (Webpki::EndEntityUsedAsCa, Some(Rule::Chain)),
        (Webpki::NameConstraintViolation, Some(Rule::Chain)),
        (Webpki::UnsupportedCertVersion, Some(Rule::Version)),
        (Webpki::UnsupportedCriticalExtension, Some(Rule::CriticalExtension)),
        (Webpki::EmptyEkuExtension, Some(Rule::ExtendedKeyUsage)),
        (Webpki::SignatureAlgorithmMismatch, Some(Rule::Encoding)),
        (Webpki::MalformedExtensions, Some(Rule::Encoding)),
        (Webpki::CertRevoked, None),
    ] {
        assert_eq!(rule_of_webpki(&error), expected, "{error:?}");
    }
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
