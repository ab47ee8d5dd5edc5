//! The key that seals logins: created once, renewed after logins, unreadable for others.

use std::time::UNIX_EPOCH;

use super::super::key_file::KeyFile;
use super::super::sealing_keys::{DELAY, ROTATION, SealingKeys};
use super::logins::{pending, verdict};
use super::*;

struct Scene {
    directory: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        Scene { directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("key")
    }

    fn store(&self) -> SealedStore {
        SealedStore::new(self.path(), self.directory.path().join("taken"))
    }

    /// A login that begins then.
    fn begin(&self, now: u64) -> String {
        self.store().put(&pending(now)).unwrap()
    }

    fn verdict(&self, state: &str, now: u64) -> &'static str {
        verdict(self.store().read(state, UnixTime(now)))
    }

    fn authenticated(&self, now: u64) {
        self.store().authenticated(UnixTime(now));
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    /// The number of keys.
    fn keys(&self) -> usize {
        self.text().lines().count() - 1
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

#[test]
fn the_first_login_makes_the_key_and_later_ones_use_it() {
    let scene = Scene::new();
    let first = scene.begin(NOW);
    let text = scene.text();
    assert_eq!(scene.names(), ["key"], "nothing is left beside it");
    let second = scene.begin(NOW + 1);
    assert_eq!(scene.text(), text);
    assert_eq!([first, second].map(|state| scene.verdict(&state, NOW + 2)), ["won"; 2]);
}

#[test]
fn a_key_is_renewed_after_a_day_and_by_nobody_who_only_begins_a_login() {
    let scene = Scene::new();
    scene.begin(NOW);
    let text = scene.text();
    scene.authenticated(NOW + ROTATION - 1);
    assert_eq!(scene.text(), text, "it is not a day old");
    let later = NOW + ROTATION;
    let state = scene.begin(later);
    scene.verdict(&state, later);
    assert_eq!(verdict(scene.store().take(&state, UnixTime(later))), "won");
    assert_eq!(scene.text(), text, "nobody has logged in");
    scene.authenticated(later);
    assert_eq!(scene.keys(), 2);
    assert_ne!(scene.text(), text);
}

#[test]
fn a_new_key_seals_when_all_nodes_have_it_and_the_one_before_opens() {
    let scene = Scene::new();
    let first_key = scene.begin(NOW);
    let later = NOW + ROTATION;
    scene.authenticated(later);
    let before = scene.begin(later + DELAY - 1);
    let after = scene.begin(later + DELAY);
    // The part of each state that identifies its key: a version and 8 bytes are 12 characters.
    let key_of = |state: &str| state[..12].to_owned();
    assert_eq!(key_of(&before), key_of(&first_key));
    assert_ne!(key_of(&after), key_of(&first_key));
    let soon = later + DELAY + 1;
    assert_eq!([&before, &after].map(|state| scene.verdict(state, soon)), ["won"; 2]);

    scene.authenticated(later + DELAY + 2 * LIFETIME - 1);
    assert_eq!(scene.keys(), 2);
    assert_eq!(scene.verdict(&before, soon + 2 * LIFETIME), "expired");
    scene.authenticated(later + DELAY + 2 * LIFETIME);
    assert_eq!(scene.keys(), 1);
    assert_eq!(scene.verdict(&before, soon), "unknown", "its key is gone");
    assert_eq!(scene.verdict(&after, soon), "won");
}

#[test]
fn a_key_that_is_older_than_the_one_before_opens_nothing() {
    let scene = Scene::new();
    let state = scene.begin(NOW);
    // Nobody logs in between the two renewals.
    scene.authenticated(NOW + ROTATION);
    assert_eq!(scene.verdict(&state, NOW), "won");
    scene.authenticated(NOW + 3 * ROTATION);
    assert_eq!(scene.keys(), 2);
    assert_eq!(scene.verdict(&state, NOW), "unknown");
}

#[test]
fn a_key_of_a_clock_that_was_far_ahead_is_replaced() {
    let scene = Scene::new();
    let ahead = scene.begin(NOW + 400 * ROTATION);
    let state = scene.begin(NOW);
    assert_eq!(state[..12], ahead[..12], "it seals meanwhile");
    scene.authenticated(NOW);
    assert_ne!(scene.begin(NOW + DELAY)[..12], ahead[..12]);
    assert_eq!(scene.verdict(&state, NOW + DELAY), "won");
}

#[test]
fn logins_that_end_together_renew_the_key_once() {
    let scene = Scene::new();
    let before = scene.begin(NOW);
    let later = NOW + ROTATION;
    let start = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                scene.authenticated(later);
            });
        }
    });
    assert_eq!(scene.keys(), 2);
    let text = scene.text();
    scene.authenticated(later + 1);
    assert_eq!(scene.text(), text);
    assert_eq!(scene.verdict(&before, NOW), "won");
    assert_eq!(scene.verdict(&scene.begin(later + DELAY), later + DELAY), "won");
    assert_eq!(scene.names(), ["key"]);
}

#[test]
fn a_renewal_that_was_held_up_replaces_no_key_that_is_in_use() {
    let scene = Scene::new();
    scene.begin(NOW);
    let file = KeyFile::new(scene.path());
    let seen = file.read().unwrap().unwrap();
    let later = NOW + ROTATION;
    let held_up = file.write_beside(&seen.renewed(later).unwrap().unwrap(), later).unwrap();
    scene.authenticated(later);
    let state = scene.begin(later + DELAY);
    file.replace(&seen, &held_up).unwrap();
    assert_eq!(scene.verdict(&state, later + DELAY), "won");
}

#[test]
fn a_first_key_that_was_held_up_replaces_none_that_is_in_use() {
    let scene = Scene::new();
    let file = KeyFile::new(scene.path());
    // Two processes see no file, and one of them is faster.
    let held_up = file.write_beside(&SealingKeys::generate(NOW).unwrap(), NOW).unwrap();
    let state = scene.begin(NOW);
    let text = scene.text();
    file.place_first(&held_up, |new, path| fs::hard_link(new, path)).unwrap();
    assert_eq!(scene.text(), text);
    assert_eq!(scene.verdict(&state, NOW), "won");
}

#[test]
fn a_file_system_without_hard_links_has_a_first_key_too() {
    let scene = Scene::new();
    let file = KeyFile::new(scene.path());
    let new = file.write_beside(&SealingKeys::generate(NOW).unwrap(), NOW).unwrap();
    file.place_first(&new, |_, _| Err(ErrorKind::PermissionDenied.into())).unwrap();
    assert_eq!(scene.names(), ["key"]);
    assert_eq!(scene.verdict(&scene.begin(NOW), NOW), "won");
}

#[test]
fn first_logins_make_one_key_together() {
    for _ in 0..30 {
        let scene = Scene::new();
        let start = Barrier::new(8);
        let states: Vec<String> = thread::scope(|scope| {
            let begin = || {
                start.wait();
                scene.begin(NOW)
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(begin)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for state in &states {
            assert_eq!(scene.verdict(state, NOW), "won");
        }
        assert_eq!(scene.names(), ["key"]);
    }
}

#[test]
fn a_damaged_key_file_is_refused_and_left_as_it_is() {
    let scene = Scene::new();
    let state = scene.begin(NOW);
    scene.authenticated(NOW + ROTATION);
    let text = scene.text().into_bytes();
    let refused = |bytes: &[u8], what: usize| {
        fs::write(scene.path(), bytes).unwrap();
        let put = scene.store().put(&pending(NOW)).unwrap_err();
        let read = scene.store().read(&state, UnixTime(NOW)).unwrap_err();
        for error in [put, read] {
            assert_eq!(error.code(), "sealing_key_damaged", "{what}");
            let damaged = format!("{}, is damaged", scene.path().display());
            assert!(error.to_string().contains(&damaged), "{error}");
        }
        scene.authenticated(NOW + 9 * ROTATION);
        assert_eq!(fs::read(scene.path()).unwrap(), bytes, "{what}");
    };
    for at in 0..text.len() {
        let mut changed = text.clone();
        changed[at] ^= 1;
        refused(&changed, at);
    }
    let line = text.split_inclusive(|byte| *byte == b'\n').nth(1).unwrap();
    for (what, bytes) in [
        b"".to_vec(),
        text[..text.len() - 1].to_vec(),
        text[..40].to_vec(),
        [&text[..], b"\n"].concat(),
        [&text[..], line].concat(),
        [&text[..], &[b'x'; 1000]].concat(),
    ]
    .iter()
    .enumerate()
    {
        refused(bytes, 10_000 + what);
    }
    fs::write(scene.path(), &text).unwrap();
    assert_eq!(scene.verdict(&state, NOW), "won");
}

#[test]
fn the_text_of_a_key_file_is_read_back() {
    let keys = SealingKeys::generate(NOW).unwrap();
    let two = keys.renewed(NOW + ROTATION).unwrap().unwrap();
    for keys in [keys, two] {
        assert!(SealingKeys::of_text(keys.to_text().as_bytes()).unwrap().are(&keys));
    }
}

#[test]
fn what_a_killed_process_left_beside_the_key_is_removed_later() {
    let scene = Scene::new();
    scene.begin(NOW);
    let ours = scene.directory.path().join("key.0123456789abcdef.new");
    let others = [
        "key.backup.new",
        "key.0123456789abcdef",
        "key.0123456789abcde.new",
        "key.0123456789abcdeg.new",
        "other.0123456789abcdef.new",
    ];
    for name in others {
        fs::write(scene.directory.path().join(name), b"").unwrap();
    }
    fs::write(&ours, b"").unwrap();
    let written = fs::metadata(&ours).unwrap().modified().unwrap();
    let written = written.duration_since(UNIX_EPOCH).unwrap().as_secs();
    scene.authenticated(written + 59);
    assert!(ours.exists(), "its process may be at work");
    scene.authenticated(written + 59 + 2 * ROTATION);
    assert!(!ours.exists());
    assert!(others.iter().all(|name| scene.directory.path().join(name).exists()));
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_refused_and_left_as_it_is() {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    let scene = Scene::new();
    let state = scene.begin(NOW);
    let path = scene.path();
    let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    let text = scene.text();
    let refused = |part: &str| {
        let put = scene.store().put(&pending(NOW)).unwrap_err();
        let read = scene.store().read(&state, UnixTime(NOW)).unwrap_err();
        for error in [put, read] {
            assert_eq!(error.code(), "sealing_key_unsafe", "{error}");
            assert!(error.to_string().contains(part), "{error}");
        }
        scene.authenticated(NOW + 9 * ROTATION);
    };
    for open in [0o640, 0o604, 0o620, 0o602, 0o660, 0o610] {
        mode(open);
        refused(&format!("its mode is {open:04o}"));
        assert_eq!(scene.text(), text);
    }
    mode(0o600);
    // Only root can give a file away.
    if chown(&path, Some(12_345), None).is_ok() {
        refused("belongs to user 12345");
        chown(&path, Some(0), None).unwrap();
    }
    assert_eq!(scene.verdict(&state, NOW), "won");

    let elsewhere = scene.directory.path().join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    symlink(&elsewhere, &path).unwrap();
    refused("is a symbolic link");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    refused("is not a file");
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), text);
    assert!(KeyFile::new(elsewhere).read().unwrap().is_some());
}
