//! The lines that are run: what they print is what the pages show.

use std::fs;

use onerealm::Requested;
use onerealm_demo_provider::{DemoProvider, Platform, Registration, Setup, User};
use serde_json::Value;

use crate::alike::are_alike;
use crate::api::Product;
use crate::judged::{AT_A_NODE, AT_A_REALM, AT_NONE, Run};
use crate::lines::{Line, key, lines};
use crate::node::{ALICE, Node};
use crate::pages::pages;
use crate::typed::Desk;

/// The issuer on the pages.
const ISSUER: &str = "https://login.example/t/v2.0";
const CLIENT_ID: &str = "66666666-7777-8888-9999-000000000000";
/// When the ticket on the pages was issued, as its hex digits say.
const CLOCK: u64 = 0x6929_50A1;

/// Runs them one after another. A line that several pages show must print what each of them shows.
fn check(desk: &Desk, runs: &[Run]) {
    let pages = lines();
    for run in runs {
        let said: Vec<_> = pages.iter().filter(|line| line.key() == key(run.line)).collect();
        // What a shell reads, line ends and all.
        let text = said.first().map_or(run.line, |line| line.text.as_str());
        let typed = desk.types(text, run.answers);
        let screen = typed.screen.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n");
        assert_eq!(typed.status, run.status, "{text}\n{screen}");
        for (line, shown) in said.iter().filter_map(|line| Some((line, line.shown.as_ref()?))) {
            let Line { page, .. } = line;
            let is_shown = are_alike(&typed.screen, shown);
            assert!(
                is_shown,
                "{page}: {text}\nprints\n{screen}\nand the page shows\n{}",
                shown.join("\n")
            );
        }
    }
}

fn provider() -> DemoProvider {
    let registration = |client_id: &str, secret: Option<&str>| Registration {
        client_id: client_id.to_owned(),
        secret: secret.map(str::to_owned),
        redirect_uris: vec![
            ("https://pve.example:8006".to_owned(), Platform::Web),
            ("http://127.0.0.1/callback".to_owned(), Platform::Native),
            ("http://localhost/callback".to_owned(), Platform::Native),
        ],
    };
    DemoProvider::start(Setup {
        registrations: vec![registration(CLIENT_ID, Some("s3cret")), registration("cli", None)],
        users: vec![User::new(ALICE, "Alice Example")],
        ..Setup::default()
    })
    .unwrap()
}

#[test]
fn lines_about_a_realm_print_what_the_pages_show() {
    let provider = provider();
    let authorize = provider.issuer().replace("/v2.0", "/oauth2/v2.0/authorize");
    let desk = Desk::new()
        .with_name(ISSUER, provider.issuer())
        .with_name("https://login.example/t/authorize", &authorize)
        .with_place("/domains.cfg")
        .with_place("/run/who");
    for folder in
        [".config/onerealm", ".local/share/bash-completion/completions", ".local/share/man/man1"]
    {
        fs::create_dir_all(desk.path(folder)).unwrap();
    }
    let realm = readme_realm();
    let issuer = realm.lines().find_map(|line| line.trim().strip_prefix("issuer-url ")).unwrap();
    let realm = realm.replace(issuer, provider.issuer());
    fs::write(desk.path(".config/onerealm/realms.cfg"), &realm).unwrap();
    fs::write(desk.path("domains.cfg"), realm.replace("openid: entra", "openid: sso")).unwrap();
    check(&desk, AT_A_REALM);
    let who: Value = serde_json::from_slice(&fs::read(desk.path("run/who")).unwrap()).unwrap();
    assert_eq!(who["username"], ALICE);
    let completions = fs::read(desk.path(".local/share/bash-completion/completions/onerealm"));
    assert!(
        !completions.unwrap().is_empty() && desk.path(".local/share/man/man1/onerealm.1").is_file()
    );
}

/// The realm that the README shows.
fn readme_realm() -> String {
    let mut pages = pages().into_iter();
    let readme = pages.find(|page| page.name == "README.md").unwrap();
    readme.blocks.iter().find(|block| block.is_realms()).unwrap().text()
}

#[test]
fn lines_without_a_realm_print_what_the_pages_show() {
    let provider = provider();
    check(&Desk::new().with_name(ISSUER, provider.issuer()), AT_NONE);
}

#[test]
fn the_demo_prints_what_the_readme_shows() {
    let mut pages = pages().into_iter();
    let readme = pages.find(|page| page.name == "README.md").unwrap();
    let mut blocks = readme.blocks.iter();
    let shown = blocks.find(|block| block.lines[0].starts_with("One registration ")).unwrap();
    let port =
        |line: &str| line.split("127.0.0.1:").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let typed = Desk::new().types("onerealm demo", &[]);
    let lines = typed
        .screen
        .iter()
        .map(|line| line.replace(&port(&typed.screen[0]), &port(&shown.lines[0])));
    let lines: Vec<_> = lines.collect();
    assert!(are_alike(&lines, &shown.lines), "{}", lines.join("\n"));
}

#[test]
fn lines_about_a_node_print_what_the_pages_show() {
    let node = Node::start(Product::Pve);
    node.set_clock(CLOCK);
    let begun = node.host.logins().begin("sso", "http://127.0.0.1/callback", Requested::Default);
    let url = begun.unwrap().url;
    let authorize = url.split('?').next().unwrap();
    let desk = Desk::new()
        .with_name("https://login.example/authorize", authorize)
        .with_name("alice@sso", &format!("{ALICE}@sso"))
        .with_name("pve.example:8006", &node.address())
        .with_name("pve.example", &node.address())
        .with_node(&node.identity.fingerprint, CLOCK);
    check(&desk, AT_A_NODE);
}
