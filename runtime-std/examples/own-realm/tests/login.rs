//! The program, a provider that behaves like Entra ID, and a user who pastes the callback's URL.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use onerealm_demo_provider::{DemoProvider, Platform, Registration, Setup, User, browser};

#[test]
fn a_user_pastes_the_callback_and_the_program_reads_the_claims() {
    let mut alice = User::new("alice@contoso.example", "Alice Example");
    alice.groups = vec!["admins".to_owned(), "staff".to_owned()];
    let provider = DemoProvider::start(Setup {
        registrations: vec![Registration {
            client_id: "own".to_owned(),
            secret: Some("a secret".to_owned()),
            redirect_uris: vec![("http://127.0.0.1/callback".to_owned(), Platform::Native)],
        }],
        users: vec![alice],
        ..Setup::default()
    })
    .unwrap();

    let mut command = Command::new(env!("CARGO_BIN_EXE_own-realm"));
    command.args([provider.issuer(), "own"]).env("CLIENT_SECRET", "a secret");
    for name in ["all_proxy", "https_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    let mut lines = BufReader::new(program.stderr.take().unwrap()).lines().map_while(Result::ok);
    let url = lines.find(|line| line.starts_with("http")).unwrap();

    let callback = browser::sign_in(&url, "alice@contoso.example").unwrap();
    writeln!(program.stdin.take().unwrap(), "{callback}").unwrap();
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success(), "{:?}", lines.collect::<Vec<_>>());
    let printed = String::from_utf8(output.stdout).unwrap();
    let (subject, rest) = printed.split_once('\n').unwrap();
    assert!(subject.starts_with("subject: ") && subject.len() > 20, "{subject}");
    assert_eq!(rest, "name: Alice Example\nemail: alice@contoso.example\ngroups: admins, staff\n");
}
