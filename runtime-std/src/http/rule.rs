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
                "a certificate in the realm's ca-file, or one issued by a CA in it".to_owned()
            } else {
                "a certificate that this system trusts, or one issued by a CA that it trusts"
                    .to_owned()
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
}
