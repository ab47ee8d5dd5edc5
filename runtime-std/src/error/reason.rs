//! Why a provider refused, as far as its words, its error code and its status show.

use onerealm_core::ErrorCode;

use super::words::ProviderWords;

/// Why a provider refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It wants something that is not supported.
    Dpop,
    Assertion,
    Certificate,
    Pushed,
    SignedRequest,
    /// It failed itself, or something before it did.
    Fault,
    Throttled,
    NoSuchPlace,
    Moved,
    /// The client or its credentials.
    Client,
    SecretUnwanted,
    SecretWanted,
    SecretWrong,
    AssertionSignature,
    AssertionAudience,
    AssertionTime,
    InstalledKey,
    UnknownClient,
    SinglePage,
    /// What was sent besides.
    Grant,
    RedirectUri,
    Verifier,
    Flow,
    Scope,
    GroupsScope,
    /// The end user.
    Login,
    Interaction,
    Consent,
    Account,
    Denied,
    /// Something else.
    Other,
}

/// Words of which each provider's answer has all; in lower case, and the first that fits counts.
const TEXTS: &[(&[&str], Reason)] = &[
    (&["aadsts700025"], Reason::SecretUnwanted),
    (&["aadsts90023"], Reason::SecretUnwanted),
    (&["aadsts7000218"], Reason::SecretWanted),
    (&["aadsts7000215"], Reason::SecretWrong),
    (&["aadsts7000222"], Reason::SecretWrong),
    (&["aadsts700027"], Reason::AssertionSignature),
    (&["aadsts700023"], Reason::AssertionAudience),
    (&["aadsts700024"], Reason::AssertionTime),
    (&["aadsts9002327"], Reason::SinglePage),
    (&["aadsts700016"], Reason::UnknownClient),
    (&["aadsts650053"], Reason::GroupsScope),
    // Google's, about an installed application.
    (&["client_secret is missing"], Reason::InstalledKey),
    (&["dpop"], Reason::Dpop),
    (&["pushed authorization"], Reason::Pushed),
    (&["pushed_authorization"], Reason::Pushed),
    // The parameter that stands for a pushed request; none is sent.
    (&["request_uri"], Reason::Pushed),
    (&["request object"], Reason::SignedRequest),
    (&["request_object"], Reason::SignedRequest),
    (&["client_assertion", "client_secret"], Reason::Client),
    (&["client_assertion"], Reason::Assertion),
    (&["client assertion"], Reason::Assertion),
    (&["private_key_jwt"], Reason::Assertion),
    (&["client_secret_jwt"], Reason::Assertion),
    (&["tls_client_auth"], Reason::Certificate),
    (&["mutual tls"], Reason::Certificate),
    (&["mtls"], Reason::Certificate),
    (&["client certificate"], Reason::Certificate),
];

/// The same, of answers whose code says less.
const TEXTS_OF_VAGUE_CODES: &[(&[&str], Reason)] = &[
    (&["invalid_client"], Reason::Client),
    (&["unauthorized_client"], Reason::Client),
    (&["redirect_uri"], Reason::RedirectUri),
    (&["redirect uri"], Reason::RedirectUri),
    (&["code_verifier"], Reason::Verifier),
    (&["code verifier"], Reason::Verifier),
    (&["code_challenge"], Reason::Verifier),
    (&["pkce"], Reason::Verifier),
    (&["invalid_grant"], Reason::Grant),
    (&["client_secret"], Reason::Client),
    (&["client secret"], Reason::Client),
    (&["client_id"], Reason::Client),
    (&["client credentials"], Reason::Client),
    (&["client authentication"], Reason::Client),
];

impl Reason {
    /// Of a refusal at the token endpoint.
    pub(crate) fn at_token_endpoint(
        status: u16,
        error: Option<ErrorCode>,
        words: Option<&ProviderWords>,
    ) -> Self {
        let said = Said::of(words);
        if let Some(reason) = said.of_all(TEXTS) {
            return reason;
        }
        match error {
            Some(ErrorCode::InvalidClient | ErrorCode::UnauthorizedClient) => {
                return Reason::Client;
            }
            Some(ErrorCode::AccessDenied) if status < 500 => return Reason::Client,
            Some(ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable) => {
                return Reason::Fault;
            }
            Some(ErrorCode::InvalidScope) => return Reason::Scope,
            Some(ErrorCode::UnsupportedGrantType) => return Reason::Flow,
            _ if status >= 500 => return Reason::Fault,
            _ => {}
        }
        match (said.of_all(TEXTS_OF_VAGUE_CODES), error, status) {
            (Some(Reason::RedirectUri), ..) => Reason::RedirectUri,
            (Some(Reason::Verifier), ..) => Reason::Verifier,
            (_, Some(ErrorCode::InvalidGrant), _) => Reason::Grant,
            (Some(reason), ..) => reason,
            (None, _, 401 | 403) => Reason::Client,
            (None, _, 404 | 405 | 410) => Reason::NoSuchPlace,
            (None, _, 429) => Reason::Throttled,
            (None, _, 300..=399) => Reason::Moved,
            _ => Reason::Other,
        }
    }

    /// Of an error in the authorization response.
    pub(crate) fn at_authorization_endpoint(
        error: ErrorCode,
        words: Option<&ProviderWords>,
    ) -> Self {
        let said = Said::of(words);
        if let Some(reason) = said.of_all(TEXTS) {
            return reason;
        }
        match error {
            ErrorCode::LoginRequired => Reason::Login,
            ErrorCode::InteractionRequired => Reason::Interaction,
            ErrorCode::ConsentRequired => Reason::Consent,
            ErrorCode::AccountSelectionRequired => Reason::Account,
            ErrorCode::AccessDenied => Reason::Denied,
            ErrorCode::InvalidScope => Reason::Scope,
            ErrorCode::UnauthorizedClient | ErrorCode::UnsupportedResponseType => Reason::Flow,
            ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable => Reason::Fault,
            ErrorCode::InvalidClient => Reason::UnknownClient,
            _ => match said.of_all(TEXTS_OF_VAGUE_CODES) {
                Some(reason @ (Reason::RedirectUri | Reason::Verifier)) => reason,
                _ => Reason::Other,
            },
        }
    }
}

/// Everything that the provider says, in lower case.
struct Said(String);

impl Said {
    fn of(words: Option<&ProviderWords>) -> Self {
        Said(words.map(|words| words.to_string().to_ascii_lowercase()).unwrap_or_default())
    }

    fn of_all(&self, texts: &[(&[&str], Reason)]) -> Option<Reason> {
        let has_all = |texts: &[&str]| texts.iter().all(|text| self.0.contains(text));
        texts.iter().find(|(texts, _)| has_all(texts)).map(|(_, reason)| *reason)
    }
}

#[cfg(test)]
mod tests;
