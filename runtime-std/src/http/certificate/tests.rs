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
