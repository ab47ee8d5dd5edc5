//! Which file the realms are in, and that messages name it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::*;

const OF_PROXMOX: &str = "/etc/pve/domains.cfg";
const REALM: &str =
    "openid: sso\n\tissuer-url http://127.0.0.1:9/t\n\tclient-id x\n\tclient-type confidential\n";

/// A home directory.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Self {
        Home(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> PathBuf {
        // On some systems, the way to temporary files is a symbolic link.
        self.0.path().canonicalize().unwrap()
    }

    pub fn file(&self) -> PathBuf {
        self.path().join(".config/onerealm/realms.cfg")
    }

    fn write(&self, path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, REALM).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"));
        command.args(arguments).env("HOME", self.path()).stdin(Stdio::null());
        for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "all_proxy", "https_proxy", "no_proxy"] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(&[&["--json"], arguments].concat()).output().unwrap())
    }
}

/// The message of the error about a realm that isn't there: it names the file.
fn used(command: &mut Command) -> String {
    let ran = Ran::of(command.args(["--json", "check", "nowhere"]).output().unwrap());
    ran.failed(3, "realm_unknown")["message"].as_str().unwrap().to_owned()
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0)
}

#[test]
fn ones_own_file_is_used_where_it_is() {
    let home = Home::new();
    home.write(&home.file());
    let elsewhere = home.path().join("elsewhere");
    home.write(&elsewhere.join("onerealm/realms.cfg"));
    let named = |command: &mut Command, file: &Path| {
        let said = used(command);
        assert!(said.starts_with(&format!("{} has no openid realm", file.display())), "{said}");
    };
    named(&mut home.command(&[]), &home.file());
    let xdg = |value: &Path| {
        let mut command = home.command(&[]);
        command.env("XDG_CONFIG_HOME", value);
        command
    };
    named(&mut xdg(&elsewhere), &elsewhere.join("onerealm/realms.cfg"));
    // A relative path is ignored, as the specification says, and so is an empty one.
    named(xdg("elsewhere".as_ref()).current_dir(home.path()), &home.file());
    named(&mut xdg("".as_ref()), &home.file());
    named(xdg(&elsewhere).env_remove("HOME"), &elsewhere.join("onerealm/realms.cfg"));
    let config = home.path().join("named.cfg");
    fs::write(&config, REALM).unwrap();
    named(home.command(&[]).arg("--config").arg(&config), &config);
}

#[test]
fn without_a_file_both_places_and_init_are_named() {
    assert!(!Path::new(OF_PROXMOX).exists(), "this machine has realms of its own");
    let home = Home::new();
    for arguments in [&["check"][..], &["login", "sso"], &["set", "sso", "prompt", "login"]] {
        let ran = home.run(arguments);
        let error = ran.failed(3, "config_unreadable");
        let message = error["message"].as_str().unwrap();
        for place in [&home.file().display().to_string(), OF_PROXMOX] {
            assert!(message.contains(&format!("{place} isn't there")), "{message}");
        }
        assert!(error["fix"].as_str().unwrap().contains("onerealm init"), "{error}");
    }
    let mut command = home.command(&["--json", "check"]);
    let ran = Ran::of(command.env("HOME", "relative").output().unwrap());
    let message = ran.failed(3, "config_unreadable")["message"].to_string();
    assert!(message.contains("neither HOME nor XDG_CONFIG_HOME"), "{message}");
    let ran = Ran::of(command.env_remove("HOME").output().unwrap());
    assert_eq!(ran.failed(3, "config_unreadable")["message"].to_string(), message);
}

#[test]
fn what_is_in_the_files_place_is_an_error_that_names_it() {
    let home = Home::new();
    let message = || home.run(&["check"]).failed(3, "config_unreadable")["message"].to_string();
    let named = format!("can't read {}", home.file().display());
    fs::create_dir_all(home.file()).unwrap();
    let said = message();
    assert!(said.contains(&named) && said.contains("not a regular file"), "{said}");
    fs::remove_dir(home.file()).unwrap();
    symlink("nowhere", home.file()).unwrap();
    let said = message();
    assert!(said.contains(&named), "{said}");
    // A link that leads to a file is fine.
    fs::write(home.path().join(".config/onerealm/nowhere"), REALM).unwrap();
    assert!(used(&mut home.command(&[])).contains(&home.file().display().to_string()));
    // Where the folder is a file, there is nothing.
    fs::remove_dir_all(home.path().join(".config")).unwrap();
    fs::write(home.path().join(".config"), "").unwrap();
    assert!(message().contains("isn't there"));
}

/// The command as somebody who isn't root.
fn as_a_user(home: &Home, arguments: &[&str]) -> Ran {
    use std::os::unix::process::CommandExt as _;
    let mut command = home.command(arguments);
    if is_root() {
        // It may be where only root comes to.
        let program = home.path().join("onerealm");
        let copied = Command::new("cp").arg(command.get_program()).arg(&program).status();
        assert!(copied.unwrap().success());
        fs::set_permissions(home.path(), Permissions::from_mode(0o755)).unwrap();
        command = Command::new(program);
        command.env_clear().env("HOME", home.path()).stdin(Stdio::null()).uid(65534).gid(65534);
        command.args(arguments);
    }
    Ran::of(command.output().unwrap())
}

#[test]
fn a_file_that_can_not_be_read_is_an_error_and_none_of_another_user_is_used() {
    let home = Home::new();
    home.write(&home.file());
    let check = ["--json", "check", "nowhere"];
    as_a_user(&home, &check).failed(3, "realm_unknown");
    fs::set_permissions(home.file(), Permissions::from_mode(0o000)).unwrap();
    let ran = as_a_user(&home, &check);
    let message = ran.failed(3, "config_unreadable")["message"].to_string();
    assert!(message.contains(&format!("can't read {}", home.file().display())), "{message}");
    fs::set_permissions(home.file(), Permissions::from_mode(0o644)).unwrap();
    // Only root can give a file away.
    if chown(home.file(), Some(12_345), None).is_ok() {
        let ran = as_a_user(&home, &check);
        let message = ran.failed(3, "config_unreadable")["message"].to_string();
        let reason = format!("is not used, as {} belongs to another user", home.file().display());
        assert!(message.contains(&reason) && message.contains(OF_PROXMOX), "{message}");
    }
}

#[test]
fn root_takes_its_own_file_only() {
    if !is_root() {
        // Nobody else is asked more than that the file is theirs.
        let home = Home::new();
        home.write(&home.file());
        fs::set_permissions(home.file(), Permissions::from_mode(0o666)).unwrap();
        assert!(used(&mut home.command(&[])).contains(&home.file().display().to_string()));
        return;
    }
    let home = Home::new();
    home.write(&home.file());
    assert!(used(&mut home.command(&[])).contains(&home.file().display().to_string()));
    let folder = home.path().join(".config");
    let refused = |reason: &str| {
        let ran = home.run(&["check", "nowhere"]);
        let message = ran.failed(3, "config_unreadable")["message"].to_string();
        assert!(message.contains(reason) && message.contains(OF_PROXMOX), "{message}");
    };
    for (path, mode, usual) in [(home.file(), 0o664, 0o644), (folder.clone(), 0o777, 0o755)] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        refused(&format!("{} can be written by others", path.display()));
        fs::set_permissions(&path, Permissions::from_mode(usual)).unwrap();
    }
    // As where sudo keeps HOME.
    for path in [home.file(), folder, home.path()] {
        chown(&path, Some(12_345), None).unwrap();
        refused(&format!("{} belongs to another user", path.display()));
        chown(&path, Some(0), None).unwrap();
    }
    assert!(used(&mut home.command(&[])).contains(&home.file().display().to_string()));
}

#[test]
fn messages_about_a_realm_name_its_file() {
    let home = Home::new();
    home.write(&home.file());
    let file = home.file().display().to_string();
    let scene = Scene::new();
    fs::write(home.file(), REALM.replace("http://127.0.0.1:9/t", scene.provider.issuer())).unwrap();
    let ran = home.run(&["auth-url", "sso", "--redirect-url", WEB]);
    let message = ran.failed(3, "client_key_missing")["message"].to_string();
    assert!(message.contains(&format!("(the realms are those of {file})")), "{message}");
    let ran = home.run(&["unset", "sso", "client-type"]);
    assert_eq!((ran.status, &ran.json["file"]), (0, &file.as_str().into()), "{ran:?}");
    let ran = home.run(&["check"]);
    assert_eq!((ran.status, &ran.json["source"]), (0, &file.as_str().into()), "{ran:?}");
    let ran = home.command(&["check"]).output().unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(text.lines().nth(1), Some(format!("  described in {file}").as_str()), "{text}");
}

#[test]
fn a_file_of_windows_is_read_and_changed() {
    let scene = Scene::new();
    scene.configure("client-key canary+key/with:reserved=%&characters");
    let windows = fs::read_to_string(scene.config()).unwrap().replace('\n', "\r\n");
    fs::write(scene.config(), &windows).unwrap();
    assert_eq!(scene.run(&["set", "sso", "client-type", "auto"]).status, 0);
    let changed = fs::read_to_string(scene.config()).unwrap();
    assert_eq!(changed, format!("{windows}\tclient-type auto\r\n"));
    let (begun, callback) = scene.begin(&["--redirect-url", WEB]);
    assert_eq!(begun["client_type"], "confidential");
    assert_eq!(scene.finish(&callback).json["username"], ALICE);
}
