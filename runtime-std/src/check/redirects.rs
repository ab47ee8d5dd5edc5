//! What a check notes about the redirect URLs of a realm.

use onerealm_core::{
    BeginError, ClientType, ClientTypeError, RedirectUri, RelyingParty, Requested,
};

use crate::error::Error;
use crate::error::cause::Cause;
use crate::mix_up;
use crate::realm::RealmConfig;
use crate::realms::Realms;

/// Notes about other realms that share one of `uris`, if this provider doesn't announce `iss`: one
/// for each of them.
pub(super) fn shared(
    realms: &Realms,
    config: &RealmConfig,
    relying_party: RelyingParty<'_>,
    uris: &[RedirectUri],
) -> Vec<String> {
    if relying_party.metadata().sends_issuer() {
        return Vec::new();
    }
    let mut told = Vec::new();
    let mut notes = Vec::new();
    for uri in uris {
        for other in mix_up::sharing(realms, config, uri) {
            if !told.contains(&other.name()) {
                told.push(other.name());
                notes.push(mix_up::sentence(config, other, uri));
            }
        }
    }
    notes
}

/// Whether a login is refused as its redirect URI would make it public: others of the realm's may be
/// fine.
pub(super) fn is_refused(error: &Error) -> bool {
    matches!(error.cause(), Cause::Begin(BeginError::ClientType(ClientTypeError::PublicRefused)))
}

/// A note, if public logins may begin with the redirect URL of whoever asks: `loopback` is one of
/// nobody's.
pub(super) fn open_to_strangers(
    config: &RealmConfig,
    relying_party: RelyingParty<'_>,
    loopback: &RedirectUri,
) -> Option<String> {
    let is_public =
        |requested| relying_party.client_type(loopback, requested) == Ok(ClientType::Public);
    if !config.redirect_urls.is_empty() {
        return None;
    }
    let (which, setting) = match (is_public(Requested::Default), is_public(Requested::Public)) {
        (true, _) if config.realm.registration.credential.is_none() => ("are", ""),
        (true, _) => ("are", " or public-override 0"),
        (false, true) => ("may be asked to be", " or public-override 0"),
        (false, false) => return None,
    };
    Some(format!(
        "the realm lists no redirect-urls, and logins on loopback {which} public: where strangers can begin logins, one could send an end user to the provider and ask for the address that the browser ends at, which is enough to sign in as that end user; set redirect-urls{setting}"
    ))
}
