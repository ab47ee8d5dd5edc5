//! How the end user authenticated, where the realm demands it of the ID token (OpenID Connect Core 2).

use super::error::IdTokenError;
use crate::realm::Realm;
use crate::wire::{Object, Value, Words};

/// Rule 12: `acr` is one of those that the realm demands, and `amr` has all of them. What the realm
/// doesn't demand may be anything.
///
/// The values have no order and no meaning here (RFC 6711, RFC 8176): they are compared to the letter.
pub(super) fn check(claims: Object<'_>, realm: &Realm<&str>) -> Result<(), IdTokenError> {
    match found(claims, "acr", &realm.required_acr) {
        None => return Err(IdTokenError::NoAuthenticationClass),
        Some(Found { is_string: true, any: true, .. }) => {}
        Some(_) => return Err(IdTokenError::AuthenticationClass),
    }
    match found(claims, "amr", &realm.required_amr) {
        None => Err(IdTokenError::NoAuthenticationMethods),
        Some(Found { all: true, .. }) => Ok(()),
        Some(_) => Err(IdTokenError::AuthenticationMethods),
    }
}

/// How a claim compares with the words that the realm demands.
struct Found {
    is_string: bool,
    any: bool,
    all: bool,
}

/// Looks for the words in a claim, which isn't looked at where there are none; `None` where the claim
/// is missing or null. Firmware has it once, for both claims.
#[inline(never)]
fn found(claims: Object<'_>, name: &str, required: &Words<&str>) -> Option<Found> {
    let mut found = Found { is_string: true, any: false, all: true };
    let mut claim = None;
    for word in required.iter() {
        let list = match claim {
            Some(list) => list,
            None => claims.get(name).filter(|value| !matches!(value, Value::Null))?,
        };
        claim = Some(list);
        found.is_string = matches!(list, Value::String(_));
        let is_there = has(list, word).unwrap_or_default();
        found.any |= is_there;
        found.all &= is_there;
    }
    found.any |= claim.is_none();
    Some(found)
}

/// Whether a claim is the word, or a list that has it; some providers send a string for a list of one.
/// `None` where it is neither a string nor an array of nothing but strings.
fn has(list: Value<'_>, word: &str) -> Option<bool> {
    match list {
        Value::Array(items) => items
            .items()
            .try_fold(false, |has, item| item.as_str().map(|item| has | (item == *word))),
        single => single.as_str().map(|single| single == *word),
    }
}
