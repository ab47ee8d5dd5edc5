//! A login between the caller's two steps, in the form that callers pass on.

use onerealm::{
    DamagedPending, Decision, PendingAuthorization, PendingFields, TokenAuthMethod, UnixTime,
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

    /// The redirect URL.
    pub redirect_url: String,
    /// `confidential` or `public`.
    pub client_type: String,
    /// `client_secret_basic` or `client_secret_post`; for a public login `none`, or `native` with
    /// the native registration.
    pub token_auth_method: String,
    /// The client identifier that was sent.
    pub client_id: String,
    /// The realm.
    pub realm: String,
    /// The issuer.
    pub issuer: String,
    /// Where the login was stored.
    pub state_dir: String,
    /// Whether another program of this state directory bound the login to a browser: it is refused
    /// here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bound_to_browser: bool,
    /// The `iss` that came with `code` and `state`. If the caller sets it, it is compared with the
    /// issuer (RFC 9207).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
}

impl PrivateAuthState {
    pub(crate) fn of(pending: &PendingAuthorization, state_dir: &str) -> Self {
        pending.with_fields(|fields| {
            let secret = |text: &str| SecretText::new(text.to_owned());
            let (client_type, token_auth_method) = words(fields.decision);
            PrivateAuthState {
                csrf_token: secret(fields.state),
                nonce: secret(fields.nonce),
                pkce_verifier: secret(fields.code_verifier),
                ctime: i64::try_from(fields.begun.0).unwrap_or(i64::MAX),
                redirect_url: fields.redirect_uri.to_owned(),
                client_type: client_type.to_owned(),
                token_auth_method: token_auth_method.to_owned(),
                client_id: fields.client_id.to_owned(),
                realm: fields.realm.to_owned(),
                issuer: fields.issuer.to_owned(),
                state_dir: state_dir.to_owned(),
                bound_to_browser: fields.bound_to_browser,
                iss: None,
            }
        })
    }

    /// The login. A later step checks that it is the authenticator's.
    pub(crate) fn pending(&self) -> Result<PendingAuthorization, DamagedPending> {
        let decision = decision(&self.client_type, &self.token_auth_method);
        let fields = PendingFields {
            decision: decision.ok_or(DamagedPending)?,
            bound_to_browser: self.bound_to_browser,
            begun: UnixTime(u64::try_from(self.ctime).map_err(|_| DamagedPending)?),
            state: self.csrf_token.secret(),
            nonce: self.nonce.secret(),
            code_verifier: self.pkce_verifier.secret(),
            realm: &self.realm,
            issuer: &self.issuer,
            discovery_digest: None,
            client_id: &self.client_id,
            redirect_uri: &self.redirect_url,
        };
        PendingAuthorization::from_fields(fields)
    }
}

const NONE: &str = "none";
const NATIVE: &str = "native";

fn words(decision: Decision) -> (&'static str, &'static str) {
    let method = match decision {
        Decision::Confidential(method) => method.as_str(),
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
    ]
    .into_iter()
    .find(|decision| words(*decision) == (client_type, token_auth_method))
}
