//! The member or parameter because of which a provider's document or response was refused: for
//! messages.

use serde::Deserialize;

use crate::authorization_response::AuthorizationResponse;
use crate::discovery::{DiscoveryError, Endpoint};
use crate::http::{HttpResponse, ResponseError};
use crate::jwks::JwksError;
use crate::token_request::TokenError;
use crate::wire::{FormPairs, JsonStr, Member, Text, Value, cut};

impl AuthorizationResponse<'_> {
    /// The parameter that a refused URL or query has twice, for a message.
    pub fn repeated_parameter(url_or_query: &str) -> Option<&'static str> {
        let (url, _fragment) = cut(url_or_query, b'#').unwrap_or((url_or_query, ""));
        let query = cut(url, b'?').map_or(url, |(_, query)| query);
        let is_repeated = |known: &&'static str| {
            let named = FormPairs::new(query).flatten().filter(|(name, _)| *name == **known);
            named.count() > 1
        };
        ["code", "state", "iss", "error", "error_description"].into_iter().find(is_repeated)
    }
}

/// A member of a document because of which it was refused.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RefusedMember<'a> {
    /// Its name.
    pub name: &'static str,
    /// What it must be, as a sentence says it: "a string".
    pub expected: &'static str,
    /// What it is, if it is there. Secrets are among these values, so not all of them may be shown.
    pub came: Option<Value<'a>>,
}

impl<'a> RefusedMember<'a> {
    /// The member because of which metadata was refused with `error`, where that can be told.
    pub fn of_metadata(
        error: DiscoveryError,
        issuer: &str,
        response: &HttpResponse<'a>,
    ) -> Option<Self> {
        const STRING: &str = "a string";
        const LIST: &str = "an array of strings";
        let (_, document) = response.document::<Metadata<'_>>().ok()?;
        let strings = [
            ("issuer", document.issuer),
            ("authorization_endpoint", document.authorization_endpoint),
            ("token_endpoint", document.token_endpoint),
            ("jwks_uri", document.jwks_uri),
            ("userinfo_endpoint", document.userinfo_endpoint),
        ];
        let needed = |(name, _): &(&str, Member<'_>)| *name != "userinfo_endpoint";
        match error {
            DiscoveryError::Endpoint => {
                let mut endpoints = strings.into_iter().skip(1);
                let bad = endpoints.find(|(_, member)| {
                    member.as_str().is_some_and(|url| !is_endpoint(url, issuer))
                })?;
                Some(RefusedMember { name: bad.0, expected: "an https URL", came: bad.1.value() })
            }
            DiscoveryError::Response { error: ResponseError::Member } => {
                let mut wrong = strings.into_iter().filter(|member| match member.1.value() {
                    None | Some(Value::Null) => needed(member),
                    Some(value) => value.as_str().is_none(),
                });
                let found = |(name, member): (_, Member<'a>), expected| RefusedMember {
                    name,
                    expected,
                    came: member.value(),
                };
                let lists = [
                    (
                        "token_endpoint_auth_methods_supported",
                        document.token_endpoint_auth_methods_supported,
                    ),
                    ("code_challenge_methods_supported", document.code_challenge_methods_supported),
                ];
                let mut bad_lists = lists.into_iter().filter(|member| !is_list(member.1.value()));
                let iss = document.authorization_response_iss_parameter_supported;
                let is_bool = matches!(iss.value(), None | Some(Value::Null | Value::Bool(_)));
                let flag = ("authorization_response_iss_parameter_supported", iss);
                wrong
                    .next()
                    .map(|member| found(member, STRING))
                    .or_else(|| bad_lists.next().map(|member| found(member, LIST)))
                    .or_else(|| (!is_bool).then(|| found(flag, "true or false")))
            }
            _ => None,
        }
    }

    /// The member because of which a token endpoint's answer was refused with `error`.
    pub fn of_tokens(error: TokenError, response: &HttpResponse<'a>) -> Option<Self> {
        let (_, document) = response.json::<Tokens<'_>>().ok()?;
        let is_no_string = |member: Member<'_>| member.as_str().is_none();
        let found = |name, member: Member<'a>, expected| {
            Some(RefusedMember { name, expected, came: member.value() })
        };
        match error {
            TokenError::TokenType => found("token_type", document.token_type, "Bearer"),
            TokenError::NoIdToken => found("id_token", document.id_token, "a signed token"),
            TokenError::Response { error: ResponseError::Member } => {
                if is_no_string(document.access_token) {
                    found("access_token", document.access_token, "a string")
                } else if document.token_type.is_there() && is_no_string(document.token_type) {
                    found("token_type", document.token_type, "Bearer")
                } else {
                    found("id_token", document.id_token, "a string")
                }
            }
            _ => None,
        }
    }

    /// The member because of which a document with keys was refused with `error`.
    pub fn of_keys(error: JwksError, response: &HttpResponse<'a>) -> Option<Self> {
        let JwksError::Response { error: ResponseError::Member } = error else { return None };
        let (_, document) = response.document::<Keys<'_>>().ok()?;
        Some(RefusedMember { name: "keys", expected: "an array", came: document.keys.value() })
    }
}

/// Whether an endpoint may be asked for an issuer's sake.
fn is_endpoint(url: JsonStr<'_>, issuer: &str) -> bool {
    let scheme = issuer.get(..6).unwrap_or_default();
    let issuer_is_https = scheme.eq_ignore_ascii_case("https:");
    Endpoint::parse(Text(url)).is_ok_and(|endpoint| endpoint.is_https() || !issuer_is_https)
}

fn is_list(value: Option<Value<'_>>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::Array(items)) => items.items().all(|item| item.as_str().is_some()),
        Some(_) => false,
    }
}

/// The members of metadata that have a type.
#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    issuer: Member<'a>,
    authorization_endpoint: Member<'a>,
    token_endpoint: Member<'a>,
    jwks_uri: Member<'a>,
    userinfo_endpoint: Member<'a>,
    token_endpoint_auth_methods_supported: Member<'a>,
    code_challenge_methods_supported: Member<'a>,
    authorization_response_iss_parameter_supported: Member<'a>,
}

/// Those of a token response.
#[derive(Deserialize)]
struct Tokens<'a> {
    #[serde(borrow)]
    access_token: Member<'a>,
    token_type: Member<'a>,
    id_token: Member<'a>,
}

/// That of a key set.
#[derive(Deserialize)]
struct Keys<'a> {
    #[serde(borrow)]
    keys: Member<'a>,
}
