//! Whether a file decides for this user: one that another user may change decides for them as well.

use std::io;
use std::path::Path;

/// What is known of a file that may be there.
#[derive(Debug)]
pub(crate) enum Found {
    /// It isn't there.
    Nothing,
    /// It is there, whatever it is, and this user's own.
    Own,
    /// It isn't used, or can't be: why.
    Unused(String),
}

/// Looks at the file, and for root at every folder and symbolic link on the way to it.
pub(crate) fn look(path: &Path) -> Found {
    match judge(path) {
        Ok(None) => Found::Own,
        Ok(Some(reason)) => Found::Unused(reason),
        Err(error) if is_missing(&error) => {
            // A link that leads nowhere is a mistake to tell of.
            if path.is_symlink() { Found::Own } else { Found::Nothing }
        }
        Err(error) => Found::Unused(format!("it can't be looked at: {error}")),
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(not(unix))]
fn judge(path: &Path) -> io::Result<Option<String>> {
    path.metadata().map(|_| None)
}

#[cfg(unix)]
use self::unix::judge;

#[cfg(unix)]
mod unix {
    use std::collections::VecDeque;
    use std::ffi::OsString;
    use std::fs::{self, Metadata};
    use std::os::unix::fs::MetadataExt as _;
    use std::path::{Component, PathBuf};

    use super::*;

    const ROOT: u32 = 0;
    /// As in the kernel.
    const MOST_LINKS: usize = 40;

    /// Why it isn't used, if there is a reason.
    pub(super) fn judge(path: &Path) -> io::Result<Option<String>> {
        let user = rustix::process::geteuid().as_raw();
        if user == ROOT {
            return walk(path, &[ROOT]);
        }
        // A user's own links and folders are theirs to arrange, and some systems manage such files as root.
        Ok(owner(path, &fs::metadata(path)?, &[user, ROOT]))
    }

    /// The same with each step of the way: whoever may change one of them may put another file at the end of it.
    pub(super) fn walk(path: &Path, owners: &[u32]) -> io::Result<Option<String>> {
        let mut at = PathBuf::from("/");
        let mut rest = parts(path);
        let mut links = 0;
        loop {
            let metadata = fs::symlink_metadata(&at)?;
            if let Some(reason) = owner(&at, &metadata, owners) {
                return Ok(Some(reason));
            }
            if metadata.is_symlink() {
                links += 1;
                if links > MOST_LINKS {
                    return Err(rustix::io::Errno::LOOP.into());
                }
                let target = fs::read_link(&at)?;
                at = if target.is_absolute() { "/".into() } else { parent(at) };
                let mut steps = parts(&target);
                steps.append(&mut rest);
                rest = steps;
            } else if is_writable(&metadata) {
                return Ok(Some(format!("{} can be written by others", at.display())));
            }
            match rest.pop_front() {
                None => return Ok(None),
                Some(step) if step == ".." => at = parent(at),
                Some(step) => at.push(step),
            }
        }
    }

    fn parts(path: &Path) -> VecDeque<OsString> {
        let steps = path.components().filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            _ => None,
        });
        steps.collect()
    }

    fn parent(mut path: PathBuf) -> PathBuf {
        path.pop();
        path
    }

    fn owner(path: &Path, metadata: &Metadata, owners: &[u32]) -> Option<String> {
        let is_own = owners.contains(&metadata.uid());
        (!is_own).then(|| format!("{} belongs to another user", path.display()))
    }

    /// In a folder such as `/tmp`, nobody may take the place of what is another user's.
    fn is_writable(metadata: &Metadata) -> bool {
        let is_sticky = metadata.is_dir() && metadata.mode() & 0o1000 != 0;
        metadata.mode() & 0o022 != 0 && !is_sticky
    }

    #[cfg(test)]
    mod tests {
        use std::fs::{Permissions, set_permissions};
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        use super::*;

        fn reason(path: &Path) -> Option<String> {
            // Whoever runs the tests stands for root.
            walk(path, &[ROOT, rustix::process::geteuid().as_raw()]).unwrap()
        }

        #[test]
        fn a_way_that_others_may_change_is_not_taken() {
            let directory = tempfile::tempdir().unwrap();
            let folder = directory.path().canonicalize().unwrap().join("folder");
            fs::create_dir_all(folder.join("sub")).unwrap();
            let file = folder.join("sub/realms.cfg");
            fs::write(&file, "").unwrap();
            set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
            assert_eq!(reason(&file), None);
            for (path, mode, is_taken) in [
                (file.clone(), 0o620, false),
                (file.clone(), 0o602, false),
                (file.clone(), 0o644, true),
                (folder.clone(), 0o777, false),
                (folder.clone(), 0o770, false),
                (folder.clone(), 0o1777, true),
                (folder.clone(), 0o755, true),
            ] {
                set_permissions(&path, Permissions::from_mode(mode)).unwrap();
                let said = reason(&file);
                let expected = format!("{} can be written by others", path.display());
                assert_eq!(said, (!is_taken).then_some(expected), "{mode:o}");
                let usual = if path == file { 0o644 } else { 0o755 };
                set_permissions(&path, Permissions::from_mode(usual)).unwrap();
            }
            assert!(is_missing(&walk(&folder.join("none"), &[ROOT]).unwrap_err()) || !is_root());
        }

        fn is_root() -> bool {
            rustix::process::geteuid().is_root()
        }

        #[test]
        fn a_symbolic_link_is_followed_over_ways_that_nobody_else_may_change() {
            let directory = tempfile::tempdir().unwrap();
            let root = directory.path().canonicalize().unwrap();
            fs::create_dir_all(root.join("open/deep")).unwrap();
            fs::create_dir(root.join("own")).unwrap();
            fs::write(root.join("own/file"), "").unwrap();
            set_permissions(root.join("open"), Permissions::from_mode(0o777)).unwrap();
            symlink("../own/file", root.join("own/direct")).unwrap();
            // Over a link that anybody may replace, though both ends are in order.
            symlink("../../own/file", root.join("open/deep/link")).unwrap();
            symlink(root.join("open/deep/link"), root.join("own/over")).unwrap();
            symlink("round", root.join("own/round")).unwrap();
            assert_eq!(reason(&root.join("own/direct")), None);
            let over = reason(&root.join("own/over")).unwrap();
            assert!(over.contains("open can be written by others"), "{over}");
            assert!(walk(&root.join("own/round"), &[ROOT, 1]).is_err() || !is_root());
        }

        #[test]
        fn what_belongs_to_another_user_is_not_taken() {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().canonicalize().unwrap().join("realms.cfg");
            fs::write(&file, "").unwrap();
            // The same file, with the eyes of somebody else.
            let said = walk(&file, &[ROOT.wrapping_sub(2)]).unwrap().unwrap();
            assert_eq!(said, "/ belongs to another user");
            let metadata = fs::metadata(&file).unwrap();
            let said = owner(&file, &metadata, &[metadata.uid() + 1]).unwrap();
            assert_eq!(said, format!("{} belongs to another user", file.display()));
        }
    }
}
