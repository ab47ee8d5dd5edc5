//! What was expected and what came, for whoever has to change a setting.
//!
//! Only values that are public: issuers, client identifiers, audiences, names of algorithms and
//! keys, times. What a provider wrote is bounded and escaped.

use std::fmt;

use onerealm_core::wire::Value;
use onerealm_core::{
    AuthorizationError, AuthorizationResponse, DiscoveryError, HttpResponse, ProviderMetadata,
    UserinfoError,
};

use super::advice;
use super::shown::{Secrets, decoded, plain, quoted, value};

/// What was expected and what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What the realm or the provider's documents ask for, with the realm's property where there is
    /// one.
    pub expected: String,
    /// What the provider sent: bounded, control characters escaped.
    pub came: String,
    advice: &'static str,
}

impl Difference {
    pub(crate) fn new(expected: String, came: String, advice: &'static str) -> Self {
        Difference { expected, came, advice }
    }

    /// What to do about it.
    pub(crate) fn advice(&self) -> &'static str {
        self.advice
    }

    /// The provider's metadata was refused.
    pub(crate) fn of_metadata(
        error: DiscoveryError,
        issuer: &str,
        response: &HttpResponse<'_>,
    ) -> Option<Self> {
        let DiscoveryError::Issuer = error else { return None };
        let came = ProviderMetadata::refused_issuer(response);
        let slash = Slash::between(issuer, came);
        Some(Difference::new(
            format!("issuer {}, as issuer-url says", quoted(issuer)),
            format!("issuer {}{}", value(came, &Secrets::default()), slash.note()),
            match slash {
                Slash::TooMany => advice::SLASH_TOO_MANY,
                Slash::Missing => advice::SLASH_MISSING,
                Slash::NoMatter => advice::OTHER_ISSUER_IN_METADATA,
            },
        ))
    }

    /// The authorization response was refused.
    pub(crate) fn of_response(
        error: AuthorizationError,
        issuer: &str,
        response: &AuthorizationResponse<'_>,
    ) -> Option<Self> {
        let iss = response.iss().map(decoded);
        let slash = iss.as_deref().map_or(Slash::NoMatter, |iss| Slash::of(issuer, iss));
        let advice = match (error, slash) {
            (AuthorizationError::NoIssuer, _) => advice::NO_ISSUER_IN_RESPONSE,
            (AuthorizationError::WrongIssuer, Slash::NoMatter) => advice::OTHER_ISSUER_IN_RESPONSE,
            (AuthorizationError::WrongIssuer, _) => advice::SLASH_WITHIN_PROVIDER,
            _ => return None,
        };
        let came = iss.map_or_else(|| "none".to_owned(), |iss| quoted(&iss));
        Some(Difference::new(
            format!("iss {}, as issuer-url says", quoted(issuer)),
            format!("iss {came}{}", slash.note()),
            advice,
        ))
    }

    /// Userinfo was refused.
    pub(crate) fn of_userinfo(error: UserinfoError) -> Option<Self> {
        let (expected, came, advice) = match error {
            UserinfoError::Refused { status, error } => (
                "HTTP status 200",
                format!("HTTP status {status} and {error}"),
                advice::on_refused_userinfo(status),
            ),
            UserinfoError::OtherSubject => {
                ("the sub of the ID token", "another sub".to_owned(), advice::OTHER_SUBJECT)
            }
            UserinfoError::NoSubject => {
                ("the sub of the ID token", "no sub".to_owned(), advice::OTHER_SUBJECT)
            }
            UserinfoError::Signed => (
                "the content type application/json",
                "application/jwt".to_owned(),
                advice::SIGNED_USERINFO,
            ),
            _ => return None,
        };
        Some(Difference::new(expected.to_owned(), came, advice))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected: {}; came: {}", self.expected, self.came)
    }
}

/// Behind a sentence.
pub(crate) fn with_difference(
    f: &mut fmt::Formatter<'_>,
    difference: Option<&Difference>,
) -> fmt::Result {
    match difference {
        Some(difference) => write!(f, " ({difference})"),
        None => Ok(()),
    }
}

/// Whether two issuers differ in the `/` at the end and in nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slash {
    /// Ours has one, and what came doesn't.
    TooMany,
    /// What came has one, and ours doesn't.
    Missing,
    /// They differ in something else.
    NoMatter,
}

impl Slash {
    pub(super) fn between(issuer: &str, came: Option<Value<'_>>) -> Self {
        match came {
            Some(Value::String(_)) => Slash::of(issuer, &came.map(plain).unwrap_or_default()),
            _ => Slash::NoMatter,
        }
    }

    pub(super) fn of(issuer: &str, came: &str) -> Self {
        if issuer.strip_suffix('/') == Some(came) {
            Slash::TooMany
        } else if came.strip_suffix('/') == Some(issuer) {
            Slash::Missing
        } else {
            Slash::NoMatter
        }
    }

    pub(super) fn note(self) -> &'static str {
        match self {
            Slash::TooMany | Slash::Missing => " (only the '/' at the end differs)",
            Slash::NoMatter => "",
        }
    }
}
