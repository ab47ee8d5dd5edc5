//! The texts of a realm, each checked once, when parsed.
//!
//! `S` holds the text: `&str` or an owned type that borrows as one. It must return the same text
//! each time.

use core::fmt;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::error_enum;
use crate::policy::{CLIENT_ID_LEN, DISCOVERY_URL_LEN, ISSUER_LEN, KEY_ID_LEN, REALM_NAME_LEN};
use crate::wire::Uri;

/// The name of a realm: a letter, then letters, digits, `.`, `-` and `_`; 2 to 32 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RealmName<S>(S);

impl<S: AsRef<str>> RealmName<S> {
    /// Checks the name.
    ///
    /// # Errors
    ///
    /// [`RealmError::Name`] for any other text.
    pub fn parse(text: S) -> Result<Self, RealmError> {
        let name = text.as_ref();
        let valid = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let fits = (2..=REALM_NAME_LEN).contains(&name.len());
        if fits && name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(valid) {
            Ok(RealmName(text))
        } else {
            Err(RealmError::Name)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The same name, borrowed.
    pub fn borrowed(&self) -> RealmName<&str> {
        RealmName(self.as_str())
    }
}

/// An issuer identifier (OpenID Connect Discovery 3): an https URL without query and fragment,
/// compared exactly. http is accepted for this machine only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issuer<S>(S);

impl<S: AsRef<str>> Issuer<S> {
    /// Checks the identifier.
    ///
    /// # Errors
    ///
    /// [`RealmError::Issuer`] if it is not such a URL or longer than 255 characters,
    /// [`RealmError::IssuerNotHttps`] if its scheme is not https, or it has a user name.
    pub fn parse(text: S) -> Result<Self, RealmError> {
        let uri = Uri::parse(text.as_ref()).map_err(|_| RealmError::Issuer)?;
        if uri.query.is_some() || uri.fragment.is_some() || text.as_ref().len() > ISSUER_LEN {
            return Err(RealmError::Issuer);
        }
        if is_safe_to_ask(&uri) { Ok(Issuer(text)) } else { Err(RealmError::IssuerNotHttps) }
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The same identifier, borrowed.
    pub fn borrowed(&self) -> Issuer<&str> {
        Issuer(self.as_str())
    }

    /// Otherwise it is http on this machine.
    pub(crate) fn is_https(&self) -> bool {
        self.as_str().bytes().map(|byte| byte.to_ascii_lowercase()).take(6).eq(*b"https:")
    }
}

/// Where a provider's metadata is, if not below its issuer: an https URL, perhaps with a query, without
/// fragment and user name. http is accepted for this machine only.
///
/// The issuer in the metadata is the realm's all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiscoveryUrl<S>(S);

impl<S: AsRef<str>> DiscoveryUrl<S> {
    /// Checks the URL.
    ///
    /// # Errors
    ///
    /// [`RealmError::DiscoveryUrl`] if it is not such a URL or longer than 512 characters.
    pub fn parse(text: S) -> Result<Self, RealmError> {
        let uri = Uri::parse(text.as_ref()).map_err(|_| RealmError::DiscoveryUrl)?;
        let fits = text.as_ref().len() <= DISCOVERY_URL_LEN;
        if fits && uri.fragment.is_none() && is_safe_to_ask(&uri) {
            Ok(DiscoveryUrl(text))
        } else {
            Err(RealmError::DiscoveryUrl)
        }
    }

    /// The URL, if it is one for the provider with this issuer: http only where the issuer is http too.
    ///
    /// # Errors
    ///
    /// [`RealmError::DiscoveryUrl`] if it is http, and the issuer is not.
    pub fn beside<T: AsRef<str>>(self, issuer: &Issuer<T>) -> Result<Self, RealmError> {
        let is_http = Uri::parse(self.as_str()).is_ok_and(|uri| uri.has_scheme("http"));
        if is_http && issuer.is_https() { Err(RealmError::DiscoveryUrl) } else { Ok(self) }
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The same URL, borrowed.
    pub fn borrowed(&self) -> DiscoveryUrl<&str> {
        DiscoveryUrl(self.as_str())
    }

    /// What a login is bound to in its place.
    pub(crate) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.as_str()).into()
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

/// A client identifier (RFC 6749 section 2.2): 1 to 256 bytes, without control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientId<S>(S);

impl<S: AsRef<str>> ClientId<S> {
    /// Checks the identifier.
    ///
    /// # Errors
    ///
    /// [`RealmError::ClientId`] for any other text.
    pub fn parse(text: S) -> Result<Self, RealmError> {
        let fits = (1..=CLIENT_ID_LEN).contains(&text.as_ref().len());
        if fits && !text.as_ref().contains(char::is_control) {
            Ok(ClientId(text))
        } else {
            Err(RealmError::ClientId)
        }
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The same identifier, borrowed.
    pub fn borrowed(&self) -> ClientId<&str> {
        ClientId(self.as_str())
    }
}

impl<'a> ClientId<&'a str> {
    /// The identifier, with the lifetime of the original text.
    pub(crate) fn lent(self) -> &'a str {
        self.0
    }
}

/// The name of a client's key, for the `kid` of what it signs (RFC 7515 section 4.1.4): 1 to 512
/// bytes, without control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyId<S>(S);

impl<S: AsRef<str>> KeyId<S> {
    /// Checks the name.
    ///
    /// # Errors
    ///
    /// [`RealmError::KeyId`] for any other text.
    pub fn parse(text: S) -> Result<Self, RealmError> {
        let fits = (1..=KEY_ID_LEN).contains(&text.as_ref().len());
        match fits && !text.as_ref().contains(char::is_control) {
            true => Ok(KeyId(text)),
            false => Err(RealmError::KeyId),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The same name, borrowed.
    pub fn borrowed(&self) -> KeyId<&str> {
        KeyId(self.as_str())
    }
}

impl<'a> KeyId<&'a str> {
    /// The name, with the lifetime of the original text.
    pub(crate) fn lent(self) -> &'a str {
        self.0
    }
}

/// The secret of a confidential client. Hidden in `Debug`, compared in constant time.
#[derive(Clone, Copy)]
pub struct ClientSecret<S>(S);

impl<S: AsRef<str>> ClientSecret<S> {
    /// The secret; `None` if it is empty, which means unset.
    pub fn new(text: S) -> Option<Self> {
        (!text.as_ref().is_empty()).then_some(ClientSecret(text))
    }

    /// The same secret, borrowed.
    pub fn borrowed(&self) -> ClientSecret<&str> {
        ClientSecret(self.expose())
    }

    /// The secret itself. Never show it: the core decides where it is sent.
    pub fn expose(&self) -> &str {
        self.0.as_ref()
    }
}

impl<S: AsRef<str>> PartialEq for ClientSecret<S> {
    fn eq(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
    }
}

/// The key of a native registration: sent as `client_secret`, but known to everyone who has the
/// application, so it authenticates nobody (RFC 8252 section 8.5). Still hidden in `Debug`.
#[derive(Clone, Copy)]
pub struct NativeKey<S>(S);

impl<S: AsRef<str>> NativeKey<S> {
    /// The key; `None` if it is empty, which means unset.
    pub fn new(text: S) -> Option<Self> {
        (!text.as_ref().is_empty()).then_some(NativeKey(text))
    }

    /// The same key, borrowed.
    pub fn borrowed(&self) -> NativeKey<&str> {
        NativeKey(self.expose())
    }

    /// The key itself.
    pub fn expose(&self) -> &str {
        self.0.as_ref()
    }
}

/// `Debug` hides the text, whatever type holds it.
macro_rules! hidden {
    ($($name:ident),*) => {$(
        impl<S> fmt::Debug for $name<S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}

hidden!(ClientSecret, NativeKey);

error_enum! {
    /// A mistake in a realm's configuration, for its administrator.
    pub enum RealmError {
        /// The realm's name.
        Name => "realm_name",
            "a realm's name is a letter and then 1 to 31 letters, digits, '.', '-' or '_'";
        /// The issuer is not a valid issuer URL.
        Issuer => "realm_issuer",
            "the issuer URL must be an absolute URL (https://...) of at most 255 characters without query and fragment";
        /// The issuer's scheme is not https.
        IssuerNotHttps => "realm_issuer_not_https",
            "the issuer URL must be https without a user name (http is for this machine's loopback addresses only): write https, with the provider's port for TLS if it is not 443";
        /// The URL of the metadata.
        DiscoveryUrl => "realm_discovery_url",
            "the discovery URL must be an absolute https URL of at most 512 characters without fragment and user name (http is for issuers on this machine's loopback addresses only)";
        /// The client identifier.
        ClientId => "realm_client_id",
            "the client identifier must have 1 to 256 bytes and no control character";
        /// The name of the client's key.
        KeyId => "realm_key_id",
            "the name of the client's key must have 1 to 512 bytes and no control character";
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
    fn a_discovery_url_may_have_a_query_and_is_https_or_on_this_machine() {
        let longest = format!("https://login.example/{}", "a".repeat(512 - 22));
        for good in [
            "https://login.example/t/v2.0/.well-known/openid-configuration?p=b2c_1_policy",
            "https://login.example",
            "HTTPS://Login.example:8443/?a=b&c=%20d",
            "http://127.0.0.1:9000/t?p",
            "http://[::1]/t",
            longest.as_str(),
        ] {
            assert!(DiscoveryUrl::parse(good).is_ok(), "{good}");
        }
        let too_long = format!("{longest}a");
        for bad in [
            "",
            "login.example/t",
            "/t/.well-known/openid-configuration",
            "//login.example/t",
            "http://login.example/t",
            "http://127.0.0.1.login.example/t",
            "https://u@login.example/t",
            "https://u:p@login.example/t",
            "https://@login.example/t",
            "https://login.example/t#x",
            "https://login.example/t#",
            "https://login.example/t?p=x#",
            "https://login.example\\@evil.example/",
            "https://login.example/t?p=x y",
            "https://lögin.example/t",
            "https:login.example",
            "https:///t",
            "ftp://login.example/t",
            "file:///etc/passwd",
            too_long.as_str(),
        ] {
            assert_eq!(DiscoveryUrl::parse(bad), Err(RealmError::DiscoveryUrl), "{bad}");
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
        let owned = ClientSecret::new("canary".to_owned()).unwrap();
        assert_eq!(
            format!("{owned:?} {:?}", owned.borrowed()),
            "ClientSecret(..) ClientSecret(..)"
        );
    }
}
