//! Expected and received values of refused metadata, authorization responses and userinfo.

use onerealm_core::{
    AuthorizationError, AuthorizationResponse, DiscoveryError, HttpResponse, ProviderMetadata,
    UserinfoError,
};

use super::advice;
use super::difference::{Difference, Slash};
use super::shown::{Secrets, decoded, quoted, value};

impl Difference {
    /// Of refused metadata.
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

    /// Of a refused authorization response.
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

    /// Of refused userinfo.
    pub(crate) fn of_userinfo(error: UserinfoError) -> Option<Self> {
        const SUBJECT: &str = "the sub of the ID token";
        Some(match error {
            UserinfoError::Refused { status, error } => Difference::new(
                "HTTP status 200",
                format!("HTTP status {status} and {error}"),
                advice::on_refused_userinfo(status),
            ),
            UserinfoError::OtherSubject => {
                Difference::new(SUBJECT, "another sub", advice::OTHER_SUBJECT)
            }
            UserinfoError::NoSubject => Difference::new(SUBJECT, "no sub", advice::OTHER_SUBJECT),
            UserinfoError::Signed => Difference::new(
                "the content type application/json",
                "application/jwt",
                advice::SIGNED_USERINFO,
            ),
            _ => return None,
        })
    }
}
