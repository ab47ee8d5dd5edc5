//! What in a provider's metadata and keys will stop a login, or may: foreseen before one begins.
//!
//! Nothing here decides about a login. A member that isn't there, or isn't of its type, foresees
//! nothing.

use serde::Deserialize;

use crate::client::{Client, Decision, Requested};
use crate::jwa::JwsAlgorithm;
use crate::jwks::{JwksError, KeySet};
use crate::realm::{Realm, UserinfoSigned};
use crate::redirect_uri::RedirectUriKind;
use crate::relying_party::RelyingParty;
use crate::wire::{Array, JsonStr, Member, Value, read};

/// Something that will stop every login with a provider, or may stop some.
#[derive(Debug, Clone, Copy)]
pub enum Obstacle<'a> {
    /// `response_types_supported` has no `code`.
    NoCode,
    /// `grant_types_supported` has no `authorization_code`.
    NoCodeGrant,
    /// `id_token_signing_alg_values_supported` has no algorithm that is verified here.
    NoAlgorithm(Announced<'a>),
    /// No key of the set is for one of the offered algorithms.
    NoKeyForAlgorithms(Announced<'a>),
    /// `require_pushed_authorization_requests` (RFC 9126 section 5).
    PushedRequestsRequired,
    /// `require_signed_request_object` (RFC 9101 section 10.5).
    SignedRequestsRequired,
    /// `response_modes_supported` has no `query`.
    NoQueryMode,
    /// A key that can't be read: tokens signed with it are refused.
    UnusableKey {
        /// Its `kid`, if it has one.
        kid: Option<JsonStr<'a>>,
        /// Why.
        error: JwksError,
    },
    /// Two different keys for one algorithm under one `kid`: a token that names it is refused.
    AmbiguousKeys {
        /// What both are called; `None` where neither has a name, so a token can't name one.
        kid: Option<JsonStr<'a>>,
        /// The algorithm that both are for.
        algorithm: JwsAlgorithm,
    },
    /// `scopes_supported` lacks a scope of the realm.
    ScopeNotListed(&'a str),
    /// `acr_values_supported` has none of those that the realm demands.
    AcrNotListed(Announced<'a>),
    /// `userinfo_signing_alg_values_supported` has no algorithm that is verified here, and the realm
    /// demands signed userinfo.
    NoUserinfoAlgorithm(Announced<'a>),
    /// The realm demands signed userinfo, and the metadata doesn't say that it may be signed.
    SignedUserinfoNotAnnounced,
    /// The realm demands signed userinfo, and no login asks for userinfo.
    SignedUserinfoNotAsked,
    /// `subject_types_supported` has no `public`, and the realm has two registrations: an end
    /// user's `sub` may be another one at each (OpenID Connect Core 8).
    PairwiseSubjects,
    /// No login of the realm has its native registration, but one that asks to be public.
    NativeRegistrationUnused {
        /// Whether a login that asks to be public has it.
        only_if_asked: bool,
    },
}

impl Obstacle<'_> {
    /// Whether no login can succeed, if the provider does as it says.
    pub fn stops_every_login(&self) -> bool {
        use Obstacle::*;
        match self {
            NoCode
            | NoCodeGrant
            | NoAlgorithm(_)
            | PushedRequestsRequired
            | SignedRequestsRequired
            | NoUserinfoAlgorithm(_)
            | NoQueryMode => true,
            // The list may be the provider's, and what a client demands be set for the client.
            AcrNotListed(_) | SignedUserinfoNotAnnounced | SignedUserinfoNotAsked => false,
            // Some sign with an algorithm that their metadata doesn't list.
            NoKeyForAlgorithms(_)
            | UnusableKey { .. }
            | AmbiguousKeys { .. }
            | ScopeNotListed(_)
            | PairwiseSubjects
            | NativeRegistrationUnused { .. } => false,
        }
    }
}

/// A list of the metadata, for messages.
#[derive(Debug, Clone, Copy)]
pub struct Announced<'a>(Array<'a>);

impl<'a> Announced<'a> {
    /// The list's strings.
    pub fn iter(&self) -> impl Iterator<Item = JsonStr<'a>> {
        self.0.items().filter_map(Value::as_str)
    }

    /// The list, if there is one with anything in it.
    fn of(member: Member<'a>) -> Option<Self> {
        match member.value() {
            Some(Value::Array(items)) if items.items().next().is_some() => Some(Announced(items)),
            _ => None,
        }
    }

    fn has(&self, name: &str) -> bool {
        self.iter().any(|item| item == *name)
    }
}

/// The members that foresee something (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2,
/// RFC 9101 section 10.5, RFC 9126 section 5).
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    response_types_supported: Member<'a>,
    response_modes_supported: Member<'a>,
    grant_types_supported: Member<'a>,
    id_token_signing_alg_values_supported: Member<'a>,
    userinfo_signing_alg_values_supported: Member<'a>,
    acr_values_supported: Member<'a>,
    scopes_supported: Member<'a>,
    subject_types_supported: Member<'a>,
    require_pushed_authorization_requests: Member<'a>,
    require_signed_request_object: Member<'a>,
}

impl RelyingParty<'_> {
    /// Tells `found` of everything in the metadata, `keys` and the realm that will stop logins, or
    /// may.
    pub fn foresee(&self, keys: KeySet<'_>, found: &mut dyn FnMut(Obstacle<'_>)) {
        if let Ok((_, Ok(document))) = read::<Document<'_>>(self.metadata.document(), None) {
            document.foresee(self.realm, keys, found);
            self.foresee_signed_userinfo(document.userinfo_signing_alg_values_supported, found);
        }
        keys.foresee(found);
        self.foresee_unused_registration(found);
    }

    /// Userinfo is signed where the realm demands that.
    fn foresee_signed_userinfo(&self, list: Member<'_>, found: &mut dyn FnMut(Obstacle<'_>)) {
        if self.realm.userinfo_signed == UserinfoSigned::Accepted {
            return;
        }
        let is_ours =
            |list: &Announced<'_>| list.iter().any(|a| JwsAlgorithm::of_name(a).is_some());
        match (self.userinfo_endpoint(), Announced::of(list)) {
            (None, _) => found(Obstacle::SignedUserinfoNotAsked),
            (Some(_), None) => found(Obstacle::SignedUserinfoNotAnnounced),
            (Some(_), Some(list)) if !is_ours(&list) => found(Obstacle::NoUserinfoAlgorithm(list)),
            (Some(_), Some(_)) => {}
        }
    }

    /// The native registration is that of public logins.
    fn foresee_unused_registration(&self, found: &mut dyn FnMut(Obstacle<'_>)) {
        let kinds = [RedirectUriKind::Web, RedirectUriKind::Loopback, RedirectUriKind::PrivateUse];
        let is_public = |requested| {
            let decided = |kind| Client::decide(self.realm, self.metadata, kind, requested);
            let is_native = |client: Client<'_>| client.decision() == Decision::Native;
            kinds.into_iter().any(|kind| decided(kind).is_ok_and(is_native))
        };
        if self.realm.native_registration.is_some() && !is_public(Requested::Default) {
            let only_if_asked = is_public(Requested::Public);
            found(Obstacle::NativeRegistrationUnused { only_if_asked });
        }
    }
}

impl Document<'_> {
    fn foresee(&self, realm: &Realm<&str>, keys: KeySet<'_>, found: &mut dyn FnMut(Obstacle<'_>)) {
        let lacks = |member, name| Announced::of(member).is_some_and(|list| !list.has(name));
        let is_set = |member: Member<'_>| matches!(member.value(), Some(Value::Bool(true)));
        let mut found_if = |is_so: bool, obstacle| is_so.then(|| found(obstacle));
        found_if(lacks(self.response_types_supported, "code"), Obstacle::NoCode);
        found_if(lacks(self.response_modes_supported, "query"), Obstacle::NoQueryMode);
        found_if(lacks(self.grant_types_supported, "authorization_code"), Obstacle::NoCodeGrant);
        let pushed = is_set(self.require_pushed_authorization_requests);
        found_if(pushed, Obstacle::PushedRequestsRequired);
        let signed = is_set(self.require_signed_request_object);
        found_if(signed, Obstacle::SignedRequestsRequired);
        let is_pairwise = lacks(self.subject_types_supported, "public");
        found_if(is_pairwise && realm.native_registration.is_some(), Obstacle::PairwiseSubjects);
        if let Some(list) = Announced::of(self.id_token_signing_alg_values_supported) {
            let mut ours = list.iter().filter_map(JwsAlgorithm::of_name).peekable();
            let has_ours = ours.peek().is_some();
            found_if(!has_ours, Obstacle::NoAlgorithm(list));
            let has_key = ours.any(|algorithm| keys.has_key_for(algorithm));
            found_if(has_ours && !has_key, Obstacle::NoKeyForAlgorithms(list));
        }
        if let Some(list) = Announced::of(self.acr_values_supported) {
            let demanded = &realm.required_acr;
            let is_listed = demanded.iter().any(|class| list.has(class));
            found_if(!demanded.is_empty() && !is_listed, Obstacle::AcrNotListed(list));
        }
        for scope in realm.scopes.iter() {
            found_if(lacks(self.scopes_supported, scope), Obstacle::ScopeNotListed(scope));
        }
    }
}
