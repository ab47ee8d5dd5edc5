//! A realm that is described by options instead of a file.

use std::path::{Path, PathBuf};

use clap::Args;
use onerealm::{RealmConfig, Realms, Who};
use onerealm_domains_cfg::{Problem, RealmProblem, describe};
use zeroize::Zeroizing;

use crate::client_key;
use crate::failure::Failure;

/// What a realm is called whose name doesn't matter.
pub(crate) const NAME: &str = "sso";

/// What stands in messages where a file would.
const SOURCE: &str = "the options --issuer and so on";

/// What `--client-key-file` depends on.
const PRIVATE_KEY_JWT: &str = "private_key_jwt";

/// Names and values of properties, as they would stand in a file.
pub(crate) type Properties = Vec<(&'static str, Zeroizing<String>)>;

/// The properties of a realm that a person needs, by their names. None takes a secret.
#[derive(Args)]
#[command(next_help_heading = "A realm without a file")]
pub(crate) struct RealmOptions {
    /// The provider's issuer, exactly as in its metadata
    #[arg(long, alias = "issuer-url", value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// The client identifier
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// What logins are: with auto, public at a command and confidential at a web UI
    #[arg(long, value_name = "TYPE", value_parser = ["public", "confidential", "auto"])]
    pub(crate) client_type: Option<String>,
    /// A file with the client secret alone; - reads it from standard input. With
    /// --token-auth-method private_key_jwt, the file with the private key
    #[arg(long, value_name = "FILE")]
    pub(crate) client_key_file: Option<PathBuf>,
    /// The realm's name, which follows user names after @; without it, sso
    #[arg(long = "name", value_name = "NAME")]
    pub(crate) realm_name: Option<String>,
    /// Scopes besides openid; without it, "email profile"
    #[arg(long, value_name = "LIST")]
    scopes: Option<String>,
    /// Certificates to trust instead of the system's, in PEM format
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Where the provider's metadata is, if not below the issuer
    #[arg(long, value_name = "URL")]
    pub(crate) discovery_url: Option<String>,
    /// The claim with the user name; without it, sub
    #[arg(long, value_name = "CLAIM")]
    username_claim: Option<String>,
    /// The claim with the groups
    #[arg(long, value_name = "CLAIM")]
    groups_claim: Option<String>,
    /// How the secret is sent, or that a private key signs in its place
    #[arg(long, value_name = "METHOD", value_parser = ["client_secret_basic", "client_secret_post", PRIVATE_KEY_JWT])]
    token_auth_method: Option<String>,
    /// The private key's certificate
    #[arg(long, value_name = "FILE")]
    client_cert_file: Option<PathBuf>,
    /// The name that the provider knows the private key by
    #[arg(long, value_name = "NAME")]
    client_key_id: Option<String>,
    /// Whom the private key's assertions are for; without it, issuer
    #[arg(long, value_name = "AUDIENCE", value_parser = ["issuer", "token-endpoint"])]
    assertion_audience: Option<String>,
    /// The parameter prompt of the authorization request
    #[arg(long, value_name = "LIST")]
    prompt: Option<String>,
    /// The parameter acr_values of the authorization request
    #[arg(long, value_name = "LIST")]
    acr_values: Option<String>,
    /// Values of acr of which the ID token must have one
    #[arg(long, value_name = "LIST")]
    require_acr: Option<String>,
    /// Values of amr of which the ID token must have all
    #[arg(long, value_name = "LIST")]
    require_amr: Option<String>,
    /// Audiences that an ID token may have besides the client
    #[arg(long, value_name = "LIST")]
    audiences: Option<String>,
    /// Seconds since the end user last authenticated, at most
    #[arg(long, value_name = "SECONDS")]
    max_age: Option<String>,
    /// Tolerated difference between the clocks, at most 600
    #[arg(long, value_name = "SECONDS")]
    clock_skew: Option<String>,
    /// Whether to query the userinfo endpoint: 0 or 1
    #[arg(long, value_name = "BOOLEAN")]
    query_userinfo: Option<String>,
    /// Whether the userinfo endpoint's answer must be signed: 0 or 1
    #[arg(long, value_name = "BOOLEAN")]
    userinfo_signed: Option<String>,
}

impl RealmOptions {
    /// The realm of the options alone; nothing if they name no issuer.
    pub(crate) fn realms(
        &self,
        named: Option<&str>,
        has_config: bool,
    ) -> Result<Option<Realms>, Failure> {
        let Some(issuer) = &self.issuer else {
            return match self.first() {
                None => Ok(None),
                Some(option) => Err(Failure::usage(format!(
                    "--{option} describes a realm without a file, and that needs --issuer and --client-id; for a realm in a file, set the property there"
                ))),
            };
        };
        if has_config {
            return Err(Failure::usage(
                "--issuer describes a realm without a file, and --config names a file with realms: give one of the two",
            ));
        }
        if let Some(named) = named {
            return Err(Failure::usage(format!(
                "the realm {named} is one of a file, and --issuer describes one without: give one of the two; --name names the latter"
            )));
        }
        let Some(client_id) = &self.client_id else {
            return Err(Failure::usage(
                "--issuer describes a realm without a file, and that needs --client-id too",
            ));
        };
        let mut properties = given([("issuer-url", Some(issuer)), ("client-id", Some(client_id))]);
        properties.extend(self.rest()?);
        let name = self.realm_name.as_deref().unwrap_or(NAME);
        let realm = realm(name, &properties).map_err(|problem| {
            let sentence = format!("the realm that the options describe can't be used: {problem}");
            Failure::new(RealmProblem::CODE, sentence, 3).left_to(Who::Caller.as_str())
        })?;
        let mut realms = Realms::new(SOURCE);
        realms.add(realm);
        Ok(Some(realms))
    }

    /// Every property but `issuer-url` and `client-id`.
    pub(crate) fn rest(&self) -> Result<Properties, Failure> {
        self.private_key_is_named()?;
        let secret = self.client_key_file.as_deref().filter(|_| !self.has_private_key());
        let key = secret.map(client_key::read).transpose()?;
        let mut properties = Properties::from_iter(key.map(|key| ("client-key", key)));
        properties.extend(self.open()?);
        Ok(properties)
    }

    /// The same without the secret.
    pub(crate) fn open(&self) -> Result<Properties, Failure> {
        let ca_file = absolute("ca-file", self.ca_file.as_deref())?;
        let cert_file = absolute("client-cert-file", self.client_cert_file.as_deref())?;
        let key_file = self.client_key_file.as_deref().filter(|_| self.has_private_key());
        if key_file == Some(Path::new("-")) {
            return Err(Failure::usage(
                "--client-key-file - reads a client secret; with --token-auth-method private_key_jwt, name the file with the private key, which is read at each login",
            ));
        }
        let key_file = absolute("client-key-file", key_file)?;
        Ok(given([
            ("client-type", self.client_type.as_ref()),
            ("discovery-url", self.discovery_url.as_ref()),
            ("token-auth-method", self.token_auth_method.as_ref()),
            ("client-key-file", key_file.as_ref()),
            ("client-cert-file", cert_file.as_ref()),
            ("client-key-id", self.client_key_id.as_ref()),
            ("assertion-audience", self.assertion_audience.as_ref()),
            ("scopes", self.scopes.as_ref()),
            ("prompt", self.prompt.as_ref()),
            ("acr-values", self.acr_values.as_ref()),
            ("require-acr", self.require_acr.as_ref()),
            ("require-amr", self.require_amr.as_ref()),
            ("audiences", self.audiences.as_ref()),
            ("max-age", self.max_age.as_ref()),
            ("clock-skew", self.clock_skew.as_ref()),
            ("query-userinfo", self.query_userinfo.as_ref()),
            ("userinfo-signed", self.userinfo_signed.as_ref()),
            ("username-claim", self.username_claim.as_ref()),
            ("groups-claim", self.groups_claim.as_ref()),
            ("ca-file", ca_file.as_ref()),
        ]))
    }

    /// Whether `--client-key-file` names a private key, and not a secret.
    pub(crate) fn has_private_key(&self) -> bool {
        self.token_auth_method.as_deref() == Some(PRIVATE_KEY_JWT)
    }

    /// Fails where there is to be a private key, and no file with it.
    pub(crate) fn private_key_is_named(&self) -> Result<(), Failure> {
        match self.has_private_key() && self.client_key_file.is_none() {
            true => Err(Failure::usage(
                "--token-auth-method private_key_jwt needs --client-key-file, the file with the private key",
            )),
            false => Ok(()),
        }
    }

    /// An option that was given, by its name.
    fn first(&self) -> Option<&'static str> {
        let others = [
            ("client-id", self.client_id.is_some()),
            ("client-key-file", self.client_key_file.is_some()),
            ("name", self.realm_name.is_some()),
            ("ca-file", self.ca_file.is_some()),
        ];
        let (name, _) = others.into_iter().find(|(_, is_given)| *is_given).unzip();
        name.or_else(|| Some(self.open().ok()?.first()?.0))
    }
}

/// An option's path, whatever directory the realm is used in.
fn absolute(option: &str, path: Option<&Path>) -> Result<Option<String>, Failure> {
    let path = path.map(std::path::absolute).transpose();
    let path = path.map_err(|e| Failure::usage(format!("--{option} can't be a path: {e}")))?;
    Ok(path.map(|path| path.display().to_string()))
}

fn given<const N: usize>(values: [(&'static str, Option<&String>); N]) -> Properties {
    let given = values.into_iter().filter_map(|(name, value)| Some((name, value?)));
    given.map(|(name, value)| (name, Zeroizing::new(value.clone()))).collect()
}

/// The realm with these properties, judged as in a file.
pub(crate) fn realm(name: &str, properties: &Properties) -> Result<RealmConfig, Problem> {
    describe(name, &borrowed(properties))
}

pub(crate) fn borrowed(properties: &Properties) -> Vec<(&'static str, &str)> {
    properties.iter().map(|(name, value)| (*name, value.as_str())).collect()
}
