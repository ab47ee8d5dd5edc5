//! What goes out: the authorization request's URL and the token request.

use std::hint::black_box;
use std::io;

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
};
use sha2::{Digest, Sha256};

use crate::case::{Allocations, Case, Contender};
use crate::workload::{
    CLIENT_ID, CODE, DISCOVERY, Provider, REDIRECT_URI, Returned, SECRET, parameter,
};

/// From state, nonce and code verifier that were drawn before; the challenge is the verifier's SHA-256.
pub fn authorization_url() -> Case {
    let request = Provider::new().begin();
    let mut buf = [0; 2048];
    let url = request.write_url(&mut buf).unwrap().to_owned();
    let [state, nonce] = ["state", "nonce"].map(|name| parameter(&url, name));
    let client = peer!();
    let verifier = PkceCodeVerifier::new(VERIFIER.to_owned());
    Case {
        allocations: Allocations::None,
        ours: Contender::new("onerealm", move || request.write_url(&mut buf).unwrap().len()),
        limit: Some(Contender::new("one SHA-256", || Sha256::digest(VERIFIER))),
        peers: vec![Contender::new("openidconnect 4", move || {
            let (state, nonce) = (state.clone(), nonce.clone());
            let (url, ..) = client
                .authorize_url(
                    CoreAuthenticationFlow::AuthorizationCode,
                    move || CsrfToken::new(state),
                    move || Nonce::new(nonce),
                )
                .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
                .url();
            url
        })],
    }
}

pub fn token_request() -> Case {
    let request = Returned::new().token_request();
    let mut buf = [0; 2048];
    let client = peer!();
    // It has no other way to the message than to send it: this sender gives up at once.
    let send = |request: HttpRequest| -> Result<HttpResponse, io::Error> {
        black_box(request);
        Err(io::ErrorKind::NotConnected.into())
    };
    Case {
        allocations: Allocations::None,
        ours: Contender::new("onerealm", move || request.request(&mut buf).unwrap().body.len()),
        limit: None,
        peers: vec![Contender::new("openidconnect 4", move || {
            let request = client.exchange_code(AuthorizationCode::new(CODE.to_owned())).unwrap();
            request
                .set_pkce_verifier(PkceCodeVerifier::new(VERIFIER.to_owned()))
                .request(&send)
                .is_err()
        })],
    }
}

/// The example of RFC 7636.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

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
