//! Why a validated identity has no user name.

use onerealm_core::Identity;

use super::difference::Difference;
use super::{advice, shown};
use crate::codes::codes;

/// Why a validated identity has no user name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserError {
    /// The claim is missing.
    Missing {
        /// Its name.
        claim: String,
        /// The claims present, safe to show.
        present: Vec<String>,
    },
    /// The claim is not a string.
    NotText {
        /// Its name.
        claim: String,
    },
    /// Its value can't be a user name.
    Unusable {
        /// Its name.
        claim: String,
        /// Why.
        reason: &'static str,
    },
    /// Its value has a character that no user name has.
    Character {
        /// Its name.
        claim: String,
        /// The first such character.
        character: char,
    },
    /// A mail address or a group contains a control character.
    ControlCharacter {
        /// The claim's name.
        claim: String,
    },
    /// A number in the claims can't be represented.
    Claims,
}

/// The most claims that an error lists.
const SHOWN_CLAIMS: usize = 40;

/// The names of the claims, safe to show.
pub(crate) fn shown_names(identity: &Identity<'_>) -> Vec<String> {
    let names = identity.members().map(|(name, _)| shown::name(&name.chars().collect::<String>()));
    names.take(SHOWN_CLAIMS).collect()
}

impl UserError {
    pub(crate) fn missing(identity: &Identity<'_>, claim: &str) -> Self {
        UserError::Missing { claim: claim.to_owned(), present: shown_names(identity) }
    }

    /// The expected and the received value, if both are public.
    pub(super) fn difference(&self) -> Option<Difference> {
        match self {
            UserError::Missing { claim, present } => Some(Difference::new(
                format!("the claim {claim:?}, as username-claim says"),
                format!("the claims {}", present.join(", ")),
                advice::USER_NAME_MISSING,
            )),
            _ => None,
        }
    }
}

codes! {
    UserError {
        Self::Missing { .. } => "username_missing",
            "the end user has no claim of the name that is the realm's username-claim";
        Self::NotText { claim } => "username_not_text",
            "the claim {claim:?}, which the realm's username-claim names, is no string";
        Self::Unusable { claim, reason } => "username_unusable",
            "what the claim {claim:?} says can't be a user name: {reason}; set the realm's username-claim to another claim";
        Self::Character { claim, character } => "username_unusable",
            "what the claim {claim:?} says can't be a user name: it has {} in it (U+{:04X}); set the realm's username-claim to another claim",
            kind(*character), u32::from(*character);
        Self::ControlCharacter { claim } => "claim_control_character",
            "the claim {claim:?} has a control character in it, which no mail address and no group has: correct it at the provider";
        Self::Claims => "claims_unusable", "the claims have a number that can't be represented";
    }
}

/// What a character that no user name has is.
fn kind(c: char) -> &'static str {
    match c {
        c if c.is_control() => "a control character",
        c if c.is_whitespace() => "white space",
        '/' | ':' => "'/' or ':'",
        ',' | ';' => "',' or ';', which separate names,",
        _ => "a format character or another one that nobody sees",
    }
}

impl std::error::Error for UserError {}
