//! Why a request got no answer, quoting nothing from the network but the name of a coding.

use std::fmt;
use std::io;
use std::path::PathBuf;

use onerealm_core::UnixTime;

use super::framing::Refusal;
use crate::codes::codes;

/// A request that got no answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct HttpError {
    /// Where it went.
    pub url: String,
    pub(super) is_proxied: bool,
    /// Why.
    pub(super) cause: Cause,
}

#[derive(Debug)]
pub(super) enum Cause {
    Timeout,
    Host,
    Connection(io::Error),
    Tls(&'static str),
    UnknownIssuer,
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
    ProxyRefused,
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
        Self::Tls(reason) => "tls", "TLS failed: {reason}";
        Self::UnknownIssuer => "tls_unknown_issuer",
            "its certificate is not issued by a certificate authority that is trusted here";
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
        Self::ProxyRefused => "proxy_refused", "it refused to connect";
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
        HttpError { url: url.to_owned(), is_proxied: false, cause }
    }

    /// Another thread's request used up the time.
    pub(crate) fn too_late(url: &str) -> Self {
        HttpError::new(url, Cause::Timeout)
    }

    /// Whether nobody answered, as when the provider is down.
    pub(crate) fn is_silence(&self) -> bool {
        matches!(
            self.cause,
            Cause::Timeout | Cause::Host | Cause::Connection(_) | Cause::ProxyRefused
        )
    }

    /// Whether it failed on this machine, before sending anything.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.cause, Cause::CaFile { .. } | Cause::NoAuthority { .. } | Cause::Proxy)
    }

    /// What an administrator can do.
    pub fn advice(&self) -> Option<&'static str> {
        match self.cause {
            Cause::UnknownIssuer => Some(
                "if the provider's certificate is from a private CA, name the CA's certificate in the realm's ca-file, in SSL_CERT_FILE, or add it to the system's trust store",
            ),
            Cause::NotValidYet { .. } | Cause::Expired { .. } => Some(
                "if this machine's clock is wrong, set it (as root: date -u -s 'YYYY-MM-DD hh:mm'): ID tokens are judged by it too",
            ),
            Cause::NoAuthority { .. } => Some(
                "install the system's CA certificates (in Debian the package ca-certificates), or name a file with the provider's CA in the realm's ca-file or in SSL_CERT_FILE",
            ),
            Cause::Host => Some(
                "check the issuer-url's host name, and this machine's resolver (/etc/resolv.conf, or a line in /etc/hosts)",
            ),
            Cause::Timeout | Cause::Connection(_) => Some(
                "check that this machine reaches the provider, and whether a proxy is needed (all_proxy, https_proxy, no_proxy)",
            ),
            _ => None,
        }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let proxied = if self.is_proxied { " through the proxy of the environment" } else { "" };
        write!(f, "no answer from {}{proxied}: {}", self.url, self.cause)
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
            ureq::Error::ConnectProxyFailed(_) => Cause::ProxyRefused,
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
        if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Cause::of_tls(tls);
        }
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Refusal>()) {
            Some(Refusal::Malformed) => return Cause::Protocol,
            Some(Refusal::TooLong) => return Cause::TooLong,
            Some(Refusal::Cut) => return Cause::Connection(io::ErrorKind::UnexpectedEof.into()),
            None => {}
        }
        // `std` reports every name without an address this way, with no kind for it.
        if error.to_string().starts_with("failed to lookup address information") {
            return Cause::Host;
        }
        match error.raw_os_error() {
            Some(_) => Cause::Connection(error),
            None => Cause::Connection(error.kind().into()),
        }
    }

    /// Names in a certificate and a peer's messages are foreign text, so they are not quoted.
    pub(super) fn of_tls(error: &rustls::Error) -> Self {
        use rustls::CertificateError as Certificate;
        use rustls::Error as Tls;
        Cause::Tls(match error {
            // Signed by another authority with a trusted one's name.
            Tls::InvalidCertificate(Certificate::UnknownIssuer | Certificate::BadSignature) => {
                return Cause::UnknownIssuer;
            }
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
            Tls::InvalidCertificate(
                Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
            ) => "its certificate is for another host",
            Tls::InvalidCertificate(_) => "its certificate can't be used",
            Tls::AlertReceived(_) => "the other side refused the connection",
            Tls::PeerIncompatible(_) => "the other side offers nothing that is safe enough",
            Tls::InvalidMessage(_) => "the other side does not speak TLS",
            _ => "the other side breaks its rules",
        })
    }
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
    fn the_system_s_error_is_the_source_of_ours() {
        let error = HttpError::new("https://a", Cause::of_io(io::Error::from_raw_os_error(111)));
        let source = std::error::Error::source(&error).and_then(|e| e.downcast_ref::<io::Error>());
        assert_eq!(source.and_then(io::Error::raw_os_error), Some(111));
        let error = HttpError::new("https://a", Cause::Timeout);
        assert!(std::error::Error::source(&error).is_none());
    }
}
