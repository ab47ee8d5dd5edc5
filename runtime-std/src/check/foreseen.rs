//! What a check foresees, in sentences.

use onerealm_core::wire::JsonStr;
use onerealm_core::{Announced, JwksError, KeySet, Obstacle, RelyingParty};

use crate::error::shown::{list, quoted_item};

/// What will stop every login, and what may stop some: a sentence each, which says what to do.
#[derive(Debug, Default)]
pub(super) struct Foreseen {
    pub(super) problems: Vec<String>,
    pub(super) notes: Vec<String>,
}

impl Foreseen {
    pub(super) fn of(relying_party: RelyingParty<'_>, keys: KeySet<'_>) -> Self {
        let mut foreseen = Foreseen::default();
        relying_party.foresee(keys, &mut |obstacle| {
            let sentence = sentence(&obstacle);
            match obstacle.stops_every_login() {
                true => foreseen.problems.push(sentence),
                false => foreseen.notes.push(sentence),
            }
        });
        foreseen
    }

    /// With what else was found.
    pub(super) fn and(mut self, other: Foreseen) -> Self {
        self.problems.extend(other.problems);
        self.notes.extend(other.notes);
        self
    }
}

fn sentence(obstacle: &Obstacle<'_>) -> String {
    match obstacle {
        Obstacle::NoCode => "the provider's metadata doesn't offer the response type code: allow the authorization code flow at the provider".to_owned(),
        Obstacle::NoCodeGrant => "the provider's metadata doesn't offer the grant type authorization_code: allow the authorization code flow at the provider".to_owned(),
        Obstacle::NoQueryMode => "the provider's metadata doesn't offer the response mode query: allow it at the provider, as codes are read from the query here".to_owned(),
        Obstacle::NoAlgorithm(offered) => format!(
            "the provider offers ID tokens signed with {} only, none of which is accepted here: set RS256 or ES256 for this client at the provider",
            names(offered)
        ),
        Obstacle::NoKeyForAlgorithms(offered) => format!(
            "the provider's metadata offers ID tokens signed with {}, and its key set has no key for any of these: logins fail unless it signs with another algorithm, so give it a signing key for one",
            names(offered)
        ),
        Obstacle::PushedRequestsRequired => "the provider requires pushed authorization requests (RFC 9126), which are not sent here: turn that requirement off at the provider".to_owned(),
        Obstacle::SignedRequestsRequired => "the provider requires signed request objects (RFC 9101), which are not sent here: turn that requirement off at the provider".to_owned(),
        Obstacle::UnusableKey { kid, error } => format!(
            "{} of the provider can't be used ({}): logins whose ID token is signed with it are refused",
            key(*kid), reason(error)
        ),
        Obstacle::AmbiguousKeys { kid: Some(kid), algorithm } => format!(
            "the provider has different keys for {algorithm} under one kid, {}: ID tokens that name it are refused, so let the provider give each key another",
            quoted_item(&text(*kid))
        ),
        Obstacle::AmbiguousKeys { kid: None, algorithm } => format!(
            "the provider has several keys for {algorithm} without kid: ID tokens signed with them are refused, so let the provider give each key a kid"
        ),
        Obstacle::ScopeNotListed(scope) => format!(
            "the provider's metadata doesn't list the scope {}: if logins fail with invalid_scope, remove it from the realm's scopes",
            quoted_item(scope)
        ),
        Obstacle::AcrNotListed(offered) => format!(
            "the provider's metadata lists the acr values {}, none of which is in the realm's require-acr: if logins are refused for their acr, let the provider send one of those, or change require-acr",
            names(offered)
        ),
        Obstacle::NoUserinfoAlgorithm(offered) => format!(
            "the realm's userinfo-signed demands signed userinfo, and the provider offers it signed with {} only, none of which is accepted here: set userinfo-signed to 0, or let the provider sign with RS256 or ES256",
            names(offered)
        ),
        Obstacle::SignedUserinfoNotAnnounced => "the realm's userinfo-signed demands signed userinfo, and the provider's metadata doesn't say that it signs any (userinfo_signing_alg_values_supported): if logins fail with userinfo_not_signed, turn it on for this client at the provider, or set userinfo-signed to 0".to_owned(),
        Obstacle::SignedUserinfoNotAsked => "the realm's userinfo-signed has no effect, as no login asks for userinfo: the provider has no userinfo endpoint, or the realm's query-userinfo is 0".to_owned(),
        Obstacle::PairwiseSubjects => "the provider may give an end user another sub at each registration, and the realm has two (client-id and native-client-id): let username-claim name another claim than sub, or one person gets two accounts".to_owned(),
        Obstacle::NativeRegistrationUnused { only_if_asked: true } => "native-client-id is used only by logins that ask to be public (--public): for logins on loopback too, set client-type to auto".to_owned(),
        Obstacle::NativeRegistrationUnused { only_if_asked: false } => "native-client-id is never used: no login of this realm is public, so set client-type to auto, or remove it".to_owned(),
    }
}

fn names(offered: &Announced<'_>) -> String {
    list(offered.iter().map(|name| quoted_item(&text(name))))
}

fn key(kid: Option<JsonStr<'_>>) -> String {
    match kid {
        Some(kid) => format!("the key {}", quoted_item(&text(kid))),
        None => "a key without kid".to_owned(),
    }
}

fn reason(error: &JwksError) -> String {
    match error {
        JwksError::RsaSize { bits } => format!("an RSA key of {bits} bits"),
        _ => "it is malformed".to_owned(),
    }
}

fn text(string: JsonStr<'_>) -> String {
    string.chars().collect()
}
