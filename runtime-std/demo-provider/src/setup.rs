//! The provider's settings.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::endpoint::Endpoint;
use crate::random::guid;
use crate::record::Recorded;
use crate::redirect_uri;
use onerealm_loopback::http_server::Response;

/// Changes an answer before it is sent, to see how a relying party handles it.
pub type BendAnswer = dyn Fn(Endpoint, &Recorded, Response) -> Response + Send + Sync;

/// Changes the claims of an ID token before it is signed.
pub type BendClaims = dyn Fn(&mut serde_json::Value) + Send + Sync;

/// The provider's settings.
#[derive(Clone)]
pub struct Setup {
    /// The port on 127.0.0.1; any free one if `None`.
    pub port: Option<u16>,
    /// The origin of its public URLs if it is behind a proxy, for example `https://localhost:8443`.
    pub origin: Option<String>,
    /// The tenant's GUID, the first segment of paths.
    pub tenant: String,
    /// The registered applications.
    pub registrations: Vec<Registration>,
    /// The public keys that applications may sign assertions with, in place of their secrets.
    pub client_keys: Vec<ClientKey>,
    /// The people who can sign in.
    pub users: Vec<User>,
    /// The lifetime of a code. With zero, every code has expired by the time it is redeemed.
    pub code_lifetime: Duration,
    /// Whether userinfo is signed (`application/jwt`) instead of plain JSON. Entra ID signs none.
    pub signed_userinfo: bool,
    /// The claim `acr` of each ID token, if any.
    pub acr: Option<String>,
    /// The claim `amr` of each ID token. If empty, there is none.
    pub amr: Vec<String>,
    /// Changes each answer, if set.
    pub bend_answer: Option<Arc<BendAnswer>>,
    /// Changes each ID token, if set.
    pub bend_claims: Option<Arc<BendClaims>>,
}

impl Default for Setup {
    /// A tenant without applications or users, on any free port, whose codes are valid for ten minutes.
    fn default() -> Self {
        Self {
            port: None,
            origin: None,
            tenant: "00000000-1111-2222-3333-444444444444".to_owned(),
            registrations: Vec::new(),
            client_keys: Vec::new(),
            users: Vec::new(),
            code_lifetime: Duration::from_secs(10 * 60),
            signed_userinfo: false,
            acr: None,
            amr: Vec::new(),
            bend_answer: None,
            bend_claims: None,
        }
    }
}

impl Setup {
    /// The application with this client identifier.
    pub(crate) fn registration(&self, client_id: &str) -> Option<&Registration> {
        self.registrations.iter().find(|registration| registration.client_id == client_id)
    }

    /// The user with this name, ignoring case and surrounding spaces as Entra ID does.
    pub(crate) fn user(&self, user_name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.user_name.eq_ignore_ascii_case(user_name.trim()))
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("port", &self.port)
            .field("origin", &self.origin)
            .field("tenant", &self.tenant)
            .field("registrations", &self.registrations)
            .field("client_keys", &self.client_keys.len())
            .field("users", &self.users)
            .field("code_lifetime", &self.code_lifetime)
            .field("signed_userinfo", &self.signed_userinfo)
            .field("acr", &self.acr)
            .field("amr", &self.amr)
            .field("bends_answers", &self.bend_answer.is_some())
            .field("bends_claims", &self.bend_claims.is_some())
            .finish()
    }
}

/// An application, as registered by an administrator.
#[derive(Clone)]
pub struct Registration {
    /// The client identifier (in Entra ID: application ID).
    pub client_id: String,
    /// The client secret, if it has one.
    pub secret: Option<String>,
    /// The redirect URIs, each with its platform.
    pub redirect_uris: Vec<(String, Platform)>,
}

impl Registration {
    /// The platform of the first redirect URI that matches `asked`; `None` if none does.
    pub(crate) fn platform(&self, asked: &str) -> Option<Platform> {
        self.redirect_uris
            .iter()
            .find(|(registered, _)| redirect_uri::matches(registered, asked))
            .map(|(_, platform)| *platform)
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = self.secret.as_ref().map(|_| format_args!("(..)"));
        f.debug_struct("Registration")
            .field("client_id", &self.client_id)
            .field("secret", &secret)
            .field("redirect_uris", &self.redirect_uris)
            .finish()
    }
}

/// A public key of an application, with its certificate.
#[derive(Clone)]
pub struct ClientKey {
    /// The application.
    pub client_id: String,
    /// What a certificate has as public key: for RSA the two numbers in DER, for P-256 the point without compression.
    pub public_key: Vec<u8>,
    /// The certificate in DER. Without one, the key is found by `kid`, as at other providers than Entra ID.
    pub certificate: Option<Vec<u8>>,
    /// The key's name, for `kid`.
    pub key_id: Option<String>,
    /// Whether the certificate has expired.
    pub is_expired: bool,
}

/// The platform of a redirect URI. It decides which credentials the token endpoint requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// A web application: the secret is required.
    Web,
    /// A mobile or desktop application: a secret is refused.
    Native,
    /// A single-page application: a secret is refused, and an `Origin` header required.
    Spa,
}

/// A person who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name entered on the sign-in page, and the claim `preferred_username`.
    pub user_name: String,
    /// The display name.
    pub name: String,
    /// The mail address, if any.
    pub email: Option<String>,
    /// The object ID: the same for every application.
    pub oid: String,
    /// The object IDs of the user's groups. If empty, there is no `groups` claim.
    pub groups: Vec<String>,
}

impl User {
    /// A user in no group, with the user name as mail address.
    pub fn new(user_name: &str, name: &str) -> Self {
        Self {
            user_name: user_name.to_owned(),
            name: name.to_owned(),
            email: Some(user_name.to_owned()),
            oid: object_id(user_name),
            groups: Vec::new(),
        }
    }
}

/// A GUID derived from the name.
fn object_id(name: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, name.as_bytes());
    guid(digest.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let registration = Registration {
            client_id: "app".to_owned(),
            secret: Some("canary".to_owned()),
            redirect_uris: Vec::new(),
        };
        let setup = Setup { registrations: vec![registration], ..Setup::default() };
        let shown = format!("{setup:?}");
        assert!(shown.contains("secret: Some((..))"), "{shown}");
        assert!(!shown.contains("canary"));
    }
}
