//! Realms whose credential is a private key, from the command to the provider.

use std::fs;

use crate::support::*;

/// The realm's lines without one, or with another in its place.
fn changed(lines: &str, name: &str, value: Option<&str>) -> String {
    let kept = lines.lines().filter(|line| !line.starts_with(name)).map(str::to_owned);
    let new = value.map(|value| format!("{name} {value}"));
    kept.chain(new).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_login_with_a_private_key_ends_at_the_user_and_logs_nothing_of_it() {
    let scene = Scene::new();
    scene.configure(&scene.private_key());
    let (begun, callback) = scene.begin(&["--redirect-url", WEB]);
    assert_eq!(begun["client_type"], "confidential");
    let finished = scene.finish(&callback);
    assert_eq!(finished.status, 0, "{finished:?}");
    let body = String::from_utf8(scene.token_requests()[0].request.body.clone()).unwrap();
    let assertion = parameters(&body)["client_assertion"].clone();
    for part in assertion.split('.') {
        assert!(!finished.stderr.contains(part) && !finished.stdout.contains(part), "{finished:?}");
    }
}

#[test]
fn each_refusal_of_an_assertion_says_what_to_do() {
    let scene = Scene::new();
    let good = scene.private_key();
    let p256 = scene.config().with_file_name("p256.pem");
    write_private(&p256, include_str!("../../src/client_key/fixtures/p256.pem"));
    for (lines, code, fix) in [
        (
            changed(&good, "assertion-audience", None),
            "AADSTS700023",
            "assertion-audience token-endpoint",
        ),
        (changed(&good, "client-cert-file", None), "AADSTS700027", "public key or the certificate"),
        (
            changed(
                &changed(&good, "client-cert-file", None),
                "client-key-file",
                Some(&p256.display().to_string()),
            ),
            "AADSTS700027",
            "client-key-file",
        ),
    ] {
        scene.configure(&lines);
        let (_, callback) = scene.begin(&["--redirect-url", WEB]);
        let refused = scene.finish(&callback);
        let error = refused.failed(5, "token_refused");
        assert!(error.to_string().contains(code), "{error}");
        assert!(error["fix"].as_str().unwrap().contains(fix), "{error}");
    }
}

#[test]
fn case_142_a_key_that_can_not_be_used_ends_the_login_before_any_request() {
    let scene = Scene::new();
    let good = scene.private_key();
    let key = scene.config().with_file_name("key.pem");
    let (_, callback) = {
        scene.configure(&good);
        scene.begin(&["--redirect-url", WEB])
    };
    let finish = |code: &str| {
        let ran = scene.finish(&callback);
        let error = ran.failed(3, code).to_string();
        assert!(!error.contains("MII"), "{error}");
        assert!(scene.token_requests().is_empty());
        let check = scene.run(&["check", "sso"]);
        check.failed(3, code);
    };
    write_private(&key, "nothing");
    finish("client_key_invalid");
    write_private(&key, include_str!("../../src/client_key/fixtures/p256.pem"));
    finish("client_certificate_other_key");
    fs::remove_file(&key).unwrap();
    finish("client_key_unreadable");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        write_private(&key, RSA_KEY);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
        finish("client_key_unsafe");
    }
    // The login was not used up.
    write_private(&key, RSA_KEY);
    let finished = scene.finish(&callback);
    assert_eq!(finished.status, 0, "{finished:?}");
}

#[test]
fn a_realm_is_changed_from_a_secret_to_a_key_line_by_line() {
    let scene = Scene::new();
    let key = scene.config().with_file_name("key.pem");
    write_private(&key, RSA_KEY);
    scene.configure("client-key s3cret");
    let set = |property: &str, value: &str| {
        let ran = scene.run(&["set", "sso", property, value]);
        assert_eq!(ran.status, 0, "{ran:?}");
    };
    let notes = || {
        let ran = scene.run(&["check", "sso"]);
        assert_eq!(ran.status, 0, "{ran:?}");
        ran.json["notes"].to_string()
    };
    assert!(!notes().contains("effect"));
    set("client-key-file", &key.display().to_string());
    assert!(notes().contains("token-auth-method is not private_key_jwt: client-key-file"));
    set("token-auth-method", "private_key_jwt");
    assert!(notes().contains("client-key has no effect"));
    assert_eq!(scene.run(&["unset", "sso", "client-key"]).status, 0);
    assert!(!notes().contains("effect"));
    let refused = scene.run(&["unset", "sso", "client-key-file"]);
    assert_ne!(refused.status, 0, "{refused:?}");
}

#[test]
fn a_check_sees_certificates_that_have_ended_and_keys_that_two_providers_share() {
    let scene = Scene::new();
    let lines = scene.private_key();
    scene.configure(&lines);
    assert_eq!(scene.run(&["check", "sso"]).status, 0);
    let expired = include_str!("../../src/client_key/fixtures/rsa_expired.crt");
    fs::write(scene.config().with_file_name("cert.pem"), expired).unwrap();
    let ran = scene.run(&["check", "sso"]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.stdout.contains("ended at 2020-01-01T00:00:00Z"), "{ran:?}");

    fs::write(scene.config().with_file_name("cert.pem"), RSA_CERTIFICATE).unwrap();
    let copy = scene.config().with_file_name("copy.pem");
    write_private(&copy, RSA_KEY);
    let mut config = fs::read_to_string(scene.config()).unwrap();
    for (name, issuer) in [("same", scene.provider.issuer()), ("other", "https://b.example")] {
        config += &format!(
            "\nopenid: {name}\n\tissuer-url {issuer}\n\tclient-id x\n\ttoken-auth-method private_key_jwt\n\tclient-key-file {}\n",
            copy.display()
        );
    }
    fs::write(scene.config(), config).unwrap();
    let ran = scene.run(&["check", "sso"]);
    assert!(ran.stdout.contains("the realm other has the same private key"), "{ran:?}");
    assert!(!ran.stdout.contains("the realm same has"), "{ran:?}");
}

#[test]
fn a_probe_asks_with_an_assertion() {
    let scene = Scene::new();
    scene.configure(&scene.private_key());
    let ran = scene.run(&["check", "sso", "--probe", "--redirect-url", WEB]);
    let body = String::from_utf8(scene.token_requests()[0].request.body.clone()).unwrap();
    let sent = parameters(&body);
    assert!(
        sent.contains_key("client_assertion") && !sent.contains_key("client_secret"),
        "{ran:?}"
    );
}

#[test]
fn a_realm_without_a_file_takes_a_key_or_a_secret_from_the_same_option() {
    let scene = Scene::new();
    scene.private_key();
    let [key, certificate] = ["key.pem", "cert.pem"]
        .map(|name| scene.config().with_file_name(name).display().to_string());
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"));
    command.args([
        "--json",
        "check",
        "--issuer",
        scene.provider.issuer(),
        "--client-id",
        CLIENT_ID,
    ]);
    command.args(["--token-auth-method", "private_key_jwt", "--client-key-file", &key]);
    command.args(["--client-cert-file", &certificate, "--assertion-audience", "token-endpoint"]);
    command.args(["--probe", "--redirect-url", WEB]);
    for name in ["all_proxy", "https_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    let ran = Ran::of(command.output().unwrap());
    let body = String::from_utf8(scene.token_requests()[0].request.body.clone()).unwrap();
    assert!(parameters(&body).contains_key("client_assertion"), "{ran:?}");
    // Standard input has no key, and a key is no secret.
    for arguments in [
        &["--token-auth-method", "private_key_jwt", "--client-key-file", "-"][..],
        &["--client-key-file", key.as_str()],
    ] {
        let realm = ["--issuer", "https://a.example", "--client-id", "x"];
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"));
        command.args(["--json", "check"]).args(realm).args(arguments);
        let ran = Ran::of(command.stdin(std::process::Stdio::null()).output().unwrap());
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(!ran.stderr.contains("MII"), "{ran:?}");
    }
}
