//! A node with one realm, the demo provider, and what the methods of each product must do there.

use std::collections::BTreeMap;

use anyhow::{Error, format_err};
use onerealm_demo_provider::{
    DemoProvider, Endpoint, Platform, Registration, Setup, User, browser,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stand_in::{Properties, Said, keys, names};

pub const REALM: &str = "sso";
const CLIENT_ID: &str = "11111111-2222-3333-4444-555555555555";
const SECRET: &str = "canary+key";
const WEB: &str = "https://node.example:8007";
const LOOPBACK: &str = "http://127.0.0.1:51004/callback";
const ALICE: &str = "alice@contoso.example";

pub struct Node<C> {
    provider: DemoProvider,
    realm: C,
    directory: TempDir,
}

impl<C: Clone + DeserializeOwned> Node<C> {
    fn new(more: Value) -> Self {
        let redirect_uris = vec![
            (WEB.to_owned(), Platform::Web),
            ("http://127.0.0.1/callback".to_owned(), Platform::Native),
        ];
        let registration = Registration {
            client_id: CLIENT_ID.to_owned(),
            secret: Some(SECRET.to_owned()),
            redirect_uris,
        };
        let provider = DemoProvider::start(Setup {
            registrations: vec![registration],
            users: vec![User::new(ALICE, "Alice Example")],
            acr: Some("gold".to_owned()),
            amr: ["pwd", "mfa"].map(str::to_owned).to_vec(),
            ..Setup::default()
        });
        let provider = provider.unwrap();
        let mut realm = json!({
            "realm": REALM,
            "issuer-url": provider.issuer(),
            "client-id": CLIENT_ID,
            "client-key": SECRET,
        });
        realm.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let realm = serde_json::from_value(realm).unwrap();
        Node { provider, realm, directory: tempfile::tempdir().unwrap() }
    }

    pub fn state_dir(&self) -> &str {
        self.directory.path().to_str().unwrap()
    }

    pub fn lookup(&self, realm: &str) -> Result<C, Error> {
        if realm == REALM { Ok(self.realm.clone()) } else { Err(format_err!("no realm {realm}")) }
    }

    /// For each token request, whether it had the secret.
    fn secrets_sent(&self) -> Vec<bool> {
        let requests = self.provider.requests_to(Endpoint::Token);
        requests.iter().map(|sent| sent.request.header("authorization").is_some()).collect()
    }
}

/// What a browser brings back, as the web interface posts it.
#[derive(Default)]
pub struct Answer {
    pub state: String,
    pub redirect_url: String,
    pub code: Option<String>,
    pub iss: Option<String>,
    pub error: Option<String>,
    pub error_description: Option<String>,
}

impl Answer {
    fn of(url: &str, redirect_url: &str) -> Self {
        let came_to = browser::sign_in(url, ALICE).unwrap();
        let parameters = query(&came_to);
        Answer {
            state: parameters["state"].clone(),
            redirect_url: redirect_url.to_owned(),
            code: parameters.get("code").cloned(),
            ..Answer::default()
        }
    }

    fn refused(url: &str, error: &str, description: &str) -> Self {
        Answer {
            state: query(url)["state"].clone(),
            redirect_url: WEB.to_owned(),
            error: Some(error.to_owned()),
            error_description: Some(description.to_owned()),
            ..Answer::default()
        }
    }

    /// The parameters of the method.
    pub fn parameters(self) -> Value {
        let mut all = json!({ "state": self.state, "redirect-url": self.redirect_url });
        for (name, value) in [
            ("code", self.code),
            ("iss", self.iss),
            ("error", self.error),
            ("error-description", self.error_description),
        ] {
            if let Some(value) = value {
                all[name] = json!(value);
            }
        }
        all
    }
}

fn query(url: &str) -> BTreeMap<String, String> {
    let (_, query) = url.split_once('?').unwrap();
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

type AuthUrl<C> = fn(&Node<C>, &str, Option<bool>) -> Result<String, Error>;
type Login<C> = fn(&Node<C>, Answer) -> Result<Value, Error>;

pub fn methods_do_as_the_page_says<C: Clone + DeserializeOwned>(
    auth_url: AuthUrl<C>,
    login: Login<C>,
) {
    each_login_has_its_client_type(auth_url, login);
    what_the_realm_says_holds(auth_url, login);
    the_other_settings_reach_the_library(auth_url, login);
    what_the_realm_demands_is_judged(auth_url, login);
    the_issuer_is_compared(auth_url, login);
    an_error_ends_the_login(auth_url, login);
}

fn each_login_has_its_client_type<C: Clone + DeserializeOwned>(
    auth_url: AuthUrl<C>,
    login: Login<C>,
) {
    for (realm, url, public, is_secret_sent) in [
        (json!({}), WEB, None, true),
        (json!({}), WEB, Some(false), true),
        (json!({}), LOOPBACK, Some(true), false),
        (json!({ "client-type": "confidential" }), WEB, None, true),
        (json!({ "client-type": "auto" }), WEB, None, true),
        (json!({ "client-type": "auto" }), LOOPBACK, None, false),
        (json!({ "client-type": "public" }), LOOPBACK, None, false),
    ] {
        let node = Node::new(realm.clone());
        let answer = Answer::of(&auth_url(&node, url, public).unwrap(), url);
        let claims = login(&node, answer).unwrap();
        assert_eq!(claims["preferred_username"], ALICE, "{realm} {public:?}");
        assert_eq!(node.secrets_sent(), [is_secret_sent], "{realm} {public:?}");
    }
}

fn what_the_realm_says_holds<C: Clone + DeserializeOwned>(auth_url: AuthUrl<C>, login: Login<C>) {
    let node = Node::new(json!({ "public-override": false }));
    assert!(auth_url(&node, LOOPBACK, Some(true)).is_err());
    assert!(auth_url(&node, WEB, None).is_ok());
    let node = Node::new(json!({ "redirect-urls": format!("{WEB}, https://other.example") }));
    assert!(auth_url(&node, LOOPBACK, Some(true)).is_err());
    assert!(auth_url(&node, WEB, None).is_ok());
    let native = json!({ "native-client-id": "tool", "native-client-key": "key" });
    let node = Node::new(native);
    let url = auth_url(&node, LOOPBACK, Some(true)).unwrap();
    assert_eq!(query(&url)["client_id"], "tool");
    let node = Node::new(json!({ "token-auth-method": "client_secret_post" }));
    let answer = Answer::of(&auth_url(&node, WEB, None).unwrap(), WEB);
    login(&node, answer).unwrap();
    assert_eq!(node.secrets_sent(), [false], "it is in the form");
}

fn the_other_settings_reach_the_library<C: Clone + DeserializeOwned>(
    auth_url: AuthUrl<C>,
    login: Login<C>,
) {
    let node = Node::new(json!({ "max-age": 3600, "clock-skew": 5 }));
    assert_eq!(query(&auth_url(&node, WEB, None).unwrap())["max_age"], "3600");
    for refused in [
        json!({ "clock-skew": 601 }),
        json!({ "ca-file": "relative.pem" }),
        json!({ "discovery-url": "https://login.example" }),
    ] {
        let node = Node::new(refused.clone());
        assert!(auth_url(&node, WEB, None).is_err(), "{refused}");
    }
    // Advice speaks of the settings that the product has.
    let node = Node::new(json!({}));
    let answer = Answer::of(&auth_url(&node, LOOPBACK, None).unwrap(), LOOPBACK);
    let error = login(&node, answer).unwrap_err().to_string();
    assert!(error.contains("client-type"), "{error}");
}

fn what_the_realm_demands_is_judged<C: Clone + DeserializeOwned>(
    auth_url: AuthUrl<C>,
    login: Login<C>,
) {
    for (realm, refused) in [
        (json!({ "require-acr": "silver, gold", "require-amr": "mfa;pwd" }), None),
        (json!({ "require-acr": "silver" }), Some("require-acr")),
        (json!({ "require-amr": "mfa otp" }), Some("require-amr")),
        (json!({ "userinfo-signed": true }), Some("userinfo-signed")),
        (json!({ "userinfo-signed": false }), None),
    ] {
        let node = Node::new(realm.clone());
        let answer = Answer::of(&auth_url(&node, WEB, None).unwrap(), WEB);
        match (login(&node, answer), refused) {
            (Ok(_), None) => {}
            (Err(error), Some(name)) => assert!(error.to_string().contains(name), "{error}"),
            (came, _) => panic!("{realm}: {came:?}"),
        }
    }
    for nothing in ["require-acr", "require-amr"] {
        let node = Node::new(json!({ nothing: " ,;" }));
        assert!(auth_url(&node, WEB, None).is_err(), "{nothing}");
    }
}

fn the_issuer_is_compared<C: Clone + DeserializeOwned>(auth_url: AuthUrl<C>, login: Login<C>) {
    let node = Node::new(json!({}));
    let mut answer = Answer::of(&auth_url(&node, WEB, None).unwrap(), WEB);
    answer.iss = Some(node.provider.issuer().to_owned());
    login(&node, answer).unwrap();
    let mut answer = Answer::of(&auth_url(&node, WEB, None).unwrap(), WEB);
    answer.iss = Some("https://evil.example".to_owned());
    assert!(login(&node, answer).is_err());
    assert_eq!(node.secrets_sent().len(), 1, "the second code was not sent");
}

fn an_error_ends_the_login<C: Clone + DeserializeOwned>(auth_url: AuthUrl<C>, login: Login<C>) {
    let node = Node::new(json!({}));
    let failed = |answer| login(&node, answer).unwrap_err().to_string();
    let url = auth_url(&node, WEB, None).unwrap();
    let denied = || Answer::refused(&url, "access_denied", "User\r\ndeclined");
    assert!(failed(denied()).ends_with("refused the login: access_denied: User  declined"));
    assert!(failed(denied()).starts_with("no openid auth state found"));
    let url = auth_url(&node, WEB, None).unwrap();
    let long = failed(Answer::refused(&url, "x", &"y".repeat(2000)));
    assert!(long.len() < 600, "{long}");
    let url = auth_url(&node, WEB, None).unwrap();
    let mut elsewhere = Answer::refused(&url, "access_denied", "declined");
    elsewhere.iss = Some("https://evil.example".to_owned());
    assert!(failed(elsewhere).contains("another issuer"));
    // One of the two, and what has both or none ends no login.
    let url = auth_url(&node, WEB, None).unwrap();
    let mut both = Answer::of(&url, WEB);
    both.error = Some("access_denied".to_owned());
    let (state, code) = (both.state.clone(), both.code.clone());
    assert!(failed(both).contains("either"));
    let of = |code| Answer {
        state: state.clone(),
        redirect_url: WEB.to_owned(),
        code,
        ..Answer::default()
    };
    assert!(failed(of(None)).contains("either"));
    login(&node, of(code)).unwrap();
}

/// Which properties are optional.
pub fn said(properties: Properties) -> BTreeMap<&'static str, bool> {
    let is_optional = |said: &[(&str, Said)]| {
        for (key, said) in said {
            match said {
                Said::Text(text) => assert!(!text.is_empty()),
                Said::Type(kind) => assert!(["String", "bool"].contains(kind), "{key}"),
                Said::Schema(schema) => assert!(!schema.description().is_empty()),
                Said::Flag(_) => {}
            }
        }
        said.iter().any(|(key, said)| *key == "optional" && matches!(said, Said::Flag(true)))
    };
    names(properties)
        .into_iter()
        .zip(properties.iter().map(|(_, said)| is_optional(said)))
        .collect()
}

/// Values that the properties can have, and some that they can't.
fn values() -> Vec<(&'static str, Value, Option<Value>)> {
    vec![
        ("client-type", json!("auto"), Some(json!("native"))),
        ("public-override", json!(false), None),
        ("redirect-urls", json!("https://node.example"), Some(json!("x"))),
        ("native-client-id", json!("tool"), Some(json!("x".repeat(257)))),
        ("native-client-key", json!("key"), Some(json!("x".repeat(257)))),
        ("token-auth-method", json!("client_secret_post"), Some(json!("none"))),
        ("discovery-url", json!("https://node.example/m"), Some(json!("x".repeat(513)))),
        ("ca-file", json!("/etc/ssl/sso.pem"), Some(json!("x".repeat(257)))),
        ("clock-skew", json!(5), Some(json!(601))),
        ("max-age", json!(3600), Some(json!(-1))),
        ("require-acr", json!("phr, gold"), Some(json!(""))),
        ("require-amr", json!("mfa"), Some(json!("x".repeat(513)))),
        ("userinfo-signed", json!(true), None),
    ]
}

pub fn properties_are_complete<C, U, D>(properties: Properties, update: fn(C, U, Vec<D>) -> C)
where
    C: Clone + DeserializeOwned + Serialize,
    U: DeserializeOwned + Default,
    D: DeserializeOwned,
{
    let node: Node<C> = Node::new(json!({}));
    let before = keys(&node.realm);
    let mut all = json!({});
    for (name, value, refused) in values() {
        all[name] = value.clone();
        let (_, about) = properties[names(properties).iter().position(|of| *of == name).unwrap()];
        let schema = about.iter().find_map(|(_, said)| match said {
            Said::Schema(schema) => Some(*schema),
            _ => None,
        });
        let text = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
        if let Some(schema) = schema {
            assert!(schema.accepts(&text(&value)), "{name}");
            assert!(!schema.accepts(&text(&refused.unwrap())), "{name}");
        } else {
            assert!(refused.is_none(), "{name} has no schema");
        }
        assert!(said(properties)[name], "{name} is not optional");
    }
    let tried: Vec<_> = values().iter().map(|(name, ..)| *name).collect();
    let known = names(properties).into_iter().filter(|name| !before.iter().any(|of| of == name));
    assert_eq!(known.collect::<Vec<_>>(), tried, "a property of the page is not tried");
    let set = update(node.realm.clone(), serde_json::from_value(all.clone()).unwrap(), vec![]);
    for (name, value) in all.as_object().unwrap() {
        assert_eq!(&serde_json::to_value(&set).unwrap()[name], value, "{name}");
    }
    let kept = update(set.clone(), U::default(), vec![]);
    assert_eq!(keys(&kept), keys(&set));
    let names: Vec<_> = all.as_object().unwrap().keys().collect();
    let deleted = serde_json::from_value(json!(names)).unwrap();
    assert_eq!(keys(&update(set, U::default(), deleted)), before);
}
