//! Options of a realm without a file: what is demanded of the authentication and of userinfo, and private keys.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use onerealm_demo_provider::browser;
use serde_json::Value;

use crate::no_file::command;
use crate::support::*;

const PRIVATE_KEY_JWT: [&str; 2] = ["--token-auth-method", "private_key_jwt"];

/// A whole login with the web UI's redirect URL, each call in the folder of the scene's files: the URL and what came.
fn login(scene: &Scene, options: &[&str]) -> (String, Ran) {
    let ran = in_folder(scene, &["auth-url", "--redirect-url", WEB], options);
    assert_eq!(ran.status, 0, "{ran:?}");
    let url = ran.json["url"].as_str().unwrap().to_owned();
    let callback = browser::sign_in(&url, ALICE).unwrap();
    (url, in_folder(scene, &["finish", "--callback", &callback], options))
}

fn in_folder(scene: &Scene, words: &[&str], options: &[&str]) -> Ran {
    let mut command = command(scene, words, options);
    Ran::of(command.current_dir(scene.config().with_file_name("")).output().unwrap())
}

/// Of a provider whose ID tokens say how the end user authenticated.
fn authenticating() -> Scene {
    Scene::set_up(|setup| {
        setup.acr = Some("gold".to_owned());
        setup.amr = ["pwd", "mfa"].map(str::to_owned).to_vec();
    })
}

fn with_secret(scene: &Scene) -> [&'static str; 2] {
    write_private(&scene.config().with_file_name("secret"), SECRET);
    ["--client-key-file", "secret"]
}

/// The assertion that was sent last: its header and its claims.
fn assertion(scene: &Scene) -> [Value; 2] {
    let requests = scene.token_requests();
    let body = String::from_utf8(requests.last().unwrap().request.body.clone()).unwrap();
    let sent = parameters(&body);
    assert!(!sent.contains_key("client_secret"), "{body}");
    let mut parts = sent["client_assertion"].split('.');
    [(); 2].map(|()| {
        let part = Base64UrlUnpadded::decode_vec(parts.next().unwrap()).unwrap();
        serde_json::from_slice(&part).unwrap()
    })
}

#[test]
fn options_demand_how_the_end_user_authenticated() {
    let scene = authenticating();
    let secret = with_secret(&scene);
    for (options, code) in [
        (&["--require-acr", "silver,gold"][..], None),
        (&["--require-acr", "gold", "--require-amr", "mfa pwd"], None),
        (&["--require-acr", "silver"], Some("id_token_acr")),
        (&["--require-amr", "mfa;otp"], Some("id_token_amr")),
    ] {
        let (url, ran) = login(&scene, &[&secret[..], options].concat());
        let asked = options[1].replace(',', " ");
        let is_asked = parameters(&url).get("acr_values") == Some(&asked);
        assert_eq!(is_asked, options[0] == "--require-acr", "{url}");
        match code {
            None => assert_eq!(ran.status, 0, "{options:?}: {ran:?}"),
            Some(code) => assert!(ran.failed(6, code)["came"].is_string(), "{ran:?}"),
        }
    }
}

#[test]
fn an_option_demands_that_userinfo_is_signed() {
    let (plain, signed) = (Scene::new(), Scene::set_up(|setup| setup.signed_userinfo = true));
    for (scene, value, status) in
        [(&plain, "1", 5), (&plain, "0", 0), (&signed, "1", 0), (&signed, "0", 0)]
    {
        let secret = with_secret(scene);
        let (_, ran) = login(scene, &[&secret[..], &["--userinfo-signed", value]].concat());
        match status {
            0 => assert_eq!(ran.status, 0, "{value}: {ran:?}"),
            status => drop(ran.failed(status, "userinfo_not_signed")),
        }
    }
}

#[test]
fn a_whole_login_signs_with_a_key_and_a_certificate_that_are_named_relatively() {
    let scene = Scene::new();
    scene.private_key();
    let files = ["--client-key-file", "key.pem", "--client-cert-file", "cert.pem"];
    let options = [&PRIVATE_KEY_JWT[..], &files].concat();
    let to_token_endpoint = [&options[..], &["--assertion-audience", "token-endpoint"]].concat();
    let (_, ran) = login(&scene, &to_token_endpoint);
    assert_eq!((ran.status, &ran.json["client_type"]), (0, &"confidential".into()), "{ran:?}");
    let [header, claims] = assertion(&scene);
    assert!(header["x5t#S256"].is_string() && header["x5t"].is_string(), "{header}");
    assert!(header.get("kid").is_none(), "{header}");
    let endpoint = scene.provider.issuer().replace("/v2.0", "/oauth2/v2.0/token");
    assert_eq!(claims["aud"], endpoint);

    // Without an option, and with its other value, it is for the issuer, which this provider doesn't take.
    for audience in [&[][..], &["--assertion-audience", "issuer"]] {
        let (_, ran) = login(&scene, &[&options[..], audience].concat());
        let error = ran.failed(5, "token_refused");
        assert!(error["fix"].as_str().unwrap().contains("token-endpoint"), "{error}");
        assert_eq!(assertion(&scene)[1]["aud"], scene.provider.issuer());
    }
}

#[test]
fn a_key_without_a_certificate_is_known_by_its_name() {
    let scene = Scene::set_up(|setup| {
        let key = &mut setup.client_keys[0];
        (key.certificate, key.key_id) = (None, Some("k1".to_owned()));
    });
    scene.private_key();
    let rest = ["--client-key-file", "key.pem", "--assertion-audience", "token-endpoint"];
    let options = [&PRIVATE_KEY_JWT[..], &rest].concat();
    let (_, ran) = login(&scene, &[&options[..], &["--client-key-id", "k1"]].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    let [header, _] = assertion(&scene);
    assert_eq!(header["kid"], "k1");
    assert!(header.get("x5t").is_none() && header.get("x5t#S256").is_none(), "{header}");
    for named in [&[][..], &["--client-key-id", "k2"]] {
        let (_, ran) = login(&scene, &[&options[..], named].concat());
        ran.failed(5, "token_refused");
    }
}

#[test]
fn a_public_login_is_sent_no_assertion_by_a_realm_with_a_key() {
    let scene = Scene::new();
    scene.private_key();
    let options = ["--client-key-file", "key.pem", "--client-type", "auto"];
    let options = [&PRIVATE_KEY_JWT[..], &options].concat();
    let ran = in_folder(&scene, &["auth-url", "--redirect-url", LOOPBACK], &options);
    let callback = browser::sign_in(ran.json["url"].as_str().unwrap(), ALICE).unwrap();
    let ran = in_folder(&scene, &["finish", "--callback", &callback], &options);
    assert_eq!((ran.status, &ran.json["client_type"]), (0, &"public".into()), "{ran:?}");
    let body = scene.token_requests()[0].request.body.clone();
    assert!(!String::from_utf8(body).unwrap().contains("assertion"));
}

#[test]
fn an_option_that_cant_be_is_told_plainly() {
    let scene = Scene::new();
    for (options, status, words) in [
        (&["--require-acr", ""][..], 3, "`require-acr`"),
        (&["--require-amr", ",;"], 3, "`require-amr`"),
        (&["--require-amr", "\u{e9}"], 3, "`require-amr`"),
        (&["--userinfo-signed", "x"], 3, "`userinfo-signed`"),
        (&["--client-key-id", ""], 3, "`client-key-id`"),
        (&["--assertion-audience", "token"], 2, "token-endpoint"),
        (&["--token-auth-method", "none"], 2, "private_key_jwt"),
        (&PRIVATE_KEY_JWT, 2, "needs --client-key-file"),
    ] {
        let ran = in_folder(&scene, &["check"], options);
        let message = ran.json["error"]["message"].as_str().unwrap();
        assert!(ran.status == status && message.contains(words), "{options:?}: {ran:?}");
    }
    // Each describes a realm without a file, and that needs an issuer.
    for (option, value) in [
        ("--require-acr", "gold"),
        ("--require-amr", "mfa"),
        ("--userinfo-signed", "1"),
        ("--client-cert-file", "cert.pem"),
        ("--client-key-id", "k1"),
        ("--assertion-audience", "issuer"),
        ("--client-key-file", "key.pem"),
    ] {
        let ran = scene.run(&["check", option, value]);
        let message = ran.failed(2, "usage")["message"].to_string();
        assert!(message.contains(&format!("{option} describes a realm")), "{message}");
    }
}
