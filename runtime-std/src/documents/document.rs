//! One document of a provider, and how long it is used.

use std::time::{Duration, Instant};

use onerealm_core::HttpResponse;

use crate::http::Answer;

/// The shortest time that a document is used, whatever the provider says: a provider that says
/// "not at all" would be asked several times in each login.
const SHORTEST: u64 = 60;
/// How long it is used where the provider says nothing.
const USUAL: u64 = 3600;
/// The longest time that metadata is used while the provider can be asked.
const LONGEST_OF_METADATA: u64 = 6 * 3600;
/// The longest time that keys are used: a key that the provider withdrew is trusted no longer.
const LONGEST_OF_KEYS: u64 = 3600;
/// The longest time that metadata is used while the provider does not answer.
const STALE: u64 = 24 * 3600;

/// Which document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Metadata,
    Keys,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Kind::Metadata => "metadata",
            Kind::Keys => "keys",
        }
    }

    /// A lifetime in seconds within what is allowed.
    fn bounded(self, lifetime: u64) -> u64 {
        lifetime.clamp(
            SHORTEST,
            match self {
                Kind::Metadata => LONGEST_OF_METADATA,
                Kind::Keys => LONGEST_OF_KEYS,
            },
        )
    }
}

/// A document as a provider published it, which the core has accepted.
pub(crate) struct Document {
    pub(super) kind: Kind,
    /// Where it came from.
    pub(super) url: String,
    pub(super) answer: Answer,
    /// In seconds since 1970.
    pub(super) fetched: u64,
    /// In seconds.
    pub(super) lifetime: u64,
    pub(super) is_storable: bool,
    pub(super) may_be_stale: bool,
    /// Since when this process has it.
    known: Instant,
}

impl Document {
    /// One that came just now.
    pub(super) fn fetched(kind: Kind, url: &str, answer: Answer, now: u64) -> Self {
        let caching = answer.caching();
        let lifetime = kind.bounded(caching.max_age.unwrap_or(USUAL));
        let mut document = Self::kept(kind, url, answer, now, lifetime);
        document.is_storable = caching.is_storable;
        document.may_be_stale = caching.may_be_stale;
        document
    }

    /// One that somebody fetched then.
    pub(super) fn kept(kind: Kind, url: &str, answer: Answer, fetched: u64, lifetime: u64) -> Self {
        Document {
            kind,
            url: url.to_owned(),
            answer,
            fetched,
            lifetime: kind.bounded(lifetime),
            is_storable: true,
            may_be_stale: true,
            known: Instant::now(),
        }
    }

    /// Whether it can be used without asking, `at_most` so long after it was fetched.
    pub(super) fn is_fresh(&self, at_most: Duration, now: u64) -> bool {
        self.is_younger(at_most.min(Duration::from_secs(self.lifetime)), now)
    }

    /// Whether it can be used where the provider does not answer.
    pub(super) fn is_usable_stale(&self, now: u64) -> bool {
        let is_harmless = self.kind == Kind::Metadata && self.may_be_stale;
        is_harmless && self.is_younger(Duration::from_secs(STALE), now)
    }

    /// By both clocks: one stands still while the machine sleeps, the other may be set back. What
    /// comes from the future has no age.
    fn is_younger(&self, than: Duration, now: u64) -> bool {
        let age = now.checked_sub(self.fetched).map(Duration::from_secs);
        age.is_some_and(|age| age < than) && self.known.elapsed() < than
    }

    pub(crate) fn response(&self) -> HttpResponse<'_> {
        self.answer.response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000;
    const FOREVER: Duration = Duration::MAX;

    fn document(kind: Kind, lifetime: u64) -> Document {
        Document::kept(kind, "https://a", Answer::kept(None, b"{}"), NOW, lifetime)
    }

    #[test]
    fn a_document_is_used_within_bounds() {
        for (kind, lifetime, used) in [
            (Kind::Metadata, 0, 60),
            (Kind::Metadata, 600, 600),
            (Kind::Metadata, u64::MAX, 6 * 3600),
            (Kind::Keys, 0, 60),
            (Kind::Keys, 600, 600),
            (Kind::Keys, u64::MAX, 3600),
        ] {
            let document = document(kind, lifetime);
            assert!(document.is_fresh(FOREVER, NOW + used - 1), "{kind:?} {lifetime}");
            assert!(!document.is_fresh(FOREVER, NOW + used), "{kind:?} {lifetime}");
        }
    }

    #[test]
    fn a_caller_can_make_it_shorter() {
        let document = document(Kind::Keys, 3600);
        assert!(document.is_fresh(Duration::from_secs(10), NOW + 9));
        assert!(!document.is_fresh(Duration::from_secs(10), NOW + 10));
        assert!(!document.is_fresh(Duration::ZERO, NOW));
    }

    #[test]
    fn a_document_from_the_future_is_not_used() {
        let document = document(Kind::Metadata, 3600);
        assert!(!document.is_fresh(FOREVER, NOW - 1));
        assert!(!document.is_usable_stale(NOW - 1));
    }

    #[test]
    fn a_clock_that_stands_still_keeps_nothing_alive() {
        let mut document = document(Kind::Keys, 60);
        document.known = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
        assert!(!document.is_fresh(FOREVER, NOW));
    }

    #[test]
    fn only_metadata_is_used_stale_and_for_a_day() {
        let metadata = document(Kind::Metadata, 60);
        assert!(metadata.is_usable_stale(NOW + STALE - 1));
        assert!(!metadata.is_usable_stale(NOW + STALE));
        assert!(!document(Kind::Keys, 60).is_usable_stale(NOW));
        let forbidden = Document { may_be_stale: false, ..document(Kind::Metadata, 60) };
        assert!(!forbidden.is_usable_stale(NOW));
    }
}
