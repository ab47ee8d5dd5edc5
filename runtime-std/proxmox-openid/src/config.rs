//! A realm as the caller describes it.

use std::fmt;
use std::path::PathBuf;

use onerealm::core::wire::Words;
use onerealm::core::{
    ClientId, DiscoveryUrl, NativeKey, NativeRegistration, PublicOverride, RealmError,
    UserinfoSigned,
};
use onerealm::{ClientTypeSetting, RealmConfig, RedirectUri, Text, TokenAuthMethod};
use serde::{Deserialize, Serialize};

use crate::auth_state::PRIVATE_KEY_JWT;
use crate::perl;
use crate::settings::Settings;

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
    #[serde(default, deserialize_with = "perl::list", skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// `prompt` of the authorization request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// `acr_values` of the authorization request.
    #[serde(default, deserialize_with = "perl::list", skip_serializing_if = "Option::is_none")]
    pub acr_values: Option<Vec<String>>,
    /// Audiences that an ID token may have besides the client identifier.
    #[serde(default, deserialize_with = "perl::list", skip_serializing_if = "Option::is_none")]
    pub audiences: Option<Vec<String>>,

    /// `confidential`, `public` or `auto` (by the redirect URL); if unset, confidential with a
    /// `client_key` and public without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_type: Option<String>,
    /// Whether this login asks to be public: no secret is sent.
    #[serde(default, deserialize_with = "perl::boolean", skip_serializing_if = "Option::is_none")]
    pub public: Option<bool>,
    /// Whether a caller may make a login public, by `public` or, where `client_type` is `auto`, by a
    /// redirect URL on loopback; if unset, it may.
    #[serde(default, deserialize_with = "perl::boolean", skip_serializing_if = "Option::is_none")]
    pub public_override: Option<bool>,
    /// The client identifier of a registration for public logins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native_client_id: Option<String>,
    /// The key of that registration, for providers that require one. It authenticates nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native_client_key: Option<String>,
    /// `client_secret_basic` or `client_secret_post`; if unset, as metadata offers. With `private_key_jwt`,
    /// `client_key_file` takes the place of `client_key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_auth_method: Option<String>,
    /// PEM file with the client's private key (PKCS#8, RSA or P-256), as an absolute path. Only the user that calls
    /// this and root may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_key_file: Option<String>,
    /// PEM file with the key's certificate, as an absolute path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_cert_file: Option<String>,
    /// The name that the provider knows the key by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_key_id: Option<String>,
    /// `issuer` or `token-endpoint`: whom the key's assertions are for; if unset, the issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assertion_audience: Option<String>,
    /// The redirect URLs that a login may use, with any port on loopback; if unset, any.
    #[serde(default, deserialize_with = "perl::list", skip_serializing_if = "Option::is_none")]
    pub redirect_urls: Option<Vec<String>>,
    /// Where the provider's metadata is, if not below the issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery_url: Option<String>,
    /// PEM file with the only certificates to trust, as an absolute path; if unset, the system's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<String>,
    /// How far clocks may be apart, in seconds, at most 600; if unset, 60.
    #[serde(default, deserialize_with = "perl::seconds", skip_serializing_if = "Option::is_none")]
    pub clock_skew: Option<u32>,
    /// How long ago the end user may have authenticated at the provider, in seconds.
    #[serde(default, deserialize_with = "perl::seconds", skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
    /// Values of `acr` of which the ID token must have one; sent as `acr_values` if those aren't set.
    #[serde(default, deserialize_with = "perl::list", skip_serializing_if = "Option::is_none")]
    pub require_acr: Option<Vec<String>>,
    /// Values of `amr` of which the ID token must have all.
    #[serde(default, deserialize_with = "perl::list", skip_serializing_if = "Option::is_none")]
    pub require_amr: Option<Vec<String>>,
    /// Whether the userinfo endpoint's answer must be signed; if unset, it may be plain JSON too.
    #[serde(default, deserialize_with = "perl::boolean", skip_serializing_if = "Option::is_none")]
    pub userinfo_signed: Option<bool>,
    /// The claim that the caller takes groups from. If it is set, the claims come with a warning where groups are left
    /// out of it, or have names that Proxmox products don't accept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups_claim: Option<String>,
    /// The names of the settings that realms of the caller's product have, as administrators write them
    /// (`client-type`), and `public` if its first step has that parameter. Advice in errors speaks of these, of those
    /// that this configuration sets, and of the ones that all products have.
    #[serde(default, deserialize_with = "perl::list", skip_serializing_if = "Option::is_none")]
    pub settings: Option<Vec<String>>,
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
            .field("client_key_file", &self.client_key_file)
            .field("client_cert_file", &self.client_cert_file)
            .field("client_key_id", &self.client_key_id)
            .field("assertion_audience", &self.assertion_audience)
            .field("redirect_urls", &self.redirect_urls)
            .field("discovery_url", &self.discovery_url)
            .field("ca_file", &self.ca_file)
            .field("clock_skew", &self.clock_skew)
            .field("max_age", &self.max_age)
            .field("require_acr", &self.require_acr)
            .field("require_amr", &self.require_amr)
            .field("userinfo_signed", &self.userinfo_signed)
            .field("groups_claim", &self.groups_claim)
            .field("settings", &self.settings)
            .finish()
    }
}

/// A relative path would depend on where a daemon was started.
pub(crate) fn absolute(
    path: &Option<String>,
    problem: &'static str,
) -> Result<Option<PathBuf>, Problem> {
    let path = said(path).map(PathBuf::from);
    match path.as_ref().is_none_or(|path| path.is_absolute()) {
        true => Ok(path),
        false => Err(problem.into()),
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
        let (issuer, client_id) = (self.issuer_url.as_str(), self.client_id.as_str());
        let mut config = RealmConfig::new(UNNAMED, issuer, client_id)?;
        config.redirect_urls = self.redirect_uris()?;
        config.ca_file = self.ca_file()?;
        config.groups_claim = said(&self.groups_claim).map(str::to_owned);
        let (credential, client_key) = self.credential()?;
        config.client_key = client_key;
        let realm = &mut config.realm;
        if let Some(url) = said(&self.discovery_url) {
            realm.discovery_url = Some(DiscoveryUrl::parse(url.into())?.beside(&realm.issuer)?);
        }
        realm.registration.credential = credential;
        realm.native_registration = self.native_registration()?;
        realm.client_type = self.client_type_setting()?;
        if self.public_override == Some(false) {
            realm.public_override = PublicOverride::Refused;
        }
        realm.token_auth_method = self.token_auth_method()?;
        realm.scopes = words("scopes", list(&self.scopes))?;
        realm.prompt = words("prompt", self.prompt.clone().unwrap_or_default())?;
        realm.acr_values = words("acr_values", list(&self.acr_values))?;
        realm.audiences = words("audiences", list(&self.audiences))?;
        realm.required_acr = demands("require_acr", &self.require_acr)?;
        realm.required_amr = demands("require_amr", &self.require_amr)?;
        if self.userinfo_signed == Some(true) {
            realm.userinfo_signed = UserinfoSigned::Required;
        }
        realm.max_age = self.max_age;
        match self.clock_skew {
            None => (),
            Some(seconds @ ..=LARGEST_SKEW) => realm.clock_skew = seconds.into(),
            Some(_) => return Err("clock_skew must be at most 600 seconds".into()),
        }
        Ok(config)
    }

    /// The settings that advice may speak of.
    pub(crate) fn settings(&self) -> Settings {
        let texts = [
            ("client-type", &self.client_type),
            ("native-client-id", &self.native_client_id),
            ("native-client-key", &self.native_client_key),
            ("token-auth-method", &self.token_auth_method),
            ("client-key-file", &self.client_key_file),
            ("client-cert-file", &self.client_cert_file),
            ("client-key-id", &self.client_key_id),
            ("assertion-audience", &self.assertion_audience),
            ("discovery-url", &self.discovery_url),
            ("ca-file", &self.ca_file),
            ("groups-claim", &self.groups_claim),
        ];
        let texts = texts.into_iter().filter(|(_, text)| said(text).is_some());
        let others = [
            ("public", self.public.is_some()),
            ("public-override", self.public_override.is_some()),
            ("redirect-urls", self.redirect_urls.is_some()),
            ("clock-skew", self.clock_skew.is_some()),
            ("max-age", self.max_age.is_some()),
            ("require-acr", self.require_acr.is_some()),
            ("require-amr", self.require_amr.is_some()),
            ("userinfo-signed", self.userinfo_signed.is_some()),
        ];
        let others = others.into_iter().filter(|(_, is_set)| *is_set);
        let named = self.settings.iter().flatten().map(String::as_str);
        Settings::of(named.chain(texts.map(|(name, _)| name)).chain(others.map(|(name, _)| name)))
    }

    fn native_registration(&self) -> Result<Option<NativeRegistration<Text>>, Problem> {
        let key = said(&self.native_client_key).map(Text::from).and_then(NativeKey::new);
        match (said(&self.native_client_id), key) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err("native_client_key needs native_client_id beside it".into()),
            (Some(client_id), key) => {
                let client_id = ClientId::parse(client_id.into())?;
                Ok(Some(NativeRegistration { client_id, key }))
            }
        }
    }

    fn client_type_setting(&self) -> Result<ClientTypeSetting, Problem> {
        match said(&self.client_type) {
            None => Ok(ClientTypeSetting::Unset),
            Some("confidential") => Ok(ClientTypeSetting::Confidential),
            Some("public") => Ok(ClientTypeSetting::Public),
            Some("auto") => Ok(ClientTypeSetting::Auto),
            Some(_) => Err("client_type must be confidential, public or auto".into()),
        }
    }

    fn token_auth_method(&self) -> Result<Option<TokenAuthMethod>, Problem> {
        match said(&self.token_auth_method) {
            None | Some(PRIVATE_KEY_JWT) => Ok(None),
            Some("client_secret_basic") => Ok(Some(TokenAuthMethod::ClientSecretBasic)),
            Some("client_secret_post") => Ok(Some(TokenAuthMethod::ClientSecretPost)),
            Some(_) => {
                Err("token_auth_method must be client_secret_basic, client_secret_post or private_key_jwt".into())
            }
        }
    }

    fn ca_file(&self) -> Result<Option<PathBuf>, Problem> {
        absolute(&self.ca_file, "ca_file must be an absolute path")
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

/// The largest `clock_skew`, in seconds.
const LARGEST_SKEW: u32 = 600;

fn list(list: &Option<Vec<String>>) -> String {
    list.as_deref().unwrap_or_default().join(" ")
}

fn words(field: &str, text: String) -> Result<Words<Text>, Problem> {
    Words::parse(text.into()).map_err(|error| Problem::Field(format!("{field}: {error}")))
}

/// A list of what a login must have. One without a word would demand nothing.
fn demands(field: &str, demanded: &Option<Vec<String>>) -> Result<Words<Text>, Problem> {
    let words = words(field, list(demanded))?;
    match demanded.is_some() && words.is_empty() {
        true => Err(Problem::Field(format!("{field} demands nothing: leave it out"))),
        false => Ok(words),
    }
}

/// The value, if it is not empty.
pub(crate) fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}
