//! The blocks for Proxmox Backup Server, run against the demo provider.

use crate::node::{self, Answer};

mod api_types {
    include!(concat!(env!("OUT_DIR"), "/proxmox/pbs-api-types/src/openid.rs"));
}

mod config {
    include!(concat!(env!("OUT_DIR"), "/proxmox-backup/src/api2/config/access/openid.rs"));
}

mod access {
    include!(concat!(env!("OUT_DIR"), "/proxmox-backup/src/api2/access/openid.rs"));
}

type Node = node::Node<api_types::OpenIdRealmConfig>;

fn login(node: &Node, answer: Answer) -> Result<serde_json::Value, anyhow::Error> {
    let Answer { state, redirect_url, code, iss, error, error_description } = answer;
    access::openid_login(node, state, code, redirect_url, iss, error, error_description)
}

fn auth_url(node: &Node, url: &str, public: Option<bool>) -> Result<String, anyhow::Error> {
    access::openid_auth_url(node, node::REALM.to_owned(), url.to_owned(), public)
}

#[test]
fn the_methods_do_as_the_page_says() {
    node::methods_do_as_the_page_says(auth_url, login);
    let properties = node::said(access::LOGIN_PROPERTIES);
    for optional in ["code", "iss", "error", "error-description"] {
        assert!(properties[optional], "{optional}");
    }
    assert!(!properties["state"] && !properties["redirect-url"]);
    assert!(node::said(access::AUTH_URL_PROPERTIES)["public"]);
}

#[test]
fn each_property_is_set_deleted_and_has_a_schema() {
    node::properties_are_complete(api_types::OPENID_REALM_PROPERTIES, |config, update, delete| {
        config::update_openid_realm(config, update, delete).unwrap()
    });
}
