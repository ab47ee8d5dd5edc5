//! How the end user authenticated, where the realm demands it of the ID token (OpenID Connect Core 2).

use super::error::IdTokenError;
use crate::realm::Realm;
use crate::wire::{Object, Value, Words};

/// Rule 12: `acr` is one of those that the realm demands, and `amr` has all of them. What the realm
/// doesn't demand may be anything.
///
/// The values have no order and no meaning here (RFC 6711, RFC 8176): they are compared to the letter.
pub(super) fn check(claims: Object<'_>, realm: &Realm<&str>) -> Result<(), IdTokenError> {
    check_class(claims, &realm.required_acr)?;
    check_methods(claims, &realm.required_amr)
}

fn check_class(claims: Object<'_>, required: &Words<&str>) -> Result<(), IdTokenError> {
    if required.is_empty() {
        return Ok(());
    }
    let acr = claim(claims, "acr").ok_or(IdTokenError::NoAuthenticationClass)?;
    match matches!(acr, Value::String(_)) && found(required, acr).any {
        true => Ok(()),
        false => Err(IdTokenError::AuthenticationClass),
    }
}

/// `amr` is an array of strings; some providers send a string, which is one method.
fn check_methods(claims: Object<'_>, required: &Words<&str>) -> Result<(), IdTokenError> {
    if required.is_empty() {
        return Ok(());
    }
    let amr = claim(claims, "amr").ok_or(IdTokenError::NoAuthenticationMethods)?;
    match found(required, amr).all {
        true => Ok(()),
        false => Err(IdTokenError::AuthenticationMethods),
    }
}

/// Which of the words are found.
struct Found {
    any: bool,
    all: bool,
}

/// Looks for the words in a list. Firmware has it once, for both claims.
#[inline(never)]
fn found(required: &Words<&str>, list: Value<'_>) -> Found {
    let mut found = Found { any: false, all: true };
    for word in required.iter() {
        let is_there = has(list, word).unwrap_or_default();
        found.any |= is_there;
        found.all &= is_there;
    }
    found
}

/// Whether a list has a word; `None` where it is neither a string nor an array of nothing but strings.
fn has(list: Value<'_>, word: &str) -> Option<bool> {
    match list {
        Value::Array(items) => items
            .items()
            .try_fold(false, |has, item| item.as_str().map(|item| has | (item == *word))),
        single => single.as_str().map(|single| single == *word),
    }
}

/// A claim that is there and not null.
fn claim<'b>(claims: Object<'b>, name: &str) -> Option<Value<'b>> {
    claims.get(name).filter(|value| !matches!(value, Value::Null))
}
