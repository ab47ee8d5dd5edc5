//! What can go wrong with a login.

pub(crate) mod advice;
pub(crate) mod difference;
pub(crate) mod earlier;
mod class;
pub(crate) mod redirected;
mod refused_documents;
pub(crate) mod refused_id_token;
pub(crate) mod shown;
pub(crate) mod user_name;
mod usual;
pub(crate) mod words;

use std::fmt;
use std::time::Duration;

use onerealm_core::wire::BufferTooSmall;
use onerealm_core::{AuthorizationResponseError, BeginError, RedirectUriError};

use self::advice::Advice;
use self::cause::Cause;
pub use self::class::Class;
use self::difference::Difference;
use self::explanation::Explanation;
use self::user_name::UserError;
use crate::http::HttpError;
use crate::realms::RealmsError;
use crate::store::StoreError;

pub use self::class::Class;
use self::difference::{Difference, in_parentheses};
use self::earlier::Earlier;
use self::user_name::UserError;
use self::words::{ProviderWords, it_says};

/// Why a login did not begin or finish.
///
/// `Display` is one line with the whole cause and no secrets.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
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
        /// The expected and the received value.
        difference: Option<Box<Difference>>,
    },
    /// The provider's keys.
    Jwks {
        /// Where they were requested.
        url: String,
        /// Why they were refused.
        error: JwksError,
        /// The expected and the received value.
        difference: Option<Box<Difference>>,
    },
    /// The browser's data is not an authorization response.
    Response(AuthorizationResponseError),
    /// The authorization response was refused, or the provider reports an error.
    Authorization {
        /// Why.
        error: AuthorizationError,
        /// What the provider says.
        words: Option<ProviderWords>,
        /// The expected and the received value.
        difference: Option<Box<Difference>>,
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
        /// The expected and the received value.
        difference: Option<Box<Difference>>,
    },
    /// The ID token.
    IdToken {
        /// Why it was refused.
        error: IdTokenError,
        /// The expected and the received value.
        difference: Option<Box<Difference>>,
    },
    /// The userinfo request.
    Userinfo {
        /// Where it went.
        url: String,
        /// Why it failed.
        error: UserinfoError,
        /// What the provider says.
        words: Option<ProviderWords>,
        /// The expected and the received value.
        difference: Option<Box<Difference>>,
    },
    /// The end user has no user name.
    User(UserError),
    /// No answer.
    Http(HttpError),
    /// The provider failed a moment ago, in another call.
    Earlier(Box<Earlier>),
    /// A message is longer than the buffer for messages.
    Message(BufferTooSmall),
}

impl Error {
    /// The stable name of this error, as `docs/errors.md` lists it.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Realms(error) => error.code(),
            Error::RedirectUri(error) => error.code(),
            Error::RedirectUriNotListed { .. } => "redirect_uri_not_listed",
            Error::Begin(error) => error.code(),
            Error::Discovery { error, .. } => error.code(),
            Error::Jwks { error, .. } => error.code(),
            Error::Response(error) => error.code(),
            Error::Authorization { error, .. } => error.code(),
            Error::Store(error) => error.code(),
            Error::Token { error, .. } => error.code(),
            Error::IdToken { error, .. } => match error {
                IdTokenError::Jws { error: JwsError::Key { error } } => error.code(),
                IdTokenError::Jws { error } => error.code(),
                error => error.code(),
            },
            Error::Userinfo { error, .. } => error.code(),
            Error::User(error) => error.code(),
            Error::Http(error) => error.code(),
            Error::Earlier(error) => error.code,
            Error::Message(_) => "message_too_long",
        }
    }

    /// The same error for calls that come soon after.
    pub(crate) fn earlier(&self) -> Earlier {
        Earlier {
            code: self.code(),
            class: self.class(),
            ago: Duration::ZERO,
            again: None,
            sentence: self.to_string(),
            advice: self.advice(),
            difference: self.difference(),
        }
    }

    /// Who must act.
    pub fn class(&self) -> Class {
        match self {
            Error::Realms(_)
            | Error::RedirectUri(_)
            | Error::RedirectUriNotListed { .. }
            | Error::Begin(_)
            | Error::Discovery { .. }
            | Error::Jwks { .. }
            | Error::Message(_) => Class::Realm,
            Error::Response(_) | Error::Authorization { .. } => Class::Authorization,
            Error::Store(StoreError::Unknown | StoreError::Used | StoreError::Expired { .. }) => {
                Class::Authorization
            }
            Error::Store(_) => Class::Storage,
            Error::Token { .. } | Error::Userinfo { .. } => Class::Endpoint,
            Error::IdToken { .. } | Error::User(_) => Class::IdToken,
            Error::Http(error) if error.is_local() => Class::Realm,
            Error::Http(_) => Class::Network,
            Error::Earlier(error) => error.class,
        }
    }

    /// What to do about it, unless the message says so already.
    pub fn advice(&self) -> Option<&'static str> {
        if let Some(difference) = self.difference() {
            return Some(difference.advice);
        }
        match self {
            Error::Http(error) => error.advice(),
            Error::Earlier(error) => error.advice,
            Error::Token {
                client_type, error: TokenError::Refused { error, .. }, words, ..
            } => advice::on_refused_token(*client_type, *error, words.as_ref()),
            Error::Authorization {
                error: AuthorizationError::Refused { error }, words, ..
            } => advice::on_refused_authorization(*error, words.as_ref()),
            Error::Begin(BeginError::ClientType(error)) => advice::on_client_type(*error),
            Error::RedirectUriNotListed { .. } => Some(advice::NOT_LISTED),
            Error::Discovery { error, .. } => advice::on_discovery(*error),
            Error::Userinfo { .. } => Some(advice::USERINFO_UNUSABLE),
            Error::Store(StoreError::Other { advice, .. }) => *advice,
            Error::User(UserError::NotText { .. } | UserError::Unusable { .. }) => {
                Some(advice::USER_NAME_UNUSABLE)
            }
            _ => None,
        }
    }

    /// The expected and the received value, if both are public. `Display` ends with it.
    pub fn difference(&self) -> Option<Difference> {
        match self {
            Error::Discovery { difference, .. }
            | Error::Authorization { difference, .. }
            | Error::Jwks { difference, .. }
            | Error::Token { difference, .. }
            | Error::Userinfo { difference, .. }
            | Error::IdToken { difference, .. } => difference.as_deref().cloned(),
            Error::User(error) => error.difference(),
            Error::Earlier(error) => error.difference.clone(),
            _ => None,
        }
    }

    /// Every code that [`code`](Self::code) returns, with duplicates. Sources of realms add codes
    /// for their own [mistakes](crate::UnusableRealm).
    pub fn codes() -> impl Iterator<Item = &'static str> {
        Cause::codes()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Realms(error) => error.fmt(f),
            Error::RedirectUri(error) => error.fmt(f),
            Error::RedirectUriNotListed { realm } => write!(
                f,
                "the redirect URL is not one of those that the realm {realm} lists in redirect-urls"
            ),
            Error::Begin(error) => error.fmt(f),
            Error::Discovery { url, error, difference } => {
                write!(f, "{url}: {error}{}", in_parentheses(difference.as_deref()))
            }
            Error::Jwks { url, error, difference } => {
                write!(f, "{url}: {error}{}", in_parentheses(difference.as_deref()))
            }
            Error::Response(error) => error.fmt(f),
            Error::Authorization { error, words, difference } => {
                let difference = in_parentheses(difference.as_deref());
                write!(f, "{error}{}{difference}", it_says(words.as_ref()))
            }
            Error::Store(error) => error.fmt(f),
            Error::Token { url, error, words, difference, .. } => {
                let difference = in_parentheses(difference.as_deref());
                write!(f, "{url}: {error}{}{difference}", it_says(words.as_ref()))
            }
            Error::IdToken { error, difference } => {
                write!(f, "{error}{}", in_parentheses(difference.as_deref()))
            }
            Error::Userinfo { url, error, words, difference } => {
                let difference = in_parentheses(difference.as_deref());
                write!(f, "{url}: {error}{}{difference}", it_says(words.as_ref()))
            }
            Error::User(error) => error.fmt(f),
            Error::Http(error) => error.fmt(f),
            Error::Earlier(error) => error.fmt(f),
            Error::Message(BufferTooSmall { needed }) => write!(
                f,
                "a message of {needed} bytes is longer than any that is sent: shorten the realm's lists, or the code that was given"
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(match self {
            Error::Realms(error) => error,
            Error::RedirectUriNotListed { .. } | Error::Earlier(_) => return None,
            Error::RedirectUri(error) => error,
            Error::Begin(error) => error,
            Error::Discovery { error, .. } => error,
            Error::Jwks { error, .. } => error,
            Error::Response(error) => error,
            Error::Authorization { error, .. } => error,
            Error::Store(error) => error,
            Error::Token { error, .. } => error,
            Error::IdToken { error, .. } => error,
            Error::Userinfo { error, .. } => error,
            Error::User(error) => error,
            Error::Http(error) => error,
            Error::Message(error) => error,
        })
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Error::new(match error {
            StoreError::NoEntropy => Cause::Begin(BeginError::NoEntropy),
            error => Cause::Store(error),
        })
    }
}

impl From<UserError> for Error {
    fn from(error: UserError) -> Self {
        let difference = error.difference();
        Error::new(Cause::User(error)).differing(difference)
    }
}

macro_rules! lifted {
    ($($error:ty => $variant:ident),+ $(,)?) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Error::new(Cause::$variant(error))
            }
        })+
    };
}

lifted! {
    RealmsError => Realms,
    RedirectUriError => RedirectUri,
    BeginError => Begin,
    AuthorizationResponseError => Response,
    HttpError => Http,
    BufferTooSmall => Message,
}
