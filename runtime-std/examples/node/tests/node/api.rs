//! The API's logins and tickets: statuses and bodies of each product.

use serde_json::{Value, json};

use crate::scene::{ALICE, MALLORY, Page, Scene, TOOL};

const PRODUCTS: [&str; 4] = ["pve", "pbs", "pdm", "pmg"];

fn is_rust(product: &str) -> bool {
    ["pbs", "pdm"].contains(&product)
}

/// The cookie with the ticket, as tools send it.
pub fn cookie(scene: &Scene, login: &Page) -> String {
    let ticket = login.data()["ticket"].as_str().map(str::to_owned);
    match scene.product {
        "pdm" => login.set_cookies[0].split(';').next().unwrap().to_owned(),
        product => format!("{}AuthCookie={}", product.to_uppercase(), ticket.unwrap()),
    }
}

#[test]
fn each_product_gives_its_ticket_in_its_own_way() {
    for product in PRODUCTS {
        let scene = Scene::new(product, &[]);
        let realms = scene.api("GET", scene.realms_path(), &[], &[]).data();
        let realm =
            json!({ "realm": "demo", "type": scene.kind(), "comment": "Demo", "default": 1 });
        assert_eq!(realms, json!([realm]));

        let login = scene.login(ALICE);
        assert_eq!(login.status, 200, "{product}: {}", login.body);
        let data = login.data();
        assert_eq!(data["username"], format!("{ALICE}@demo"));
        assert!(data["CSRFPreventionToken"].is_string());
        let start = format!("{}:{ALICE}@demo:", product.to_uppercase());
        if product == "pdm" {
            assert!(data.get("ticket").is_none(), "{}", login.body);
            let info = data["ticket-info"].as_str().unwrap();
            let [cookie] = login.set_cookies.as_slice() else { panic!("{:?}", login.set_cookies) };
            let ticket = cookie.strip_prefix("__Host-PDMAuthCookie=").unwrap();
            assert!(info.starts_with(&start) && ticket.starts_with(info), "{cookie} {info}");
            assert!(cookie.contains("; HttpOnly") && cookie.contains("; Secure"), "{cookie}");
        } else {
            assert!(data["ticket"].as_str().unwrap().starts_with(&start), "{}", login.body);
            assert!(login.set_cookies.is_empty());
        }
        let version = scene.api("GET", "/version", &[("cookie", &cookie(&scene, &login))], &[]);
        assert_eq!((version.status, version.data()["version"].clone()), (200, "9.1".into()));
        assert_eq!(scene.api("GET", "/version", &[], &[]).status, 401);
    }
}

#[test]
fn only_the_products_in_rust_say_why_a_login_failed() {
    for product in PRODUCTS {
        let scene = Scene::new(product, &[]);
        let path = format!("/access/{}/login", scene.kind());
        let state = "s".repeat(43);
        let form = [("code", "canary"), ("state", state.as_str()), ("redirect-url", TOOL)];
        let page = scene.api("POST", &path, &[], &form);
        assert_eq!(page.status, 401);
        match is_rust(product) {
            true => assert!(page.body.contains("login"), "{}", page.body),
            false => assert_eq!(page.json(), json!({ "data": null })),
        }
        let log = scene.log();
        assert!(log.contains("[login_unknown]"), "{log}");
        assert!(!log.contains("canary") && !log.contains(&state), "{log}");
    }
}

#[test]
fn what_is_not_in_the_schema_is_refused_by_name() {
    let long = "x".repeat(4097);
    for product in PRODUCTS {
        let scene = Scene::new(product, &["--unmodified"]);
        let auth_url = format!("/access/{}/auth-url", scene.kind());
        let login = format!("/access/{}/login", scene.kind());
        let whole = [("realm", "demo"), ("redirect-url", TOOL), ("public", "1")];
        let with_iss = [("code", "c"), ("state", "s"), ("redirect-url", TOOL), ("iss", "x")];
        let too_long = [("code", long.as_str()), ("state", "s"), ("redirect-url", TOOL)];
        let twice = [("code", "c"), ("state", "s"), ("redirect-url", TOOL), ("code", "d")];
        for (path, form, wrong) in [
            (&auth_url, &whole[..], "public"),
            (&auth_url, &whole[..1], "redirect-url"),
            (&login, &with_iss[..], "iss"),
            (&login, &too_long[..], "code"),
            (&login, &twice[..], "code"),
        ] {
            let page = scene.api("POST", path, &[], form);
            assert_eq!(page.status, 400, "{product} {wrong}: {}", page.body);
            match is_rust(product) {
                true => assert!(
                    page.body.contains(&format!("\nparameter '{wrong}': ")),
                    "{}",
                    page.body
                ),
                false => {
                    assert!(page.json()["errors"][wrong].is_string(), "{}", page.body);
                    assert_eq!(page.data(), Value::Null);
                }
            }
        }
        assert_eq!(scene.api("POST", &auth_url, &[], &whole[..2]).status, 200);
    }
}

#[test]
fn a_node_with_the_change_takes_public_and_iss() {
    let scene = Scene::new("pve", &[]);
    let form = [("realm", "demo"), ("redirect-url", TOOL), ("public", "1")];
    assert_eq!(scene.api("POST", "/access/openid/auth-url", &[], &form).status, 200);
    let form = [("code", "c"), ("state", "s"), ("redirect-url", TOOL), ("iss", "https://x")];
    assert_eq!(scene.api("POST", "/access/openid/login", &[], &form).status, 401);
    let form = [("realm", "demo"), ("redirect-url", TOOL), ("public", "maybe")];
    let page = scene.api("POST", "/access/openid/auth-url", &[], &form);
    assert!(page.json()["errors"]["public"].is_string(), "{}", page.body);
}

#[test]
fn a_realm_that_is_not_there_begins_no_login() {
    for (product, status) in [("pve", 500), ("pbs", 400), ("pdm", 400), ("pmg", 500)] {
        let scene = Scene::new(product, &[]);
        let form = [("realm", "other"), ("redirect-url", TOOL)];
        let path = format!("/access/{}/auth-url", scene.kind());
        assert_eq!(scene.api("POST", &path, &[], &form).status, status);
    }
}

#[test]
fn a_ticket_is_a_password_for_its_user_and_for_two_hours() {
    for product in ["pve", "pbs", "pmg"] {
        let scene = Scene::new(product, &[]);
        let login = scene.login(ALICE);
        let ticket = login.data()["ticket"].as_str().unwrap().to_owned();
        let renew = |user: &str, password: &str| {
            let whole = format!("{user}@demo");
            let form: &[_] = match product {
                "pmg" => &[("username", user), ("realm", "demo"), ("password", password)],
                _ => &[("username", &whole), ("password", password)],
            };
            scene.api("POST", "/access/ticket", &[], form)
        };
        assert_eq!(renew(MALLORY, &ticket).status, 401);
        assert_eq!(renew(ALICE, "password").status, 401);
        scene.put_clock_ahead(7190);
        let renewed = renew(ALICE, &ticket);
        assert_eq!(renewed.status, 200, "{product}: {}", renewed.body);
        scene.put_clock_ahead(7300);
        assert_eq!(renew(ALICE, &ticket).status, 401);
        assert_eq!(
            scene.api("GET", "/version", &[("cookie", &cookie(&scene, &login))], &[]).status,
            401
        );
        assert_eq!(
            scene.api("GET", "/version", &[("cookie", &cookie(&scene, &renewed))], &[]).status,
            200
        );
    }
}

#[test]
fn a_path_or_method_that_the_product_lacks_is_told_in_its_way() {
    for product in PRODUCTS {
        let scene = Scene::new(product, &[]);
        let status = if is_rust(product) { 404 } else { 501 };
        for (method, path) in [
            ("GET", "/nothing"),
            ("DELETE", "/version"),
            ("POST", scene.realms_path()),
            ("GET", if product == "pmg" { "/access/domains" } else { "/access/auth-realm" }),
        ] {
            assert_eq!(
                scene.api(method, path, &[], &[]).status,
                status,
                "{product} {method} {path}"
            );
        }
    }
}
