//! The provider's response, as the browser brings it.

use onerealm_core::{AuthorizationResponse, AuthorizationResponseError};

use crate::error::Error;
use crate::error::cause::Cause;
use crate::error::words::ProviderWords;

/// The provider's response, as the browser brings it.
#[derive(Clone, Copy)]
pub enum Callback<'a> {
    /// The whole URL that the browser was redirected to.
    Url(&'a str),
    /// Its query, without `?`, or the body of a form post.
    Query(&'a str),
    /// The parameters, decoded.
    Parts {
        /// `code`
        code: &'a str,
        /// `state`
        state: &'a str,
        /// `iss`, if there was one.
        iss: Option<&'a str>,
    },
    /// Code and state, decoded, from an interface without a place for `iss`. This skips the check
    /// of RFC 9207.
    CodeAndState {
        /// `code`
        code: &'a str,
        /// `state`
        state: &'a str,
    },
}

impl<'a> Callback<'a> {
    /// Whether it has everything that the browser brought.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Callback::Url(_) | Callback::Query(_))
    }

    pub(super) fn response(self) -> Result<AuthorizationResponse<'a>, Error> {
        Ok(match self {
            Callback::Url(url) => AuthorizationResponse::from_url(url).map_err(refused(url))?,
            Callback::Query(query) => {
                AuthorizationResponse::from_query(query).map_err(refused(query))?
            }
            Callback::Parts { code, state, iss } => {
                AuthorizationResponse::from_parts(code, state, iss)?
            }
            Callback::CodeAndState { code, state } => {
                AuthorizationResponse::from_code_and_state(code, state)?
            }
        })
    }
}

/// An error without a state is shown: it may be the provider's, which refused the request before it
/// knew whose it is. A parameter that is there twice is named.
fn refused(response: &str) -> impl Fn(AuthorizationResponseError) -> Error {
    move |error| match ProviderWords::unverified(response) {
        Some(words) => Error::new(Cause::Unverified { words }),
        None => {
            let repeated = AuthorizationResponse::repeated_parameter(response);
            let repeated = repeated.filter(|_| error == AuthorizationResponseError::Duplicate);
            Error::from(error).got(repeated.map(|parameter| format!("{parameter} twice")))
        }
    }
}
