//! What 1.0.3 takes and the drop-in refuses.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64ct::{Base64UrlUnpadded, Encoding};
use onerealm_demo_provider::{Endpoint, Response, Setup};
use proxmox_openid::OpenIdAuthenticator;
use serde_json::{Value, json};

use crate::support::*;

/// A provider whose ID tokens `bend` changes.
fn with_id_token(bend: fn(&str) -> String) -> Scene {
    Scene::with_answers(Endpoint::Token, move |answer| {
        let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
        body["id_token"] = bend(body["id_token"].as_str().unwrap()).into();
        Response { body: body.to_string().into(), ..answer }
    })
}

/// The token with another header.
fn headed(header: &str, token: &str) -> String {
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", Base64UrlUnpadded::encode_string(header.as_bytes()))
}

fn refusal(scene: &Scene) -> String {
    scene.logged_in(&scene.config(json!({})), WEB).unwrap_err().to_string()
}

#[test]
fn an_issuer_on_http_is_refused_off_this_machine() {
    let scene = Scene::new();
    for issuer in ["http://login.example/t", "http://192.0.2.1/t", "http://127.0.0.1.example/t"] {
        let config = scene.config(json!({ "issuer_url": issuer }));
        let error = OpenIdAuthenticator::discover(&config, WEB).unwrap_err().to_string();
        assert!(error.contains("issuer URL"), "{issuer}: {error}");
    }
    // The scene's own is on loopback.
    scene.logged_in(&scene.config(json!({})), WEB).unwrap();
}

#[test]
fn a_redirect_url_on_http_is_refused_off_this_machine() {
    let scene = Scene::new();
    for url in ["http://pve.example:8006", "http://192.0.2.1/callback"] {
        assert!(scene.auth_url(&scene.config(json!({})), url).is_err(), "{url}");
    }
}

#[test]
fn an_id_token_keyed_with_the_secret_is_refused() {
    for alg in ["HS256", "HS384", "HS512"] {
        let scene = match alg {
            "HS256" => with_id_token(|token| headed(r#"{"alg":"HS256"}"#, token)),
            "HS384" => with_id_token(|token| headed(r#"{"alg":"HS384"}"#, token)),
            _ => with_id_token(|token| headed(r#"{"alg":"HS512"}"#, token)),
        };
        let error = refusal(&scene);
        assert!(error.contains("RS256 or ES256") && error.contains(alg), "{error}");
    }
}

#[test]
fn an_encrypted_id_token_is_refused() {
    let scene = with_id_token(|token| {
        format!("{}.AA.AA", headed(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#, token))
    });
    assert!(refusal(&scene).contains("encrypt"), "{}", refusal(&scene));
}

#[test]
fn a_token_of_another_kind_is_refused_and_jose_is_none() {
    // Any header that is changed breaks the signature, which is looked at after the kind.
    let other = with_id_token(|token| headed(r#"{"alg":"RS256","typ":"at+jwt"}"#, token));
    assert!(refusal(&other).contains("typ"), "{}", refusal(&other));
    let jose = with_id_token(|token| headed(r#"{"alg":"RS256","typ":"JOSE"}"#, token));
    assert!(refusal(&jose).contains("signature"), "{}", refusal(&jose));
}

#[test]
fn signed_userinfo_is_verified() {
    let signing = Scene::with(|setup| Setup { signed_userinfo: true, ..setup });
    let claims = signing.logged_in(&signing.config(json!({})), WEB).unwrap();
    assert_eq!(claims["given_name"], "Alice", "userinfo's alone");
    let scene = Scene::with_answers(Endpoint::Userinfo, |answer| Response {
        headers: vec![("Content-Type".to_owned(), "application/jwt".to_owned())],
        body: b"e30.e30.AA".to_vec(),
        ..answer
    });
    let error = refusal(&scene);
    assert!(error.contains("signed answer is refused"), "{error}");
    let config = scene.config(json!({}));
    let back = scene.sign_in(&scene.auth_url(&config, WEB).unwrap());
    let (_, state) =
        OpenIdAuthenticator::verify_public_auth_state(scene.state_dir(), &back["state"]).unwrap();
    let authenticator = OpenIdAuthenticator::discover(&config, WEB).unwrap();
    authenticator.verify_authorization_code_simple_userinfo(&back["code"], &state, false).unwrap();
}

#[test]
fn metadata_that_says_a_member_twice_is_refused() {
    let scene = Scene::with_answers(Endpoint::Discovery, |answer| {
        let body = String::from_utf8(answer.body.clone()).unwrap();
        let twice = body.replacen('{', r#"{"token_endpoint":"https://evil.example/","#, 1);
        Response { body: twice.into(), ..answer }
    });
    assert!(refusal(&scene).contains("twice"), "{}", refusal(&scene));
}

#[test]
fn metadata_of_another_place_is_not_fetched() {
    let scene = Scene::with_answers(Endpoint::Discovery, |answer| {
        Response { status: 302, ..answer }.with_header("Location", "https://evil.example/")
    });
    assert!(refusal(&scene).contains("302"), "{}", refusal(&scene));
}

/// `openssl s_server` with a certificate for 127.0.0.1 on that curve.
struct TlsServer(Child, String);

impl TlsServer {
    fn start(directory: &Path, curve: &str) -> Self {
        let (key, certificate) = (directory.join("key.pem"), directory.join("cert.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "1", "-subj", "/CN=test"])
            .args(["-pkeyopt", &format!("ec_paramgen_curve:{curve}")])
            .args(["-addext", "subjectAltName=IP:127.0.0.1"])
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .stderr(Stdio::null())
            .status()
            .expect("the test needs openssl");
        assert!(made.success());
        let mut server = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-www", "-key"])
            .arg(&key)
            .arg("-cert")
            .arg(&certificate)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let address =
            lines.find_map(|line| line.unwrap().strip_prefix("ACCEPT ").map(str::to_owned));
        TlsServer(server, address.expect("it says where it listens"))
    }

    fn refusal(&self, ca_file: &Path) -> String {
        let scene = Scene::new();
        let issuer = format!("https://{}/t", self.1);
        let config = scene.config(json!({ "issuer_url": issuer, "ca_file": ca_file }));
        OpenIdAuthenticator::discover(&config, WEB).unwrap_err().to_string()
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_server_certificate_on_p_521_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let refusal = |curve| {
        let server = TlsServer::start(directory.path(), curve);
        server.refusal(&directory.path().join("cert.pem"))
    };
    // The page that it serves is no metadata.
    for curve in ["prime256v1", "secp384r1"] {
        let error = refusal(curve);
        assert!(error.contains("HTML") || error.contains("html"), "{curve}: {error}");
    }
    let error = refusal("secp521r1");
    assert!(error.contains("TLS") || error.contains("certificate"), "{error}");
    assert!(!error.contains("HTML"), "{error}");
}
