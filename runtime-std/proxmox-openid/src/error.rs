//! Errors as callers show them: one line with the whole cause, and nothing that callers must not
//! learn before they are logged in.
//!
//! Callers log what they get, so it is not logged here too. What only the log may have is: paths and owners of files.

use anyhow::{Error, anyhow};
use onerealm::core::RealmError;
use onerealm::{Cause, Class, DamagedPending, StoreError};

use crate::config::Problem;
use crate::settings::Settings;

pub(crate) fn of_config(problem: Problem) -> Error {
    match problem {
        Problem::Field(problem) => anyhow!("openid realm: {problem}"),
        Problem::Realm(error) => anyhow!("{DISCOVERY}: {error}"),
    }
}

const DISCOVERY: &str = "Failed to discover the OpenID Provider";
const BEGIN: &str = "Failed to begin the login";

pub(crate) fn of_name(error: RealmError) -> Error {
    anyhow!("{BEGIN}: {error}")
}

pub(crate) fn of_discovery(error: &onerealm::Error, settings: &Settings) -> Error {
    told(DISCOVERY, error, settings)
}

pub(crate) fn of_begin(error: &onerealm::Error, settings: &Settings) -> Error {
    told(BEGIN, error, settings)
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
        error => told("Failed to take the login", &error.into(), &Settings::default()),
    }
}

pub(crate) fn of_storing(error: StoreError) -> Error {
    told(BEGIN, &error.into(), &Settings::default())
}

pub(crate) fn of_directory() -> Error {
    anyhow!("the state directory's path is not UTF-8")
}

pub(crate) fn of_damage(DamagedPending: DamagedPending) -> Error {
    anyhow!("the login's state was changed between the two steps: begin it again")
}

pub(crate) fn of_code(error: &onerealm::Error, settings: &Settings) -> Error {
    let step = match error.cause() {
        Cause::IdToken { .. } => "Failed to verify ID token",
        Cause::Userinfo { .. } => "Failed to contact userinfo endpoint",
        Cause::Token { .. } | Cause::Http(_) => "Failed to contact token endpoint",
        _ => "Failed to finish the login",
    };
    told(step, error, settings)
}

fn told(step: &str, error: &onerealm::Error, settings: &Settings) -> Error {
    let code = error.code();
    let text = settings.in_sentence(&error.to_string());
    let fix = error.explanation().fix.as_deref().and_then(|fix| settings.in_advice(fix));
    let fix = fix.map(|fix| format!("; {fix}")).unwrap_or_default();
    match (error.class(), error.cause()) {
        (Class::Storage, _) => {
            log::error!("openid login: {step}: {text} [{code}]{fix}");
            anyhow!("{step}: pending logins can't be kept [{code}]: see the log")
        }
        (_, Cause::ClientKey(_)) => {
            log::error!("openid login: {step}: {text} [{code}]{fix}");
            anyhow!("{step}: the client's private key can't be used [{code}]: see the log")
        }
        _ => anyhow!("{step}: {text}{fix}"),
    }
}
