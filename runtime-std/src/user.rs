//! The end user of a finished login.

use std::fmt;

use onerealm_core::wire::{Value, is_invisible};
use onerealm_core::{ClientType, Identity};
use serde::de::DeserializeOwned;

use crate::claims::{Claims, UnfitClaims, check_names};
use crate::error::user_name::{UserError, shown_names};
use crate::groups::{Groups, Warning};
use crate::realm::RealmConfig;

/// The end user of a finished login.
#[derive(Clone)]
#[non_exhaustive]
pub struct User {
    /// The realm's name.
    pub realm: String,
    /// The value of the realm's `username-claim`, without `@realm`.
    pub username: String,
    /// The client type of the login.
    pub client_type: ClientType,
    /// The issuer.
    pub issuer: String,
    /// The subject: identifies the end user, together with the issuer.
    pub subject: String,
    /// The groups in the realm's `groups-claim`.
    pub groups: Groups,
    /// Things the realm asks for and the provider didn't send. They are logged too.
    pub warnings: Vec<Warning>,
    /// The ID token's claims, plus the userinfo endpoint's where the ID token lacks them. Whoever shows them leaves out
    /// [tokens](Claims::without_tokens).
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
        check_username(&username, claim, identity.realm())?;
        check_names(identity, ["email"].into_iter().chain(config.groups_claim.as_deref()))?;
        let claims = Claims::of(identity)?;
        let groups_claim = config.groups_claim.as_deref();
        let groups = Groups::of(identity, groups_claim);
        if let (Groups::Absent, Some(claim)) = (&groups, groups_claim) {
            log::info!(
                "realm {}: no groups, as there is no claim {claim:?}, which groups-claim names; the claims are {}",
                identity.realm(),
                shown_names(identity).join(", ")
            );
        }
        let warnings = Warning::of(&groups, groups_claim);
        for warning in &warnings {
            let advice = warning.explanation().fix.unwrap_or_default();
            log::warn!(
                "realm {}: {warning} [{}]; advice: {advice}",
                identity.realm(),
                warning.code()
            );
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

    /// Deserializes the claims into the caller's type: the ID token's, plus the userinfo endpoint's
    /// where the ID token lacks them. Claims without a field are ignored.
    ///
    /// # Errors
    ///
    /// [`UnfitClaims`], if a field's claim is missing or has another type.
    pub fn claims_as<T: DeserializeOwned>(&self) -> Result<T, UnfitClaims> {
        self.claims.read()
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

/// Values of `username-claim` that stand for another claim, unless a claim has that very name.
const OLD_SPELLINGS: [(&str, &str); 2] = [("subject", "sub"), ("username", "preferred_username")];

/// The claim that `username-claim` names, looked up as Proxmox products do; null counts as missing.
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

/// The longest user name, `@realm` included, in characters.
const USER_NAME_LEN: usize = 64;

/// Checks what Proxmox products accept, and that nobody takes the name for another: they store user names in paths, and in
/// files that use `:` and line ends as separators, join names with `,` and split lists at `,` and `;`.
fn check_username(name: &str, claim: &str, realm: &str) -> Result<(), UserError> {
    let claim = || claim.to_owned();
    let unusable = |reason| Err(UserError::Unusable { claim: claim(), reason });
    if name.is_empty() {
        return unusable("it is empty");
    }
    let is_refused = |c: char| c.is_whitespace() || is_invisible(c) || "/:,;".contains(c);
    if let Some(character) = name.chars().find(|c| is_refused(*c)) {
        return Err(UserError::Character { claim: claim(), character });
    }
    if name.chars().count() + 1 + realm.len() > USER_NAME_LEN {
        return unusable("with '@' and the realm it is longer than 64 characters");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str) -> Option<UserError> {
        check_username(name, "n", "sso").err()
    }

    #[test]
    fn user_names_are_those_that_proxmox_takes() {
        for good in ["alice", "alice@contoso.example", "älice", &"a".repeat(60)] {
            assert_eq!(refused(good), None, "{good}");
        }
        for bad in ["", "a b", "a\n", "a\u{7f}", "a\u{2003}b", "a/b", "a:b", &"a".repeat(61)] {
            assert!(refused(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn case_191_a_name_that_looks_like_another_or_like_two_is_refused() {
        for c in [
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2066}',
            '\u{feff}',
            '\u{ad}',
            '\u{2060}',
            '\u{3164}',
            '\u{115f}',
            '\u{1160}',
            '\u{ffa0}',
            '\u{34f}',
            '\u{fe0f}',
            '\u{e0061}',
            '\u{e0100}',
            '\u{2028}',
            '\u{2029}',
            '\u{85}',
            '\u{9b}',
            '\u{180e}',
            '\u{2800}',
            '\u{e000}',
            '\u{fffe}',
            '\u{3000}',
            '\u{a0}',
            ',',
            ';',
        ] {
            for name in [format!("{c}alice"), format!("ali{c}ce"), format!("alice{c}")] {
                let error = refused(&name).unwrap();
                assert_eq!(error.code(), "username_unusable", "{c:?}");
                let (message, point) = (error.to_string(), format!("(U+{:04X})", u32::from(c)));
                assert!(message.contains(&point) && message.contains("\"n\""), "{message}");
                assert!(!message.contains(c) || c == ',' || c == ';', "{message:?}");
            }
        }
    }

    #[test]
    fn names_of_every_script_stay_names() {
        for name in [
            "Zoë",
            "Zoe\u{308}",
            "山田太郎",
            "やまだ",
            "علي",
            "مُحَمَّد",
            "दीपिका",
            "สมชาย",
            "Ольга",
            "Σωκράτης",
            "한글",
            "o'neill",
            "a+b",
            "a|b",
            "a#b",
            "a=b",
            "😀",
            "a\u{ff0c}b",
        ] {
            assert_eq!(refused(name), None, "{name}");
        }
    }
}
