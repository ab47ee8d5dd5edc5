//! What a login fails with, for callers that act on it.

use std::fmt;

use onerealm_core::wire::BufferTooSmall;
use onerealm_core::{
    AuthorizationError, AuthorizationResponseError, BeginError, ClientType, ClientTypeError,
    DiscoveryError, IdTokenError, JwksError, JwsError, RealmError, RedirectUriError, TokenError,
    UserinfoError,
};

use super::class::Class;
use super::earlier::Earlier;
use super::explanation::Who;
use super::user_name::UserError;
use super::words::{ProviderWords, with_words};
use crate::client_key::ClientKeyError;
use crate::http::HttpError;
use crate::realms::RealmsError;
use crate::store::StoreError;

/// Why a login did not begin or finish, as values that a program can match.
///
/// `Display` is the sentence of the error's [`Explanation`](crate::Explanation).
#[derive(Debug)]
#[non_exhaustive]
pub enum Cause {
    /// There is no such realm, or it can't be used.
    Realms(RealmsError),
    /// The redirect URL.
    RedirectUri(RedirectUriError),
    /// The realm doesn't list the redirect URL.
    RedirectUriNotListed {
        /// The realm.
        realm: String,
    },
    /// The login did not begin.
    Begin(BeginError),
    /// The provider's metadata.
    Discovery {
        /// Where it was requested.
        url: String,
        /// Why it was refused.
        error: DiscoveryError,
    },
    /// The provider's keys.
    Jwks {
        /// Where they were requested.
        url: String,
        /// Why they were refused.
        error: JwksError,
    },
    /// The browser's data is not an authorization response.
    Response(AuthorizationResponseError),
    /// An error without a state: nobody knows whose it is, and no login ends.
    Unverified {
        /// What it says: the provider's words, or anybody's.
        words: ProviderWords,
    },
    /// The authorization response was refused, or the provider reports an error.
    Authorization {
        /// Why.
        error: AuthorizationError,
        /// What the provider says.
        words: Option<ProviderWords>,
    },
    /// The store of pending logins.
    Store(StoreError),
    /// The token request.
    Token {
        /// Where it went.
        url: String,
        /// The client type of the login.
        client_type: ClientType,
        /// Why it failed.
        error: TokenError,
        /// What the provider says.
        words: Option<ProviderWords>,
    },
    /// The ID token.
    IdToken {
        /// Why it was refused.
        error: IdTokenError,
    },
    /// The userinfo request.
    Userinfo {
        /// Where it went.
        url: String,
        /// Why it failed.
        error: UserinfoError,
        /// What the provider says.
        words: Option<ProviderWords>,
    },
    /// The end user has no user name.
    User(UserError),
    /// The client's private key.
    ClientKey(ClientKeyError),
    /// No answer.
    Http(HttpError),
    /// The provider failed a moment ago, in another call.
    Earlier(Box<Earlier>),
    /// A message is longer than the buffer for messages.
    Message(BufferTooSmall),
}

impl Cause {
    /// The stable name.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Cause::Realms(error) => error.code(),
            Cause::RedirectUri(error) => error.code(),
            Cause::RedirectUriNotListed { .. } => "redirect_uri_not_listed",
            Cause::Begin(error) => error.code(),
            Cause::Discovery { error, .. } => error.code(),
            Cause::Jwks { error, .. } => error.code(),
            Cause::Response(error) => error.code(),
            Cause::Unverified { .. } => AuthorizationResponseError::NoState.code(),
            Cause::Authorization { error, .. } => error.code(),
            Cause::Store(error) => error.code(),
            Cause::Token { error, .. } => error.code(),
            Cause::IdToken { error, .. } => match error {
                IdTokenError::Jws { error: JwsError::Key { error } } => error.code(),
                IdTokenError::Jws { error } => error.code(),
                error => error.code(),
            },
            Cause::Userinfo { error, .. } => error.code(),
            Cause::User(error) => error.code(),
            Cause::ClientKey(error) => error.code(),
            Cause::Http(error) => error.code(),
            Cause::Earlier(error) => error.code,
            Cause::Message(_) => "message_too_long",
        }
    }

    /// The kind of failure.
    pub(super) fn class(&self) -> Class {
        match self {
            Cause::Realms(_)
            | Cause::RedirectUri(_)
            | Cause::RedirectUriNotListed { .. }
            | Cause::Begin(_)
            | Cause::Discovery { .. }
            | Cause::Jwks { .. }
            | Cause::ClientKey(_)
            | Cause::Message(_) => Class::Realm,
            Cause::Response(_) | Cause::Unverified { .. } | Cause::Authorization { .. } => {
                Class::Authorization
            }
            Cause::Store(StoreError::Unknown | StoreError::Used | StoreError::Expired { .. }) => {
                Class::Authorization
            }
            Cause::Store(_) => Class::Storage,
            Cause::Token { .. } | Cause::Userinfo { .. } => Class::Endpoint,
            Cause::IdToken { .. } | Cause::User(_) => Class::IdToken,
            Cause::Http(error) if error.is_local() => Class::Realm,
            Cause::Http(_) => Class::Network,
            Cause::Earlier(error) => error.class,
        }
    }

    /// Who must act where no advice says so.
    pub(super) fn usual_culprit(&self) -> Who {
        match (self, self.class()) {
            (Cause::Http(error), _) => error.who(),
            (Cause::Begin(BeginError::NoEntropy), _) => Who::SystemAdministrator,
            (Cause::ClientKey(ClientKeyError::NotNamed), _) => Who::RealmAdministrator,
            (Cause::ClientKey(_), _) => Who::SystemAdministrator,
            (Cause::Response(error), _) if error.is_providers_fault() => Who::ProviderAdministrator,
            (Cause::Authorization { error: AuthorizationError::ClockWentBack { .. }, .. }, _) => {
                Who::SystemAdministrator
            }
            (Cause::RedirectUri(_) | Cause::Response(_) | Cause::Message(_), _) => Who::Caller,
            (Cause::Discovery { .. } | Cause::Jwks { .. }, _) => Who::ProviderAdministrator,
            (_, Class::Realm) => Who::RealmAdministrator,
            (_, Class::Authorization) => Who::EndUser,
            (_, Class::Endpoint | Class::IdToken) => Who::ProviderAdministrator,
            (_, Class::Network | Class::Storage) => Who::SystemAdministrator,
        }
    }

    pub(super) fn codes() -> impl Iterator<Item = &'static str> {
        [
            RealmsError::CODES,
            RealmError::CODES,
            &["redirect_uri_not_listed", "no_entropy", "message_too_long"],
            RedirectUriError::CODES,
            ClientTypeError::CODES,
            DiscoveryError::CODES,
            JwksError::CODES,
            AuthorizationResponseError::CODES,
            AuthorizationError::CODES,
            StoreError::CODES,
            TokenError::CODES,
            JwsError::CODES,
            IdTokenError::CODES,
            UserinfoError::CODES,
            UserError::CODES,
            ClientKeyError::CODES,
            HttpError::CODES,
        ]
        .into_iter()
        .flatten()
        .copied()
        .filter(|code| !WRAPPERS.contains(code))
    }
}

/// Two errors that wrap another one and report its code, and one that our buffers rule out.
const WRAPPERS: [&str; 3] = ["id_token_jws", "jws_key", "buffer_too_small"];

/// The sentence.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Realms(error) => error.fmt(f),
            Cause::RedirectUri(error) => error.fmt(f),
            Cause::RedirectUriNotListed { realm } => write!(
                f,
                "the redirect URL is not one of those that the realm {realm} lists in redirect-urls"
            ),
            Cause::Begin(error) => error.fmt(f),
            Cause::Discovery { url, error } => write!(f, "{url}: {error}"),
            Cause::Jwks { url, error } => write!(f, "{url}: {error}"),
            Cause::Response(error) => error.fmt(f),
            Cause::Unverified { words } => write!(
                f,
                "the callback has an error and no state, so anybody may have written it, and it ends no login; unverified, it says: {words}"
            ),
            Cause::Authorization { error, words } => {
                f.write_str(&with_words(error, words.as_ref()))
            }
            Cause::Store(error) => error.fmt(f),
            Cause::Token { url, error, words, .. } => {
                write!(f, "{url}: {}", with_words(error, words.as_ref()))
            }
            Cause::IdToken { error } => error.fmt(f),
            Cause::Userinfo { url, error, words } => {
                write!(f, "{url}: {}", with_words(error, words.as_ref()))
            }
            Cause::User(error) => error.fmt(f),
            Cause::ClientKey(error) => error.fmt(f),
            Cause::Http(error) => error.fmt(f),
            Cause::Earlier(error) => error.fmt(f),
            Cause::Message(BufferTooSmall { needed }) => {
                write!(f, "a message of {needed} bytes is longer than any that is sent")
            }
        }
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(match self {
            Cause::Realms(error) => error,
            Cause::RedirectUriNotListed { .. } | Cause::Unverified { .. } | Cause::Earlier(_) => {
                return None;
            }
            Cause::RedirectUri(error) => error,
            Cause::Begin(error) => error,
            Cause::Discovery { error, .. } => error,
            Cause::Jwks { error, .. } => error,
            Cause::Response(error) => error,
            Cause::Authorization { error, .. } => error,
            Cause::Store(error) => error,
            Cause::Token { error, .. } => error,
            Cause::IdToken { error } => error,
            Cause::Userinfo { error, .. } => error,
            Cause::User(error) => error,
            Cause::ClientKey(error) => error,
            Cause::Http(error) => error,
            Cause::Message(error) => error,
        })
    }
}
