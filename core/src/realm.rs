//! A realm: one provider and how we are registered with it.

use core::fmt;
use subtle::ConstantTimeEq;

use crate::error::error_enum;
use crate::policy::{CLIENT_ID_LEN, CLOCK_SKEW, ISSUER_LEN, REALM_NAME_LEN};
use crate::wire::{Uri, Words};

/// What is configured for one realm. Make it with [`Realm::new`], and set the fields that differ.
#[derive(Debug, Clone, Copy)]
pub struct Realm<'a> {
    /// The realm's name.
    pub name: RealmName<'a>,
    /// The provider.
    pub issuer: Issuer<'a>,
    /// The client registration.
    pub registration: ClientRegistration<'a>,
    /// A registration of its own for public logins, where there is one.
    pub native_registration: Option<NativeRegistration<'a>>,
    /// Which client type a login has.
    pub client_type: ClientTypeSetting,
    /// Whether a login may ask for the public client type.
    pub public_override: PublicOverride,
    /// How a confidential login authenticates at the token endpoint; `None`: as metadata offers.
    pub token_auth_method: Option<TokenAuthMethod>,
    /// Scopes besides `openid`.
    pub scopes: Words<'a>,
    /// `prompt` of the authorization request (OpenID Connect Core 3.1.2.1).
    pub prompt: Words<'a>,
    /// `acr_values` of the authorization request: wishes, not demands.
    pub acr_values: Words<'a>,
    /// Audiences that an ID token may have besides our client identifier.
    pub audiences: Words<'a>,
    /// Whether the userinfo endpoint is asked.
    pub userinfo: QueryUserinfo,
    /// The oldest authentication of the end user that is accepted, in seconds.
    pub max_age: Option<u32>,
    /// How far our clock and the provider's may be apart, in seconds.
    pub clock_skew: u64,
}

impl<'a> Realm<'a> {
    /// A realm with every setting at its default.
    pub fn new(
        name: RealmName<'a>,
        issuer: Issuer<'a>,
        registration: ClientRegistration<'a>,
    ) -> Self {
        Realm {
            name,
            issuer,
            registration,
            native_registration: None,
            client_type: ClientTypeSetting::Unset,
            public_override: PublicOverride::Allowed,
            token_auth_method: None,
            scopes: Words::NONE,
            prompt: Words::NONE,
            acr_values: Words::NONE,
            audiences: Words::NONE,
            userinfo: QueryUserinfo::WhereOffered,
            max_age: None,
            clock_skew: CLOCK_SKEW,
        }
    }
}

/// A realm's setting `client-type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientTypeSetting {
    /// Not set: confidential where there is a secret.
    #[default]
    Unset,
    /// Always confidential.
    Confidential,
    /// Always public.
    Public,
    /// As the redirect URI has it.
    Auto,
}

/// Whether a login may ask to be public where the realm would make it confidential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PublicOverride {
    /// It may.
    #[default]
    Allowed,
    /// It is refused.
    Refused,
}

/// How a confidential client authenticates at the token endpoint (OpenID Connect Core 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenAuthMethod {
    /// `client_secret_basic`: in the `Authorization` header, both halves form-encoded.
    ClientSecretBasic,
    /// `client_secret_post`: in the form.
    ClientSecretPost,
}

impl TokenAuthMethod {
    /// The method's registered name.
    pub fn as_str(self) -> &'static str {
        match self {
            TokenAuthMethod::ClientSecretBasic => "client_secret_basic",
            TokenAuthMethod::ClientSecretPost => "client_secret_post",
        }
    }
}

/// Whether the userinfo endpoint is asked after the ID token was validated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QueryUserinfo {
    /// Asked where metadata names one.
    #[default]
    WhereOffered,
    /// Not asked.
    Never,
}

/// The name of a realm: a letter, then letters, digits, `.`, `-` and `_`; 2 to 32 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RealmName<'a>(&'a str);

impl<'a> RealmName<'a> {
    /// Checks the name.
    ///
    /// # Errors
    ///
    /// [`RealmError`] where the text is none, or is too long.
    pub fn parse(text: &'a str) -> Result<Self, RealmError> {
        let valid = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let fits = (2..=REALM_NAME_LEN).contains(&text.len());
        if fits && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(valid) {
            Ok(RealmName(text))
        } else {
            Err(RealmError::Name)
        }
    }

    /// The name.
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

/// An issuer identifier (OpenID Connect Discovery 3): an https URL without query and fragment,
/// compared to the letter. http is accepted for this machine only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issuer<'a>(&'a str);

impl<'a> Issuer<'a> {
    /// Checks the identifier.
    ///
    /// # Errors
    ///
    /// [`RealmError`] where the text is none, or is too long.
    pub fn parse(text: &'a str) -> Result<Self, RealmError> {
        let uri = Uri::parse(text).map_err(|_| RealmError::Issuer)?;
        if uri.query.is_some() || uri.fragment.is_some() || text.len() > ISSUER_LEN {
            return Err(RealmError::Issuer);
        }
        if is_safe_to_ask(&uri) { Ok(Issuer(text)) } else { Err(RealmError::IssuerNotHttps) }
    }

    /// The identifier.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    pub(crate) fn is_https(self) -> bool {
        Uri::parse(self.0).is_ok_and(|uri| uri.has_scheme("https"))
    }
}

/// Whether a request may go to `uri`: https, or http to this machine, and no userinfo.
pub(crate) fn is_safe_to_ask(uri: &Uri<'_>) -> bool {
    uri.authority.is_some_and(|authority| {
        let confidential =
            uri.has_scheme("https") || (uri.has_scheme("http") && authority.is_loopback());
        confidential && authority.userinfo.is_none()
    })
}

/// A client identifier (RFC 6749 section 2.2): 1 to 255 bytes, without control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientId<'a>(&'a str);

impl<'a> ClientId<'a> {
    /// Checks the identifier.
    ///
    /// # Errors
    ///
    /// [`RealmError`] where the text is none, or is too long.
    pub fn parse(text: &'a str) -> Result<Self, RealmError> {
        let fits = (1..=CLIENT_ID_LEN).contains(&text.len());
        if fits && !text.contains(char::is_control) {
            Ok(ClientId(text))
        } else {
            Err(RealmError::ClientId)
        }
    }

    /// The identifier.
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

/// How we are registered with the provider.
#[derive(Debug, Clone, Copy)]
pub struct ClientRegistration<'a> {
    /// The client identifier.
    pub client_id: ClientId<'a>,
    /// The client secret, which only a confidential login sends.
    pub secret: Option<ClientSecret<'a>>,
}

/// A registration for installed applications besides the main one.
#[derive(Debug, Clone, Copy)]
pub struct NativeRegistration<'a> {
    /// The client identifier.
    pub client_id: ClientId<'a>,
    /// A key that some providers demand of installed applications.
    pub key: Option<NativeKey<'a>>,
}

/// The secret of a confidential client. Hidden in `Debug`, compared in constant time.
#[derive(Clone, Copy)]
pub struct ClientSecret<'a>(&'a str);

impl<'a> ClientSecret<'a> {
    /// The secret; `None` for an empty one, which is none.
    pub fn new(text: &'a str) -> Option<Self> {
        (!text.is_empty()).then_some(ClientSecret(text))
    }

    pub(crate) fn expose(self) -> &'a str {
        self.0
    }
}

impl PartialEq for ClientSecret<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl fmt::Debug for ClientSecret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(..)")
    }
}

/// The key of a native registration: sent as `client_secret`, but known to whoever has the
/// application, so it keeps nobody out (RFC 8252 section 8.5). Hidden in `Debug` all the same.
#[derive(Clone, Copy)]
pub struct NativeKey<'a>(&'a str);

impl<'a> NativeKey<'a> {
    /// The key; `None` for an empty one, which is none.
    pub fn new(text: &'a str) -> Option<Self> {
        (!text.is_empty()).then_some(NativeKey(text))
    }

    pub(crate) fn expose(self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for NativeKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NativeKey(..)")
    }
}

error_enum! {
    /// What is wrong with a realm's configuration: for its administrator.
    pub enum RealmError {
        /// The realm's name.
        Name => "realm_name",
            "a realm's name is a letter and then 1 to 31 letters, digits, '.', '-' or '_'";
        /// The issuer is no URL that an issuer can have.
        Issuer => "realm_issuer",
            "the issuer URL must be an absolute URL of at most 255 characters without query and fragment";
        /// The issuer is not reached over https.
        IssuerNotHttps => "realm_issuer_not_https",
            "the issuer URL must be https without a user name (http is for this machine's loopback addresses only)";
        /// The client identifier.
        ClientId => "realm_client_id",
            "the client identifier must have 1 to 255 bytes and no control character";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn realm_names_are_those_of_proxmox() {
        for good in ["ad", "Entra", "sso-2.x_y"] {
            assert!(RealmName::parse(good).is_ok(), "{good}");
        }
        let long = "a".repeat(33);
        for bad in ["", "a", "1a", "-a", "a b", "a/b", "../x", "é1", "a\n", long.as_str()] {
            assert_eq!(RealmName::parse(bad), Err(RealmError::Name), "{bad:?}");
        }
    }

    #[test]
    fn an_issuer_is_https_or_on_this_machine() {
        for good in [
            "https://login.example",
            "https://login.example/",
            "https://login.example:8443/t/v2.0",
            "http://127.0.0.1:9000/t",
            "http://[::1]:9000",
            "http://localhost",
        ] {
            assert!(Issuer::parse(good).is_ok(), "{good}");
        }
        for (bad, error) in [
            ("http://login.example", RealmError::IssuerNotHttps),
            ("https://u@login.example", RealmError::IssuerNotHttps),
            ("ftp://127.0.0.1", RealmError::IssuerNotHttps),
            ("https:login.example", RealmError::IssuerNotHttps),
            ("https://login.example?x", RealmError::Issuer),
            ("https://login.example#x", RealmError::Issuer),
            ("https://lögin.example", RealmError::Issuer),
            ("login.example", RealmError::Issuer),
            ("", RealmError::Issuer),
        ] {
            assert_eq!(Issuer::parse(bad), Err(error), "{bad}");
        }
    }

    #[test]
    fn an_empty_secret_is_none_and_none_is_shown() {
        assert!(ClientSecret::new("").is_none() && NativeKey::new("").is_none());
        let secret = ClientSecret::new("canary");
        assert_eq!(
            format!("{secret:?} {:?}", NativeKey::new("canary")),
            "Some(ClientSecret(..)) Some(NativeKey(..))"
        );
        assert!(secret == ClientSecret::new("canary") && secret != ClientSecret::new("canarx"));
    }
}
