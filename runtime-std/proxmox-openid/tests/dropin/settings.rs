//! What a caller can set, and what it is told.

use std::cell::RefCell;
use std::sync::Once;

use onerealm_demo_provider::Endpoint;
use proxmox_openid::{OpenIdAuthenticator, OpenIdConfig, PrivateAuthState};
use serde_json::{Value, json};

use crate::support::*;

thread_local! {
    static LOGGED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps what each thread logs: a call logs on the thread that makes it.
struct PerThread;

impl log::Log for PerThread {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() <= log::Level::Warn
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            LOGGED.with_borrow_mut(|logged| logged.push(record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

/// What `act` logs as a warning or an error.
fn logged<T>(act: impl FnOnce() -> T) -> (T, Vec<String>) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        log::set_logger(&PerThread).unwrap();
        log::set_max_level(log::LevelFilter::Warn);
    });
    LOGGED.with_borrow_mut(Vec::clear);
    let result = act();
    (result, LOGGED.with_borrow_mut(std::mem::take))
}

#[test]
fn what_a_failure_says_is_logged_by_the_caller_alone() {
    let refusing =
        Scene::with_answers(Endpoint::Token, |answer| onerealm_demo_provider::Response {
            status: 400,
            body: br#"{"error":"invalid_client"}"#.to_vec(),
            ..answer
        });
    let scene = Scene::with_claims(|claims| claims["nonce"] = json!("another"));
    let unlisted = json!({ "redirect_urls": ["https://other.example"] });
    let failures: [(&str, &dyn Fn() -> anyhow::Result<Value>); 5] = [
        ("a field", &|| scene.logged_in(&scene.config(json!({ "client_type": "x" })), WEB)),
        ("a realm", &|| scene.logged_in(&scene.config(json!({ "client_id": "" })), WEB)),
        ("begin", &|| scene.logged_in(&scene.config(unlisted.clone()), WEB)),
        ("the token endpoint", &|| refusing.logged_in(&refusing.config(json!({})), WEB)),
        ("the ID token", &|| scene.logged_in(&scene.config(json!({})), WEB)),
    ];
    for (what, fail) in failures {
        let (outcome, logged) = logged(fail);
        assert!(outcome.is_err(), "{what}");
        assert_eq!(logged, [""; 0], "{what}");
    }
    // What the caller must not be told, the log has.
    let file = format!("{}/file", scene.state_dir());
    std::fs::write(&file, "").unwrap();
    let authenticator = OpenIdAuthenticator::discover(&scene.config(json!({})), WEB).unwrap();
    let (outcome, logged) = logged(|| authenticator.authorize_url(&file, REALM));
    let error = outcome.unwrap_err().to_string();
    assert!(error.contains("see the log") && !error.contains(&file), "{error}");
    let errors: Vec<_> = logged.iter().filter(|line| line.starts_with("openid login: ")).collect();
    assert!(matches!(errors.as_slice(), [line] if line.contains(&file)), "{logged:?}");
}

#[test]
fn warnings_about_groups_reach_the_caller_beside_the_claims() {
    let too_many = Scene::with_claims(|claims| {
        claims["hasgroups"] = json!(true);
        claims.as_object_mut().unwrap().remove("groups");
    });
    let asked = json!({ "groups_claim": "groups" });
    let (claims, logged) = logged(|| too_many.logged_in(&too_many.config(asked.clone()), WEB));
    let claims = claims.unwrap();
    let [warning] = claims["openid_warnings"].as_array().unwrap().as_slice() else {
        panic!("{claims}")
    };
    let warning = warning.as_str().unwrap();
    assert!(warning.contains("more groups than the ID token has room for"), "{warning}");
    assert_eq!(logged, [format!("openid login: {warning}")]);

    let odd = Scene::with_claims(|claims| claims["groups"] = json!(["admins", "/all/users"]));
    let claims = odd.logged_in(&odd.config(asked), WEB).unwrap();
    assert_eq!(claims["groups"], json!(["admins", "/all/users"]), "as it came");
    let warning = claims["openid_warnings"][0].as_str().unwrap();
    assert!(warning.contains("/all/users") && !warning.contains("admins"), "{warning}");

    // Who doesn't ask isn't told, and a provider can't tell it.
    let forging = Scene::with_claims(|claims| claims["openid_warnings"] = json!(["forged"]));
    for scene in [&too_many, &odd, &forging] {
        let claims = scene.logged_in(&scene.config(json!({ "groups_claim": "" })), WEB).unwrap();
        assert!(claims.get("openid_warnings").is_none(), "{claims}");
    }
}

#[test]
fn claims_come_in_the_shape_of_1_0_3() {
    let scene = Scene::with_claims(|claims| {
        claims["name"] = Value::Null;
        claims["updated_at"] = json!("2020-01-01T00:00:00Z");
        claims["auth_time"] = json!(claims["iat"].as_f64().unwrap() - 0.5);
        claims["aud"] = json!(CLIENT_ID);
        claims["of_no_standard"] = Value::Null;
    });
    let claims = scene.logged_in(&scene.config(json!({})), WEB).unwrap();
    assert_eq!(claims["aud"], json!([CLIENT_ID]));
    assert_eq!(claims["updated_at"], 1_577_836_800);
    for time in ["exp", "iat", "auth_time"] {
        assert!(claims[time].is_i64(), "{time}: {claims}");
    }
    let object = claims.as_object().unwrap();
    assert!(object.values().all(|value| !value.is_null()), "{claims}");
    // Userinfo has a name, and a null says nothing.
    assert_eq!(claims["name"], "Alice Example");
}

#[test]
fn each_setting_of_the_realm_has_its_effect() {
    let late = Scene::with_claims(|claims| claims["exp"] = json!(onerealm::now().0 - 90));
    assert!(late.logged_in(&late.config(json!({})), WEB).is_err());
    for skew in [json!(120), json!("120")] {
        late.logged_in(&late.config(json!({ "clock_skew": skew })), WEB).unwrap();
    }
    let url = |more| {
        let scene = Scene::new();
        parameters(&scene.auth_url(&scene.config(more), WEB).unwrap())
    };
    assert_eq!(url(json!({ "max_age": "3600" }))["max_age"], "3600");
    assert!(!url(json!({ "max_age": "" })).contains_key("max_age"));

    let scene = Scene::new();
    let elsewhere = format!("{}/.well-known/openid-configuration", scene.provider.issuer());
    let config = scene.config(json!({ "discovery_url": elsewhere }));
    scene.logged_in(&config, WEB).unwrap();
    // The login is bound to the place of the metadata.
    let back = scene.sign_in(&scene.auth_url(&config, WEB).unwrap());
    let error = scene.login(&scene.config(json!({})), WEB, &back).unwrap_err().to_string();
    assert!(error.contains("begin it again"), "{error}");
}

#[test]
fn what_the_realm_demands_of_the_authentication_is_checked() {
    let scene = Scene::with_claims(|claims| {
        claims["acr"] = json!("gold");
        claims["amr"] = json!(["pwd", "mfa"]);
    });
    for (more, refused) in [
        (json!({ "require_acr": "silver,gold" }), None),
        (json!({ "require_acr": ["gold"], "require_amr": ["mfa", "pwd"] }), None),
        (json!({ "require_acr": "silver" }), Some("acr")),
        (json!({ "require_amr": ["mfa", "otp"] }), Some("amr")),
    ] {
        let came = scene.logged_in(&scene.config(more.clone()), WEB);
        match (came, refused) {
            (Ok(_), None) => {}
            (Err(error), Some(name)) => {
                let error = error.to_string();
                assert!(error.contains(&format!("require-{name}")), "{more}: {error}");
            }
            (came, _) => panic!("{more}: {came:?}"),
        }
    }
    let url = scene.auth_url(&scene.config(json!({ "require_acr": ["gold", "phr"] })), WEB);
    assert_eq!(parameters(&url.unwrap())["acr_values"], "gold phr");
}

#[test]
fn userinfo_that_must_be_signed_is_refused_in_plain_json() {
    let scene = Scene::new();
    for value in [json!(1), json!("1"), json!(true)] {
        let config = scene.config(json!({ "userinfo_signed": value }));
        let error = scene.logged_in(&config, WEB).unwrap_err().to_string();
        assert!(error.contains("userinfo-signed"), "{error}");
    }
    for value in [json!(0), json!("0"), json!("")] {
        let config = scene.config(json!({ "userinfo_signed": value }));
        scene.logged_in(&config, WEB).unwrap();
    }
}

#[test]
fn only_what_the_ca_file_holds_is_trusted() {
    let scene = Scene::new();
    let config = json!({ "issuer_url": "https://127.0.0.1:9/t", "ca_file": "/no/such/file.pem" });
    let error = OpenIdAuthenticator::discover(&scene.config(config), WEB).unwrap_err().to_string();
    assert!(error.contains("/no/such/file.pem"), "{error}");
    let relative = scene.config(json!({ "ca_file": "ca.pem" }));
    let error = OpenIdAuthenticator::discover(&relative, WEB).unwrap_err().to_string();
    assert!(error.contains("ca_file must be an absolute path"), "{error}");
}

#[test]
fn every_empty_text_counts_as_none() {
    let scene = Scene::new();
    let fields = [
        "client_key",
        "scopes",
        "prompt",
        "acr_values",
        "audiences",
        "client_type",
        "public",
        "public_override",
        "native_client_id",
        "native_client_key",
        "token_auth_method",
        "redirect_urls",
        "discovery_url",
        "ca_file",
        "clock_skew",
        "max_age",
        "require_acr",
        "require_amr",
        "userinfo_signed",
        "groups_claim",
        "settings",
    ];
    let of = |empty: Value| fields.map(|name| (name.to_owned(), empty.clone()));
    let all: Value = of(json!("")).into_iter().collect::<serde_json::Map<_, _>>().into();
    let none: Value = of(Value::Null).into_iter().collect::<serde_json::Map<_, _>>().into();
    let url = |config: &OpenIdConfig| {
        let mut url = parameters(&scene.auth_url(config, WEB).unwrap());
        url.retain(|name, _| !["state", "nonce", "code_challenge"].contains(&name.as_str()));
        url
    };
    let with_none = url(&scene.config(none));
    assert_eq!(with_none["scope"], "openid");
    assert_eq!(url(&scene.config(all)), with_none);
    for name in fields {
        let config = scene.config(json!({ name: "" }));
        assert!(scene.auth_url(&config, WEB).is_ok(), "{name}");
    }
    // The native registration's key alone is a mistake, and an empty one is none.
    let config = scene.config(json!({ "native_client_key": "", "native_client_id": "" }));
    scene.logged_in(&config, WEB).unwrap();
}

#[test]
fn a_setting_that_cant_be_is_refused() {
    let read = |more: Value| {
        let mut config = json!({ "issuer_url": "https://login.example", "client_id": "c" });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let config = serde_json::from_value::<OpenIdConfig>(config)?;
        OpenIdAuthenticator::discover(&config, WEB)
    };
    for more in [
        json!({ "clock_skew": "601" }),
        json!({ "clock_skew": -1 }),
        json!({ "clock_skew": "+5" }),
        json!({ "max_age": "an hour" }),
        json!({ "max_age": 4_294_967_296_u64 }),
        json!({ "require_acr": [] }),
        json!({ "require_amr": ["\u{e9}"] }),
        json!({ "userinfo_signed": "maybe" }),
        json!({ "discovery_url": "ftp://login.example" }),
        json!({ "discovery_url": "http://127.0.0.1/x" }),
        json!({ "native_client_key": "k", "native_client_id": "" }),
    ] {
        assert!(read(more.clone()).is_err(), "{more}");
    }
}

#[test]
fn a_client_identifier_may_have_256_characters() {
    let scene = Scene::new();
    let of = |len| scene.config(json!({ "client_id": "c".repeat(len) }));
    let url = parameters(&scene.auth_url(&of(256), WEB).unwrap());
    assert_eq!(url["client_id"].len(), 256);
    assert!(url["state"].len() <= 1024, "the API's limit");
    assert!(OpenIdAuthenticator::discover(&of(257), WEB).is_err());
    let native = scene.config(json!({ "native_client_id": "n".repeat(256), "public": 1 }));
    let url = parameters(&scene.auth_url(&native, LOOPBACK).unwrap());
    assert_eq!(url["client_id"].len(), 256);
}

#[test]
fn advice_speaks_of_settings_that_the_caller_has() {
    let at_loopback = |more| {
        let scene = Scene::new();
        scene.logged_in(&scene.config(more), LOOPBACK).unwrap_err().to_string()
    };
    let plain = at_loopback(json!({}));
    assert!(plain.contains("AADSTS700025"), "{plain}");
    for lacked in ["client-type", "--public", "public=1", "token-auth-method"] {
        assert!(!plain.contains(lacked), "{lacked}: {plain}");
    }
    let with_both = at_loopback(json!({ "settings": ["client-type", "public"] }));
    assert!(with_both.contains("set client-type auto") && with_both.contains("public=1"));
    // What the configuration itself sets is there.
    let set = at_loopback(json!({ "client_type": "confidential" }));
    assert!(set.contains("client-type") && !set.contains("public=1"), "{set}");

    let scene = Scene::with_answers(Endpoint::Userinfo, |answer| {
        onerealm_demo_provider::Response { body: b"{}".to_vec(), ..answer }
    });
    let refused = |more| scene.logged_in(&scene.config(more), WEB).unwrap_err().to_string();
    assert!(!refused(json!({})).contains("query-userinfo"), "{}", refused(json!({})));
    let settings = json!({ "settings": "query-userinfo" });
    assert!(refused(settings.clone()).contains("query-userinfo"), "{}", refused(settings));
}

#[test]
fn the_state_carries_what_the_second_step_needs_to_find() {
    let scene = Scene::new();
    let url = format!("{}/.well-known/openid-configuration", scene.provider.issuer());
    let config = scene.config(json!({ "discovery_url": url }));
    let back = scene.sign_in(&scene.auth_url(&config, WEB).unwrap());
    let (_, state) =
        OpenIdAuthenticator::verify_public_auth_state(scene.state_dir(), &back["state"]).unwrap();
    assert_eq!(state.discovery_digest.as_ref().map(String::len), Some(43));
    let hash = serde_json::to_value(&state).unwrap();
    let without: PrivateAuthState = {
        let mut hash = hash.clone();
        hash.as_object_mut().unwrap().remove("discovery_digest");
        serde_json::from_value(hash).unwrap()
    };
    let authenticator = OpenIdAuthenticator::discover(&config, WEB).unwrap();
    assert!(authenticator.verify_authorization_code_simple(&back["code"], &without).is_err());
}
