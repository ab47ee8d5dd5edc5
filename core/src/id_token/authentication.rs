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
    let acr = acr.as_str().ok_or(IdTokenError::AuthenticationClass)?;
    match required.iter().any(|class| acr == *class) {
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
    let has = |method: &str| match amr {
        Value::Array(methods) => {
            methods.items().any(|item| item.as_str().is_some_and(|item| item == *method))
        }
        single => single.as_str().is_some_and(|single| single == *method),
    };
    match is_list_of_strings(amr) && required.iter().all(has) {
        true => Ok(()),
        false => Err(IdTokenError::AuthenticationMethods),
    }
}

/// Whether it is a string, or an array of nothing but strings.
fn is_list_of_strings(amr: Value<'_>) -> bool {
    match amr {
        Value::Array(methods) => methods.items().all(|method| method.as_str().is_some()),
        single => single.as_str().is_some(),
    }
}

/// A claim that is there and not null.
fn claim<'b>(claims: Object<'b>, name: &str) -> Option<Value<'b>> {
    claims.get(name).filter(|value| !matches!(value, Value::Null))
}
