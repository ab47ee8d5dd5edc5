//! A provider that behaves like the conformance suite, and a relying party that logs in with it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use base64ct::{Base64, Encoding};
use onerealm::{Begun, Callback, DirectoryStore, Error, Logins, Requested, User};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::keys::{Algorithm, Keys, Published, base64url};

pub const CLIENT_ID: &str = "onerealm at the suite";
/// Its reserved characters tell form-encoding from the lack of it.
pub const SECRET: &str = "secret+with/reserved=%&:characters";
pub const REDIRECT_URL: &str = "https://pve.example:8006";
const SUBJECT: &str = "user-subject-1234531";
const ACCESS_TOKEN: &str = "2YotnFZFEjr1zCsicMWpAA";

/// What a module changes, of a provider that does everything right.
#[derive(Clone, Copy)]
pub struct Module {
    /// Further lines of the realm.
    pub properties: &'static str,
    pub metadata: fn(&mut Value),
    pub keys: Published,
    pub rotation: Rotation,
    pub algorithm: Algorithm,
    pub signature: fn(&mut [u8]),
    pub response: fn(&mut Parameters),
    pub token_response: fn(&mut Value),
    pub claims: fn(&mut Value),
    pub userinfo: fn(&mut Value),
}

pub const MODULE: Module = Module {
    properties: "",
    metadata: |_| {},
    keys: Published::WithKids,
    rotation: Rotation::Never,
    algorithm: Algorithm::Rs256,
    signature: |_| {},
    response: |_| {},
    token_response: |_| {},
    claims: |_| {},
    userinfo: |_| {},
};

/// When keys are replaced by others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    Never,
    /// At each authorization request.
    AtAuthorization,
    /// When an ID token is signed, with the new ones.
    BeforeSigning,
}

/// How the response comes back: the two ways in which the callback is given.
#[derive(Debug, Clone, Copy)]
pub enum ResponseMode {
    Query,
    FormPost,
}

pub type Parameters = BTreeMap<String, String>;

/// Asserts that a login succeeds, with one request to each endpoint.
pub fn passes(module: Module) {
    for mode in [ResponseMode::Query, ResponseMode::FormPost] {
        let suite = Suite::start(module);
        suite.check_user(&suite.login(mode).unwrap());
        assert_eq!(suite.asked(["discovery", "keys", "token", "userinfo"]), [1; 4], "{mode:?}");
    }
}

/// Asserts that a login fails with this code after so many requests to the token and userinfo
/// endpoints.
pub fn fails(module: Module, code: &str, asked: [usize; 2]) {
    for mode in [ResponseMode::Query, ResponseMode::FormPost] {
        let suite = Suite::start(module);
        let error = suite.login(mode).unwrap_err();
        assert_eq!(error.code(), code, "{mode:?}: {error}");
        assert_eq!(suite.asked(["token", "userinfo"]), asked, "{mode:?}: {code}");
    }
}

/// Appends a 1, which is how the suite makes values wrong.
pub fn spoil(value: &mut Value) {
    *value = json!(format!("{}1", value.as_str().unwrap()));
}

pub fn remove(object: &mut Value, name: &str) {
    assert!(object.as_object_mut().unwrap().remove(name).is_some());
}

/// Flips bits in each byte of a signature, as the suite does.
pub fn flip(signature: &mut [u8]) {
    signature.iter_mut().for_each(|byte| *byte ^= 0x5a);
}

/// The provider, and the logins of one process.
pub struct Suite {
    provider: Arc<Provider>,
    logins: Logins,
    _state_directory: TempDir,
}

impl Suite {
    pub fn start(module: Module) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let issuer = format!("http://{}/test/a/onerealm/", listener.local_addr().unwrap());
        let realm = format!(
            "openid: suite\n\tissuer-url {issuer}\n\tclient-id {CLIENT_ID}\n\tclient-key {SECRET}\n\tusername-claim username\n{}",
            module.properties.lines().map(|line| format!("\t{line}\n")).collect::<String>(),
        );
        let state = Mutex::new(State {
            keys: Keys::of_generation(0),
            authorized: Parameters::new(),
            requests: vec![],
        });
        let provider = Arc::new(Provider { module, issuer, state });
        let serving = Arc::clone(&provider);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serving.serve(stream.unwrap());
            }
        });
        let directory = tempfile::tempdir().unwrap();
        let config = onerealm_domains_cfg::parse(&realm, Path::new("domains.cfg")).unwrap();
        assert_eq!(config.iter().filter(|(_, realm)| realm.is_err()).count(), 0, "{config:?}");
        let logins = Logins::new(config, DirectoryStore::new(directory.path().join("state")));
        Suite { provider, logins, _state_directory: directory }
    }

    /// A whole login.
    pub fn login(&self, mode: ResponseMode) -> Result<User, Error> {
        let begun = self.begin()?;
        self.finish(&begun, mode)
    }

    pub fn begin(&self) -> Result<Begun, Error> {
        self.logins.begin("suite", REDIRECT_URL, Requested::Default)
    }

    /// Goes to the authorization endpoint, where nobody has to sign in, and comes back.
    pub fn finish(&self, begun: &Begun, mode: ResponseMode) -> Result<User, Error> {
        let response = self.provider.authorize(parameters(&begun.url));
        let form =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(response).finish();
        match mode {
            ResponseMode::Query => {
                // Browsers write an empty path as "/".
                let url = format!("{REDIRECT_URL}/?{form}");
                self.logins.finish(Callback::Url(&url), Some(REDIRECT_URL))
            }
            ResponseMode::FormPost => {
                self.logins.finish(Callback::Query(&form), Some(REDIRECT_URL))
            }
        }
    }

    /// A login that is kept by the program itself.
    pub fn login_in_memory(&self) -> Result<User, Error> {
        let (begun, pending) = self.logins.start("suite", REDIRECT_URL, Requested::Default)?;
        let response = self.provider.authorize(parameters(&begun.url));
        let part = |name| response.get(name).map_or("", String::as_str);
        let callback = Callback::Parts {
            code: part("code"),
            state: part("state"),
            iss: response.get("iss").map(String::as_str),
        };
        self.logins.complete(pending, callback)
    }

    /// Asserts that the user is the suite's.
    pub fn check_user(&self, user: &User) {
        assert_eq!((user.subject.as_str(), user.username.as_str()), (SUBJECT, "d.tu"));
        assert_eq!(user.issuer, self.provider.issuer);
        assert!(user.issuer.ends_with('/'));
        assert_eq!(user.claims.text("email"), Some("user@example.com"));
    }

    pub fn requests_to(&self, endpoint: &str) -> Vec<Request> {
        let requests = self.provider.state.lock().unwrap().requests.clone();
        requests.into_iter().filter(|request| request.endpoint == endpoint).collect()
    }

    /// How many requests reached each of these endpoints.
    pub fn asked<const N: usize>(&self, endpoints: [&str; N]) -> [usize; N] {
        endpoints.map(|endpoint| self.requests_to(endpoint).len())
    }
}

struct Provider {
    module: Module,
    issuer: String,
    state: Mutex<State>,
}

struct State {
    keys: Keys,
    /// The parameters of the last authorization request.
    authorized: Parameters,
    requests: Vec<Request>,
}

impl State {
    fn rotate_keys(&mut self) {
        self.keys = Keys::of_generation(self.keys.generation + 1);
    }
}

#[derive(Debug, Clone)]
pub struct Request {
    pub endpoint: &'static str,
    pub method: String,
    pub target: String,
    /// With names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Provider {
    fn metadata(&self) -> Value {
        let issuer = &self.issuer;
        let algorithms = ["none", "RS256", "PS256", "ES256", "ES256K", "EdDSA", "HS256"];
        let mut metadata = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}authorize"),
            "token_endpoint": format!("{issuer}token"),
            "jwks_uri": format!("{issuer}jwks"),
            "userinfo_endpoint": format!("{issuer}userinfo"),
            "registration_endpoint": format!("{issuer}register"),
            "scopes_supported": ["openid", "phone", "profile", "email", "address"],
            "response_types_supported": ["code", "id_token code", "token code id_token"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "token_endpoint_auth_methods_supported": [
                "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt",
            ],
            "id_token_signing_alg_values_supported": algorithms,
            "id_token_encryption_alg_values_supported": ["RSA1_5", "RSA-OAEP", "ECDH-ES", "dir"],
            "userinfo_signing_alg_values_supported": algorithms,
            "subject_types_supported": ["public", "pairwise"],
            "claims_parameter_supported": true,
        });
        (self.module.metadata)(&mut metadata);
        metadata
    }

    /// The authorization endpoint, with the end user at it. Gives the response.
    fn authorize(&self, request: Parameters) -> Parameters {
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", REDIRECT_URL),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(request[name], value, "{request:?}");
        }
        assert!(request["scope"].split(' ').any(|scope| scope == "openid"), "{request:?}");
        assert!(request["nonce"].len() > 20 && request["state"].len() > 20, "{request:?}");
        let mut response = Parameters::from(
            [("code", "SplxlOBeZQQYbYS6WxSbIA"), ("state", &request["state"])]
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        if self.metadata()["authorization_response_iss_parameter_supported"] == true {
            response.insert("iss".to_owned(), self.issuer.clone());
        }
        (self.module.response)(&mut response);
        let mut state = self.state.lock().unwrap();
        state.authorized = request;
        if self.module.rotation == Rotation::AtAuthorization {
            state.rotate_keys();
        }
        response
    }

    /// Answers one request.
    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = || {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            line.trim_end().to_owned()
        };
        let first = line();
        let mut words = first.split(' ').map(str::to_owned);
        let (Some(method), Some(target)) = (words.next(), words.next()) else { return };
        let headers: BTreeMap<_, _> = std::iter::from_fn(|| {
            let line = line();
            line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        })
        .collect();
        let len = headers.get("content-length").map_or(0, |len| len.parse().unwrap());
        let mut body = vec![0; len];
        reader.read_exact(&mut body).unwrap();
        let endpoint = self.endpoint(&target);
        let body = String::from_utf8(body).unwrap();
        let request = Request { endpoint, method, target, headers, body };
        let (status, answer) = self.answer(&request);
        self.state.lock().unwrap().requests.push(request);
        let answer = answer.to_string();
        write!(
            stream,
            "HTTP/1.1 {status} Status\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
            answer.len(),
        )
        .unwrap();
    }

    fn endpoint(&self, target: &str) -> &'static str {
        let metadata = self.metadata();
        let discovery = json!(format!("{}.well-known/openid-configuration", self.issuer));
        [
            ("discovery", &discovery),
            ("keys", &metadata["jwks_uri"]),
            ("token", &metadata["token_endpoint"]),
            ("userinfo", &metadata["userinfo_endpoint"]),
        ]
        .into_iter()
        .find(|(_, url)| {
            let (_, path) = url.as_str().unwrap().split_once("//").unwrap();
            path.split_once('/').is_some_and(|(_, path)| target.strip_prefix('/') == Some(path))
        })
        .map_or("none", |(endpoint, _)| endpoint)
    }

    fn answer(&self, request: &Request) -> (u16, Value) {
        match request.endpoint {
            "discovery" => (200, self.metadata()),
            "keys" => (200, self.state.lock().unwrap().keys.published(self.module.keys)),
            "token" => self.token(request),
            "userinfo" => self.userinfo(request),
            _ => (404, json!({})),
        }
    }

    fn token(&self, request: &Request) -> (u16, Value) {
        let mut state = self.state.lock().unwrap();
        if client(request) != Some((CLIENT_ID.to_owned(), SECRET.to_owned())) {
            return (401, json!({ "error": "invalid_client" }));
        }
        let form = parameters(&request.body);
        let challenge = base64url(&Sha256::digest(&form["code_verifier"]));
        if form["grant_type"] != "authorization_code"
            || form["code"] != "SplxlOBeZQQYbYS6WxSbIA"
            || form["redirect_uri"] != REDIRECT_URL
            || challenge != state.authorized["code_challenge"]
        {
            return (400, json!({ "error": "invalid_grant" }));
        }
        if self.module.rotation == Rotation::BeforeSigning {
            state.rotate_keys();
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let mut claims = json!({
            "iss": self.issuer, "sub": SUBJECT, "aud": CLIENT_ID, "iat": now, "exp": now + 300,
            "nonce": state.authorized["nonce"],
        });
        (self.module.claims)(&mut claims);
        let Module { algorithm, keys, signature, .. } = self.module;
        let mut response = json!({
            "access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 3600,
            "id_token": state.keys.sign(algorithm, keys, &claims, signature),
        });
        (self.module.token_response)(&mut response);
        (200, response)
    }

    fn userinfo(&self, request: &Request) -> (u16, Value) {
        if request.headers.get("authorization") != Some(&format!("Bearer {ACCESS_TOKEN}")) {
            return (401, json!({ "error": "invalid_token" }));
        }
        let scope = self.state.lock().unwrap().authorized["scope"].clone();
        let mut claims = json!({ "sub": SUBJECT });
        for (of_scope, name, value) in [
            ("profile", "name", json!("Demo T. User")),
            ("profile", "preferred_username", json!("d.tu")),
            ("profile", "updated_at", json!(1_580_000_000)),
            ("email", "email", json!("user@example.com")),
            ("email", "email_verified", json!(false)),
            ("phone", "phone_number", json!("+1 555 5550000")),
            ("address", "address", json!({ "locality": "Hollywood", "region": "CA" })),
        ] {
            if scope.split(' ').any(|asked| asked == of_scope) {
                claims[name] = value;
            }
        }
        (self.module.userinfo)(&mut claims);
        (200, claims)
    }
}

/// Who a request's HTTP Basic says that it is from, both halves form-decoded by `url`.
pub fn client(request: &Request) -> Option<(String, String)> {
    let credentials = request.headers.get("authorization")?.strip_prefix("Basic ")?;
    let credentials = String::from_utf8(Base64::decode_vec(credentials).ok()?).ok()?;
    let decoded = |half: &str| parameters(&format!("half={half}")).remove("half");
    let (id, secret) = credentials.split_once(':')?;
    Some((decoded(id)?, decoded(secret)?))
}

/// The parameters of a form or of a URL's query, decoded by `url`.
pub fn parameters(form: &str) -> Parameters {
    let form = form.split_once('?').map_or(form, |(_, query)| query);
    url::form_urlencoded::parse(form.as_bytes()).into_owned().collect()
}
