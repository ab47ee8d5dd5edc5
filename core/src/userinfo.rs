//! Userinfo (OpenID Connect Core 5.3): more claims about an end user who is already known.

mod claims;
mod error;
mod signed;

use core::fmt;

use serde::Deserialize;

use crate::discovery::Endpoint;
use crate::error_response::{ErrorCode, ErrorResponse};
use crate::http::{HttpRequest, HttpResponse, JSON_OR_JWT, JWT, ResponseError};
use crate::policy::ACCESS_TOKEN_LEN;
use crate::realm::{Realm, UserinfoSigned};
use crate::wire::{JsonStr, Member, Object, Writer};

pub use self::error::UserinfoError;
pub use self::signed::{
    BadUserinfoSignature, RefusedUserinfo, SignedUserinfo, UnverifiedUserinfo, UserinfoToken,
};

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
    expected: ExpectedUserinfo<'a>,
}

/// What userinfo must say, by the ID token before it.
#[derive(Clone, Copy)]
pub(crate) struct ExpectedUserinfo<'a> {
    pub(crate) realm: &'a Realm<&'a str>,
    pub(crate) client_id: &'a str,
    pub(crate) subject: &'a str,
    /// The ID token's, whose nonce is the login's.
    pub(crate) claims: Object<'a>,
}

impl<'a> UserinfoRequest<'a> {
    pub(crate) fn new(
        endpoint: Endpoint<'a>,
        access_token: JsonStr<'a>,
        expected: ExpectedUserinfo<'a>,
    ) -> Self {
        UserinfoRequest { endpoint, access_token, expected }
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
        let accept = match self.expected.realm.userinfo_signed {
            UserinfoSigned::Accepted => JSON_OR_JWT,
            UserinfoSigned::Required => JWT,
        };
        Ok(HttpRequest { authorization: Some(authorization), accept, ..HttpRequest::get(url) })
    }

    /// Reads an answer in plain JSON, which must be about the same end user (section 5.3.2). A signed
    /// one is for [`signed_response`](Self::signed_response) to read.
    ///
    /// # Errors
    ///
    /// [`UserinfoError`]: the endpoint refused, or its answer is no userinfo, or somebody else's, or
    /// it is signed, or it isn't and the realm [requires that](Realm::userinfo_signed).
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
        if response.has_media_type(JWT) {
            return Err(UserinfoError::Signed);
        }
        if self.expected.realm.userinfo_signed == UserinfoSigned::Required {
            return Err(UserinfoError::NotSigned);
        }
        let (json, document) = response
            .json_with_scratch::<Document<'_>>(scratch)
            .map_err(|error| UserinfoError::Response { error })?;
        let claims =
            json.object().ok_or(UserinfoError::Response { error: ResponseError::Member })?;
        self.expected.check_subject(document.sub)?;
        Ok(Userinfo { claims })
    }
}

impl ExpectedUserinfo<'_> {
    /// `sub` is the ID token's.
    fn check_subject(&self, sub: Member<'_>) -> Result<(), UserinfoError> {
        match sub.as_str() {
            Some(sub) if sub == *self.subject => Ok(()),
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
            .field("subject", &self.expected.subject)
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
