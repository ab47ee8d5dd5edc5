//! The file on disk.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use super::*;

struct Scene {
    directory: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Scene { directory: tempfile::tempdir().unwrap() };
        fs::write(scene.path(), FILE).unwrap();
        scene
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("domains.cfg")
    }

    fn changed(&self) -> ConfigFile {
        let mut file = ConfigFile::read(&self.path()).unwrap();
        assert!(file.set("sso", "client-key", "n3w").unwrap());
        file
    }

    /// The directory's entries.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[cfg(unix)]
#[test]
fn the_file_is_replaced_with_its_mode_and_owner() {
    let scene = Scene::new();
    for mode in [0o600, 0o640, 0o644, 0o400] {
        fs::write(scene.path(), FILE).unwrap();
        fs::set_permissions(scene.path(), fs::Permissions::from_mode(mode)).unwrap();
        // Only root can give a file away.
        let is_root = fs::metadata(scene.path()).unwrap().uid() == 0;
        if is_root {
            std::os::unix::fs::chown(scene.path(), Some(1234), Some(4321)).unwrap();
        }
        let before = fs::metadata(scene.path()).unwrap();
        scene.changed().write().unwrap();
        let after = fs::metadata(scene.path()).unwrap();
        assert_ne!(before.ino(), after.ino(), "another file took its place");
        assert_eq!(
            (before.mode(), before.uid(), before.gid()),
            (after.mode(), after.uid(), after.gid())
        );
        assert_eq!(fs::read(scene.path()).unwrap(), with("s3cret", "n3w"));
        fs::set_permissions(scene.path(), fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert_eq!(scene.names(), ["domains.cfg"]);
}

#[test]
fn a_file_that_somebody_else_changed_meanwhile_is_left_alone() {
    let scene = Scene::new();
    let file = scene.changed();
    let theirs = with("client-id   pve", "client-id   xyz");
    fs::write(scene.path(), &theirs).unwrap();
    assert_eq!(file.write().unwrap_err().code(), "config_changed");
    assert_eq!(fs::read(scene.path()).unwrap(), theirs);
    assert_eq!(scene.names(), ["domains.cfg"]);
}

#[cfg(unix)]
#[test]
fn two_at_once_lose_nothing() {
    let scene = Scene::new();
    let (first, second) = (scene.changed(), scene.changed());
    first.write().unwrap();
    assert_eq!(second.write().unwrap_err().code(), "config_changed");

    let beside = scene.directory.path().join("domains.cfg.tmp.onerealm");
    fs::write(&beside, "theirs").unwrap();
    let theirs = fs::File::open(&beside).unwrap();
    rustix::fs::flock(&theirs, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let change = || {
        let mut file = ConfigFile::read(&scene.path()).unwrap();
        file.set("sso", "client-key", "other").unwrap();
        file.write()
    };
    let error = change().unwrap_err();
    assert_eq!(error.code(), "config_busy");
    assert!(error.to_string().contains("domains.cfg.tmp.onerealm"), "{error}");
    assert_eq!(fs::read(&beside).unwrap(), b"theirs");
    assert_eq!(fs::read(scene.path()).unwrap(), with("s3cret", "n3w"));
}

#[cfg(unix)]
#[test]
fn case_197_what_a_killed_process_left_behind_keeps_no_change_out() {
    let scene = Scene::new();
    let beside = scene.directory.path().join("domains.cfg.tmp.onerealm");
    for (left, is_old) in [(&b""[..], false), (b"half of i", true), (FILE, true)] {
        fs::write(scene.path(), FILE).unwrap();
        fs::write(&beside, left).unwrap();
        if is_old {
            let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
            fs::File::open(&beside).unwrap().set_modified(long_ago).unwrap();
        }
        scene.changed().write().unwrap();
        assert_eq!(fs::read(scene.path()).unwrap(), with("s3cret", "n3w"));
        assert_eq!(scene.names(), ["domains.cfg"]);
    }
}

#[cfg(unix)]
#[test]
fn case_197_what_is_written_on_another_node_or_is_no_file_is_left_alone() {
    let scene = Scene::new();
    let beside = scene.directory.path().join("domains.cfg.tmp.onerealm");
    fs::write(&beside, "theirs").unwrap();
    let writes = std::thread::spawn({
        let beside = beside.clone();
        move || {
            std::thread::sleep(std::time::Duration::from_millis(500));
            fs::write(beside, "theirs, written on").unwrap();
        }
    });
    assert_eq!(scene.changed().write().unwrap_err().code(), "config_busy");
    writes.join().unwrap();
    assert_eq!(fs::read(&beside).unwrap(), b"theirs, written on");

    fs::remove_file(&beside).unwrap();
    symlink("domains.cfg", &beside).unwrap();
    assert_eq!(scene.changed().write().unwrap_err().code(), "config_busy");
    assert_eq!(fs::read(scene.path()).unwrap(), FILE);
}

#[test]
fn many_at_once_change_a_line_each_or_say_that_they_did_not() {
    let scene = Scene::new();
    let path = scene.path();
    let last_written = |property| {
        let mut last = None;
        for n in 0..50 {
            let mut file = ConfigFile::read(&path).unwrap();
            file.set("sso", property, &format!("v{n}")).unwrap();
            if file.write().is_ok() {
                last = Some(format!("v{n}"));
            }
        }
        last
    };
    let [prompt, scopes, audiences] = std::thread::scope(|scope| {
        ["prompt", "scopes", "audiences"]
            .map(|property| scope.spawn(move || last_written(property)))
            .map(|thread| thread.join().unwrap())
    });
    assert!(prompt.is_some() || scopes.is_some() || audiences.is_some());
    let config = crate::read(&path).unwrap();
    let realm = config.get("sso").unwrap().realm.borrowed();
    assert!(realm.prompt.iter().eq(prompt.as_deref()));
    let scopes = scopes.unwrap_or("email profile".to_owned());
    assert!(realm.scopes.iter().eq(scopes.split(' ')));
    assert!(realm.audiences.iter().eq(audiences.as_deref()));
    assert_eq!(scene.names(), ["domains.cfg"]);
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_stays_one() {
    let scene = Scene::new();
    let link = scene.directory.path().join("link");
    symlink("domains.cfg", &link).unwrap();
    let mut file = ConfigFile::read(&link).unwrap();
    file.set("sso", "client-key", "n3w").unwrap();
    file.write().unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(scene.path()).unwrap(), with("s3cret", "n3w"));
}

#[test]
fn what_can_not_be_written_is_told_and_nothing_is_left_behind() {
    let scene = Scene::new();
    let file = scene.changed();
    fs::remove_file(scene.path()).unwrap();
    assert_eq!(file.write().unwrap_err().code(), "config_unwritable");
    fs::create_dir(scene.path()).unwrap();
    let mut file = ConfigFile::parse(FILE, &scene.path()).unwrap();
    file.set("sso", "client-key", "n3w").unwrap();
    assert_eq!(file.write().unwrap_err().code(), "config_unwritable");
    assert_eq!(scene.names(), ["domains.cfg"]);
}

#[cfg(unix)]
#[test]
fn a_file_without_a_change_is_not_written() {
    let scene = Scene::new();
    let before = fs::metadata(scene.path()).unwrap().ino();
    ConfigFile::read(&scene.path()).unwrap().write().unwrap();
    assert_eq!(fs::metadata(scene.path()).unwrap().ino(), before);
}
