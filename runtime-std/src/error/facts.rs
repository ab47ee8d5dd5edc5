//! What is known about a login whose refusal is explained: the realm's settings, the provider's
//! metadata, and what was decided when it began.

use onerealm_core::{
    AssertionAudience, ClientSecret, ClientTypeSetting, Decision, PublicOverride, RedirectUri,
    RedirectUriKind, RelyingParty, Requested,
};
use url::form_urlencoded;

/// What the advice about a refusal depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    /// Who we were.
    pub(super) decision: Decision,
    /// The realm's `client-type`.
    pub(super) setting: ClientTypeSetting,
    /// Whether the realm has a credential, and a character of a `client-key` that form-encoding changes.
    pub(super) has_key: bool,
    pub(super) key_changes: bool,
    /// Whether the credential is a private key.
    pub(super) has_private_key: bool,
    /// Whether an assertion names its key, by `client-key-id`.
    pub(super) names_key: bool,
    /// Whether the realm has a `native-client-id`, and a `native-client-key`.
    pub(super) has_native: bool,
    pub(super) has_native_key: bool,
    /// Whether the redirect URI is one of a web server, and not of a native application.
    pub(super) is_web: bool,
    /// Whether the login is public because it asked to be, and whether it may ask.
    pub(super) asked_public: bool,
    pub(super) may_ask_public: bool,
    /// Whether metadata lets the realm set the other method in `token-auth-method`.
    pub(super) may_use_post: bool,
    pub(super) may_use_basic: bool,
    /// Whom an assertion is for.
    pub(super) audience: AssertionAudience,
    /// The realm's `prompt`.
    pub(super) prompt: Prompt,
}

/// The values of `prompt` that advice is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Prompt {
    pub(super) none: bool,
    pub(super) login: bool,
    pub(super) consent: bool,
    pub(super) select_account: bool,
}

impl Facts {
    /// Of a login with this redirect URI.
    pub(crate) fn of(
        relying_party: RelyingParty<'_>,
        decision: Decision,
        redirect_uri: &str,
    ) -> Self {
        let realm = relying_party.realm();
        let uri = RedirectUri::parse(redirect_uri);
        let usual = uri.as_ref().ok().map(|uri| relying_party.client_type(uri, Requested::Default));
        let offered = relying_party.metadata().token_auth_methods();
        let lists_ours = offered.client_secret_basic || offered.client_secret_post;
        let secret = realm.registration.secret().map(ClientSecret::expose);
        let native = realm.native_registration.as_ref();
        let has_prompt = |word| realm.prompt.iter().any(|known| known == word);
        Facts {
            decision,
            setting: realm.client_type,
            has_key: realm.registration.credential.is_some(),
            key_changes: secret.is_some_and(changes_in_a_form),
            has_private_key: realm.registration.private_key().is_some(),
            names_key: realm.registration.private_key().is_some_and(|key| key.key_id.is_some()),
            has_native: native.is_some(),
            has_native_key: native.is_some_and(|native| native.key.is_some()),
            is_web: uri.is_ok_and(|uri| uri.kind() == RedirectUriKind::Web),
            asked_public: usual.is_some_and(|usual| usual != Ok(decision.client_type())),
            may_ask_public: realm.public_override == PublicOverride::Allowed,
            may_use_post: offered.client_secret_post || !lists_ours,
            may_use_basic: offered.client_secret_basic || !lists_ours,
            audience: realm.registration.private_key().map(|key| key.audience).unwrap_or_default(),
            prompt: Prompt {
                none: has_prompt("none"),
                login: has_prompt("login"),
                consent: has_prompt("consent"),
                select_account: has_prompt("select_account"),
            },
        }
    }

    pub(super) fn is_confidential(&self) -> bool {
        self.sends_secret() || self.sends_assertion()
    }

    pub(super) fn sends_secret(&self) -> bool {
        matches!(self.decision, Decision::Confidential(_))
    }

    pub(super) fn sends_assertion(&self) -> bool {
        self.decision == Decision::Assertion
    }
}

/// Whether `application/x-www-form-urlencoded` writes it in another way.
fn changes_in_a_form(secret: &str) -> bool {
    form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>() != secret
}
