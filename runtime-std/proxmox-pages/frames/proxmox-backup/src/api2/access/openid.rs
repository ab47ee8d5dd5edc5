// The two methods in short.
use anyhow::{Error, bail};
use proxmox_openid::{OpenIdAuthenticator, OpenIdConfig};
use serde_json::Value;

use super::Node;
use super::api_types::OpenIdRealmConfig;

fn openid_authenticator(
    realm_config: &OpenIdRealmConfig,
    redirect_url: &str,
//@ authenticator-argument
) -> Result<OpenIdAuthenticator, Error> {
//@ authenticator-lists
    let config = OpenIdConfig {
        issuer_url: realm_config.issuer_url.clone(),
        client_id: realm_config.client_id.clone(),
        client_key: realm_config.client_key.clone(),
        prompt: None,
        scopes: Some(vec!["email".to_owned(), "profile".to_owned()]),
        acr_values: None,
//@ authenticator-fields
    };
    OpenIdAuthenticator::discover(&config, redirect_url)
}

//@ refusal
crate::stand_in::api_properties! {
    LOGIN_PROPERTIES
            state: {
                description: "OpenId state.",
                type: String,
            },
            code: {
                description: "OpenId authorization code.",
                type: String,
//@ login-code-parameter
            },
            "redirect-url": {
                description: "Redirection Url.",
                type: String,
            },
//@ login-parameters
}

pub fn openid_login(
    node: &Node,
    state: String,
//@ login-code-argument
    redirect_url: String,
//@ login-arguments
) -> Result<Value, Error> {
    let result: Result<Value, Error> = (|| {
//@ login-before
        let (realm, private_auth_state) =
            OpenIdAuthenticator::verify_public_auth_state(node.state_dir(), &state)?;
//@ login-answer
        let config: OpenIdRealmConfig = node.lookup(&realm)?;
//@ login-authenticator
        let info = open_id.verify_authorization_code_simple(&code, &private_auth_state)?;
        Ok(info)
    })();
    result
}

crate::stand_in::api_properties! {
    AUTH_URL_PROPERTIES
            "redirect-url": {
                description: "Redirection Url.",
                type: String,
            },
//@ auth_url-parameters
}

pub fn openid_auth_url(
    node: &Node,
    realm: String,
    redirect_url: String,
//@ auth_url-arguments
) -> Result<String, Error> {
    let config: OpenIdRealmConfig = node.lookup(&realm)?;
//@ auth_url-authenticator
    open_id.authorize_url(node.state_dir(), &realm)
}
