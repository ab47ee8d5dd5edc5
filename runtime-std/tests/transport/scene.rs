//! A provider behind a front, and whole logins with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use onerealm::{Callback, DirectoryStore, Error, Logins, Network, Requested, User};
use onerealm_demo_provider::{
    DemoProvider, Endpoint, Platform, Registration, Setup, User as Person, browser,
};
use tempfile::TempDir;

use crate::front::{Front, Honest, LONG, Then, Wire};

pub const SECRET: &str = "canary-client-key";
pub const ALICE: &str = "alice@contoso.example";
const CLIENT_ID: &str = "11111111-2222-3333-4444-555555555555";
const WEB: &str = "https://pve.example:8006";

/// The endpoints that the relying party asks, in the order in which a first login does.
pub const ASKED: [Endpoint; 4] =
    [Endpoint::Discovery, Endpoint::Keys, Endpoint::Token, Endpoint::Userinfo];

pub struct Scene {
    pub front: Front,
    pub provider: DemoProvider,
    directory: TempDir,
}

impl Scene {
    pub fn new() -> Self {
        Self::at("http://127.0.0.1", "")
    }

    /// The provider is reached at `origin` with the front's port; the realm has `properties` more.
    pub fn at(origin: &str, properties: &str) -> Self {
        let front = Front::start();
        let provider = DemoProvider::start(Setup {
            origin: Some(format!("{origin}:{}", front.address.port())),
            registrations: vec![Registration {
                client_id: CLIENT_ID.to_owned(),
                secret: Some(SECRET.to_owned()),
                redirect_uris: vec![
                    (WEB.to_owned(), Platform::Web),
                    ("http://127.0.0.1/callback".to_owned(), Platform::Native),
                ],
            }],
            users: vec![Person::new(ALICE, "Alice Example")],
            ..Setup::default()
        })
        .unwrap();
        front.stand_before(provider.address());
        let directory = tempfile::tempdir().unwrap();
        let scene = Scene { front, provider, directory };
        scene.configure(properties);
        scene
    }

    /// Writes the realm, with `properties` besides issuer and client.
    pub fn configure(&self, properties: &str) {
        fs::write(self.path("domains.cfg"), self.realm(properties)).unwrap();
    }

    /// The realm, with `properties` besides issuer and client.
    pub fn realm(&self, properties: &str) -> String {
        format!(
            "openid: sso\n\tissuer-url {}\n\tclient-id {CLIENT_ID}\n\tclient-key {SECRET}\n\tusername-claim username\n{properties}",
            self.provider.issuer()
        )
    }

    /// The page of an authorization URL at the provider itself, where there is no TLS.
    #[cfg(unix)]
    pub fn page(&self, url: &str) -> String {
        page(url, self.provider.address())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn logins(&self) -> Logins {
        logins(self.directory.path()).with_deadline(LONG)
    }

    /// A whole login, which must end.
    pub fn login(&self, logins: &Logins) -> Result<User, Error> {
        ended(|| login(logins, self.provider.address()))
    }

    /// How often each endpoint was asked: discovery, token, keys, userinfo.
    pub fn asked(&self) -> [usize; 4] {
        let seen = self.front.seen();
        ASKED.map(|endpoint| seen.iter().filter(|seen| seen.endpoint == endpoint).count())
    }

    /// The command, in an environment without proxies.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"));
        command.arg("--config").arg(self.path("domains.cfg"));
        command.arg("--state-dir").arg(self.path("state")).arg("--json").args(arguments);
        for name in ["all_proxy", "https_proxy", "no_proxy"] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        command
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.front.close();
    }
}

/// The logins of the configuration in this directory.
pub fn logins(directory: &Path) -> Logins {
    let store = DirectoryStore::new(directory.join("state"));
    let realms = onerealm_domains_cfg::read(&directory.join("domains.cfg")).unwrap();
    // A failure of one step must not decide the next one.
    let network = Network::new().remembering_failures(Duration::ZERO);
    Logins::new(realms, store).with_network(network)
}

/// Begins a login, signs in at the provider itself, and finishes the login.
pub fn login(logins: &Logins, provider: std::net::SocketAddr) -> Result<User, Error> {
    let begun = logins.begin("sso", WEB, Requested::Default)?;
    let callback = browser::sign_in(&page(&begun.url, provider), ALICE).unwrap();
    logins.finish(Callback::Url(&callback), Some(WEB))
}

fn page(url: &str, provider: std::net::SocketAddr) -> String {
    let url = url::Url::parse(url).unwrap();
    format!("http://{provider}{}?{}", url.path(), url.query().unwrap())
}

/// What `work` gives, which has [`LONG`] for each of its calls.
pub fn ended<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let (done, wait) = mpsc::channel();
        scope.spawn(move || done.send(work()));
        // A thread that hangs would keep the scope open, and the test with it.
        wait.recv_timeout(4 * LONG).unwrap_or_else(|_| {
            eprintln!("a login did not end");
            std::process::abort()
        })
    })
}

/// Deadlines for what has no other end. A slow machine doesn't get as far as that within the first one.
pub const DEADLINES: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(8), Duration::from_secs(32), LONG];

/// Runs a login for each of `endpoints`, whose answer is bent; the login must fail with `code` (or
/// one of several), having asked each endpoint before the bent one once and none behind it. The
/// next login, with honest answers, must succeed.
pub fn fails_at<F>(what: &str, endpoints: &[Endpoint], code: &str, bend: F)
where
    F: Fn(&mut Wire, &Honest) -> Then + Clone + Send + Sync + 'static,
{
    fails_within(&[LONG], what, endpoints, code, bend);
}

/// The same where nothing but the login's deadline may end it.
pub fn times_out_at<F>(what: &str, endpoints: &[Endpoint], code: &str, bend: F)
where
    F: Fn(&mut Wire, &Honest) -> Then + Clone + Send + Sync + 'static,
{
    fails_within(&DEADLINES, what, endpoints, code, bend);
}

fn fails_within<F>(deadlines: &[Duration], what: &str, endpoints: &[Endpoint], code: &str, bend: F)
where
    F: Fn(&mut Wire, &Honest) -> Then + Clone + Send + Sync + 'static,
{
    // At once, since many of them only wait.
    thread::scope(|scope| {
        for endpoint in endpoints {
            let bend = bend.clone();
            scope.spawn(move || {
                let fails = |deadline| fails_at_one(what, *endpoint, code, deadline, bend.clone());
                let got_there = deadlines.iter().any(|deadline| fails(*deadline));
                assert!(got_there, "{what} at {endpoint:?} was not asked for");
            });
        }
    });
}

/// Whether the time was enough to ask for the bent answer.
fn fails_at_one<F>(what: &str, endpoint: Endpoint, code: &str, deadline: Duration, bend: F) -> bool
where
    F: Fn(&mut Wire, &Honest) -> Then + Send + Sync + 'static,
{
    let scene = Scene::new();
    scene.front.bend_next(endpoint, bend);
    let logins = scene.logins().with_deadline(deadline);
    let failed = scene.login(&logins);
    let code_seen = failed.as_ref().map_or_else(|error| error.code(), |_| "success");
    let sentence =
        failed.map_or_else(|error| format!("{error} {error:?}"), |user| format!("{user:?}"));
    let position = ASKED.iter().position(|asked| *asked == endpoint).unwrap();
    if code_seen == "network_timeout" && scene.asked()[position] == 0 {
        return false;
    }
    assert!(
        code.split(' ').any(|code| code == code_seen),
        "{what} at {endpoint:?}: {code_seen}, not {code}: {sentence}"
    );
    let expected: Vec<_> = (0..4).map(|place| usize::from(place <= position)).collect();
    assert_eq!(scene.asked().to_vec(), expected, "{what} at {endpoint:?}");
    assert!(!sentence.contains(SECRET), "{sentence}");
    assert!(sentence.chars().all(|c| !c.is_control()), "{sentence:?}");
    assert!(sentence.len() < 1000, "{sentence}");
    let user = scene.login(&logins.with_deadline(LONG)).unwrap();
    assert_eq!(user.username, ALICE, "after {what} at {endpoint:?}");
    true
}
