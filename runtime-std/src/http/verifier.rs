//! Whether a server's certificate is trusted.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};

use super::certificate::{Certificate, rsa_bits};
use super::crypto;
use super::rule::{Facts, Refused, Rule};
use crate::error::shown::list;

/// RSA keys of fewer bits are not accepted.
const RSA_BITS: usize = 2048;

/// Accepts a certificate that a trusted one issued, as `webpki` judges it; and one that is trusted itself, byte for
/// byte, which `webpki` refuses if it is a CA's, as `openssl req -x509` makes them.
pub(super) struct Verifier {
    roots: RootCertStore,
    algorithms: WebPkiSupportedAlgorithms,
    trusted: Arc<[CertificateDer<'static>]>,
    has_ca_file: bool,
}

impl Verifier {
    /// `None` if none of the certificates can be read.
    pub(super) fn new(trusted: Arc<[CertificateDer<'static>]>, has_ca_file: bool) -> Option<Self> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(trusted.iter().map(|der| CertificateDer::from(&**der)));
        let algorithms = crypto::provider().signature_verification_algorithms;
        (!roots.is_empty()).then_some(Verifier { roots, algorithms, trusted, has_ca_file })
    }

    /// Judges a certificate by its chain and its names, as rustls' own verifier does without revocation lists.
    fn verify_chain(&self, shown: &Shown<'_>) -> Result<ServerCertVerified, Error> {
        let parsed = ParsedCertificate::try_from(shown.end_entity)?;
        verify_server_cert_signed_by_trust_anchor(
            &parsed,
            &self.roots,
            shown.intermediates,
            shown.now,
            self.algorithms.all,
        )?;
        verify_server_name(&parsed, shown.server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    /// Judges a certificate that is trusted itself by what it says of itself: its times, its purposes and its names.
    /// The handshake has to prove its key.
    fn verify_trusted(shown: &Shown<'_>) -> Result<ServerCertVerified, Judged> {
        let Shown { end_entity, server_name, now, .. } = *shown;
        // Version 1, critical extensions that nobody knows, and the like are refused here.
        let parsed = ParsedCertificate::try_from(end_entity)?;
        let certificate = Certificate::read(end_entity).ok_or(Rule::Encoding)?;
        let time = Duration::from_secs(now.as_secs());
        if time < certificate.begins {
            let not_before = UnixTime::since_unix_epoch(certificate.begins);
            return Err(CertificateError::NotValidYetContext { time: now, not_before }.into());
        }
        if time > certificate.ends {
            let not_after = UnixTime::since_unix_epoch(certificate.ends);
            return Err(CertificateError::ExpiredContext { time: now, not_after }.into());
        }
        if !certificate.has_key_usage_of_a_server() {
            return Err(Rule::KeyUsage.into());
        }
        if !certificate.has_extended_key_usage_of_a_server() {
            return Err(Rule::ExtendedKeyUsage.into());
        }
        verify_server_name(&parsed, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    /// The same error with its rule and what messages need, if it has a rule.
    fn explained(&self, error: Judged, shown: &Shown<'_>) -> Error {
        let certificate = Certificate::read(shown.end_entity);
        let rule = match error {
            Judged::Rule(rule) => rule,
            Judged::Error(error) => match self.rule(&error, certificate.as_ref(), shown) {
                Some(rule) => rule,
                None => return error,
            },
        };
        let mut facts = Facts { has_ca_file: self.has_ca_file, ..Facts::default() };
        facts.host = shown.server_name.to_str().into_owned();
        if let Some(certificate) = certificate {
            facts.names = list(certificate.hosts().into_iter());
            facts.common_name = certificate.common_name();
            facts.issuer = top_of_chain(shown).unwrap_or(certificate).issuer_name();
        }
        refused(rule, facts)
    }

    fn rule(
        &self,
        error: &Error,
        certificate: Option<&Certificate<'_>>,
        shown: &Shown<'_>,
    ) -> Option<Rule> {
        let Error::InvalidCertificate(error) = error else { return None };
        let is_self_issued = certificate.is_some_and(Certificate::is_self_issued);
        let top = top_of_chain(shown);
        let anchor = top.as_ref().and_then(|top| {
            self.roots.roots.iter().find(|root| root.subject.as_ref() == top.issuer)
        });
        let unknown = match anchor {
            Some(anchor) => {
                let weak = rsa_bits(&anchor.subject_public_key_info).filter(|n| *n < RSA_BITS);
                weak.map_or(Rule::OtherIssuer, Rule::WeakKey)
            }
            None if is_self_issued => Rule::SelfSigned,
            None if shown.intermediates.is_empty() => Rule::UnknownIssuerOfOne,
            None => Rule::UnknownIssuer,
        };
        match error {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Some(unknown),
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => {
                let now = Duration::from_secs(shown.now.as_secs());
                certificate?.is_valid_at(now).then_some(Rule::ChainTime)
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Some(if certificate?.hosts().is_empty() { Rule::NoHost } else { Rule::OtherHost })
            }
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
                Some(Rule::ExtendedKeyUsage)
            }
            CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                Some(Rule::SignatureAlgorithm)
            }
            CertificateError::UnhandledCriticalExtension => Some(Rule::CriticalExtension),
            CertificateError::BadEncoding => Some(Rule::Encoding),
            CertificateError::Other(other) => match other.0.downcast_ref()? {
                webpki::Error::CaUsedAsEndEntity if is_self_issued => Some(unknown),
                webpki::Error::CaUsedAsEndEntity => Some(Rule::OfAuthority),
                other => rule_of_webpki(other),
            },
            _ => None,
        }
    }

    /// The error of a handshake's signature, with its rule.
    fn of_signature(&self, error: Error, der: &CertificateDer<'_>) -> Error {
        let Error::InvalidCertificate(CertificateError::BadSignature) = error else { return error };
        let bits = Certificate::read(der).and_then(|certificate| certificate.rsa_bits());
        let weak = bits.filter(|bits| *bits < RSA_BITS);
        let facts = Facts { has_ca_file: self.has_ca_file, ..Facts::default() };
        refused(weak.map_or(Rule::NotItsKey, Rule::WeakKey), facts)
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = Shown { end_entity, intermediates, server_name, now };
        let judged = match self.verify_chain(&shown) {
            Ok(verified) => return Ok(verified),
            Err(error) if may_be_the_chain_s(&error) && self.trusted.contains(end_entity) => {
                Self::verify_trusted(&shown)
            }
            Err(error) => Err(Judged::Error(error)),
        };
        judged.map_err(|error| self.explained(error, &shown))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verified = verify_tls12_signature(message, cert, dss, &self.algorithms);
        verified.map_err(|error| self.of_signature(error, cert))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verified = verify_tls13_signature(message, cert, dss, &self.algorithms);
        verified.map_err(|error| self.of_signature(error, cert))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({} certificates)", self.trusted.len())
    }
}

/// What a server showed, and when.
struct Shown<'s> {
    end_entity: &'s CertificateDer<'s>,
    intermediates: &'s [CertificateDer<'s>],
    server_name: &'s ServerName<'s>,
    now: UnixTime,
}

/// Why a certificate was refused: by a rule of ours, or by an error of `webpki`'s.
enum Judged {
    Rule(Rule),
    Error(Error),
}

impl From<Rule> for Judged {
    fn from(rule: Rule) -> Self {
        Judged::Rule(rule)
    }
}

impl From<Error> for Judged {
    fn from(error: Error) -> Self {
        Judged::Error(error)
    }
}

impl From<CertificateError> for Judged {
    fn from(error: CertificateError) -> Self {
        Judged::Error(error.into())
    }
}

fn refused(rule: Rule, facts: Facts) -> Error {
    let refused = Refused { rule, facts: Box::new(facts) };
    CertificateError::Other(OtherError(Arc::new(refused))).into()
}

/// Whether a certificate may be refused so because of the chain above it, or because it is a CA's own. A key that
/// `webpki` distrusts stays refused, and so does what it can't read.
fn may_be_the_chain_s(error: &Error) -> bool {
    let Error::InvalidCertificate(error) = error else { return false };
    match error {
        CertificateError::UnknownIssuer
        | CertificateError::BadSignature
        | CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. }
        | CertificateError::InvalidPurpose
        | CertificateError::InvalidPurposeContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => true,
        CertificateError::Other(other) => matches!(
            other.0.downcast_ref(),
            Some(
                webpki::Error::CaUsedAsEndEntity
                    | webpki::Error::EndEntityUsedAsCa
                    | webpki::Error::NameConstraintViolation
                    | webpki::Error::PathLenConstraintViolated
            )
        ),
        _ => false,
    }
}

fn rule_of_webpki(error: &webpki::Error) -> Option<Rule> {
    use webpki::Error as Webpki;
    Some(match error {
        Webpki::EndEntityUsedAsCa
        | Webpki::NameConstraintViolation
        | Webpki::PathLenConstraintViolated
        | Webpki::MaximumPathDepthExceeded => Rule::Chain,
        Webpki::UnsupportedCertVersion => Rule::Version,
        Webpki::UnsupportedCriticalExtension => Rule::CriticalExtension,
        Webpki::EmptyEkuExtension => Rule::ExtendedKeyUsage,
        Webpki::SignatureAlgorithmMismatch
        | Webpki::MalformedExtensions
        | Webpki::ExtensionValueInvalid
        | Webpki::InvalidSerialNumber
        | Webpki::MalformedDnsIdentifier
        | Webpki::MalformedNameConstraint
        | Webpki::InvalidNetworkMaskConstraint => Rule::Encoding,
        _ => return None,
    })
}

/// The last of the certificates that lead up from the server's own.
fn top_of_chain<'s>(shown: &Shown<'s>) -> Option<Certificate<'s>> {
    let mut others: Vec<_> =
        shown.intermediates.iter().filter_map(|der| Certificate::read(der)).collect();
    let mut top = Certificate::read(shown.end_entity)?;
    while let Some(place) = others.iter().position(|other| other.subject == top.issuer) {
        top = others.swap_remove(place);
    }
    Some(top)
}
