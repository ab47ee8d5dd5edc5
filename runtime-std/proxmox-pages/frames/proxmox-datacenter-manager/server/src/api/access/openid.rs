// The two methods in short.
use anyhow::{Error, bail, format_err};
use proxmox_openid::{OpenIdAuthenticator, OpenIdConfig};
use serde_json::Value;

use super::Node;
use super::api_types::OpenIdRealmConfig;
use crate::stand_in::proxmox_schema::{Schema, StringSchema};

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
        audiences: None,
//@ authenticator-fields
    };
    OpenIdAuthenticator::discover(&config, redirect_url)
}

//@ refusal
pub const LOGIN_PARAMETERS: &[(&str, bool, &Schema)] = &[
            ("state", false, &StringSchema::new("OpenId state.").schema()),
//@ login-code-parameter
            ("redirect-url", false, &StringSchema::new("Redirection Url.").schema()),
//@ login-parameters
];

pub fn create_ticket_http_only(node: &Node, param: Value) -> Result<Value, Error> {
//@ login-read
        let state = param["state"]
            .as_str()
            .ok_or_else(|| format_err!("missing state"))?
            .to_owned();
        let redirect_url = param["redirect-url"]
            .as_str()
            .ok_or_else(|| format_err!("missing redirect-url"))?
            .to_owned();

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
    let url_result: Result<String, Error> = (|| {
        let config: OpenIdRealmConfig = node.lookup(&realm)?;
//@ auth_url-authenticator
        open_id.authorize_url(node.state_dir(), &realm)
    })();
    url_result
}
