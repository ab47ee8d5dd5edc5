//! The rules for a server's certificate, and what is to be told of one that breaks them.

use std::fmt;

/// What a server's certificate, its chain or its handshake broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Its chain ends at an issuer that is not trusted.
    UnknownIssuer,
    /// The same, and the server sent it alone.
    UnknownIssuerOfOne,
    /// It signs itself, and is not trusted itself.
    SelfSigned,
    /// One with the name of its issuer is trusted, and it is not that one's.
    OtherIssuer,
    /// It is a CA's own, and not trusted itself.
    OfAuthority,
    /// A certificate in its chain may not issue it.
    Chain,
    /// A certificate in its chain is out of its time.
    ChainTime,
    NoHost,
    OtherHost,
    Version,
    KeyUsage,
    ExtendedKeyUsage,
    CriticalExtension,
    SignatureAlgorithm,
    /// An RSA key of so many bits, its own or its issuer's.
    WeakKey(usize),
    Encoding,
    /// Whoever answered doesn't have its key.
    NotItsKey,
}

/// A certificate that was refused: what rustls hands on as an error of the verifier's own.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) rule: Rule,
    pub(super) facts: Box<Facts>,
}

/// What messages need; foreign text is fit to be shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// The host that was asked for.
    pub(super) host: String,
    /// The names of hosts in the certificate.
    pub(super) names: String,
    pub(super) common_name: Option<String>,
    /// The issuer that is not known, or the certificate's.
    pub(super) issuer: String,
    /// Whether the realm names what is trusted.
    pub(super) has_ca_file: bool,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.rule)
    }
}

impl std::error::Error for Refused {}

impl Rule {
    /// Whether other trusted certificates might make it right.
    pub(super) fn depends_on_trust(self) -> bool {
        matches!(
            self,
            Rule::UnknownIssuer
                | Rule::UnknownIssuerOfOne
                | Rule::SelfSigned
                | Rule::OtherIssuer
                | Rule::OfAuthority
                | Rule::Chain
                | Rule::ChainTime
                | Rule::SignatureAlgorithm
        )
    }

    pub(super) fn expected(self, facts: &Facts) -> Option<String> {
        let Facts { host, .. } = facts;
        match self {
            Rule::UnknownIssuer
            | Rule::UnknownIssuerOfOne
            | Rule::SelfSigned
            | Rule::OtherIssuer
            | Rule::OfAuthority => Some(if facts.has_ca_file {
                "a certificate in the realm's ca-file, or one that such a one issued".to_owned()
            } else {
                "a certificate that this system trusts, or one that such a one issued".to_owned()
            }),
            Rule::NoHost | Rule::OtherHost => Some(format!("{host} in its subjectAltName")),
            Rule::Version => Some("version 3".to_owned()),
            Rule::KeyUsage => Some("digitalSignature or keyEncipherment".to_owned()),
            Rule::ExtendedKeyUsage => Some("serverAuth".to_owned()),
            Rule::WeakKey(_) => Some("an RSA key of 2048 to 8192 bits".to_owned()),
            _ => None,
        }
    }

    pub(super) fn came(self, facts: &Facts) -> Option<String> {
        let Facts { names, common_name, issuer, .. } = facts;
        match self {
            Rule::UnknownIssuer | Rule::UnknownIssuerOfOne | Rule::OtherIssuer => {
                Some(format!("issued by {issuer}, for {names}"))
            }
            Rule::SelfSigned => Some(format!("issued by itself, {issuer}, for {names}")),
            Rule::OfAuthority => Some(format!("a CA's own, for {names}")),
            Rule::NoHost => Some(match common_name {
                Some(name) => format!("none; its common name {name} is not looked at"),
                None => "none".to_owned(),
            }),
            Rule::OtherHost => Some(names.clone()),
            Rule::WeakKey(bits) => Some(format!("{bits} bits")),
            _ => None,
        }
    }

    /// What an administrator can do.
    pub(super) fn advice(self, has_ca_file: bool) -> &'static str {
        match (self, has_ca_file) {
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
                "if this is the provider's certificate, name it itself in the realm's ca-file or in SSL_CERT_FILE, or add it to the system's trust store: it is accepted for the names in its subjectAltName"
            }
            (Rule::SelfSigned, true) => {
                "if this is the provider's certificate, put it itself into the realm's ca-file: it is accepted for the names in its subjectAltName"
            }
            (Rule::OtherIssuer, false) => {
                "if the CA or the provider's certificate was renewed, trust the new one instead of the old one; otherwise somebody else answers"
            }
            (Rule::OtherIssuer, true) => {
                "if the CA or the provider's certificate was renewed, put the new one into the realm's ca-file; otherwise somebody else answers"
            }
            (Rule::OfAuthority, _) => {
                "let the provider's server use a certificate that the CA issued (CA:FALSE), or trust this one itself, byte for byte: it is then accepted for its names"
            }
            (Rule::Chain, _) => {
                "let the CA issue the provider's certificate anew: each certificate above it must be a CA's (CA:TRUE), within its path length and its name constraints"
            }
            (Rule::ChainTime, _) => {
                "let the provider's server send the CA's present intermediate certificate; if this machine's clock is wrong, set it (as root: date -u -s 'YYYY-MM-DD hh:mm')"
            }
            (Rule::NoHost, _) => {
                "renew the provider's certificate with its host in the subjectAltName (with openssl req: -addext subjectAltName=DNS:HOST, or IP:ADDRESS)"
            }
            (Rule::OtherHost, _) => {
                "renew the provider's certificate with this host in its subjectAltName; or, if the provider's own metadata uses one of the certificate's names, use that one in issuer-url"
            }
            (Rule::Version, _) => {
                "renew the provider's certificate as version 3, with a subjectAltName (openssl x509 -req makes version 1 unless it is given extensions with -extfile)"
            }
            (Rule::KeyUsage | Rule::ExtendedKeyUsage, _) => {
                "renew the provider's certificate as a server's: keyUsage digitalSignature, extendedKeyUsage serverAuth, or neither of the two extensions"
            }
            (Rule::CriticalExtension, _) => {
                "renew the provider's certificate without this extension, or don't mark it as critical"
            }
            (Rule::SignatureAlgorithm, _) => {
                "let the CA issue the provider's certificate anew with SHA-256 or better: SHA-1 and MD5 are not accepted"
            }
            (Rule::WeakKey(_), _) => {
                "make a new key for the certificate, of 2048 bits or more, or for an elliptic curve"
            }
            (Rule::Encoding, _) => {
                "renew the provider's certificate with another tool: this one's encoding breaks the rules of X.509"
            }
            (Rule::NotItsKey, _) => {
                "somebody else may be answering in the provider's place; if not, key and certificate in the configuration of the provider's server don't belong together"
            }
        }
    }
}
