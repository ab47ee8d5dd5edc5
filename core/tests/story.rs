//! One login from top to bottom, as a program close to the machine drives it.

mod common;

use common::{Es256, NOW, Provider, ok_json, parameter};
use onerealm_core::{
    AuthorizationRequest, AuthorizationResponse, ClientId, ClientRegistration, ClientType,
    ClientTypeSetting, Credential, DiscoveryRequest, HttpRequest, HttpResponse, Issuer,
    JwksRequest, PendingAuthorization, Realm, RealmName, RedirectUri, RelyingParty, Requested,
};

/// The other end of the wire: answers each request, and remembers what it was asked.
struct Wire {
    provider: Provider,
    nonce: String,
    asked: Vec<String>,
    answer: String,
}

impl Wire {
    fn send(&mut self, request: HttpRequest<'_>) -> HttpResponse<'_> {
        let authorization = request.authorization.unwrap_or("no authorization");
        let body = String::from_utf8_lossy(request.body);
        self.asked.push(format!("{} {} [{authorization}] {body}", request.method, request.url));
        self.answer = match request.url.rsplit('/').next() {
            Some("openid-configuration") => self.provider.discovery(),
            Some("keys") => self.provider.key_set(),
            Some("token") => serde_json::json!({
                "access_token": "at", "token_type": "Bearer", "expires_in": "3599",
                "id_token": self.provider.sign(&self.provider.claims("pve", &self.nonce)),
            }),
            _ => serde_json::json!({"sub": "alice-sub", "email": "alice@example.com"}),
        }
        .to_string();
        ok_json(&self.answer)
    }
}

#[test]
fn a_command_line_tool_logs_in_through_the_realm_of_the_web_ui() {
    let mut wire = Wire {
        provider: Provider::new(),
        nonce: String::new(),
        asked: vec![],
        answer: String::new(),
    };
    let mut message = [0; 4096];

    // Who we are: one registration with a secret, and the redirect URI decides whether it is sent.
    let realm = Realm {
        client_type: ClientTypeSetting::Auto,
        ..Realm::new(
            RealmName::parse("sso").unwrap(),
            Issuer::parse(common::ISSUER).unwrap(),
            ClientRegistration {
                client_id: ClientId::parse("pve").unwrap(),
                credential: Credential::secret("s3cret"),
            },
        )
    };

    // Who the provider is. Its documents are kept for the logins to come.
    let discovery = DiscoveryRequest::new(realm.issuer);
    let document = wire.send(discovery.request(&mut message).unwrap()).body.to_vec();
    let metadata = discovery.response(ok_json(str(&document))).unwrap();
    let jwks = JwksRequest::new(&metadata);
    let document = wire.send(jwks.request(&mut message).unwrap()).body.to_vec();
    let keys = jwks.response(ok_json(str(&document))).unwrap();
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();

    // Going there: a tool waits on the loopback interface, so the login is a public client's.
    let redirect_uri = RedirectUri::parse("http://127.0.0.1:51004/callback").unwrap();
    let mut rng = getrandom::SysRng;
    let request =
        AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, &mut rng, NOW)
            .unwrap();
    assert_eq!(request.client_type(), ClientType::Public);
    let url = request.write_url(&mut message).unwrap().to_owned();
    let mut stored = [0; PendingAuthorization::PENDING_LEN];
    let stored = request.into_pending().encode(&mut stored).unwrap();

    // The end user signs in, and the browser comes back.
    wire.nonce = parameter(&url, "nonce").unwrap();
    let state = parameter(&url, "state").unwrap();
    let callback = format!("http://127.0.0.1:51004/callback?code=c0de&state={state}");

    // Coming back: what was decided is read again, and nobody is asked for it.
    let response = AuthorizationResponse::from_url(&callback).unwrap();
    let pending = PendingAuthorization::decode(stored).unwrap();
    assert_eq!(pending.key(), response.key());
    let request = pending.accept(&response, relying_party, NOW).unwrap();
    let answer = wire.send(request.request(&mut message).unwrap()).body.to_vec();
    let id_token = request.response(ok_json(str(&answer))).unwrap();

    // Being believed.
    let mut buf = [0; 4096];
    let id_token = id_token.open(&mut buf).unwrap();
    assert!(!id_token.lacks_key(&keys));
    let identity = id_token.validate(&keys, &[&Es256], NOW).unwrap();
    let userinfo = identity.userinfo_request().unwrap();
    let answer = wire.send(userinfo.request(&mut message).unwrap()).body.to_vec();
    let identity = identity.with_userinfo(userinfo.response(ok_json(str(&answer))).unwrap());

    assert_eq!(identity.realm(), "sso");
    assert_eq!(identity.issuer(), common::ISSUER);
    assert_eq!(identity.subject(), "alice-sub");
    assert_eq!(identity.client_type(), ClientType::Public);
    assert!(identity.claim("preferred_username").unwrap().as_str().unwrap() == *"alice");
    assert!(identity.claim("email").unwrap().as_str().unwrap() == *"alice@example.com");

    // What went over the wire: four requests, and the secret in none of them.
    let [discovery, jwks, token, userinfo] = wire.asked.as_slice() else {
        panic!("{:?}", wire.asked)
    };
    let (asked, form) = token.rsplit_once(' ').unwrap();
    assert_eq!(
        discovery,
        "GET https://login.example/t/.well-known/openid-configuration [no authorization] "
    );
    assert_eq!(jwks, "GET https://login.example/t/keys [no authorization] ");
    assert_eq!(asked, "POST https://login.example/t/token [no authorization]");
    assert_eq!(userinfo, "GET https://login.example/t/userinfo [Bearer at] ");
    let names: Vec<_> = form.split('&').filter_map(|pair| pair.split('=').next()).collect();
    assert_eq!(names, ["grant_type", "code", "redirect_uri", "client_id", "code_verifier"]);
}

fn str(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
