//! `init`: from answers at a terminal, and from options without one.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::realms_file::Home;
use crate::support::*;
use crate::terminal::Terminal;

const NOWHERE: &str = "http://127.0.0.1:9/t";

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

fn init(home: &Home, arguments: &[&str]) -> Ran {
    home.run(&[&["init"], arguments].concat())
}

/// At a terminal.
fn asked(home: &Home, arguments: &[&str]) -> Terminal {
    Terminal::run(&home.command(&[&["init"], arguments].concat()))
}

#[test]
fn options_alone_write_a_realm_that_logins_take() {
    let (scene, home) = (Scene::new(), Home::new());
    let key = home.path().join("key");
    fs::write(&key, SECRET).unwrap();
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    let issuer = scene.provider.issuer();
    let ran = init(
        &home,
        &[
            "--issuer",
            issuer,
            "--client-id",
            CLIENT_ID,
            "--client-type",
            "auto",
            "--client-key-file",
            key.to_str().unwrap(),
            "--username-claim",
            "username",
        ],
    );
    assert_eq!(ran.status, 0, "{ran:?}");
    let text = format!(
        "openid: sso\n\tissuer-url {issuer}\n\tclient-id {CLIENT_ID}\n\tclient-key {SECRET}\n\tclient-type auto\n\tusername-claim username\n"
    );
    assert_eq!(fs::read_to_string(home.file()).unwrap(), text);
    assert_eq!((mode(&home.file()), mode(home.file().parent().unwrap())), (0o600, 0o700));
    assert_eq!(ran.json["file"], home.file().display().to_string());
    assert_eq!(
        ran.json["redirect_urls"],
        json!([
            {"redirect_url": WEB, "client_type": "confidential"},
            {"redirect_url": "http://127.0.0.1/callback", "client_type": "public"},
        ])
    );
    assert_eq!(ran.json["next"], json!(["onerealm check sso --probe", "onerealm login sso"]));
    // What was found at the provider is said.
    assert!(ran.stderr.contains(&format!("provider {issuer} answers")), "{ran:?}");
    assert_hidden(&(ran.stdout + &ran.stderr), &[SECRET.to_owned()]);
    let ran = home.run(&["check", "--probe"]);
    assert_eq!(ran.json["logins"][0]["client_type"], "confidential", "{ran:?}");
}

#[test]
fn the_redirect_urls_to_register_are_those_of_the_client_type() {
    let home = Home::new();
    let key = home.path().join("key");
    fs::write(&key, SECRET).unwrap();
    let with_key = ["--client-key-file", key.to_str().unwrap()];
    let loopback = "http://127.0.0.1/callback";
    for (number, (client_type, has_key, expected)) in (0..).zip([
        (None, false, &[(loopback, "public")][..]),
        (Some("public"), true, &[(loopback, "public")]),
        (None, true, &[(WEB, "confidential"), (loopback, "confidential")]),
        (Some("confidential"), true, &[(WEB, "confidential"), (loopback, "confidential")]),
        (Some("auto"), false, &[(WEB, "public"), (loopback, "public")]),
    ]) {
        let name = format!("realm{number}");
        let mut arguments =
            vec!["--offline", "--issuer", NOWHERE, "--client-id", "x", "--name", &name];
        arguments
            .extend(client_type.map(|client_type| ["--client-type", client_type]).iter().flatten());
        arguments.extend(has_key.then_some(with_key).iter().flatten());
        let ran = init(&home, &arguments);
        let urls: Vec<_> = ran.json["redirect_urls"].as_array().unwrap().iter().collect();
        let urls: Vec<_> = urls
            .iter()
            .map(|url| {
                (url["redirect_url"].as_str().unwrap(), url["client_type"].as_str().unwrap())
            })
            .collect();
        assert_eq!(urls, expected, "{client_type:?} {has_key}");
    }
}

#[test]
fn without_a_terminal_what_is_missing_is_listed() {
    let home = Home::new();
    let missing = |arguments: &[&str], expected: &str| {
        let ran = init(&home, arguments);
        let message = ran.failed(2, "usage")["message"].as_str().unwrap().to_owned();
        assert!(message.ends_with(&format!("are missing: {expected}")), "{message}");
    };
    missing(&[], "--issuer, --client-id");
    missing(&["--client-type", "confidential", "--client-id", "x"], "--issuer, --client-key-file");
    let whole = ["--offline", "--issuer", NOWHERE, "--client-id", "x"];
    let bad = init(&home, &[&whole[..], &["--name", "s"]].concat());
    assert!(bad.failed(2, "usage")["message"].to_string().contains("realm's name"), "{bad:?}");
    assert!(!home.path().join(".config").exists());
    assert_eq!(init(&home, &whole).status, 0);
    missing(&whole, "--name");
}

#[test]
fn a_realm_is_added_to_a_file_and_nothing_of_it_is_lost() {
    let (scene, home) = (Scene::new(), Home::new());
    let config = home.path().join("a b.cfg");
    let before = "# mine\nopenid: sso\n\tissuer-url https://a.example\n\tclient-id x\n\tunknown  y\n\nldap: two\n\tserver1 z";
    fs::write(&config, before).unwrap();
    fs::set_permissions(&config, Permissions::from_mode(0o640)).unwrap();
    let named = config.to_str().unwrap();
    let whole = ["--config", named, "--issuer", scene.provider.issuer(), "--client-id", CLIENT_ID];
    // Realms of all types share their names.
    for name in ["sso", "two"] {
        let ran = init(&home, &[&whole[..], &["--name", name]].concat());
        let said = ran.failed(2, "usage")["message"].to_string();
        assert!(said.contains(&format!("there is a realm {name}")), "{said}");
    }
    assert_eq!(fs::read_to_string(&config).unwrap(), before);
    let ran = init(&home, &[&whole[..], &["--name", "three"]].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(ran.json["next"][1], format!("onerealm --config '{named}' login three"));
    let after = fs::read_to_string(&config).unwrap();
    let added = after.strip_prefix(before).unwrap();
    assert!(added.starts_with("\n\nopenid: three\n\tissuer-url http://127.0.0.1"), "{added}");
    assert_eq!(mode(&config), 0o640);
    // What can't be read is not written over.
    fs::remove_file(&config).unwrap();
    fs::create_dir(&config).unwrap();
    init(&home, &whole).failed(3, "config_unreadable");
}

#[test]
fn a_provider_that_does_not_answer_is_an_error_unless_it_is_not_asked() {
    let home = Home::new();
    let whole = ["--issuer", NOWHERE, "--client-id", "x"];
    let ran = init(&home, &whole);
    let error = ran.failed(7, "network_connection");
    assert!(error["fix"].as_str().unwrap().contains("--offline"), "{error}");
    assert!(!home.path().join(".config").exists());
    assert_eq!(init(&home, &[&whole[..], &["--offline"]].concat()).status, 0);
    assert!(home.file().exists());
}

#[test]
fn a_terminal_is_asked_and_asked_again_with_the_reason() {
    let (scene, home) = (Scene::new(), Home::new());
    let issuer = scene.provider.issuer();
    let mut terminal = asked(&home, &["--username-claim", "username"]);
    terminal.says("which is new");
    terminal.answers("Issuer", "login.example");
    terminal.says("`issuer-url`");
    terminal.answers("Issuer", &format!("{issuer}/.well-known/openid-configuration"));
    terminal.says(&format!("probably {issuer}"));
    terminal.answers("Issuer", "");
    terminal.says("an answer is needed");
    terminal.answers("Issuer", NOWHERE);
    terminal.says("[network_connection]");
    terminal.answers("Go on with this issuer all the same?", "maybe");
    terminal.says("answer yes or no");
    terminal.answers("Go on with this issuer all the same?", "");
    terminal.answers("Issuer", issuer);
    terminal.says("answers as an OpenID Provider");
    terminal.answers("Client identifier", &"x".repeat(257));
    terminal.says("`client-id`");
    terminal.answers("Client identifier", CLIENT_ID);
    for meaning in ["1  public", "2  confidential", "3  auto"] {
        terminal.says(meaning);
    }
    terminal.answers("Client type [public]", "4");
    terminal.says("answer public, confidential or auto");
    terminal.answers("Client type [public]", "3");
    terminal.answers("Client secret (not shown)", "");
    terminal.says("has a client secret");
    terminal.answers("Client secret (not shown)", SECRET);
    terminal.answers("Name of the realm [sso]", "s");
    terminal.says("realm's name");
    terminal.answers("Name of the realm [sso]", "");
    terminal.says("usable keys: 1");
    terminal.says(&format!("The realm sso is in {}", home.file().display()));
    terminal.says("Register at the provider");
    terminal.says(WEB);
    terminal.says("http://127.0.0.1/callback");
    terminal.says("onerealm check sso --probe");
    let (status, said) = terminal.ended();
    assert_eq!(status, 0, "{said}");
    assert_hidden(&said, &[SECRET.to_owned()]);
    let text = fs::read_to_string(home.file()).unwrap();
    assert_eq!(
        text,
        format!(
            "openid: sso\n\tissuer-url {issuer}\n\tclient-id {CLIENT_ID}\n\tclient-key {SECRET}\n\tclient-type auto\n\tusername-claim username\n"
        )
    );
    assert_eq!(mode(&home.file()), 0o600);

    // The next one is told what is there, and that a name is taken.
    let mut terminal = asked(&home, &["--issuer", issuer]);
    terminal.says("has these realms: sso");
    terminal.answers("Client identifier", CLIENT_ID);
    terminal.answers("Client type [public]", "");
    terminal.answers("Name of the realm [sso2]", "sso");
    terminal.says("there is a realm sso in the file already");
    terminal.answers("Name of the realm [sso2]", "");
    terminal.says("The realm sso2 is in");
    assert_eq!(terminal.ended().0, 0);
    let both = fs::read_to_string(home.file()).unwrap();
    assert!(both.starts_with(&format!("{text}\nopenid: sso2\n")), "{both}");
}

#[test]
fn a_terminal_may_go_on_offline_or_leave_it() {
    let home = Home::new();
    let mut terminal = asked(&home, &["--issuer", NOWHERE, "--client-id", "x"]);
    terminal.says("[network_connection]");
    terminal.answers("Go on with this issuer all the same?", "yes");
    terminal.answers("Client type", "1");
    terminal.answers("Name of the realm", "work");
    terminal.says("The realm work is in");
    assert_eq!(terminal.ended().0, 0);
    fs::remove_file(home.file()).unwrap();
    // The end of the input is no answer.
    let mut terminal = asked(&home, &["--offline", "--issuer", NOWHERE]);
    terminal.says("Client identifier");
    terminal.types("\u{4}");
    terminal.says("the input ended before the answer");
    assert_eq!(terminal.ended().0, 2);
    assert!(!home.file().exists());
}

#[test]
fn a_provider_whose_logins_would_fail_is_a_question() {
    let scene = Scene::bent(|endpoint, _, answer| match endpoint {
        onerealm_demo_provider::Endpoint::Discovery => {
            let mut metadata: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            metadata["require_pushed_authorization_requests"] = json!(true);
            let body = metadata.to_string().into_bytes();
            onerealm_demo_provider::Response::new(200).with_body("application/json", body)
        }
        _ => answer,
    });
    let home = Home::new();
    let whole = [
        "--issuer",
        scene.provider.issuer(),
        "--client-id",
        CLIENT_ID,
        "--name",
        "sso",
        "--client-type",
        "public",
    ];
    init(&home, &whole).failed(3, "check_failed");
    let mut terminal = asked(&home, &whole);
    terminal.says("problem:");
    terminal.answers("Write the realm all the same?", "no");
    assert_eq!(terminal.ended().0, 3);
    assert!(!home.path().join(".config").exists());
    let mut terminal = asked(&home, &whole);
    terminal.answers("Write the realm all the same?", "yes");
    assert_eq!(terminal.ended().0, 0);
    assert!(home.file().exists());
}

#[test]
fn ctrl_c_leaves_nothing_behind_and_the_terminal_as_it_was() {
    let home = Home::new();
    for (issuer, question) in [(&[][..], "Issuer"), (&["--issuer", NOWHERE], "Client type")] {
        let mut terminal = asked(&home, &[&["--offline", "--client-id", "x"], issuer].concat());
        terminal.says(question);
        terminal.types("\u{3}");
        terminal.says("Interrupted; nothing was written.");
        assert_eq!(terminal.ended().0, 130);
    }
    let mut terminal = asked(&home, &["--offline", "--issuer", NOWHERE, "--client-id", "x"]);
    terminal.answers("Client type", "confidential");
    terminal.says("Client secret (not shown)");
    terminal.types("half\u{3}");
    terminal.says("Interrupted; nothing was written.");
    assert_eq!(terminal.ended().0, 130);
    assert!(!home.path().join(".config").exists());
}

#[test]
fn a_secret_is_typed_unseen_where_a_login_asks_for_it() {
    let (scene, home) = (Scene::new(), Home::new());
    let options =
        ["--issuer", scene.provider.issuer(), "--client-id", CLIENT_ID, "--client-key-file", "-"];
    let check = home.command(&[&["check", "--redirect-url", WEB], &options[..]].concat());
    let mut terminal = Terminal::run(&check);
    terminal.answers("Client secret:", SECRET);
    terminal.says("a confidential login");
    let (status, said) = terminal.ended();
    assert_eq!(status, 0, "{said}");
    assert_hidden(&said, &[SECRET.to_owned()]);
    let mut terminal = Terminal::run(&check);
    terminal.says("Client secret:");
    terminal.types("half\u{3}");
    assert_eq!(terminal.ended().0, 130);
}

#[test]
fn no_key_ends_or_stops_it_while_the_terminal_shows_nothing() {
    let home = Home::new();
    let mut terminal = asked(&home, &["--offline", "--issuer", NOWHERE, "--client-id", "x"]);
    terminal.answers("Client type", "confidential");
    terminal.says("Client secret (not shown)");
    // Ctrl-\ and Ctrl-Z, which would leave the terminal as it is then.
    terminal.types("half\u{1c}\u{1a}\n");
    terminal.says("must be one line of text");
    terminal.answers("Client secret (not shown)", SECRET);
    terminal.answers("Name of the realm", "");
    let (status, said) = terminal.ended();
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("quit = ^\\; ") && said.contains("susp = ^Z; "), "{said}");
}

#[test]
fn a_file_is_written_as_a_whole_or_not_at_all() {
    let home = Home::new();
    let whole = ["init", "--offline", "--issuer", NOWHERE, "--client-id", "x"];
    let command = home.command(&whole);
    // Nothing can be written to any file, and whoever tries is killed.
    let mut killed = Command::new("sh");
    killed.args(["-c", "ulimit -c 0; ulimit -f 0; exec \"$@\"", "sh"]).arg(command.get_program());
    killed.args(command.get_args()).env("HOME", home.path()).env_remove("XDG_CONFIG_HOME");
    let output = killed.stdin(Stdio::null()).output().unwrap();
    assert!(!output.status.success() && !home.file().exists(), "{output:?}");
    assert!(home.file().parent().unwrap().exists(), "{output:?}");
    // What the killed one left is out of the way, and nothing else is left.
    assert_eq!(home.run(&whole).status, 0);
    let left: Vec<_> = fs::read_dir(home.file().parent().unwrap()).unwrap().collect();
    assert_eq!((left.len(), mode(&home.file())), (1, 0o600), "{left:?}");
}

#[test]
fn a_file_that_would_not_be_read_is_not_written() {
    let home = Home::new();
    let whole = ["init", "--offline", "--issuer", NOWHERE, "--client-id", "x"];
    let mut nowhere: Command = home.command(&["--json"]);
    let ran = Ran::of(nowhere.args(whole).env_remove("HOME").output().unwrap());
    assert!(ran.failed(2, "usage")["message"].to_string().contains("HOME"), "{ran:?}");
    // As root in somebody else's home directory; nobody else can give one away.
    if chown(home.path(), Some(12_345), None).is_ok() {
        let ran = home.run(&whole);
        let message = ran.failed(8, "config_unwritable")["message"].to_string();
        assert!(message.contains("belongs to another user"), "{message}");
        assert!(!home.path().join(".config").exists());
    }
    let ran = Ran::of(
        home.command(&["--json", "--config", "/proc/onerealm/realms.cfg"])
            .args(whole)
            .stdin(Stdio::null())
            .output()
            .unwrap(),
    );
    ran.failed(8, "config_unwritable");
}

#[test]
fn a_terminal_that_is_told_of_a_private_key_asks_for_no_secret() {
    let (scene, home) = (Scene::new(), Home::new());
    let [key, certificate] = ["key.pem", "cert.pem"].map(|name| home.path().join(name));
    write_private(&key, RSA_KEY);
    fs::write(&certificate, RSA_CERTIFICATE).unwrap();
    let options = [
        "--issuer",
        scene.provider.issuer(),
        "--client-id",
        CLIENT_ID,
        "--token-auth-method",
        "private_key_jwt",
        "--client-key-file",
        key.to_str().unwrap(),
        "--client-cert-file",
        certificate.to_str().unwrap(),
        "--client-key-id",
        "k1",
        "--assertion-audience",
        "token-endpoint",
        "--require-amr",
        "mfa",
    ];
    for (name, client_type) in [("web", "confidential"), ("both", "auto")] {
        let mut terminal = asked(&home, &options);
        terminal.answers("Client type [public]", client_type);
        terminal.answers("Name of the realm", name);
        terminal.says(&format!("The realm {name} is in"));
        terminal.says(&format!("{}  the certificate", certificate.display()));
        let (status, said) = terminal.ended();
        assert_eq!(status, 0, "{said}");
        assert!(!said.contains("Client secret") && !said.contains("MII"), "{said}");
        let text = fs::read_to_string(home.file()).unwrap();
        let (_, realm) = text.split_once(&format!("openid: {name}\n")).unwrap();
        let lines: Vec<_> = realm.lines().take(9).map(str::trim).collect();
        let expected = [
            format!("issuer-url {}", scene.provider.issuer()),
            format!("client-id {CLIENT_ID}"),
            format!("client-type {client_type}"),
            "token-auth-method private_key_jwt".to_owned(),
            format!("client-key-file {}", key.display()),
            format!("client-cert-file {}", certificate.display()),
            "client-key-id k1".to_owned(),
            "assertion-audience token-endpoint".to_owned(),
            "require-amr mfa".to_owned(),
        ];
        assert_eq!(lines, expected);
    }
    let ran = home.run(&["check", "both", "--redirect-url", WEB]);
    assert_eq!((ran.status, &ran.json["logins"][0]["client_type"]), (0, &"confidential".into()));
}

#[test]
fn a_private_key_without_its_file_is_missing_with_and_without_a_terminal() {
    let home = Home::new();
    let whole = ["--offline", "--issuer", NOWHERE, "--client-id", "x", "--name", "web"];
    let options =
        [&whole[..], &["--client-type", "auto", "--token-auth-method", "private_key_jwt"]].concat();
    let message = init(&home, &options).failed(2, "usage")["message"].to_string();
    assert!(message.contains("--client-key-file"), "{message}");
    let (status, said) = asked(&home, &options).ended();
    assert!(status == 2 && said.contains("--client-key-file"), "{said}");
    assert!(!said.contains("Client secret") && !home.file().exists(), "{said}");
    // The provider must have its public half.
    let mut whole = home.command(&[&["init"], &options[..], &["--client-key-file", "/k"]].concat());
    let written = whole.output().unwrap();
    let said = String::from_utf8(written.stdout).unwrap();
    assert!(said.contains("`openssl pkey -in /k -pubout`"), "{said}");
}
