//! Where pending logins are kept.

use std::path::{Path, PathBuf};

/// `$XDG_STATE_HOME/onerealm`, or else `~/.local/state/onerealm`, or where there is no home
/// directory but `/root`, `/var/lib/onerealm`.
pub(crate) fn unless_named(variable: impl Fn(&str) -> Option<String>) -> PathBuf {
    let absolute = |name| variable(name).filter(|path| Path::new(path).is_absolute());
    match (absolute("XDG_STATE_HOME"), absolute("HOME")) {
        (Some(state), _) => Path::new(&state).join("onerealm"),
        (None, Some(home)) if home != "/root" => Path::new(&home).join(".local/state/onerealm"),
        _ => Path::new("/var/lib/onerealm").to_owned(),
    }
}
