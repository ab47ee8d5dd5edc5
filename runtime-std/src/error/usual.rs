//! What to do about an error of which nothing but its cause is known.

use onerealm_core::{AuthorizationError, BeginError};

use super::advice::{self, Advice};
use super::cause::Cause;
use super::explanation::Who;
use super::user_name::UserError;

/// What to do about it, unless the sentence says so already.
pub(super) fn advice(cause: &Cause) -> Option<Advice> {
    match cause {
        Cause::Http(error) => Some(Advice::of(error.who(), error.advice()?)),
        Cause::Unverified { .. } => Some(advice::UNVERIFIED),
        Cause::Begin(BeginError::ClientType(error)) => advice::on_client_type(*error),
        Cause::Authorization { error: AuthorizationError::OtherRedirectUri, .. } => {
            Some(advice::OTHER_REDIRECT_URI)
        }
        Cause::RedirectUriNotListed { .. } => Some(advice::NOT_LISTED),
        Cause::Discovery { error, .. } => advice::on_discovery(*error),
        Cause::Userinfo { .. } => Some(advice::USERINFO_UNUSABLE),
        Cause::Store(error) => {
            let (fix, is_end_user_s) = error.fix()?;
            let who = if is_end_user_s { Who::EndUser } else { Who::SystemAdministrator };
            Some(Advice::of(who, fix))
        }
        Cause::User(
            UserError::NotText { .. } | UserError::Unusable { .. } | UserError::Character { .. },
        ) => Some(advice::USER_NAME_UNUSABLE),
        Cause::IdToken { error } => advice::on_id_token(*error),
        Cause::Message(_) => Some(advice::MESSAGE_TOO_LONG),
        _ => None,
    }
}
