//! The grant behind a code or an access token.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ring::digest::{SHA256, digest};

use crate::authorization_request::AuthorizationRequest;
use crate::setup::User;

/// A user who signed in, and the request they signed in for.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) user: User,
    pub(crate) request: AuthorizationRequest,
}

impl Grant {
    /// The subject: stable for a user, and different for each application.
    pub(crate) fn subject(&self) -> String {
        let pair = format!("{}\n{}", self.request.destination.client_id, self.user.oid);
        Base64UrlUnpadded::encode_string(digest(&SHA256, pair.as_bytes()).as_ref())
    }

    /// The mail address, if the user has one and the scope includes `email`.
    pub(crate) fn email(&self) -> Option<&str> {
        self.user.email.as_deref().filter(|_| self.has_scope("email"))
    }

    /// Whether the request asked for `scope`.
    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.request.scope.split(' ').any(|asked| asked == scope)
    }
}
