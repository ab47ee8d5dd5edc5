//! A provider, a state directory, and the calls in the order of Proxmox's API methods.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use onerealm_demo_provider::{
    DemoProvider, Endpoint, Platform, Recorded, Registration, Response, Setup, User, browser,
};
use proxmox_openid::{OpenIdAuthenticator, OpenIdConfig, PrivateAuthState};
use serde_json::{Value, json};
use tempfile::TempDir;

pub const CLIENT_ID: &str = "11111111-2222-3333-4444-555555555555";
pub const SECRET: &str = "canary+key/with:reserved=%&characters";
pub const WEB: &str = "https://pve.example:8006";
pub const LOOPBACK: &str = "http://127.0.0.1:51004/callback";
pub const LOOPBACK_V6: &str = "http://[::1]:51004/callback";
pub const ALICE: &str = "alice@contoso.example";
pub const REALM: &str = "entra";

/// The provider of one test, and the machine that logs in at it.
pub struct Scene {
    pub provider: DemoProvider,
    directory: TempDir,
}

impl Scene {
    pub fn new() -> Self {
        Self::with(|setup| setup)
    }

    /// With claims that `bend` changes before they are signed.
    pub fn with_claims(bend: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self::with(|setup| Setup { bend_claims: Some(Arc::new(bend)), ..setup })
    }

    /// With answers of `endpoint` that `bend` changes.
    pub fn with_answers(
        endpoint: Endpoint,
        bend: impl Fn(Response) -> Response + Send + Sync + 'static,
    ) -> Self {
        let bend = move |of: Endpoint, _: &Recorded, answer| {
            if of == endpoint { bend(answer) } else { answer }
        };
        Self::with(|setup| Setup { bend_answer: Some(Arc::new(bend)), ..setup })
    }

    pub fn with(change: impl FnOnce(Setup) -> Setup) -> Self {
        let redirect_uris = vec![
            (WEB.to_owned(), Platform::Web),
            ("http://127.0.0.1/callback".to_owned(), Platform::Native),
            (LOOPBACK_V6.to_owned(), Platform::Native),
        ];
        let registration = Registration {
            client_id: CLIENT_ID.to_owned(),
            secret: Some(SECRET.to_owned()),
            redirect_uris,
        };
        // Documents are kept for the process, by issuer. A port may have been another scene's; a tenant is none's.
        static SCENES: AtomicUsize = AtomicUsize::new(0);
        let scene = SCENES.fetch_add(1, Ordering::Relaxed);
        let provider = DemoProvider::start(change(Setup {
            tenant: format!("00000000-1111-2222-3333-{scene:012}"),
            registrations: vec![registration],
            users: vec![User::new(ALICE, "Alice Example")],
            ..Setup::default()
        }));
        Scene { provider: provider.unwrap(), directory: tempfile::tempdir().unwrap() }
    }

    pub fn state_dir(&self) -> &str {
        self.directory.path().to_str().unwrap()
    }

    /// The configuration as Perl passes it: the realm's, and what `more` says.
    pub fn config(&self, more: Value) -> OpenIdConfig {
        let mut config = json!({
            "issuer_url": self.provider.issuer(),
            "client_id": CLIENT_ID,
            "client_key": SECRET,
            "scopes": ["email", "profile"],
        });
        let more = more.as_object().unwrap().clone();
        config.as_object_mut().unwrap().extend(more);
        serde_json::from_value(config).unwrap()
    }

    /// The API method auth-url.
    pub fn auth_url(&self, config: &OpenIdConfig, redirect_url: &str) -> anyhow::Result<String> {
        OpenIdAuthenticator::discover(config, redirect_url)?.authorize_url(self.state_dir(), REALM)
    }

    /// The end user at the provider, and back: `code` and `state` as the web UI posts them.
    pub fn sign_in(&self, url: &str) -> Parameters {
        parameters(&browser::sign_in(url, ALICE).unwrap())
    }

    /// The API method login. The state goes through a hash of the caller's.
    pub fn login(
        &self,
        config: &OpenIdConfig,
        redirect_url: &str,
        back: &Parameters,
    ) -> anyhow::Result<Value> {
        let (realm, state) =
            OpenIdAuthenticator::verify_public_auth_state(self.state_dir(), &back["state"])?;
        assert_eq!(realm, REALM);
        OpenIdAuthenticator::discover(config, redirect_url)?
            .verify_authorization_code_simple(&back["code"], &through_perl(&state))
    }

    /// A whole login.
    pub fn logged_in(&self, config: &OpenIdConfig, redirect_url: &str) -> anyhow::Result<Value> {
        let url = self.auth_url(config, redirect_url)?;
        self.login(config, redirect_url, &self.sign_in(&url))
    }

    /// How many requests reached discovery, keys, token and userinfo endpoint.
    pub fn asked(&self) -> [usize; 4] {
        [Endpoint::Discovery, Endpoint::Keys, Endpoint::Token, Endpoint::Userinfo]
            .map(|endpoint| self.provider.requests_to(endpoint).len())
    }
}

/// A state becomes a hash and a state again.
pub fn through_perl(state: &PrivateAuthState) -> PrivateAuthState {
    let mut hash = serde_json::to_value(state).unwrap();
    hash["of_the_caller"] = json!("survives");
    serde_json::from_value(hash).unwrap()
}

pub type Parameters = BTreeMap<String, String>;

/// The parameters of a form or of a URL's query.
pub fn parameters(form: &str) -> Parameters {
    let form = form.split_once('?').map_or(form, |(_, query)| query);
    url::form_urlencoded::parse(form.as_bytes()).into_owned().collect()
}

/// Every file and directory below `directory`, sorted.
pub fn listing(directory: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            all.push(path.display().to_string());
            if path.is_dir() {
                left.push(path);
            }
        }
    }
    all.sort();
    all
}
