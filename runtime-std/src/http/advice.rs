//! What to do about a request that got no answer, and who must do it.

use super::error::{Cause, HttpError, NOT_SAFE, NOT_TLS};
use super::rule::Rule;
use crate::error::explanation::Who;

impl HttpError {
    /// What an administrator can do.
    pub fn advice(&self) -> Option<&'static str> {
        match self.cause {
            Cause::Certificate { rule, ref facts } => {
                on_missing_trust(rule, facts.has_ca_file).or_else(|| on_certificate(rule))
            }
            Cause::Expired { .. } => Some(
                "let the provider's server use a renewed certificate; if this machine's clock is wrong, set it (as root: date -u -s 'YYYY-MM-DD hh:mm'): ID tokens are judged by it too",
            ),
            Cause::NotValidYet { .. } => Some(
                "if this machine's clock is wrong, set it (as root: date -u -s 'YYYY-MM-DD hh:mm'): ID tokens are judged by it too",
            ),
            Cause::NoAuthority { .. } => Some(
                "install the system's CA certificates (in Debian the package ca-certificates), or name a file with the provider's CA in the realm's ca-file or in SSL_CERT_FILE",
            ),
            Cause::ProxyRefused { status } => Some(self.on_refusing_proxy(status)),
            Cause::CaFile { source: Some(_), .. } => {
                Some("name a file that is there and that the user of this process may read")
            }
            Cause::CaFile { source: None, .. } => Some(
                "put the certificate of the CA, or the server's own, into the file in PEM form (-----BEGIN CERTIFICATE-----)",
            ),
            Cause::Tls(NOT_TLS) => {
                Some("check the port in the URL: what answers there is no server with TLS")
            }
            Cause::Tls(NOT_SAFE) => Some("let the provider's server offer TLS 1.2 or 1.3"),
            Cause::Proxy => Some(
                "write it as http://proxy.example:3128, or as http://user:password@proxy.example:3128 with characters other than letters and digits as %XX",
            ),
            Cause::NotThisMachine => Some(
                "check what this machine's resolver says of the host: localhost must be 127.0.0.1 or ::1 (/etc/hosts); a provider elsewhere needs https",
            ),
            Cause::Host if self.through.is_some() => Some(
                "check the host name in all_proxy or https_proxy, and this machine's resolver (/etc/resolv.conf, or a line in /etc/hosts)",
            ),
            Cause::Host => Some(
                "check the issuer-url's host name, and this machine's resolver (/etc/resolv.conf, or a line in /etc/hosts)",
            ),
            Cause::Timeout | Cause::Connection(_) if self.through.is_some() => Some(
                "check that the proxy runs and is the right one (all_proxy, https_proxy), or name the provider's host in no_proxy",
            ),
            Cause::Timeout | Cause::Connection(_) => Some(
                "check that this machine reaches the provider, and whether a proxy is needed (all_proxy, https_proxy, no_proxy)",
            ),
            _ => None,
        }
    }

    /// Who can do it.
    pub(crate) fn who(&self) -> Who {
        match &self.cause {
            Cause::Certificate { rule, facts } => {
                match on_missing_trust(*rule, facts.has_ca_file) {
                    Some(_) if facts.has_ca_file => Who::RealmAdministrator,
                    Some(_) => Who::SystemAdministrator,
                    None if *rule == Rule::NotItsKey => Who::SystemAdministrator,
                    None => Who::ProviderAdministrator,
                }
            }
            Cause::Tls(NOT_SAFE) => Who::ProviderAdministrator,
            _ => Who::SystemAdministrator,
        }
    }

    fn on_refusing_proxy(&self, status: Option<u16>) -> &'static str {
        match (status, self.through.as_ref().is_some_and(|proxy| proxy.has_credentials)) {
            (Some(407), false) => {
                "the proxy asks for a user name and a password: write them into all_proxy or https_proxy, as http://user:password@proxy.example:3128 (Basic authentication; characters other than letters and digits as %XX), or name the provider's host in no_proxy"
            }
            (Some(407), true) => {
                "the proxy does not take the user name and the password in all_proxy or https_proxy: check them (characters other than letters and digits as %XX); only Basic authentication is supported, not NTLM or Negotiate"
            }
            (Some(502..=504), _) => {
                "the proxy does not reach the provider: check the host and the port in the URL, and how the proxy resolves it; or name the host in no_proxy"
            }
            _ => {
                "let the proxy's administrator allow CONNECT to the provider's host and port, or name the host in no_proxy"
            }
        }
    }
}

/// Where another certificate has to be trusted, or none is.
fn on_missing_trust(rule: Rule, has_ca_file: bool) -> Option<&'static str> {
    Some(match (rule, has_ca_file) {
        (Rule::UnknownIssuer, false) => {
            "if the provider's certificate is from a private CA, name the CA's certificate in the realm's ca-file, in SSL_CERT_FILE, or add it to the system's trust store"
        }
        (Rule::UnknownIssuer, true) => {
            "only the certificates in the realm's ca-file are trusted: add that of the CA which issued the provider's, or unset ca-file if this system trusts it anyway"
        }
        (Rule::UnknownIssuerOfOne, false) => {
            "the server sent this certificate alone: if it is from a public CA, let the server send the intermediate certificate too (the file is often called fullchain.pem); if it is from a private CA, name the CA's certificate in the realm's ca-file, in SSL_CERT_FILE, or add it to the system's trust store"
        }
        (Rule::UnknownIssuerOfOne, true) => {
            "the server sent this certificate alone: add that of the CA which issued it to the realm's ca-file; if the CA in there is right, let the server send the intermediate certificate too (the file is often called fullchain.pem)"
        }
        (Rule::SelfSigned, false) => {
            "if this is the provider's certificate, save it in a file and name that in the realm's ca-file or in SSL_CERT_FILE, or add it to the system's trust store: it is accepted for the names in its subjectAltName"
        }
        (Rule::SelfSigned, true) => {
            "if this is the provider's certificate, put it into the realm's ca-file: it is accepted for the names in its subjectAltName"
        }
        (Rule::OtherIssuer, false) => {
            "if the CA or the provider's certificate was renewed, trust the new one instead of the old one; otherwise somebody else answers"
        }
        (Rule::OtherIssuer, true) => {
            "if the CA or the provider's certificate was renewed, put the new one into the realm's ca-file; otherwise somebody else answers"
        }
        _ => return None,
    })
}

fn on_certificate(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::UnknownIssuer | Rule::UnknownIssuerOfOne | Rule::SelfSigned | Rule::OtherIssuer => {
            return None;
        }
        Rule::OfAuthority => {
            "let the provider's server use a certificate that the CA issued (CA:FALSE), or trust this one itself, byte for byte: it is then accepted for its names"
        }
        Rule::Chain => {
            "let the CA issue the provider's certificate anew: each certificate above it must be a CA's (CA:TRUE), within its path length and its name constraints"
        }
        Rule::ChainTime => {
            "let the provider's server send the CA's present intermediate certificate; if this machine's clock is wrong, set it (as root: date -u -s 'YYYY-MM-DD hh:mm')"
        }
        Rule::NoHost => {
            "renew the provider's certificate with its host in the subjectAltName (with openssl req: -addext subjectAltName=DNS:HOST, or IP:ADDRESS)"
        }
        Rule::OtherHost => {
            "renew the provider's certificate with this host in its subjectAltName; or, if the provider's own metadata uses one of the certificate's names, use that one in issuer-url"
        }
        Rule::Version => {
            "renew the provider's certificate as version 3, with a subjectAltName (openssl x509 -req makes version 1 unless it is given extensions with -extfile)"
        }
        Rule::KeyUsage | Rule::ExtendedKeyUsage => {
            "renew the provider's certificate as a server's: keyUsage digitalSignature, extendedKeyUsage serverAuth, or neither of the two extensions"
        }
        Rule::CriticalExtension => {
            "renew the provider's certificate without this extension, or don't mark it as critical"
        }
        Rule::SignatureAlgorithm => {
            "let the CA issue the provider's certificate anew with SHA-256 or better: SHA-1 and MD5 are not accepted"
        }
        Rule::WeakKey(_) => {
            "make a new key for the certificate, of 2048 bits or more, or for an elliptic curve"
        }
        Rule::Encoding => {
            "renew the provider's certificate with another tool: this one's encoding breaks the rules of X.509"
        }
        Rule::NotItsKey => {
            "somebody else may be answering in the provider's place; if not, key and certificate in the configuration of the provider's server don't belong together"
        }
    })
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn what_can_be_mended_has_advice() {
        let ca_file = |source| Cause::CaFile { path: "/a".into(), source };
        for (cause, piece) in [
            (Cause::Tls(NOT_TLS), "port"),
            (Cause::Tls(NOT_SAFE), "TLS 1.2"),
            (ca_file(Some(io::Error::from_raw_os_error(2))), "is there"),
            (ca_file(None), "BEGIN CERTIFICATE"),
        ] {
            let advice = HttpError::new("https://a", cause).advice().unwrap();
            assert!(advice.contains(piece), "{advice}");
        }
    }
}
