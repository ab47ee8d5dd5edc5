//! Other people's clients with a ticket and with an API token, as docs/command.md shows them: by hand, where they are
//! installed.

use crate::api::{PRODUCTS, Product};
use crate::node::{ALICE, Node};
use crate::scene::Scene;
use crate::tls::Identity;

/// A node with a cluster's certificate, which somebody is signed in to; and the path of the CA file.
fn signed_in(product: Product) -> (Scene, String) {
    let scene = Scene::new(Node::with(product, true, Identity::of_a_cluster(), "client-type auto"));
    let ca = scene.path("ca.pem");
    std::fs::write(&ca, &scene.node.identity.ca).unwrap();
    let ca = ca.to_str().unwrap().to_owned();
    let ran = scene.sign_in("login", &["--ca-file", &ca, "--no-browser"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    (scene, ca)
}

const PROXMOXER: &str = r#"
import os, sys
from proxmoxer import ProxmoxAPI
host, port = sys.argv[1].split(":")
common = dict(port=int(port), verify_ssl=sys.argv[2], user=sys.argv[3])
print(ProxmoxAPI(host, password=os.environ["PROXMOX_VE_AUTH_TICKET"], **common).version.get()["version"])
print(ProxmoxAPI(host, token_name="px", token_value=sys.argv[4], **common).version.get()["version"])
"#;

#[test]
#[ignore = "PROXMOXER_PYTHON names a Python with proxmoxer and requests"]
fn proxmoxer_takes_the_ticket_and_the_token() {
    let python = std::env::var("PROXMOXER_PYTHON").unwrap();
    let (scene, ca) = signed_in(Product::Pve);
    let token = scene.run("token", &["px", "--ca-file", &ca, "--format", "json"]).json();
    let (address, user) = (scene.node.address(), format!("{ALICE}@sso"));
    let script = [&python, "-c", PROXMOXER, &address, &ca, &user, token["value"].as_str().unwrap()];
    let ran = scene.run("exec", &[&["--ca-file", &ca, "--"], &script[..]].concat());
    assert_eq!(ran.stdout, "9.1\n9.1\n", "{ran:?}");
}

/// The first of the two in docs/command.md; `printf` is the shell's own, so the ticket is in no argument.
const CURL: &str = r#"
printf 'header = "Cookie: PVEAuthCookie=%s"\n' "$PROXMOX_VE_AUTH_TICKET" |
  curl --config - --fail --silent --show-error --cacert "$1" "$PROXMOX_VE_ENDPOINT/api2/json/version"
"#;

#[test]
#[ignore = "curl must be installed"]
fn curl_takes_the_ticket_from_its_standard_input() {
    let (scene, ca) = signed_in(Product::Pve);
    let ran = scene.run("exec", &["--ca-file", &ca, "--", "sh", "-c", CURL, "sh", &ca]);
    assert_eq!(ran.stdout, r#"{"data":{"version":"9.1"}}"#, "{ran:?}");
}

/// The second, for every product.
const CURL_WITH_JQ: &str = r#"
jq -r '"header = \"Cookie: \(.cookie)\"", "url = \"\(.endpoint)/api2/json/version\""' |
  curl --config - --fail --silent --show-error --cacert "$1"
"#;

#[test]
#[ignore = "curl and jq must be installed"]
fn curl_takes_the_cookie_of_each_product() {
    for product in PRODUCTS {
        let (scene, ca) = signed_in(product);
        let ticket = scene.run("ticket", &["--ca-file", &ca, "--format", "json"]).stdout;
        let mut shell = std::process::Command::new("sh");
        shell.args([
            "-c",
            &format!("printf %s '{ticket}' | {}", CURL_WITH_JQ.trim_start()),
            "sh",
            &ca,
        ]);
        let output = shell.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(text, r#"{"data":{"version":"9.1"}}"#, "{product:?} {output:?}");
    }
}
