//! What to do about a refusal, the provider's or ours, and who does it.

use std::borrow::Cow;

use onerealm_core::{ClientTypeError, DiscoveryError, IdTokenError};

use super::explanation::Who;

/// What to do, and who does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Advice {
    pub(crate) who: Who,
    pub(crate) fix: Cow<'static, str>,
}

impl Advice {
    pub(crate) const fn of(who: Who, fix: &'static str) -> Self {
        Advice { who, fix: Cow::Borrowed(fix) }
    }
}

const fn realm(fix: &'static str) -> Advice {
    Advice::of(Who::RealmAdministrator, fix)
}

const fn provider(fix: &'static str) -> Advice {
    Advice::of(Who::ProviderAdministrator, fix)
}

const fn system(fix: &'static str) -> Advice {
    Advice::of(Who::SystemAdministrator, fix)
}

const fn end_user(fix: &'static str) -> Advice {
    Advice::of(Who::EndUser, fix)
}

const fn caller(fix: &'static str) -> Advice {
    Advice::of(Who::Caller, fix)
}

pub(crate) const UNVERIFIED: Advice = provider(
    "if the browser was at the provider just before, the provider refuses the request: check that this redirect URL is registered there for the realm's client-id",
);

pub(crate) const NOT_LISTED: Advice = realm(
    "add the redirect URL to the realm's redirect-urls (http on this machine without a port: any port is taken), or remove that property to allow all",
);

pub(crate) fn on_client_type(error: ClientTypeError) -> Option<Advice> {
    match error {
        ClientTypeError::NoCredential => {
            Some(realm("set the realm's client-key, or client-type auto or public"))
        }
        ClientTypeError::PublicRefused => Some(caller(
            "leave out --public, and with client-type auto use an https redirect URL; or set the realm's public-override to 1",
        )),
        _ => None,
    }
}

/// Of an ID token about which no value tells more.
pub(crate) fn on_id_token(error: IdTokenError) -> Option<Advice> {
    Some(match error {
        IdTokenError::Nonce | IdTokenError::NoNonce => end_user(
            "begin the login again; if it happens each time, let the provider put the nonce of the request into the ID token",
        ),
        IdTokenError::NoAuthTime => {
            realm("let the provider put auth_time into the ID token, or remove the realm's max-age")
        }
        IdTokenError::NoExpiry
        | IdTokenError::NoIssueTime
        | IdTokenError::NotATime { .. }
        | IdTokenError::IssuedAfterExpiry { .. } => {
            provider("let the provider put exp and iat into the ID token, in seconds since 1970")
        }
        IdTokenError::AccessTokenHash => provider(
            "let the provider put the hash of the access token that it sends into at_hash, or leave at_hash out",
        ),
        _ => return None,
    })
}

pub(crate) fn on_discovery(error: DiscoveryError) -> Option<Advice> {
    match error {
        DiscoveryError::Issuer => Some(OTHER_ISSUER_IN_METADATA),
        DiscoveryError::Response { .. } => Some(OTHER_DOCUMENT),
        _ => None,
    }
}

pub(crate) const REDIRECTED_METADATA: Advice = realm(
    "if the target is the provider's own, set the realm's discovery-url to it, and issuer-url to the issuer in the metadata there; a redirect is followed only to the same scheme, host and port",
);
pub(crate) const REDIRECTED_KEYS: Advice = provider(
    "let the provider's metadata name as jwks_uri where the keys are in the end; a redirect is followed only to the same scheme, host and port",
);
pub(crate) const REDIRECTED_ENDPOINT: Advice = provider(
    "let the provider's metadata name where this endpoint is in the end, with https and the public host name (a proxy in front of the provider that redirects is a usual cause)",
);
pub(crate) const OTHER_METHOD_OFFERED: Advice =
    realm("remove the realm's token-auth-method: without it, the offered one is used");
pub(crate) const NO_METHOD_OFFERED: Advice = realm(
    "let the provider offer one of both to this client, or set the realm's token-auth-method to the one that it takes all the same",
);
pub(crate) const NO_ASSERTION_OFFERED: Advice = realm(
    "set the realm's client-key and remove its token-auth-method, or let the provider offer private_key_jwt to this client",
);
pub(crate) const OTHER_DOCUMENT: Advice = realm(
    "open the URL in a browser: it must show the provider's metadata; issuer-url is what stands before /.well-known/",
);
pub(crate) const METADATA_MALFORMED: Advice = provider(
    "let the provider publish its metadata as JSON that every reader understands alike; issuer-url is what stands before /.well-known/",
);
pub(crate) const METADATA_INCOMPLETE: Advice = provider(
    "correct that member of the provider's metadata (its public URL, in the settings of most)",
);
pub(crate) const KEYS_MALFORMED: Advice =
    provider("let the provider publish its keys as a JSON Web Key Set at the URL in its metadata");
pub(crate) const KEY_UNUSABLE: Advice = provider(
    "give the provider another signing key: RSA of 2048 to 4096 bits, EC on P-256 or P-384, or Ed25519",
);
pub(crate) const TOKEN_MALFORMED: Advice = provider(
    "let the provider write the ID token as JSON that every reader understands alike: look at the mapper of that claim",
);
pub(crate) const SUBJECT: Advice = provider(
    "let the provider send the end user's identifier in sub as a string, and the same at each login",
);
pub(crate) const NO_ID_TOKEN: Advice =
    provider("allow OpenID Connect and its scope openid for this client at the provider");
pub(crate) const TOKEN_TYPE: Advice = provider(
    "let the provider issue Bearer tokens to this client: others (DPoP, MAC) are not supported",
);
pub(crate) const TOKEN_ANSWER: Advice = provider(
    "look at what answers at the URL in the message: it must be the provider's token endpoint, with nothing between that changes answers",
);

pub(crate) const SLASH_MISSING: Advice = realm("add '/' to the end of the realm's issuer-url");
pub(crate) const SLASH_TOO_MANY: Advice =
    realm("remove the '/' at the end of the realm's issuer-url");
pub(crate) const OTHER_ISSUER_IN_METADATA: Advice = realm(
    "set issuer-url to the issuer in the provider's metadata; for Entra ID it names the tenant (https://login.microsoftonline.com/TENANT-ID/v2.0), not common or organizations",
);
pub(crate) const SLASH_WITHIN_PROVIDER: Advice = provider(
    "the provider ends its issuer with '/' in one place and without in another: make them equal in the provider's settings, and write issuer-url in the same way",
);
pub(crate) const OTHER_ISSUER_IN_TOKEN: Advice = provider(
    "the provider's metadata and its ID tokens name two issuers: make them equal in the provider's settings (its public URL, the tenant), and set issuer-url to that",
);
pub(crate) const OTHER_ISSUER_IN_RESPONSE: Advice = provider(
    "begin the login again; if it happens each time, make the iss of the provider's responses equal to the issuer in its metadata, and set issuer-url to that",
);
pub(crate) const ISSUER_LEFT_OUT: Advice = provider(
    "the provider's metadata announces iss and its response leaves it out: let it send iss (in Keycloak: turn off \"Exclude Issuer From Authentication Response\" of this client); it is compared with issuer-url",
);
pub(crate) const NO_ISSUER_IN_RESPONSE: Advice = caller(
    "give finish the whole URL with --callback, or iss with --iss; a server must pass iss on; it is compared with issuer-url",
);

pub(crate) const OTHER_REDIRECT_URI: Advice = caller(
    "give finish the URL alone and to the letter, and --redirect-url, if at all, as it was when the login began; behind a reverse proxy, both calls must see the same outer URL",
);

pub(crate) const CLIENT_ID: Advice = realm(
    "set the realm's client-id to the identifier that the application has at the provider, or let the provider put that into aud",
);
pub(crate) const NATIVE_CLIENT_ID: Advice = realm(
    "set the realm's native-client-id to the identifier that the application has at the provider, or let the provider put that into aud",
);
pub(crate) const AUDIENCES: Advice = realm(
    "if the other audience may be there (ZITADEL adds the project's id), name it in the realm's audiences; otherwise let the provider leave it out",
);
pub(crate) const FEWER_AUDIENCES: Advice = provider(
    "let the provider put fewer audiences into the token, whatever the realm's audiences allow",
);
pub(crate) const AUTHORIZED_PARTY: Advice = realm(
    "if azp is the identifier of this realm's registration, set client-id to it; otherwise the provider issued the token to another client",
);
pub(crate) const NATIVE_AUTHORIZED_PARTY: Advice = realm(
    "if azp is the identifier of this realm's registration for public logins, set native-client-id to it; otherwise the provider issued the token to another client",
);

pub(crate) const AUTHENTICATION_CLASS: Advice = end_user(
    "sign in anew at the provider in the way that is demanded; if it happens each time, let the provider demand it and put acr into the ID token, or change the realm's require-acr",
);
pub(crate) const AUTHENTICATION_METHODS: Advice = end_user(
    "sign in anew at the provider in the way that is demanded; if it happens each time, let the provider demand it and put amr into the ID token, or change the realm's require-amr",
);
pub(crate) const MAX_AGE: Advice = end_user(
    "sign in anew at the provider; if it happens each time, the provider ignores the realm's max-age, or a clock is off",
);
pub(crate) const ENCRYPTED: Advice = provider(
    "turn off ID token encryption for this client at the provider; no setting of the realm decrypts it",
);
pub(crate) const OTHER_KIND_OF_TOKEN: Advice = provider(
    "let the provider send an ID token, whose typ is JWT or none: it sent a token of another kind",
);
pub(crate) const UNKNOWN_KEY: Advice = provider(
    "try again in a minute, in case the provider changed its keys a moment ago; if it happens each time, another provider or tenant signs than the one that issuer-url names",
);
pub(crate) const WRONG_KIND_OF_KEY: Advice = provider(
    "set another ID token signature algorithm for this client at the provider, one that its key is for; the keys are those of issuer-url",
);
pub(crate) const AMBIGUOUS_KEY: Advice = provider(
    "let the provider name its key with kid, each key with another; no setting of the realm chooses one",
);

pub(crate) const OTHER_SUBJECT: Advice = provider(
    "let the provider send the sub of the ID token in userinfo too, or set the realm's query-userinfo to 0 if the ID token says enough",
);
pub(crate) const NOT_SIGNED_USERINFO: Advice = provider(
    "turn on signed userinfo for this client at the provider, or set the realm's userinfo-signed to 0",
);
pub(crate) const ENCRYPTED_USERINFO: Advice = provider(
    "turn off userinfo encryption for this client at the provider, or set the realm's query-userinfo to 0; no setting of the realm decrypts it",
);
pub(crate) const USERINFO_ALGORITHM: Advice = provider(
    "set the userinfo signature algorithm of this client to RS256 or ES256 at the provider, one that its key is for; or turn off signed userinfo",
);
pub(crate) const USERINFO_SIGNATURE: Advice = provider(
    "try again in a minute, in case the provider changed its keys a moment ago; if it happens each time, let the provider sign userinfo with the keys that it publishes",
);
pub(crate) const USERINFO_AUDIENCE: Advice = provider(
    "let the provider put the application's identifier into the aud of signed userinfo, or no aud; or turn off signed userinfo for this client",
);
pub(crate) const OTHER_TOKEN_AS_USERINFO: Advice = provider(
    "let the provider's userinfo endpoint answer with userinfo: it sent a token of another kind, of another issuer, or for somebody else",
);
pub(crate) const USERINFO_MALFORMED: Advice = provider(
    "let the provider write signed userinfo as JSON that every reader understands alike: look at the mapper of that claim",
);

pub(crate) const USERINFO_UNUSABLE: Advice = realm(
    "look at what answers at the URL in the message, or set the realm's query-userinfo to 0 if the ID token says enough",
);

/// The largest `clock-skew`, in seconds.
const LARGEST_SKEW: u64 = 600;

/// Advice for clocks that are `apart` seconds apart, or a token that much too old.
pub(crate) fn on_clocks(apart: u64) -> Advice {
    if apart < LARGEST_SKEW {
        system(
            "correct the clock of this machine or the provider's (timedatectl tells whether this one is synchronized), or raise the realm's clock-skew, to 600 seconds at most",
        )
    } else {
        system(
            "correct the clock of this machine or the provider's (timedatectl tells whether this one is synchronized): the realm's clock-skew, 600 seconds at most, can't make up for so much",
        )
    }
}

pub(crate) fn on_algorithm(alg: &str) -> Advice {
    if alg.starts_with("HS") {
        provider(
            "set the ID token signature algorithm of this client to RS256 or ES256 at the provider (in authentik: choose a signing key): HS algorithms are keyed with the client secret, which a public login doesn't have, so no login of the realm may use them",
        )
    } else {
        provider(
            "set the ID token signature algorithm of this client to RS256 or ES256 at the provider; no setting of the realm allows another",
        )
    }
}

pub(crate) fn on_refused_userinfo(status: u16) -> Advice {
    match status {
        403 => realm(
            "add the scopes that userinfo needs to the realm's scopes, and allow this client to use it; or set query-userinfo to 0 if the ID token says enough",
        ),
        _ => provider(
            "let the provider accept this client's access token at its userinfo endpoint, or set the realm's query-userinfo to 0 if the ID token says enough",
        ),
    }
}

pub(crate) const MESSAGE_TOO_LONG: Advice =
    caller("shorten the realm's lists, or the code that was given");

pub(crate) const USER_NAME_MISSING: Advice = realm(
    "set the realm's username-claim to one of the claims that are there, or let the provider send this one (by the realm's scopes, or by a mapping at the provider)",
);

pub(crate) const USER_NAME_UNUSABLE: Advice = realm(
    "set the realm's username-claim to another claim, or change the value at the provider: a user name is never rewritten",
);

pub(crate) const GROUPS_OVERAGE: Advice = provider(
    "let the provider send fewer groups: in Entra ID, assign groups to the application and emit only those, or use app roles and set the realm's groups-claim to roles; groups that are elsewhere are not fetched",
);
pub(crate) const ROLES_OVERAGE: Advice = provider(
    "let the provider send fewer roles in the claim of the realm's groups-claim; roles that are elsewhere are not fetched",
);
pub(crate) const GROUPS_INVALID: Advice = provider(
    "let the provider send other names in the claim of the realm's groups-claim (in Keycloak: turn off \"Full group path\" in the group mapper), or rename the groups: names are never rewritten",
);
