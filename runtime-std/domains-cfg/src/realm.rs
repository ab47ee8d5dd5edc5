//! One `openid` section as a realm.

use std::path::Path;

use onerealm::{RealmConfig, Text};
use onerealm_core::{
    ClientId, ClientRegistration, ClientTypeSetting, DiscoveryUrl, Issuer, NativeKey,
    NativeRegistration, PublicOverride, QueryUserinfo, Realm, RealmName, UserinfoSigned,
};

use crate::authentication::Authentication;
use crate::comment;
use crate::error::Problem;
use crate::names::NATIVE_CLIENT_KEY;
use crate::properties::{Located, Properties};
use crate::sections::Section;

const CLIENT_TYPES: [(&str, ClientTypeSetting); 3] = [
    ("confidential", ClientTypeSetting::Confidential),
    ("public", ClientTypeSetting::Public),
    ("auto", ClientTypeSetting::Auto),
];

/// Reads a section as a realm. `path` is for log messages.
pub(crate) fn realm(section: &Section<'_>, path: &Path) -> Result<RealmConfig, Located> {
    let name = RealmName::parse(Text::from(section.name));
    let name = name.map_err(|_| (section.line, Problem::Name))?;
    if let Some(fault) = section.fault {
        return Err(fault);
    }
    let properties = Properties::collect(section)?;
    let issuer = properties.checked("issuer-url", Issuer::parse)?;
    let issuer = properties.required("issuer-url", issuer)?;
    let client_id = properties.checked("client-id", ClientId::parse)?;
    let client_id = properties.required("client-id", client_id)?;
    let Authentication { credential, files, method, unused } = Authentication::of(&properties)?;
    let registration = ClientRegistration { client_id, credential };
    let discovery_url = |text| DiscoveryUrl::parse(text)?.beside(&issuer);
    let discovery_url = properties.checked("discovery-url", discovery_url)?;
    let mut config = RealmConfig::from(Realm::new(name, issuer, registration));
    config.realm.discovery_url = discovery_url;
    config.realm.token_auth_method = method;
    config.client_key = files;
    config.unused = unused;
    let native_client_id = properties.checked("native-client-id", ClientId::parse)?;
    config.realm.native_registration = native_client_id.map(|client_id| {
        let key = properties.value(NATIVE_CLIENT_KEY);
        NativeRegistration { client_id, key: key.and_then(|key| NativeKey::new(key.into())) }
    });
    decide(&mut config.realm, &properties)?;
    config.redirect_urls = properties.redirect_urls("redirect-urls")?;
    if let Some(claim) = properties.text("username-claim")? {
        config.username_claim = claim;
    }
    ask(&mut config.realm, &properties)?;
    config.ca_file = properties.absolute_path("ca-file")?;
    config.groups_claim = properties.text("groups-claim")?;
    config.autocreate = properties.boolean("autocreate", false)?;
    config.groups_autocreate = properties.boolean("groups-autocreate", false)?;
    config.groups_overwrite = properties.boolean("groups-overwrite", false)?;
    config.default = properties.boolean("default", false)?;
    config.comment = properties.value("comment").map(comment::decode);
    if let Some(seconds) = properties.clock_skew("clock-skew")? {
        config.realm.clock_skew = seconds.into();
    }
    config.realm.max_age = properties.seconds("max-age")?;
    config.unknown = properties.unknown(path)?;
    properties.check_native_key()?;
    Ok(config)
}

/// The settings that decide the client type.
fn decide(realm: &mut Realm<Text>, properties: &Properties<'_>) -> Result<(), Located> {
    let client_type =
        properties.one_of("client-type", &CLIENT_TYPES, "confidential, public or auto")?;
    realm.client_type = client_type.unwrap_or_default();
    realm.public_override = match properties.boolean("public-override", true)? {
        true => PublicOverride::Allowed,
        false => PublicOverride::Refused,
    };
    Ok(())
}

/// The parameters of a login's requests.
fn ask(realm: &mut Realm<Text>, properties: &Properties<'_>) -> Result<(), Located> {
    if let Some(scopes) = properties.list("scopes")? {
        realm.scopes = scopes;
    }
    realm.prompt = properties.words("prompt")?.unwrap_or_default();
    realm.acr_values = properties.list("acr-values")?.unwrap_or_default();
    realm.required_acr = properties.demands("require-acr")?;
    realm.required_amr = properties.demands("require-amr")?;
    realm.audiences = properties.list("audiences")?.unwrap_or_default();
    realm.userinfo = match properties.boolean("query-userinfo", true)? {
        true => QueryUserinfo::WhereOffered,
        false => QueryUserinfo::Never,
    };
    realm.userinfo_signed = match properties.boolean("userinfo-signed", false)? {
        true => UserinfoSigned::Required,
        false => UserinfoSigned::Accepted,
    };
    Ok(())
}
