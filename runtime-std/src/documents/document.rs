//! One document of a provider, and how long it stays valid.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use onerealm_core::{HttpResponse, KeptKeySet};

use super::redirect::Refused;
use crate::error::difference::Difference;
use crate::error::redirected::Redirected;
use crate::error::shown::Secrets;
use crate::http::{Answer, Caching};

/// The shortest lifetime, whatever the provider says: with a lifetime of zero, each login would ask
/// several times.
const SHORTEST: u64 = 60;
/// The lifetime if the provider states none.
const USUAL: u64 = 3600;
/// The longest time to use metadata while the provider can be asked.
const LONGEST_OF_METADATA: u64 = 6 * 3600;
/// The longest time to use keys: beyond it, a withdrawn key is no longer trusted.
const LONGEST_OF_KEYS: u64 = 3600;
/// The longest time to use metadata while the provider does not answer.
const STALE: u64 = 24 * 3600;
/// The last part of a lifetime, in which a document is fetched ahead, and how often that is tried then.
const LAST_PART: u32 = 4;
const TRIES: u32 = 3;

/// The kind of document.
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

    /// The file that tells other processes of a fetch ahead.
    pub(super) fn ahead_file(self) -> &'static str {
        match self {
            Kind::Metadata => "metadata-ahead",
            Kind::Keys => "keys-ahead",
        }
    }

    /// A lifetime in seconds, within the limits.
    fn bounded(self, lifetime: u64) -> u64 {
        let longest = match self {
            Kind::Metadata => LONGEST_OF_METADATA,
            Kind::Keys => LONGEST_OF_KEYS,
        };
        lifetime.clamp(SHORTEST, longest)
    }
}

/// A document as a provider published it.
pub(crate) struct Document {
    pub(super) kind: Kind,
    /// Where it was asked for.
    pub(super) url: String,
    /// Where it came from in the end.
    pub(super) place: String,
    /// Why it is an answer that redirects.
    pub(super) refused: Option<Refused>,
    pub(super) answer: Answer,
    pub(super) age: Age,
    pub(super) is_storable: bool,
    /// The keys in it, once somebody has read them.
    pub(super) key_set: OnceLock<KeptKeySet<String, Vec<u32>>>,
}

impl Document {
    /// A document fetched just now.
    pub(super) fn fetched(
        kind: Kind,
        url: &str,
        answer: Answer,
        caching: Caching,
        now: u64,
    ) -> Self {
        let age = Age::new(kind, now, caching.max_age.unwrap_or(USUAL), caching.may_be_stale);
        Document { is_storable: caching.is_storable, ..Self::kept(kind, url, answer, age) }
    }

    /// A document fetched earlier and kept.
    pub(super) fn kept(kind: Kind, url: &str, answer: Answer, age: Age) -> Self {
        let (url, place) = (url.to_owned(), url.to_owned());
        let key_set = OnceLock::new();
        Document { kind, url, place, refused: None, answer, age, is_storable: true, key_set }
    }

    /// Where it redirects to, if it does.
    pub(super) fn redirect(&self) -> Option<Difference> {
        let to = self.answer.redirect()?;
        let why = self.refused.map(|refused| refused.to_string());
        let status = self.answer.response().status;
        let of = match self.kind {
            Kind::Metadata => Redirected::Metadata,
            Kind::Keys => Redirected::Keys,
        };
        Some(Difference::of_redirect(of, status, to, why.as_deref(), &Secrets::default()))
    }

    pub(crate) fn response(&self) -> HttpResponse<'_> {
        self.answer.response()
    }
}

/// When a document was fetched, and how long it stays valid.
pub(super) struct Age {
    /// In seconds since 1970.
    pub(super) fetched: u64,
    /// In seconds.
    pub(super) lifetime: u64,
    /// Whether it may be used while the provider does not answer.
    pub(super) may_be_stale: bool,
    kind: Kind,
    /// When this process got it.
    known: Instant,
}

impl Age {
    /// For a document fetched at this time, with `lifetime` clamped to the limits.
    pub(super) fn new(kind: Kind, fetched: u64, lifetime: u64, may_be_stale: bool) -> Self {
        let lifetime = kind.bounded(lifetime);
        Age { fetched, lifetime, may_be_stale, kind, known: Instant::now() }
    }

    /// Whether it can be used without asking, up to `at_most` after it was fetched.
    pub(super) fn is_fresh(&self, at_most: Duration, now: u64) -> bool {
        self.is_younger(self.within(at_most), now)
    }

    /// Whether it is fresh and in the last quarter of its lifetime.
    pub(super) fn is_due(&self, at_most: Duration, now: u64) -> bool {
        let lifetime = self.within(at_most);
        self.is_fresh(at_most, now) && !self.is_younger(lifetime - lifetime / LAST_PART, now)
    }

    /// Whether it can be used instead of a document that is due.
    pub(super) fn replaces(&self, due: &Age, at_most: Duration, now: u64) -> bool {
        self.fetched > due.fetched && self.is_fresh(at_most, now) && !self.is_due(at_most, now)
    }

    /// How many seconds are between two tries to fetch it ahead.
    pub(super) fn pause(&self, at_most: Duration) -> u64 {
        (self.within(at_most) / (LAST_PART * TRIES)).as_secs()
    }

    fn within(&self, at_most: Duration) -> Duration {
        at_most.min(Duration::from_secs(self.lifetime))
    }

    /// Whether it can be used while the provider does not answer.
    pub(super) fn is_usable_stale(&self, now: u64) -> bool {
        let is_harmless = self.kind == Kind::Metadata && self.may_be_stale;
        is_harmless && self.is_younger(Duration::from_secs(STALE), now)
    }

    /// Checked against both clocks: one stands still while the machine sleeps, the other may be set
    /// back. A document from the future is never fresh.
    fn is_younger(&self, than: Duration, now: u64) -> bool {
        let age = now.checked_sub(self.fetched).map(Duration::from_secs);
        age.is_some_and(|age| age < than) && self.known.elapsed() < than
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000;
    const FOREVER: Duration = Duration::MAX;

    fn age(kind: Kind, lifetime: u64) -> Age {
        Age::new(kind, NOW, lifetime, true)
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
            let age = age(kind, lifetime);
            assert!(age.is_fresh(FOREVER, NOW + used - 1), "{kind:?} {lifetime}");
            assert!(!age.is_fresh(FOREVER, NOW + used), "{kind:?} {lifetime}");
        }
    }

    #[test]
    fn a_caller_can_make_it_shorter() {
        let age = age(Kind::Keys, 3600);
        assert!(age.is_fresh(Duration::from_secs(10), NOW + 9));
        assert!(!age.is_fresh(Duration::from_secs(10), NOW + 10));
        assert!(!age.is_fresh(Duration::ZERO, NOW));
    }

    #[test]
    fn the_last_quarter_of_a_lifetime_has_three_tries() {
        for (kind, lifetime, at_most, from, to, pause) in [
            (Kind::Keys, 3600, FOREVER, 2700, 3600, 300),
            (Kind::Metadata, 6 * 3600, FOREVER, 16_200, 21_600, 1800),
            (Kind::Keys, 0, FOREVER, 45, 60, 5),
            (Kind::Keys, 3600, Duration::from_secs(10), 8, 10, 0),
        ] {
            let age = age(kind, lifetime);
            for (after, expected) in [(0, false), (from - 1, false), (from, true)] {
                assert_eq!(age.is_due(at_most, NOW + after), expected, "{lifetime} {after}");
            }
            assert!(age.is_due(at_most, NOW + to - 1));
            assert!(!age.is_due(at_most, NOW + to), "it is over");
            assert_eq!(age.pause(at_most), pause);
            assert!(!age.is_due(Duration::ZERO, NOW));
        }
    }

    #[test]
    fn what_another_process_has_replaces_what_is_due_if_it_is_younger_and_not_due() {
        let due = age(Kind::Keys, 3600);
        let now = NOW + 3000;
        for (fetched, lifetime, expected) in [
            (now, 3600, true),
            (NOW + 1, 3600, false),
            (now - 600, 600, false),
            (now + 1, 3600, false),
        ] {
            let another = Age::new(Kind::Keys, fetched, lifetime, true);
            assert_eq!(another.replaces(&due, FOREVER, now), expected, "{fetched} {lifetime}");
        }
        // What is older may have a longer lifetime: it has older keys all the same.
        let due = Age::new(Kind::Metadata, NOW + 500, 60, true);
        let older = Age::new(Kind::Metadata, NOW, 21_600, true);
        assert!(!older.replaces(&due, FOREVER, NOW + 550));
        let oldest = Age::new(Kind::Metadata, NOW - 1, 60, true);
        assert!(older.replaces(&oldest, FOREVER, NOW + 50));
    }

    #[test]
    fn a_document_from_the_future_is_not_used() {
        let age = age(Kind::Metadata, 3600);
        assert!(!age.is_due(FOREVER, NOW - 1));
        assert!(!age.is_fresh(FOREVER, NOW - 1));
        assert!(!age.is_usable_stale(NOW - 1));
    }

    #[test]
    fn a_clock_that_stands_still_keeps_nothing_alive() {
        let mut age = age(Kind::Keys, 60);
        age.known = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
        assert!(!age.is_fresh(FOREVER, NOW));
    }

    #[test]
    fn only_metadata_is_used_stale_and_for_a_day() {
        let metadata = age(Kind::Metadata, 60);
        assert!(metadata.is_usable_stale(NOW + STALE - 1));
        assert!(!metadata.is_usable_stale(NOW + STALE));
        assert!(!age(Kind::Keys, 60).is_usable_stale(NOW));
        let forbidden = Age { may_be_stale: false, ..age(Kind::Metadata, 60) };
        assert!(!forbidden.is_usable_stale(NOW));
    }
}
