//! Whether a node's certificate is the one that is expected.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use onerealm::{CA_FILE_LEN, read_regular_file};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use sha2::{Digest as _, Sha256};

use super::problem::{TLS, shown};
use crate::failure::Failure;

/// The SHA-256 of a certificate's DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    fn of(certificate: &CertificateDer<'_>) -> Self {
        Fingerprint(Sha256::digest(certificate).into())
    }

    /// 64 digits without colons.
    pub(crate) fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// As Proxmox products show it.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.0.iter().enumerate() {
            let colon = if place == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

impl FromStr for Fingerprint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str =
            "a SHA-256 fingerprint has 64 hexadecimal digits, with or without a colon between two";
        let pairs: Vec<&str> = if text.contains(':') {
            text.split(':').collect()
        } else {
            (0..text.len()).step_by(2).map(|at| text.get(at..at + 2).unwrap_or_default()).collect()
        };
        let byte = |pair: &&str| {
            let is_hex = pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit());
            if is_hex { u8::from_str_radix(pair, 16).ok() } else { None }
        };
        let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Fingerprint).ok_or(FORM)
    }
}

/// Who vouches for a certificate besides a fingerprint.
pub(crate) enum Authorities {
    /// Nobody: the fingerprint stands in for chain and name.
    Nobody,
    /// Those that this system trusts.
    System,
    /// Those of a file with this content.
    File(Vec<CertificateDer<'static>>),
}

/// The certificates of a file in PEM form.
pub(crate) fn read_ca_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let unusable =
        |why: String| Failure::new("ca_file", format!("the CA file {} {why}", path.display()), 3);
    let pem = read_regular_file(path, CA_FILE_LEN)
        .map_err(|error| unusable(format!("can't be read: {error}")))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match found {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(unusable("holds no certificate in PEM form".to_owned())),
    }
}

/// Judges a node's certificate, and remembers it for messages.
#[derive(Debug)]
pub(crate) struct Verifier {
    pin: Option<Fingerprint>,
    chain: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
    seen: Mutex<Option<Seen>>,
}

/// The certificate that a node showed last.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) fingerprint: Fingerprint,
    /// Its DNS names, fit to be shown.
    pub(crate) names: String,
    /// Whether it is the right one, as far as it alone tells: the handshake's signature comes after it.
    pub(crate) is_accepted: bool,
}

impl Verifier {
    pub(crate) fn new(
        pin: Option<Fingerprint>,
        authorities: Authorities,
    ) -> Result<Arc<Self>, Failure> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = match authorities {
            // Without a pin, somebody has to vouch.
            Authorities::Nobody if pin.is_some() => None,
            Authorities::Nobody => Some(RootCertStore::empty()),
            Authorities::System => {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                Some(roots)
            }
            Authorities::File(certificates) => {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(certificates);
                Some(roots)
            }
        };
        let chain = match roots {
            // A machine that trusts nobody sees every certificate as unknown.
            Some(roots) if !roots.is_empty() => {
                let roots = Arc::new(roots);
                let chain =
                    WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
                        .build()
                        .map_err(|error| {
                            TLS.says(format!("the certificates can't be used: {error}"))
                        })?;
                Some(chain)
            }
            _ => None,
        };
        Ok(Arc::new(Verifier { pin, chain, provider, seen: Mutex::default() }))
    }

    /// TLS that asks this verifier.
    pub(crate) fn client(self: &Arc<Self>) -> Result<Arc<ClientConfig>, Failure> {
        let config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| TLS.says(format!("TLS can't be used: {error}")))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(self) as _)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }

    /// The fingerprint, where there is one; and the chain with the name, where somebody vouches. At least one of both.
    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.pin.is_some_and(|pin| pin != Fingerprint::of(end_entity)) {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        match (&self.chain, self.pin) {
            (Some(chain), _) => {
                chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            (None, Some(_)) => Ok(ServerCertVerified::assertion()),
            (None, None) => Err(CertificateError::UnknownIssuer.into()),
        }
    }

    pub(crate) fn pin(&self) -> Option<Fingerprint> {
        self.pin
    }

    pub(crate) fn seen(&self) -> Option<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.judge(end_entity, intermediates, server_name, ocsp_response, now);
        let seen = Seen {
            fingerprint: Fingerprint::of(end_entity),
            names: names(end_entity),
            is_accepted: verdict.is_ok(),
        };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn names(certificate: &CertificateDer<'_>) -> String {
    let Ok(certificate) = webpki::EndEntityCert::try_from(certificate) else {
        return "none that can be read".to_owned();
    };
    let names: Vec<_> = certificate.valid_dns_names().take(8).map(shown).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";

    #[test]
    fn a_fingerprint_is_read_with_and_without_colons() {
        let plain: Fingerprint = HEX.parse().unwrap();
        let with_colons: Fingerprint = plain.to_string().parse().unwrap();
        assert_eq!(plain, with_colons);
        assert_eq!(plain.hex(), HEX.to_lowercase());
        assert!(plain.to_string().starts_with("00:01:02:"));
    }

    #[test]
    fn what_is_no_fingerprint_is_refused() {
        let short = HEX.get(2..).unwrap();
        for text in [
            "",
            short,
            &format!("{HEX}00"),
            &HEX.replace('0', "g"),
            &HEX.replace("01", "+1"),
            "00:01",
        ] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
        assert!(format!("{}:1", &HEX.get(..62).unwrap()).parse::<Fingerprint>().is_err());
        assert!("é".repeat(32).parse::<Fingerprint>().is_err());
    }

    #[test]
    fn nobody_and_no_fingerprint_verify_nothing() {
        let verifier = Verifier::new(None, Authorities::Nobody).unwrap();
        let certificate = CertificateDer::from(vec![0x30, 0]);
        let name = ServerName::try_from("pve.example").unwrap();
        let now = UnixTime::since_unix_epoch(std::time::Duration::ZERO);
        assert!(verifier.verify_server_cert(&certificate, &[], &name, &[], now).is_err());
    }
}
