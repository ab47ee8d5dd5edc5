//! The tool, a provider that behaves like Entra ID, and a browser.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use onerealm_demo_provider::browser::Browser;
use onerealm_demo_provider::{DemoProvider, Platform, Registration, Setup, User};

#[test]
fn a_user_signs_in_with_the_browser() {
    let provider = DemoProvider::start(Setup {
        registrations: vec![Registration {
            client_id: "tool".to_owned(),
            secret: None,
            redirect_uris: vec![("http://127.0.0.1/callback".to_owned(), Platform::Native)],
        }],
        users: vec![User::new("alice@contoso.example", "Alice")],
        ..Setup::default()
    })
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("realms");
    let realm = format!(
        "openid: demo\n\tissuer-url {}\n\tclient-id tool\n\tusername-claim username\n",
        provider.issuer()
    );
    fs::write(&file, realm).unwrap();

    let mut command = Command::new(env!("CARGO_BIN_EXE_command-line"));
    command.arg("--no-browser").arg(&file);
    for name in ["all_proxy", "https_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    let mut tool = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(tool.stderr.take().unwrap()).lines().map_while(Result::ok);
    let url = lines.find(|line| line.starts_with("http")).unwrap();

    let mut browser = Browser::new();
    let callback = browser.sign_in(&url, "alice@contoso.example").unwrap();
    let forged = callback.replace("state=", "state=x");
    assert_eq!(browser.open(&forged).unwrap().status, 400);
    assert_eq!(browser.open(&callback).unwrap().status, 200);
    let output = tool.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "alice@contoso.example@demo\n");
}
