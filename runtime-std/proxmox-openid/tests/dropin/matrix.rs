//! Which logins send the secret: every combination that a caller can make.

use serde_json::{Value, json};

use crate::support::*;

/// What the token endpoint must have received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Secret,
    NoSecret,
}

/// The realm's `client_type`, what the caller passes as `public`, the redirect URL, and what is sent.
fn rows() -> Vec<(Option<&'static str>, Option<&'static str>, &'static str, Sent)> {
    let mut rows = Vec::new();
    for url in [WEB, LOOPBACK, LOOPBACK_V6] {
        for client_type in [None, Some(""), Some("confidential")] {
            rows.push((client_type, None, url, Sent::Secret));
            rows.push((client_type, Some("0"), url, Sent::Secret));
            rows.push((client_type, Some("1"), url, Sent::NoSecret));
        }
        let auto = if url == WEB { Sent::Secret } else { Sent::NoSecret };
        rows.push((Some("auto"), None, url, auto));
        rows.push((Some("auto"), Some(""), url, auto));
        rows.push((Some("auto"), Some("1"), url, Sent::NoSecret));
        rows.push((Some("public"), None, url, Sent::NoSecret));
        rows.push((Some("public"), Some("1"), url, Sent::NoSecret));
    }
    rows
}

fn config(scene: &Scene, client_type: Option<&str>, public: Option<&str>) -> Value {
    let mut more = json!({});
    if let Some(client_type) = client_type {
        more["client_type"] = json!(client_type);
    }
    if let Some(public) = public {
        more["public"] = json!(public);
    }
    // What the caller wrote goes through serde, as from Perl.
    serde_json::to_value(scene.config(more)).unwrap()
}

/// What the token requests had of the secret, in their order.
fn sent(scene: &Scene) -> Vec<Sent> {
    let requests = scene.provider.requests_to(onerealm_demo_provider::Endpoint::Token);
    let of = |request: &onerealm_demo_provider::Recorded| {
        let body = String::from_utf8(request.request.body.clone()).unwrap();
        let form = parameters(&body);
        let is_basic = request.request.header("authorization").is_some();
        assert!(!form.contains_key("client_secret"), "{body}");
        // Who has no secret says who they are in the form, and nobody says it twice.
        assert_eq!(form.contains_key("client_id"), !is_basic, "{body}");
        assert!(form.contains_key("code_verifier"), "{body}");
        if is_basic { Sent::Secret } else { Sent::NoSecret }
    };
    requests.iter().map(of).collect()
}

#[test]
fn each_combination_sends_the_secret_or_not() {
    for row in rows() {
        let (client_type, public, url, expected) = row;
        let scene = Scene::new();
        let at_auth_url = config(&scene, client_type, public);
        // The second call doesn't say public: what was decided is bound to the state.
        let at_login = config(&scene, client_type, None);
        let read = |config| serde_json::from_value(config).unwrap();
        let back = scene.sign_in(&scene.auth_url(&read(at_auth_url), url).unwrap());
        let outcome = scene.login(&read(at_login), url, &back);
        assert_eq!(sent(&scene), [expected], "{row:?}");
        // The provider takes the web's redirect URL for a confidential client's, the others not.
        let fits = (url == WEB) == (expected == Sent::Secret);
        assert_eq!(outcome.is_ok(), fits, "{row:?}: {outcome:?}");
        if let Ok(claims) = outcome {
            assert_eq!(claims["preferred_username"], ALICE);
        }
    }
}

#[test]
fn what_is_asked_for_at_login_changes_nothing() {
    let scene = Scene::new();
    let as_web = scene.config(json!({}));
    let as_tool = scene.config(json!({ "public": "1" }));
    let back = scene.sign_in(&scene.auth_url(&as_tool, LOOPBACK).unwrap());
    scene.login(&as_web, LOOPBACK, &back).unwrap();
    let back = scene.sign_in(&scene.auth_url(&as_web, WEB).unwrap());
    scene.login(&as_tool, WEB, &back).unwrap();
    assert_eq!(sent(&scene), [Sent::NoSecret, Sent::Secret]);
}

#[test]
fn interleaved_logins_of_both_types_keep_apart() {
    let scene = Scene::new();
    let web = scene.config(json!({}));
    let tool = scene.config(json!({ "public": 1 }));
    let logins: Vec<_> = (0..6)
        .map(|i| if i % 2 == 0 { (&web, WEB) } else { (&tool, LOOPBACK) })
        .map(|(config, url)| (config, url, scene.auth_url(config, url).unwrap()))
        .collect();
    // They come back in another order than they went.
    let mut back: Vec<_> = logins.iter().map(|(c, u, url)| (*c, *u, scene.sign_in(url))).collect();
    back.reverse();
    let subjects: Vec<_> = back
        .iter()
        .map(|(config, url, back)| scene.login(config, url, back).unwrap()["sub"].clone())
        .collect();
    let expected = [Sent::NoSecret, Sent::Secret].repeat(3);
    assert_eq!(sent(&scene), expected);
    assert!(subjects.iter().all(|subject| *subject == subjects[0]), "one person, one subject");
}

#[test]
fn the_secret_goes_in_the_way_that_the_realm_says() {
    for (method, is_in_form) in
        [("client_secret_post", true), ("client_secret_basic", false), ("", false)]
    {
        let scene = Scene::new();
        let config = scene.config(json!({ "token_auth_method": method }));
        scene.logged_in(&config, WEB).unwrap();
        let requests = scene.provider.requests_to(onerealm_demo_provider::Endpoint::Token);
        let body = String::from_utf8(requests[0].request.body.clone()).unwrap();
        assert_eq!(parameters(&body).contains_key("client_secret"), is_in_form, "{method}");
        assert_eq!(requests[0].request.header("authorization").is_some(), !is_in_form, "{method}");
    }
}

#[test]
fn case_199_the_drop_in_refuses_public_logins_where_the_realm_does() {
    let scene = Scene::new();
    let begin = |more: Value, url| {
        let config = serde_json::from_value(serde_json::to_value(scene.config(more)).unwrap());
        scene.auth_url(&config.unwrap(), url).map_err(|error| error.to_string())
    };
    for refused in [json!("0"), json!(0), json!(false)] {
        let auto = json!({ "client_type": "auto", "public_override": refused });
        let error = begin(auto.clone(), LOOPBACK).unwrap_err();
        assert!(error.contains("public-override"), "{error}");
        assert!(begin(auto, WEB).is_ok());
        let asked = json!({ "public": "1", "public_override": refused });
        assert!(begin(asked, WEB).is_err());
    }
    for allowed in [json!("1"), json!(true), json!(""), Value::Null] {
        let auto = json!({ "client_type": "auto", "public_override": allowed });
        assert!(begin(auto, LOOPBACK).is_ok(), "{allowed}");
    }
    assert!(begin(json!({ "client_type": "auto" }), LOOPBACK).is_ok());
}
