//! A login field by field, for callers with their own storage format.

use core::fmt;
use heapless::String;

use super::{Binding, DamagedPending};
use crate::client::Decision;
use crate::pkce::CodeVerifier;
use crate::random::{Random256, Text43};
use crate::realm::{ClientId, Issuer, RealmName};
use crate::redirect_uri::RedirectUri;
use crate::time::UnixTime;

/// The values that a login is bound to, as separate fields. `nonce` and `code_verifier` are secret,
/// and so is `state` while the login is pending.
///
/// Prefer [`PendingAuthorization::encode`](crate::PendingAuthorization::encode) unless separate
/// fields are required: it is shorter, and detects damage.
#[derive(Clone, Copy)]
pub struct PendingFields<'a> {
    /// Our identity at the token endpoint.
    pub decision: Decision,
    /// Whether only the browser that was sent away may finish the login.
    pub bound_to_browser: bool,
    /// When the login began.
    pub begun: UnixTime,
    /// `state`: 43 characters of base64url.
    pub state: &'a str,
    /// `nonce`: 43 characters of base64url.
    pub nonce: &'a str,
    /// The code verifier: 43 characters of base64url.
    pub code_verifier: &'a str,
    /// The realm's name.
    pub realm: &'a str,
    /// The issuer.
    pub issuer: &'a str,
    /// The SHA-256 of the realm's discovery URL, if it has one: 43 characters of base64url.
    pub discovery_digest: Option<&'a str>,
    /// The client identifier that was sent.
    pub client_id: &'a str,
    /// Where the end user returns to.
    pub redirect_uri: &'a str,
}

impl fmt::Debug for PendingFields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingFields")
            .field("decision", &self.decision)
            .field("bound_to_browser", &self.bound_to_browser)
            .field("begun", &self.begun)
            .field("realm", &self.realm)
            .field("issuer", &self.issuer)
            .field("discovery_digest", &self.discovery_digest)
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

impl Binding {
    /// Calls `then` with the fields, and overwrites their secret texts afterwards.
    pub(crate) fn with_fields<T>(&self, then: impl FnOnce(PendingFields<'_>) -> T) -> T {
        let [state, nonce, code_verifier]: [Text43; 3] =
            [self.state.text(), self.nonce.text(), self.verifier.text()];
        let discovery_digest: Option<Text43> =
            self.discovery.map(|digest| Random256::from_bytes(digest).text());
        then(PendingFields {
            decision: self.decision,
            bound_to_browser: self.bound_to_browser,
            begun: self.begun,
            state: state.as_str(),
            nonce: nonce.as_str(),
            code_verifier: code_verifier.as_str(),
            realm: &self.realm,
            issuer: &self.issuer,
            discovery_digest: discovery_digest.as_ref().map(Text43::as_str),
            client_id: &self.client_id,
            redirect_uri: self.redirect_uri.as_str(),
        })
    }

    /// Reassembles a login. Fails if a field is not one that [`with_fields`](Self::with_fields)
    /// gives.
    pub(crate) fn from_fields(fields: PendingFields<'_>) -> Result<Self, DamagedPending> {
        Self::put_together(fields).ok_or(DamagedPending)
    }

    fn put_together(fields: PendingFields<'_>) -> Option<Self> {
        Some(Binding {
            decision: fields.decision,
            bound_to_browser: fields.bound_to_browser,
            begun: fields.begun,
            state: Random256::of_text(fields.state)?,
            nonce: Random256::of_text(fields.nonce)?,
            verifier: CodeVerifier::of_text(fields.code_verifier)?,
            realm: String::try_from(RealmName::parse(fields.realm).ok()?.as_str()).ok()?,
            issuer: String::try_from(Issuer::parse(fields.issuer).ok()?.as_str()).ok()?,
            discovery: match fields.discovery_digest {
                Some(digest) => Some(*Random256::of_text(digest)?.as_bytes()),
                None => None,
            },
            client_id: String::try_from(ClientId::parse(fields.client_id).ok()?.as_str()).ok()?,
            redirect_uri: RedirectUri::parse(fields.redirect_uri).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::binding;
    use super::*;

    #[test]
    fn fields_make_the_login_that_they_are_of() {
        let encode = |binding: Binding| {
            let mut buf = [0; Binding::STORED_LEN];
            binding.encode(&mut buf).unwrap().to_vec()
        };
        for (discovery, bound_to_browser) in
            [(None, false), (None, true), (Some([7; 32]), false), (Some([7; 32]), true)]
        {
            let binding = || Binding { discovery, bound_to_browser, ..binding() };
            let again = binding().with_fields(Binding::from_fields).unwrap();
            assert_eq!(encode(again), encode(binding()));
        }
    }

    #[test]
    fn a_field_that_no_login_has_is_refused() {
        let refused = |change: &dyn Fn(&mut PendingFields<'_>)| {
            binding().with_fields(|mut fields| {
                change(&mut fields);
                Binding::from_fields(fields).err()
            })
        };
        assert_eq!(refused(&|_| ()), None);
        let damages: [&dyn Fn(&mut PendingFields<'_>); 11] = [
            &|fields| fields.state = "",
            &|fields| fields.nonce = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ",
            // The last character has bits that are zero for any 32 bytes.
            &|fields| fields.nonce = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF",
            &|fields| fields.code_verifier = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB",
            &|fields| fields.code_verifier = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBA+E",
            &|fields| fields.realm = "a/b",
            &|fields| fields.issuer = "http://login.example",
            &|fields| fields.discovery_digest = Some(""),
            &|fields| fields.discovery_digest = Some("https://login.example/t"),
            &|fields| fields.client_id = "",
            &|fields| fields.redirect_uri = "pve.example",
        ];
        for (i, damage) in damages.iter().enumerate() {
            assert_eq!(refused(damage), Some(DamagedPending), "{i}");
        }
    }

    #[test]
    fn debug_shows_no_secret_field() {
        binding().with_fields(|fields| {
            let shown = format!("{fields:?}");
            assert!(shown.starts_with("PendingFields {") && shown.contains("pve"), "{shown}");
            for secret in [fields.state, fields.nonce, fields.code_verifier] {
                assert!(!shown.contains(secret), "{shown}");
            }
        });
    }
}
