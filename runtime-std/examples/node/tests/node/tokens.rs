//! API tokens.

use serde_json::json;

use crate::api::cookie;
use crate::scene::{ALICE, MALLORY, Page, Scene};

/// A user with a ticket.
struct User<'s> {
    scene: &'s Scene,
    name: String,
    cookie: String,
    csrf: String,
}

impl<'s> User<'s> {
    fn new(scene: &'s Scene, name: &str) -> Self {
        let login = scene.login(name);
        let csrf = login.data()["CSRFPreventionToken"].as_str().unwrap().to_owned();
        User { scene, name: format!("{name}@demo"), cookie: cookie(scene, &login), csrf }
    }

    fn sends(&self, method: &str, path: &str, form: &[(&str, &str)]) -> Page {
        let headers = [("cookie", self.cookie.as_str()), ("csrfpreventiontoken", &self.csrf)];
        self.scene.api(method, path, &headers, form)
    }

    fn path(&self, name: &str) -> String {
        format!("/access/users/{}/token/{name}", self.name)
    }

    fn makes(&self, name: &str, form: &[(&str, &str)]) -> String {
        let page = self.sends("POST", &self.path(name), form);
        assert_eq!(page.status, 200, "{}", page.body);
        page.data()["value"].as_str().unwrap().to_owned()
    }
}

fn by_token(scene: &Scene, method: &str, path: &str, header: &str) -> Page {
    scene.api(method, path, &[("authorization", header)], &[])
}

#[test]
fn a_token_works_until_it_is_deleted() {
    for (product, scheme, separator, id) in
        [("pve", "PVEAPIToken", "=", "full-tokenid"), ("pbs", "PBSAPIToken", ":", "tokenid")]
    {
        let scene = Scene::new(product, &[]);
        let alice = User::new(&scene, ALICE);
        let page = alice.sends("POST", &alice.path("ci"), &[("comment", "for a test")]);
        assert_eq!(page.data()[id], format!("{ALICE}@demo!ci"), "{}", page.body);
        let value = page.data()["value"].as_str().unwrap().to_owned();
        assert_eq!(alice.sends("POST", &alice.path("ci"), &[]).status, 400, "it exists");

        let header = format!("{scheme}={ALICE}@demo!ci{separator}{value}");
        assert_eq!(by_token(&scene, "GET", "/version", &header).status, 200);
        assert_eq!(by_token(&scene, "GET", "/version", &format!("{header}0")).status, 401);
        let other = header.replace("!ci", "!other");
        assert_eq!(by_token(&scene, "GET", "/version", &other).status, 401);

        let list = alice.sends("GET", &format!("/access/users/{ALICE}@demo/token"), &[]).data();
        assert_eq!(list[0]["tokenid"], "ci");
        assert!(!list.to_string().contains(&value));

        assert_eq!(alice.sends("DELETE", &alice.path("ci"), &[]).status, 200);
        assert_eq!(alice.sends("DELETE", &alice.path("ci"), &[]).status, 400);
        assert_eq!(by_token(&scene, "GET", "/version", &header).status, 401);
    }
}

#[test]
fn a_token_outlives_a_ticket_and_expires_when_it_is_told_to() {
    let scene = Scene::new("pve", &[]);
    let alice = User::new(&scene, ALICE);
    let expire = (onerealm::now().0 + 8 * 3600).to_string();
    let value = alice.makes("ci", &[("expire", &expire)]);
    let header = format!("PVEAPIToken={ALICE}@demo!ci={value}");
    scene.put_clock_ahead(8 * 3600 - 120);
    assert_eq!(alice.sends("GET", "/version", &[]).status, 401);
    assert_eq!(by_token(&scene, "GET", "/version", &header).status, 200);
    scene.put_clock_ahead(8 * 3600 + 1);
    assert_eq!(by_token(&scene, "GET", "/version", &header).status, 401);
}

#[test]
fn a_token_has_no_permissions_unless_it_has_its_users() {
    let scene = Scene::new("pve", &[]);
    let alice = User::new(&scene, ALICE);
    for (name, form, permissions) in [
        ("default", &[][..], json!({})),
        ("separate", &[("privsep", "1")], json!({})),
        ("whole", &[("privsep", "0")], json!({ "/": { "Sys.Audit": 1 } })),
    ] {
        let value = alice.makes(name, form);
        let header = format!("PVEAPIToken={ALICE}@demo!{name}={value}");
        let page = by_token(&scene, "GET", "/access/permissions", &header);
        assert_eq!(page.data(), permissions, "{name}");
        let path = alice.path("another");
        assert_eq!(by_token(&scene, "POST", &path, &header).status, 403, "no token makes another");
    }
}

#[test]
fn a_change_with_a_ticket_needs_its_csrf_token() {
    let scene = Scene::new("pve", &[]);
    let alice = User::new(&scene, ALICE);
    let mallory = User::new(&scene, MALLORY);
    for csrf in [None, Some(""), Some("x"), Some(mallory.csrf.as_str())] {
        let mut headers = vec![("cookie", alice.cookie.as_str())];
        headers.extend(csrf.map(|csrf| ("csrfpreventiontoken", csrf)));
        for method in ["POST", "DELETE"] {
            let page = scene.api(method, &alice.path("ci"), &headers, &[]);
            assert_eq!(page.status, 401, "{method} {csrf:?}");
        }
    }
    assert_eq!(mallory.sends("POST", &alice.path("ci"), &[]).status, 403);
    assert_eq!(
        alice.sends("GET", &format!("/access/users/{ALICE}@demo/token"), &[]).data(),
        json!([])
    );
}

#[test]
fn the_products_without_tokens_know_no_such_path() {
    for (product, status) in [("pdm", 404), ("pmg", 501)] {
        let scene = Scene::new(product, &[]);
        let alice = User::new(&scene, ALICE);
        assert_eq!(alice.sends("POST", &alice.path("ci"), &[]).status, status);
    }
}

#[test]
fn what_cannot_be_a_token_is_refused() {
    let scene = Scene::new("pbs", &[]);
    let alice = User::new(&scene, ALICE);
    for (name, form) in [
        ("ci", ("expire", "soon")),
        ("ci", ("privsep", "1")),
        ("1ci", ("comment", "")),
        ("c%21i", ("comment", "")),
    ] {
        assert_eq!(alice.sends("POST", &alice.path(name), &[form]).status, 400, "{name} {form:?}");
    }
}
