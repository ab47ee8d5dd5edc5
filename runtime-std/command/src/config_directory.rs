//! Where this user's own configuration is kept.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;

/// `$XDG_CONFIG_HOME/onerealm`, or else `~/.config/onerealm`, also on macOS, as command-line tools have it there; on
/// Windows `%APPDATA%\onerealm`. None if the environment doesn't say.
pub(crate) fn of_this_user() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok();
    // A relative path means nothing, and without both variables the home directory would be that of the password file,
    // which a daemon's environment leaves out on purpose.
    #[cfg(not(windows))]
    let folder = {
        let absolute =
            |name| std::env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
        let named = absolute("XDG_CONFIG_HOME");
        match (named, absolute("HOME")) {
            (None, None) => None,
            (named, _) => strategy.map(|strategy| strategy.config_dir()).or(named),
        }
    };
    #[cfg(windows)]
    let folder = strategy.map(|strategy| strategy.config_dir());
    folder.filter(|folder| folder.is_absolute()).map(|folder| folder.join("onerealm"))
}
