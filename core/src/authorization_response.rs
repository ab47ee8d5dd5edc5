//! The authorization response (OpenID Connect Core 3.1.2.5 and 3.1.2.6): the end user returns.

mod error;
mod parameters;
mod place;

use core::fmt;

use self::parameters::Parameters;
use crate::error_response::ErrorCode;
use crate::policy::CODE_LEN;
use crate::sealed_state::SealedState;
use crate::state::{PendingKey, StateText};
use crate::wire::{FormText, cut};

pub use self::error::AuthorizationResponseError;

/// The response from the end user's browser. It is untrusted until
/// [`PendingAuthorization::accept`](crate::PendingAuthorization::accept).
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/recorded.rs"));
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/states.rs"));
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// # let (realm, metadata) = (realm(), metadata());
/// # let relying_party = RelyingParty::new(&realm, &metadata)?;
/// # let pending = pending(relying_party);
/// # let now = NOW;
/// use onerealm_core::{AuthorizationError, AuthorizationResponse};
///
/// let response = AuthorizationResponse::from_query("code=c0de&state=another")?;
/// let accepted = pending.accept(&response, relying_party, now);
/// assert_eq!(accepted.err(), Some(AuthorizationError::WrongState));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationResponse<'a> {
    state: FormText<'a>,
    iss: ResponseIssuer<'a>,
    outcome: Outcome<'a>,
    /// The URL it came to without its query, if the response was a whole URL.
    came_to: Option<&'a str>,
    /// The query or form that it was read from.
    query: Option<Query<'a>>,
    /// The redirect URI it came to, according to the caller.
    at: Option<&'a str>,
    /// How browsers write the login's redirect URI.
    written: Option<&'a str>,
    /// What the browser kept, empty if nothing, according to a caller that asks for it.
    browser: Option<FormText<'a>>,
}

/// A query or a form as it came, hidden in `Debug`.
#[derive(Clone, Copy)]
struct Query<'a>(&'a str);

impl fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Query(..)")
    }
}

/// An error that came without a `state`, from the provider or from anybody: text to be bounded and
/// escaped by whoever shows it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct UnverifiedError<'a> {
    /// `error`
    pub error: FormText<'a>,
    /// `error_description`
    pub description: Option<FormText<'a>>,
}

/// The parameter `iss` (RFC 9207).
#[derive(Debug, Clone, Copy)]
pub(crate) enum ResponseIssuer<'a> {
    Sent(FormText<'a>),
    NotSent,
    /// Unknown: the caller's interface doesn't pass it on.
    NotKnown,
}

/// The two outcomes of a login at the provider.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Outcome<'a> {
    Code(FormText<'a>),
    Error { error: ErrorCode, text: FormText<'a>, description: Option<FormText<'a>> },
}

impl<'a> AuthorizationResponse<'a> {
    /// Reads the query of the redirect, without its `?`, or the body of a form post.
    ///
    /// # Errors
    ///
    /// [`AuthorizationResponseError`]: it is not an authorization response of the code flow.
    pub fn from_query(query: &'a str) -> Result<Self, AuthorizationResponseError> {
        let response = Self::of(Parameters::read(query)?)?;
        Ok(AuthorizationResponse { query: Some(Query(query)), ..response })
    }

    /// Reads the whole URL that the end user was redirected to.
    ///
    /// # Errors
    ///
    /// As [`from_query`](Self::from_query); a URL without a query has no state.
    pub fn from_url(url: &'a str) -> Result<Self, AuthorizationResponseError> {
        let (url, _fragment) = cut(url, b'#').unwrap_or((url, ""));
        let (came_to, query) = cut(url, b'?').ok_or(AuthorizationResponseError::NoState)?;
        let response = Self::from_query(query)?;
        Ok(AuthorizationResponse { came_to: Some(came_to), ..response })
    }

    /// The error in `response`, a whole URL or its query, if it lacks a `state`.
    ///
    /// Providers send it where they refuse a request before they look at its state, and so can
    /// anybody: it belongs to no login, and ends none.
    pub fn error_without_state(response: &'a str) -> Option<UnverifiedError<'a>> {
        let (response, _fragment) = cut(response, b'#').unwrap_or((response, ""));
        let query = cut(response, b'?').map_or(response, |(_, query)| query);
        let parameters = Parameters::read(query).ok()?;
        let has_no_state = parameters.state.is_none_or(FormText::is_empty);
        let error = parameters.error.filter(|_| has_no_state && parameters.code.is_none())?;
        Some(UnverifiedError { error, description: parameters.error_description })
    }

    /// Takes parameters that are already decoded.
    ///
    /// # Errors
    ///
    /// [`AuthorizationResponseError`] if code or state is empty, or the code too long.
    pub fn from_parts(
        code: &'a str,
        state: &'a str,
        iss: Option<&'a str>,
    ) -> Result<Self, AuthorizationResponseError> {
        let parameters = Parameters {
            code: Some(FormText::plain(code)),
            state: Some(FormText::plain(state)),
            iss: iss.map(FormText::plain),
            ..Parameters::default()
        };
        Self::of(parameters)
    }

    /// Takes code and state from an interface without a place for `iss`: whether the provider sent
    /// one is unknown.
    ///
    /// This skips the check of RFC 9207. The binding of the login still protects against mix-up:
    /// code and verifier go only to the provider of the login's own realm. Callers that can pass
    /// `iss` on use [`from_parts`](Self::from_parts).
    ///
    /// # Errors
    ///
    /// As [`from_parts`](Self::from_parts).
    pub fn from_code_and_state(
        code: &'a str,
        state: &'a str,
    ) -> Result<Self, AuthorizationResponseError> {
        let response = Self::from_parts(code, state, None)?;
        Ok(AuthorizationResponse { iss: ResponseIssuer::NotKnown, ..response })
    }

    fn of(parameters: Parameters<'a>) -> Result<Self, AuthorizationResponseError> {
        let Parameters { code, state, iss, error, error_description } = parameters;
        let state = state.filter(|s| !s.is_empty()).ok_or(AuthorizationResponseError::NoState)?;
        let outcome = match (code, error) {
            (Some(_), Some(_)) => return Err(AuthorizationResponseError::CodeAndError),
            (None, None) => return Err(AuthorizationResponseError::NoCode),
            (Some(code), None) => match code.decoded_len() {
                0 => return Err(AuthorizationResponseError::NoCode),
                1..=CODE_LEN => Outcome::Code(code),
                _ => return Err(AuthorizationResponseError::CodeTooLong),
            },
            (None, Some(text)) => Outcome::Error {
                error: ErrorCode::of_form(text),
                text,
                description: error_description,
            },
        };
        let iss = iss.map_or(ResponseIssuer::NotSent, ResponseIssuer::Sent);
        Ok(AuthorizationResponse {
            state,
            iss,
            outcome,
            came_to: None,
            query: None,
            at: None,
            written: None,
            browser: None,
        })
    }

    /// The response, with the caller's redirect URI `redirect_uri`: the login must have begun with
    /// exactly the same one.
    pub fn at(self, redirect_uri: Option<&'a str>) -> Self {
        AuthorizationResponse { at: redirect_uri, ..self }
    }

    /// The response to a login whose redirect URI browsers write as `written` (WHATWG URL
    /// Standard). Arriving there counts as arriving at the redirect URI; requests still send the
    /// original.
    pub fn to_redirect_uri_written(self, written: &'a str) -> Self {
        AuthorizationResponse { written: Some(written), ..self }
    }

    /// The response, from a browser that kept `binding` as its
    /// [`BrowserBinding`](crate::BrowserBinding), or nothing: the login must be
    /// [bound](crate::AuthorizationRequest::bound_to_browser) to this browser.
    pub fn from_browser(self, binding: Option<&'a str>) -> Self {
        let browser = Some(FormText::plain(binding.unwrap_or_default()));
        AuthorizationResponse { browser, ..self }
    }

    /// The storage key of the login that this response claims to belong to.
    pub fn key(&self) -> PendingKey {
        PendingKey::of_state(self.state.bytes())
    }

    /// The state in the response: untrusted.
    pub fn state(&self) -> FormText<'a> {
        self.state
    }

    /// The response whose `state` is `sealed`, with the state that was sealed in it: the one of the
    /// pending authorization opened from `sealed`.
    ///
    /// A response with another state stays unchanged, and no login accepts it.
    pub fn opened<'b>(
        self,
        sealed: SealedState<'_>,
        state: &'b StateText,
    ) -> AuthorizationResponse<'b>
    where
        'a: 'b,
    {
        match self.state == *sealed.as_str() {
            true => AuthorizationResponse { state: FormText::plain(state.as_str()), ..self },
            false => self,
        }
    }

    /// The provider's `error`, if it sent one: untrusted until the state is checked.
    pub fn error_text(&self) -> Option<FormText<'a>> {
        match self.outcome {
            Outcome::Error { text, .. } => Some(text),
            Outcome::Code(_) => None,
        }
    }

    /// The provider's `error_description`, if it sent one.
    pub fn error_description(&self) -> Option<FormText<'a>> {
        match self.outcome {
            Outcome::Error { description, .. } => description,
            Outcome::Code(_) => None,
        }
    }

    /// `iss` as received, for messages.
    /// [`PendingAuthorization::accept`](crate::PendingAuthorization::accept) checks whether it is
    /// the realm's issuer.
    pub fn iss(&self) -> Option<FormText<'a>> {
        match self.iss {
            ResponseIssuer::Sent(iss) => Some(iss),
            ResponseIssuer::NotSent | ResponseIssuer::NotKnown => None,
        }
    }

    pub(crate) fn issuer(&self) -> ResponseIssuer<'a> {
        self.iss
    }

    pub(crate) fn outcome(&self) -> Outcome<'a> {
        self.outcome
    }

    pub(crate) fn brought_by_browser(&self) -> Option<FormText<'a>> {
        self.browser
    }

    /// Whether it came to `redirect_uri`, as far as is known. Browsers write an empty path as `/`.
    pub(crate) fn came_to(&self, redirect_uri: &str) -> bool {
        let written = self.written.unwrap_or(redirect_uri);
        self.at.is_none_or(|at| at == redirect_uri || at == written)
            && self
                .came_to
                .is_none_or(|url| place::is_cut(url, redirect_uri) || place::is_cut(url, written))
            && (self.keeps_query(redirect_uri) || self.keeps_query(written))
    }

    /// Whether the query of `redirect_uri` is in this one, as far as is known where it came to: each
    /// parameter byte for byte, and none of them with another value besides. A form post has the
    /// redirect URI's query in its URL, and need not repeat it.
    fn keeps_query(&self, redirect_uri: &str) -> bool {
        let Some(Query(query)) = self.query.filter(|_| self.came_to.is_some() || self.at.is_some())
        else {
            return true;
        };
        place::keeps_query(query, redirect_uri, self.came_to.is_none())
    }
}
