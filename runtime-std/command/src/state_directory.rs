//! Where pending logins are kept.

use std::path::PathBuf;

/// `$XDG_STATE_HOME/onerealm`, or else `~/.local/state/onerealm`, or where there is no home
/// directory but `/root`, `/var/lib/onerealm`. On macOS too, as command-line tools have it there.
#[cfg(not(windows))]
pub(crate) fn unless_named() -> PathBuf {
    of(|name| std::env::var(name).ok())
}

#[cfg(not(windows))]
fn of(variable: impl Fn(&str) -> Option<String>) -> PathBuf {
    use std::path::Path;
    let absolute = |name| variable(name).filter(|path| Path::new(path).is_absolute());
    match (absolute("XDG_STATE_HOME"), absolute("HOME")) {
        (Some(state), _) => Path::new(&state).join("onerealm"),
        (None, Some(home)) if home != "/root" => Path::new(&home).join(".local/state/onerealm"),
        _ => Path::new("/var/lib/onerealm").to_owned(),
    }
}

/// `%LOCALAPPDATA%\onerealm`: what is pending on one machine is of no use on another one.
#[cfg(windows)]
pub(crate) fn unless_named() -> PathBuf {
    use etcetera::BaseStrategy as _;
    let strategy = etcetera::choose_base_strategy();
    let local =
        strategy.map(|strategy| strategy.state_dir().unwrap_or_else(|| strategy.cache_dir()));
    local.unwrap_or_else(|_| r"C:\ProgramData".into()).join("onerealm")
}

#[cfg(all(test, not(windows)))]
mod tests {
    use super::*;

    #[test]
    fn state_is_kept_where_the_system_keeps_it() {
        for (state, home, expected) in [
            (Some("/s"), Some("/home/alice"), "/s/onerealm"),
            (Some("s"), Some("/home/alice"), "/home/alice/.local/state/onerealm"),
            (None, Some("/root"), "/var/lib/onerealm"),
            (None, Some("home"), "/var/lib/onerealm"),
            (None, None, "/var/lib/onerealm"),
        ] {
            let variable = |name: &str| {
                let value = if name == "HOME" { home } else { state };
                value.map(str::to_owned)
            };
            assert_eq!(of(variable), PathBuf::from(expected), "{state:?} {home:?}");
        }
    }
}
