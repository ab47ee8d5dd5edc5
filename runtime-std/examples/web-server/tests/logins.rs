//! The web server, a provider that behaves like Entra ID, and browsers.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use onerealm_demo_provider::{
    DemoProvider, Endpoint, Platform, Registration, Setup, User, browser,
};

const ALICE: &str = "alice@contoso.example";
const MALLORY: &str = "mallory@contoso.example";

struct Scene {
    provider: DemoProvider,
    server: Child,
    url: String,
}

impl Scene {
    /// A server that browsers find at `public_url`, or else where it listens.
    fn new(public_url: Option<&str>) -> Self {
        let web = |url: &str| (format!("{url}/callback"), Platform::Web);
        let provider = DemoProvider::start(Setup {
            registrations: vec![Registration {
                client_id: "web".to_owned(),
                secret: Some("a secret".to_owned()),
                redirect_uris: vec![web("http://127.0.0.1"), web("https://app.example")],
            }],
            users: vec![User::new(ALICE, "Alice"), User::new(MALLORY, "Mallory")],
            ..Setup::default()
        })
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("realms");
        let realm = format!(
            "openid: demo\n\tissuer-url {}\n\tclient-id web\n\tclient-key a secret\n\tusername-claim username\n",
            provider.issuer()
        );
        fs::write(&file, realm).unwrap();

        let mut command = Command::new(env!("CARGO_BIN_EXE_web-server"));
        command.arg(&file).env("LISTEN", "127.0.0.1:0").env_remove("PUBLIC_URL");
        command.envs(public_url.map(|url| ("PUBLIC_URL", url)));
        for name in ["all_proxy", "https_proxy", "no_proxy"] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.split(' ').find(|word| word.starts_with("http")).unwrap().to_owned();
        Scene { provider, server, url }
    }

    fn browser(&self) -> Browser<'_> {
        let config = ureq::Agent::config_builder().max_redirects(0).proxy(None);
        let config = config.http_status_as_error(false).build();
        Browser { scene: self, agent: config.into(), cookies: BTreeMap::new() }
    }

    fn token_requests(&self) -> usize {
        self.provider.requests_to(Endpoint::Token).len()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A browser that keeps cookies and follows no redirect.
struct Browser<'s> {
    scene: &'s Scene,
    agent: ureq::Agent,
    cookies: BTreeMap<String, String>,
}

struct Page {
    status: u16,
    location: String,
    set_cookies: Vec<String>,
    body: String,
}

impl Browser<'_> {
    fn get(&mut self, target: &str) -> Page {
        let request = self.agent.get(format!("{}{target}", self.scene.url));
        self.shown(request.header("cookie", self.cookie_header()).call().unwrap())
    }

    fn post(&mut self, target: &str) -> Page {
        let request = self.agent.post(format!("{}{target}", self.scene.url));
        self.shown(request.header("cookie", self.cookie_header()).send_empty().unwrap())
    }

    fn cookie_header(&self) -> String {
        let pairs: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn shown(&mut self, mut response: ureq::http::Response<ureq::Body>) -> Page {
        let headers = response.headers().clone();
        let header =
            |name| headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned());
        let set_cookies: Vec<_> = header("set-cookie").collect();
        for cookie in &set_cookies {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            match cookie.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        Page {
            status: response.status().as_u16(),
            location: header("location").next().unwrap_or_default(),
            set_cookies,
            body: response.body_mut().read_to_string().unwrap(),
        }
    }

    /// Begins a login, and gives the target of the callback that the provider sends the browser to.
    fn sign_in_at_provider(&mut self, user: &str) -> String {
        let begun = self.post("/login/demo");
        assert_eq!(begun.status, 303, "{}", begun.body);
        let callback = browser::sign_in(&begun.location, user).unwrap();
        callback.strip_prefix(&self.scene.url).unwrap().to_owned()
    }

    fn signs_in(&mut self, user: &str) {
        let callback = self.sign_in_at_provider(user);
        let page = self.get(&callback);
        assert_eq!((page.status, page.location.as_str()), (303, "/"), "{}", page.body);
    }

    fn is_signed_in_as(&mut self, user: &str) -> bool {
        self.get("/").body.contains(&format!("Signed in as <strong>{user}@demo</strong>"))
    }
}

#[test]
fn a_user_signs_in_and_out() {
    let scene = Scene::new(None);
    let mut browser = scene.browser();
    assert!(browser.get("/").body.contains("action=\"/login/demo\""));
    browser.signs_in(ALICE);
    assert!(browser.is_signed_in_as(ALICE));
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["session"]);
    assert!(!scene.browser().is_signed_in_as(ALICE));

    let session = browser.cookies.clone();
    assert_eq!(browser.post("/logout").status, 303);
    assert!(browser.cookies.is_empty());
    browser.cookies = session;
    assert!(!browser.is_signed_in_as(ALICE), "the session has ended on the server too");
}

#[test]
fn a_callback_from_another_browser_is_refused_and_uses_nothing_up() {
    let scene = Scene::new(None);
    let mut mallory = scene.browser();
    let callback = mallory.sign_in_at_provider(MALLORY);

    let mut stranger = scene.browser();
    let mut alice = scene.browser();
    alice.post("/login/demo");
    for victim in [&mut stranger, &mut alice] {
        let page = victim.get(&callback);
        assert_eq!(page.status, 403);
        assert_eq!(page.body, "This browser did not begin this login. Begin it again.\n");
        assert!(!victim.is_signed_in_as(MALLORY));
    }
    assert_eq!(scene.token_requests(), 0);

    assert_eq!(mallory.get(&callback).status, 303);
    assert!(mallory.is_signed_in_as(MALLORY));
    assert_eq!(mallory.get(&callback).status, 403, "a login is finished once");
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn each_login_begins_a_new_session_and_ends_the_one_before() {
    let scene = Scene::new(None);
    let mut browser = scene.browser();
    browser.signs_in(ALICE);
    let before = browser.cookies.clone();
    browser.signs_in(MALLORY);
    assert!(browser.is_signed_in_as(MALLORY));
    assert_ne!(browser.cookies, before);
    browser.cookies = before;
    assert!(!browser.is_signed_in_as(ALICE));
}

#[test]
fn no_script_reads_a_cookie_and_over_https_none_leaves_the_host() {
    let scene = Scene::new(None);
    let cookies = scene.browser().post("/login/demo").set_cookies;
    let [cookie] = cookies.as_slice() else { panic!("{cookies:?}") };
    assert!(cookie.starts_with("login=") && !cookie.contains("Secure"), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"] {
        assert!(cookie.split("; ").any(|part| part == attribute), "{attribute}: {cookie}");
    }

    let scene = Scene::new(Some("https://app.example/"));
    let mut browser = scene.browser();
    let begun = browser.post("/login/demo");
    assert!(begun.set_cookies[0].starts_with("__Host-login="), "{:?}", begun.set_cookies);
    let callback = browser::sign_in(&begun.location, ALICE).unwrap();
    let page = browser.get(callback.strip_prefix("https://app.example").unwrap());
    assert_eq!(page.status, 303, "{}", page.body);
    assert_eq!(page.set_cookies.len(), 2, "{:?}", page.set_cookies);
    for cookie in begun.set_cookies.iter().chain(&page.set_cookies) {
        assert!(cookie.starts_with("__Host-") && cookie.contains("; Path=/"), "{cookie}");
        assert!(cookie.contains("; Secure") && !cookie.contains("Domain"), "{cookie}");
    }
    assert!(browser.is_signed_in_as(ALICE));
}

#[test]
fn what_the_provider_says_of_an_error_is_not_shown() {
    let scene = Scene::new(None);
    let mut browser = scene.browser();
    let begun = browser.post("/login/demo");
    let denied = browser::deny(&begun.location).unwrap();
    let callback = denied.strip_prefix(&scene.url).unwrap();
    assert!(!callback.contains("error_description"), "{callback}");
    let callback = format!("{callback}&error_description=%3Cscript%3E");
    let page = browser.get(&callback);
    assert_eq!(page.status, 400);
    assert_eq!(page.body, "The login failed: authorization_refused\n");
    for target in ["/callback", "/callback?x", "/callback?error=%3Cscript%3E&state=x"] {
        let page = browser.get(target);
        assert!([400, 403].contains(&page.status), "{target}: {}", page.status);
        assert!(!page.body.contains("script"), "{}", page.body);
    }
    assert_eq!(browser.post("/login/other").status, 404);
}
