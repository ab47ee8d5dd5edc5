//! What goes out: the authorization request's URL and the token request.

use std::hint::black_box;
use std::io;

use criterion::Criterion;
use onerealm_benches::{CLIENT_ID, CODE, DISCOVERY, Login, REDIRECT_URI, SECRET};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
};

/// State, nonce and code verifier are drawn in both, and the challenge is hashed. Ours asks the system for each of the
/// three; the other has a generator in its own process.
pub fn authorization_url(c: &mut Criterion) {
    let login = Login::new();
    let client = peer!();
    let mut group = c.benchmark_group("authorization_url");
    let mut buf = [0; 1024];
    group.bench_function("onerealm", |b| {
        b.iter(|| black_box(login.begin().write_url(&mut buf).unwrap()).len());
    });
    group.bench_function("openidconnect", |b| {
        b.iter(|| {
            let (challenge, _verifier) = PkceCodeChallenge::new_random_sha256();
            client
                .authorize_url(
                    CoreAuthenticationFlow::AuthorizationCode,
                    CsrfToken::new_random,
                    Nonce::new_random,
                )
                .set_pkce_challenge(challenge)
                .url()
        });
    });
}

pub fn token_request(c: &mut Criterion) {
    let login = Login::new();
    let client = peer!();
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let mut group = c.benchmark_group("token_request");
    let request = login.token_request();
    let mut buf = [0; 2048];
    group.bench_function("onerealm", |b| {
        b.iter(|| black_box(request.request(&mut buf).unwrap()).body.len());
    });
    // It has no other way to the message than to send it: this sender gives up at once.
    let send = |request: HttpRequest| -> Result<HttpResponse, io::Error> {
        black_box(request);
        Err(io::ErrorKind::NotConnected.into())
    };
    group.bench_function("openidconnect", |b| {
        b.iter(|| {
            let request = client.exchange_code(AuthorizationCode::new(CODE.to_owned())).unwrap();
            request
                .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
                .request(&send)
                .is_err()
        });
    });
}

/// The other library's client; a macro, because its type has fifteen parameters.
macro_rules! peer {
    () => {
        CoreClient::from_provider_metadata(
            serde_json::from_str::<CoreProviderMetadata>(DISCOVERY).unwrap(),
            ClientId::new(CLIENT_ID.to_owned()),
            Some(ClientSecret::new(SECRET.to_owned())),
        )
        .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned()).unwrap())
    };
}
use peer;
