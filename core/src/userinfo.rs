//! Userinfo (OpenID Connect Core 5.3): more claims about an end user who is already known.

use core::fmt;

use serde::Deserialize;

use crate::discovery::Endpoint;
use crate::error::error_enum;
use crate::error_response::{ErrorCode, ErrorResponse};
use crate::http::{HttpRequest, HttpResponse, ResponseError};
use crate::policy::ACCESS_TOKEN_LEN;
use crate::wire::{BufferTooSmall, JsonStr, Member, Object, Writer};

/// The request for the claims of an identified end user.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/recorded.rs"));
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/states.rs"));
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// # let (realm, metadata) = (realm(), metadata());
/// # let relying_party = RelyingParty::new(&realm, &metadata)?;
/// # let mut buf = vec![0; 4096];
/// # let opened = id_token(relying_party).open(&mut buf).ok().unwrap();
/// # let identity = opened.validate(&keys(), &[&Es256], NOW).ok().unwrap();
/// # let send = answer;
/// let mut identity = identity;
/// if let Some(request) = identity.userinfo_request() {
///     let mut buf = [0; 1024];
///     let answer = send(request.request(&mut buf)?);
///     identity = identity.with_userinfo(request.response(answer)?);
/// }
/// let email = identity.claim("email").and_then(|claim| claim.as_str());
/// assert!(email.is_some_and(|email| email == *"alice@example.com"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct UserinfoRequest<'a> {
    endpoint: Endpoint<'a>,
    access_token: JsonStr<'a>,
    subject: &'a str,
}

impl<'a> UserinfoRequest<'a> {
    pub(crate) fn new(endpoint: Endpoint<'a>, access_token: JsonStr<'a>, subject: &'a str) -> Self {
        UserinfoRequest { endpoint, access_token, subject }
    }

    /// Where it goes.
    pub fn endpoint(&self) -> Endpoint<'a> {
        self.endpoint
    }

    /// The request to send, with the access token in its header (RFC 6750 section 2.1). `buf`
    /// holds a secret afterwards.
    ///
    /// # Errors
    ///
    /// [`UserinfoError::AccessToken`] where no header can carry the access token, and
    /// [`UserinfoError::Buffer`].
    pub fn request<'b>(&self, buf: &'b mut [u8]) -> Result<HttpRequest<'b>, UserinfoError> {
        let plain = self.access_token.as_plain();
        let is_sendable = match plain {
            // Most are written without an escape, and long: no byte depends on another.
            Some(plain) => plain.bytes().fold(true, |all, byte| all & byte.is_ascii_graphic()),
            None => self.access_token.chars().all(|c| c.is_ascii_graphic()),
        };
        if !is_sendable || self.access_token.raw().len() > ACCESS_TOKEN_LEN {
            return Err(UserinfoError::AccessToken);
        }
        let mut out = Writer::new(buf);
        self.endpoint.write(&mut out);
        let url_end = out.len();
        out.push_str("Bearer ");
        match plain {
            Some(plain) => out.push_str(plain),
            None => self.access_token.chars().for_each(|c| out.push_char(c)),
        }
        let text = out.finish_str()?;
        let (url, authorization) = text.split_at_checked(url_end).unwrap_or((text, ""));
        Ok(HttpRequest { authorization: Some(authorization), ..HttpRequest::get(url) })
    }

    /// Reads the answer, which must be about the same end user (section 5.3.2).
    ///
    /// # Errors
    ///
    /// [`UserinfoError`]: the endpoint refused, or its answer is no userinfo, or somebody else's.
    pub fn response<'r>(self, response: HttpResponse<'r>) -> Result<Userinfo<'r>, UserinfoError> {
        self.read(response, None)
    }

    /// The same with scratch for the claims' names: see
    /// [`Json::parse_with_scratch`](crate::wire::Json::parse_with_scratch).
    ///
    /// # Errors
    ///
    /// As [`response`](Self::response).
    pub fn response_with_scratch<'r>(
        self,
        response: HttpResponse<'r>,
        scratch: &mut [u32],
    ) -> Result<Userinfo<'r>, UserinfoError> {
        self.read(response, Some(scratch))
    }

    fn read<'r>(
        self,
        response: HttpResponse<'r>,
        scratch: Option<&mut [u32]>,
    ) -> Result<Userinfo<'r>, UserinfoError> {
        if response.status != 200 {
            let error = ErrorResponse::of(&response).map_or(ErrorCode::Other, |e| e.code());
            return Err(UserinfoError::Refused { status: response.status, error });
        }
        if response.has_media_type("application/jwt") {
            return Err(UserinfoError::Signed);
        }
        let (json, document) = response
            .json_with_scratch::<Document<'_>>(scratch)
            .map_err(|error| UserinfoError::Response { error })?;
        let claims =
            json.object().ok_or(UserinfoError::Response { error: ResponseError::Member })?;
        match document.sub.as_str() {
            Some(sub) if sub == *self.subject => Ok(Userinfo { claims }),
            Some(_) => Err(UserinfoError::OtherSubject),
            None => Err(UserinfoError::NoSubject),
        }
    }
}

/// Where to, and about whom; not the access token.
impl fmt::Debug for UserinfoRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserinfoRequest")
            .field("endpoint", &self.endpoint)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// The claim that a userinfo response must have.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    sub: Member<'a>,
}

/// Claims about the end user of the ID token.
#[derive(Debug, Clone, Copy)]
pub struct Userinfo<'r> {
    claims: Object<'r>,
}

impl<'r> Userinfo<'r> {
    pub(crate) fn claims(&self) -> Object<'r> {
        self.claims
    }
}

error_enum! {
    /// Why there are no userinfo claims.
    pub enum UserinfoError {
        /// The endpoint refused.
        Refused {
            /// The HTTP status.
            status: u16,
            /// The registered error code.
            error: ErrorCode,
        } => "userinfo_refused",
            "the userinfo endpoint refused the request with HTTP status {status} and {error}: set the realm's query-userinfo to 0 if the ID token says enough";
        /// No userinfo response.
        Response {
            /// Why.
            error: ResponseError,
        } => "userinfo_response", "the userinfo endpoint's answer can't be used: {error}";
        /// A signed one.
        Signed => "userinfo_signed",
            "the userinfo endpoint answers with a signed token, which is not supported: turn off signed userinfo for this client at the provider, or set the realm's query-userinfo to 0";
        /// No `sub`.
        NoSubject => "userinfo_sub_missing",
            "the userinfo endpoint's answer has no sub, so it may be about anybody: set the realm's query-userinfo to 0 if the ID token says enough";
        /// About somebody else.
        OtherSubject => "userinfo_sub",
            "the userinfo endpoint's answer is about somebody else: its sub is not the ID token's; set the realm's query-userinfo to 0 if the ID token says enough";
        /// An access token that no header can carry.
        AccessToken => "access_token_malformed",
            "the access token has characters that no token has, or is longer than 65536 characters";
        /// The buffer.
        Buffer {
            /// Bytes that would do.
            needed: usize,
        } => "buffer_too_small", "the buffer is too small: give at least {needed} bytes";
    }
}

impl From<BufferTooSmall> for UserinfoError {
    fn from(BufferTooSmall { needed }: BufferTooSmall) -> Self {
        UserinfoError::Buffer { needed }
    }
}
