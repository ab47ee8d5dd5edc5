//! What passes between the core and whoever sends: two plain structs.

use core::fmt;

use crate::error::error_enum;
use serde::Deserialize;

use crate::wire::{FormPairs, FormText, Json, JsonError, WrongMember, cut, read, split};

/// A request to send, exactly as it is: no header added that carries credentials, no second try, and
/// no redirect followed, unless it [may be moved](Self::moved_to).
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
    /// The `Accept` header's value.
    pub accept: &'static str,
}

/// What every answer is but a page and signed userinfo.
pub(crate) const JSON: &str = "application/json";
/// What signed userinfo is (OpenID Connect Core 5.3.2).
pub(crate) const JWT: &str = "application/jwt";
/// What userinfo may be. Of both, JSON needs no key.
pub(crate) const JSON_OR_JWT: &str = "application/json, application/jwt;q=0.5";

impl<'b> HttpRequest<'b> {
    /// The same request for a document that has moved to `url`. Only a GET without credentials can be
    /// sent elsewhere: whether it may be is the caller's to decide.
    pub fn moved_to(&self, url: &'b str) -> Option<Self> {
        let is_of_a_document = *self == HttpRequest::get(self.url);
        is_of_a_document.then_some(HttpRequest { url, ..*self })
    }

    /// A GET without credentials.
    pub fn get(url: &'b str) -> Self {
        HttpRequest { method: Method::Get, url, authorization: None, body: &[], accept: JSON }
    }

    /// What a browser sends that is led to `url`.
    pub fn page(url: &'b str) -> Self {
        HttpRequest { accept: "text/html", ..HttpRequest::get(url) }
    }

    /// The headers to send besides `Host` and `Content-Length`, names in lower case.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &'b str)> {
        let content_type = match self.method {
            Method::Get => None,
            Method::Post => Some(("content-type", "application/x-www-form-urlencoded")),
        };
        [("accept", self.accept), ("accept-encoding", "identity")]
            .into_iter()
            .chain(content_type)
            .chain(self.authorization.map(|value| ("authorization", value)))
    }

    /// The parts of this request that nobody else may see, decoded: for hiding them where somebody
    /// repeats them.
    pub fn secrets(&self) -> impl Iterator<Item = FormText<'b>> {
        let body = core::str::from_utf8(self.body).unwrap_or_default();
        let is_secret = |name: FormText<'_>| {
            let secrets = ["code", "code_verifier", "client_secret", "client_assertion"];
            secrets.iter().any(|secret| name == **secret)
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
    /// The body of a response with status 200 whose type is JSON, with the members that `T` has
    /// fields for.
    pub(crate) fn json<T: Deserialize<'a>>(&self) -> Result<(Json<'a>, T), ResponseError> {
        self.json_with_scratch(None)
    }

    /// The same with scratch for the members' names.
    pub(crate) fn json_with_scratch<T: Deserialize<'a>>(
        &self,
        scratch: Option<&mut [u32]>,
    ) -> Result<(Json<'a>, T), ResponseError> {
        self.read(is_json, scratch)
    }

    /// The same of a response with any type but HTML, or with none: hosts of files give metadata
    /// and keys the type that they have at hand, and whether it is JSON is seen from the body.
    pub(crate) fn document<T: Deserialize<'a>>(&self) -> Result<(Json<'a>, T), ResponseError> {
        self.read(is_not_html, None)
    }

    fn read<T: Deserialize<'a>>(
        &self,
        is_expected: fn(&str) -> bool,
        scratch: Option<&mut [u32]>,
    ) -> Result<(Json<'a>, T), ResponseError> {
        if self.status != 200 {
            return Err(ResponseError::Status { status: self.status });
        }
        if !is_expected(self.content_type.unwrap_or_default()) {
            return Err(ResponseError::ContentType);
        }
        let (json, members) =
            read(self.body, scratch).map_err(|error| ResponseError::Json { error })?;
        Ok((json, members?))
    }

    /// Whether the content type is `expected`, whatever its parameters say.
    pub(crate) fn has_media_type(&self, expected: &str) -> bool {
        media_type(self.content_type.unwrap_or_default()).eq_ignore_ascii_case(expected)
    }
}

/// A content type without its parameters. A `charset` among them changes nothing: JSON has none (RFC
/// 8259 section 11), and the body is UTF-8 or refused.
fn media_type(content_type: &str) -> &str {
    cut(content_type, b';').map_or(content_type, |(media_type, _)| media_type).trim_ascii()
}

/// Whether a content type is one of JSON's: `application/json`, `text/json`, or one that is named
/// after what the JSON says (RFC 6839 section 3.1).
fn is_json(content_type: &str) -> bool {
    let media_type = media_type(content_type);
    let is_json = media_type.eq_ignore_ascii_case("application/json")
        || media_type.eq_ignore_ascii_case("text/json")
        || is_named_after_json(media_type);
    is_json && is_not_html(content_type)
}

/// `application/*+json`
fn is_named_after_json(media_type: &str) -> bool {
    let name = media_type.split_at_checked("application/".len()).and_then(|(tree, subtype)| {
        let (name, suffix) = subtype.split_at_checked(subtype.len().checked_sub("+json".len())?)?;
        (tree.eq_ignore_ascii_case("application/") && suffix.eq_ignore_ascii_case("+json"))
            .then_some(name)
    });
    // One name, and not several types (RFC 6838 section 4.2).
    name.is_some_and(|name| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    })
}

/// Whether a content type is not that of a page, nor are several of which one is.
fn is_not_html(content_type: &str) -> bool {
    split(content_type, b',').map(media_type).all(|media_type| {
        !media_type.eq_ignore_ascii_case("text/html")
            && !media_type.eq_ignore_ascii_case("application/xhtml+xml")
    })
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
        /// HTML, or not one of JSON's types where the answer must have one.
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
