//! Places that belong to one user because of where they are.

use std::path::Path;

/// Whether files made at this place can be read by this user, the system and administrators alone, as far as the place
/// says. It need not be there yet.
///
/// Only Windows knows such places: a file has the permissions of the folder that it is made in, and those of a user's own
/// folders, `%USERPROFILE%` and `%LOCALAPPDATA%`, let nobody else in. Elsewhere files have modes, and all places will do.
#[doc(hidden)]
#[must_use]
pub fn is_users_own(path: &Path) -> bool {
    #[cfg(windows)]
    {
        let own = ["USERPROFILE", "LOCALAPPDATA"].into_iter().filter_map(std::env::var_os);
        below_one_of(path, own.map(std::path::PathBuf::from))
    }
    #[cfg(not(windows))]
    {
        let _ = path;
        true
    }
}

/// Whether the place is below one of the folders, wherever symbolic links and junctions lead.
#[cfg(windows)]
fn below_one_of(path: &Path, folders: impl IntoIterator<Item = std::path::PathBuf>) -> bool {
    let Some(path) = std::path::absolute(path).ok().and_then(|path| real(&path)) else {
        return false;
    };
    folders.into_iter().any(|folder| {
        // A whole drive is nobody's own.
        let folder = folder.canonicalize().ok().filter(|folder| folder.parent().is_some());
        folder.is_some_and(|folder| path.starts_with(folder))
    })
}

/// Where the part of the path that is there leads.
#[cfg(windows)]
fn real(path: &Path) -> Option<std::path::PathBuf> {
    path.ancestors().find_map(|part| part.canonicalize().ok())
}

#[cfg(all(test, windows))]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_users_own_below_the_users_folders_only() {
        let home = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let is_below = |path: &Path| below_one_of(path, [home.path().to_owned()]);
        assert!(is_below(home.path()));
        assert!(is_below(&home.path().join("not there/not there either")));
        assert!(!is_below(other.path()));
        assert!(!is_below(&home.path().join("not there").join("..").join("..")));
        assert!(!is_below(&home.path().with_extension("other")));
        assert!(!below_one_of(home.path(), [Path::new(r"C:\").to_owned(), "relative".into()]));
    }

    #[test]
    fn what_is_shared_between_users_is_nobodys_own() {
        assert!(is_users_own(&std::env::temp_dir()));
        for shared in [r"C:\", r"C:\ProgramData\onerealm", r"C:\Users\Public\Documents"] {
            assert!(!is_users_own(Path::new(shared)), "{shared}");
        }
    }
}
