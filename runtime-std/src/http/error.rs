//! Why a request got no answer, quoting nothing from the network but the name of a coding.

use std::fmt;
use std::io;
use std::path::PathBuf;

use onerealm_core::UnixTime;

use super::framing::Refusal;
use super::names::Elsewhere;
use super::rule::{Facts, Refused, Rule};
use crate::codes::codes;
use crate::unknown_host::is_unknown_host;

/// A request that got no answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct HttpError {
    /// Where it went.
    pub url: String,
    /// The proxy that it went through.
    pub(super) through: Option<Through>,
    /// Why.
    pub(super) cause: Cause,
}

/// A proxy, without its password.
#[derive(Debug)]
pub(super) struct Through {
    place: String,
    pub(super) has_credentials: bool,
}

impl Through {
    pub(super) fn of(proxy: &ureq::Proxy) -> Self {
        Through {
            place: format!("{}:{}", proxy.host(), proxy.port()),
            has_credentials: proxy.username().is_some() || proxy.password().is_some(),
        }
    }
}

/// Why TLS failed, where something can be done about it.
pub(super) const NOT_TLS: &str = "the other side does not speak TLS";
pub(super) const NOT_SAFE: &str = "the other side offers nothing that is safe enough";

#[derive(Debug)]
pub(super) enum Cause {
    Timeout,
    Host,
    Connection(io::Error),
    NotThisMachine,
    Tls(&'static str),
    Certificate {
        rule: Rule,
        facts: Box<Facts>,
    },
    NotValidYet {
        begins: UnixTime,
        now: UnixTime,
    },
    Expired {
        ended: UnixTime,
        now: UnixTime,
    },
    NoAuthority {
        reason: Option<String>,
    },
    CaFile {
        path: PathBuf,
        source: Option<io::Error>,
    },
    Proxy,
    ProxyRefused {
        status: Option<u16>,
    },
    TooLong,
    /// With the coding in quotation marks, bounded and escaped.
    Encoded {
        coding: String,
    },
    Protocol,
}

codes! {
    Cause {
        Self::Timeout => "network_timeout", "it took too long";
        Self::Host => "network_host", "its host is not known";
        Self::Connection(source) => "network_connection", "the connection failed: {source}";
        Self::NotThisMachine => "network_not_this_machine",
            "its host has no address on this machine, and without TLS no other is connected to";
        Self::Tls(reason) => "tls", "TLS failed: {reason}";
        Self::Certificate { rule: Rule::UnknownIssuer, facts } => "tls_unknown_issuer",
            "its certificate is not issued by a certificate authority that is trusted here, but by {}", facts.issuer;
        Self::Certificate { rule: Rule::UnknownIssuerOfOne, facts } => "tls_unknown_issuer",
            "its certificate is not issued by a certificate authority that is trusted here, but by {}", facts.issuer;
        Self::Certificate { rule: Rule::SelfSigned, .. } => "tls_unknown_issuer",
            "its certificate is not issued by a certificate authority that is trusted here: it signs itself, and is not trusted itself";
        Self::Certificate { rule: Rule::OtherIssuer, facts } => "tls_unknown_issuer",
            "its certificate is not issued by a certificate authority that is trusted here: one by the name {} is, with another key or certificate", facts.issuer;
        Self::Certificate { rule: Rule::OfAuthority, .. } => "tls_ca_certificate",
            "its certificate is a CA's own, and is not trusted itself";
        Self::Certificate { rule: Rule::Chain, .. } => "tls_chain",
            "a certificate in the chain of its own may not issue it";
        Self::Certificate { rule: Rule::ChainTime, .. } => "tls_chain",
            "a certificate in the chain of its own has expired or is not valid yet";
        Self::Certificate { rule: Rule::NoHost, .. } => "tls_no_host", "its certificate names no host";
        Self::Certificate { rule: Rule::OtherHost, facts } => "tls_other_host",
            "its certificate is for another host than {}", facts.host;
        Self::Certificate { rule: Rule::Version, .. } => "tls_certificate_version",
            "its certificate, or one in the chain, is not of version 3: it can't say whom it is for";
        Self::Certificate { rule: Rule::KeyUsage, .. } => "tls_certificate_usage",
            "its certificate's key usage is not that of a server";
        Self::Certificate { rule: Rule::ExtendedKeyUsage, .. } => "tls_certificate_usage",
            "its certificate's extended key usage, or that of one in the chain, is not for servers";
        Self::Certificate { rule: Rule::CriticalExtension, .. } => "tls_certificate_extension",
            "its certificate has an extension that is critical and not known here";
        Self::Certificate { rule: Rule::SignatureAlgorithm, .. } => "tls_signature_algorithm",
            "its certificate, or one in the chain, is signed with an algorithm that is not accepted";
        Self::Certificate { rule: Rule::WeakKey(_), .. } => "tls_weak_key",
            "the key of its certificate, or of its issuer's, is too short";
        Self::Certificate { rule: Rule::Encoding, .. } => "tls_certificate_encoding",
            "its certificate is not encoded as X.509 has it";
        Self::Certificate { rule: Rule::NotItsKey, .. } => "tls_not_its_key",
            "whoever answers does not have the key of the certificate that was shown";
        Self::NotValidYet { begins, now } => "tls_not_valid_yet",
            "TLS failed: its certificate is not valid before {begins}, and this machine's clock says {now}";
        Self::Expired { ended, now } => "tls_expired",
            "TLS failed: its certificate has expired at {ended}, and this machine's clock says {now}";
        Self::NoAuthority { reason: None } => "no_ca", "no certificate authority is trusted here";
        Self::NoAuthority { reason: Some(reason) } => "no_ca", "no certificate authority is trusted here ({reason})";
        Self::CaFile { path, source: Some(source) } => "ca_file",
            "the realm's ca-file {} can't be read: {source}", path.display();
        Self::CaFile { path, source: None } => "ca_file",
            "the realm's ca-file {} holds no certificate in PEM form", path.display();
        Self::Proxy => "proxy",
            "the proxy named in the environment (all_proxy or https_proxy) is not like http://proxy.example:3128";
        Self::ProxyRefused { status: None } => "proxy_refused", "the proxy refused to connect";
        Self::ProxyRefused { status: Some(status) } => "proxy_refused",
            "the proxy refused to connect, with the HTTP status {status} of its own";
        Self::TooLong => "http_too_long", "the answer is longer than any that is read here";
        Self::Encoded { coding } => "http_encoded",
            "the answer is compressed or otherwise encoded ({coding}), though that was not asked for";
        Self::Protocol => "http_protocol", "the answer is no valid HTTP";
    }
}

impl HttpError {
    /// Every code.
    pub const CODES: &'static [&'static str] = Cause::CODES;

    /// The stable name of this error, as `docs/errors.md` lists it.
    pub fn code(&self) -> &'static str {
        self.cause.code()
    }

    /// Without a proxy.
    pub(super) fn new(url: &str, cause: Cause) -> Self {
        HttpError { url: url.to_owned(), through: None, cause }
    }

    /// Another thread's request used up the time.
    pub(crate) fn too_late(url: &str) -> Self {
        HttpError::new(url, Cause::Timeout)
    }

    /// Whether nobody answered, as when the provider is down.
    pub(crate) fn is_silence(&self) -> bool {
        matches!(
            self.cause,
            Cause::Timeout | Cause::Host | Cause::Connection(_) | Cause::ProxyRefused { .. }
        )
    }

    /// Whether it failed on this machine, before sending anything.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.cause, Cause::CaFile { .. } | Cause::NoAuthority { .. } | Cause::Proxy)
    }

    /// What was expected of the server's certificate, if it was refused.
    pub(crate) fn expected(&self) -> Option<String> {
        match &self.cause {
            Cause::Certificate { rule, facts } => rule.expected(facts),
            _ => None,
        }
    }

    /// What the server's certificate has instead: bounded, and escaped.
    pub(crate) fn came(&self) -> Option<String> {
        match &self.cause {
            Cause::Certificate { rule, facts } => rule.came(facts),
            _ => None,
        }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no answer from {}", self.url)?;
        if let Some(proxy) = &self.through {
            write!(f, " through the proxy of the environment, {}", proxy.place)?;
        }
        write!(f, ": {}", self.cause)
    }
}

impl std::error::Error for HttpError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Connection(source) | Cause::CaFile { source: Some(source), .. } => Some(source),
            _ => None,
        }
    }
}

impl From<ureq::Error> for Cause {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::Timeout(_) => Cause::Timeout,
            ureq::Error::HostNotFound => Cause::Host,
            ureq::Error::ConnectionFailed => {
                Cause::Connection(io::ErrorKind::ConnectionRefused.into())
            }
            ureq::Error::Rustls(error) => Cause::of_tls(&error),
            ureq::Error::Tls(_) => Cause::Tls("its host is no name for a certificate"),
            ureq::Error::BodyExceedsLimit(_) | ureq::Error::LargeResponseHeader(..) => {
                Cause::TooLong
            }
            ureq::Error::InvalidProxyUrl => Cause::Proxy,
            ureq::Error::ConnectProxyFailed(reason) => {
                Cause::ProxyRefused { status: status_of_proxy(&reason) }
            }
            ureq::Error::Io(error) => Cause::of_io(error),
            _ => Cause::Protocol,
        }
    }
}

impl Cause {
    /// Quotes only this system's own words: the rest of `error` may come from the network.
    fn of_io(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::TimedOut {
            return Cause::Timeout;
        }
        if error.get_ref().is_some_and(|inner| inner.is::<Elsewhere>()) {
            return Cause::NotThisMachine;
        }
        if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Cause::of_tls(tls);
        }
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Refusal>()) {
            Some(Refusal::Malformed) => return Cause::Protocol,
            Some(Refusal::TooLong) => return Cause::TooLong,
            Some(Refusal::Cut) => return Cause::Connection(io::ErrorKind::UnexpectedEof.into()),
            None => {}
        }
        if is_unknown_host(&error) {
            return Cause::Host;
        }
        match error.raw_os_error() {
            Some(_) => Cause::Connection(error),
            None => Cause::Connection(error.kind().into()),
        }
    }

    /// Whether other trusted certificates might make it right.
    pub(super) fn depends_on_trust(&self) -> bool {
        matches!(self, Cause::Certificate { rule, .. } if rule.depends_on_trust())
    }

    /// A peer's messages are foreign text, so they are not quoted.
    pub(super) fn of_tls(error: &rustls::Error) -> Self {
        use rustls::CertificateError as Certificate;
        use rustls::Error as Tls;
        Cause::Tls(match error {
            Tls::InvalidCertificate(Certificate::Other(other)) => match other.0.downcast_ref() {
                Some(Refused { rule, facts }) => {
                    return Cause::Certificate { rule: *rule, facts: facts.clone() };
                }
                None => "its certificate can't be used",
            },
            Tls::InvalidCertificate(Certificate::ExpiredContext { time, not_after }) => {
                let (ended, now) = (UnixTime(not_after.as_secs()), UnixTime(time.as_secs()));
                return Cause::Expired { ended, now };
            }
            Tls::InvalidCertificate(Certificate::NotValidYetContext { time, not_before }) => {
                let (begins, now) = (UnixTime(not_before.as_secs()), UnixTime(time.as_secs()));
                return Cause::NotValidYet { begins, now };
            }
            Tls::InvalidCertificate(Certificate::Expired | Certificate::NotValidYet) => {
                "its certificate has expired or is not valid yet, or this machine's clock is wrong"
            }
            Tls::InvalidCertificate(Certificate::Revoked) => "its certificate was revoked",
            Tls::InvalidCertificate(_) => "its certificate can't be used",
            Tls::AlertReceived(_) => "the other side refused the connection",
            Tls::PeerIncompatible(_) => NOT_SAFE,
            Tls::InvalidMessage(_) => NOT_TLS,
            _ => "the other side breaks its rules",
        })
    }
}

/// The status in ureq's words about a proxy, which end with it.
fn status_of_proxy(reason: &str) -> Option<u16> {
    reason.rsplit('/').next().and_then(|status| status.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said_of(error: io::Error) -> String {
        let cause = Cause::of_io(error);
        let error = HttpError::new("https://a", cause);
        format!("{error} {error:?}")
    }

    #[test]
    fn only_the_system_s_own_words_are_repeated() {
        let of_network = io::Error::new(io::ErrorKind::ConnectionReset, "canary");
        assert!(!said_of(of_network).contains("canary"));
        assert!(
            !said_of(io::Error::other(rustls::Error::General("canary".into()))).contains("canary")
        );
        let of_system = || io::Error::from_raw_os_error(24);
        assert!(said_of(of_system()).contains(&of_system().to_string()));
    }

    #[test]
    fn an_expired_certificate_is_to_be_renewed() {
        let cause = Cause::Expired { ended: UnixTime(1), now: UnixTime(2) };
        let advice = HttpError::new("https://a", cause).advice().unwrap();
        assert!(advice.contains("renewed") && advice.contains("clock"), "{advice}");
    }

    #[test]
    fn the_system_s_error_is_the_source_of_ours() {
        let error = HttpError::new("https://a", Cause::of_io(io::Error::from_raw_os_error(111)));
        let source = std::error::Error::source(&error).and_then(|e| e.downcast_ref::<io::Error>());
        assert_eq!(source.and_then(io::Error::raw_os_error), Some(111));
        let error = HttpError::new("https://a", Cause::Timeout);
        assert!(std::error::Error::source(&error).is_none());
    }
}
