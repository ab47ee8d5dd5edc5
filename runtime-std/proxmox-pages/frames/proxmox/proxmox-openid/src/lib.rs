// The two calls in short, on the crate that Proxmox's crate is built on.
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use anyhow::{Error, bail, format_err};
use openidconnect::core::{CoreAuthDisplay, CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

fn http_client(request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let (parts, mut body) = agent.run(request)?.into_parts();
    Ok(HttpResponse::from_parts(parts, body.read_to_vec()?))
}

#[derive(Clone, Deserialize, Serialize)]
pub struct OpenIdConfig {
    pub issuer_url: String,
    pub client_id: String,
    pub client_key: Option<String>,
//@ config
}

#[derive(Clone, Deserialize, Serialize)]
pub struct PrivateAuthState {
    pub csrf_token: CsrfToken,
    pub nonce: Nonce,
    pub pkce_verifier: String,
//@ state
}

impl PrivateAuthState {
    pub fn new() -> Self {
        let (_, verifier) = PkceCodeChallenge::new_random_sha256();
        PrivateAuthState {
            csrf_token: CsrfToken::new_random(),
            nonce: Nonce::new_random(),
            pkce_verifier: verifier.into_secret(),
//@ state-new
        }
    }

    fn pkce_verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.pkce_verifier.clone())
    }
}

pub struct OpenIdAuthenticator {
    client: Client,
    config: OpenIdConfig,
//@ authenticator
}

static STORED: LazyLock<Mutex<HashMap<String, (String, PrivateAuthState)>>> =
    LazyLock::new(Mutex::default);

impl OpenIdAuthenticator {
    pub fn discover(config: &OpenIdConfig, redirect_url: &str) -> Result<Self, Error> {
        let client_id = ClientId::new(config.client_id.clone());
        let client_key = config.client_key.clone().map(ClientSecret::new);
        let issuer_url = IssuerUrl::new(config.issuer_url.clone())?;
        let provider_metadata = CoreProviderMetadata::discover(&issuer_url, &http_client)
            .map_err(|error| format_err!("{error}"))?;
//@ discover
        let client = CoreClient::from_provider_metadata(provider_metadata, client_id, client_key)
            .set_redirect_uri(RedirectUrl::new(String::from(redirect_url))?);
        Ok(OpenIdAuthenticator {
            client,
            config: config.clone(),
//@ discover-fields
        })
    }

    pub fn authorize_url(&self, _state_dir: &str, realm: &str) -> Result<String, Error> {
        let private_auth_state = PrivateAuthState::new();
//@ authorize_url
        let csrf_token = private_auth_state.csrf_token.clone();
        let nonce = private_auth_state.nonce.clone();
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&private_auth_state.pkce_verifier());
        let stored = (realm.to_owned(), private_auth_state);
        STORED.lock().unwrap().insert(csrf_token.secret().clone(), stored);
        let (url, _, _) = self
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || csrf_token,
                || nonce,
            )
            .set_display(CoreAuthDisplay::Page)
            .add_scopes(["email", "profile"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        Ok(url.to_string())
    }

    pub fn verify_public_auth_state(
        _state_dir: &str,
        state: &str,
    ) -> Result<(String, PrivateAuthState), Error> {
        STORED.lock().unwrap().remove(state).ok_or_else(|| format_err!("no openid auth state found"))
    }

    pub fn verify_authorization_code_simple(
        &self,
        code: &str,
        private_auth_state: &PrivateAuthState,
    ) -> Result<Value, Error> {
        let code = AuthorizationCode::new(code.to_string());
//@ verify
        let token_response = client
            .exchange_code(code)?
            .set_pkce_verifier(private_auth_state.pkce_verifier())
            .request(&http_client)
            .map_err(|error| format_err!("{error}: {error:?}"))?;
        let id_token = token_response.id_token().ok_or_else(|| format_err!("no ID token"))?;
        let claims = id_token.claims(&client.id_token_verifier(), &private_auth_state.nonce)?;
        Ok(serde_json::to_value(claims)?)
    }
}
