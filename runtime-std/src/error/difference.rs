//! Expected and received values, which tell an administrator which setting to change.
//!
//! Public values only: issuers, client identifiers, audiences, names of algorithms and keys, times.
//! Text from the provider is bounded and escaped.

use std::fmt;

use onerealm_core::wire::Value;

use super::shown::plain;

/// An expected and a received value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What the realm or the provider's documents require, with the realm's property if there is
    /// one.
    pub expected: String,
    /// What the provider sent: bounded, control characters escaped.
    pub came: String,
    /// What to do about it.
    pub(crate) advice: &'static str,
}

impl Difference {
    pub(crate) fn new(
        expected: impl Into<String>,
        came: impl Into<String>,
        advice: &'static str,
    ) -> Self {
        Difference { expected: expected.into(), came: came.into(), advice }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected: {}; came: {}", self.expected, self.came)
    }
}

/// The end of a message with a difference.
pub(super) fn in_parentheses(difference: Option<&Difference>) -> String {
    difference.map(|difference| format!(" ({difference})")).unwrap_or_default()
}

/// Whether two issuers differ only in a trailing `/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slash {
    /// Ours has one, the other doesn't.
    TooMany,
    /// The other has one, ours doesn't.
    Missing,
    /// They differ in something else.
    NoMatter,
}

impl Slash {
    pub(super) fn between(issuer: &str, came: Option<Value<'_>>) -> Self {
        match came {
            Some(Value::String(_)) => Slash::of(issuer, &came.map(plain).unwrap_or_default()),
            _ => Slash::NoMatter,
        }
    }

    pub(super) fn of(issuer: &str, came: &str) -> Self {
        if issuer.strip_suffix('/') == Some(came) {
            Slash::TooMany
        } else if came.strip_suffix('/') == Some(issuer) {
            Slash::Missing
        } else {
            Slash::NoMatter
        }
    }

    pub(super) fn note(self) -> &'static str {
        match self {
            Slash::TooMany | Slash::Missing => " (only the '/' at the end differs)",
            Slash::NoMatter => "",
        }
    }
}
