//! A realm whose credential is a private key.

use std::fs;
use std::path::PathBuf;

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use onerealm_demo_provider::{ClientKey, Endpoint};
use proxmox_openid::OpenIdAuthenticator;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::*;

const KEY: &str = include_str!("../../../src/client_key/fixtures/p256.pem");
const CERTIFICATE: &str = include_str!("../../../src/client_key/fixtures/p256.crt");

/// A provider that knows the key by its certificate or by its name, and the two files.
struct Keyed {
    scene: Scene,
    files: TempDir,
}

impl Keyed {
    fn by_certificate() -> Self {
        Self::new(Some(der()), None)
    }

    fn by_name(name: &str) -> Self {
        Self::new(None, Some(name.to_owned()))
    }

    fn new(certificate: Option<Vec<u8>>, key_id: Option<String>) -> Self {
        // A point without compression, in a string of bits.
        let der = der();
        let at = der.windows(4).position(|bytes| bytes == [0x03, 0x42, 0x00, 0x04]).unwrap() + 3;
        let public_key = der[at..at + 65].to_vec();
        let client_id = CLIENT_ID.to_owned();
        let key = ClientKey { client_id, public_key, certificate, key_id, is_expired: false };
        let scene = Scene::with(|mut setup| {
            setup.client_keys = vec![key];
            setup
        });
        let keyed = Keyed { scene, files: tempfile::tempdir().unwrap() };
        write_private(&keyed.key(), KEY);
        fs::write(keyed.certificate(), CERTIFICATE).unwrap();
        keyed
    }

    fn key(&self) -> PathBuf {
        self.files.path().join("key.pem")
    }

    fn certificate(&self) -> PathBuf {
        self.files.path().join("cert.pem")
    }

    /// The settings of such a realm, which has a secret too.
    fn settings(&self, more: Value) -> Value {
        let mut settings = json!({
            "token_auth_method": "private_key_jwt",
            "client_key_file": self.key(),
            "assertion_audience": "token-endpoint",
        });
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        settings
    }

    fn logged_in(&self, more: Value, url: &str) -> anyhow::Result<Value> {
        self.scene.logged_in(&self.scene.config(self.settings(more)), url)
    }

    /// The last token request's parameters. No other credential is in it.
    fn sent(&self) -> Parameters {
        let requests = self.scene.provider.requests_to(Endpoint::Token);
        let request = &requests.last().unwrap().request;
        assert!(request.header("authorization").is_none());
        let sent = parameters(std::str::from_utf8(&request.body).unwrap());
        assert!(!sent.contains_key("client_secret"), "{sent:?}");
        sent
    }

    /// The last assertion's header and claims.
    fn assertion(&self) -> [Value; 2] {
        let sent = self.sent();
        let mut parts = sent["client_assertion"].split('.');
        [(); 2].map(|()| {
            let part = Base64UrlUnpadded::decode_vec(parts.next().unwrap()).unwrap();
            serde_json::from_slice(&part).unwrap()
        })
    }
}

fn der() -> Vec<u8> {
    let lines: String = CERTIFICATE.lines().filter(|line| !line.starts_with('-')).collect();
    Base64::decode_vec(&lines).unwrap()
}

fn write_private(path: &std::path::Path, content: &str) {
    fs::write(path, content).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn the_settings_of_a_private_key_reach_a_login() {
    let keyed = Keyed::by_certificate();
    let certificate = json!({ "client_cert_file": keyed.certificate() });
    let claims = keyed.logged_in(certificate, WEB).unwrap();
    assert_eq!(claims["preferred_username"], ALICE);
    let [header, claims] = keyed.assertion();
    assert_eq!(header["alg"], "ES256");
    assert!(header["x5t"].is_string() && header["x5t#S256"].is_string(), "{header}");
    assert!(header.get("kid").is_none(), "{header}");
    let endpoint = keyed.scene.provider.issuer().replace("/v2.0", "/oauth2/v2.0/token");
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!(endpoint), &json!(CLIENT_ID)));

    let keyed = Keyed::by_name("node-key");
    keyed.logged_in(json!({ "client_key_id": "node-key" }), WEB).unwrap();
    let [header, _] = keyed.assertion();
    assert_eq!(header["kid"], "node-key");
    assert!(header.get("x5t").is_none(), "{header}");
    for other in [json!({}), json!({ "client_key_id": "other" })] {
        let error = keyed.logged_in(other, WEB).unwrap_err().to_string();
        assert!(error.contains("AADSTS700027"), "{error}");
    }
}

#[test]
fn an_assertion_is_for_the_issuer_unless_the_realm_says_another() {
    let keyed = Keyed::by_name("k");
    for audience in [json!(null), json!(""), json!("issuer")] {
        let more = json!({ "client_key_id": "k", "assertion_audience": audience });
        let error = keyed.logged_in(more, WEB).unwrap_err().to_string();
        assert!(error.contains("AADSTS700023"), "{error}");
        assert_eq!(keyed.assertion()[1]["aud"], keyed.scene.provider.issuer());
        // The advice is there where the product has the setting, or sets it.
        let is_set = audience == "issuer";
        assert_eq!(error.contains("assertion-audience"), is_set, "{audience}: {error}");
    }
    let more = json!({ "client_key_id": "k", "assertion_audience": null, "settings": ["assertion-audience"] });
    let error = keyed.logged_in(more, WEB).unwrap_err().to_string();
    assert!(error.contains("assertion-audience"), "{error}");
}

#[test]
fn a_public_login_of_a_realm_with_a_key_has_no_assertion() {
    let keyed = Keyed::by_name("k");
    for more in [json!({ "client_type": "auto" }), json!({ "public": 1 })] {
        keyed.logged_in(more, LOOPBACK).unwrap();
        assert!(!keyed.sent().contains_key("client_assertion"));
    }
}

#[test]
fn a_login_is_finished_with_the_kind_of_credential_that_it_began_with() {
    let keyed = Keyed::by_name("k");
    let with_key = keyed.scene.config(keyed.settings(json!({ "client_key_id": "k" })));
    let with_secret = keyed.scene.config(json!({}));
    for (begun, finished) in [(&with_key, &with_secret), (&with_secret, &with_key)] {
        let back = keyed.scene.sign_in(&keyed.scene.auth_url(begun, WEB).unwrap());
        let error = keyed.scene.login(finished, WEB, &back).unwrap_err().to_string();
        assert!(error.contains("begin it again"), "{error}");
    }
    assert_eq!(keyed.scene.asked()[2], 0, "no code was sent");
}

#[test]
fn a_key_that_cant_be_used_is_told_without_its_place() {
    let keyed = Keyed::by_name("k");
    let config = keyed.scene.config(keyed.settings(json!({ "client_key_id": "k" })));
    for (content, code) in [(None, "client_key_unreadable"), (Some("x"), "client_key_invalid")] {
        let back = keyed.scene.sign_in(&keyed.scene.auth_url(&config, WEB).unwrap());
        match content {
            None => fs::remove_file(keyed.key()).unwrap(),
            Some(content) => write_private(&keyed.key(), content),
        }
        let error = keyed.scene.login(&config, WEB, &back).unwrap_err().to_string();
        assert!(error.contains(code) && error.contains("see the log"), "{error}");
        assert!(!error.contains("key.pem"), "{error}");
        write_private(&keyed.key(), KEY);
    }
    assert_eq!(keyed.scene.asked()[2], 0, "no code was sent");
}

#[test]
fn a_setting_of_a_private_key_that_cant_be_is_refused() {
    let keyed = Keyed::by_name("k");
    for (more, name) in [
        (json!({ "client_key_file": "key.pem" }), "client_key_file"),
        (json!({ "client_key_file": null }), "client_key_file"),
        (json!({ "client_key_file": "" }), "client_key_file"),
        (json!({ "client_cert_file": "cert.pem" }), "client_cert_file"),
        (json!({ "assertion_audience": "token" }), "assertion_audience"),
        (json!({ "client_key_id": "k".repeat(513) }), "key"),
    ] {
        let config = keyed.scene.config(keyed.settings(more.clone()));
        let error = OpenIdAuthenticator::discover(&config, WEB).unwrap_err().to_string();
        assert!(error.contains(name), "{more}: {error}");
    }
    // Without the method they have no effect, and the secret is sent.
    let all = json!({
        "token_auth_method": null,
        "client_cert_file": keyed.certificate(),
        "client_key_id": "k",
    });
    keyed.logged_in(all, WEB).unwrap();
    let requests = keyed.scene.provider.requests_to(Endpoint::Token);
    assert!(requests[0].request.header("authorization").is_some());
    for name in ["client_cert_file", "client_key_id"] {
        keyed.scene.logged_in(&keyed.scene.config(json!({ name: "" })), WEB).unwrap();
    }
}
