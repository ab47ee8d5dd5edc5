//! A login between the caller's two steps, in the form that callers pass on.

use anyhow::Error;
use base64ct::{Base64UrlUnpadded, Encoding};
use onerealm::core::{CodeChallenge, CodeVerifier};
use onerealm::{
    DamagedPending, Decision, PendingAuthorization, PendingFields, TokenAuthMethod, UnixTime, now,
};
use serde::{Deserialize, Serialize};

use crate::text::SecretText;

/// The values that a login is bound to. The first four fields are those of `proxmox-openid` 1.0.3;
/// the second step compares the others.
///
/// It passes through a Perl hash unchanged. Callers set only [`iss`](Self::iss).
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct PrivateAuthState {
    /// The login's own `state`.
    pub csrf_token: SecretText,
    /// `nonce`
    pub nonce: SecretText,
    /// The code verifier.
    pub pkce_verifier: SecretText,
    /// When the login began, in seconds since 1970.
    pub ctime: i64,

    /// The redirect URL. It and the next five are empty in a state that [`new`](Self::new) made.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub redirect_url: String,
    /// `confidential` or `public`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub client_type: String,
    /// `client_secret_basic`, `client_secret_post` or `private_key_jwt`; for a public login `none`, or `native` with
    /// the native registration.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub token_auth_method: String,
    /// The client identifier that was sent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub client_id: String,
    /// The realm.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub realm: String,
    /// The issuer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub issuer: String,
    /// The digest of the realm's `discovery_url`, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discovery_digest: Option<String>,
    /// Where the login was stored.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub state_dir: String,
    /// The file with the sealing key, if the caller said where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_file: Option<String>,
    /// Whether another program of this state directory bound the login to a browser: it is refused
    /// here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bound_to_browser: bool,
    /// The `iss` that came with `code` and `state`. If the caller sets it, it is compared with the
    /// issuer (RFC 9207).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
}

/// What a login's `state` is in a URL that a caller builds from [`PrivateAuthState::new`].
#[derive(Debug, Deserialize, Serialize)]
pub struct PublicAuthState {
    /// The login's own `state`.
    pub csrf_token: SecretText,
    /// The realm.
    pub realm: String,
}

impl Default for PrivateAuthState {
    fn default() -> Self {
        Self::new()
    }
}

impl PrivateAuthState {
    /// Random values for a login that begins now, which is not bound to a provider, client type or
    /// redirect URL yet. For callers that build the URL themselves;
    /// [`authorize_url`](crate::OpenIdAuthenticator::authorize_url) needs none.
    ///
    /// Where the system has no randomness, the values are empty, and each later step refuses them.
    pub fn new() -> Self {
        Self::unbound([random(), random(), random()], now())
    }

    fn unbound([csrf_token, nonce, pkce_verifier]: [SecretText; 3], begun: UnixTime) -> Self {
        PrivateAuthState {
            csrf_token,
            nonce,
            pkce_verifier,
            ctime: i64::try_from(begun.0).unwrap_or(i64::MAX),
            redirect_url: String::new(),
            client_type: String::new(),
            token_auth_method: String::new(),
            client_id: String::new(),
            realm: String::new(),
            issuer: String::new(),
            discovery_digest: None,
            state_dir: String::new(),
            key_file: None,
            bound_to_browser: false,
            iss: None,
        }
    }

    /// The code verifier.
    pub fn pkce_verifier(&self) -> SecretText {
        self.pkce_verifier.clone()
    }

    /// The code challenge, with the method S256.
    pub fn pkce_challenge(&self) -> CodeChallenge {
        let mut bytes = [0; 32];
        // Any other verifier is refused before it is sent.
        let _ = Base64UrlUnpadded::decode(self.pkce_verifier.secret(), &mut bytes);
        CodeVerifier::from_bytes(bytes).challenge()
    }

    /// The `state` for a URL that the caller builds: a [`PublicAuthState`] as JSON.
    ///
    /// # Errors
    ///
    /// None; the type is that of 1.0.3.
    pub fn public_state_string(&self, realm: String) -> Result<String, Error> {
        let public = PublicAuthState { csrf_token: self.csrf_token.clone(), realm };
        Ok(serde_json::to_string(&public)?)
    }

    pub(crate) fn of(pending: &PendingAuthorization, state_dir: &str) -> Self {
        pending.with_fields(|fields| {
            let secret = |text: &str| SecretText::new(text.to_owned());
            let secrets = [fields.state, fields.nonce, fields.code_verifier].map(secret);
            let unbound = PrivateAuthState {
                realm: fields.realm.to_owned(),
                state_dir: state_dir.to_owned(),
                ..Self::unbound(secrets, fields.begun)
            };
            if fields.issuer == NOWHERE {
                return unbound;
            }
            let (client_type, token_auth_method) = words(fields.decision);
            PrivateAuthState {
                redirect_url: fields.redirect_uri.to_owned(),
                client_type: client_type.to_owned(),
                token_auth_method: token_auth_method.to_owned(),
                client_id: fields.client_id.to_owned(),
                issuer: fields.issuer.to_owned(),
                discovery_digest: fields.discovery_digest.map(str::to_owned),
                bound_to_browser: fields.bound_to_browser,
                ..unbound
            }
        })
    }

    /// Whether a caller made it by [`new`](Self::new): nothing of a provider or a client is in it.
    pub(crate) fn is_unbound(&self) -> bool {
        [&self.redirect_url, &self.client_type, &self.token_auth_method, &self.client_id]
            .into_iter()
            .chain([&self.issuer])
            .chain(&self.discovery_digest)
            .all(String::is_empty)
    }

    /// The login. A later step checks that it is the authenticator's.
    pub(crate) fn pending(&self) -> Result<PendingAuthorization, DamagedPending> {
        let decision = decision(&self.client_type, &self.token_auth_method);
        self.login_of(PendingFields {
            decision: decision.ok_or(DamagedPending)?,
            bound_to_browser: self.bound_to_browser,
            realm: &self.realm,
            issuer: &self.issuer,
            discovery_digest: self.discovery_digest.as_deref(),
            client_id: &self.client_id,
            redirect_uri: &self.redirect_url,
            ..NOTHING
        })
    }

    /// An unbound login in the form in which it is stored.
    pub(crate) fn pending_nowhere(
        &self,
        realm: &str,
    ) -> Result<PendingAuthorization, DamagedPending> {
        self.login_of(PendingFields { realm, ..NOTHING })
    }

    /// This login's random values, bound to what `bound` is bound to.
    pub(crate) fn pending_as(
        &self,
        bound: &PendingAuthorization,
    ) -> Result<PendingAuthorization, DamagedPending> {
        bound.with_fields(|fields| self.login_of(fields))
    }

    fn login_of(&self, fields: PendingFields<'_>) -> Result<PendingAuthorization, DamagedPending> {
        PendingAuthorization::from_fields(PendingFields {
            begun: UnixTime(u64::try_from(self.ctime).map_err(|_| DamagedPending)?),
            state: self.csrf_token.secret(),
            nonce: self.nonce.secret(),
            code_verifier: self.pkce_verifier.secret(),
            ..fields
        })
    }
}

/// The issuer of stored logins that are bound to none. It can't be a provider's (RFC 6761 section 6.4).
const NOWHERE: &str = "https://unbound.invalid";

/// What an unbound login is bound to in its stored form.
const NOTHING: PendingFields<'static> = PendingFields {
    decision: Decision::Public,
    bound_to_browser: false,
    begun: UnixTime(0),
    state: "",
    nonce: "",
    code_verifier: "",
    realm: "",
    issuer: NOWHERE,
    discovery_digest: None,
    client_id: "unbound",
    redirect_uri: NOWHERE,
};

/// 256 random bits as 43 characters.
fn random() -> SecretText {
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    let text = match getrandom::fill(bytes.as_mut()) {
        Ok(()) => Base64UrlUnpadded::encode_string(bytes.as_ref()),
        Err(_) => String::new(),
    };
    SecretText::new(text)
}

const NONE: &str = "none";
const NATIVE: &str = "native";
pub(crate) const PRIVATE_KEY_JWT: &str = "private_key_jwt";

fn words(decision: Decision) -> (&'static str, &'static str) {
    let method = match decision {
        Decision::Confidential(method) => method.as_str(),
        Decision::Assertion => PRIVATE_KEY_JWT,
        Decision::Public => NONE,
        Decision::Native => NATIVE,
    };
    (decision.client_type().as_str(), method)
}

fn decision(client_type: &str, token_auth_method: &str) -> Option<Decision> {
    [
        Decision::Public,
        Decision::Native,
        Decision::Confidential(TokenAuthMethod::ClientSecretBasic),
        Decision::Confidential(TokenAuthMethod::ClientSecretPost),
        Decision::Assertion,
    ]
    .into_iter()
    .find(|decision| words(*decision) == (client_type, token_auth_method))
}
