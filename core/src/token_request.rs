//! The token request (OpenID Connect Core 3.1.3.1), made from what was decided when the login
//! began.

use crate::binding::Binding;
use crate::client::{Client, ClientType};
use crate::error::error_enum;
use crate::error_response::{ErrorCode, ErrorResponse};
use crate::http::{HttpRequest, HttpResponse, JSON, Method, ResponseError};
use crate::id_token::IdToken;
use crate::policy::ID_TOKEN_LEN;
use crate::realm::TokenAuthMethod;
use crate::relying_party::RelyingParty;
use crate::wire::{
    BufferTooSmall, FormText, Member, Writer, WrongMember, form_encoded, write_base64,
    write_form_encoded,
};
use core::fmt;
use serde::Deserialize;

/// A code to be exchanged, once.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/recorded.rs"));
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/login/states.rs"));
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// # let (realm, metadata) = (realm(), metadata());
/// # let relying_party = RelyingParty::new(&realm, &metadata)?;
/// # let token_request = token_request(relying_party);
/// # let send = answer;
/// let mut buf = [0; 1024];
/// let request = token_request.request(&mut buf)?;
/// assert!(request.body.starts_with(b"grant_type=authorization_code&code=c0de&"));
/// let id_token = token_request.response(send(request))?;
/// # Ok(())
/// # }
/// ```
pub struct TokenRequest<'a> {
    relying_party: RelyingParty<'a>,
    client: Client<'a>,
    binding: Binding,
    code: FormText<'a>,
}

impl<'a> TokenRequest<'a> {
    /// Where `client` needs an assertion, it has one.
    pub(crate) fn new(
        relying_party: RelyingParty<'a>,
        client: Client<'a>,
        binding: Binding,
        code: FormText<'a>,
    ) -> Self {
        TokenRequest { relying_party, client, binding, code }
    }

    /// The client type of the login.
    pub fn client_type(&self) -> ClientType {
        self.binding.decision.client_type()
    }

    /// The request to send. `buf` holds secrets afterwards.
    ///
    /// A public client sends `grant_type`, `code`, `redirect_uri`, `client_id` and
    /// `code_verifier`, with the key of its native registration where one is configured. A
    /// confidential one authenticates besides, in the one way that was decided: with its secret, or
    /// with the assertion that its private key signed.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`], with the bytes that the whole request takes.
    pub fn request<'b>(&self, buf: &'b mut [u8]) -> Result<HttpRequest<'b>, BufferTooSmall> {
        let mut out = Writer::new(buf);
        self.relying_party.metadata.token_endpoint().write(&mut out);
        let url_end = out.len();
        self.write_authorization(&mut out);
        let authorization_end = out.len();
        self.write_form(&mut out);

        let (written, _) = out.finish()?;
        // Both ends are within what was written, and writers take whole strings only.
        let part = |range| written.get(range).unwrap_or_default();
        let text = |range| core::str::from_utf8(part(range)).unwrap_or_default();
        let authorization = text(url_end..authorization_end);
        Ok(HttpRequest {
            method: Method::Post,
            url: text(0..url_end),
            authorization: Some(authorization).filter(|value| !value.is_empty()),
            body: part(authorization_end..written.len()),
            accept: JSON,
        })
    }

    /// HTTP Basic with both halves form-encoded (RFC 6749 section 2.3.1).
    fn write_authorization(&self, out: &mut Writer<'_>) {
        if let Client::Confidential {
            client_id,
            secret,
            method: TokenAuthMethod::ClientSecretBasic,
        } = self.client
        {
            let id = form_encoded(client_id.as_str().bytes());
            let secret = form_encoded(secret.expose().bytes());
            out.push_str("Basic ");
            write_base64(out, id.chain([b':']).chain(secret));
        }
    }

    fn write_form(&self, out: &mut Writer<'_>) {
        let mut form = Form { out, first: true };
        form.add("grant_type", "authorization_code");
        form.begin("code");
        self.code.write_form_encoded(form.out);
        form.add("redirect_uri", self.binding.redirect_uri.as_str());
        form.add_client(&self.client);
        form.begin("code_verifier");
        // It is made of characters that need no encoding.
        form.out.push(self.binding.verifier.text().as_bytes());
    }

    /// Reads the answer.
    ///
    /// A refusal says by whom and why; the provider's own words are in
    /// [`ErrorResponse::of`] the same response.
    ///
    /// # Errors
    ///
    /// [`TokenError`]: the provider refused, or its answer has no ID token that can be read.
    pub fn response(self, response: HttpResponse<'a>) -> Result<IdToken<'a>, TokenError> {
        if response.status != 200 {
            return Err(refusal(&response));
        }
        // Sections 3.1.3.3 and RFC 6749 5.1.
        let (_, document) = response.json::<Document<'_>>()?;
        if let Some(error) = document.error.as_str().map(ErrorCode::of_json) {
            return Err(TokenError::Refused { status: response.status, error });
        }
        // Neither is `null`, but nobody needs an access token that would not be used.
        let access_token = document.access_token;
        let access_token = match self.relying_party.userinfo_endpoint() {
            None if !access_token.is_there() => None,
            _ => Some(access_token.required_str()?),
        };
        let token_type = match document.token_type {
            token_type if token_type.is_there() => Some(token_type.required_str()?),
            _ => None,
        };
        let id_token = document.id_token.optional_str()?;
        // One that isn't named is taken for the only type there is (RFC 6750).
        if token_type.is_some_and(|name| !name.raw().eq_ignore_ascii_case("bearer")) {
            return Err(TokenError::TokenType);
        }
        if access_token.is_some_and(|token| token.raw().is_empty()) {
            return Err(TokenError::NoAccessToken);
        }
        let id_token = id_token.ok_or(TokenError::NoIdToken)?;
        let compact = id_token.as_plain().filter(|text| !text.is_empty());
        let compact = compact.ok_or(TokenError::NoIdToken)?;
        if compact.len() > ID_TOKEN_LEN {
            return Err(TokenError::IdTokenTooLong);
        }
        Ok(IdToken::new(compact, access_token, self.relying_party, self.client, self.binding))
    }
}

/// The members of a token response. With an `error`, the others may be anything.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    error: Member<'a>,
    access_token: Member<'a>,
    token_type: Member<'a>,
    id_token: Member<'a>,
}

fn refusal(response: &HttpResponse<'_>) -> TokenError {
    match ErrorResponse::of(response) {
        Some(error) => TokenError::Refused { status: response.status, error: error.code() },
        None => TokenError::Response { error: ResponseError::Status { status: response.status } },
    }
}

/// Hidden: it holds the code, the verifier and perhaps the client secret or an assertion.
impl fmt::Debug for TokenRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.binding.show("TokenRequest", f)
    }
}

struct Form<'w, 'b> {
    out: &'w mut Writer<'b>,
    first: bool,
}

impl Form<'_, '_> {
    fn add(&mut self, name: &str, value: &str) {
        self.begin(name);
        write_form_encoded(self.out, value);
    }

    fn begin(&mut self, name: &str) {
        if !self.first {
            self.out.push_str("&");
        }
        self.first = false;
        self.out.push_str(name);
        self.out.push_str("=");
    }

    /// Who we are, unless the `Authorization` header says it.
    fn add_client(&mut self, client: &Client<'_>) {
        match client {
            Client::Assertion { client_id, assertion } => {
                self.add("client_id", client_id.as_str());
                if let Some(assertion) = assertion {
                    self.out.push_str("&");
                    self.out.push_str(assertion.as_form());
                }
            }
            Client::Public { client_id } => self.add("client_id", client_id.as_str()),
            Client::Native { client_id, key } => {
                self.add("client_id", client_id.as_str());
                if let Some(key) = key {
                    self.add("client_secret", key.expose());
                }
            }
            Client::Confidential { client_id, secret, method } => match method {
                TokenAuthMethod::ClientSecretBasic => {}
                TokenAuthMethod::ClientSecretPost => {
                    self.add("client_id", client_id.as_str());
                    self.add("client_secret", secret.expose());
                }
            },
        }
    }
}

error_enum! {
    /// Why the code was not exchanged for an ID token.
    pub enum TokenError {
        /// The provider refused.
        Refused {
            /// The HTTP status.
            status: u16,
            /// The registered error code.
            error: ErrorCode,
        } => "token_refused", "the token endpoint refused the request with HTTP status {status} and {error}";
        /// No token response.
        Response {
            /// Why.
            error: ResponseError,
        } => "token_response", "the token endpoint's answer can't be used: {error}";
        /// Another type of token.
        TokenType => "token_type", "the token endpoint gave a token that is not of type Bearer";
        /// No access token.
        NoAccessToken => "access_token_missing", "the token endpoint gave an empty access token";
        /// No ID token.
        NoIdToken => "id_token_missing",
            "the token endpoint gave no ID token: allow the scope openid for this client at the provider";
        /// Longer than any ID token that is read here.
        IdTokenTooLong => "id_token_too_long",
            "the ID token is longer than 131072 characters: let the provider put fewer groups or claims into it";
    }
}

impl From<ResponseError> for TokenError {
    fn from(error: ResponseError) -> Self {
        TokenError::Response { error }
    }
}

impl From<WrongMember> for TokenError {
    fn from(WrongMember: WrongMember) -> Self {
        ResponseError::Member.into()
    }
}
