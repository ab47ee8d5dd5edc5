//! Metadata whose authentication methods at the token endpoint are none of ours.

use onerealm_core::{
    AuthorizationRequest, BeginError, ClientTypeError, RedirectUri, RelyingParty, Requested,
    TokenAuthMethod,
};
use serde_json::{Value, json};

use crate::common::{NOW, REDIRECT_URI, Trial, metadata};

use TokenAuthMethod::{ClientSecretBasic, ClientSecretPost};

/// Where the secret of a confidential login is sent, or why none begins.
fn sent(
    configured: Option<TokenAuthMethod>,
    offered: &Value,
) -> Result<TokenAuthMethod, ClientTypeError> {
    let mut trial = Trial::new();
    trial.realm.token_auth_method = configured;
    trial.discovery["token_endpoint_auth_methods_supported"] = offered.clone();
    let document = trial.discovery.to_string();
    let metadata = metadata(&document);
    let relying_party = RelyingParty::new(&trial.realm, &metadata).unwrap();
    let redirect_uri = RedirectUri::parse(REDIRECT_URI).unwrap();
    let mut rng = getrandom::SysRng;
    let begun =
        AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, &mut rng, NOW);
    if let Err(BeginError::ClientType(error)) = begun {
        return Err(error);
    }
    trial.login(|login| {
        let state = login.state.clone();
        let callback =
            onerealm_core::AuthorizationResponse::from_parts("c0de", &state, None).unwrap();
        let request = login.pending.accept(&callback, login.relying_party, NOW).unwrap();
        let mut buf = [0; 4096];
        let request = request.request(&mut buf).unwrap();
        let in_form = std::str::from_utf8(request.body).unwrap().contains("client_secret=s3cret");
        match (request.authorization, in_form) {
            (Some(_), false) => Ok(ClientSecretBasic),
            (None, true) => Ok(ClientSecretPost),
            places => panic!("{places:?}"),
        }
    })
}

/// Lists that have neither of ours.
fn others() -> [Value; 8] {
    [
        json!([]),
        json!(["none"]),
        json!(["private_key_jwt"]),
        json!(["private_key_jwt", "none"]),
        json!(["client_secret_jwt"]),
        json!(["tls_client_auth", "self_signed_tls_client_auth"]),
        json!(["Client_Secret_Basic"]),
        json!([""]),
    ]
}

#[test]
fn what_the_realm_says_counts_where_metadata_lists_neither_method() {
    for offered in others() {
        for method in [ClientSecretBasic, ClientSecretPost] {
            assert_eq!(sent(Some(method), &offered), Ok(method), "{offered}");
        }
    }
}

#[test]
fn a_realm_that_says_nothing_uses_no_method_that_is_not_offered() {
    for offered in others() {
        assert_eq!(sent(None, &offered), Err(ClientTypeError::TokenAuthMethod), "{offered}");
    }
}

#[test]
fn a_method_that_is_offered_is_not_left_for_the_other() {
    let error = Err(ClientTypeError::TokenAuthMethod);
    for (configured, offered, expected) in [
        (ClientSecretBasic, json!(["client_secret_post"]), error),
        (ClientSecretPost, json!(["client_secret_basic"]), error),
        (ClientSecretPost, json!(["none", "client_secret_basic"]), error),
        (ClientSecretBasic, json!(["client_secret_basic", "none"]), Ok(ClientSecretBasic)),
        (ClientSecretPost, json!(null), Ok(ClientSecretPost)),
    ] {
        assert_eq!(sent(Some(configured), &offered), expected, "{configured:?} {offered}");
    }
}
