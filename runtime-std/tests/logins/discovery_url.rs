//! `discovery-url`: where the metadata is, if not below the issuer. It is part of what a login is bound
//! to, and of what a process or a directory knows of a provider.

use std::fs;

use onerealm::{Network, Requested};
use onerealm_demo_provider::{Endpoint, Response};

use crate::bends::with_json;
use crate::caches::{KEY, asked, login};
use crate::support::*;

/// A provider whose metadata is there only with a policy in the query. The policy `other` has keys of
/// its own.
fn scene() -> Scene {
    Scene::bent(|endpoint, recorded, answer| match endpoint {
        Endpoint::Discovery => match recorded.request.query.as_deref() {
            Some("p=b2c_1_signin") => answer,
            Some("p=other") => with_json(answer, |metadata| {
                let keys = metadata["jwks_uri"].as_str().unwrap().to_owned() + "?p=other";
                metadata["jwks_uri"] = keys.into();
            }),
            Some("p=evil") => {
                with_json(answer, |metadata| metadata["issuer"] = "https://evil.example".into())
            }
            _ => Response::new(404),
        },
        _ => answer,
    })
}

fn url(scene: &Scene, query: &str) -> String {
    format!("{}/.well-known/openid-configuration{query}", scene.provider.issuer())
}

fn configure(scene: &Scene, query: &str) {
    scene.configure(&format!("{KEY}\ndiscovery-url {}", url(scene, query)));
}

#[test]
fn metadata_may_be_at_another_place_than_below_the_issuer() {
    let scene = scene();
    scene.configure(KEY);
    scene.run(&["check", "sso"]).failed(3, "discovery_response");
    let value = url(&scene, "?p=b2c_1_signin");
    assert_eq!(scene.run(&["set", "sso", "discovery-url", &value]).status, 0);
    let checked = scene.run(&["check", "sso"]);
    assert_eq!(checked.status, 0, "{checked:?}");
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    let ran = scene.finish(&callback);
    assert_eq!((ran.status, &ran.json["username"]), (0, &ALICE.into()), "{ran:?}");
    let asked = scene.provider.requests_to(Endpoint::Discovery);
    assert_eq!(asked.last().unwrap().request.query.as_deref(), Some("p=b2c_1_signin"));
}

#[test]
fn the_issuer_there_is_the_realms_all_the_same() {
    let scene = scene();
    configure(&scene, "?p=evil");
    let ran = scene.run(&["auth-url", "sso", "--redirect-url", WEB]);
    let error = ran.failed(3, "discovery_issuer");
    assert!(error["came"].as_str().unwrap().contains("https://evil.example"), "{error}");
    assert_eq!(asked(&scene), [1, 0, 0, 0]);
}

#[test]
fn a_login_that_began_with_another_discovery_url_is_refused_and_not_used_up() {
    let scene = scene();
    for sealed in [false, true] {
        let key = scene.config().with_file_name("sealing.key");
        let sealed: &[&str] = if sealed { &["--sealed-key", key.to_str().unwrap()] } else { &[] };
        let finish =
            |callback: &str| scene.run(&[&["finish", "--callback", callback], sealed].concat());
        configure(&scene, "?p=b2c_1_signin");
        let (_, callback) = scene.begin(&[&["--redirect-url", WEB], sealed].concat());
        let before = scene.token_requests().len();
        configure(&scene, "?p=other");
        finish(&callback).failed(4, "login_of_other_realm");
        // Even one that differs in nothing that a URL means.
        configure(&scene, "?p=b2c%5f1_signin");
        assert_ne!(finish(&callback).status, 0);
        assert_eq!(scene.token_requests().len(), before);
        configure(&scene, "?p=b2c_1_signin");
        let ran = finish(&callback);
        assert_eq!(ran.status, 0, "{ran:?}");
    }
}

#[test]
fn case_106_places_of_metadata_share_nothing_in_memory_or_on_disk() {
    let scene = scene();
    configure(&scene, "?p=b2c_1_signin");
    let one = fs::read_to_string(scene.config()).unwrap();
    let other = one.replace("openid: sso", "openid: other").replace("p=b2c_1_signin", "p=other");
    fs::write(scene.config(), format!("{one}\n{other}")).unwrap();
    let directory = scene.state_directory().join("providers");
    for n in 1..=2 {
        let network = Network::with_cache(&directory);
        let logins = scene.logins().with_network(network);
        login(&logins).unwrap();
        logins.begin("other", WEB, Requested::Default).unwrap();
        let places: Vec<_> = scene.provider.requests_to(Endpoint::Discovery);
        let queries: Vec<_> = places.iter().map(|r| r.request.query.as_deref().unwrap()).collect();
        assert_eq!(queries, ["p=b2c_1_signin", "p=other"], "{n}: kept on disk, each for itself");
    }
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 3, "twice metadata, and keys");
}

#[test]
fn a_discovery_url_that_could_lead_elsewhere_is_a_mistake_in_the_realm() {
    let scene = scene();
    for bad in [
        "http://login.example/metadata",
        "https://user@login.example/metadata",
        "https://user:pw@login.example/metadata",
        "https://login.example/metadata#fragment",
        "https://login.example\\@evil.example/",
        "//login.example/metadata",
        "login.example",
        "file:///etc/passwd",
    ] {
        scene.configure(&format!("{KEY}\ndiscovery-url {bad}"));
        scene.run(&["check", "sso"]).failed(3, "realm_invalid");
        scene.configure(KEY);
        assert_ne!(scene.run(&["set", "sso", "discovery-url", bad]).status, 0, "{bad}");
    }
    assert_eq!(asked(&scene), [0; 4]);
}
