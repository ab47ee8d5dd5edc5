//! What was decided when a login began can't be changed afterwards.

use std::fs;

use crate::support::*;

const AUTO: &str = "client-type auto\nclient-key canary+key/with:reserved=%&characters";

#[test]
fn two_logins_of_one_realm_finish_in_either_order() {
    let scene = Scene::new();
    scene.configure(AUTO);
    let (web, web_callback) = scene.begin(&["--redirect-url", WEB]);
    let (tool, tool_callback) = scene.begin(&["--redirect-url", LOOPBACK]);
    assert_eq!(
        (&web["client_type"], &tool["client_type"]),
        (&"confidential".into(), &"public".into())
    );
    let tool = scene.finish(&tool_callback);
    let web = scene.finish(&web_callback);
    assert_eq!((tool.status, web.status), (0, 0), "{tool:?} {web:?}");
    assert_eq!(tool.json["client_type"], "public");
    assert_eq!(web.json["client_type"], "confidential");
    for name in ["realm", "username", "issuer", "subject"] {
        assert!(web.json[name].is_string());
        assert_eq!(web.json[name], tool.json[name], "{name}");
    }
    assert_eq!(web.json["username"], ALICE);
    assert_eq!(web.json["claims"]["email"], ALICE);
}

#[test]
fn a_changed_client_type_does_not_change_a_pending_login() {
    let scene = Scene::new();
    scene.configure(AUTO);
    let (_, web) = scene.begin(&["--redirect-url", WEB]);
    let (_, tool) = scene.begin(&["--redirect-url", LOOPBACK]);
    // What would decide both the other way round.
    scene.configure(&AUTO.replace("auto", "public"));
    let web = scene.finish(&web);
    assert_eq!((web.status, &web.json["client_type"]), (0, &"confidential".into()), "{web:?}");
    scene.configure(&format!("{}\npublic-override 0", AUTO.replace("auto", "confidential")));
    let tool = scene.finish(&tool);
    assert_eq!((tool.status, &tool.json["client_type"]), (0, &"public".into()), "{tool:?}");
    let with_header: Vec<_> = scene
        .token_requests()
        .iter()
        .map(|r| r.request.header("authorization").is_some())
        .collect();
    assert_eq!(with_header, [true, false]);
}

#[test]
fn a_registration_that_went_away_ends_the_login_without_a_request() {
    for (before, after, url) in [
        (AUTO, "client-type auto", WEB),
        ("native-client-id 66666666-7777-8888-9999-000000000000", "", LOOPBACK),
    ] {
        let scene = Scene::new();
        scene.configure(before);
        let (_, callback) = scene.begin(&["--redirect-url", url]);
        scene.configure(after);
        scene.finish(&callback).failed(4, "client_gone");
        assert!(scene.token_requests().is_empty());
        scene.configure(before);
        scene.finish(&callback);
        assert_eq!(scene.token_requests().len(), 1, "the login was not used up");
    }
}

#[test]
fn a_changed_client_id_ends_the_login_without_a_request() {
    for url in [WEB, LOOPBACK] {
        let scene = Scene::new();
        scene.configure(AUTO);
        let (_, callback) = scene.begin(&["--redirect-url", url]);
        let config = fs::read_to_string(scene.config()).unwrap();
        fs::write(scene.config(), config.replace(CLIENT_ID, NATIVE_ID)).unwrap();
        scene.finish(&callback).failed(4, "client_gone");
        assert!(scene.token_requests().is_empty());
    }
}

#[test]
fn a_login_whose_realm_went_away_is_refused() {
    let scene = Scene::new();
    scene.configure(AUTO);
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    fs::write(scene.config(), "openid: other\n\tissuer-url https://login.example\n\tclient-id x\n")
        .unwrap();
    scene.finish(&callback).failed(3, "realm_unknown");
    assert!(scene.token_requests().is_empty());
}

#[test]
fn another_redirect_url_is_refused_and_uses_nothing_up() {
    let scene = Scene::new();
    scene.configure(AUTO);
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    for other in [LOOPBACK, "https://pve.example:8006/x", "https://pve.example", ""] {
        scene
            .run(&["finish", "--callback", &callback, "--redirect-url", other])
            .failed(4, "redirect_uri_changed");
    }
    assert!(scene.token_requests().is_empty());
    let ran = scene.run(&["finish", "--callback", &callback, "--redirect-url", WEB]);
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn a_callback_on_another_url_is_refused() {
    let scene = Scene::new();
    scene.configure(AUTO);
    let (_, callback) = scene.begin(&["--redirect-url", LOOPBACK]);
    let elsewhere = callback.replace("/callback?", "/other?");
    assert_ne!(elsewhere, callback);
    scene.finish(&elsewhere).failed(4, "redirect_uri_changed");
    assert!(scene.token_requests().is_empty());
    assert_eq!(scene.finish(&callback).status, 0, "the login was not used up");
}

#[test]
fn code_and_state_may_be_given_apart() {
    let scene = Scene::new();
    scene.configure(AUTO);
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    let parts = parameters(&callback);
    let ran = scene.run(&["finish", "--code", &parts["code"], "--state", &parts["state"]]);
    assert_eq!((ran.status, &ran.json["username"]), (0, &ALICE.into()), "{ran:?}");
}

#[test]
fn a_replayed_callback_is_told_apart_from_an_unknown_and_an_expired_one() {
    let scene = Scene::new();
    scene.configure(AUTO);
    let (begun, callback) = scene.begin(&["--redirect-url", WEB]);
    assert_eq!(scene.finish(&callback).status, 0);
    scene.finish(&callback).failed(4, "login_used");
    let state = begun["state"].as_str().unwrap();
    let unknown = callback.replace(state, &"A".repeat(43));
    scene.finish(&unknown).failed(4, "login_unknown");

    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    let file = scene.pending_file();
    let mut bytes = fs::read(&file).unwrap();
    let begun = u64::from_be_bytes(bytes[..8].try_into().unwrap());
    bytes[..8].copy_from_slice(&(begun - 600).to_be_bytes());
    fs::write(&file, bytes).unwrap();
    scene.finish(&callback).failed(4, "login_expired");
    assert_eq!(scene.token_requests().len(), 1);
}

#[test]
fn a_damaged_login_is_refused_by_the_name_of_its_file() {
    let scene = Scene::new();
    scene.configure(AUTO);
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    let file = scene.pending_file();
    let mut bytes = fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&file, bytes).unwrap();
    let ran = scene.finish(&callback);
    let message = ran.failed(8, "pending_damaged")["message"].as_str().unwrap();
    assert!(message.contains(file.to_str().unwrap()), "{message}");
    assert!(scene.token_requests().is_empty());
}

#[test]
fn a_refusal_by_the_end_user_ends_the_login() {
    let scene = Scene::new();
    scene.configure(AUTO);
    let begun = scene.run(&["auth-url", "sso", "--redirect-url", WEB]);
    let url = begun.json["url"].as_str().unwrap();
    let callback = onerealm_demo_provider::browser::deny(url).unwrap();
    let ran = scene.finish(&callback);
    let error = ran.failed(4, "authorization_refused");
    assert!(error["message"].as_str().unwrap().contains("access_denied"), "{error}");
    scene.finish(&callback).failed(4, "login_used");
}

#[cfg(unix)]
#[test]
fn the_login_is_kept_in_a_file_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new();
    scene.configure(AUTO);
    let (begun, _) = scene.begin(&["--redirect-url", WEB]);
    let file = scene.pending_file();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let state = begun["state"].as_str().unwrap();
    assert!(!file.to_str().unwrap().contains(state));
}
