//! Certificates made while a test runs, and servers that show them.

use std::sync::Arc;

use base64ct::{Base64, Encoding};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, SupportedProtocolVersion};

/// A private certificate authority.
pub struct Authority {
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Authority { pem: pem(certificate.der()), issuer: Issuer::new(params, key) }
    }

    /// A server with a certificate for these names.
    pub fn server(&self, names: &[&str]) -> ServerConfig {
        self.server_with(names, |_| ())
    }

    /// The same with a certificate that `change` makes another.
    pub fn server_with(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> ServerConfig {
        let mut params = leaf(names);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        server(certificate.der().clone(), &key)
    }
}

/// A server whose certificate nobody else signed, and the certificate.
pub fn self_signed_server(names: &[&str]) -> (ServerConfig, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = leaf(names).self_signed(&key).unwrap();
    (server(certificate.der().clone(), &key), pem(certificate.der()))
}

pub const VERSIONS: [&SupportedProtocolVersion; 2] =
    [&rustls::version::TLS12, &rustls::version::TLS13];

/// A certificate that signs itself and is a CA's, as `openssl req -x509` makes it, with its key.
pub struct Own {
    pub pem: String,
    der: CertificateDer<'static>,
    pub params: CertificateParams,
    key: KeyPair,
}

impl Own {
    pub fn new(names: &[&str]) -> Self {
        Self::with(names, |_| ())
    }

    /// The same with a certificate that `change` makes another.
    pub fn with(names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = leaf(names);
        params.distinguished_name.push(DnType::CommonName, "The provider");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.use_authority_key_identifier_extension = true;
        change(&mut params);
        Self::of(params, KeyPair::generate().unwrap())
    }

    fn of(params: CertificateParams, key: KeyPair) -> Self {
        let der = params.self_signed(&key).unwrap().der().clone();
        Own { pem: pem(&der), der, params, key }
    }

    /// Another certificate of this key.
    pub fn again(&self, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = self.params.clone();
        change(&mut params);
        Self::of(params, KeyPair::try_from(self.key.serialize_der()).unwrap())
    }

    /// A server that shows it.
    pub fn server(&self, version: &'static SupportedProtocolVersion) -> ServerConfig {
        self.shown_by(&self.key, &[], version)
    }

    /// A server that shows it, and these behind it.
    pub fn server_with(&self, others: &[&Own]) -> ServerConfig {
        self.shown_by(&self.key, others, &rustls::version::TLS13)
    }

    /// A server that shows it, and whose handshakes somebody else's key signs.
    pub fn impostor(&self, version: &'static SupportedProtocolVersion) -> ServerConfig {
        self.shown_by(&KeyPair::generate().unwrap(), &[], version)
    }

    /// A server with a certificate for these names that this one issued, which it shows as well.
    pub fn issued(&self, names: &[&str]) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let own = KeyPair::try_from(self.key.serialize_der()).unwrap();
        let issuer = Issuer::new(self.params.clone(), own);
        let certificate = leaf(names).signed_by(&key, &issuer).unwrap();
        let chain = vec![certificate.der().clone(), self.der.clone()];
        showing(chain, &key, &rustls::version::TLS13)
    }

    fn shown_by(
        &self,
        key: &KeyPair,
        others: &[&Own],
        version: &'static SupportedProtocolVersion,
    ) -> ServerConfig {
        let others = others.iter().map(|other| other.der.clone());
        showing([self.der.clone()].into_iter().chain(others).collect(), key, version)
    }
}

/// A server that shows this chain, whoever's the key is: rustls would compare them.
pub fn showing(
    chain: Vec<CertificateDer<'static>>,
    key: &KeyPair,
    version: &'static SupportedProtocolVersion,
) -> ServerConfig {
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    showing_with(chain, key.into(), &[version])
}

/// The same with a key in any form.
pub fn showing_with(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    versions: &[&'static SupportedProtocolVersion],
) -> ServerConfig {
    #[derive(Debug)]
    struct Shown(Arc<CertifiedKey>);
    impl ResolvesServerCert for Shown {
        fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
            Some(Arc::clone(&self.0))
        }
    }
    let key = rustls::crypto::ring::sign::any_supported_type(&key).unwrap();
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Shown(Arc::new(CertifiedKey::new(chain, key)))))
}

fn leaf(names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|name| name.to_string()).collect();
    CertificateParams::new(names).unwrap()
}

fn server(certificate: CertificateDer<'static>, key: &KeyPair) -> ServerConfig {
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    showing_with(vec![certificate], key.into(), &VERSIONS)
}

fn pem(der: &[u8]) -> String {
    let base64 = Base64::encode_string(der);
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}
