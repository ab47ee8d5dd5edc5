//! One `openid` section as a realm.

use std::fmt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::comment;
use super::error::Problem;
use super::properties::{CLIENT_KEY, Located, NATIVE_CLIENT_KEY, Properties};
use super::sections::Section;
use onerealm_core::{ClientTypeSetting, RealmName, RedirectUri, TokenAuthMethod};

/// One `openid` section: text that was checked for its shape, not yet for its meaning.
#[derive(Clone)]
pub struct RealmConfig {
    /// The name of the section, `[A-Za-z][A-Za-z0-9.\-_]+`, at most 32 characters.
    pub name: String,
    /// `issuer-url`.
    pub issuer_url: String,
    /// `client-id`.
    pub client_id: String,
    /// `client-key`; an empty one is none.
    pub client_key: Option<Zeroizing<String>>,
    /// `native-client-id`: the client registration for logins of native applications.
    pub native_client_id: Option<String>,
    /// `native-client-key`, only beside `native_client_id`; an empty one is none.
    pub native_client_key: Option<Zeroizing<String>>,
    /// `client-type`.
    pub client_type: ClientTypeSetting,
    /// `public-override`, 1 unless said otherwise: whether a login may ask to be a public client's.
    pub public_override: bool,
    /// `token-auth-method`; none leaves it to the provider's metadata.
    pub token_auth_method: Option<TokenAuthMethod>,
    /// `redirect-urls`: the only redirect URIs that a login may begin with; where there are none, any.
    pub redirect_urls: Vec<RedirectUri>,
    /// `username-claim`, `sub` unless said otherwise. `subject` and `username` stand for the claims `sub` and
    /// `preferred_username` too, where there is none of that name.
    pub username_claim: String,
    /// `scopes`, `email profile` unless said otherwise, without `openid`.
    pub scopes: Vec<String>,
    /// `prompt`.
    pub prompt: Option<String>,
    /// `acr-values`.
    pub acr_values: Vec<String>,
    /// `audiences`: further audiences that an ID token may have.
    pub audiences: Vec<String>,
    /// `query-userinfo`, 1 unless said otherwise.
    pub query_userinfo: bool,
    /// `ca-file`, an absolute path.
    pub ca_file: Option<PathBuf>,
    /// `groups-claim`.
    pub groups_claim: Option<String>,
    /// `autocreate`.
    pub autocreate: bool,
    /// `groups-autocreate`.
    pub groups_autocreate: bool,
    /// `groups-overwrite`.
    pub groups_overwrite: bool,
    /// `default`.
    pub default: bool,
    /// `comment`, as it stands in the file; [`shown_comment`](Self::shown_comment) is for people.
    pub comment: Option<String>,
    /// `clock-skew`, in seconds, at most 600.
    pub clock_skew: Option<u32>,
    /// `max-age`, in seconds.
    pub max_age: Option<u32>,
    /// The names of the properties that are not known here, without their values.
    pub unknown: Vec<String>,
}

impl RealmConfig {
    /// A realm with every property at its default.
    pub fn new(name: String, issuer_url: String, client_id: String) -> Self {
        RealmConfig {
            name,
            issuer_url,
            client_id,
            client_key: None,
            native_client_id: None,
            native_client_key: None,
            client_type: ClientTypeSetting::Unset,
            public_override: true,
            token_auth_method: None,
            redirect_urls: Vec::new(),
            username_claim: username_claim(None),
            scopes: scopes(None),
            prompt: None,
            acr_values: Vec::new(),
            audiences: Vec::new(),
            query_userinfo: true,
            ca_file: None,
            groups_claim: None,
            autocreate: false,
            groups_autocreate: false,
            groups_overwrite: false,
            default: false,
            comment: None,
            clock_skew: None,
            max_age: None,
            unknown: Vec::new(),
        }
    }

    /// Whether a login may begin with `redirect_uri`.
    pub fn allows(&self, redirect_uri: &RedirectUri) -> bool {
        let mut listed = self.redirect_urls.iter();
        self.redirect_urls.is_empty() || listed.any(|listed| redirect_uri.matches(listed))
    }

    /// `comment` as somebody wrote it who used Proxmox VE, in one line without control characters.
    pub fn shown_comment(&self) -> Option<String> {
        self.comment.as_deref().map(comment::decode)
    }
}

impl fmt::Debug for RealmConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RealmConfig")
            .field("name", &self.name)
            .field("issuer_url", &self.issuer_url)
            .field("client_id", &self.client_id)
            .field("client_key", &shown(&self.client_key))
            .field("native_client_id", &self.native_client_id)
            .field("native_client_key", &shown(&self.native_client_key))
            .field("client_type", &self.client_type)
            .field("public_override", &self.public_override)
            .field("token_auth_method", &self.token_auth_method)
            .field("redirect_urls", &self.redirect_urls)
            .field("username_claim", &self.username_claim)
            .field("scopes", &self.scopes)
            .field("prompt", &self.prompt)
            .field("acr_values", &self.acr_values)
            .field("audiences", &self.audiences)
            .field("query_userinfo", &self.query_userinfo)
            .field("ca_file", &self.ca_file)
            .field("groups_claim", &self.groups_claim)
            .field("autocreate", &self.autocreate)
            .field("groups_autocreate", &self.groups_autocreate)
            .field("groups_overwrite", &self.groups_overwrite)
            .field("default", &self.default)
            .field("comment", &self.comment)
            .field("clock_skew", &self.clock_skew)
            .field("max_age", &self.max_age)
            .field("unknown", &self.unknown)
            .finish()
    }
}

fn shown(key: &Option<Zeroizing<String>>) -> Option<fmt::Arguments<'static>> {
    key.as_ref().map(|_| format_args!(".."))
}

const CLIENT_TYPES: [(&str, ClientTypeSetting); 3] = [
    ("confidential", ClientTypeSetting::Confidential),
    ("public", ClientTypeSetting::Public),
    ("auto", ClientTypeSetting::Auto),
];

const TOKEN_AUTH_METHODS: [(&str, TokenAuthMethod); 2] = [
    ("client_secret_basic", TokenAuthMethod::ClientSecretBasic),
    ("client_secret_post", TokenAuthMethod::ClientSecretPost),
];

/// Reads a section as a realm. `path` is for the log.
pub(super) fn realm(section: &Section<'_>, path: &Path) -> Result<RealmConfig, Located> {
    if RealmName::parse(section.name).is_err() {
        return Err((section.line, Problem::Name));
    }
    if let Some(fault) = section.fault {
        return Err(fault);
    }
    let properties = Properties::collect(section)?;
    let realm = RealmConfig {
        name: section.name.to_owned(),
        issuer_url: properties.issuer("issuer-url")?,
        client_id: properties.required("client-id", properties.client_id("client-id")?)?,
        client_key: properties.key(CLIENT_KEY),
        native_client_id: properties.client_id("native-client-id")?,
        native_client_key: properties.key(NATIVE_CLIENT_KEY),
        client_type: properties
            .one_of("client-type", &CLIENT_TYPES, "confidential, public or auto")?
            .unwrap_or(ClientTypeSetting::Unset),
        public_override: properties.boolean("public-override", true)?,
        token_auth_method: properties.one_of(
            "token-auth-method",
            &TOKEN_AUTH_METHODS,
            "client_secret_basic or client_secret_post",
        )?,
        redirect_urls: properties.redirect_urls("redirect-urls")?,
        username_claim: username_claim(properties.text("username-claim")?),
        scopes: scopes(properties.list("scopes")?),
        prompt: properties.words("prompt")?,
        acr_values: properties.list("acr-values")?.unwrap_or_default(),
        audiences: properties.list("audiences")?.unwrap_or_default(),
        query_userinfo: properties.boolean("query-userinfo", true)?,
        ca_file: properties.absolute_path("ca-file")?,
        groups_claim: properties.text("groups-claim")?,
        autocreate: properties.boolean("autocreate", false)?,
        groups_autocreate: properties.boolean("groups-autocreate", false)?,
        groups_overwrite: properties.boolean("groups-overwrite", false)?,
        default: properties.boolean("default", false)?,
        comment: properties.value("comment").map(str::to_owned),
        clock_skew: properties.clock_skew("clock-skew")?,
        max_age: properties.seconds("max-age")?,
        unknown: properties.unknown(path)?,
    };
    properties.check_native_key()?;
    Ok(realm)
}

fn username_claim(written: Option<String>) -> String {
    written.unwrap_or_else(|| "sub".to_owned())
}

fn scopes(written: Option<Vec<String>>) -> Vec<String> {
    let mut scopes = written.unwrap_or_else(|| vec!["email".to_owned(), "profile".to_owned()]);
    scopes.retain(|scope| scope != "openid");
    scopes
}
