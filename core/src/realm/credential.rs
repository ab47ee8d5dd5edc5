//! What a confidential client shows at the token endpoint: a secret or a private key.

use super::texts::{ClientSecret, KeyId};

/// The credential of a client registration, shown only in confidential logins.
#[derive(Debug, Clone, Copy)]
pub enum Credential<S> {
    /// A client secret, which is sent itself.
    Secret(ClientSecret<S>),
    /// A private key, which signs a short-lived assertion for each request (`private_key_jwt`,
    /// OpenID Connect Core 9). The key itself is in an
    /// [`AssertionSigner`](crate::AssertionSigner).
    PrivateKey(PrivateKey<S>),
}

impl<S: AsRef<str>> Credential<S> {
    /// A client secret; `None` if it is empty, which means unset.
    pub fn secret(text: S) -> Option<Self> {
        ClientSecret::new(text).map(Credential::Secret)
    }

    /// The same credential with borrowed texts.
    pub fn borrowed(&self) -> Credential<&str> {
        match self {
            Credential::Secret(secret) => Credential::Secret(secret.borrowed()),
            Credential::PrivateKey(key) => Credential::PrivateKey(key.borrowed()),
        }
    }
}

/// How a registration's private key is named and used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrivateKey<S> {
    /// The name that the provider knows the key by, sent as the header's `kid`; without one,
    /// there is no `kid`.
    pub key_id: Option<KeyId<S>>,
    /// The audience of assertions for the token endpoint.
    pub audience: AssertionAudience,
}

impl<S> PrivateKey<S> {
    /// A key without a name, whose assertions are for the issuer.
    pub fn new() -> Self {
        PrivateKey { key_id: None, audience: AssertionAudience::Issuer }
    }
}

impl<S> Default for PrivateKey<S> {
    fn default() -> Self {
        PrivateKey::new()
    }
}

impl<S: AsRef<str>> PrivateKey<S> {
    /// The same with a borrowed text.
    pub fn borrowed(&self) -> PrivateKey<&str> {
        PrivateKey { key_id: self.key_id.as_ref().map(KeyId::borrowed), audience: self.audience }
    }
}

/// The `aud` of a client assertion (RFC 7523 section 3, item 3).
///
/// The realm knows the issuer itself. The token endpoint's URL comes from metadata, so an assertion
/// with that audience goes to that URL and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AssertionAudience {
    /// The provider's issuer identifier.
    #[default]
    Issuer,
    /// The URL of the token endpoint, for providers that take no other, such as Entra ID.
    TokenEndpoint,
}
