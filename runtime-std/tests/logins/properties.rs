//! A realm's properties, and what a login makes of them.

use std::fs;

use crate::support::*;

/// What `auth-url` asks the provider for, by the realm's lines.
#[test]
fn the_authorization_url_says_what_the_realm_says() {
    const SCOPE: &str = "openid email profile";
    for (lines, expected) in [
        ("", [Some(SCOPE), None, None, None]),
        ("scopes groups", [Some("openid groups"), None, None, None]),
        (
            "scopes email, openid;groups  offline",
            [Some("openid email groups offline"), None, None, None],
        ),
        ("scopes openid", [Some("openid"), None, None, None]),
        ("prompt login", [Some(SCOPE), Some("login"), None, None]),
        ("prompt login consent", [Some(SCOPE), Some("login consent"), None, None]),
        ("prompt custom+one", [Some(SCOPE), Some("custom+one"), None, None]),
        ("acr-values urn:mfa,two;three", [Some(SCOPE), None, Some("urn:mfa two three"), None]),
        ("max-age 0", [Some(SCOPE), None, None, Some("0")]),
        ("max-age 4294967295", [Some(SCOPE), None, None, Some("4294967295")]),
        (
            "scopes a\nprompt b\nacr-values c\nmax-age 5",
            [Some("openid a"), Some("b"), Some("c"), Some("5")],
        ),
    ] {
        let scene = Scene::new();
        scene.configure(lines);
        let ran = scene.run(&["auth-url", "sso", "--redirect-url", WEB]);
        let sent = parameters(ran.json["url"].as_str().unwrap());
        let names = ["scope", "prompt", "acr_values", "max_age"];
        assert_eq!(names.map(|name| sent.get(name).map(String::as_str)), expected, "{lines}");
        assert_eq!((sent["client_id"].as_str(), sent["redirect_uri"].as_str()), (CLIENT_ID, WEB));
    }
}

#[test]
fn the_user_name_is_the_claim_that_the_realm_names() {
    let old_line = "\tusername-claim username\n";
    let mut names = Vec::new();
    for line in [
        "",
        "\tusername-claim sub\n",
        "\tusername-claim subject\n",
        old_line,
        "\tusername-claim preferred_username\n",
        "\tusername-claim oid\n",
        "\tusername-claim email\n",
    ] {
        let scene = Scene::new();
        scene.configure("");
        let config = fs::read_to_string(scene.config()).unwrap();
        assert!(config.contains(old_line));
        fs::write(scene.config(), config.replace(old_line, line)).unwrap();
        let (_, callback) = scene.begin(&["--redirect-url", LOOPBACK]);
        let ran = scene.finish(&callback);
        assert_eq!(ran.status, 0, "{line}: {ran:?}");
        let claim = |name: &str| ran.json["claims"][name].clone();
        let expected = match line.split_whitespace().nth(1) {
            None | Some("sub" | "subject") => ran.json["subject"].clone(),
            Some("username" | "preferred_username") => ALICE.into(),
            Some(name) => claim(name),
        };
        assert_eq!(ran.json["username"], expected, "{line}");
        names.push(ran.json["username"].as_str().unwrap().to_owned());
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 3, "subject, user name and object id: {names:?}");
}

#[test]
fn a_list_or_an_identifier_that_can_not_be_sent_is_told_with_its_line() {
    let scene = Scene::new();
    for (line, property) in [
        ("scopes gr\u{fc}n", "scopes"),
        ("prompt \"login\"", "prompt"),
        ("acr-values a\\b", "acr-values"),
        ("audiences \u{e9}", "audiences"),
        ("redirect-urls https://pve.example:8006 pve.example", "redirect-urls"),
        ("client-id x", "client-id"),
    ] {
        scene.configure(line);
        let ran = scene.run(&["auth-url", "sso", "--redirect-url", WEB]);
        let message = ran.failed(3, "realm_invalid")["message"].as_str().unwrap();
        let place = format!("{}, line 5, realm \"sso\": ", scene.config().display());
        assert!(message.starts_with(&place) && message.contains(property), "{message}");
    }
}

#[test]
fn a_realm_that_is_not_named_is_the_default_one() {
    let scene = Scene::new();
    scene.configure("comment B%C3%BCro%3A 1");
    let sso = fs::read_to_string(scene.config()).unwrap();
    let other = "\nopenid: other\n\tissuer-url http://127.0.0.1:9\n\tclient-id x\n";
    let ran = scene.run(&["check"]);
    assert_eq!((ran.status, &ran.json["realm"]), (0, &"sso".into()), "the only one: {ran:?}");
    assert_eq!(ran.json["comment"], "Büro: 1");

    fs::write(scene.config(), format!("{sso}{other}")).unwrap();
    let begin = ["auth-url", "--redirect-url", LOOPBACK];
    for arguments in [&["check"][..], &begin, &["login", "--no-browser"]] {
        let ran = scene.run(arguments);
        let message = ran.failed(3, "realm_not_named")["message"].as_str().unwrap();
        assert!(message.ends_with("its openid realms: sso, other"), "{message}");
    }
    fs::write(scene.config(), format!("{sso}\tdefault 1\n{other}")).unwrap();
    let ran = scene.run(&begin);
    assert_eq!(ran.status, 0, "{ran:?}");
    let callback =
        onerealm_demo_provider::browser::sign_in(ran.json["url"].as_str().unwrap(), ALICE).unwrap();
    let ran = scene.finish(&callback);
    assert_eq!((ran.status, &ran.json["realm"]), (0, &"sso".into()), "{ran:?}");
}
