//! The values that a login is bound to from beginning to end.

mod fields;
mod stored;

use core::fmt;
use heapless::String;
use rand_core::TryCryptoRng;

use crate::client::{Client, Decision};
use crate::pkce::CodeVerifier;
use crate::policy::{CLIENT_ID_LEN, ISSUER_LEN, LOGIN_LIFETIME, REALM_NAME_LEN};
use crate::random::{NoEntropy, Random256};
use crate::realm::Realm;
use crate::redirect_uri::RedirectUri;
use crate::time::UnixTime;

pub use self::fields::PendingFields;

/// The decisions and random values of a login's beginning.
///
/// They accompany the login through all its states, so no later step can use different ones.
#[derive(Clone)]
pub(crate) struct Binding {
    pub(crate) decision: Decision,
    /// Whether only the browser that was sent away may finish it.
    pub(crate) bound_to_browser: bool,
    pub(crate) begun: UnixTime,
    pub(crate) state: Random256,
    pub(crate) nonce: Random256,
    pub(crate) verifier: CodeVerifier,
    pub(crate) realm: String<REALM_NAME_LEN>,
    pub(crate) issuer: String<ISSUER_LEN>,
    /// The digest of the realm's discovery URL.
    pub(crate) discovery: Option<DiscoveryDigest>,
    pub(crate) client_id: String<CLIENT_ID_LEN>,
    pub(crate) redirect_uri: RedirectUri,
}

/// The SHA-256 of a discovery URL.
pub(crate) type DiscoveryDigest = [u8; 32];

impl Binding {
    /// Draws state, nonce and code verifier.
    pub(crate) fn draw<R: TryCryptoRng + ?Sized>(
        realm: &Realm<&str>,
        client: &Client<'_>,
        redirect_uri: RedirectUri,
        rng: &mut R,
        now: UnixTime,
    ) -> Result<Self, NoEntropy> {
        let [state, nonce, verifier] = Random256::generate_three(rng)?;
        Ok(Binding {
            decision: client.decision(),
            bound_to_browser: false,
            begun: now,
            state,
            nonce,
            verifier: CodeVerifier::from_random(verifier),
            // Their types bound each length.
            realm: String::try_from(realm.name.as_str()).unwrap_or_default(),
            issuer: String::try_from(realm.issuer.as_str()).unwrap_or_default(),
            discovery: realm.discovery_url.map(|url| url.digest()),
            client_id: String::try_from(client.client_id().as_str()).unwrap_or_default(),
            redirect_uri,
        })
    }

    /// Whether the login began for this provider: the same realm, issuer and discovery URL.
    pub(crate) fn is_of(&self, realm: &Realm<&str>) -> bool {
        self.realm == realm.name.as_str()
            && self.issuer == realm.issuer.as_str()
            && self.discovery == realm.discovery_url.map(|url| url.digest())
    }

    /// When the login expires.
    pub(crate) fn expires(&self) -> UnixTime {
        self.begun.plus(LOGIN_LIFETIME)
    }

    /// Shows realm, client and redirect URI, but no value that helps to finish the login.
    pub(crate) fn show(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("realm", &self.realm)
            .field("client_type", &self.decision.client_type())
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .field("begun", &self.begun)
            .finish_non_exhaustive()
    }
}

/// A stored login that was modified or cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DamagedPending;

impl fmt::Display for DamagedPending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the stored login is damaged, or another version wrote it")
    }
}

impl core::error::Error for DamagedPending {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realm::TokenAuthMethod;

    pub(super) fn binding() -> Binding {
        Binding {
            decision: Decision::Confidential(TokenAuthMethod::ClientSecretPost),
            bound_to_browser: false,
            begun: UnixTime(1_779_271_200),
            state: Random256::from_bytes([1; 32]),
            nonce: Random256::from_bytes([2; 32]),
            verifier: CodeVerifier::from_bytes([3; 32]),
            realm: String::try_from("entra").unwrap(),
            issuer: String::try_from("https://login.example/t").unwrap(),
            discovery: None,
            client_id: String::try_from("pve").unwrap(),
            redirect_uri: RedirectUri::parse("https://pve.example:8006").unwrap(),
        }
    }
}
