//! The end user of a finished login, in the words of the realm.

use std::fmt;

use onerealm_core::wire::Value;
use onerealm_core::{ClientType, Identity};
use serde_json::Map;

use crate::advice;
use crate::config::RealmConfig;
use crate::difference::{Difference, with_difference};
use crate::groups::{Groups, Warning};
use crate::shown;

/// Claims by their names.
pub type Claims = Map<String, serde_json::Value>;

/// The end user of a finished login.
#[derive(Clone)]
pub struct User {
    /// The realm's name.
    pub realm: String,
    /// What the realm's `username-claim` says, without `@realm`.
    pub username: String,
    /// The client type of the login.
    pub client_type: ClientType,
    /// The issuer.
    pub issuer: String,
    /// The subject: together with the issuer, what identifies the end user.
    pub subject: String,
    /// The groups that the realm's `groups-claim` says.
    pub groups: Groups,
    /// What is not as the realm asks for, though the login is done. They are in the log too.
    pub warnings: Vec<Warning>,
    /// The ID token's claims, with those of the userinfo endpoint that it doesn't have.
    pub claims: Claims,
}

impl User {
    pub(crate) fn new(identity: &Identity<'_>, config: &RealmConfig) -> Result<Self, UserError> {
        let (claim, value) = username_claim(identity, &config.username_claim);
        let username = match value {
            Some(Value::String(text)) => text.chars().collect::<String>(),
            Some(_) => return Err(UserError::NotText { claim: claim.to_owned() }),
            None => return Err(UserError::missing(identity, claim)),
        };
        check_username(&username, identity.realm())
            .map_err(|reason| UserError::Unusable { claim: claim.to_owned(), reason })?;
        check_names(identity, ["email"].into_iter().chain(config.groups_claim.as_deref()))?;
        let claims = claims(identity)?;
        let groups_claim = config.groups_claim.as_deref();
        let groups = Groups::of(identity, groups_claim);
        let warnings = Warning::of(&groups, groups_claim);
        for warning in &warnings {
            let (code, advice) = (warning.code(), warning.advice());
            log::warn!("realm {}: {warning} [{code}]; advice: {advice}", identity.realm());
        }
        Ok(User {
            realm: identity.realm().to_owned(),
            username,
            client_type: identity.client_type(),
            issuer: identity.issuer().to_owned(),
            subject: identity.subject().to_owned(),
            groups,
            warnings,
            claims,
        })
    }

    /// As JSON: `realm`, `username`, `client_type`, `issuer`, `subject`, `groups`, `warnings` and
    /// `claims`.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "realm": self.realm,
            "username": self.username,
            "client_type": self.client_type.as_str(),
            "issuer": self.issuer,
            "subject": self.subject,
            "groups": self.groups.to_json(),
            "warnings": self.warnings.iter().map(Warning::to_json).collect::<Vec<_>>(),
            "claims": self.claims,
        })
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("realm", &self.realm)
            .field("username", &self.username)
            .field("client_type", &self.client_type)
            .field("issuer", &self.issuer)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// The claims of both sources; the ID token's win.
fn claims(identity: &Identity<'_>) -> Result<Claims, UserError> {
    let parse = |text: &str| serde_json::from_str::<Claims>(text).map_err(|_| UserError::Claims);
    let id_token = parse(identity.id_token_claims().text())?;
    let mut claims = match identity.userinfo_claims() {
        Some(userinfo) => parse(userinfo.text())?,
        None => Claims::new(),
    };
    claims.extend(id_token);
    Ok(claims)
}

/// The claims for a caller that looks for names in them by rules of its own.
pub(crate) fn claims_to_hand_on(identity: &Identity<'_>) -> Result<Claims, UserError> {
    check_names(identity, NAMING_CLAIMS)?;
    claims(identity)
}

/// What callers take the names of end users, groups and mail addresses from.
const NAMING_CLAIMS: [&str; 7] =
    ["preferred_username", "username", "upn", "unique_name", "email", "groups", "roles"];

/// Refuses control characters in claims that name somebody or something.
fn check_names<'c>(
    identity: &Identity<'_>,
    claims: impl IntoIterator<Item = &'c str>,
) -> Result<(), UserError> {
    let with_one = |claim: &&str| identity.claim(claim).is_some_and(has_control_character);
    match claims.into_iter().find(with_one) {
        Some(claim) => Err(UserError::ControlCharacter { claim: claim.to_owned() }),
        None => Ok(()),
    }
}

/// Spellings of `username-claim` that stand for a claim of another name, where there is none of
/// their own.
const OLD_SPELLINGS: [(&str, &str); 2] = [("subject", "sub"), ("username", "preferred_username")];

/// The claim that `username-claim` names, as Proxmox products look for it; null is none.
fn username_claim<'a, 'b>(
    identity: &Identity<'b>,
    written: &'a str,
) -> (&'a str, Option<Value<'b>>) {
    let claim = |name| identity.claim(name).filter(|value| !matches!(value, Value::Null));
    let meant = OLD_SPELLINGS.iter().find(|(spelling, _)| *spelling == written);
    match (claim(written), meant) {
        (None, Some((_, name))) => (name, claim(name)),
        (value, _) => (written, value),
    }
}

/// Whether a claim that names mail addresses or groups (as text, as an array, or as an object's
/// names) has a control character: callers write such names to files of lines.
fn has_control_character(claim: Value<'_>) -> bool {
    match claim {
        Value::String(text) => text.has_control_character(),
        Value::Array(items) => items.items().any(has_control_character),
        Value::Object(object) => object.members().any(|(name, _)| name.has_control_character()),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The longest user name with its `@realm`, in characters.
const USER_NAME_LEN: usize = 64;

/// What Proxmox products take as a user name: it stands in files where `:` and line ends separate,
/// and in paths.
fn check_username(name: &str, realm: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("it is empty");
    }
    if name.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("it has white space or a control character in it");
    }
    if name.contains(['/', ':']) {
        return Err("it has '/' or ':' in it");
    }
    if name.chars().count() + 1 + realm.len() > USER_NAME_LEN {
        return Err("with '@' and the realm it is longer than 64 characters");
    }
    Ok(())
}

/// Why a validated identity has no user name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserError {
    /// There is no such claim.
    Missing {
        /// Its name.
        claim: String,
        /// The claims that are there, fit to be shown.
        present: Vec<String>,
    },
    /// The claim is no string.
    NotText {
        /// Its name.
        claim: String,
    },
    /// What it says can't be a user name.
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
    /// The claims are beyond what can be handed on.
    Claims,
}

/// As many claims as an error lists.
const SHOWN_CLAIMS: usize = 40;

impl UserError {
    fn missing(identity: &Identity<'_>, claim: &str) -> Self {
        let names =
            identity.members().map(|(name, _)| shown::name(&name.chars().collect::<String>()));
        let present = names.take(SHOWN_CLAIMS).collect();
        UserError::Missing { claim: claim.to_owned(), present }
    }

    /// What was expected and what came, where that are public values.
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

    /// Every code.
    pub const CODES: &'static [&'static str] = &[
        "username_missing",
        "username_not_text",
        "username_unusable",
        "claim_control_character",
        "claims_unusable",
    ];

    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            UserError::Missing { .. } => "username_missing",
            UserError::NotText { .. } => "username_not_text",
            UserError::Unusable { .. } => "username_unusable",
            UserError::ControlCharacter { .. } => "claim_control_character",
            UserError::Claims => "claims_unusable",
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_those_that_proxmox_takes() {
        for good in ["alice", "alice@contoso.example", "älice", &"a".repeat(60)] {
            assert_eq!(check_username(good, "sso"), Ok(()), "{good}");
        }
        for bad in ["", "a b", "a\n", "a\u{7f}", "a\u{2003}b", "a/b", "a:b", &"a".repeat(61)] {
            assert!(check_username(bad, "sso").is_err(), "{bad:?}");
        }
    }
}
