//! The end user's claims, as the caller gets them.

pub(crate) mod tokens;

use std::fmt;

use onerealm_core::Identity;
use onerealm_core::wire::{Value, is_invisible};
use serde::de::DeserializeOwned;
use serde_json::Map;

use crate::error::user_name::UserError;

/// Claims by name: the ID token's, plus the userinfo endpoint's where the ID token lacks them.
///
/// They are as the provider sent them, so there may be tokens among them: an access token in `_claim_sources` (OpenID
/// Connect Core 5.6.2), or one that a mapping at the provider put there. [`without_tokens`](Self::without_tokens) is for
/// those who show claims or hand them on.
///
/// Converts into a JSON object with `serde_json::Value::from`.
#[derive(Clone, PartialEq, Eq)]
pub struct Claims(Map<String, serde_json::Value>);

impl Claims {
    pub(crate) fn of(identity: &Identity<'_>) -> Result<Self, UserError> {
        Self::merged(identity, |_| true)
    }

    /// Of the ID token, only the claims with a value that counts.
    fn merged(
        identity: &Identity<'_>,
        counts: fn(&serde_json::Value) -> bool,
    ) -> Result<Self, UserError> {
        let parse = |text: &str| serde_json::from_str::<Map<_, _>>(text);
        let id_token = parse(identity.id_token_claims().text()).map_err(|_| UserError::Claims)?;
        let mut claims = match identity.userinfo_claims() {
            Some(userinfo) => parse(userinfo.text()).map_err(|_| UserError::Claims)?,
            None => Map::new(),
        };
        claims.extend(id_token.into_iter().filter(|(_, value)| counts(value)));
        Ok(Claims(claims))
    }

    /// For callers with their own rules for names. A null in the ID token hides nothing of userinfo.
    pub(crate) fn to_hand_on(identity: &Identity<'_>) -> Result<Self, UserError> {
        check_names(identity, NAMING_CLAIMS)?;
        check_user_names(identity)?;
        Self::merged(identity, |value| !value.is_null())
    }

    /// The claim's value, if the claim exists and is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// The names of all claims, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, UnfitClaims> {
        T::deserialize(&self.0).map_err(UnfitClaims)
    }

    /// The claims without tokens and secrets, and the paths of those that were left out, unescaped: members whose names
    /// end in `token`, `secret`, `password` or the like, and everything in which there is a JWS or a JWE, at any depth.
    pub fn without_tokens(mut self) -> (Self, Vec<String>) {
        let mut removed = Vec::new();
        tokens::remove(&mut self.0, "", &mut removed);
        (self, removed)
    }

    /// All claims, as a JSON object.
    pub fn to_json(&self) -> String {
        serde_json::Value::from(self.clone()).to_string()
    }
}

impl From<Claims> for serde_json::Value {
    fn from(claims: Claims) -> Self {
        serde_json::Value::Object(claims.0)
    }
}

/// The claims don't fit the caller's type.
///
/// The message may quote a claim; `Debug` shows none.
pub struct UnfitClaims(serde_json::Error);

impl fmt::Debug for UnfitClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnfitClaims(..)")
    }
}

impl fmt::Display for UnfitClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the claims don't fit the type that they are read into: {}", self.0)
    }
}

impl std::error::Error for UnfitClaims {}

/// Claims are personal data.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claims(..)")
    }
}

/// Claims where callers look for user names, groups and mail addresses.
const NAMING_CLAIMS: [&str; 7] =
    ["preferred_username", "username", "upn", "unique_name", "email", "groups", "roles"];

/// Those of them that callers take for user names.
const USER_NAMES: [&str; 6] =
    ["sub", "preferred_username", "username", "upn", "unique_name", "email"];

/// Refuses characters that nobody sees in claims that callers take for user names.
fn check_user_names(identity: &Identity<'_>) -> Result<(), UserError> {
    for name in USER_NAMES {
        let text = identity.claim(name).and_then(Value::as_str);
        if let Some(character) = text.and_then(|text| text.chars().find(|c| is_invisible(*c))) {
            return Err(UserError::Character { claim: name.to_owned(), character });
        }
    }
    Ok(())
}

/// The claim called `name`, or where there is none, the one that `name` is the path of: the name of a
/// claim, a dot, and the name of a member in it, or again a path. Where names have dots themselves, the
/// longest that is there counts.
pub(crate) fn claim_at<'b>(identity: &Identity<'b>, name: &str) -> Option<Value<'b>> {
    member_at(name, &|name| identity.claim(name))
}

fn member_at<'b>(path: &str, member: &dyn Fn(&str) -> Option<Value<'b>>) -> Option<Value<'b>> {
    member(path).or_else(|| {
        path.rmatch_indices('.').find_map(|(dot, _)| {
            let (name, rest) = (path.get(..dot)?, path.get(dot + 1..)?);
            match member(name)? {
                Value::Object(object) => member_at(rest, &|name| object.get(name)),
                _ => None,
            }
        })
    })
}

/// The names of claims that `name` may be a path into, the longest first.
pub(crate) fn roots(name: &str) -> impl Iterator<Item = &str> {
    name.rmatch_indices('.').filter_map(|(dot, _)| name.get(..dot))
}

/// Refuses control characters in claims that identify a person or a group.
pub(crate) fn check_names<'c>(
    identity: &Identity<'_>,
    claims: impl IntoIterator<Item = &'c str>,
) -> Result<(), UserError> {
    let with_one = |claim: &&str| claim_at(identity, claim).is_some_and(has_control_character);
    match claims.into_iter().find(with_one) {
        Some(claim) => Err(UserError::ControlCharacter { claim: claim.to_owned() }),
        None => Ok(()),
    }
}

/// Whether a claim with mail addresses or groups (a string, an array, or an object's member names)
/// contains a control character: callers write such names to line-based files.
fn has_control_character(claim: Value<'_>) -> bool {
    match claim {
        Value::String(text) => text.has_control_character(),
        Value::Array(items) => items.items().any(has_control_character),
        Value::Object(object) => object.members().any(|(name, _)| name.has_control_character()),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_into_a_type_of_the_callers() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        struct Wanted {
            email: String,
            groups: Vec<String>,
            phone: Option<String>,
        }
        let read = |json| Claims(serde_json::from_str(json).unwrap()).read::<Wanted>();
        let wanted = read(r#"{"groups":["x\/y"],"email":"a@b.example","other":{}}"#).unwrap();
        let groups = vec!["x/y".to_owned()];
        assert_eq!(wanted, Wanted { email: "a@b.example".to_owned(), groups, phone: None });
        let error = read(r#"{"email":"a@b.example"}"#).unwrap_err();
        assert!(error.to_string().contains("groups"), "{error}");
    }

    #[test]
    fn claims_are_read_by_name_and_not_shown() {
        let json = r#"{"email":"a@b.example","groups":["x"]}"#;
        let claims = Claims(serde_json::from_str(json).unwrap());
        assert_eq!(claims.text("email"), Some("a@b.example"));
        assert_eq!((claims.text("groups"), claims.text("sub")), (None, None));
        assert_eq!(claims.names().collect::<Vec<_>>(), ["email", "groups"]);
        assert_eq!(claims.to_json(), json);
        assert_eq!(format!("{claims:?}"), "Claims(..)");
    }
}
