//! The proxy of the environment: asked for hosts elsewhere, never for this machine.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;

use base64ct::{Base64, Encoding};
use rcgen::{CertificateParams, KeyPair};

use crate::support::*;

/// A realm at another host, which brings its certificates: this machine may have none.
fn configure_elsewhere(scene: &Scene) {
    let ca_file = scene.config().with_file_name("ca.pem");
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap();
    let base64 = Base64::encode_string(certificate.der());
    let pem = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
    fs::write(&ca_file, pem).unwrap();
    let realm = "openid: sso\n\tissuer-url https://login.example/t\n\tclient-id x\n";
    fs::write(scene.config(), format!("{realm}\tca-file {}\n", ca_file.display())).unwrap();
}

#[test]
fn a_request_to_another_host_goes_through_the_proxy() {
    let scene = Scene::new();
    configure_elsewhere(&scene);
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    let asked = std::thread::spawn(move || {
        let (mut connection, _) = proxy.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            connection.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        connection.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").unwrap();
        String::from_utf8(head).unwrap()
    });
    let mut command = scene.command(&["check", "sso"]);
    command.env("all_proxy", format!("http://someone:canary-password@{address}"));
    let ran = Ran::of(command.output().unwrap());
    ran.failed(7, "proxy_refused");
    let head = asked.join().unwrap();
    assert!(head.starts_with("CONNECT login.example:443 HTTP/1.1\r\n"), "{head}");
    assert!(!ran.stderr.contains("canary-password"), "{ran:?}");
}

#[test]
fn a_login_with_a_provider_on_this_machine_needs_none() {
    let scene = Scene::new();
    scene.configure("");
    for proxy in ["", "http://127.0.0.1:9"] {
        let mut command = scene.command(&["check", "sso"]);
        command.env("all_proxy", proxy).env("https_proxy", "http://127.0.0.1:9");
        assert_eq!(Ran::of(command.output().unwrap()).status, 0);
    }
}

#[test]
fn a_proxy_that_is_none_is_refused_before_anything_is_sent() {
    let scene = Scene::new();
    configure_elsewhere(&scene);
    let mut command = scene.command(&["check", "sso"]);
    command.env("all_proxy", "canary password://");
    let ran = Ran::of(command.output().unwrap());
    ran.failed(3, "proxy");
    assert!(!ran.stderr.contains("canary"), "{ran:?}");
}
