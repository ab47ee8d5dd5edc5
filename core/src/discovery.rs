//! Provider metadata (OpenID Connect Discovery 1.0).

mod kept;
mod offered;
mod request;

use core::fmt;
use heapless::String;
use serde::Deserialize;

use crate::error::error_enum;
use crate::http::{HttpResponse, ResponseError};
use crate::policy::ENDPOINT_LEN;
use crate::realm::{Issuer, is_safe_to_ask};
use crate::wire::{JsonStr, Member, Text, Uri, Writer, WrongMember, contains, has_parameter};

pub use self::kept::KeptMetadata;
pub use self::offered::{PkceOffered, TokenAuthMethodsOffered};
pub use self::request::DiscoveryRequest;

/// What a provider says of itself, as far as a login needs it.
#[derive(Clone, Copy)]
pub struct ProviderMetadata<'a> {
    document: &'a [u8],
    issuer: JsonStr<'a>,
    authorization_endpoint: Endpoint<'a>,
    token_endpoint: Endpoint<'a>,
    jwks_uri: Endpoint<'a>,
    userinfo_endpoint: Option<Endpoint<'a>>,
    token_auth_methods: TokenAuthMethodsOffered,
    pkce: PkceOffered,
    sends_issuer: bool,
}

impl<'a> ProviderMetadata<'a> {
    fn parse(response: HttpResponse<'a>) -> Result<Self, DiscoveryError> {
        let (_, document) = response.document::<Document<'_>>()?;
        let token_auth_methods =
            TokenAuthMethodsOffered::read(document.token_endpoint_auth_methods_supported)?;
        let pkce = PkceOffered::read(document.code_challenge_methods_supported)?;
        Ok(ProviderMetadata {
            document: response.body,
            issuer: document.issuer.0,
            authorization_endpoint: Endpoint::parse_without(
                document.authorization_endpoint,
                &REQUEST_PARAMETERS,
            )?,
            token_endpoint: Endpoint::parse(document.token_endpoint)?,
            jwks_uri: Endpoint::parse(document.jwks_uri)?,
            userinfo_endpoint: document.userinfo_endpoint.map(Endpoint::parse).transpose()?,
            token_auth_methods,
            pkce,
            sends_issuer: document
                .authorization_response_iss_parameter_supported
                .unwrap_or_default(),
        })
    }

    /// Fails unless the metadata is that of `issuer`, to the letter.
    pub(crate) fn agree_on(&self, issuer: Issuer<&str>) -> Result<(), DiscoveryError> {
        if self.issuer != *issuer.as_str() {
            return Err(DiscoveryError::Issuer);
        }
        // Only a provider on this machine may send us to other ports of it without https.
        if issuer.is_https() && !self.endpoints().all(Endpoint::is_https) {
            return Err(DiscoveryError::Endpoint);
        }
        Ok(())
    }

    fn endpoints(&self) -> impl Iterator<Item = Endpoint<'a>> {
        [self.authorization_endpoint, self.token_endpoint, self.jwks_uri]
            .into_iter()
            .chain(self.userinfo_endpoint)
    }

    /// The whole document.
    pub(crate) fn document(&self) -> &'a [u8] {
        self.document
    }

    /// Where the end user is sent.
    pub fn authorization_endpoint(&self) -> Endpoint<'a> {
        self.authorization_endpoint
    }

    /// Where the code is exchanged.
    pub fn token_endpoint(&self) -> Endpoint<'a> {
        self.token_endpoint
    }

    /// Where the provider's keys are.
    pub fn jwks_uri(&self) -> Endpoint<'a> {
        self.jwks_uri
    }

    /// Where claims are asked for, if the provider has such a place.
    pub fn userinfo_endpoint(&self) -> Option<Endpoint<'a>> {
        self.userinfo_endpoint
    }

    /// How a confidential client may authenticate.
    pub fn token_auth_methods(&self) -> TokenAuthMethodsOffered {
        self.token_auth_methods
    }

    /// What the provider says of PKCE. It changes nothing: S256 is always sent.
    pub fn pkce(&self) -> PkceOffered {
        self.pkce
    }

    /// Whether authorization responses carry `iss` (RFC 9207 section 3).
    pub fn sends_issuer(&self) -> bool {
        self.sends_issuer
    }
}

/// The members of the document (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2, RFC 9207
/// section 3).
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    issuer: Text<'a>,
    authorization_endpoint: Text<'a>,
    token_endpoint: Text<'a>,
    jwks_uri: Text<'a>,
    userinfo_endpoint: Option<Text<'a>>,
    token_endpoint_auth_methods_supported: Member<'a>,
    code_challenge_methods_supported: Member<'a>,
    authorization_response_iss_parameter_supported: Option<bool>,
}

/// Without the document.
impl fmt::Debug for ProviderMetadata<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderMetadata")
            .field("issuer", &self.issuer)
            .field("authorization_endpoint", &self.authorization_endpoint)
            .field("token_endpoint", &self.token_endpoint)
            .field("jwks_uri", &self.jwks_uri)
            .field("userinfo_endpoint", &self.userinfo_endpoint)
            .field("token_auth_methods", &self.token_auth_methods)
            .field("pkce", &self.pkce)
            .field("sends_issuer", &self.sends_issuer)
            .finish()
    }
}

/// The parameters of our authorization requests, of which none may come twice (RFC 6749 section
/// 3.1).
const REQUEST_PARAMETERS: [&str; 12] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "display",
    "prompt",
    "acr_values",
    "max_age",
];

/// An endpoint's URL, still in its JSON form: https, or http to this machine where the issuer is
/// http too, without userinfo and fragment.
#[derive(Clone, Copy)]
pub struct Endpoint<'a>(JsonStr<'a>);

impl<'a> Endpoint<'a> {
    pub(crate) fn parse(url: Text<'a>) -> Result<Self, DiscoveryError> {
        Self::parse_without(url, &[])
    }

    /// The same for an endpoint whose query must have no parameter of these names.
    fn parse_without(Text(url): Text<'a>, names: &[&str]) -> Result<Self, DiscoveryError> {
        let mut unescaped = String::<ENDPOINT_LEN>::new();
        let text = match url.as_plain() {
            Some(plain) if plain.len() <= ENDPOINT_LEN => plain,
            _ => {
                for c in url.chars() {
                    unescaped.push(c).map_err(|()| DiscoveryError::Endpoint)?;
                }
                &unescaped
            }
        };
        let uri = Uri::parse(text).map_err(|_| DiscoveryError::Endpoint)?;
        if !is_safe_to_ask(&uri) || uri.fragment.is_some() {
            return Err(DiscoveryError::Endpoint);
        }
        match uri.query {
            Some(query) if has_parameter(query, names) => Err(DiscoveryError::Parameter),
            _ => Ok(Endpoint(url)),
        }
    }

    pub(crate) fn is_https(self) -> bool {
        self.0.chars().map(|c| c.to_ascii_lowercase()).take(6).eq("https:".chars())
    }

    pub(crate) fn write(self, out: &mut Writer<'_>) {
        self.0.write(out);
    }

    /// Whether it has a query already.
    pub(crate) fn has_query(self) -> bool {
        match self.0.as_plain() {
            Some(plain) => contains(plain, b'?'),
            None => self.0.chars().any(|c| c == '?'),
        }
    }

    /// The URL's characters.
    pub fn chars(self) -> impl Iterator<Item = char> + 'a {
        self.0.chars()
    }
}

impl fmt::Debug for Endpoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.0.raw())
    }
}

error_enum! {
    /// Why provider metadata was refused: the provider's or the realm's administrator must act.
    pub enum DiscoveryError {
        /// Not the document.
        Response {
            /// Why.
            error: ResponseError,
        } => "discovery_response", "the provider's metadata can't be used: {error}";
        /// Another issuer.
        Issuer => "discovery_issuer",
            "the provider's metadata names another issuer than the realm's issuer-url: they must be equal to the letter, with or without '/' at the end";
        /// An endpoint that can't be used.
        Endpoint => "discovery_endpoint",
            "the provider's metadata has an endpoint that is not https (for an issuer on this machine: http on its loopback addresses), has a fragment or a user name, or is longer than 512 characters";
        /// A parameter of ours in the authorization endpoint's query.
        Parameter => "discovery_endpoint_parameter",
            "the provider's authorization_endpoint has a parameter in its query that an authorization request has too, such as client_id or state, and no parameter may come twice (RFC 6749 section 3.1)";
    }
}

impl From<ResponseError> for DiscoveryError {
    fn from(error: ResponseError) -> Self {
        DiscoveryError::Response { error }
    }
}

impl From<WrongMember> for DiscoveryError {
    fn from(WrongMember: WrongMember) -> Self {
        ResponseError::Member.into()
    }
}
