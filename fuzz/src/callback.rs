//! The end user's return, up to the token request.

use onerealm_core::policy::CODE_LEN;
use onerealm_core::wire::FormPairs;
use onerealm_core::{
    AuthorizationError, AuthorizationResponse, AuthorizationResponseError, Issuer, RelyingParty,
};
use url::form_urlencoded;

use super::fixed::{self, NOW, REDIRECT_URI};
use super::provider::metadata;

/// A callback is read as `url` reads it, and leads to the same token request however it is given: as query or form post,
/// as the whole URL, or in parts that somebody else has decoded.
pub fn callback(input: &[u8]) -> bool {
    let Ok(query) = std::str::from_utf8(input) else { return false };
    let parameters = Parameters(form_urlencoded::parse(input).into_owned().collect());
    let response = match AuthorizationResponse::from_query(query) {
        Ok(response) => response,
        Err(error) => {
            assert!(parameters.are_refused(query, error), "{error}");
            return false;
        }
    };
    assert!(!parameters.any(&OTHER_FLOWS) && !parameters.any_twice());
    let accepted = token_request_body(&response);

    if !query.contains('#') {
        let url = format!("{REDIRECT_URI}?{query}#");
        assert_eq!(token_request_body(&AuthorizationResponse::from_url(&url).unwrap()), accepted);
        let elsewhere = format!("http://127.0.0.1:51005/callback?{query}");
        let elsewhere = AuthorizationResponse::from_url(&elsewhere).unwrap();
        assert!(token_request_body(&elsewhere).is_err());
    }
    let [code, state, iss] = ["code", "state", "iss"].map(|name| parameters.get(name));
    // What is not UTF-8 comes out of `url` as something else.
    if let (Some(code), false) = (code, parameters.is_lossy()) {
        let parts = AuthorizationResponse::from_parts(code, state.unwrap(), iss).unwrap();
        assert_eq!(token_request_body(&parts), accepted);
    }
    if let Ok(body) = &accepted {
        assert_eq!(
            (state, iss.unwrap_or(fixed::ISSUER)),
            (Some(fixed::STATE_AND_NONCE), fixed::ISSUER)
        );
        let body = Parameters(form_urlencoded::parse(body).into_owned().collect());
        assert_eq!(body.get("code"), code);
    }
    accepted.is_ok()
}

const ONCE: [&str; 5] = ["code", "state", "iss", "error", "error_description"];
const OTHER_FLOWS: [&str; 3] = ["id_token", "access_token", "response"];

fn token_request_body(response: &AuthorizationResponse<'_>) -> Result<Vec<u8>, AuthorizationError> {
    let metadata = metadata();
    let realm = fixed::realm(Issuer::parse(fixed::ISSUER).unwrap());
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
    let request = fixed::pending(relying_party).accept(response, relying_party, NOW)?;
    let mut buf = [0; 32 * 1024];
    Ok(request.request(&mut buf).unwrap().body.to_vec())
}

/// Names and values, decoded by `url`.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    fn any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.get(name).is_some())
    }

    fn any_twice(&self) -> bool {
        ONCE.iter().any(|name| self.0.iter().filter(|(n, _)| n == name).count() > 1)
    }

    fn is_lossy(&self) -> bool {
        self.0.iter().any(|(_, value)| value.contains(char::REPLACEMENT_CHARACTER))
    }

    /// Whether `error` says what is the case.
    fn are_refused(&self, query: &str, error: AuthorizationResponseError) -> bool {
        use AuthorizationResponseError as Error;

        let empty = |name| self.get(name).is_none_or(str::is_empty);
        match error {
            Error::Malformed => FormPairs::new(query).any(|pair| pair.is_none()),
            Error::NoState => empty("state"),
            Error::NoCode => empty("code") && self.get("error").is_none(),
            Error::CodeTooLong => self.get("code").is_some_and(|code| code.len() > CODE_LEN),
            Error::Duplicate => self.any_twice(),
            Error::CodeAndError => self.any(&["code"]) && self.any(&["error"]),
            Error::OtherFlow => self.any(&OTHER_FLOWS),
            other => panic!("not known here: {other}"),
        }
    }
}
