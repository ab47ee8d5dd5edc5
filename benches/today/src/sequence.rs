//! Logins as `proxmox-openid` 1.0.3 does them: openidconnect 4 on ureq 3, which asks for metadata
//! and keys on both calls, each time on a connection of its own and with the trust store read anew.
//! What it does with files is left out.

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl,
    Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, TokenResponse,
};
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

const CLIENT_ID: &str = "pve";
const SECRET: &str = "Yk2vJ8mQ4tZ0cN7xW1sL5dR9bH3gF6pa";
const REDIRECT_URI: &str = "https://pve.example:8006";

/// What these logins are called where they are not on OpenSSL.
pub const NAME: &str = "proxmox-openid's sequence, on rustls";

/// The first of the two calls.
pub fn begin(issuer: &str) {
    authorization_url(issuer);
}

/// Both calls; the provider takes the nonce for a code.
pub fn login(issuer: &str) {
    let (nonce, verifier) = authorization_url(issuer);
    let code = AuthorizationCode::new(nonce.secret().clone());
    let client = client!(issuer);
    let tokens =
        client.exchange_code(code).unwrap().set_pkce_verifier(verifier).request(&send).unwrap();
    let id_token = tokens.id_token().unwrap();
    let claims = id_token.claims(&client.id_token_verifier(), &nonce).unwrap();
    let _: CoreUserInfoClaims = client
        .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
        .unwrap()
        .request(&send)
        .unwrap();
}

fn authorization_url(issuer: &str) -> (Nonce, PkceCodeVerifier) {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let client = client!(issuer);
    let (_url, _state, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .set_pkce_challenge(challenge)
        .url();
    (nonce, verifier)
}

/// Asks for metadata and keys; a macro, because the client's type has fifteen parameters.
macro_rules! client {
    ($issuer:expr) => {{
        let issuer = IssuerUrl::new($issuer.to_owned()).unwrap();
        CoreClient::from_provider_metadata(
            CoreProviderMetadata::discover(&issuer, &send).unwrap(),
            ClientId::new(CLIENT_ID.to_owned()),
            Some(ClientSecret::new(SECRET.to_owned())),
        )
        .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned()).unwrap())
    }};
}
use client;

fn send(request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let (provider, roots) = trust();
    let tls = TlsConfig::builder().provider(provider).root_certs(roots).build();
    let agent: Agent =
        Agent::config_builder().http_status_as_error(false).tls_config(tls).build().into();
    let (parts, body) = agent.run(request)?.into_parts();
    let mut body = body;
    Ok(HttpResponse::from_parts(parts, body.read_to_vec()?))
}

#[cfg(feature = "native-tls")]
fn trust() -> (TlsProvider, RootCerts) {
    (TlsProvider::NativeTls, RootCerts::PlatformVerifier)
}

/// Without OpenSSL the same, with rustls and the same store.
#[cfg(not(feature = "native-tls"))]
fn trust() -> (TlsProvider, RootCerts) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let roots = rustls_native_certs::load_native_certs().certs;
    let roots = roots.into_iter().map(|root| ureq::tls::Certificate::from_der(&root).to_owned());
    (TlsProvider::Rustls, RootCerts::new_with_certs(&roots.collect::<Vec<_>>()))
}
