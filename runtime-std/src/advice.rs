//! What to do about a provider's refusal.

use onerealm_core::{ClientType, ClientTypeError, DiscoveryError, ErrorCode};

use crate::provider_words::ProviderWords;

const SENT_AS_PUBLIC: &str = "the provider takes this redirect URL for a public client's and wants no secret: set the realm's client-type to auto, or begin the login with --public";
const SECRET_MISSING: &str = "the provider takes this redirect URL for a confidential client's and wants the secret: set the realm's client-key and client-type auto, or register the redirect URL for installed applications (in Entra ID: platform \"Mobile and desktop applications\")";
const SECRET_WRONG: &str = "check the realm's client-key: in Entra ID it is the secret's value, not its id, and it may have expired";
const INSTALLED_APP_KEY: &str = "the provider wants the key of an installed application: set the realm's native-client-id and native-client-key";
const SPA: &str = "the redirect URL is registered for a single-page application: register it for the platform \"Web\" or \"Mobile and desktop applications\"";

pub(crate) const NOT_LISTED: &str = "add the redirect URL to the realm's redirect-urls (http on this machine without a port: any port is taken), or remove that property to allow all";

/// Advice for texts that Entra ID and Google are known to send.
const KNOWN_TEXTS: &[(&str, &str)] = &[
    ("AADSTS700025", SENT_AS_PUBLIC),
    ("AADSTS90023", SENT_AS_PUBLIC),
    ("AADSTS7000218", SECRET_MISSING),
    ("AADSTS7000215", SECRET_WRONG),
    ("AADSTS7000222", SECRET_WRONG),
    ("AADSTS9002327", SPA),
    (
        "AADSTS700016",
        "check the realm's client-id, and that issuer-url names the tenant that the application is in",
    ),
    ("client_secret is missing", INSTALLED_APP_KEY),
];

pub(crate) fn on_refused_token(
    client_type: ClientType,
    error: ErrorCode,
    words: Option<&ProviderWords>,
) -> Option<&'static str> {
    let known = KNOWN_TEXTS.iter().find(|(text, _)| words.is_some_and(|w| w.mentions(text)));
    if let Some((_, advice)) = known {
        return Some(advice);
    }
    match (error, client_type) {
        (ErrorCode::InvalidGrant, _) => Some(
            "the code was used, has expired, or was given to another client: begin the login again",
        ),
        (_, ClientType::Confidential) => Some(
            "check client-id and client-key, and token-auth-method if the provider allows only one; if it has registered this as a public client, set the realm's client-type to auto, or begin the login with --public",
        ),
        (_, ClientType::Public) => Some(
            "if the provider has registered this as a confidential client, it wants the secret: set client-key and leave --public out, or give public logins a registration of their own with native-client-id",
        ),
    }
}

pub(crate) fn on_refused_authorization(
    error: ErrorCode,
    words: Option<&ProviderWords>,
) -> Option<&'static str> {
    if words.is_some_and(|words| words.mentions("AADSTS650053")) {
        return Some(
            "Entra ID has no scope groups: remove it from the realm's scopes, and add the groups claim in the app's token configuration",
        );
    }
    match error {
        ErrorCode::AccessDenied => Some("the end user cancelled, or may not use this application"),
        ErrorCode::InvalidScope => Some("check the realm's scopes"),
        ErrorCode::UnauthorizedClient => {
            Some("allow the authorization code flow for this client at the provider")
        }
        _ => None,
    }
}

pub(crate) fn on_client_type(error: ClientTypeError) -> Option<&'static str> {
    match error {
        ClientTypeError::NoSecret => {
            Some("set the realm's client-key, or client-type auto or public")
        }
        ClientTypeError::PublicRefused => {
            Some("leave out --public, or set the realm's public-override to 1")
        }
        ClientTypeError::TokenAuthMethod => Some("set or remove the realm's token-auth-method"),
    }
}

pub(crate) fn on_discovery(error: DiscoveryError) -> Option<&'static str> {
    match error {
        DiscoveryError::Issuer => Some(
            "copy the issuer from the provider's metadata; for Entra ID the issuer-url names the tenant (https://login.microsoftonline.com/TENANT-ID/v2.0), not common or organizations",
        ),
        DiscoveryError::Response { .. } => Some(
            "open the URL in a browser: it must show the provider's metadata; issuer-url is what stands before /.well-known/",
        ),
        DiscoveryError::Endpoint => None,
    }
}
