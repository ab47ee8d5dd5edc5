//! Expected and received values of refused metadata, authorization responses and userinfo.

use std::fmt::Display;

use onerealm_core::wire::{JsonError, Value};
use onerealm_core::{
    AuthorizationError, AuthorizationResponse, DiscoveryError, HttpResponse, JwksError,
    ProviderMetadata, RefusedMember, ResponseError, TokenAuthMethod, TokenAuthMethodsOffered,
    UserinfoError,
};

use super::advice;
use super::difference::{Difference, Slash};
use super::shown::{Secrets, decoded, list, quoted, shown, value};

/// What was expected of a member of a document, and what came; values of `is_public` ones alone.
pub(crate) fn sides(member: RefusedMember<'_>, is_public: bool) -> (String, String) {
    let RefusedMember { name, expected, came, .. } = member;
    let came = match came {
        None => format!("no {name}"),
        Some(came) if is_public => format!("{name} {}", value(Some(came), &Secrets::default())),
        Some(Value::String(text)) if text.raw().is_empty() => format!("an empty {name}"),
        Some(came) => format!("{name} is {}", came.kind()),
    };
    (format!("{name}: {expected}"), came)
}

/// Status and type of an answer.
pub(crate) fn head(response: &HttpResponse<'_>, secrets: &Secrets) -> String {
    let content_type = response.content_type.map(|text| shown(&secrets.hide(text.to_owned())));
    let content_type = content_type.as_deref().unwrap_or("without a content type");
    format!("HTTP status {}, {content_type}", response.status)
}

/// Whether the answer is none of those that could be the document.
fn is_another(error: ResponseError) -> bool {
    matches!(error, ResponseError::Status { .. } | ResponseError::ContentType)
}

const DOCUMENT: &str = "HTTP status 200 with JSON";

/// Where a document is not the JSON that it must be.
pub(crate) fn place(error: JsonError, document: &[u8]) -> String {
    told_place(error.problem, &error.path(document).to_string())
}

/// The same of a path that is known.
pub(super) fn told_place(problem: impl Display, path: &str) -> String {
    match path {
        "" => format!("{problem}, outside of any member"),
        path => format!("{problem}, at {}", quoted(path)),
    }
}

impl Difference {
    /// Of refused metadata.
    pub(crate) fn of_metadata(
        error: DiscoveryError,
        issuer: &str,
        response: &HttpResponse<'_>,
    ) -> Option<Self> {
        if let DiscoveryError::Response { error: ResponseError::Json { error } } = error {
            let came = place(error, response.body);
            return Some(Difference::new("JSON (RFC 8259)", came, advice::METADATA_MALFORMED));
        }
        match error {
            DiscoveryError::Response { error } if is_another(error) => {
                return Some(Difference::new(
                    DOCUMENT,
                    head(response, &Secrets::default()),
                    advice::OTHER_DOCUMENT,
                ));
            }
            _ => {}
        }
        if let Some(member) = RefusedMember::of_metadata(error, issuer, response) {
            let (expected, came) = sides(member, true);
            return Some(Difference::new(expected, came, advice::METADATA_INCOMPLETE));
        }
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

    /// Of a realm whose way to authenticate is not offered; `is_key` if that is a private key.
    pub(crate) fn of_methods(
        configured: Option<TokenAuthMethod>,
        is_key: bool,
        offered: TokenAuthMethodsOffered,
    ) -> Self {
        let TokenAuthMethodsOffered { client_secret_basic, client_secret_post, .. } = offered;
        let basic = client_secret_basic.then_some(TokenAuthMethod::ClientSecretBasic);
        let post = client_secret_post.then_some(TokenAuthMethod::ClientSecretPost);
        let names = |methods: &mut dyn Iterator<Item = TokenAuthMethod>| {
            list(methods.map(|method| method.as_str().to_owned()))
        };
        let offers = names(&mut basic.into_iter().chain(post));
        if is_key {
            return Difference::new(
                "private_key_jwt, the realm's token-auth-method",
                format!("{offers} in the provider's metadata"),
                advice::NO_ASSERTION_OFFERED,
            );
        }
        match configured {
            Some(method) => Difference::new(
                format!("{}, the realm's token-auth-method", method.as_str()),
                format!("{offers} in the provider's metadata"),
                advice::OTHER_METHOD_OFFERED,
            ),
            None => {
                let ours = [TokenAuthMethod::ClientSecretBasic, TokenAuthMethod::ClientSecretPost];
                Difference::new(
                    names(&mut ours.into_iter()).replace(", ", " or "),
                    "neither in the provider's metadata",
                    advice::NO_METHOD_OFFERED,
                )
            }
        }
    }

    /// Of refused keys.
    pub(crate) fn of_keys(error: JwksError, response: &HttpResponse<'_>) -> Option<Self> {
        if let JwksError::Response { error: ResponseError::Json { error } } = error {
            let came = place(error, response.body);
            return Some(Difference::new("JSON (RFC 8259)", came, advice::KEYS_MALFORMED));
        }
        match error {
            JwksError::Response { error } if is_another(error) => {
                return Some(Difference::new(
                    DOCUMENT,
                    head(response, &Secrets::default()),
                    advice::KEYS_MALFORMED,
                ));
            }
            _ => {}
        }
        let (expected, came) = sides(RefusedMember::of_keys(error, response)?, false);
        Some(Difference::new(expected, came, advice::KEYS_MALFORMED))
    }

    /// Of a refused authorization response; `is_whole` if everything is there that the browser brought.
    pub(crate) fn of_response(
        error: AuthorizationError,
        issuer: &str,
        response: &AuthorizationResponse<'_>,
        is_whole: bool,
    ) -> Option<Self> {
        let iss = response.iss().map(decoded);
        let slash = iss.as_deref().map_or(Slash::NoMatter, |iss| Slash::of(issuer, iss));
        let advice = match (error, slash) {
            (AuthorizationError::NoIssuer, _) if is_whole => advice::ISSUER_LEFT_OUT,
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
    pub(crate) fn of_userinfo(error: UserinfoError, came: String) -> Option<Self> {
        const SUBJECT: &str = "the sub of the ID token";
        Some(match error {
            UserinfoError::Refused { status, .. } => {
                Difference::new("HTTP status 200", came, advice::on_refused_userinfo(status))
            }
            UserinfoError::OtherSubject => {
                Difference::new(SUBJECT, "another sub", advice::OTHER_SUBJECT)
            }
            UserinfoError::NoSubject => Difference::new(SUBJECT, "no sub", advice::OTHER_SUBJECT),
            UserinfoError::NotSigned => Difference::new(
                "the content type application/jwt, as the realm's userinfo-signed demands",
                came,
                advice::NOT_SIGNED_USERINFO,
            ),
            _ => return None,
        })
    }
}
