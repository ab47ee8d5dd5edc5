//! Why something is not an authorization response.

use crate::error::error_enum;

error_enum! {
    /// Why something is not an authorization response. No login is affected.
    pub enum AuthorizationResponseError {
        /// Not form-encoded.
        Malformed => "response_malformed",
            "the callback's query is not form-encoded: give it as the browser shows it";
        /// Missing state.
        NoState => "state_missing",
            "the callback has no state: give the whole URL that the browser was sent to";
        /// Neither code nor error.
        NoCode => "code_missing",
            "the callback has neither a code nor an error: give the whole URL that the browser was sent to";
        /// Too long.
        CodeTooLong => "code_too_long", "the authorization code is longer than 8192 bytes";
        /// A parameter given twice.
        Duplicate => "response_duplicate",
            "the callback has a parameter twice, which no provider may send (RFC 6749 section 3.1)";
        /// Code and error at once.
        CodeAndError => "response_ambiguous", "the callback has both a code and an error";
        /// Tokens in the front channel.
        OtherFlow => "response_other_flow",
            "the callback carries tokens, as it does in flows that are not used here: the provider ignored response_type=code";
    }
}

impl AuthorizationResponseError {
    /// Whether it is the provider that broke the protocol, and not a caller who left something out.
    pub fn is_providers_fault(self) -> bool {
        use AuthorizationResponseError::*;
        matches!(self, Duplicate | CodeAndError | OtherFlow)
    }
}
