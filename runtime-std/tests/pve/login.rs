//! Logins of each product, by fingerprint and by CA file.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Command;

use onerealm_demo_provider::browser::Browser;
use serde_json::json;

use crate::api::{PRODUCTS, Product};
use crate::node::{ALICE, Node};
use crate::scene::{Ran, Scene, Waiting};
use crate::tls::Identity;

#[test]
fn each_product_gives_a_ticket_to_whoever_has_its_fingerprint() {
    for product in PRODUCTS {
        let scene = Scene::new(Node::start(product));
        let printed = scene.logged_in();
        assert_eq!(printed["username"], format!("{ALICE}@sso"), "{product:?}");
        assert_eq!(printed["endpoint"], format!("https://{}", scene.node.address()));
        let ticket = printed["ticket"].as_str().unwrap();
        assert!(
            scene.node.host.sessions.lock().unwrap().user(ticket, scene.node.host.now()).is_some()
        );
        let cookie = printed["cookie"].as_str().unwrap();
        assert!(cookie.starts_with(&format!("{}=", product.cookie())), "{cookie}");
        // It is kept, for this user alone, and printed again without another login.
        #[cfg(unix)]
        assert_eq!(crate::scene::mode(&scene.ticket_file()), 0o600);
        let before = scene.node.requests();
        assert_eq!(scene.run("ticket", &[]).stdout.trim(), ticket);
        assert_eq!(scene.node.requests(), before, "nothing was sent");
    }
}

#[test]
fn each_product_gives_a_ticket_to_whoever_trusts_its_authority() {
    for product in PRODUCTS {
        let node = Node::with(product, true, Identity::of_a_cluster(), "client-type auto");
        let scene = Scene::new(node);
        let file = scene.path("pve-root-ca.pem");
        fs::write(&file, &scene.node.identity.ca).unwrap();
        let file = file.to_str().unwrap();
        let ran = scene.sign_in("login", &["--ca-file", file, "--no-browser"]);
        assert_eq!(ran.status, Some(0), "{product:?} {ran:?}");
        assert!(
            ran.stderr.contains(&format!("Signed in to {} as {ALICE}@sso.", scene.node.address()))
        );
        let again = scene.run("ticket", &["--ca-file", file]);
        assert_eq!(again.stdout, ran.stdout);
    }
}

#[test]
fn a_fingerprint_is_given_once_and_written_in_either_way() {
    let scene = Scene::new(Node::start(Product::Pve));
    let plain = scene.node.identity.fingerprint.replace(':', "").to_lowercase();
    let ran = scene.sign_in("login", &["--fingerprint", &plain, "--no-browser"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let ran = scene.sign_in("login", &["--no-browser"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
}

#[test]
fn an_unmodified_node_is_asked_once_more_without_iss() {
    // The demo provider sends no `iss`, so it is added here (RFC 9207).
    for has_the_change in [true, false] {
        let node =
            Node::with(Product::Pve, has_the_change, Identity::self_signed(), "client-type auto");
        let scene = Scene::new(node);
        let fingerprint = scene.node.identity.fingerprint.clone();
        let waiting = Waiting::start(
            scene.command("login", &["--fingerprint", &fingerprint, "--no-browser"]),
        );
        let mut browser = Browser::new();
        let callback = browser.sign_in(&waiting.url, ALICE).unwrap();
        let issuer = waiting.url.split("/oauth2/").next().unwrap().to_owned() + "/v2.0";
        let iss: String = url::form_urlencoded::byte_serialize(issuer.as_bytes()).collect();
        browser.follow(&format!("{callback}&iss={iss}")).unwrap();
        let ran = waiting.ended();
        assert_eq!(ran.status, Some(0), "{ran:?}");
        let forms = scene.node.forms("/openid/login");
        let with_iss: Vec<_> = forms.iter().map(|form| form.contains("iss=")).collect();
        assert_eq!(with_iss, if has_the_change { vec![true] } else { vec![true, false] });
    }
}

#[test]
fn public_is_asked_for_where_the_command_line_says_so() {
    let node = Node::with(Product::Pve, true, Identity::self_signed(), "comment x");
    let scene = Scene::new(node);
    let fingerprint = scene.node.identity.fingerprint.clone();
    let ran = scene.sign_in("login", &["--fingerprint", &fingerprint, "--no-browser", "--public"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(scene.node.forms("/auth-url")[0].contains("public=1"));
    // Without it, the node sends the secret, and the provider refuses that on a loopback redirect URL.
    let ran = scene.sign_in("login", &["--no-browser"]);
    ran.failed(5, "node_login_refused", &["--public"]);
    assert!(!scene.node.forms("/auth-url")[1].contains("public"));
}

#[test]
fn lines_for_eval_set_what_the_tools_read() {
    for (product, names) in [
        (
            Product::Pve,
            &["PROXMOX_VE_ENDPOINT", "PROXMOX_VE_AUTH_TICKET", "PROXMOX_VE_CSRF_PREVENTION_TOKEN"]
                [..],
        ),
        (Product::Pbs, &["PBS_PASSWORD", "PBS_FINGERPRINT"]),
        (Product::Pdm, &["ONEREALM_ENDPOINT", "ONEREALM_COOKIE", "ONEREALM_CSRF_PREVENTION_TOKEN"]),
        (Product::Pmg, &["ONEREALM_ENDPOINT", "ONEREALM_COOKIE", "ONEREALM_CSRF_PREVENTION_TOKEN"]),
    ] {
        let scene = Scene::new(Node::start(product));
        let printed = scene.logged_in();
        let lines = scene.run("ticket", &["--format", "env"]).stdout;
        let mut shell = Command::new("sh");
        shell.args([
            "-c",
            r#"eval "$1"; shift; for name; do eval "printf '%s\n' \"\$$name\""; done"#,
            "sh",
        ]);
        let output = shell.arg(&lines).args(names).output().unwrap();
        let values = String::from_utf8(output.stdout).unwrap();
        let values: Vec<_> = values.lines().collect();
        assert_eq!(lines.lines().count(), names.len(), "{lines}");
        let secret = if product == Product::Pbs { values[0] } else { values[1] };
        let key = if product as usize > 1 { "cookie" } else { "ticket" };
        assert_eq!(secret, printed[key], "{lines}");
        if product == Product::Pbs {
            assert_eq!(values[1].to_uppercase(), scene.node.identity.fingerprint);
        }
    }
}

#[test]
fn a_realm_is_chosen_or_the_list_is_an_error() {
    let scene = Scene::new(Node::start(Product::Pve));
    let fingerprint = scene.node.identity.fingerprint.clone();
    let with = |extra: &[&str]| {
        scene.run("login", &[&["--fingerprint", &fingerprint, "--no-browser"], extra].concat())
    };
    with(&["--realm", "pam"]).failed(3, "node_realm_type", &["the realm pam", "of type pam"]);
    with(&["--realm", "other"]).failed(3, "node_realm_unknown", &["other", "sso"]);
    *scene.node.host.realms.lock().unwrap() = json!([
        {"realm": "sso", "type": "openid"}, {"realm": "second", "type": "openid"}, {"realm": "pam", "type": "pam"},
    ]);
    with(&[]).failed(2, "node_realm_choice", &["sso, second", "--realm"]);
    let ran = scene.sign_in("login", &["--no-browser", "--realm", "sso"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    *scene.node.host.realms.lock().unwrap() = json!([{"realm": "pam", "type": "pam"}]);
    with(&[]).failed(3, "node_realm_none", &["no realm at an OpenID Provider"]);
}

/// `script` gives the command a terminal.
#[test]
fn a_terminal_is_asked_which_realm() {
    let scene = Scene::new(Node::start(Product::Pve));
    *scene.node.host.realms.lock().unwrap() = json!([
        {"realm": "second", "type": "openid", "comment": "The other\u{1b}[31m one"}, {"realm": "sso", "type": "openid"},
    ]);
    let fingerprint = scene.node.identity.fingerprint.clone();
    let inner = scene.command("login", &["--fingerprint", &fingerprint, "--no-browser"]);
    let words: Vec<_> = [inner.get_program()].into_iter().chain(inner.get_args()).collect();
    let line: Vec<_> = words.iter().map(|word| word.to_str().unwrap()).collect();
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--flush", "--command", &line.join(" "), "/dev/null"]);
    script.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let piped = std::process::Stdio::piped;
    let mut child = script.stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let (mut said, mut line) = (String::new(), String::new());
    // A terminal echoes what is typed, so the question need not be waited for.
    writeln!(stdin, "7\nthird\n2").unwrap();
    while !line.starts_with("http") {
        line.clear();
        assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "it shows no URL: {said}");
        said.push_str(&line);
    }
    assert!(said.contains("  1  second  The other\\u{1b}[31m one"), "{said}");
    assert!(said.contains("a user of the realm sso"), "{said}");
    let mut browser = Browser::new();
    let callback = browser.sign_in(line.trim(), ALICE).unwrap();
    browser.follow(&callback).unwrap();
    let rest = std::thread::spawn(move || stdout.lines().map_while(Result::ok).for_each(drop));
    assert_eq!(Ran::of_child(child).status, Some(0));
    rest.join().unwrap();
}

#[test]
fn the_end_user_pastes_the_url_at_the_terminal() {
    let scene = Scene::new(Node::start(Product::Pve));
    let fingerprint = scene.node.identity.fingerprint.clone();
    let mut command = scene.command("login", &["--fingerprint", &fingerprint, "--no-browser"]);
    command.stdin(std::process::Stdio::piped());
    let mut waiting = Waiting::start(command);
    let callback = Browser::new().sign_in(&waiting.url, ALICE).unwrap();
    let mut stdin = waiting.child.stdin.take().unwrap();
    writeln!(stdin, "something else\n{callback}").unwrap();
    let ran = waiting.ended();
    assert_eq!(ran.status, Some(0), "{ran:?}");
}

#[test]
fn a_closed_standard_input_changes_nothing() {
    let scene = Scene::new(Node::start(Product::Pve));
    let fingerprint = scene.node.identity.fingerprint.clone();
    let inner = scene.command("login", &["--fingerprint", &fingerprint, "--no-browser"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"exec "$@" <&-"#, "sh"]).arg(inner.get_program()).args(inner.get_args());
    shell.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let waiting = Waiting::start(shell);
    waiting.sign_in();
    assert_eq!(waiting.ended().status, Some(0));
}

#[test]
fn nothing_secret_is_logged() {
    let scene = Scene::new(Node::start(Product::Pve));
    let fingerprint = scene.node.identity.fingerprint.clone();
    let ran: Ran = scene.sign_in("login", &["--fingerprint", &fingerprint, "--no-browser", "-vv"]);
    let ticket = ran.stdout.trim();
    assert!(ran.stderr.contains("/access/openid/login") && ticket.starts_with("PVE:"), "{ran:?}");
    let form = scene.node.forms("/openid/login").remove(0);
    let code = url::form_urlencoded::parse(form.as_bytes()).find(|(name, _)| name == "code");
    for secret in [ticket, &code.unwrap().1] {
        assert!(secret.len() > 16 && !ran.stderr.contains(secret), "{ran:?}");
    }
}
