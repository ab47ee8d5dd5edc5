//! What can go wrong with a login.

pub(crate) mod advice;
pub(crate) mod cause;
mod class;
pub(crate) mod difference;
pub(crate) mod earlier;
pub(crate) mod explanation;
pub(crate) mod facts;
mod reading;
pub(crate) mod reason;
pub(crate) mod redirected;
mod published_keys;
pub(crate) mod refusals;
pub(crate) mod refused_documents;
pub(crate) mod refused_id_token;
pub(crate) mod refused_userinfo;
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
use self::earlier::Earlier;
use self::explanation::Explanation;
use self::user_name::UserError;
use crate::client_key::ClientKeyError;
use crate::http::HttpError;
use crate::realms::RealmsError;
use crate::store::StoreError;

/// Why a login did not begin or finish: the [cause](Self::cause), for programs that act on it, and its
/// [explanation](Self::explanation), for people.
///
/// `Display` is one line with the whole cause and no secrets.
pub struct Error(Box<Explained>);

struct Explained {
    cause: Cause,
    explanation: Explanation,
}

impl Error {
    /// An error of which nothing but its cause is known.
    pub(crate) fn new(cause: Cause) -> Self {
        let advice = usual::advice(&cause);
        let explanation = Explanation {
            code: cause.code(),
            sentence: cause.to_string(),
            expected: None,
            came: None,
            who: advice.as_ref().map_or_else(|| cause.usual_culprit(), |advice| advice.who),
            fix: advice.map(|advice| advice.fix),
        };
        Error(Box::new(Explained { cause, explanation }))
    }

    /// With what to do, which is known where the error arises.
    pub(crate) fn advised(mut self, advice: Option<Advice>) -> Self {
        if let Some(Advice { who, fix }) = advice {
            self.0.explanation.who = who;
            self.0.explanation.fix = Some(fix);
        }
        self
    }

    /// With the expected and the received value.
    pub(crate) fn differing(mut self, difference: Option<Difference>) -> Self {
        let Some(Difference { expected, came, advice }) = difference else { return self };
        self.0.explanation.expected = Some(expected);
        self.0.explanation.came = Some(came);
        self.advised(Some(advice))
    }

    /// The same error for a call that comes soon after.
    pub(crate) fn earlier(&self, ago: Duration, again: Option<Duration>) -> Self {
        let mut explanation = self.0.explanation.clone();
        let (code, class) = (self.code(), self.class());
        let sentence = match &self.0.cause {
            Cause::Earlier(earlier) => earlier.sentence.clone(),
            _ => explanation.sentence,
        };
        let earlier = Earlier { code, class, ago, again, sentence };
        explanation.sentence = earlier.to_string();
        Error(Box::new(Explained { cause: Cause::Earlier(Box::new(earlier)), explanation }))
    }

    /// With what came instead.
    pub(crate) fn got(mut self, came: Option<String>) -> Self {
        self.0.explanation.came = came;
        self
    }

    /// The cause, for programs that act on it.
    pub fn cause(&self) -> &Cause {
        &self.0.cause
    }

    /// What to tell people.
    pub fn explanation(&self) -> &Explanation {
        &self.0.explanation
    }

    /// The stable name of this error, as `docs/errors.md` lists it.
    pub fn code(&self) -> &'static str {
        self.0.explanation.code
    }

    /// The kind of failure, which is also the command's exit status.
    pub fn class(&self) -> Class {
        self.0.cause.class()
    }

    /// Every code that [`code`](Self::code) returns, with duplicates. Sources of realms add codes
    /// for their own [mistakes](crate::UnusableRealm).
    pub fn codes() -> impl Iterator<Item = &'static str> {
        Cause::codes()
    }
}

/// The cause; the explanation says the same.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Error").field(&self.0.cause).finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.explanation.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.source()
    }
}

impl From<Cause> for Error {
    fn from(cause: Cause) -> Self {
        Error::new(cause)
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

impl From<HttpError> for Error {
    fn from(error: HttpError) -> Self {
        let (expected, came) = (error.expected(), error.came());
        let mut error = Error::new(Cause::Http(error));
        error.0.explanation.expected = expected;
        error.0.explanation.came = came;
        error
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
    BufferTooSmall => Message,
    ClientKeyError => ClientKey,
}
