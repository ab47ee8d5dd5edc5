//! Logins that travel in their own state, on two nodes that share nothing but the key.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use onerealm::{Callback, Logins, Requested, SealedStore};
use onerealm_demo_provider::browser;

use crate::support::*;

const AUTO: &str = "client-type auto\nclient-key canary+key/with:reserved=%&characters";

/// The command on one node of a cluster.
struct Node<'a> {
    scene: &'a Scene,
    name: &'a str,
}

impl Node<'_> {
    fn run(&self, arguments: &[&str]) -> Ran {
        fs::create_dir_all(directory(self.scene).join("shared")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"));
        command.arg("--config").arg(self.scene.config()).arg("--json");
        command.arg("--state-dir").arg(directory(self.scene).join(self.name));
        command.arg("--sealed-key").arg(directory(self.scene).join("shared/key"));
        Ran::of(command.args(arguments).output().unwrap())
    }

    /// The callback that a login which begins here leads to.
    fn begin(&self, redirect_url: &str) -> String {
        let ran = self.run(&["auth-url", "sso", "--redirect-url", redirect_url]);
        assert_eq!(ran.status, 0, "{ran:?}");
        let state = ran.json["state"].as_str().unwrap();
        assert!((44..=1024).contains(&state.len()), "{state}");
        let callback = browser::sign_in(ran.json["url"].as_str().unwrap(), ALICE).unwrap();
        assert_eq!(parameters(&callback)["state"], state);
        callback
    }

    fn finish(&self, callback: &str) -> Ran {
        self.run(&["finish", "--callback", callback])
    }
}

fn directory(scene: &Scene) -> PathBuf {
    scene.state_directory().with_file_name("cluster")
}

/// Every file below a directory, with its size and the time when it was written.
fn snapshot(directory: &Path) -> Vec<(PathBuf, u64, SystemTime)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_dir() {
            files.extend(snapshot(&path));
        }
        files.push((path, metadata.len(), metadata.modified().unwrap()));
    }
    files.sort();
    files
}

fn names_in(directory: &Path) -> Vec<OsString> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name()).collect()
}

#[test]
fn a_login_begins_on_one_node_without_a_trace_and_finishes_on_another() {
    let scene = Scene::new();
    scene.configure(AUTO);
    let [a, b] = ["a", "b"].map(|name| Node { scene: &scene, name });
    let first = a.begin(WEB);
    let before = snapshot(&directory(&scene));
    let key = snapshot(&directory(&scene).join("shared"));
    let names: Vec<_> = key.iter().map(|(path, ..)| path.file_name().unwrap()).collect();
    assert_eq!(names, ["key"], "a key, made once");
    // What was fetched from the provider, and nothing of a login.
    let of_a = || names_in(&directory(&scene).join("a"));
    assert_eq!(of_a(), ["providers"]);
    let callbacks: Vec<_> =
        [WEB, LOOPBACK].iter().cycle().take(10).map(|url| a.begin(url)).collect();
    assert_eq!(snapshot(&directory(&scene)), before, "begun logins wrote something");

    let done = b.finish(&first);
    assert_eq!((done.status, &done.json["client_type"]), (0, &"confidential".into()), "{done:?}");
    b.finish(&first).failed(4, "login_used");
    for callback in callbacks.iter().rev() {
        let done = b.finish(callback);
        let expected = if callback.starts_with(WEB) { "confidential" } else { "public" };
        assert_eq!((done.status, &done.json["client_type"]), (0, &expected.into()), "{done:?}");
        assert_eq!(done.json["username"], ALICE);
    }
    assert_eq!(scene.token_requests().len(), 11);
    assert_eq!(snapshot(&directory(&scene).join("shared")), key, "no login renewed the key");
    assert_eq!(of_a(), ["providers"], "the first node has nothing still");
}

#[test]
fn between_nodes_the_providers_single_use_code_is_the_second_line() {
    let scene = Scene::new();
    scene.configure(AUTO);
    let [a, b] = ["a", "b"].map(|name| Node { scene: &scene, name });
    let callback = a.begin(WEB);
    assert_eq!(b.finish(&callback).status, 0);
    a.finish(&callback).failed(5, "token_refused");
    a.finish(&callback).failed(4, "login_used");
}

#[test]
fn case_108_a_sealed_state_that_was_changed_belongs_to_no_login() {
    let scene = Scene::new();
    scene.configure(AUTO);
    let node = Node { scene: &scene, name: "a" };
    let callback = node.begin(WEB);
    let state = parameters(&callback)["state"].clone();
    let other = parameters(&node.begin(WEB))["state"].clone();
    let half = state.len() / 2;
    for changed in [
        state[1..].to_owned(),
        format!("{state}A"),
        format!("{}{}", &state[..half], &other[half..]),
        state.to_lowercase(),
        "A".repeat(1024),
        "A".repeat(5000),
    ] {
        let changed = callback.replace(&state, &changed);
        node.finish(&changed).failed(4, "login_unknown");
    }
    assert!(scene.token_requests().is_empty());
    assert_eq!(node.finish(&callback).status, 0, "the login was not used up");
}

#[test]
fn another_redirect_url_is_refused_and_uses_no_sealed_login_up() {
    let scene = Scene::new();
    scene.configure(AUTO);
    let node = Node { scene: &scene, name: "a" };
    let callback = node.begin(WEB);
    node.run(&["finish", "--callback", &callback, "--redirect-url", LOOPBACK])
        .failed(4, "redirect_uri_changed");
    let elsewhere = callback.replace(WEB, "https://other.example:8006");
    node.finish(&elsewhere).failed(4, "redirect_uri_changed");
    assert_eq!(node.finish(&callback).status, 0);
}

#[test]
fn the_key_is_renewed_by_a_login_that_succeeds_and_by_none_that_fails() {
    let scene = Scene::new();
    scene.configure(AUTO);
    let key = directory(&scene).join("shared/key");
    let node = Node { scene: &scene, name: "a" };
    node.begin(WEB);
    // A key of long ago, as a node's clock could have made it.
    let store = SealedStore::new(&key, directory(&scene).join("a"));
    fs::remove_file(&key).unwrap();
    let logins = Logins::new(onerealm_domains_cfg::read(&scene.config()).unwrap(), OldKey(store));
    logins.begin("sso", WEB, Requested::Default).unwrap();
    let old = fs::read_to_string(&key).unwrap();

    let callback = node.begin(WEB);
    let denied = callback.replace("code=", "error=access_denied&was=");
    node.finish(&denied).failed(4, "authorization_refused");
    let wrong_code = node.begin(WEB).replace("code=", "code=x");
    node.finish(&wrong_code).failed(5, "token_refused");
    assert_eq!(fs::read_to_string(&key).unwrap(), old, "nobody has logged in");
    let logins = scene.logins();
    let stored = logins.begin("sso", WEB, Requested::Default).unwrap();
    let stored = browser::sign_in(&stored.url, ALICE).unwrap();
    logins.finish(Callback::Url(&stored), None).unwrap();
    assert_eq!(fs::read_to_string(&key).unwrap(), old, "another store's login");
    assert_eq!(node.finish(&node.begin(WEB)).status, 0);
    let new = fs::read_to_string(&key).unwrap();
    assert_eq!((old.lines().count(), new.lines().count()), (2, 3));
    assert!(new.starts_with(&old), "the old key is there still");
}

/// A store whose logins begin, as it believes, some days ago.
#[derive(Debug)]
struct OldKey(SealedStore);

impl onerealm::PendingStore for OldKey {
    fn put(
        &self,
        pending: &onerealm::PendingAuthorization,
    ) -> Result<String, onerealm::StoreError> {
        let mut encoded = [0; onerealm::PendingAuthorization::PENDING_LEN];
        let mut fields = pending.encode_to_seal(&mut encoded).unwrap().to_vec();
        // Its beginning stands behind version and decision.
        fields[2..10].copy_from_slice(&(pending.begun().0 - 10 * 86_400).to_be_bytes());
        self.0.put(&onerealm::PendingAuthorization::decode_unsealed(&fields).unwrap())
    }

    fn read(
        &self,
        state: &str,
        now: onerealm::UnixTime,
    ) -> Result<onerealm::PendingAuthorization, onerealm::StoreError> {
        self.0.read(state, now)
    }

    fn take(
        &self,
        state: &str,
        now: onerealm::UnixTime,
    ) -> Result<onerealm::PendingAuthorization, onerealm::StoreError> {
        self.0.take(state, now)
    }
}
