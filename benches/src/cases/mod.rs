//! The rows that need neither files nor network.

#[cfg(feature = "aws-lc")]
mod aws_lc;
mod documents;
mod id_token;
mod messages;
mod peers;
mod random;
mod realms;

use serde_json::json;

use crate::case::Case;
use crate::row::Section;
use crate::workload::{
    Algorithm, DISCOVERY, ENTRA_DISCOVERY, ENTRA_ISSUER, ISSUER, claims, discovery_with_long_names,
    discovery_with_more, entra_claims, entra_keys, entra_token_response, rsa_keys, token_response,
};

use self::id_token::{Library, Token};

/// A case that is made when its turn comes.
pub struct Named {
    pub section: Section,
    pub name: String,
    pub make: Box<dyn FnOnce() -> Case>,
}

/// All cases, in the order of the report.
pub fn all() -> Vec<Named> {
    let mut all = Vec::new();
    let mut add = |section, name: String, make: Box<dyn FnOnce() -> Case>| {
        all.push(Named { section, name, make });
    };
    let mut step = |name: &str, make: Box<dyn FnOnce() -> Case>| {
        add(Section::Steps, name.to_owned(), make);
    };
    for library in Library::ALL {
        for keys in [1, 10, 100] {
            let others = rsa_keys(keys - 1);
            let token = Token { library: *library, others, ..Token::default() };
            let name = format!("ID token RS256, {}, keys in the set: {keys}", library.name());
            step(&name, Box::new(|| token.case()));
        }
        for (name, algorithm) in [("ES256", Algorithm::Es256), ("EdDSA", Algorithm::EdDsa)] {
            let token = Token { algorithm, library: *library, ..Token::default() };
            step(&format!("ID token {name}, {}", library.name()), Box::new(|| token.case()));
        }
    }
    let token = Token { claims: Box::new(entra_claims), others: entra_keys(4), ..Token::default() };
    step("ID token RS256 with Entra ID's claims and keys, ring", Box::new(|| token.case()));
    step("key set of 10 RSA keys", Box::new(|| documents::key_set(&rsa_keys(10))));
    step(
        "key set of 5 RSA keys with certificates",
        Box::new(|| documents::key_set(&entra_keys(5))),
    );
    step("token response, Keycloak's", Box::new(|| documents::token_response(token_response)));
    step(
        "token response, Entra ID's",
        Box::new(|| documents::token_response(entra_token_response)),
    );
    step("discovery document, Keycloak's", Box::new(|| documents::discovery(ISSUER, DISCOVERY)));
    let entra = || documents::discovery(ENTRA_ISSUER, ENTRA_DISCOVERY);
    step("discovery document, Entra ID's", Box::new(entra));
    step("authorization URL", Box::new(messages::authorization_url));
    step("token request", Box::new(messages::token_request));
    step("state, nonce, verifier and challenge", Box::new(random::state_nonce_verifier_challenge));
    step("8,000 realms in one file, read and one found", Box::new(|| realms::of_a_file(8000)));

    let mut grows =
        |name: String, make: Box<dyn FnOnce() -> Case>| add(Section::Growth, name, make);
    for more in [0, 200, 1000, 4000] {
        let document = discovery_with_more(more);
        let kilobytes = document.len() as f64 / 1000.0;
        let make = || documents::discovery(ISSUER, document.leak());
        grows(format!("discovery document of {kilobytes:.1} kB"), Box::new(make));
    }
    // What a hostile provider may send: names that could be others in disguise.
    for (how, written, most) in [
        ("plain", "/", 1),
        ("an escape in each", "\\/", 1),
        ("nothing but short escapes", "\\/", 900),
        ("nothing but escaped letters", "\\u00e9", 900),
    ] {
        let document = discovery_with_long_names(written, most);
        let make = || documents::discovery(ISSUER, document.leak());
        grows(format!("discovery document with 190 long names, {how}"), Box::new(make));
    }
    for keys in [1, 10, 100] {
        let make = move || documents::key_set(&rsa_keys(keys));
        grows(format!("key set, number of keys: {keys}"), Box::new(make));
    }
    for groups in [3, 30, 300] {
        let claims = move |issuer: &str, nonce: &str, now| claims(issuer, nonce, now, groups);
        let token = Token { claims: Box::new(claims), ..Token::default() };
        grows(format!("ID token, number of groups: {groups}"), Box::new(|| token.case()));
    }
    all
}

impl Default for Token {
    /// Keycloak's, with the one key that it is signed with.
    fn default() -> Self {
        Token {
            algorithm: Algorithm::Rs256,
            library: Library::Ring,
            claims: Box::new(|issuer, nonce, now| claims(issuer, nonce, now, 3)),
            others: json!({"keys": []}),
        }
    }
}
