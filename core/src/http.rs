//! What passes between the core and whoever sends: two plain structs.

use core::fmt;

use crate::error::error_enum;
use serde::Deserialize;

use crate::wire::{FormPairs, FormText, Json, JsonError, WrongMember, cut, read, split};

/// A request to send, exactly as it is: no header added that carries credentials, no redirect
/// followed, no second try.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpRequest<'b> {
    /// The method.
    pub method: Method,
    /// An absolute URL: https, or http to this machine.
    pub url: &'b str,
    /// The `Authorization` header's value, a secret.
    pub authorization: Option<&'b str>,
    /// A form, empty for GET; it holds secrets.
    pub body: &'b [u8],
}

impl<'b> HttpRequest<'b> {
    /// The headers to send besides `Host` and `Content-Length`, names in lower case.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &'b str)> {
        let content_type = match self.method {
            Method::Get => None,
            Method::Post => Some(("content-type", "application/x-www-form-urlencoded")),
        };
        [("accept", "application/json"), ("accept-encoding", "identity")]
            .into_iter()
            .chain(content_type)
            .chain(self.authorization.map(|value| ("authorization", value)))
    }

    /// The parts of this request that nobody else may see, decoded: for hiding them where somebody
    /// repeats them.
    pub fn secrets(&self) -> impl Iterator<Item = FormText<'b>> {
        let body = core::str::from_utf8(self.body).unwrap_or_default();
        let is_secret = |name: FormText<'_>| {
            ["code", "code_verifier", "client_secret"].iter().any(|secret| name == **secret)
        };
        let credentials = self
            .authorization
            .and_then(|value| cut(value, b' '))
            .map(|(_, credentials)| credentials);
        FormPairs::new(body)
            .flatten()
            .filter(move |(name, _)| is_secret(*name))
            .map(|(_, value)| value)
            .chain(credentials.map(FormText::plain))
    }
}

/// Method and URL; what else it has is secret.
impl fmt::Debug for HttpRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpRequest({} {}, ..)", self.method, self.url)
    }
}

/// The methods that OpenID Connect uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`, with a form as its body.
    Post,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::Get => "GET",
            Method::Post => "POST",
        })
    }
}

/// What came back, the body decoded from any transfer coding.
#[derive(Clone, Copy)]
pub struct HttpResponse<'a> {
    /// The status code.
    pub status: u16,
    /// The `Content-Type` header, where there is one.
    pub content_type: Option<&'a str>,
    /// The whole body.
    pub body: &'a [u8],
}

impl<'a> HttpResponse<'a> {
    /// The body of a response with status 200, as JSON, with the members that `T` has fields for.
    pub(crate) fn json<T: Deserialize<'a>>(&self) -> Result<(Json<'a>, T), ResponseError> {
        if self.status != 200 {
            return Err(ResponseError::Status { status: self.status });
        }
        if !self.is_json() {
            return Err(ResponseError::ContentType);
        }
        let (json, members) = read(self.body).map_err(|error| ResponseError::Json { error })?;
        Ok((json, members?))
    }

    /// Whether the content type is JSON, whatever its parameters say but for another charset.
    pub(crate) fn is_json(&self) -> bool {
        self.has_media_type("application/json") || self.has_media_type("application/jwk-set+json")
    }

    pub(crate) fn has_media_type(&self, expected: &str) -> bool {
        let content_type = self.content_type.unwrap_or_default();
        let (media_type, parameters) = cut(content_type, b';').unwrap_or((content_type, ""));
        media_type.trim_ascii().eq_ignore_ascii_case(expected)
            && split(parameters, b';').all(is_no_other_charset)
    }
}

fn is_no_other_charset(parameter: &str) -> bool {
    match cut(parameter, b'=') {
        Some((name, value)) if name.trim_ascii().eq_ignore_ascii_case("charset") => {
            value.trim_ascii().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    }
}

/// Status and content type; the body may hold tokens.
impl fmt::Debug for HttpResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpResponse({}, {:?}, ..)", self.status, self.content_type)
    }
}

error_enum! {
    /// Why a response is not the document that was asked for.
    pub enum ResponseError {
        /// Another status than 200.
        Status {
            /// The status.
            status: u16,
        } => "response_status", "it answered with HTTP status {status} instead of 200";
        /// Not `application/json`.
        ContentType => "response_content_type",
            "its content type is not application/json, as it is of an error page: check the URL";
        /// Not JSON as it has to be.
        Json {
            /// Why.
            error: JsonError,
        } => "response_json", "its body is refused as JSON: {error}";
        /// A member that is needed is missing or has a wrong type.
        Member => "response_member", "a member that it must have is missing or has another type";
    }
}

impl From<WrongMember> for ResponseError {
    fn from(WrongMember: WrongMember) -> Self {
        ResponseError::Member
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_in_utf_8_counts_as_json() {
        let response =
            |content_type| HttpResponse { status: 200, content_type, body: b"{}" }.is_json();
        for good in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"; x=y",
            "application/jwk-set+json",
        ] {
            assert!(response(Some(good)), "{good}");
        }
        for bad in ["text/html", "application/json2", "application/json; charset=utf-16", ""] {
            assert!(!response(Some(bad)), "{bad}");
        }
        assert!(!response(None));
    }
}
