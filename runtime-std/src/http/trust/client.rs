//! TLS that trusts certain certificates.

use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

use crate::http::crypto;
use crate::http::error::Cause;
use crate::http::verifier::Verifier;

/// Trusted certificates.
pub(super) type Certificates = Arc<[CertificateDer<'static>]>;

/// For connections without TLS.
pub(super) fn trusting_nobody() -> Result<Arc<ClientConfig>, Cause> {
    Ok(finished(builder()?.with_root_certificates(RootCertStore::empty())))
}

/// TLS that trusts these certificates, of a realm's own file or of the system; `None` if none of them can be read.
pub(super) fn trusting(
    certificates: Certificates,
    is_of_file: bool,
) -> Result<Option<Arc<ClientConfig>>, Cause> {
    let Some(verifier) = Verifier::new(certificates, is_of_file) else { return Ok(None) };
    let builder = builder()?.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    Ok(Some(finished(builder)))
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Cause> {
    ClientConfig::builder_with_provider(Arc::new(crypto::provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Cause::of_tls(&error))
}

fn finished(builder: ConfigBuilder<ClientConfig, WantsClientCert>) -> Arc<ClientConfig> {
    Arc::new(builder.with_no_client_auth())
}
