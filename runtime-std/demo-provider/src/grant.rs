//! What a code and an access token are issued for.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ring::digest::{SHA256, digest};

use crate::authorization_request::AuthorizationRequest;
use crate::setup::User;

/// Who signed in for which request.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) user: User,
    pub(crate) request: AuthorizationRequest,
}

impl Grant {
    /// The subject: another one for each application, the same one each time.
    pub(crate) fn subject(&self) -> String {
        let pair = format!("{}\n{}", self.request.destination.client_id, self.user.oid);
        Base64UrlUnpadded::encode_string(digest(&SHA256, pair.as_bytes()).as_ref())
    }

    /// The mail address, if there is one and it was asked for.
    pub(crate) fn email(&self) -> Option<&str> {
        self.user.email.as_deref().filter(|_| self.has_scope("email"))
    }

    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.request.scope.split(' ').any(|asked| asked == scope)
    }
}
