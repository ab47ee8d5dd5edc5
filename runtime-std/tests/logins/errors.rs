//! What administrators and end users are told: codes, exit statuses, fixes, and the document that
//! explains them.

use std::collections::BTreeSet;
use std::fs;

use onerealm::Warning;
use onerealm_demo_provider::{Endpoint, Response};
use onerealm_domains_cfg::{ConfigError, EditError, RealmProblem};

use crate::differences::CASES;
use crate::groups::WARNINGS;
use crate::support::*;

const KEY: &str = "client-key canary+key/with:reserved=%&characters";

#[test]
fn a_secret_for_a_public_redirect_is_explained() {
    let scene = Scene::new();
    scene.configure(KEY);
    let (_, callback) = scene.begin(&["--redirect-url", LOOPBACK]);
    let ran = scene.finish(&callback);
    let error = ran.failed(5, "token_refused");
    let message = error["message"].as_str().unwrap();
    for part in ["/oauth2/v2.0/token", "401", "invalid_client", "AADSTS700025"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let fix = error["fix"].as_str().unwrap();
    assert!(fix.contains("client-type") && fix.contains("--public"), "{fix}");
    assert_eq!(scene.token_requests().len(), 1, "there is no second try");
}

#[test]
fn a_missing_secret_for_a_web_redirect_is_explained() {
    let scene = Scene::new();
    scene.configure(&format!("{KEY}\nclient-type public"));
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    let ran = scene.finish(&callback);
    let error = ran.failed(5, "token_refused");
    assert!(error["message"].as_str().unwrap().contains("AADSTS7000218"), "{error}");
    assert!(error["fix"].as_str().unwrap().contains("client-key"), "{error}");
    assert_eq!(scene.token_requests().len(), 1, "there is no second try");
}

#[test]
fn each_kind_of_failure_has_its_exit_status() {
    let scene = Scene::new();
    scene.configure(KEY);
    let begin = ["auth-url", "sso", "--redirect-url"];
    for (arguments, status, code) in [
        (vec!["auth-url", "sso"], 2, "usage"),
        (vec!["auth-url", "nowhere", "--redirect-url", WEB], 3, "realm_unknown"),
        ([&begin[..], &["http://pve.example"]].concat(), 3, "redirect_uri_http"),
        (vec!["finish", "--callback", "https://pve.example/?code=x"], 4, "state_missing"),
        (vec!["finish", "--callback", "https://pve.example/?state=x"], 4, "code_missing"),
        (vec!["finish", "--callback", "https://h/?state=x&code=y&code=z"], 4, "response_duplicate"),
        (vec!["finish", "--code", "x", "--state", "y"], 4, "login_unknown"),
    ] {
        scene.run(&arguments).failed(status, code);
    }
    fs::write(scene.state_directory(), "").unwrap();
    scene.run(&[&begin[..], &[WEB]].concat()).failed(8, "store_unsafe");

    fs::remove_file(scene.config()).unwrap();
    scene.run(&[&begin[..], &[WEB]].concat()).failed(3, "config_unreadable");
    // Nobody listens on port 9.
    let unreachable = "openid: sso\n\tissuer-url http://127.0.0.1:9/t\n\tclient-id x\n";
    fs::write(scene.config(), unreachable).unwrap();
    scene.run(&[&begin[..], &[WEB]].concat()).failed(7, "network_connection");
    scene.run(&["check", "sso"]).failed(7, "network_connection");
}

#[test]
fn without_json_there_are_lines_with_what_is_wrong_and_how_to_mend_it() {
    let scene = Scene::new();
    scene.configure("client-type confidential");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"))
        .arg("--config")
        .arg(scene.config())
        .arg("--state-dir")
        .arg(scene.state_directory())
        .args(["auth-url", "sso", "--redirect-url", WEB])
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0));
    let stderr = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<_> = stderr.lines().collect();
    let [sentence, fix] = lines.as_slice() else { panic!("{stderr}") };
    assert!(sentence.starts_with("error: the realm is not set up"), "{stderr}");
    assert!(sentence.ends_with("[client_key_missing]"), "{stderr}");
    assert!(fix.starts_with("fix: set the realm's client-key"), "{stderr}");
}

#[test]
fn check_tells_what_a_login_would_do() {
    let scene = Scene::new();
    scene.configure(&format!("{KEY}\nclient-type auto"));
    let ran = scene.run(&["check", "sso"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(ran.json["usable_keys"], 1);
    let types: Vec<_> =
        ran.json["logins"].as_array().unwrap().iter().map(|login| &login["client_type"]).collect();
    assert_eq!(types, ["confidential", "public"]);
    assert!(ran.json["notes"][0].as_str().unwrap().contains("PKCE"), "{ran:?}");
    scene.configure("client-type confidential");
    scene.run(&["check", "sso", "--redirect-url", WEB]).failed(3, "client_key_missing");
}

#[test]
fn check_counts_no_key_that_could_not_be_decoded() {
    let scene = Scene::bent(|endpoint, _, answer| {
        let short = br#"{"keys":[{"kty":"RSA","n":"AQ","e":"AQAB"}]}"#.to_vec();
        match endpoint == Endpoint::Keys {
            true => Response::new(200).with_body("application/json", short),
            false => answer,
        }
    });
    scene.configure(KEY);
    scene.run(&["check", "sso"]).failed(3, "keys_unusable");
}

fn document() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md")).unwrap()
}

#[test]
fn the_document_explains_exactly_the_codes_that_there_are() {
    let document = document();
    let explained: BTreeSet<_> =
        document.lines().filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`')).collect();
    let of_the_file = [ConfigError::CODES, EditError::CODES, &[RealmProblem::CODE]].concat();
    let codes = onerealm::Error::codes().chain(onerealm_cli::codes()).chain(of_the_file);
    let codes: BTreeSet<_> = codes.collect();
    assert_eq!(explained, codes, "explained, and there");
    let warnings: BTreeSet<_> =
        document.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).collect();
    assert_eq!(warnings, Warning::CODES.iter().copied().collect(), "explained, and there");
}

#[test]
fn the_document_says_of_each_code_who_must_act() {
    let people = [
        "realm administrator",
        "provider administrator",
        "system administrator",
        "node administrator",
        "end user",
        "caller",
    ];
    let document = document();
    for section in document.split("\n## `").skip(1) {
        let (code, text) = section.split_once("`\n").unwrap();
        let text = text.split("\n## ").next().unwrap().to_lowercase();
        let says_who = people.iter().any(|who| text.contains(&format!("{who}:**")));
        assert!(
            says_who,
            "{code} names nobody who must act, as in \"**Realm administrator:** ..\""
        );
    }
}

#[test]
fn whoever_the_command_names_is_named_in_the_document() {
    let scene = Scene::new();
    scene.configure("");
    let callback = |query: &str| format!("{LOOPBACK}?{query}");
    let finish = |query: &str| scene.run(&["finish", "--callback", &callback(query)]);
    let unreadable = || {
        let mut command = scene.command(&["check"]);
        Ran::of(command.args(["--config", "/nowhere/domains.cfg"]).output().unwrap())
    };
    let mut proxied = scene.command(&["check", "far"]);
    proxied.env("https_proxy", "::");
    let far = "openid: far\n\tissuer-url https://login.example\n\tclient-id x\n";
    std::fs::write(scene.config(), far).unwrap();
    for ran in [
        finish("code=a&error=b&state=c"),
        finish("access_token=a&state=c"),
        finish("state=a&state=b&code=c"),
        finish("code=a"),
        unreadable(),
        Ran::of(proxied.output().unwrap()),
    ] {
        let error = &ran.json["error"];
        let (code, who) = (error["code"].as_str().unwrap(), error["who"].as_str().unwrap());
        let document = document();
        let (_, section) = document.split_once(&format!("\n## `{code}`\n")).unwrap();
        let section = section.split("\n## ").next().unwrap().to_lowercase();
        assert!(section.contains(&format!("{}:**", who.replace('_', " "))), "{code}: {who}");
    }
}

#[test]
fn the_document_has_exactly_the_differences_that_logins_were_seen_to_end_with() {
    let document = document();
    let rows: BTreeSet<_> = document.lines().filter_map(difference).collect();
    let errors = CASES.iter().map(|case| (case.name, case.code, case.setting));
    let seen: BTreeSet<_> = errors.chain(WARNINGS).collect();
    assert_eq!(rows, seen, "in the document, and seen");
    for (_, code, setting) in seen {
        let (_, section) = document.split_once(&format!("## `{code}`\n")).unwrap();
        let section = section.split("\n##").next().unwrap();
        assert!(section.contains(setting), "{code} doesn't name {setting}: {section}");
    }
}

/// What differs, the error's code, and what to change, of a row of the document's table.
fn difference(line: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = line.strip_prefix("| ")?.split_once(" | [`")?;
    let (code, rest) = rest.split_once("`](#")?;
    let (_, setting) = rest.split_once(") | ")?;
    // Where no property of the realm is to be changed, it says where else.
    let setting = setting.strip_suffix(" |")?.split(", ").next()?;
    Some((name, code, setting.trim_matches('`')))
}
