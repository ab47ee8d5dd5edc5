//! Tickets that are kept: renewed, removed, refused, forgotten; and given to commands.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::api::Product;
use crate::node::Node;
use crate::scene::{Scene, Waiting, mode};

fn scene(product: Product) -> Scene {
    let mut scene = Scene::new(Node::start(product));
    // The hour is in the tickets; the provider has a clock of its own.
    scene.set_clock(onerealm::now().0);
    scene
}

#[test]
fn a_ticket_is_renewed_when_it_is_older_than_an_hour() {
    for product in crate::api::PRODUCTS {
        let mut scene = scene(product);
        let now = scene.node.host.now();
        let first = scene.logged_in();
        scene.set_clock(now + 3599);
        assert_eq!(scene.run("ticket", &["--format", "json"]).json()["ticket"], first["ticket"]);
        assert!(scene.node.forms("/access/ticket").is_empty());
        scene.set_clock(now + 3600);
        let ran = scene.run("ticket", &["--format", "json"]);
        let second = ran.json();
        assert_ne!(second["ticket"], first["ticket"], "{product:?}");
        assert_eq!(second["username"], first["username"]);
        assert_eq!(second["expires_at"], now + 3600 + 7200);
        assert_eq!(scene.node.forms("/access/ticket").len(), 1);
        assert_eq!(scene.run("ticket", &["--format", "json"]).json(), second, "and kept");
    }
}

#[test]
fn a_ticket_that_expired_is_removed_and_a_login_is_made() {
    let mut scene = scene(Product::Pve);
    let now = scene.node.host.now();
    scene.logged_in();
    let file = scene.ticket_file();
    scene.set_clock(now + 7200);
    // Any command for any node removes it.
    scene.bare(&["pve", "logout", "127.0.0.1:1"]).output().unwrap();
    assert!(!file.exists());
    let ran = scene.sign_in("ticket", &["--no-browser"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(scene.node.forms("/access/ticket").is_empty());
}

#[test]
fn a_ticket_that_the_node_takes_no_more_is_replaced_by_a_login() {
    let mut scene = scene(Product::Pve);
    let now = scene.node.host.now();
    scene.logged_in();
    scene.node.host.sessions.lock().unwrap().forget_all();
    scene.set_clock(now + 3600);
    let ran = scene.sign_in("ticket", &["--no-browser"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(scene.node.forms("/access/ticket").len(), 1);
}

#[test]
fn a_ticket_that_expires_between_ticket_and_use_is_told() {
    let scene = scene(Product::Pve);
    scene.logged_in();
    scene.node.host.sessions.lock().unwrap().forget_all();
    scene.run("token", &["packer"]).failed(4, "ticket_expired", &["onerealm pve login"]);
    assert!(!scene.files().iter().any(|file| file.extension().is_some_and(|e| e == "tokens")));
}

#[test]
fn another_node_or_certificate_gets_no_ticket_of_this_one() {
    let first = scene(Product::Pve);
    first.logged_in();
    let other = Node::start(Product::Pve);
    let address = other.address();
    let ran = first.bare(&["pve", "ticket", &address, "--no-browser"]).output().unwrap();
    assert_eq!(ran.status.code(), Some(7));
    // The same address with another fingerprint.
    let fingerprint = other.identity.fingerprint.clone();
    first.node.show(other.identity.config.clone());
    let waiting =
        Waiting::start(first.command("ticket", &["--no-browser", "--fingerprint", &fingerprint]));
    waiting.sign_in();
    assert_eq!(waiting.ended().status, Some(0));
    assert!(first.node.forms("/access/ticket").is_empty());
}

#[test]
fn a_kept_file_that_is_damaged_or_somebody_elses_is_refused() {
    let scene = scene(Product::Pve);
    scene.logged_in();
    let file = scene.ticket_file();
    let text = fs::read_to_string(&file).unwrap();
    for damaged in [
        "",
        "{}",
        &text[..text.len() - 1],
        &text.replace("\"sso\"", "\"pam\""),
        &text.replace("PVE:", "PVE:'"),
    ] {
        fs::write(&file, damaged).unwrap();
        scene.run("ticket", &[]).failed(8, "kept_file_damaged", &[file.to_str().unwrap()]);
    }
    fs::write(&file, &text).unwrap();
    assert_eq!(scene.run("ticket", &[]).status, Some(0));
    for (bits, words) in [(0o640, "by others"), (0o604, "by others")] {
        fs::set_permissions(&file, fs::Permissions::from_mode(bits)).unwrap();
        scene.run("ticket", &[]).failed(8, "kept_file_unsafe", &[words]);
    }
    let elsewhere = scene.path("elsewhere");
    fs::rename(&file, &elsewhere).unwrap();
    fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o600)).unwrap();
    symlink(&elsewhere, &file).unwrap();
    scene.run("ticket", &[]).failed(8, "kept_file_unsafe", &["symbolic link"]);
}

/// Only root can make a file of somebody else.
#[test]
fn a_kept_file_of_another_user_is_refused() {
    let scene = scene(Product::Pve);
    scene.logged_in();
    let file = scene.ticket_file();
    if std::os::unix::fs::chown(&file, Some(12345), None).is_ok() {
        scene.run("ticket", &[]).failed(8, "kept_file_unsafe", &["another user"]);
    }
}

#[test]
fn folders_are_this_users_alone_or_refused() {
    let scene = scene(Product::Pve);
    scene.logged_in();
    let folder = scene.ticket_file().parent().unwrap().to_owned();
    for folder in [folder.as_path(), folder.parent().unwrap(), &scene.path("state/nodes")] {
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    scene.run("ticket", &[]).failed(8, "kept_file_unsafe", &["by others"]);
}

#[test]
fn without_a_runtime_directory_of_ones_own_tickets_are_in_the_state_directory() {
    for runtime in [None, Some("relative"), Some("/no/such/folder"), Some("open to others")] {
        let scene = scene(Product::Pve);
        let fingerprint = scene.node.identity.fingerprint.clone();
        let mut command = scene.command("login", &["--fingerprint", &fingerprint, "--no-browser"]);
        match runtime {
            None => {
                command.env_remove("XDG_RUNTIME_DIR");
            }
            Some("open to others") => {
                let open = fs::Permissions::from_mode(0o755);
                fs::set_permissions(scene.path("run"), open).unwrap();
            }
            Some(path) => {
                command.env("XDG_RUNTIME_DIR", path);
            }
        }
        let waiting = Waiting::start(command);
        waiting.sign_in();
        assert_eq!(waiting.ended().status, Some(0), "{runtime:?}");
        assert!(scene.ticket_file().starts_with(scene.path("state/tickets")), "{runtime:?}");
    }
}

#[test]
fn a_command_gets_the_ticket_and_nothing_that_contradicts_it() {
    let scene = scene(Product::Pve);
    let printed = scene.logged_in();
    let mut command = scene.command("exec", &["--", "env"]);
    command.env("PROXMOX_VE_INSECURE", "true").env("PROXMOX_VE_API_TOKEN", "x");
    command.env("PROXMOX_VE_USERNAME", "root@pam").env("PBS_PASSWORD", "x").env("OTHER", "kept");
    let output = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let mut ours: Vec<_> =
        output.lines().filter(|l| l.starts_with("PROXMOX") || l.starts_with("PBS")).collect();
    ours.sort();
    assert_eq!(
        ours,
        [
            format!("PROXMOX_VE_AUTH_TICKET={}", printed["ticket"].as_str().unwrap()),
            format!(
                "PROXMOX_VE_CSRF_PREVENTION_TOKEN={}",
                printed["csrf_prevention_token"].as_str().unwrap()
            ),
            format!("PROXMOX_VE_ENDPOINT=https://{}", scene.node.address()),
        ]
    );
    assert!(output.lines().any(|line| line == "OTHER=kept"));
}

#[test]
fn the_status_and_the_arguments_of_a_command_are_its_own() {
    let scene = scene(Product::Pve);
    scene.logged_in();
    assert_eq!(scene.run("exec", &["--", "sh", "-c", "exit 42"]).status, Some(42));
    let ran = scene.run("exec", &["--", "printf", "%s,", "$HOME", "a b", "--json"]);
    assert_eq!(ran.stdout, "$HOME,a b,--json,", "there is no shell");
    let killed = scene.run("exec", &["--", "sh", "-c", "kill -TERM $$"]);
    assert_eq!(killed.status, None, "{killed:?}");
    scene.run("exec", &["--", "/no/such/program"]).failed(
        127,
        "command_not_started",
        &["/no/such/program"],
    );
    assert_eq!(scene.run("exec", &[]).status, Some(2));
}

#[test]
fn a_backup_client_is_sent_to_this_server_only() {
    let scene = scene(Product::Pbs);
    scene.logged_in();
    let own = format!("{}:store", scene.node.address());
    for (repository, is_kept) in [(own.as_str(), true), ("evil.example:store", false)] {
        let mut command = scene.command("exec", &["--", "env"]);
        let output = command.env("PBS_REPOSITORY", repository).output().unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        assert!(output.contains("PBS_PASSWORD=PBS:") && output.contains("PBS_FINGERPRINT="));
        assert_eq!(output.contains("PBS_REPOSITORY"), is_kept, "{output}");
    }
}

#[test]
fn logout_forgets_the_ticket() {
    let scene = scene(Product::Pve);
    scene.logged_in();
    assert_eq!(scene.run("logout", &[]).stdout.trim(), "the ticket is forgotten");
    assert!(scene.files().iter().all(|file| file.extension().is_some_and(|e| e == "fingerprint")));
    assert_eq!(scene.run("logout", &[]).stdout.trim(), "no ticket was kept");
}

#[test]
fn what_expired_is_removed_in_folders_of_our_own_only() {
    let scene = scene(Product::Pve);
    scene.logged_in();
    let tickets = scene.path("run/onerealm/tickets");
    let elsewhere = scene.path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let file = elsewhere.join("notes.json");
    fs::write(&file, r#"{"obtained": 1}"#).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    symlink(&elsewhere, tickets.join("other")).unwrap();
    assert_eq!(scene.run("ticket", &[]).status, Some(0));
    assert!(file.exists());
}

#[test]
fn a_ticket_that_can_not_be_printed_is_no_success() {
    let scene = scene(Product::Pve);
    scene.logged_in();
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = scene.command("ticket", &[]).stdout(full()).output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(8), "{said}");
    assert!(said.contains("[output]"), "{said}");
}

#[test]
fn case_187_a_ticket_that_nobody_reads_is_no_success() {
    let scene = scene(Product::Pve);
    scene.logged_in();
    let (to, reader) = std::os::unix::net::UnixStream::pair().unwrap();
    drop(reader);
    let left = std::os::fd::OwnedFd::from(to);
    let ran = scene.command("ticket", &[]).stdout(left).output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(8), "{said}");
    assert!(said.contains("[output]"), "{said}");
}

#[test]
fn a_log_that_can_not_be_written_keeps_nothing_from_being_done() {
    let mut scene = scene(Product::Pve);
    let now = scene.node.host.now();
    scene.logged_in();
    scene.set_clock(now + 3600);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = scene.command("ticket", &["-v"]).stderr(full).output().unwrap();
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    assert!(!ran.stdout.is_empty());
}
