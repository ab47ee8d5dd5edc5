//! A realm as the caller describes it.

use std::fmt;

use onerealm::core::wire::Words;
use onerealm::core::{
    ClientId, ClientSecret, NativeKey, NativeRegistration, PublicOverride, RealmError,
};
use onerealm::{ClientTypeSetting, RealmConfig, RedirectUri, Text, TokenAuthMethod};
use serde::{Deserialize, Serialize};

use crate::text;

/// A realm's provider, and our registration there. The fields up to `audiences` are those of
/// `proxmox-openid` 1.0.3; the others are optional, and change nothing unless set.
///
/// In text and list fields an empty text means unset, as Perl passes it.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct OpenIdConfig {
    /// The issuer, exactly as in the provider's metadata.
    pub issuer_url: String,
    /// The client identifier.
    pub client_id: String,
    /// The client secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_key: Option<String>,
    /// Scopes besides `openid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// `prompt` of the authorization request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// `acr_values` of the authorization request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr_values: Option<Vec<String>>,
    /// Audiences that an ID token may have besides the client identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audiences: Option<Vec<String>>,

    /// `confidential`, `public` or `auto` (by the redirect URL); if unset, confidential with a
    /// `client_key` and public without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_type: Option<String>,
    /// Whether this login asks to be public: no secret is sent.
    #[serde(default, deserialize_with = "text::boolean", skip_serializing_if = "Option::is_none")]
    pub public: Option<bool>,
    /// Whether a caller may make a login public, by `public` or, where `client_type` is `auto`, by a
    /// redirect URL on loopback; if unset, it may.
    #[serde(default, deserialize_with = "text::boolean", skip_serializing_if = "Option::is_none")]
    pub public_override: Option<bool>,
    /// The client identifier of a registration for public logins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native_client_id: Option<String>,
    /// The key of that registration, for providers that require one. It authenticates nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native_client_key: Option<String>,
    /// `client_secret_basic` or `client_secret_post`; if unset, as metadata offers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_auth_method: Option<String>,
    /// The redirect URLs that a login may use, with any port on loopback; if unset, any.
    #[serde(default, deserialize_with = "text::list", skip_serializing_if = "Option::is_none")]
    pub redirect_urls: Option<Vec<String>>,
}

impl fmt::Debug for OpenIdConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |key: &Option<String>| key.as_ref().map(|_| format_args!(".."));
        f.debug_struct("OpenIdConfig")
            .field("issuer_url", &self.issuer_url)
            .field("client_id", &self.client_id)
            .field("client_key", &hidden(&self.client_key))
            .field("scopes", &self.scopes)
            .field("prompt", &self.prompt)
            .field("acr_values", &self.acr_values)
            .field("audiences", &self.audiences)
            .field("client_type", &self.client_type)
            .field("public", &self.public)
            .field("public_override", &self.public_override)
            .field("native_client_id", &self.native_client_id)
            .field("native_client_key", &hidden(&self.native_client_key))
            .field("token_auth_method", &self.token_auth_method)
            .field("redirect_urls", &self.redirect_urls)
            .finish()
    }
}

/// The name of the realm until the caller sets it.
const UNNAMED: &str = "unnamed";

/// A mistake in a configuration.
pub(crate) enum Problem {
    /// One of the fields.
    Field(String),
    /// The reason why the core refuses the realm.
    Realm(RealmError),
}

impl From<&str> for Problem {
    fn from(problem: &str) -> Self {
        Problem::Field(problem.to_owned())
    }
}

impl From<RealmError> for Problem {
    fn from(error: RealmError) -> Self {
        Problem::Realm(error)
    }
}

impl OpenIdConfig {
    /// The realm; its name is set when a login begins.
    pub(crate) fn realm(&self) -> Result<RealmConfig, Problem> {
        if self.native_client_key.is_some() && said(&self.native_client_id).is_none() {
            return Err("native_client_key needs native_client_id beside it".into());
        }
        let (issuer, client_id) = (self.issuer_url.as_str(), self.client_id.as_str());
        let mut config = RealmConfig::new(UNNAMED, issuer, client_id)?;
        config.redirect_urls = self.redirect_uris()?;
        let realm = &mut config.realm;
        let secret = said(&self.client_key).map(Text::from);
        realm.registration.secret = secret.and_then(ClientSecret::new);
        if let Some(client_id) = said(&self.native_client_id) {
            let client_id = ClientId::parse(client_id.into())?;
            let key = said(&self.native_client_key).map(Text::from).and_then(NativeKey::new);
            realm.native_registration = Some(NativeRegistration { client_id, key });
        }
        realm.client_type = match said(&self.client_type) {
            None => ClientTypeSetting::Unset,
            Some("confidential") => ClientTypeSetting::Confidential,
            Some("public") => ClientTypeSetting::Public,
            Some("auto") => ClientTypeSetting::Auto,
            Some(_) => return Err("client_type must be confidential, public or auto".into()),
        };
        if self.public_override == Some(false) {
            realm.public_override = PublicOverride::Refused;
        }
        realm.token_auth_method = match said(&self.token_auth_method) {
            None => None,
            Some("client_secret_basic") => Some(TokenAuthMethod::ClientSecretBasic),
            Some("client_secret_post") => Some(TokenAuthMethod::ClientSecretPost),
            Some(_) => {
                let expected =
                    "token_auth_method must be client_secret_basic or client_secret_post";
                return Err(expected.into());
            }
        };
        let list = |list: &Option<Vec<String>>| list.as_deref().unwrap_or_default().join(" ");
        realm.scopes = words("scopes", list(&self.scopes))?;
        realm.prompt = words("prompt", self.prompt.clone().unwrap_or_default())?;
        realm.acr_values = words("acr_values", list(&self.acr_values))?;
        realm.audiences = words("audiences", list(&self.audiences))?;
        Ok(config)
    }

    fn redirect_uris(&self) -> Result<Vec<RedirectUri>, Problem> {
        let Some(urls) = &self.redirect_urls else { return Ok(Vec::new()) };
        // An absent list means no limit.
        if urls.is_empty() {
            return Err("redirect_urls lists no URL: leave it out where any may be used".into());
        }
        let uris = urls.iter().map(|url| RedirectUri::parse(url)).collect::<Result<_, _>>();
        uris.map_err(|_| "redirect_urls must be https URLs, or http URLs of this machine".into())
    }
}

fn words(field: &str, text: String) -> Result<Words<Text>, Problem> {
    Words::parse(text.into()).map_err(|error| Problem::Field(format!("{field}: {error}")))
}

/// The value, if it is not empty.
fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}
