//! What is told of an error, in fields that a program can print one by one.

use std::borrow::Cow;
use std::fmt;

/// Who must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Who {
    /// Whoever administers the realm: its settings.
    RealmAdministrator,
    /// Whoever administers the OpenID Provider.
    ProviderAdministrator,
    /// Whoever administers this machine: its clock, network, files and certificates.
    SystemAdministrator,
    /// The end user, by another login.
    EndUser,
    /// The program that called, by other arguments.
    Caller,
}

impl Who {
    /// The stable name, as `docs/errors.md` lists it.
    pub fn as_str(self) -> &'static str {
        match self {
            Who::RealmAdministrator => "realm_administrator",
            Who::ProviderAdministrator => "provider_administrator",
            Who::SystemAdministrator => "system_administrator",
            Who::EndUser => "end_user",
            Who::Caller => "caller",
        }
    }
}

/// What went wrong, what was expected and what came, who must act, and what to do.
///
/// Each text is one line without secrets. Text from the provider is bounded and escaped. `Display` is the whole
/// cause in one line, without `who` and `fix`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The stable name of the error, as `docs/errors.md` lists it.
    pub code: &'static str,
    /// What went wrong.
    pub sentence: String,
    /// What the realm or the provider's documents require, with the realm's property if there is one.
    pub expected: Option<String>,
    /// What was there instead.
    pub came: Option<String>,
    /// Who must act.
    pub who: Who,
    /// What to do.
    pub fix: Option<Cow<'static, str>>,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)?;
        match (&self.expected, &self.came) {
            (Some(expected), Some(came)) => write!(f, " (expected: {expected}; came: {came})"),
            (Some(expected), None) => write!(f, " (expected: {expected})"),
            (None, Some(came)) => write!(f, " (came: {came})"),
            (None, None) => Ok(()),
        }
    }
}
