//! Whether the certificate is the node's.

use crate::api::Product;
use crate::node::Node;
use crate::scene::{Ran, Scene};
use crate::tls::{Identity, impostor};

fn scene() -> Scene {
    Scene::new(Node::start(Product::Pve))
}

#[test]
fn an_unknown_certificate_is_shown_and_nothing_is_sent() {
    for product in crate::api::PRODUCTS {
        let scene = Scene::new(Node::start(product));
        let fingerprint = &scene.node.identity.fingerprint;
        let ran = scene.run("login", &["--no-browser"]);
        let names = "localhost";
        ran.failed(7, "node_certificate_unknown", &[fingerprint, names, "on the", "--fingerprint"]);
        assert!(!ran.stderr.contains(&format!("--fingerprint {fingerprint}")), "no line to copy");
        assert_eq!(scene.node.requests(), 0);
        assert!(scene.files().is_empty());
    }
}

#[test]
fn another_fingerprint_than_the_given_one_is_refused() {
    let scene = scene();
    let other = Identity::self_signed().fingerprint;
    let ran = scene.run("login", &["--no-browser", "--fingerprint", &other]);
    ran.failed(7, "node_certificate_changed", &[&other, &scene.node.identity.fingerprint]);
    assert_eq!(scene.node.requests(), 0);
    assert!(scene.files().is_empty(), "and it isn't remembered");
}

#[test]
fn a_changed_certificate_is_refused_even_where_an_authority_vouches_for_it() {
    let scene = scene();
    scene.logged_in();
    let before = scene.node.requests();
    let new = Identity::of_a_cluster();
    scene.node.show(new.config.clone());
    let ca = scene.path("ca.pem");
    std::fs::write(&ca, &new.ca).unwrap();
    let ca = ca.to_str().unwrap();
    let known = &scene.node.identity.fingerprint;
    for arguments in [&["--no-browser"][..], &["--no-browser", "--ca-file", ca]] {
        let ran = scene.run("login", arguments);
        ran.failed(7, "node_certificate_changed", &["IS NOT THE ONE", known, &new.fingerprint]);
    }
    let mut command = scene.command("login", &["--no-browser"]);
    let ran = Ran::of_child(command.env("SSL_CERT_FILE", ca).spawn().unwrap());
    ran.failed(7, "node_certificate_changed", &[]);
    assert_eq!(scene.node.requests(), before, "nothing was sent");
    // Compared and given, it is the known one from then on.
    let ran = scene.sign_in("login", &["--no-browser", "--fingerprint", &new.fingerprint]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    scene.node.show(scene.node.identity.config.clone());
    scene.run("login", &["--no-browser"]).failed(7, "node_certificate_changed", &[]);
}

#[test]
fn whoever_shows_the_certificate_without_its_key_is_refused() {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let scene = scene();
        let (config, fingerprint) = impostor(version);
        scene.node.show(config);
        let ran = scene.run("login", &["--no-browser", "--fingerprint", &fingerprint]);
        ran.failed(7, "node_tls", &["doesn't have the certificate's key"]);
        assert_eq!(scene.node.requests(), 0);
        assert!(scene.files().is_empty(), "and the fingerprint isn't remembered");
    }
}

#[test]
fn a_ca_file_that_vouches_for_another_or_holds_nothing_is_refused() {
    let scene = scene();
    let file = scene.path("ca.pem");
    let run = |text: &str| {
        std::fs::write(&file, text).unwrap();
        scene.run("login", &["--no-browser", "--ca-file", file.to_str().unwrap()])
    };
    run(&Identity::of_a_cluster().ca).failed(
        7,
        "node_certificate_unknown",
        &["nobody who is trusted"],
    );
    run("nothing").failed(3, "ca_file", &["no certificate"]);
    scene.run("login", &["--no-browser", "--ca-file", "/dev/zero"]).failed(3, "ca_file", &[]);
    let both = scene.run("login", &["--ca-file", "x", "--fingerprint", &"00".repeat(32)]);
    both.failed(2, "usage", &[]);
}
