//! Case 160: hosts that are none.

use std::fs;

use serde_json::Value;

use crate::certificates::Authority;
use crate::scene::Scene;

#[test]
fn case_160_a_host_without_an_address_is_told_apart_from_one_that_does_not_answer() {
    let scene = Scene::new();
    let ca_file = scene.path("ca.pem");
    fs::write(&ca_file, Authority::new("A private CA").pem).unwrap();
    // A label is at most 63 bytes long: no resolver is asked for this one.
    let host = format!("{}.invalid", "a".repeat(64));
    for (issuer, code) in [
        (format!("https://{host}/t"), "network_host"),
        // Nobody listens on port 9.
        ("https://127.0.0.1:9/t".to_owned(), "network_connection"),
    ] {
        let realm = format!("openid: sso\n\tissuer-url {issuer}\n\tclient-id x\n");
        let realm = format!("{realm}\tca-file {}\n", ca_file.display());
        fs::write(scene.path("domains.cfg"), realm).unwrap();
        let output = scene.command(&["check", "sso"]).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let error: Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
        assert_eq!(error["error"]["code"], code, "{issuer}: {stderr}");
    }
}
