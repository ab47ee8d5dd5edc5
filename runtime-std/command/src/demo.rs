//! Both client types against the demo provider, told from what the provider received.

mod scene;
mod table;

use std::convert::Infallible;
use std::fs;
use std::io;
use std::path::Path;

use onerealm::{Callback, DirectoryStore, Logins, Requested};
use onerealm_demo_provider::{
    DemoProvider, Endpoint, Platform, Registration, Setup, User, browser,
};

use crate::failure::Failure;
use crate::interrupt;
use crate::outcome::{Outcome, not_written};
use crate::output::print;
use scene::{Expected, Scene};
use table::{Row, Table};

const CLIENT_ID: &str = "11111111-2222-3333-4444-555555555555";
const WEB: &str = "https://pve.example:8006";
const LOOPBACK: &str = "http://127.0.0.1:51004/callback";
const REGISTERED_LOOPBACK: &str = "http://127.0.0.1/callback";
const USER: &str = "alice@contoso.example";

const SCENES: [Scene; 5] = [
    Scene {
        title: "the web UI",
        realm: "auto",
        redirect_url: WEB,
        requested: Requested::Default,
        expected: Expected::Identity,
    },
    Scene {
        title: "a tool, same realm",
        realm: "auto",
        redirect_url: LOOPBACK,
        requested: Requested::Default,
        expected: Expected::Identity,
    },
    Scene {
        title: "a tool that asks",
        realm: "unset",
        redirect_url: LOOPBACK,
        requested: Requested::Public,
        expected: Expected::Identity,
    },
    Scene {
        title: "a tool, as of today",
        realm: "unset",
        redirect_url: LOOPBACK,
        requested: Requested::Default,
        expected: Expected::Refused(700_025),
    },
    Scene {
        title: "the web UI, no secret",
        realm: "public",
        redirect_url: WEB,
        requested: Requested::Default,
        expected: Expected::Refused(7_000_218),
    },
];

pub(crate) fn run(keep: bool) -> Result<Outcome, Failure> {
    let secret = random_secret()?;
    let provider = DemoProvider::start(setup(&secret)).map_err(failed("the demo provider"))?;
    let directory = tempfile::Builder::new().prefix("onerealm-demo-").tempdir();
    let directory = directory.map_err(failed("a temporary directory"))?;
    let config = directory.path().join("domains.cfg");
    fs::write(&config, realms(provider.issuer(), &secret)).map_err(failed("a configuration"))?;

    let store = DirectoryStore::new(directory.path().join("state"));
    let logins = Logins::new(onerealm_domains_cfg::read(&config)?, store);
    let rows =
        SCENES.iter().map(|scene| play(scene, &logins, &provider)).collect::<Result<_, _>>()?;
    let table = Table::new(provider.issuer(), rows);
    if let Some(surprise) = table.surprise() {
        return Err(failed("the demonstration")(io::Error::other(surprise)));
    }
    if keep {
        print(&table.to_string()).map_err(|error| not_written(&error))?;
        stay(&provider, directory.path())?;
    }
    Ok(Outcome::of(table.to_json(), table.to_string()))
}

/// One login from beginning to end, with a person at a browser.
fn play(scene: &Scene, logins: &Logins, provider: &DemoProvider) -> Result<Row, Failure> {
    let before = provider.requests_to(Endpoint::Token).len();
    let begun = logins.begin(scene.realm, scene.redirect_url, scene.requested)?;
    let callback = browser::sign_in(&begun.url, USER).map_err(failed("the sign-in page"))?;
    let outcome = logins.finish(Callback::Url(&callback), Some(scene.redirect_url));
    let received = provider.requests_to(Endpoint::Token).into_iter().skip(before).collect();
    Ok(Row::new(scene, begun.client_type, received, outcome))
}

fn setup(secret: &str) -> Setup {
    let redirect_uris =
        vec![(WEB.to_owned(), Platform::Web), (REGISTERED_LOOPBACK.to_owned(), Platform::Native)];
    Setup {
        registrations: vec![Registration {
            client_id: CLIENT_ID.to_owned(),
            secret: Some(secret.to_owned()),
            redirect_uris,
        }],
        users: vec![User::new(USER, "Alice Example")],
        ..Setup::default()
    }
}

/// Three realms with one registration, which differ in their `client-type`.
fn realms(issuer: &str, secret: &str) -> String {
    let realm = |name: &str, client_type: &str| {
        format!(
            "openid: {name}\n\tissuer-url {issuer}\n\tclient-id {CLIENT_ID}\n\tclient-key {secret}\n\
             \tusername-claim username\n{client_type}\n"
        )
    };
    realm("auto", "\tclient-type auto\n")
        + &realm("unset", "")
        + &realm("public", "\tclient-type public\n")
}

fn random_secret() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| failed("the random source")(io::Error::other(error.to_string())))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Keeps the provider running, and tells what can be tried.
fn stay(provider: &DemoProvider, directory: &Path) -> Result<Infallible, Failure> {
    let options = format!("--config {0}/domains.cfg --state-dir {0}/state", directory.display());
    // What it holds is of no use without the provider.
    let leftover = directory.to_owned();
    interrupt::end_after(move || drop(fs::remove_dir_all(&leftover)));
    let program = std::env::current_exe().unwrap_or_else(|_| "onerealm".into());
    let told = format!(
        "\nThe provider stays at {issuer} until you press Ctrl-C. To try it with a browser:\n\n  \
         {program} {options} login auto\n  \
         {program} {options} login auto --no-browser\n  \
         {program} {options} check auto\n  \
         {program} {options} auth-url auto --redirect-url {WEB}\n  \
         {program} {options} finish --callback 'THE URL THAT THE BROWSER WAS SENT TO'\n\n\
         Sign in as {USER}; there is no password.",
        issuer = provider.issuer(),
        program = program.display(),
    );
    print(&told).map_err(|error| not_written(&error))?;
    loop {
        std::thread::park();
    }
}

fn failed(what: &'static str) -> impl Fn(io::Error) -> Failure {
    move |error| Failure::new("demo", format!("{what} failed: {error}"), 1)
}
