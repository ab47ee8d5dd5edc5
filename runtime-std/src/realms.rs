//! The configured realms, from any source.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, OnceLock};

use onerealm_core::RealmError;

use crate::realm::RealmConfig;

/// The longest part of a foreign name that a message repeats, in characters.
const SHOWN_OF_A_NAME: usize = 64;

/// The most realms that a message lists.
const SHOWN_REALMS: usize = 20;

/// Realms by name, in order. A broken one keeps its error, and the others work.
#[derive(Debug, Clone)]
pub struct Realms {
    source: String,
    list: Vec<(String, Entry)>,
}

/// A realm, read at once or when it is first asked for.
#[derive(Clone)]
enum Entry {
    Read(Box<Result<RealmConfig, UnusableRealm>>),
    Later(Arc<Read>, OnceLock<Box<Result<RealmConfig, UnusableRealm>>>),
}

type Read =
    dyn Fn() -> Result<RealmConfig, UnusableRealm> + Send + Sync + UnwindSafe + RefUnwindSafe;

impl Entry {
    fn get(&self) -> Result<&RealmConfig, &UnusableRealm> {
        let realm = match self {
            Entry::Read(realm) => realm,
            Entry::Later(read, realm) => realm.get_or_init(|| Box::new(read())),
        };
        realm.as_ref().as_ref()
    }
}

/// Of what was read.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.get(), f)
    }
}

impl Realms {
    /// An empty list. `source` names its origin in messages, for instance a file's path.
    pub fn new(source: impl Into<String>) -> Self {
        Realms { source: source.into(), list: Vec::new() }
    }

    /// Their origin, as [`new`](Self::new) was told.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Adds a realm. If two share a name, the first counts.
    pub fn add(&mut self, realm: RealmConfig) {
        self.list.push((realm.name().to_owned(), Entry::Read(Box::new(Ok(realm)))));
    }

    /// Adds a broken realm; a login in it gets this error.
    pub fn add_unusable(&mut self, name: impl Into<String>, error: impl Into<UnusableRealm>) {
        self.list.push((name.into(), Entry::Read(Box::new(Err(error.into())))));
    }

    /// Adds a realm that `read` gives when it is first asked for: a file may have thousands, of which a process needs
    /// one.
    pub fn add_later(
        &mut self,
        name: impl Into<String>,
        read: impl Fn() -> Result<RealmConfig, UnusableRealm>
        + Send
        + Sync
        + UnwindSafe
        + RefUnwindSafe
        + 'static,
    ) {
        self.list.push((name.into(), Entry::Later(Arc::new(read), OnceLock::new())));
    }

    /// The realm called `name`.
    ///
    /// # Errors
    ///
    /// No realm has that name, or it can't be used.
    pub fn get(&self, name: &str) -> Result<&RealmConfig, RealmsError> {
        match self.list.iter().find(|(known, _)| known == name) {
            Some((_, realm)) => realm.get().map_err(|error| RealmsError::Unusable(error.clone())),
            None => Err(RealmsError::unknown(self.source.clone(), name, self.names())),
        }
    }

    /// The realm for callers that name none: the one with `default`, or else the only one.
    ///
    /// # Errors
    ///
    /// No realm or several have `default`, or the only one can't be used.
    pub fn default_realm(&self) -> Result<&RealmConfig, RealmsError> {
        let usable = self.iter().filter_map(|(_, realm)| realm.ok());
        let defaults: Vec<_> = usable.filter(|realm| realm.default).collect();
        match (defaults.as_slice(), self.list.as_slice()) {
            ([realm], _) => Ok(realm),
            ([], [(only, _)]) => self.get(only),
            _ => {
                let (present, more) = first_of(self.names());
                let (source, defaults) = (self.source.clone(), defaults.len());
                Err(RealmsError::NotNamed { source, defaults, present, more })
            }
        }
    }

    /// Each name in order, with its realm or the reason why it can't be used.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Result<&RealmConfig, &UnusableRealm>)> {
        self.list.iter().map(|(name, realm)| (name.as_str(), realm.get()))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|(name, _)| name.as_str())
    }
}

/// The names for a message, and the number of the rest.
fn first_of<'a>(mut names: impl Iterator<Item = &'a str>) -> (Vec<String>, usize) {
    (names.by_ref().take(SHOWN_REALMS).map(str::to_owned).collect(), names.count())
}

/// Why a realm can't be used, in the words of its configuration: a stable code and one line for the
/// administrator, free of secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusableRealm {
    code: &'static str,
    message: String,
}

impl UnusableRealm {
    /// An error of a source of configuration.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        UnusableRealm { code, message: message.into() }
    }

    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl fmt::Display for UnusableRealm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for UnusableRealm {}

impl From<RealmError> for UnusableRealm {
    fn from(error: RealmError) -> Self {
        UnusableRealm::new(error.code(), error.to_string())
    }
}

/// Why a login has no realm. For the administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RealmsError {
    /// There is no realm of that name.
    #[non_exhaustive]
    Unknown {
        /// Where realms are configured.
        source: String,
        /// The name asked for, cut to 64 characters.
        name: String,
        /// The first few existing realms.
        present: Vec<String>,
        /// The number of the rest.
        more: usize,
    },
    /// The realm has a mistake.
    Unusable(UnusableRealm),
    /// No realm was named, and the default is ambiguous.
    #[non_exhaustive]
    NotNamed {
        /// Where realms are configured.
        source: String,
        /// How many realms have `default`: zero, or several.
        defaults: usize,
        /// The first few realms.
        present: Vec<String>,
        /// The number of the rest.
        more: usize,
    },
}

impl RealmsError {
    /// Every code except those of [`UnusableRealm`], which come from its source.
    pub const CODES: &'static [&'static str] = &["realm_unknown", "realm_not_named"];

    /// The error for asking for `name` when only `realms` exist.
    pub fn unknown<'a>(
        source: impl Into<String>,
        name: &str,
        realms: impl Iterator<Item = &'a str>,
    ) -> Self {
        let (present, more) = first_of(realms);
        let name = name.chars().take(SHOWN_OF_A_NAME).collect();
        RealmsError::Unknown { source: source.into(), name, present, more }
    }

    /// The stable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            RealmsError::Unknown { .. } => "realm_unknown",
            RealmsError::Unusable(error) => error.code(),
            RealmsError::NotNamed { .. } => "realm_not_named",
        }
    }
}

impl fmt::Display for RealmsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RealmsError::Unknown { source, name, present, more } => {
                write!(f, "{source} has no openid realm {name:?}; {}", listed(present, *more))
            }
            RealmsError::Unusable(error) => error.fmt(f),
            RealmsError::NotNamed { source, present, .. } if present.is_empty() => {
                write!(f, "{source} has no openid realm")
            }
            RealmsError::NotNamed { source, defaults, present, more } => {
                let how_many = if *defaults == 0 { "no" } else { "more than one" };
                let listed = listed(present, *more);
                write!(
                    f,
                    "name a realm, as {source} has {how_many} openid realm with `default 1`; {listed}"
                )
            }
        }
    }
}

impl std::error::Error for RealmsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RealmsError::Unusable(error) => Some(error),
            RealmsError::Unknown { .. } | RealmsError::NotNamed { .. } => None,
        }
    }
}

fn listed(present: &[String], more: usize) -> String {
    let names: Vec<_> = present.iter().map(|name| name.escape_debug().to_string()).collect();
    match (names.join(", "), more) {
        (names, _) if names.is_empty() => "there is no openid realm in it".to_owned(),
        (names, 0) => format!("its openid realms: {names}"),
        (names, more) => format!("its openid realms: {names} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names that begin with `!` are those of broken realms, with `*` of defaults.
    fn realms(names: &[&str]) -> Realms {
        let mut realms = Realms::new("here");
        for name in names {
            match name.strip_prefix('!') {
                Some(name) => realms.add_unusable(name, UnusableRealm::new("code", "a sentence")),
                None => {
                    let mut realm =
                        RealmConfig::new(name.trim_matches('*'), "https://a.example", "x").unwrap();
                    realm.default = name.starts_with('*');
                    realms.add(realm);
                }
            }
        }
        realms
    }

    #[test]
    fn a_realm_that_can_not_be_used_leaves_the_others_alone() {
        let realms = realms(&["aa", "!bb", "cc"]);
        assert_eq!(realms.get("cc").unwrap().name(), "cc");
        let error = realms.get("bb").unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), ("code", "a sentence"));
        let error = realms.get("dd\n").unwrap_err();
        assert_eq!(error.code(), "realm_unknown");
        assert_eq!(
            error.to_string(),
            "here has no openid realm \"dd\\n\"; its openid realms: aa, bb, cc"
        );
    }

    #[test]
    fn a_realm_is_read_once_and_only_if_it_is_asked_for() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let read = Arc::new(AtomicUsize::new(0));
        let mut realms = Realms::new("here");
        for name in ["aa", "bb"] {
            let read = Arc::clone(&read);
            realms.add_later(name, move || {
                read.fetch_add(1, Ordering::Relaxed);
                RealmConfig::new(name, "https://a.example", "x").map_err(UnusableRealm::from)
            });
        }
        realms.add_later("cc", || Err(UnusableRealm::new("code", "a sentence")));
        assert_eq!(realms.get("dd").unwrap_err().code(), "realm_unknown");
        assert_eq!(read.load(Ordering::Relaxed), 0);
        assert!([(); 2].iter().all(|()| realms.get("bb").unwrap().name() == "bb"));
        assert_eq!(read.load(Ordering::Relaxed), 1);
        assert_eq!(realms.get("cc").unwrap_err().to_string(), "a sentence");
        assert_eq!(realms.iter().filter(|(_, realm)| realm.is_ok()).count(), 2);
        assert_eq!(read.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn the_default_realm_is_the_one_that_says_so_or_the_only_one() {
        let name = |names: &[&str]| {
            let realms = realms(names);
            realms.default_realm().map(|realm| realm.name().to_owned()).map_err(|e| e.to_string())
        };
        let ok = |name: &str| Ok(name.to_owned());
        assert_eq!(name(&["aa", "*bb", "cc"]), ok("bb"));
        assert_eq!(name(&["aa"]), ok("aa"));
        assert_eq!(name(&["*aa", "!bb"]), ok("aa"));
        assert_eq!(name(&["!aa"]), Err("a sentence".to_owned()));
        for (names, how_many, listed) in [
            (&["aa", "bb"][..], "no", "its openid realms: aa, bb"),
            // A broken realm doesn't make the other one the only one.
            (&["aa", "!bb"], "no", "its openid realms: aa, bb"),
            (&["*aa", "*bb"], "more than one", "its openid realms: aa, bb"),
        ] {
            let sentence = format!(
                "name a realm, as here has {how_many} openid realm with `default 1`; {listed}"
            );
            assert_eq!(name(names), Err(sentence));
        }
        assert_eq!(name(&[]), Err("here has no openid realm".to_owned()));
    }

    #[test]
    fn a_long_name_and_many_realms_make_a_short_message() {
        let names: Vec<_> = (0..500).map(|n| format!("realm{n}")).collect();
        let realms = realms(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let message = realms.get(&"x".repeat(10_000)).unwrap_err().to_string();
        assert!(message.ends_with(", realm19 and 480 more") && message.len() < 400, "{message}");
    }
}
