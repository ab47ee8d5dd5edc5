//! Error responses of providers (RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect Core 3.1.2.6,
//! RFC 6750 section 3.1).

use core::fmt;

use serde::Deserialize;

use crate::http::HttpResponse;
use crate::wire::{FormText, JsonStr, Member, read};

/// A registered error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorCode {
    /// `access_denied`
    AccessDenied,
    /// `account_selection_required`
    AccountSelectionRequired,
    /// `consent_required`
    ConsentRequired,
    /// `insufficient_scope`
    InsufficientScope,
    /// `interaction_required`
    InteractionRequired,
    /// `invalid_client`
    InvalidClient,
    /// `invalid_grant`
    InvalidGrant,
    /// `invalid_request`
    InvalidRequest,
    /// `invalid_scope`
    InvalidScope,
    /// `invalid_token`
    InvalidToken,
    /// `login_required`
    LoginRequired,
    /// `server_error`
    ServerError,
    /// `temporarily_unavailable`
    TemporarilyUnavailable,
    /// `unauthorized_client`
    UnauthorizedClient,
    /// `unsupported_grant_type`
    UnsupportedGrantType,
    /// `unsupported_response_type`
    UnsupportedResponseType,
    /// One that is not registered, or none.
    Other,
}

impl ErrorCode {
    const REGISTERED: [ErrorCode; 16] = [
        ErrorCode::AccessDenied,
        ErrorCode::AccountSelectionRequired,
        ErrorCode::ConsentRequired,
        ErrorCode::InsufficientScope,
        ErrorCode::InteractionRequired,
        ErrorCode::InvalidClient,
        ErrorCode::InvalidGrant,
        ErrorCode::InvalidRequest,
        ErrorCode::InvalidScope,
        ErrorCode::InvalidToken,
        ErrorCode::LoginRequired,
        ErrorCode::ServerError,
        ErrorCode::TemporarilyUnavailable,
        ErrorCode::UnauthorizedClient,
        ErrorCode::UnsupportedGrantType,
        ErrorCode::UnsupportedResponseType,
    ];

    pub(crate) fn of_form(text: FormText<'_>) -> Self {
        Self::find(|name| text == *name)
    }

    pub(crate) fn of_json(text: JsonStr<'_>) -> Self {
        Self::find(|name| text == *name)
    }

    fn find(is_it: impl Fn(&str) -> bool) -> Self {
        Self::REGISTERED.into_iter().find(|code| is_it(code.as_str())).unwrap_or(ErrorCode::Other)
    }

    /// The code that is sent as `name`.
    pub fn of_name(name: &str) -> Self {
        Self::find(|known| known == name)
    }

    /// The code as it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::AccessDenied => "access_denied",
            ErrorCode::AccountSelectionRequired => "account_selection_required",
            ErrorCode::ConsentRequired => "consent_required",
            ErrorCode::InsufficientScope => "insufficient_scope",
            ErrorCode::InteractionRequired => "interaction_required",
            ErrorCode::InvalidClient => "invalid_client",
            ErrorCode::InvalidGrant => "invalid_grant",
            ErrorCode::InvalidRequest => "invalid_request",
            ErrorCode::InvalidScope => "invalid_scope",
            ErrorCode::InvalidToken => "invalid_token",
            ErrorCode::LoginRequired => "login_required",
            ErrorCode::ServerError => "server_error",
            ErrorCode::TemporarilyUnavailable => "temporarily_unavailable",
            ErrorCode::UnauthorizedClient => "unauthorized_client",
            ErrorCode::UnsupportedGrantType => "unsupported_grant_type",
            ErrorCode::UnsupportedResponseType => "unsupported_response_type",
            ErrorCode::Other => "an error that is not registered",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl core::error::Error for ErrorCode {}

/// The body of an error response, text from the network: to be bounded and escaped by whoever
/// shows it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ErrorResponse<'a> {
    /// `error`
    pub error: JsonStr<'a>,
    /// `error_description`
    pub description: Option<JsonStr<'a>>,
}

impl<'a> ErrorResponse<'a> {
    /// The member, and the parameter of a form or of a challenge, that names the error.
    pub const ERROR: &'static str = "error";
    /// The one with the provider's words about it.
    pub const DESCRIPTION: &'static str = "error_description";
    /// The parameter of a challenge that names the scopes that were needed (RFC 6750 section 3).
    pub const SCOPE: &'static str = "scope";

    /// The error response that `response` is, if it is one, whatever its status.
    pub fn of(response: &HttpResponse<'a>) -> Option<Self> {
        let (_, document) = read::<Document<'_>>(response.body, None).ok()?;
        let Document { error, error_description } = document.ok()?;
        let error = error.as_str()?;
        Some(ErrorResponse { error, description: error_description.as_str() })
    }

    /// The registered code.
    pub fn code(&self) -> ErrorCode {
        ErrorCode::of_json(self.error)
    }
}

/// The members of the body.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    error: Member<'a>,
    error_description: Member<'a>,
}
