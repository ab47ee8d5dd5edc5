//! The discovery document and the key set.

use serde_json::{Value, json};

use crate::directory::Directory;
use onerealm_loopback::http_server::Response;

/// A tenant's document as Entra ID serves it. It lists no PKCE method, and advertises response types that this provider
/// lacks, such as `id_token token`.
const DISCOVERY: &str = include_str!("entra/discovery_tenant.json");

const TENANT_IN_DOCUMENT: &str = "00000000-1111-2222-3333-444444444444";

/// The discovery document, with this provider's addresses.
pub(crate) fn discovery(directory: &Directory) -> Response {
    let document = DISCOVERY
        .replace("https://login.microsoftonline.com", &directory.origin)
        .replace("https://graph.microsoft.com", &directory.origin)
        .replace(TENANT_IN_DOCUMENT, &directory.setup.tenant);
    if !directory.setup.signed_userinfo {
        return public_json(document);
    }
    let mut document: Value = serde_json::from_str(&document).expect("the document is JSON");
    document["userinfo_signing_alg_values_supported"] = json!(["RS256"]);
    public_json(document.to_string())
}

/// The JSON Web Key Set.
pub(crate) fn keys(directory: &Directory) -> Response {
    let keys = json!({ "keys": [directory.key.public_jwk(&directory.issuer)] });
    public_json(keys.to_string())
}

fn public_json(body: String) -> Response {
    Response::new(200)
        .with_header("Cache-Control", "max-age=86400, private")
        .with_body("application/json; charset=utf-8", body)
}
