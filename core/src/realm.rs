//! A realm: one provider and our registration there.

mod credential;
mod texts;

use crate::policy::CLOCK_SKEW;
use crate::wire::Words;

pub use self::credential::{AssertionAudience, Credential, PrivateKey};
pub(crate) use self::texts::is_safe_to_ask;
pub use self::texts::{
    ClientId, ClientSecret, DiscoveryUrl, Issuer, KeyId, NativeKey, RealmError, RealmName,
};

/// The configuration of one realm. Create it with [`Realm::new`], then set the fields that differ.
///
/// Its texts are checked once, when parsed, and held as `S`: `&str` or an owned type. A login takes
/// `Realm<&str>`; [`borrowed`](Self::borrowed) makes one from an owned realm.
///
/// ```
/// use onerealm_core::{ClientId, ClientRegistration, Credential, Issuer, Realm, RealmName};
///
/// let registration = ClientRegistration {
///     client_id: ClientId::parse("pve".to_owned())?,
///     credential: Credential::secret("s3cret".to_owned()),
/// };
/// let name = RealmName::parse("entra".to_owned())?;
/// let issuer = Issuer::parse("https://login.example/t/v2.0".to_owned())?;
/// let owned: Realm<String> = Realm::new(name, issuer, registration);
/// let lent: Realm<&str> = owned.borrowed();
/// assert_eq!(lent.issuer.as_str(), "https://login.example/t/v2.0");
/// # Ok::<(), onerealm_core::RealmError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Realm<S> {
    /// The realm's name.
    pub name: RealmName<S>,
    /// The provider.
    pub issuer: Issuer<S>,
    /// Where its metadata is, if not below the issuer: [beside](DiscoveryUrl::beside) it.
    pub discovery_url: Option<DiscoveryUrl<S>>,
    /// The client registration.
    pub registration: ClientRegistration<S>,
    /// A separate registration for public logins, if there is one.
    pub native_registration: Option<NativeRegistration<S>>,
    /// The client type of a login.
    pub client_type: ClientTypeSetting,
    /// Whether the caller of a login may make it public.
    pub public_override: PublicOverride,
    /// How a confidential login sends a client secret; `None` follows the metadata. A private key is
    /// never sent, and this doesn't concern it.
    pub token_auth_method: Option<TokenAuthMethod>,
    /// Scopes besides `openid`.
    pub scopes: Words<S>,
    /// `prompt` of the authorization request (OpenID Connect Core 3.1.2.1).
    pub prompt: Words<S>,
    /// `acr_values` of the authorization request: preferences, not requirements. Empty, they are
    /// `required_acr`.
    pub acr_values: Words<S>,
    /// Authentication context classes of which the ID token must have one (`acr`, OpenID Connect Core
    /// 2). An empty list demands nothing.
    pub required_acr: Words<S>,
    /// Authentication methods of which the ID token must have all (`amr`, RFC 8176). An empty list
    /// demands nothing.
    pub required_amr: Words<S>,
    /// Audiences that an ID token may have besides our client identifier.
    pub audiences: Words<S>,
    /// Whether to query the userinfo endpoint.
    pub userinfo: QueryUserinfo,
    /// Whether its answer must be signed.
    pub userinfo_signed: UserinfoSigned,
    /// The greatest accepted age of the end user's authentication, in seconds.
    pub max_age: Option<u32>,
    /// How far our clock and the provider's may differ, in seconds.
    pub clock_skew: u64,
}

impl<S: AsRef<str>> Realm<S> {
    /// A realm with every setting at its default.
    pub fn new(name: RealmName<S>, issuer: Issuer<S>, registration: ClientRegistration<S>) -> Self
    where
        S: Default,
    {
        Realm {
            name,
            issuer,
            discovery_url: None,
            registration,
            native_registration: None,
            client_type: ClientTypeSetting::Unset,
            public_override: PublicOverride::Allowed,
            token_auth_method: None,
            scopes: Words::default(),
            prompt: Words::default(),
            acr_values: Words::default(),
            required_acr: Words::default(),
            required_amr: Words::default(),
            audiences: Words::default(),
            userinfo: QueryUserinfo::WhereOffered,
            userinfo_signed: UserinfoSigned::Accepted,
            max_age: None,
            clock_skew: CLOCK_SKEW,
        }
    }

    /// The same realm with borrowed texts. Nothing is parsed.
    pub fn borrowed(&self) -> Realm<&str> {
        Realm {
            name: self.name.borrowed(),
            issuer: self.issuer.borrowed(),
            discovery_url: self.discovery_url.as_ref().map(DiscoveryUrl::borrowed),
            registration: self.registration.borrowed(),
            native_registration: self
                .native_registration
                .as_ref()
                .map(NativeRegistration::borrowed),
            client_type: self.client_type,
            public_override: self.public_override,
            token_auth_method: self.token_auth_method,
            scopes: self.scopes.borrowed(),
            prompt: self.prompt.borrowed(),
            acr_values: self.acr_values.borrowed(),
            required_acr: self.required_acr.borrowed(),
            required_amr: self.required_amr.borrowed(),
            audiences: self.audiences.borrowed(),
            userinfo: self.userinfo,
            userinfo_signed: self.userinfo_signed,
            max_age: self.max_age,
            clock_skew: self.clock_skew,
        }
    }
}

impl Realm<&str> {
    /// The same realm, whose logins ask the provider to show nothing to the end user (`prompt`
    /// `none`, OpenID Connect Core 3.1.2.1): for asking what it would answer.
    pub fn without_interaction(&self) -> Self {
        Realm { prompt: Words::parse("none").unwrap_or_default(), ..*self }
    }
}

/// Our registration with the provider.
#[derive(Debug, Clone, Copy)]
pub struct ClientRegistration<S> {
    /// The client identifier.
    pub client_id: ClientId<S>,
    /// The client secret or private key, used only by a confidential login.
    pub credential: Option<Credential<S>>,
}

impl<S: AsRef<str>> ClientRegistration<S> {
    /// The same registration with borrowed texts.
    pub fn borrowed(&self) -> ClientRegistration<&str> {
        ClientRegistration {
            client_id: self.client_id.borrowed(),
            credential: self.credential.as_ref().map(Credential::borrowed),
        }
    }

    /// The client secret, if that is the credential.
    pub fn secret(&self) -> Option<&ClientSecret<S>> {
        match &self.credential {
            Some(Credential::Secret(secret)) => Some(secret),
            Some(Credential::PrivateKey(_)) | None => None,
        }
    }

    /// The private key, if that is the credential.
    pub fn private_key(&self) -> Option<&PrivateKey<S>> {
        match &self.credential {
            Some(Credential::PrivateKey(key)) => Some(key),
            Some(Credential::Secret(_)) | None => None,
        }
    }
}

/// A registration for installed applications, in addition to the main one.
#[derive(Debug, Clone, Copy)]
pub struct NativeRegistration<S> {
    /// The client identifier.
    pub client_id: ClientId<S>,
    /// A key that some providers require of installed applications.
    pub key: Option<NativeKey<S>>,
}

impl<S: AsRef<str>> NativeRegistration<S> {
    /// The same registration with borrowed texts.
    pub fn borrowed(&self) -> NativeRegistration<&str> {
        NativeRegistration {
            client_id: self.client_id.borrowed(),
            key: self.key.as_ref().map(NativeKey::borrowed),
        }
    }
}

/// The realm's `client-type` setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientTypeSetting {
    /// Not set: confidential if there is a secret.
    #[default]
    Unset,
    /// Always confidential.
    Confidential,
    /// Always public.
    Public,
    /// By the kind of the redirect URI.
    Auto,
}

/// Whether the caller of a login may make it public, by asking for it or, where the client type is
/// `auto`, by the redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PublicOverride {
    /// Allowed.
    #[default]
    Allowed,
    /// Refused.
    Refused,
}

/// How a confidential client sends its secret to the token endpoint (OpenID Connect Core 9).
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

/// Whether to query the userinfo endpoint after validating the ID token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QueryUserinfo {
    /// Query it if metadata names one.
    #[default]
    WhereOffered,
    /// Don't query it.
    Never,
}

/// Whether the userinfo endpoint's answer must be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UserinfoSigned {
    /// A signed answer is taken, and so is plain JSON.
    #[default]
    Accepted,
    /// Plain JSON is refused.
    Required,
}
