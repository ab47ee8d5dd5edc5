//! A provider, a configuration and a state directory, and the command run with them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use onerealm::{DirectoryStore, Logins};
use onerealm_demo_provider::{
    BendAnswer, ClientKey, DemoProvider, Endpoint, Platform, Recorded, Registration, Setup, User,
    browser,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

pub const CLIENT_ID: &str = "11111111-2222-3333-4444-555555555555";
pub const NATIVE_ID: &str = "66666666-7777-8888-9999-000000000000";
/// Its reserved characters tell form-encoding from the lack of it.
pub const SECRET: &str = "canary+key/with:reserved=%&characters";
pub const NATIVE_KEY: &str = "canary-native-key";
pub const WEB: &str = "https://pve.example:8006";
pub const LOOPBACK: &str = "http://127.0.0.1:51004/callback";
pub const PRIVATE_USE: &str = "com.example.app:/callback";
pub const ALICE: &str = "alice@contoso.example";

pub const RSA_KEY: &str = include_str!("../../src/client_key/fixtures/rsa.pem");
pub const RSA_CERTIFICATE: &str = include_str!("../../src/client_key/fixtures/rsa.crt");

/// The key and its certificate, as the provider knows them.
pub fn client_key() -> ClientKey {
    let pkcs8 = der(RSA_KEY);
    let pair = ring::rsa::KeyPair::from_pkcs8(&pkcs8).unwrap();
    ClientKey {
        client_id: CLIENT_ID.to_owned(),
        public_key: pair.public().as_ref().to_vec(),
        certificate: Some(der(RSA_CERTIFICATE)),
        key_id: None,
        is_expired: false,
    }
}

fn der(pem: &str) -> Vec<u8> {
    let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    Base64::decode_vec(&lines).unwrap()
}

/// Writes a file that nobody else may read.
pub fn write_private(path: &std::path::Path, content: &str) {
    fs::write(path, content).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

pub struct Scene {
    pub provider: DemoProvider,
    directory: TempDir,
}

impl Scene {
    pub fn new() -> Self {
        Self::with(None)
    }

    /// With answers that `bend` changes.
    pub fn bent(
        bend: impl Fn(
            Endpoint,
            &Recorded,
            onerealm_demo_provider::Response,
        ) -> onerealm_demo_provider::Response
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self::with(Some(Arc::new(bend)))
    }

    fn with(bend_answer: Option<Arc<BendAnswer>>) -> Self {
        Self::set_up(|setup| setup.bend_answer = bend_answer)
    }

    /// With another setup of the provider.
    pub fn set_up(change: impl FnOnce(&mut Setup)) -> Self {
        let redirect_uris = |first| {
            vec![
                (WEB.to_owned(), first),
                ("http://127.0.0.1/callback".to_owned(), Platform::Native),
                (PRIVATE_USE.to_owned(), Platform::Native),
            ]
        };
        let registration = |client_id: &str, secret: Option<&str>, web| Registration {
            client_id: client_id.to_owned(),
            secret: secret.map(str::to_owned),
            redirect_uris: redirect_uris(web),
        };
        let mut setup = Setup {
            registrations: vec![
                registration(CLIENT_ID, Some(SECRET), Platform::Web),
                registration(NATIVE_ID, None, Platform::Native),
            ],
            client_keys: vec![client_key()],
            users: vec![User::new(ALICE, "Alice Example")],
            ..Setup::default()
        };
        change(&mut setup);
        let provider = DemoProvider::start(setup).unwrap();
        Scene { provider, directory: tempfile::tempdir().unwrap() }
    }

    /// Writes the configuration: one realm, `sso`, with these lines besides issuer and client.
    pub fn configure(&self, properties: &str) {
        let realm = format!(
            "openid: sso\n\tissuer-url {}\n\tclient-id {CLIENT_ID}\n\tusername-claim username\n{}",
            self.provider.issuer(),
            properties.lines().map(|line| format!("\t{}\n", line.trim())).collect::<String>(),
        );
        fs::write(self.config(), realm).unwrap();
    }

    /// The lines of a realm whose credential is a private key, which is written to a file of its own.
    pub fn private_key(&self) -> String {
        let [key, certificate] =
            ["key.pem", "cert.pem"].map(|name| self.directory.path().join(name));
        write_private(&key, RSA_KEY);
        fs::write(&certificate, RSA_CERTIFICATE).unwrap();
        format!(
            "token-auth-method private_key_jwt\nclient-key-file {}\nclient-cert-file {}\nassertion-audience token-endpoint",
            key.display(),
            certificate.display()
        )
    }

    pub fn config(&self) -> PathBuf {
        self.directory.path().join("domains.cfg")
    }

    pub fn state_directory(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    pub fn logins(&self) -> Logins {
        let store = DirectoryStore::new(self.state_directory());
        Logins::new(onerealm_domains_cfg::read(&self.config()).unwrap(), store)
    }

    /// The command with `--json` and `-vv`, in an environment without proxies.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_onerealm-under-test"));
        command.arg("--config").arg(self.config()).arg("--state-dir").arg(self.state_directory());
        command.args(["--json", "-vv"]).args(arguments).stdin(Stdio::null());
        for name in ["all_proxy", "https_proxy", "no_proxy"] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// `auth-url`, which must succeed, and the callback URL that signing in leads to.
    pub fn begin(&self, arguments: &[&str]) -> (Value, String) {
        let ran = self.run(&[&["auth-url", "sso"], arguments].concat());
        assert_eq!(ran.status, 0, "{ran:?}");
        let callback = browser::sign_in(ran.json["url"].as_str().unwrap(), ALICE).unwrap();
        (ran.json, callback)
    }

    pub fn finish(&self, callback: &str) -> Ran {
        self.run(&["finish", "--callback", callback])
    }

    pub fn token_requests(&self) -> Vec<Recorded> {
        self.provider.requests_to(Endpoint::Token)
    }
}

/// What the command did.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    /// Standard output, or the error.
    pub json: Value,
    pub stderr: String,
    pub stdout: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        let stdout = String::from_utf8(output.stdout).unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let error = stderr.lines().last().unwrap_or_default();
        let json = if output.status.success() { stdout.as_str() } else { error };
        Ran {
            status: output.status.code().unwrap(),
            json: serde_json::from_str(json).unwrap_or_default(),
            stderr,
            stdout,
        }
    }

    /// Asserts that it failed so, with a sentence; gives the error.
    pub fn failed(&self, status: i32, code: &str) -> &Value {
        let error = &self.json["error"];
        assert_eq!((self.status, error["code"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(error["exit_status"], status);
        assert!(error["message"].as_str().is_some_and(|text| text.len() > 20), "{self:?}");
        error
    }
}

/// Names in lower case and values of the headers, sorted.
pub fn headers(request: &Recorded) -> BTreeMap<String, String> {
    let headers = &request.request.headers;
    headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect()
}

/// The parameters of a form or of a URL's query, decoded by `url`, sorted.
pub fn parameters(form: &str) -> BTreeMap<String, String> {
    let form = form.split_once('?').map_or(form, |(_, query)| query);
    let pairs: Vec<_> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let count = pairs.len();
    let map: BTreeMap<_, _> = pairs.into_iter().collect();
    assert_eq!(map.len(), count, "a parameter is there twice: {form}");
    map
}

pub fn s256(verifier: &str) -> String {
    Base64UrlUnpadded::encode_string(&Sha256::digest(verifier))
}

impl Scene {
    /// The one file of a login that is pending.
    pub fn pending_file(&self) -> PathBuf {
        let slots = fs::read_dir(self.state_directory()).unwrap().map(|slot| slot.unwrap().path());
        let files =
            slots.flat_map(|slot| fs::read_dir(slot).unwrap().map(|file| file.unwrap().path()));
        let pending: Vec<_> = files.filter(|path| path.extension().is_none()).collect();
        let [file] = pending.as_slice() else { panic!("{pending:?}") };
        file.clone()
    }
}

/// What the provider gave away in its token responses.
pub type Tokens = Arc<Mutex<Vec<String>>>;

pub fn scene_that_keeps_tokens() -> (Scene, Tokens) {
    let tokens = Tokens::default();
    let kept = Arc::clone(&tokens);
    let scene = Scene::bent(move |endpoint, _, answer| {
        if endpoint == Endpoint::Token {
            let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            let given = ["access_token", "id_token"].map(|name| body[name].as_str());
            kept.lock().unwrap().extend(given.into_iter().flatten().map(str::to_owned));
        }
        answer
    });
    (scene, tokens)
}

/// Everything secret that went over the wire so far, each also as it is encoded.
pub fn secrets(scene: &Scene, tokens: &Tokens) -> Vec<String> {
    let mut secrets = tokens.lock().unwrap().clone();
    secrets.extend([SECRET.to_owned(), NATIVE_KEY.to_owned()]);
    for request in scene.token_requests() {
        let body = String::from_utf8(request.request.body.clone()).unwrap();
        let form = parameters(&body);
        secrets.extend([form["code"].clone(), form["code_verifier"].clone()]);
        let credentials = request.request.header("authorization").map(|h| h.replace("Basic ", ""));
        secrets.extend(credentials);
    }
    let encoded = |text: &String| url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let all_encoded: Vec<String> = secrets.iter().map(encoded).collect();
    secrets.extend(all_encoded);
    secrets
}

pub fn assert_hidden(printed: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(secret.len() >= 16, "{secret:?} is too short to be looked for");
        assert!(!printed.contains(secret.as_str()), "{secret:?} in {printed}");
    }
}
