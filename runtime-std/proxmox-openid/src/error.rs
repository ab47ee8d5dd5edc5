//! Errors as callers show them: one line with the whole cause, and nothing that callers must not
//! learn before they are logged in. The log has the rest.

use anyhow::{Error, anyhow};
use onerealm::core::RealmError;
use onerealm::{Cause, Class, DamagedPending, StoreError};

use crate::config::Problem;

pub(crate) fn of_config(problem: Problem) -> Error {
    match problem {
        Problem::Field(problem) => {
            log::error!("openid realm: {problem}");
            anyhow!("openid realm: {problem}")
        }
        Problem::Realm(error) => of_realm(DISCOVERY, error),
    }
}

/// The core refuses the realm.
fn of_realm(step: &str, error: RealmError) -> Error {
    log::error!("openid login: {step}: {error} [{}]", error.code());
    anyhow!("{step}: {error}")
}

const DISCOVERY: &str = "Failed to discover the OpenID Provider";
const BEGIN: &str = "Failed to begin the login";

pub(crate) fn of_name(error: RealmError) -> Error {
    of_realm(BEGIN, error)
}

pub(crate) fn of_discovery(error: onerealm::Error) -> Error {
    told(DISCOVERY, error)
}

pub(crate) fn of_begin(error: onerealm::Error) -> Error {
    told(BEGIN, error)
}

/// The text that callers look for when no pending login has this state.
const NO_STATE: &str = "no openid auth state found (possible timeout)";

pub(crate) fn of_state(error: StoreError) -> Error {
    match error {
        StoreError::Unknown => anyhow!("{NO_STATE}"),
        StoreError::Used => anyhow!("{NO_STATE}: the login was finished before"),
        StoreError::Expired { .. } => {
            anyhow!("{NO_STATE}: the login has expired, begin it again")
        }
        error => told("Failed to take the login", error.into()),
    }
}

pub(crate) fn of_damage(DamagedPending: DamagedPending) -> Error {
    let problem = "the login's state was changed between the two steps: begin it again";
    log::error!("openid login: {problem}");
    anyhow!("{problem}")
}

pub(crate) fn of_code(error: onerealm::Error) -> Error {
    let step = match error.cause() {
        Cause::IdToken { .. } => "Failed to verify ID token",
        Cause::Userinfo { .. } => "Failed to contact userinfo endpoint",
        Cause::Token { .. } | Cause::Http(_) => "Failed to contact token endpoint",
        _ => "Failed to finish the login",
    };
    told(step, error)
}

fn told(step: &str, error: onerealm::Error) -> Error {
    let code = error.code();
    let fix = error.explanation().fix.as_deref();
    let fix = fix.map(|fix| format!("; {fix}")).unwrap_or_default();
    log::error!("openid login: {step}: {error} [{code}]{fix}");
    match error.class() {
        // Paths and owners of files are for the administrator.
        Class::Storage => anyhow!("{step}: pending logins can't be kept [{code}]: see the log"),
        _ => anyhow!("{step}: {error}{fix}"),
    }
}
