//! A realm's configuration: parsed once, and borrowed by each login.

use std::path::PathBuf;

use onerealm_core::wire::Words;
use onerealm_core::{
    ClientId, ClientRegistration, Issuer, Realm, RealmError, RealmName, RedirectUri,
};

use crate::client_key::ClientKeyFiles;
use crate::redirect_url;
use crate::text::Text;

/// The scopes besides `openid` of a realm that lists none.
const SCOPES: &str = "email profile";

/// One realm: the core's settings and the runtime's.
///
/// ```
/// use onerealm::core::{ClientTypeSetting, Credential};
/// use onerealm::{RealmConfig, Realms};
///
/// # fn main() -> Result<(), onerealm::core::RealmError> {
/// let mut entra = RealmConfig::new("entra", "https://login.example/t/v2.0", "pve")?;
/// entra.realm.registration.credential = Credential::secret("s3cret".into());
/// entra.realm.client_type = ClientTypeSetting::Auto;
/// entra.username_claim = "email".to_owned();
/// let mut realms = Realms::new("the program's own settings");
/// realms.add(entra);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RealmConfig {
    /// Provider, client registration and what a login asks for. Logins borrow these values as they
    /// are.
    pub realm: Realm<Text>,
    /// The redirect URIs that a login may begin with; an empty list allows any.
    pub redirect_urls: Vec<RedirectUri>,
    /// The claim with the user name, `sub` by default. `subject` and `username` also stand for
    /// `sub` and `preferred_username`, unless there is a claim of that name.
    pub username_claim: String,
    /// The claim with the end user's groups, or a path to it: `realm_access.roles` is the member `roles` of the claim
    /// `realm_access`, unless a claim has that very name.
    pub groups_claim: Option<String>,
    /// PEM file with the only certificates to trust, as an absolute path; `None` for the system's.
    pub ca_file: Option<PathBuf>,
    /// The files with the private key, if the registration's credential is one.
    pub client_key: Option<ClientKeyFiles>,
    /// Whether the caller creates unknown users. Logins ignore it.
    pub autocreate: bool,
    /// Whether the caller creates unknown groups. Logins ignore it.
    pub groups_autocreate: bool,
    /// Whether the caller replaces an end user's groups. Logins ignore it.
    pub groups_overwrite: bool,
    /// Whether this is the realm for callers that name none.
    pub default: bool,
    /// A one-line description, without control characters.
    pub comment: Option<String>,
    /// Names of properties in the configuration that have no meaning here.
    pub unknown: Vec<String>,
    /// Names of properties in the configuration that have no effect beside the others.
    pub unused: Vec<String>,
}

impl RealmConfig {
    /// A realm with every setting at its default.
    ///
    /// # Errors
    ///
    /// What is wrong with one of the three.
    pub fn new(
        name: impl Into<Text>,
        issuer: impl Into<Text>,
        client_id: impl Into<Text>,
    ) -> Result<Self, RealmError> {
        let name = RealmName::parse(name.into())?;
        let issuer = Issuer::parse(issuer.into())?;
        let client_id = ClientId::parse(client_id.into())?;
        let registration = ClientRegistration { client_id, credential: None };
        Ok(RealmConfig::from(Realm::new(name, issuer, registration)))
    }

    /// The realm's name.
    pub fn name(&self) -> &str {
        self.realm.name.as_str()
    }

    /// Whether a login may begin with `redirect_uri`: a listed one, compared as browsers write
    /// them, or any if none is listed.
    pub fn allows(&self, redirect_uri: &RedirectUri) -> bool {
        let mut listed = self.redirect_urls.iter();
        self.redirect_urls.is_empty()
            || listed.any(|listed| redirect_url::matches(redirect_uri, listed))
    }
}

/// The realm with the runtime's settings at their defaults; if it has no scopes, it gets the usual
/// ones.
impl From<Realm<Text>> for RealmConfig {
    fn from(mut realm: Realm<Text>) -> Self {
        if realm.scopes.is_empty() {
            realm.scopes = Words::parse(SCOPES.into()).unwrap_or_default();
        }
        RealmConfig {
            realm,
            redirect_urls: Vec::new(),
            username_claim: "sub".to_owned(),
            groups_claim: None,
            ca_file: None,
            client_key: None,
            autocreate: false,
            groups_autocreate: false,
            groups_overwrite: false,
            default: false,
            comment: None,
            unknown: Vec::new(),
            unused: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use onerealm_core::{Credential, NativeKey, NativeRegistration};

    use super::*;

    #[test]
    fn no_key_of_a_realm_is_shown() {
        let mut config = RealmConfig::new("sso", "https://a.example", "pve").unwrap();
        config.realm.registration.credential = Credential::secret("canary".into());
        let client_id = ClientId::parse("cli".into()).unwrap();
        let key = NativeKey::new("canary".into());
        config.realm.native_registration = Some(NativeRegistration { client_id, key });
        let shown = format!("{config:?} {:?}", config.realm.borrowed());
        assert!(shown.contains("https://a.example") && !shown.contains("canary"), "{shown}");
    }

    #[test]
    fn a_realm_with_redirect_urls_allows_no_others() {
        let mut config = RealmConfig::new("sso", "https://a.example", "pve").unwrap();
        let uri = |text| RedirectUri::parse(text).unwrap();
        assert!(config.allows(&uri("https://anything.example")));
        config.redirect_urls =
            ["https://pve.example:8006", "http://127.0.0.1/callback"].map(uri).to_vec();
        for (text, expected) in [
            ("https://pve.example:8006", true),
            ("https://pve.example:8006/", true),
            ("HTTPS://PVE.example:8006/x/..", true),
            ("https://pve.example:8006/x", false),
            ("https://pve.example", false),
            ("https://anything.example", false),
            ("http://127.0.0.1:51004/callback", true),
            ("http://127.0.0.1:80/./callback", true),
            ("http://127.0.0.1:51004/callback/", false),
            ("http://localhost:51004/callback", false),
            ("com.example.app:/cb", false),
        ] {
            assert_eq!(config.allows(&uri(text)), expected, "{text}");
        }
    }
}
