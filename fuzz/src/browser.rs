//! What comes by way of the end user's browser, and what is stored meanwhile.

use onerealm_core::{AuthorizationResponse, PendingAuthorization};
use sha2::{Digest, Sha256};
use url::form_urlencoded;

/// What is read is written the same. The checksum is put behind the input here: no input would get past it.
pub fn pending_authorization(input: &[u8]) -> bool {
    let mut bytes = input.to_vec();
    bytes.extend_from_slice(&Sha256::digest(input)[..16]);
    let Ok(pending) = PendingAuthorization::decode(&bytes) else { return false };
    let mut buf = [0; PendingAuthorization::PENDING_LEN];
    assert_eq!(pending.encode(&mut buf).unwrap(), bytes);
    assert!(pending.expires() >= pending.begun());
    true
}

/// A response belongs to the login of the one `state` that it carries, however it is given.
pub fn authorization_response(input: &[u8]) -> bool {
    let Ok(query) = std::str::from_utf8(input) else { return false };
    let _ = AuthorizationResponse::from_url(query);
    let Ok(response) = AuthorizationResponse::from_query(query) else { return false };

    let states: Vec<_> = form_urlencoded::parse(input)
        .filter(|(name, _)| name == "state")
        .map(|(_, value)| value)
        .collect();
    let [state] = states.as_slice() else { panic!("{states:?}") };
    let given = AuthorizationResponse::from_parts("c0de", state, None).unwrap();
    // What is not UTF-8 comes out of `url` as something else.
    assert!(response.key() == given.key() || state.contains(char::REPLACEMENT_CHARACTER));

    let url = format!("https://pve.example:8006/?{query}");
    match AuthorizationResponse::from_url(&url) {
        Ok(from_url) => assert!(from_url.key() == response.key() || query.contains('#')),
        Err(error) => assert!(query.contains('#'), "{error}"),
    }
    true
}
