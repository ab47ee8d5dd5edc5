//! Proxmoxer with a ticket as its password, and with an API token: by hand, where there is a Python that has it.

use std::process::Command;

use crate::api::Product;
use crate::node::{ALICE, Node};
use crate::scene::Scene;
use crate::tls::Identity;

const SCRIPT: &str = r#"
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
    let scene =
        Scene::new(Node::with(Product::Pve, true, Identity::of_a_cluster(), "client-type auto"));
    let ca = scene.path("ca.pem");
    std::fs::write(&ca, &scene.node.identity.ca).unwrap();
    let ca = ca.to_str().unwrap();
    let ran = scene.sign_in("login", &["--ca-file", ca, "--no-browser"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let token = scene.run("token", &["px", "--ca-file", ca, "--format", "json"]).json();
    let (address, user) = (scene.node.address(), format!("{ALICE}@sso"));
    let value = token["value"].as_str().unwrap();
    let mut command: Command = scene.command(
        "exec",
        &["--ca-file", ca, "--", &python, "-c", SCRIPT, &address, ca, &user, value],
    );
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "9.1\n9.1\n", "{output:?}");
}
