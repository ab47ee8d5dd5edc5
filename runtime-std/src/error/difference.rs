//! Expected and received values, which tell an administrator which setting to change.
//!
//! Public values only: issuers, client identifiers, audiences, names of algorithms and keys, times.
//! Text from the provider is bounded and escaped.

use std::fmt;

use onerealm_core::wire::Value;

use super::advice::Advice;
use super::shown::plain;

/// An expected and a received value, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) expected: String,
    pub(crate) came: String,
    pub(crate) advice: Advice,
}

impl Difference {
    pub(crate) fn new(
        expected: impl Into<String>,
        came: impl Into<String>,
        advice: Advice,
    ) -> Self {
        Difference { expected: expected.into(), came: came.into(), advice }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected: {}; came: {}", self.expected, self.came)
    }
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
