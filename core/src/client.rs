//! The client type: who we are in one login, and so what the token request carries.

use crate::client_assertion::ClientAssertion;
use crate::discovery::{ProviderMetadata, TokenAuthMethodsOffered};
use crate::error::error_enum;
use crate::realm::{
    ClientId, ClientSecret, ClientTypeSetting, Credential, NativeKey, NativeRegistration,
    PublicOverride, Realm, TokenAuthMethod,
};
use crate::redirect_uri::RedirectUriKind;

/// The client type of one login (RFC 6749 section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientType {
    /// It authenticates at the token endpoint, with the client secret or the private key.
    Confidential,
    /// It doesn't: the code verifier alone shows that it began the login.
    Public,
}

impl ClientType {
    /// `confidential` or `public`.
    pub fn as_str(self) -> &'static str {
        match self {
            ClientType::Confidential => "confidential",
            ClientType::Public => "public",
        }
    }
}

/// What the caller asks for when a login begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Requested {
    /// What the realm says.
    #[default]
    Default,
    /// A public login.
    Public,
}

/// Whether the registration has a credential: a client secret or a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialConfigured {
    /// It has one.
    Yes,
    /// It has none.
    No,
}

/// Decides the client type of a login. Nothing else does.
///
/// The first row that fits counts:
///
/// | `client-type` | credential | redirect URI | asked for public | the login is |
/// |---|---|---|---|---|
/// | unset | none | any | any | public |
/// | unset or `confidential` | set | any | no | confidential |
/// | `confidential` | none | any | no | refused: the realm is not set up |
/// | `auto` | set | web | no | confidential |
/// | `auto` | set | loopback or private-use scheme | no | public; refused where the realm says `public-override 0` |
/// | `auto` | none | any | any | public |
/// | `public` | any | any | any | public |
/// | any | any | any | yes | public; refused where the realm says `public-override 0` |
///
/// The rows that end in a refusal are those where the caller makes the login public: by asking for
/// it, or by the redirect URI. In all others the realm does.
///
/// # Errors
///
/// [`ClientTypeError`] in the rows that say so.
pub fn client_type(
    setting: ClientTypeSetting,
    credential: CredentialConfigured,
    redirect_uri: RedirectUriKind,
    requested: Requested,
    public_override: PublicOverride,
) -> Result<ClientType, ClientTypeError> {
    use {
        ClientTypeSetting as Setting, CredentialConfigured as Credential, RedirectUriKind as Uri,
    };

    let made_public = match public_override {
        PublicOverride::Allowed => Ok(ClientType::Public),
        PublicOverride::Refused => Err(ClientTypeError::PublicRefused),
    };
    match (setting, credential, redirect_uri, requested) {
        (Setting::Unset, Credential::No, _, _) => Ok(ClientType::Public),
        (Setting::Unset | Setting::Confidential, Credential::Yes, _, Requested::Default) => {
            Ok(ClientType::Confidential)
        }
        (Setting::Confidential, Credential::No, _, Requested::Default) => {
            Err(ClientTypeError::NoCredential)
        }
        (Setting::Auto, Credential::Yes, Uri::Web, Requested::Default) => {
            Ok(ClientType::Confidential)
        }
        (Setting::Auto, Credential::Yes, Uri::Loopback | Uri::PrivateUse, Requested::Default) => {
            made_public
        }
        (Setting::Auto, Credential::No, _, _) => Ok(ClientType::Public),
        (Setting::Public, _, _, _) => Ok(ClientType::Public),
        (
            Setting::Unset | Setting::Confidential | Setting::Auto,
            Credential::Yes | Credential::No,
            _,
            Requested::Public,
        ) => made_public,
    }
}

/// What was decided when a login began, as it is stored with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Public, as the main registration without its secret.
    Public,
    /// Public, as the native registration.
    Native,
    /// Confidential, sending the client secret in this way.
    Confidential(TokenAuthMethod),
    /// Confidential, with an assertion that the private key signs (`private_key_jwt`).
    Assertion,
}

impl Decision {
    /// The client type.
    pub fn client_type(self) -> ClientType {
        match self {
            Decision::Public | Decision::Native => ClientType::Public,
            Decision::Confidential(_) | Decision::Assertion => ClientType::Confidential,
        }
    }
}

/// Who we are at the token endpoint. A public client with a client secret or a private key cannot
/// be represented.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Client<'a> {
    Confidential {
        client_id: ClientId<&'a str>,
        secret: ClientSecret<&'a str>,
        method: TokenAuthMethod,
    },
    /// Confidential: an assertion proves that it has the private key.
    Assertion {
        client_id: ClientId<&'a str>,
        /// It is there once it is signed.
        assertion: Option<ClientAssertion<'a>>,
    },
    /// Public, as the main registration without its secret.
    Public { client_id: ClientId<&'a str> },
    /// Public, as the native registration, whose key keeps nobody out.
    Native { client_id: ClientId<&'a str>, key: Option<NativeKey<&'a str>> },
}

impl<'a> Client<'a> {
    /// The client of a login that begins.
    pub(crate) fn decide(
        realm: &Realm<&'a str>,
        metadata: &ProviderMetadata<'_>,
        redirect_uri: RedirectUriKind,
        requested: Requested,
    ) -> Result<Self, ClientTypeError> {
        let registration = &realm.registration;
        let configured = match registration.credential {
            Some(_) => CredentialConfigured::Yes,
            None => CredentialConfigured::No,
        };
        let decided = client_type(
            realm.client_type,
            configured,
            redirect_uri,
            requested,
            realm.public_override,
        )?;
        match decided {
            ClientType::Confidential => {
                let client_id = registration.client_id;
                let offered = metadata.token_auth_methods();
                match registration.credential.as_ref().ok_or(ClientTypeError::NoCredential)? {
                    &Credential::Secret(secret) => {
                        let method = token_auth_method(realm.token_auth_method, offered)?;
                        Ok(Client::Confidential { client_id, secret, method })
                    }
                    Credential::PrivateKey(_) if takes_assertions(offered) => {
                        Ok(Client::Assertion { client_id, assertion: None })
                    }
                    Credential::PrivateKey(_) => Err(ClientTypeError::TokenAuthMethod),
                }
            }
            ClientType::Public => Ok(match realm.native_registration {
                Some(NativeRegistration { client_id, key }) => Client::Native { client_id, key },
                None => Client::Public { client_id: registration.client_id },
            }),
        }
    }

    /// The client of a login that began earlier, with `decision` and as `client_id`. Decides
    /// nothing: `None` where the realm has no such registration, or no such credential, any more.
    pub(crate) fn recall(
        realm: &Realm<&'a str>,
        decision: Decision,
        client_id: &str,
    ) -> Option<Self> {
        let registration = &realm.registration;
        let main = Some(registration.client_id).filter(|id| id.as_str() == client_id);
        let native = realm.native_registration.filter(|n| n.client_id.as_str() == client_id);
        Some(match decision {
            Decision::Confidential(method) => {
                let secret = *registration.secret()?;
                Client::Confidential { client_id: main?, secret, method }
            }
            Decision::Assertion => {
                registration.private_key()?;
                Client::Assertion { client_id: main?, assertion: None }
            }
            Decision::Public => Client::Public { client_id: main? },
            Decision::Native => {
                let NativeRegistration { client_id, key } = native?;
                Client::Native { client_id, key }
            }
        })
    }

    pub(crate) fn client_id(&self) -> ClientId<&'a str> {
        match *self {
            Client::Confidential { client_id, .. }
            | Client::Assertion { client_id, .. }
            | Client::Public { client_id }
            | Client::Native { client_id, .. } => client_id,
        }
    }

    pub(crate) fn decision(&self) -> Decision {
        match self {
            Client::Confidential { method, .. } => Decision::Confidential(*method),
            Client::Assertion { .. } => Decision::Assertion,
            Client::Public { .. } => Decision::Public,
            Client::Native { .. } => Decision::Native,
        }
    }
}

/// The configured method, unless the other one is offered instead. Where none is configured, it is
/// basic unless only post is offered.
///
/// A provider whose list has neither lists what it prefers, or nothing that it means: what was
/// configured counts then.
fn token_auth_method(
    configured: Option<TokenAuthMethod>,
    offered: TokenAuthMethodsOffered,
) -> Result<TokenAuthMethod, ClientTypeError> {
    let TokenAuthMethodsOffered { listed, client_secret_basic, client_secret_post, .. } = offered;
    let offers_ours = client_secret_basic || client_secret_post;
    match configured {
        Some(method) if !offers_ours => Ok(method),
        None if !listed => Ok(TokenAuthMethod::ClientSecretBasic),
        None | Some(TokenAuthMethod::ClientSecretBasic) if client_secret_basic => {
            Ok(TokenAuthMethod::ClientSecretBasic)
        }
        None | Some(TokenAuthMethod::ClientSecretPost) if client_secret_post => {
            Ok(TokenAuthMethod::ClientSecretPost)
        }
        _ => Err(ClientTypeError::TokenAuthMethod),
    }
}

/// The same for an assertion: it isn't sent where a secret is offered in its place. A provider whose
/// list has none of the three lists what it prefers.
fn takes_assertions(offered: TokenAuthMethodsOffered) -> bool {
    let takes_a_secret = offered.client_secret_basic || offered.client_secret_post;
    offered.private_key_jwt || !takes_a_secret
}

error_enum! {
    /// Why a login has no client type: for the realm's administrator.
    pub enum ClientTypeError {
        /// Confidential, without a credential.
        NoCredential => "client_key_missing",
            "the realm is not set up: client-type is confidential, and there is no client-key";
        /// The caller made the login public, and the realm refuses that.
        PublicRefused => "public_login_refused",
            "the realm doesn't let a caller make a login public, by asking for it or by a redirect URL on loopback or of a private-use scheme: its setting public-override is 0";
        /// Neither method, or not the configured one.
        TokenAuthMethod => "token_auth_method",
            "the provider's token endpoint doesn't offer the realm's token-auth-method (without one: client_secret_basic or client_secret_post)";
    }
}
