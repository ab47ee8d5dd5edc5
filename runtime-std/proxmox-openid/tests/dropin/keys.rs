//! The place of the key that seals logins.

use std::fs;
use std::path::{Path, PathBuf};

use proxmox_openid::{OpenIdAuthenticator, StateStore};
use serde_json::json;
use tempfile::TempDir;

use crate::support::*;

/// A node of a cluster: a state directory of its own, and the cluster's for the key.
struct Node {
    own: TempDir,
    key: PathBuf,
}

impl Node {
    fn of(cluster: &TempDir) -> Self {
        let own = tempfile::tempdir().unwrap();
        Node { own, key: cluster.path().join("onerealm-logins.key") }
    }

    fn states(&self) -> StateStore {
        let own = self.own.path().to_str().unwrap();
        StateStore::new(own).with_key_file(self.key.to_str().unwrap())
    }

    fn begin(&self, scene: &Scene) -> Parameters {
        let config = scene.config(json!({}));
        let authenticator = OpenIdAuthenticator::discover(&config, WEB).unwrap();
        scene.sign_in(&authenticator.authorize_url_in(&self.states(), REALM).unwrap())
    }

    fn finish(&self, scene: &Scene, back: &Parameters) -> anyhow::Result<serde_json::Value> {
        let (realm, state) = self.states().verify_public_auth_state(&back["state"])?;
        assert_eq!(realm, REALM);
        OpenIdAuthenticator::discover(&scene.config(json!({})), WEB)?
            .verify_authorization_code_simple(&back["code"], &through_perl(&state))
    }
}

#[test]
fn the_first_finished_login_makes_the_key_that_nodes_share() {
    let (scene, cluster) = (Scene::new(), tempfile::tempdir().unwrap());
    let (one, other) = (Node::of(&cluster), Node::of(&cluster));
    let strangers: Vec<_> = (0..20).map(|_| one.begin(&scene)).collect();
    assert_eq!(listing(cluster.path()), [""; 0], "nobody has logged in");
    assert!(other.finish(&scene, &strangers[0]).is_err(), "it is in the first node's files");
    one.finish(&scene, &strangers[0]).unwrap();
    assert_eq!(listing(cluster.path()), [one.key.display().to_string()]);
    // From now on, any node finishes any login, and those of before are not lost.
    let back = one.begin(&scene);
    other.finish(&scene, &back).unwrap();
    one.finish(&scene, &strangers[1]).unwrap();
}

#[test]
fn nobody_who_hasnt_logged_in_writes_beside_the_key() {
    let (scene, cluster) = (Scene::new(), tempfile::tempdir().unwrap());
    let node = Node::of(&cluster);
    let back = node.begin(&scene);
    node.finish(&scene, &back).unwrap();
    let was =
        |path: &Path| (fs::read(path).unwrap(), fs::metadata(path).unwrap().modified().unwrap());
    let (listed, key) = (listing(cluster.path()), was(&node.key));
    for _ in 0..20 {
        let back = node.begin(&scene);
        assert!(node.states().verify_public_auth_state("nonsense").is_err());
        let (_, state) = node.states().verify_public_auth_state(&back["state"]).unwrap();
        let authenticator = OpenIdAuthenticator::discover(&scene.config(json!({})), WEB).unwrap();
        assert!(authenticator.verify_authorization_code_simple("wrong", &state).is_err());
    }
    assert_eq!((listing(cluster.path()), was(&node.key)), (listed, key));
    // A key that is damaged is not replaced by a stranger either.
    fs::write(&node.key, "damaged").unwrap();
    let key = was(&node.key);
    let back = node.begin(&scene);
    assert_eq!(was(&node.key), key);
    node.finish(&scene, &back).unwrap();
}

#[test]
fn products_on_one_machine_have_keys_of_their_own() {
    let scene = Scene::new();
    let directories = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut keys = directories.iter().map(|directory| {
        let states = StateStore::new(directory.path().to_str().unwrap());
        let authenticator = OpenIdAuthenticator::discover(&scene.config(json!({})), WEB).unwrap();
        authenticator.authorize_url_in(&states, REALM).unwrap();
        fs::read(directory.path().join("onerealm-logins.key")).unwrap()
    });
    assert_ne!(keys.next(), keys.next());
}
