//! What to do about an error of which nothing but its cause is known.

use onerealm_core::{AuthorizationError, BeginError, TokenError};

use super::advice::{self, Advice};
use super::cause::Cause;
use super::explanation::Who;
use super::user_name::UserError;
use crate::store::StoreError;

/// What to do about it, unless the sentence says so already.
pub(super) fn advice(cause: &Cause) -> Option<Advice> {
    match cause {
        Cause::Http(error) => Some(Advice::of(error.who(), error.advice()?)),
        Cause::Token { client_type, error: TokenError::Refused { error, .. }, words, .. } => {
            advice::on_refused_token(*client_type, *error, words.as_ref())
        }
        Cause::Authorization { error: AuthorizationError::Refused { error }, words } => {
            advice::on_refused_authorization(*error, words.as_ref())
        }
        Cause::Unverified { .. } => Some(advice::UNVERIFIED),
        Cause::Begin(BeginError::ClientType(error)) => advice::on_client_type(*error),
        Cause::RedirectUriNotListed { .. } => Some(advice::NOT_LISTED),
        Cause::Discovery { error, .. } => advice::on_discovery(*error),
        Cause::Userinfo { .. } => Some(advice::USERINFO_UNUSABLE),
        Cause::Store(StoreError::Other { advice, .. }) => {
            Some(Advice::of(Who::SystemAdministrator, (*advice)?))
        }
        Cause::User(
            UserError::NotText { .. } | UserError::Unusable { .. } | UserError::Character { .. },
        ) => Some(advice::USER_NAME_UNUSABLE),
        Cause::Message(_) => Some(advice::MESSAGE_TOO_LONG),
        _ => None,
    }
}
