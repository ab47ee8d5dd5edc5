//! What a provider is started with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::endpoint::Endpoint;
use crate::random::guid;
use crate::record::Recorded;
use crate::redirect_uri;
use onerealm::http_server::Response;

/// Changes an answer before it is written, to see what a relying party makes of it.
pub type BendAnswer = dyn Fn(Endpoint, &Recorded, Response) -> Response + Send + Sync;

/// Changes the claims of an ID token before it is signed.
pub type BendClaims = dyn Fn(&mut serde_json::Value) + Send + Sync;

/// What a provider is started with.
#[derive(Clone)]
pub struct Setup {
    /// The port on 127.0.0.1; a free one if there is none.
    pub port: Option<u16>,
    /// Where it is reached instead, for example `https://localhost:8443`, if something stands in front of it.
    pub origin: Option<String>,
    /// The GUID of the tenant, which every path begins with.
    pub tenant: String,
    /// The applications that the directory knows.
    pub registrations: Vec<Registration>,
    /// The people who can sign in.
    pub users: Vec<User>,
    /// How long a code is valid. Zero makes codes that expired before anyone can redeem them.
    pub code_lifetime: Duration,
    /// Changes each answer, if set.
    pub bend_answer: Option<Arc<BendAnswer>>,
    /// Changes each ID token, if set.
    pub bend_claims: Option<Arc<BendClaims>>,
}

impl Default for Setup {
    /// A tenant without applications and users, on a free port, whose codes live for ten minutes.
    fn default() -> Self {
        Self {
            port: None,
            origin: None,
            tenant: "00000000-1111-2222-3333-444444444444".to_owned(),
            registrations: Vec::new(),
            users: Vec::new(),
            code_lifetime: Duration::from_secs(10 * 60),
            bend_answer: None,
            bend_claims: None,
        }
    }
}

impl Setup {
    pub(crate) fn registration(&self, client_id: &str) -> Option<&Registration> {
        self.registrations.iter().find(|registration| registration.client_id == client_id)
    }

    /// Entra ID does not tell upper from lower case in a user name.
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
            .field("users", &self.users)
            .field("code_lifetime", &self.code_lifetime)
            .field("bends_answers", &self.bend_answer.is_some())
            .field("bends_claims", &self.bend_claims.is_some())
            .finish()
    }
}

/// An application, as an administrator registered it.
#[derive(Clone)]
pub struct Registration {
    /// The client identifier, which Entra ID calls application ID.
    pub client_id: String,
    /// The client secret, if one was created.
    pub secret: Option<String>,
    /// The redirect URIs, each under the platform that it was registered for.
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

/// The platform that a redirect URI was registered for. It decides what the token endpoint wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// A web application: the secret has to come.
    Web,
    /// A mobile or desktop application: no secret may come.
    Native,
    /// A single-page application: no secret may come, and an `Origin` has to.
    Spa,
}

/// A person who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// What is typed at the sign-in page, and comes as `preferred_username`.
    pub user_name: String,
    /// The display name.
    pub name: String,
    /// The mail address, if there is one.
    pub email: Option<String>,
    /// The object ID: the same for every application.
    pub oid: String,
    /// The object IDs of the groups. They are a claim if there are any.
    pub groups: Vec<String>,
}

impl User {
    /// Somebody whose mail address is the user name, in no group.
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

/// A GUID which is the same for the same name.
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
