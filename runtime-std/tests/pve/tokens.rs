//! API tokens.

use crate::api::{PRODUCTS, Product};
use crate::node::{ALICE, Node};
use crate::scene::{Ran, Scene};
use crate::tls::Response;

fn scene(product: Product) -> Scene {
    let mut scene = Scene::new(Node::start(product));
    scene.set_clock(onerealm::now().0);
    scene.logged_in();
    scene
}

fn made(scene: &Scene, name: &str) -> Option<(String, u64, Option<String>)> {
    let key = (format!("{ALICE}@sso"), name.to_owned());
    scene.node.host.sessions.lock().unwrap().tokens.get(&key).cloned()
}

#[test]
fn a_token_expires_after_eight_hours_unless_told() {
    for product in [Product::Pve, Product::Pbs] {
        let scene = scene(product);
        let now = scene.node.host.now();
        let ran = scene.run("token", &["packer"]);
        let (value, expire, privsep) = made(&scene, "packer").unwrap();
        let separator = if product == Product::Pve { '=' } else { ':' };
        assert_eq!(ran.stdout, format!("{ALICE}@sso!packer{separator}{value}\n"), "{ran:?}");
        assert_eq!(expire, now + 8 * 3600);
        assert_eq!(privsep.as_deref(), (product == Product::Pve).then_some("1"));
        scene.run("token", &["longer", "--expires", "7d"]);
        assert_eq!(made(&scene, "longer").unwrap().1, now + 7 * 86400);
        // Its value is nowhere, and its name is.
        let kept: Vec<_> =
            scene.files().iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
        assert!(!kept.iter().any(|text| text.contains(&value)));
        assert!(kept.iter().any(|text| text.contains("packer")));
    }
}

#[test]
fn a_token_without_privilege_separation_is_asked_for() {
    let scene = scene(Product::Pve);
    let ran = scene.run("token", &["packer", "--no-privsep", "--format", "env"]);
    let (value, _, privsep) = made(&scene, "packer").unwrap();
    assert_eq!(privsep.as_deref(), Some("0"));
    let address = scene.node.address();
    assert_eq!(
        ran.stdout,
        format!(
            "export PROXMOX_VE_ENDPOINT='https://{address}'\nexport PROXMOX_VE_API_TOKEN='{ALICE}@sso!packer={value}'\n"
        )
    );
}

#[test]
fn a_token_is_deleted_by_its_name_and_by_logout() {
    for product in [Product::Pve, Product::Pbs] {
        let scene = scene(product);
        for name in ["one", "two", "three"] {
            assert_eq!(scene.run("token", &[name]).status, Some(0));
        }
        let ran = scene.run("token", &["one", "--delete"]);
        assert_eq!(ran.stdout, format!("{ALICE}@sso!one is deleted\n"), "{ran:?}");
        assert!(made(&scene, "one").is_none() && made(&scene, "two").is_some());
        let ran = scene.run("logout", &[]);
        let said = format!(
            "{ALICE}@sso!two is deleted\n{ALICE}@sso!three is deleted\nthe ticket is forgotten\n"
        );
        assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), said.as_str()), "{ran:?}");
        assert!(made(&scene, "two").is_none() && made(&scene, "three").is_none());
        let left: Vec<_> = scene.files();
        assert!(
            left.iter().all(|file| file.extension().is_some_and(|e| e == "fingerprint")),
            "{left:?}"
        );
    }
}

#[test]
fn logout_says_which_tokens_it_can_not_delete() {
    let scene = scene(Product::Pve);
    scene.run("token", &["packer"]);
    std::fs::remove_file(scene.ticket_file()).unwrap();
    scene.run("logout", &[]).failed(5, "token_left", &["alice@contoso.example@sso!packer"]);
    assert!(made(&scene, "packer").is_some());
}

#[test]
fn a_name_that_is_taken_is_told() {
    let scene = scene(Product::Pbs);
    scene.run("token", &["packer"]);
    let advice = "choose another name, or delete that one with --delete";
    let ran = scene.run("token", &["packer"]);
    ran.failed(5, "node_refused", &["Token already exists", advice]);
}

#[test]
fn other_products_make_none() {
    for product in PRODUCTS {
        let scene = Scene::new(Node::start(product));
        let before = scene.node.requests();
        if matches!(product, Product::Pdm | Product::Pmg) {
            scene.run("token", &["packer"]).failed(2, "usage", &["no API token"]);
        }
        if product == Product::Pbs {
            scene.run("token", &["packer", "--no-privsep"]).failed(2, "usage", &["--no-privsep"]);
        }
        assert_eq!(scene.node.requests(), before);
    }
}

#[test]
fn a_token_whose_name_was_asked_for_again_is_still_deleted_by_logout() {
    for product in [Product::Pve, Product::Pbs] {
        let scene = scene(product);
        scene.run("token", &["packer"]);
        assert_eq!(scene.run("token", &["packer"]).status, Some(5));
        assert_eq!(scene.run("logout", &[]).status, Some(0));
        assert!(made(&scene, "packer").is_none(), "{product:?}");
    }
}

#[test]
fn a_token_whose_answer_was_lost_is_deleted_by_logout() {
    let scene = scene(Product::Pve);
    let host = scene.node.host.clone();
    scene.node.bend(move |request| {
        let answer = crate::api::answer(&host, request);
        let is_made = request.method == "POST" && request.path.ends_with("/token/packer");
        let cut = Response { status: 502, headers: Vec::new(), body: Vec::new() };
        Some(if is_made { cut } else { answer })
    });
    scene.run("token", &["packer"]).failed(5, "node_failed", &["502"]);
    assert!(made(&scene, "packer").is_some());
    assert_eq!(scene.run("logout", &[]).status, Some(0));
    assert!(made(&scene, "packer").is_none());
}

#[test]
fn logout_forgets_the_ticket_though_the_node_deletes_no_token() {
    for is_signed_in in [true, false] {
        let scene = scene(Product::Pve);
        scene.run("token", &["packer"]);
        let ticket = scene.ticket_file();
        let mut sessions = scene.node.host.sessions.lock().unwrap();
        sessions.tokens.clear();
        if !is_signed_in {
            sessions.forget_all();
        }
        drop(sessions);
        scene.run("logout", &[]).failed(5, "token_left", &["sso!packer"]);
        assert!(!ticket.exists(), "{is_signed_in}");
    }
}

#[test]
fn a_token_that_is_refused_takes_no_other_from_what_logout_deletes() {
    let scene = scene(Product::Pve);
    let host = scene.node.host.clone();
    scene.node.bend(move |request| {
        let is_first = request.path.ends_with("/token/first");
        is_first.then(|| {
            std::thread::sleep(std::time::Duration::from_secs(2));
            crate::api::error(&host, 403, "no")
        })
    });
    let first = scene.command("token", &["first"]).spawn().unwrap();
    while scene.node.forms("/token/first").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(scene.run("token", &["second"]).status, Some(0));
    assert_eq!(Ran::of_child(first).status, Some(5));
    assert_eq!(scene.run("logout", &[]).status, Some(0));
    assert!(made(&scene, "second").is_none());
}

#[test]
fn a_node_that_repeats_the_ticket_does_not_bring_it_into_a_message() {
    let scene = scene(Product::Pve);
    let ticket = std::fs::read_to_string(scene.ticket_file()).unwrap();
    let ticket: serde_json::Value = serde_json::from_str(&ticket).unwrap();
    scene.node.bend(|request| {
        let told = ["cookie", "csrfpreventiontoken"].map(|name| request.header(name).unwrap());
        let body = serde_json::json!({ "message": told.join(" and ") }).to_string();
        Some(Response { status: 403, headers: Vec::new(), body: body.into_bytes() })
    });
    let ran = scene.run("token", &["packer"]);
    ran.failed(5, "node_refused", &["(hidden)"]);
    for secret in ["ticket", "csrf"] {
        assert!(!ran.stderr.contains(ticket[secret].as_str().unwrap()), "{ran:?}");
    }
}
