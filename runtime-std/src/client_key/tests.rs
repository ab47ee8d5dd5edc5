//! Keys, certificates and files, each wrong in one way.

use super::*;

const RSA: &str = include_str!("fixtures/rsa.pem");
const RSA_CRT: &str = include_str!("fixtures/rsa.crt");
const P256: &str = include_str!("fixtures/p256.pem");
const P256_CRT: &str = include_str!("fixtures/p256.crt");

const ED25519: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIBERERERERERERERERERERERERERERERERERERERERER\n-----END PRIVATE KEY-----\n";

fn problem(key: &str, certificate: Option<&str>) -> Problem {
    ClientKey::of_pem(key.as_bytes(), certificate.map(str::as_bytes)).unwrap_err()
}

fn signed(key: &ClientKey, algorithm: JwsAlgorithm) -> Result<Vec<u8>, SigningFailed> {
    let mut signature = vec![0; key.signature_len()];
    let len = key.sign(algorithm, b"message", &mut signature)?;
    assert_eq!(len, signature.len());
    Ok(signature)
}

#[test]
fn each_kind_of_key_signs_with_its_algorithms_and_no_other() {
    use ring::signature as s;
    let rsa = ClientKey::of_pem(RSA.as_bytes(), None).unwrap();
    let p256 = ClientKey::of_pem(P256.as_bytes(), None).unwrap();
    assert_eq!(rsa.algorithms(), [JwsAlgorithm::Rs256, JwsAlgorithm::Ps256]);
    assert_eq!(p256.algorithms(), [JwsAlgorithm::Es256]);
    assert_eq!((rsa.signature_len(), p256.signature_len()), (256, 64));
    let verifies =
        |verifier: &'static dyn s::VerificationAlgorithm, key: &ClientKey, made: &[u8]| {
            let public = s::UnparsedPublicKey::new(verifier, key.pair.public_key());
            public.verify(b"message", made).is_ok()
        };
    let made = signed(&rsa, JwsAlgorithm::Rs256).unwrap();
    assert!(verifies(&s::RSA_PKCS1_2048_8192_SHA256, &rsa, &made));
    let made = signed(&rsa, JwsAlgorithm::Ps256).unwrap();
    assert!(verifies(&s::RSA_PSS_2048_8192_SHA256, &rsa, &made));
    let made = signed(&p256, JwsAlgorithm::Es256).unwrap();
    assert!(verifies(&s::ECDSA_P256_SHA256_FIXED, &p256, &made));
    assert_eq!(signed(&rsa, JwsAlgorithm::Es256), Err(SigningFailed));
    assert_eq!(signed(&p256, JwsAlgorithm::Rs256), Err(SigningFailed));
    assert_eq!(p256.sign(JwsAlgorithm::Es256, b"message", &mut [0; 63]), Err(SigningFailed));
    assert_eq!(rsa.sign(JwsAlgorithm::Rs256, b"message", &mut [0; 255]), Err(SigningFailed));
    assert!(rsa.is(&rsa) && !rsa.is(&p256));
}

#[test]
fn the_thumbprints_are_those_that_openssl_shows() {
    for (key, certificate, sha1, sha256) in [
        (
            RSA,
            RSA_CRT,
            "3e6abc33f41a2e0e9dd281570faffe7e5836739e",
            "cc447de76f45bdc1d8de3f012a6b526773501762331b31aad45b75b9d95a4675",
        ),
        (
            P256,
            P256_CRT,
            "96764d635e7cfaf197b88525550acc3849c92f6c",
            "ed82357b6a8953bec40478bc04c58a1f9215ebb659cbccf8ebae667515aaa34d",
        ),
    ] {
        let key = ClientKey::of_pem(key.as_bytes(), Some(certificate.as_bytes())).unwrap();
        let thumbprints = key.thumbprints().unwrap();
        let hex = |bytes: &[u8]| crate::hex::hex(bytes);
        assert_eq!(
            (hex(&thumbprints.sha1), hex(&thumbprints.sha256)),
            (sha1.into(), sha256.into())
        );
        // 2020-01-01 and 2120-01-01.
        let seconds = |seconds| Duration::from_secs(seconds);
        assert_eq!(key.validity(), Some((seconds(1_577_836_800), seconds(4_733_510_400))));
    }
    let without = ClientKey::of_pem(RSA.as_bytes(), None).unwrap();
    assert_eq!((without.thumbprints(), without.validity()), (None, None));
}

#[test]
fn what_is_no_such_key_is_refused_with_what_it_is() {
    let cut = &RSA[..RSA.len() / 2];
    for (pem, reason) in [
        ("", pem::NONE),
        ("-----BEGIN ", pem::NONE),
        (RSA_CRT, pem::NONE),
        (cut, pem::DAMAGED),
        (&RSA.replacen("MII", "M!I", 1), pem::DAMAGED),
        (&format!("{RSA}{P256}"), pem::SEVERAL),
        (include_str!("fixtures/rsa_encrypted.pem"), pem::ENCRYPTED),
        (include_str!("fixtures/rsa_pkcs1.pem"), pem::OTHER_FORM),
        (include_str!("fixtures/p256_sec1.pem"), pem::OTHER_FORM),
        (include_str!("fixtures/rsa_1024.pem"), OTHER_KIND),
        (include_str!("fixtures/p384.pem"), OTHER_KIND),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", OTHER_KIND),
        ("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", OTHER_KIND),
        (ED25519, OTHER_KIND),
        ("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIE", pem::OTHER_FORM),
        ("-----BEGIN EC PARAMETERS-----\nBggq\n-----END EC PARAMETERS-----\n", pem::NONE),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n", pem::NONE),
        ("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n", pem::NONE),
        (&RSA.replace("-----END PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"), pem::DAMAGED),
        (&format!("{RSA}{RSA}"), pem::SEVERAL),
    ] {
        assert_eq!(problem(pem, None), Problem::Key(reason), "{pem}");
    }
}

#[test]
fn what_is_not_in_pem_is_told_apart() {
    let der = pem::private_key(RSA.as_bytes()).unwrap();
    let problem = |pem: &[u8]| ClientKey::of_pem(pem, None).unwrap_err();
    assert_eq!(problem(&der), Problem::Key(pem::DER));
    // UTF-16, as an editor of Windows may write it, has none of the words.
    let utf16: Vec<u8> = RSA.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(problem(&utf16), Problem::Key(pem::NONE));
    assert!(ClientKey::of_pem(format!("\u{feff}{RSA}").as_bytes(), None).is_ok());
    assert_eq!(problem(&vec![0; FILE_LEN]), Problem::Key(pem::NONE));
    assert_eq!(problem("-----BEGIN ".repeat(4000).as_bytes()), Problem::Key(pem::NONE));
}

#[test]
fn a_key_may_have_its_certificate_before_it_and_any_line_ends() {
    for pem in [
        format!("{RSA_CRT}{RSA}"),
        format!("{RSA}{RSA_CRT}"),
        RSA.replace('\n', "\r\n"),
        format!("some words\n{RSA}more"),
    ] {
        assert!(ClientKey::of_pem(pem.as_bytes(), None).is_ok(), "{pem}");
    }
}

#[test]
fn a_certificate_that_is_not_the_keys_is_refused() {
    assert_eq!(problem(RSA, Some(P256_CRT)), Problem::OtherKey);
    assert_eq!(problem(P256, Some(RSA_CRT)), Problem::OtherKey);
    for damaged in ["", RSA, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        assert_eq!(problem(RSA, Some(damaged)), Problem::Certificate, "{damaged}");
    }
    // The first one counts.
    assert_eq!(problem(RSA, Some(&format!("{P256_CRT}{RSA_CRT}"))), Problem::OtherKey);
    assert!(
        ClientKey::of_pem(RSA.as_bytes(), Some(format!("{RSA_CRT}{P256_CRT}").as_bytes())).is_ok()
    );
}

#[test]
fn a_key_is_never_shown() {
    let key = ClientKey::of_pem(RSA.as_bytes(), Some(RSA_CRT.as_bytes())).unwrap();
    assert_eq!(format!("{key:?}"), "ClientKey(..)");
}

/// A directory with the key in a file of this mode.
#[cfg(unix)]
fn file(mode: u32, content: &[u8]) -> (tempfile::TempDir, ClientKeyFiles) {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key.pem");
    std::fs::write(&key, content).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
    (directory, ClientKeyFiles { key, certificate: None })
}

#[test]
#[cfg(unix)]
fn a_key_that_others_may_read_is_refused() {
    for mode in [0o600, 0o400, 0o700] {
        let (_directory, files) = file(mode, RSA.as_bytes());
        assert!(files.read().is_ok(), "{mode:o}");
    }
    for mode in [0o604, 0o640, 0o620, 0o602, 0o644, 0o610] {
        let (_directory, files) = file(mode, RSA.as_bytes());
        let error = files.read().unwrap_err();
        assert_eq!(error.code(), "client_key_unsafe");
        let told = error.to_string();
        assert!(told.contains(&format!("{mode:04o}")) && told.contains("chmod 600"), "{told}");
    }
}

#[test]
#[cfg(unix)]
fn a_file_is_read_up_to_a_limit_and_no_pipe_is() {
    let padded = format!("{RSA}{}", " ".repeat(FILE_LEN - RSA.len()));
    let (_directory, files) = file(0o600, padded.as_bytes());
    assert!(files.read().is_ok());
    let (directory, files) = file(0o600, format!("{padded} ").as_bytes());
    assert_eq!(files.read().unwrap_err().code(), "client_key_unreadable");
    let pipe = directory.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let missing = directory.path().join("missing");
    for path in [&pipe, &missing, &directory.path().to_owned()] {
        let files = ClientKeyFiles { key: path.clone(), certificate: None };
        assert_eq!(files.read().unwrap_err().code(), "client_key_unreadable", "{path:?}");
    }
    let (directory, files) = file(0o600, RSA.as_bytes());
    let certificate = Some(directory.path().join("pipe"));
    assert!(
        std::process::Command::new("mkfifo")
            .arg(certificate.as_ref().unwrap())
            .status()
            .unwrap()
            .success()
    );
    let files = ClientKeyFiles { certificate, ..files };
    assert_eq!(files.read().unwrap_err().code(), "client_key_unreadable");
}

#[test]
#[cfg(unix)]
fn a_link_is_as_good_as_what_it_leads_to() {
    let (directory, files) = file(0o600, RSA.as_bytes());
    let link = directory.path().join("link");
    let read = |target: &Path| {
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(target, &link).unwrap();
        ClientKeyFiles { key: link.clone(), certificate: None }.read()
    };
    assert!(read(&files.key).is_ok());
    for target in ["/dev/zero", "/dev/null", "/dev/tty", "/proc/self", "nowhere", "link"] {
        assert_eq!(
            read(Path::new(target)).unwrap_err().code(),
            "client_key_unreadable",
            "{target}"
        );
    }
    let (_other, open) = file(0o644, RSA.as_bytes());
    assert_eq!(read(&open.key).unwrap_err().code(), "client_key_unsafe");
    let certificate = Some(PathBuf::from("/dev/zero"));
    let files = ClientKeyFiles { certificate, ..files };
    assert_eq!(files.read().unwrap_err().code(), "client_key_unreadable");
}

#[test]
#[cfg(unix)]
fn an_error_names_the_file_that_it_is_about() {
    let (directory, files) = file(0o600, RSA.as_bytes());
    let certificate = directory.path().join("cert.pem");
    let files = ClientKeyFiles { certificate: Some(certificate.clone()), ..files };
    for (content, code) in
        [(P256_CRT, "client_certificate_other_key"), ("nothing", "client_certificate_invalid")]
    {
        std::fs::write(&certificate, content).unwrap();
        let error = files.read().unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains("cert.pem"), "{error}");
    }
    std::fs::write(&files.key, "nothing").unwrap();
    let error = files.read().unwrap_err();
    assert_eq!(error.code(), "client_key_invalid");
    assert!(error.to_string().contains("key.pem") && error.to_string().contains(pem::NONE));
    assert!(!format!("{error:?}").contains("BEGIN RSA"));
}
