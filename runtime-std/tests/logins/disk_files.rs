//! The files themselves: who may read and write them, and what becomes of one that is not right.

use std::fs;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::caches::{KEY, asked};
use crate::support::*;

pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

impl Scene {
    /// Where the command keeps what it knows of providers.
    pub fn providers(&self) -> PathBuf {
        self.state_directory().join("providers")
    }

    pub fn file_count(&self) -> usize {
        fs::read_dir(self.providers()).unwrap().count()
    }

    /// The one file of this kind.
    pub fn file(&self, kind: &str) -> PathBuf {
        let files = fs::read_dir(self.providers()).unwrap().map(|file| file.unwrap().path());
        let files: Vec<_> = files
            .filter(|path| path.extension().is_some_and(|extension| extension == kind))
            .collect();
        let [file] = files.as_slice() else { panic!("{files:?}") };
        file.clone()
    }

    /// Changes a file, and makes its digest fit.
    pub fn edit(&self, kind: &str, change: impl Fn(&str) -> String) {
        let path = self.file(kind);
        let text = fs::read_to_string(&path).unwrap();
        let (first, rest) = text.split_once('\n').unwrap();
        let rest = change(rest);
        let version = first.rsplit_once(' ').unwrap().0;
        let digest: String =
            Sha256::digest(&rest).iter().map(|byte| format!("{byte:02x}")).collect();
        fs::write(&path, format!("{version} {digest}\n{rest}")).unwrap();
    }
}

/// A text with another value in the line that begins with `name`.
pub fn set(text: &str, name: &str, value: &str) -> String {
    let line = text.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
    text.replacen(line, &format!("{name} {value}"), 1)
}

/// The value of the line that begins with `name`.
pub fn get(path: &std::path::Path, name: &str) -> String {
    let text = fs::read_to_string(path).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
    line.unwrap().to_owned()
}

fn logged_in(scene: &Scene) -> (String, Ran) {
    let ran = scene.run(&["auth-url", "sso", "--redirect-url", WEB]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let url = ran.json["url"].as_str().unwrap();
    let callback = onerealm_demo_provider::browser::sign_in(url, ALICE).unwrap();
    let finished = scene.finish(&callback);
    assert_eq!(finished.json["username"], ALICE, "{finished:?}");
    (ran.stderr, finished)
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_them_and_no_name_tells_the_issuer() {
    use std::os::unix::fs::PermissionsExt;

    let scene = Scene::new();
    scene.configure(KEY);
    logged_in(&scene);
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(scene.providers()), 0o700);
    for kind in ["metadata", "keys"] {
        let file = scene.file(kind);
        let name = file.file_stem().unwrap().to_str().unwrap();
        assert!(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
        assert_eq!(mode(file), 0o600);
    }
    assert_eq!(scene.file_count(), 2, "nothing else is left");
}

/// Bends the file of one kind, after which a login must succeed, having asked once more for it.
fn is_passed_over(scene: &Scene, kind: &str, what: &str, bend: impl FnOnce(PathBuf)) {
    let before = asked(scene);
    bend(scene.file(kind));
    let (of_begin, of_finish) = logged_in(scene);
    let stderr = of_begin + &of_finish.stderr;
    assert!(stderr.contains("warning: ") || stderr.contains("warn: "), "{what} {kind}: {stderr}");
    let place = usize::from(kind == "keys");
    assert_eq!(asked(scene)[place], before[place] + 1, "{what} {kind}");
    assert_eq!(asked(scene)[1 - place], before[1 - place], "{what} {kind}");
    // It was replaced by one that is right.
    let (of_begin, of_finish) = logged_in(scene);
    let stderr = of_begin + &of_finish.stderr;
    assert!(!stderr.contains("warn"), "{what} {kind}: {stderr}");
    assert_eq!(asked(scene)[place], before[place] + 1, "{what} {kind}");
}

#[test]
fn a_damaged_file_is_passed_over_with_a_warning_and_replaced() {
    let scene = Scene::new();
    scene.configure(KEY);
    logged_in(&scene);
    for kind in ["metadata", "keys"] {
        let bytes = fs::read(scene.file(kind)).unwrap();
        let (end, half) = (bytes.len() - 1, bytes.len() / 2);
        let damaged: [(&str, Vec<u8>); 6] = [
            ("empty", Vec::new()),
            ("half", bytes[..half].to_vec()),
            ("all but a byte", bytes[..end].to_vec()),
            ("garbage", vec![0xff; 300]),
            ("too long", [&bytes[..], &vec![b' '; 1 << 20]].concat()),
            ("another version", [b"onerealm 0", &bytes[10..]].concat()),
        ];
        for (what, bytes) in damaged {
            is_passed_over(&scene, kind, what, |path| fs::write(path, bytes).unwrap());
        }
        for place in [40, 90, half, end] {
            is_passed_over(&scene, kind, "another bit", |path| {
                let mut bytes = fs::read(&path).unwrap();
                bytes[place] ^= 1;
                fs::write(path, bytes).unwrap();
            });
        }
    }
}

#[test]
fn a_file_about_something_else_is_passed_over() {
    let scene = Scene::new();
    scene.configure(KEY);
    logged_in(&scene);
    for kind in ["metadata", "keys"] {
        let other = if kind == "keys" { "metadata" } else { "keys" };
        for (name, value) in [
            ("issuer", "https://mallory.example"),
            ("trust", "somebody"),
            ("url", "https://mallory.example/keys"),
            ("fetched", "yesterday"),
        ] {
            let what = format!("{name} {value}");
            is_passed_over(&scene, kind, &what, |_| {
                scene.edit(kind, |text| set(text, name, value));
            });
        }
        is_passed_over(&scene, kind, other, |_| {
            scene.edit(kind, |text| text.replacen(kind, other, 1));
        });
    }
}

#[test]
fn what_a_file_holds_is_judged_like_an_answer() {
    let scene = Scene::new();
    scene.configure(KEY);
    logged_in(&scene);
    let issuer = scene.provider.issuer().to_owned();
    let bent: [(&str, &dyn Fn(&str) -> String); 4] = [
        // The document of another provider, in the place of this one.
        ("metadata", &|text| {
            let (head, body) = text.split_once("\n\n").unwrap();
            format!("{head}\n\n{}", body.replace(&issuer, "https://mallory.example"))
        }),
        ("metadata", &|text| text.replacen('{', "{\"issuer\":1,", 1)),
        ("keys", &|text| text.replacen('{', "[{", 1)),
        ("keys", &|text| set(text, "type", "text/html")),
    ];
    for (kind, bend) in bent {
        let before = asked(&scene);
        scene.edit(kind, bend);
        logged_in(&scene);
        let place = usize::from(kind == "keys");
        assert_eq!(asked(&scene)[place], before[place] + 1, "{kind}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_have_written_is_passed_over() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let scene = Scene::new();
    scene.configure(KEY);
    logged_in(&scene);
    for kind in ["metadata", "keys"] {
        for mode in [0o620, 0o602, 0o666] {
            is_passed_over(&scene, kind, &format!("{mode:o}"), |path| {
                fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
            });
        }
        is_passed_over(&scene, kind, "a link", |path| {
            let elsewhere = scene.state_directory().join("elsewhere");
            fs::rename(&path, &elsewhere).unwrap();
            symlink(&elsewhere, &path).unwrap();
        });
    }
}

#[cfg(unix)]
#[test]
fn a_directory_that_others_can_write_to_is_not_used() {
    use std::os::unix::fs::PermissionsExt;

    let scene = Scene::new();
    scene.configure(KEY);
    fs::create_dir_all(scene.providers()).unwrap();
    fs::set_permissions(scene.state_directory(), fs::Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(scene.providers(), fs::Permissions::from_mode(0o777)).unwrap();
    for n in 1..=2 {
        let (stderr, _) = logged_in(&scene);
        assert!(stderr.contains("keeps no documents of providers"), "{stderr}");
        assert_eq!(asked(&scene)[..2], [2 * n, n]);
        assert_eq!(scene.file_count(), 0);
    }
}

#[test]
fn a_file_that_a_process_left_behind_is_in_nobody_s_way() {
    let scene = Scene::new();
    scene.configure(KEY);
    logged_in(&scene);
    for kind in ["metadata", "keys"] {
        let file = scene.file(kind);
        let new = file.with_extension(format!("{kind}.new"));
        fs::remove_file(&file).unwrap();
        fs::write(&new, "half").unwrap();
        // Somebody may still be writing it.
        logged_in(&scene);
        assert!(new.exists() && !file.exists());
        let long_ago = SystemTime::now() - std::time::Duration::from_secs(61);
        fs::File::options().write(true).open(&new).unwrap().set_modified(long_ago).unwrap();
        logged_in(&scene);
        assert!(!new.exists() && file.exists());
    }
}
