//! Why a validated identity has no user name.

use std::fmt;

use onerealm_core::Identity;

use super::difference::{Difference, with_difference};
use super::{advice, shown};
use crate::codes::codes;

/// Why a validated identity has no user name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserError {
    /// The claim is missing.
    Missing {
        /// Its name.
        claim: String,
        /// The claims that are there, safe to show.
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
    /// A mail address or a group has a control character in it.
    ControlCharacter {
        /// The claim's name.
        claim: String,
    },
    /// The claims have a number that can't be represented.
    Claims,
}

/// The most claims that an error lists.
const SHOWN_CLAIMS: usize = 40;

impl UserError {
    pub(crate) fn missing(identity: &Identity<'_>, claim: &str) -> Self {
        let names =
            identity.members().map(|(name, _)| shown::name(&name.chars().collect::<String>()));
        let present = names.take(SHOWN_CLAIMS).collect();
        UserError::Missing { claim: claim.to_owned(), present }
    }

    /// What to do about it, unless the message says so already.
    pub(super) fn advice(&self) -> Option<&'static str> {
        match self {
            UserError::NotText { .. } | UserError::Unusable { .. } => {
                Some(advice::USER_NAME_UNUSABLE)
            }
            UserError::Missing { .. } | UserError::ControlCharacter { .. } | UserError::Claims => {
                None
            }
        }
    }

    /// What was expected and what came, where both are public values.
    pub(crate) fn difference(&self) -> Option<Difference> {
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
        Missing => "username_missing",
        NotText => "username_not_text",
        Unusable => "username_unusable",
        ControlCharacter => "claim_control_character",
        Claims => "claims_unusable",
    }
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UserError::Missing { .. } => {
                f.write_str(
                    "the end user has no claim of the name that is the realm's username-claim",
                )?;
                with_difference(f, self.difference().as_ref())
            }
            UserError::NotText { claim } => write!(
                f,
                "the claim {claim:?}, which the realm's username-claim names, is no string"
            ),
            UserError::Unusable { claim, reason } => write!(
                f,
                "what the claim {claim:?} says can't be a user name: {reason}; set the realm's username-claim to another claim"
            ),
            UserError::ControlCharacter { claim } => write!(
                f,
                "the claim {claim:?} has a control character in it, which no mail address and no group has: correct it at the provider"
            ),
            UserError::Claims => f.write_str("the claims have a number that can't be represented"),
        }
    }
}

impl std::error::Error for UserError {}
