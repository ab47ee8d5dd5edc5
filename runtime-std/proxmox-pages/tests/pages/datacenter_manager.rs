//! The blocks for Proxmox Datacenter Manager, run against the demo provider.

use crate::node::{self, Answer};

mod api_types {
    include!(concat!(
        env!("OUT_DIR"),
        "/proxmox-datacenter-manager/lib/pdm-api-types/src/openid.rs"
    ));
}

mod config {
    include!(concat!(
        env!("OUT_DIR"),
        "/proxmox-datacenter-manager/server/src/api/config/access/openid.rs"
    ));
}

mod access {
    include!(concat!(
        env!("OUT_DIR"),
        "/proxmox-datacenter-manager/server/src/api/access/openid.rs"
    ));
}

type Node = node::Node<api_types::OpenIdRealmConfig>;

fn login(node: &Node, answer: Answer) -> Result<serde_json::Value, anyhow::Error> {
    let parameters = answer.parameters();
    for (name, value) in parameters.as_object().unwrap() {
        let parameter = access::LOGIN_PARAMETERS.iter().find(|(known, ..)| known == name);
        let (_, _, schema) = parameter.expect(name);
        assert!(schema.accepts(value.as_str().unwrap()) && !schema.description().is_empty());
    }
    access::create_ticket_http_only(node, parameters)
}

fn auth_url(node: &Node, url: &str, public: Option<bool>) -> Result<String, anyhow::Error> {
    access::openid_auth_url(node, node::REALM.to_owned(), url.to_owned(), public)
}

#[test]
fn the_methods_do_as_the_page_says() {
    node::methods_do_as_the_page_says(auth_url, login);
    for (name, optional, _) in access::LOGIN_PARAMETERS {
        assert_eq!(*optional, !["state", "redirect-url"].contains(name), "{name}");
    }
    assert!(node::said(access::AUTH_URL_PROPERTIES)["public"]);
}

#[test]
fn each_property_is_set_deleted_and_has_a_schema() {
    node::properties_are_complete(api_types::OPENID_REALM_PROPERTIES, |config, update, delete| {
        config::update_openid_realm(config, update, delete).unwrap()
    });
}
