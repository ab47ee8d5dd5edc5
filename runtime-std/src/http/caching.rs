//! How long an answer may be kept (RFC 9111 section 5.2.2).

/// How long an answer may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caching {
    /// Seconds from now; `None` if the answer doesn't say.
    pub(crate) max_age: Option<u64>,
    /// Whether it may be stored.
    pub(crate) is_storable: bool,
    /// Whether it may be used after that time, if fetching a newer one fails.
    pub(crate) may_be_stale: bool,
}

impl Caching {
    /// From the values of `Cache-Control`, and of `Age`.
    pub(super) fn of<'h>(
        cache_control: impl Iterator<Item = &'h [u8]>,
        age: impl Iterator<Item = &'h [u8]>,
    ) -> Self {
        let mut caching = Caching { max_age: None, is_storable: true, may_be_stale: true };
        for directive in cache_control.flat_map(|value| value.split(|byte| *byte == b',')) {
            let mut parts = directive.splitn(2, |byte| *byte == b'=');
            let name = parts.next().unwrap_or_default().trim_ascii();
            match name.to_ascii_lowercase().as_slice() {
                b"no-store" => {
                    caching.is_storable = false;
                    caching.expire();
                }
                b"no-cache" => caching.expire(),
                b"must-revalidate" => caching.may_be_stale = false,
                b"max-age" => {
                    // An invalid number means stale (RFC 9111 section 4.2.1).
                    let seconds = parts.next().and_then(seconds).unwrap_or(0);
                    caching.max_age = Some(caching.max_age.unwrap_or(u64::MAX).min(seconds));
                }
                _ => {}
            }
        }
        // Another cache has used up part of it.
        let age = age.filter_map(seconds).max().unwrap_or(0);
        caching.max_age = caching.max_age.map(|max_age| max_age.saturating_sub(age));
        caching
    }

    /// Of two answers that one document took: as long as both allow. What says nothing of a time
    /// shortens none.
    pub(crate) fn and(self, other: Self) -> Self {
        let times = [self.max_age, other.max_age];
        Caching {
            max_age: times.into_iter().flatten().min(),
            is_storable: self.is_storable && other.is_storable,
            may_be_stale: self.may_be_stale && other.may_be_stale,
        }
    }

    fn expire(&mut self) {
        self.max_age = Some(0);
        self.may_be_stale = false;
    }
}

/// A number of seconds, however large, perhaps in quotes.
fn seconds(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii();
    let digits = text.strip_prefix(b"\"").and_then(|t| t.strip_suffix(b"\"")).unwrap_or(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(std::str::from_utf8(digits).ok()?.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caching(cache_control: &[&str], age: &str) -> (Option<u64>, bool, bool) {
        let values = cache_control.iter().map(|value| value.as_bytes());
        let age = Some(age.as_bytes()).into_iter().filter(|age| !age.is_empty());
        let Caching { max_age, is_storable, may_be_stale } = Caching::of(values, age);
        (max_age, is_storable, may_be_stale)
    }

    #[test]
    fn an_answer_says_how_long_it_may_be_kept() {
        for (values, age, expected) in [
            (&[][..], "", (None, true, true)),
            (&[], "100", (None, true, true)),
            (&["public, max-age=3600"], "", (Some(3600), true, true)),
            (&["Max-Age = \"60\" , private"], "", (Some(60), true, true)),
            (&["max-age=3600"], "600", (Some(3000), true, true)),
            (&["max-age=3600"], "7200", (Some(0), true, true)),
            (&["max-age=3600"], "soon", (Some(3600), true, true)),
            (&["max-age=3600, max-age=60"], "", (Some(60), true, true)),
            (&["max-age=99999999999999999999999"], "", (Some(u64::MAX), true, true)),
            (&["max-age=-1"], "", (Some(0), true, true)),
            (&["max-age"], "", (Some(0), true, true)),
            (&["s-maxage=5, xmax-age=7, immutable"], "", (None, true, true)),
            (&["max-age=60, must-revalidate"], "", (Some(60), true, false)),
            (&["no-cache"], "", (Some(0), true, false)),
            (&["no-cache, max-age=60"], "", (Some(0), true, false)),
            (&["max-age=60", "NO-STORE"], "", (Some(0), false, false)),
            (&["no-cache, must-revalidate, no-transform, no-store"], "", (Some(0), false, false)),
        ] {
            assert_eq!(caching(values, age), expected, "{values:?} {age:?}");
        }
    }

    #[test]
    fn two_answers_may_be_kept_as_long_as_both_allow() {
        let of =
            |text: &'static str| Caching::of(std::iter::once(text.as_bytes()), std::iter::empty());
        for (one, other, expected) in [
            ("", "", ""),
            ("max-age=60", "", "max-age=60"),
            ("max-age=60", "max-age=600", "max-age=60"),
            ("max-age=600", "no-cache", "no-cache"),
            ("max-age=600", "no-store", "no-store"),
            ("must-revalidate", "max-age=600", "must-revalidate, max-age=600"),
        ] {
            assert_eq!(of(one).and(of(other)), of(expected), "{one} {other}");
            assert_eq!(of(other).and(of(one)), of(expected), "{other} {one}");
        }
    }
}
