//! What came back.

use onerealm_core::AuthorizationResponse;

use crate::error::Error;

/// What came back from the provider by way of the browser.
#[derive(Clone, Copy)]
pub enum Callback<'a> {
    /// The whole URL that the browser was sent to.
    Url(&'a str),
    /// Its query, without `?`, or the body of a form post.
    Query(&'a str),
    /// The parameters, decoded.
    Parts {
        /// `code`
        code: &'a str,
        /// `state`
        state: &'a str,
        /// `iss`, where there was one.
        iss: Option<&'a str>,
    },
    /// Code and state, decoded, from an interface that has no place for `iss`. Gives up the
    /// comparison of RFC 9207.
    CodeAndState {
        /// `code`
        code: &'a str,
        /// `state`
        state: &'a str,
    },
}

impl<'a> Callback<'a> {
    pub(super) fn response(self) -> Result<AuthorizationResponse<'a>, Error> {
        Ok(match self {
            Callback::Url(url) => AuthorizationResponse::from_url(url)?,
            Callback::Query(query) => AuthorizationResponse::from_query(query)?,
            Callback::Parts { code, state, iss } => {
                AuthorizationResponse::from_parts(code, state, iss)?
            }
            Callback::CodeAndState { code, state } => {
                AuthorizationResponse::from_code_and_state(code, state)?
            }
        })
    }
}
