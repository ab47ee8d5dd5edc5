use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, SanType,
};

use super::*;

fn made(change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
    let mut params = CertificateParams::new(vec![]).unwrap();
    change(&mut params);
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
}

#[test]
fn names_are_those_of_hosts_and_fit_to_be_shown() {
    let der = made(|params| {
        params.distinguished_name.push(DnType::CommonName, "a \"name\"\n");
        params.subject_alt_names = vec![
            SanType::DnsName("login.example".try_into().unwrap()),
            SanType::DnsName("*.example".try_into().unwrap()),
            SanType::Rfc822Name("root@login.example".try_into().unwrap()),
            SanType::IpAddress([192, 0, 2, 7].into()),
            SanType::IpAddress("2001:db8::1".parse().unwrap()),
            SanType::URI("https://login.example".try_into().unwrap()),
        ];
    });
    let certificate = Certificate::read(&der).unwrap();
    let hosts = ["login.example", "\"*.example\"", "192.0.2.7", "2001:db8::1"];
    assert_eq!(certificate.hosts(), hosts);
    assert_eq!(certificate.common_name().unwrap(), r#""a \"name\"\n""#);
    assert_eq!(certificate.issuer_name(), r#""a \"name\"\n""#);
    assert!(certificate.is_self_issued());
    let der = made(|params| {
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "Contoso");
    });
    assert_eq!(Certificate::read(&der).unwrap().issuer_name(), "\"Contoso\"");
    let der = made(|params| params.distinguished_name = rcgen::DistinguishedName::new());
    assert_eq!(Certificate::read(&der).unwrap().issuer_name(), "an authority without a name");
}

#[test]
fn usages_are_a_server_s_or_not_said() {
    use KeyUsagePurpose::*;
    let usage = |usages: &[KeyUsagePurpose]| {
        let der = made(|params| {
            params.is_ca = rcgen::IsCa::ExplicitNoCa;
            params.key_usages = usages.to_vec();
        });
        Certificate::read(&der).unwrap().has_key_usage_of_a_server()
    };
    for usages in [
        &[][..],
        &[DigitalSignature],
        &[KeyEncipherment, DataEncipherment],
        &[KeyAgreement],
        &[KeyCertSign, DigitalSignature],
    ] {
        assert!(usage(usages), "{usages:?}");
    }
    for usages in [&[KeyCertSign][..], &[CrlSign, ContentCommitment], &[DecipherOnly]] {
        assert!(!usage(usages), "{usages:?}");
    }
    let extended = |usages: &[ExtendedKeyUsagePurpose]| {
        let der = made(|params| params.extended_key_usages = usages.to_vec());
        Certificate::read(&der).unwrap().has_extended_key_usage_of_a_server()
    };
    use ExtendedKeyUsagePurpose::{Any, ClientAuth, ServerAuth};
    assert!(extended(&[]) && extended(&[ServerAuth]) && extended(&[ClientAuth, ServerAuth]));
    assert!(!extended(&[ClientAuth]) && !extended(&[Any]));
}

#[test]
fn what_is_cut_off_or_changed_is_read_without_a_panic() {
    let der = made(|params| {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.subject_alt_names = vec![SanType::DnsName("a.example".try_into().unwrap())];
    });
    for len in 0..der.len() {
        assert!(Certificate::read(&der[..len]).is_none(), "{len}");
    }
    for place in 0..der.len() {
        for value in [0, 1, 0x30, 0x7f, 0x80, 0x82, 0xff] {
            let mut changed = der.clone();
            changed[place] = value;
            let Some(certificate) = Certificate::read(&changed) else { continue };
            certificate.hosts();
            certificate.issuer_name();
            certificate.rsa_bits();
            certificate.has_key_usage_of_a_server();
            certificate.has_extended_key_usage_of_a_server();
        }
    }
}

#[test]
fn the_bits_of_an_rsa_key_are_those_of_its_number() {
    let value = |tag: u8, content: &[u8]| {
        let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82, high, low], content].concat()
    };
    let short = |tag: u8, content: &[u8]| [&[tag, content.len() as u8], content].concat();
    let key = |algorithm: &[u8], modulus: &[u8]| {
        let numbers = [value(2, modulus), short(2, &[1, 0, 1])].concat();
        let bits = [&[0], &value(0x30, &numbers)[..]].concat();
        [short(0x30, &short(6, algorithm)), value(3, &bits)].concat()
    };
    for (first, bytes, expected) in [
        (&[0, 0x80][..], 256, 2048),
        (&[0x40], 256, 2047),
        (&[1], 256, 2041),
        (&[0, 0xff], 384, 3072),
    ] {
        let rest = vec![0; bytes - 1];
        let modulus = [first, &rest].concat();
        assert_eq!(rsa_bits(&key(RSA, &modulus)), Some(expected), "{first:?}");
        assert_eq!(rsa_bits(&key(SERVER_AUTH, &modulus)), None);
    }
}

#[test]
fn a_value_is_looked_for_by_its_tag_and_an_attribute_by_its_type() {
    assert_eq!(inside(&[4, 1, 7], Tag::OctetString), Some(&[7][..]));
    assert_eq!(inside(&[4, 1, 7], Tag::BitString), None);
    assert_eq!(inside(&[4, 1, 7, 4, 1, 7], Tag::OctetString), None);
    let der = made(|params| {
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "login.example");
        params.distinguished_name.push(DnType::OrganizationName, "Contoso");
    });
    let certificate = Certificate::read(&der).unwrap();
    assert_eq!(certificate.common_name().unwrap(), "\"login.example\"");
    assert_eq!(attribute(certificate.subject, ORGANIZATION).unwrap(), "\"Contoso\"");
}
