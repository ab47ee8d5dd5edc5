//! The token request, byte by byte, and its answer (OpenID Connect Core 3.1.3, RFC 6749).

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{
    NOW, REDIRECT_URI, Trial, begin, metadata, ok_json, parameter, realm, token_response,
};
use onerealm_core::policy::JSON_LEN;
use onerealm_core::wire::{JsonError, JsonProblem};
use onerealm_core::{
    AuthorizationRequest, AuthorizationResponse, BeginError, ClientId, ClientRegistration,
    ClientSecret, ClientTypeError, ClientTypeSetting, Credential, ErrorCode, HttpResponse, Method,
    NativeKey, NativeRegistration, PendingAuthorization, Realm, RedirectUri, RelyingParty,
    Requested, ResponseError, TokenAuthMethod, TokenError,
};
use serde_json::{Value, json};

const LOOPBACK: &str = "http://127.0.0.1:51004/callback";

/// What goes over the wire, taken apart by others' decoders.
#[derive(Debug, PartialEq)]
struct Sent {
    headers: Vec<(String, String)>,
    /// The names and values of the form, in order, but for the code verifier.
    form: Vec<(String, String)>,
    verifier: String,
}

impl Sent {
    fn names(&self) -> Vec<&str> {
        self.form.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Both halves of HTTP Basic, decoded.
    fn credentials(&self) -> Option<(String, String)> {
        let basic = self.header("authorization")?.strip_prefix("Basic ").unwrap();
        let basic = String::from_utf8(STANDARD.decode(basic).unwrap()).unwrap();
        let (id, secret) = basic.split_once(':').unwrap();
        Some((form_decoded(id), form_decoded(secret)))
    }
}

fn form_decoded(text: &str) -> String {
    let mut pairs = url::form_urlencoded::parse(text.as_bytes());
    let (text, _) = pairs.next().unwrap();
    assert_eq!(pairs.next(), None);
    text.into_owned()
}

/// The token request of a login in `realm`, whose provider says `methods` of itself.
fn sent(realm: &Realm<&str>, methods: Option<Value>, redirect_uri: &str, code: &str) -> Sent {
    let mut discovery = Trial::new().discovery;
    if let Some(methods) = methods {
        discovery["token_endpoint_auth_methods_supported"] = methods;
    }
    let discovery = discovery.to_string();
    let metadata = metadata(&discovery);
    let relying_party = RelyingParty::new(realm, &metadata).unwrap();
    let (pending, _) = begin(relying_party, redirect_uri);
    let state = pending.state().as_str().to_owned();
    let response = AuthorizationResponse::from_parts(code, &state, None).unwrap();
    let request = pending.accept(&response, relying_party, NOW).unwrap();
    let mut buf = vec![0; 64 * 1024];
    let request = request.request(&mut buf).unwrap();
    assert_eq!((request.method, request.url), (Method::Post, "https://login.example/t/token"));
    let headers: Vec<_> =
        request.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let mut form: Vec<_> = url::form_urlencoded::parse(request.body).into_owned().collect();
    let at = form.iter().position(|(name, _)| name == "code_verifier").unwrap();
    let (_, verifier) = form.remove(at);
    Sent { headers, form, verifier }
}

fn registered(client_id: &'static str, secret: &'static str) -> Realm<&'static str> {
    let registration = ClientRegistration {
        client_id: ClientId::parse(client_id).unwrap(),
        credential: Credential::secret(secret),
    };
    Realm { registration, ..realm() }
}

fn text(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

/// Every login of a public client: settings that make it one, and its redirect URI.
fn public_logins() -> Vec<(Realm<&'static str>, &'static str)> {
    let with = |client_type| Realm { client_type, ..registered("pve", "s3cret") };
    vec![
        (registered("pve", ""), REDIRECT_URI),
        (registered("pve", ""), LOOPBACK),
        (with(ClientTypeSetting::Public), REDIRECT_URI),
        (with(ClientTypeSetting::Auto), LOOPBACK),
        (with(ClientTypeSetting::Auto), "com.example.app:/cb"),
        (
            Realm {
                token_auth_method: Some(TokenAuthMethod::ClientSecretPost),
                ..with(ClientTypeSetting::Public)
            },
            REDIRECT_URI,
        ),
        (
            Realm {
                token_auth_method: Some(TokenAuthMethod::ClientSecretBasic),
                ..with(ClientTypeSetting::Public)
            },
            REDIRECT_URI,
        ),
    ]
}

#[test]
fn case_132_and_134_a_public_client_sends_no_secret_in_any_form() {
    for (realm, redirect_uri) in public_logins() {
        for methods in [None, Some(json!([])), Some(json!(["client_secret_post"]))] {
            let sent = sent(&realm, methods, redirect_uri, "c0de");
            assert_eq!(
                sent.form,
                text(&[
                    ("grant_type", "authorization_code"),
                    ("code", "c0de"),
                    ("redirect_uri", redirect_uri),
                    ("client_id", "pve"),
                ])
            );
            assert_eq!(
                sent.headers,
                text(&[
                    ("accept", "application/json"),
                    ("accept-encoding", "identity"),
                    ("content-type", "application/x-www-form-urlencoded"),
                ])
            );
            assert_eq!(sent.verifier.len(), 43);
        }
    }
    assert!(ClientSecret::new("").is_none(), "no secret is empty");
}

#[test]
fn case_134_the_bytes_of_a_public_token_request() {
    let (realm, document) = (registered("pve", ""), Trial::new().discovery.to_string());
    let metadata = metadata(&document);
    let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
    let (pending, _) = begin(relying_party, LOOPBACK);
    let state = pending.state().as_str().to_owned();
    let response = AuthorizationResponse::from_parts("a/b", &state, None).unwrap();
    let request = pending.accept(&response, relying_party, NOW).unwrap();
    let mut buf = [0; 512];
    let request = request.request(&mut buf).unwrap();
    let (body, verifier) = request.body.split_at(request.body.len() - 43);
    assert_eq!(
        std::str::from_utf8(body).unwrap(),
        "grant_type=authorization_code&code=a%2Fb\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A51004%2Fcallback&client_id=pve&code_verifier="
    );
    let unreserved = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    assert!(verifier.iter().all(unreserved), "{verifier:?}");
    assert_eq!(request.authorization, None);
}

#[test]
fn case_133_a_confidential_client_without_secret_begins_no_login() {
    let realm = Realm { client_type: ClientTypeSetting::Confidential, ..registered("pve", "") };
    assert_eq!(
        begin_error(&realm, json!(null)),
        Some(BeginError::ClientType(ClientTypeError::NoCredential))
    );
}

fn begin_error(realm: &Realm<&str>, methods: Value) -> Option<BeginError> {
    let mut discovery = Trial::new().discovery;
    discovery["token_endpoint_auth_methods_supported"] = methods;
    let discovery = discovery.to_string();
    let metadata = metadata(&discovery);
    let relying_party = RelyingParty::new(realm, &metadata).unwrap();
    let redirect_uri = RedirectUri::parse(REDIRECT_URI).unwrap();
    let rng = &mut getrandom::SysRng;
    AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, rng, NOW).err()
}

#[test]
fn case_135_and_136_a_confidential_client_authenticates_in_one_place() {
    for (id, secret) in [
        ("pve", "s3cret"),
        ("a:b", "c:d"),
        ("a%b", "c%20d"),
        ("a+b", "c+d"),
        ("a b", " c d "),
        ("é", "ßø😀"),
        ("a&b=c", "d&client_secret=e"),
        ("https://client.example/?x#y", "\"\\\r\n\0"),
        ("-._~", "!*'()~"),
    ] {
        let realm = registered(id, secret);
        let basic = sent(&realm, None, REDIRECT_URI, "c0de");
        assert_eq!(basic.credentials(), Some((id.to_owned(), secret.to_owned())));
        assert_eq!(basic.names(), ["grant_type", "code", "redirect_uri"]);
        let post = sent(&realm, Some(json!(["client_secret_post"])), REDIRECT_URI, "c0de");
        assert_eq!(post.header("authorization"), None);
        let names = ["grant_type", "code", "redirect_uri", "client_id", "client_secret"];
        assert_eq!(post.names(), names);
        assert_eq!(
            (post.value("client_id"), post.value("client_secret")),
            (Some(id), Some(secret))
        );
    }
}

#[test]
fn case_135_both_halves_of_basic_are_form_encoded() {
    let sent = sent(&registered("a:b%c+d é", "e f"), None, REDIRECT_URI, "c0de");
    let expected = STANDARD.encode(b"a%3Ab%25c%2Bd%20%C3%A9:e%20f");
    assert_eq!(sent.header("authorization"), Some(format!("Basic {expected}").as_str()));
    let authorizations = sent.headers.iter().filter(|(name, _)| name == "authorization");
    assert_eq!(authorizations.count(), 1);
}

#[test]
fn case_137_the_method_is_the_configured_one_or_one_that_is_offered() {
    use TokenAuthMethod::{ClientSecretBasic as Basic, ClientSecretPost as Post};
    let neither = || json!(["private_key_jwt", "none"]);
    for (configured, offered, expected) in [
        (None, json!(null), Some(Basic)),
        (None, json!(["client_secret_basic"]), Some(Basic)),
        (None, json!(["client_secret_post"]), Some(Post)),
        (None, json!(["client_secret_post", "client_secret_basic"]), Some(Basic)),
        (None, neither(), None),
        (None, json!([]), None),
        (Some(Basic), json!(null), Some(Basic)),
        (Some(Basic), json!(["client_secret_basic"]), Some(Basic)),
        (Some(Basic), json!(["client_secret_post"]), None),
        (Some(Basic), json!(["client_secret_post", "client_secret_basic"]), Some(Basic)),
        (Some(Basic), neither(), Some(Basic)),
        (Some(Basic), json!([]), Some(Basic)),
        (Some(Post), json!(null), Some(Post)),
        (Some(Post), json!(["client_secret_basic"]), None),
        (Some(Post), json!(["client_secret_post"]), Some(Post)),
        (Some(Post), json!(["client_secret_post", "client_secret_basic"]), Some(Post)),
        (Some(Post), neither(), Some(Post)),
        (Some(Post), json!([]), Some(Post)),
    ] {
        let realm = Realm { token_auth_method: configured, ..registered("pve", "s3cret") };
        let refused = begin_error(&realm, offered.clone());
        match expected {
            None => {
                let error = ClientTypeError::TokenAuthMethod;
                assert_eq!(
                    refused,
                    Some(BeginError::ClientType(error)),
                    "{configured:?} {offered}"
                );
            }
            Some(method) => {
                assert_eq!(refused, None, "{configured:?} {offered}");
                let sent = sent(&realm, Some(offered.clone()), REDIRECT_URI, "c0de");
                let in_header = sent.header("authorization").is_some();
                let in_form = sent.value("client_secret").is_some();
                let places = (method == Basic, method == Post);
                assert_eq!((in_header, in_form), places, "{configured:?} {offered}");
            }
        }
    }
}

#[test]
fn case_137_what_was_decided_at_the_beginning_holds_when_metadata_changes() {
    let realm = registered("pve", "s3cret");
    let mut document = Trial::new().discovery;
    let before = document.to_string();
    document["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
    let after = document.to_string();
    let (before, after) = (metadata(&before), metadata(&after));
    let (pending, _) = begin(RelyingParty::new(&realm, &before).unwrap(), REDIRECT_URI);
    let state = pending.state().as_str().to_owned();
    let response = AuthorizationResponse::from_parts("c0de", &state, None).unwrap();
    let request =
        pending.accept(&response, RelyingParty::new(&realm, &after).unwrap(), NOW).unwrap();
    assert!(request.request(&mut [0; 1024]).unwrap().authorization.is_some());
}

#[test]
fn case_139_the_redirect_uri_is_the_stored_one_byte_for_byte() {
    for redirect_uri in [
        "https://pve.example:8006",
        "https://pve.example:8006/",
        "HTTPS://PVE.example:0443/%7Ea/%2e/?a=b&c=%20+#".trim_end_matches('#'),
        "https://pve.example/cb?x=1&x=2&=&",
        "http://127.0.0.1:51004/callback",
        "http://[::1]:51004/callback",
        "com.example.app:/cb",
    ] {
        let sent = sent(&registered("pve", ""), None, redirect_uri, "c0de");
        assert_eq!(sent.value("redirect_uri"), Some(redirect_uri));
    }
}

#[test]
fn case_140_a_code_is_passed_on_as_it_came() {
    let trial = Trial::new();
    trial.login(|login| {
        for (query, code) in [
            ("a%26b%3Dc", b"a&b=c".to_vec()),
            ("a%2Bb+c%20d", b"a+b c d".to_vec()),
            ("a%2Fb/c%252F", b"a/b/c%2F".to_vec()),
            ("%C3%A9%00%0d%0a", b"\xc3\xa9\0\r\n".to_vec()),
            ("%FF%FE", b"\xff\xfe".to_vec()),
            (&"a".repeat(4096), b"a".repeat(4096)),
            ("4/0Ab_5-~.!*'()", b"4/0Ab_5-~.!*'()".to_vec()),
        ] {
            let query = format!("code={query}&state={}", login.state);
            let response = AuthorizationResponse::from_query(&query).unwrap();
            let request =
                login.pending.clone().accept(&response, login.relying_party, NOW).unwrap();
            let mut buf = vec![0; 16 * 1024];
            let request = request.request(&mut buf).unwrap();
            assert!(request.body.iter().all(u8::is_ascii_graphic));
            let code_sent = std::str::from_utf8(request.body).unwrap().split('&').nth(1).unwrap();
            let code_sent = code_sent.strip_prefix("code=").unwrap();
            assert_eq!(percent_decoded(code_sent), code, "{query}");
        }
    });
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

#[test]
fn case_141_a_native_registration_is_used_by_public_logins_only() {
    let native = |key| NativeRegistration { client_id: ClientId::parse("cli").unwrap(), key };
    let realm = |native| Realm {
        client_type: ClientTypeSetting::Auto,
        native_registration: Some(native),
        ..registered("pve", "s3cret")
    };
    for (key, redirect_uri, expected) in [
        (None, LOOPBACK, &[("client_id", "cli")][..]),
        (NativeKey::new(""), LOOPBACK, &[("client_id", "cli")]),
        (NativeKey::new("n&k"), LOOPBACK, &[("client_id", "cli"), ("client_secret", "n&k")]),
        (
            NativeKey::new("n&k"),
            "com.example.app:/cb",
            &[("client_id", "cli"), ("client_secret", "n&k")],
        ),
        (NativeKey::new("n&k"), REDIRECT_URI, &[]),
    ] {
        let sent = sent(&realm(native(key)), None, redirect_uri, "c0de");
        assert_eq!(sent.form[3..], text(expected), "{key:?} {redirect_uri}");
        let basic = (redirect_uri == REDIRECT_URI).then_some(("pve".into(), "s3cret".into()));
        assert_eq!(sent.credentials(), basic);
    }
}

#[test]
fn case_141_a_native_login_ends_when_its_registration_does() {
    let native = |id| NativeRegistration {
        client_id: ClientId::parse(id).unwrap(),
        key: NativeKey::new("nk"),
    };
    let with = |native_registration| Realm { native_registration, ..registered("pve", "") };
    let document = Trial::new().discovery.to_string();
    let metadata = metadata(&document);
    for (began, now, expected) in [
        (with(Some(native("cli"))), with(Some(native("cli"))), Some(("cli", true))),
        (with(Some(native("cli"))), with(Some(native("cli2"))), None),
        (with(Some(native("cli"))), with(None), None),
        (with(None), with(Some(native("cli"))), Some(("pve", false))),
        // One client identifier for both: what was decided still holds.
        (with(Some(native("pve"))), with(Some(native("pve"))), Some(("pve", true))),
        (with(Some(native("pve"))), with(None), None),
        (with(None), with(Some(native("pve"))), Some(("pve", false))),
    ] {
        let (pending, _) = begin(RelyingParty::new(&began, &metadata).unwrap(), LOOPBACK);
        let state = pending.state().as_str().to_owned();
        let response = AuthorizationResponse::from_parts("c", &state, None).unwrap();
        let request = pending.accept(&response, RelyingParty::new(&now, &metadata).unwrap(), NOW);
        let sent = request.ok().map(|request| {
            let mut buf = [0; 1024];
            let body = request.request(&mut buf).unwrap().body;
            let body = std::str::from_utf8(body).unwrap();
            let id = parameter(body, "client_id").unwrap();
            (id, parameter(body, "client_secret").is_some_and(|key| key == "nk"))
        });
        let sent = sent.as_ref().map(|(id, with_key)| (id.as_str(), *with_key));
        assert_eq!(sent, expected, "{began:?} {now:?}");
    }
}

#[test]
fn the_secrets_of_a_request_are_named_for_hiding_them() {
    let trial = Trial::new();
    trial.login(|login| {
        let response = AuthorizationResponse::from_parts("c0de", &login.state, None).unwrap();
        let request = login.pending.clone().accept(&response, login.relying_party, NOW).unwrap();
        let mut buf = [0; 1024];
        let request = request.request(&mut buf).unwrap();
        let decode = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let secrets: Vec<_> =
            request.secrets().map(|secret| decode(secret.bytes().collect())).collect();
        let [code, verifier, credentials] = secrets.as_slice() else { panic!("{secrets:?}") };
        assert_eq!((code.as_str(), verifier.len()), ("c0de", 43));
        assert_eq!(*credentials, STANDARD.encode(b"pve:s3cret"));
        assert_eq!(format!("{request:?}"), "HttpRequest(POST https://login.example/t/token, ..)");
    });
}

/// What a token response makes of a login, up to the ID token.
fn read(response: HttpResponse<'_>) -> Option<TokenError> {
    Trial::new().login(|login| login.exchange(response, |id_token| id_token.err()))
}

fn read_members(bend: impl FnOnce(&mut Value)) -> Option<TokenError> {
    let mut body = json!({"access_token": "at", "token_type": "Bearer", "id_token": "a.b.c"});
    bend(&mut body);
    read(ok_json(&body.to_string()))
}

const MEMBER: Option<TokenError> = Some(TokenError::Response { error: ResponseError::Member });

#[test]
fn case_143_the_token_type_is_bearer_in_any_case() {
    for good in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        assert_eq!(read_members(|body| body["token_type"] = good.into()), None, "{good}");
    }
    for bad in ["mac", "DPoP", "", "Bearer ", "Bearer\0", "N_A"] {
        let error = read_members(|body| body["token_type"] = bad.into());
        assert_eq!(error, Some(TokenError::TokenType), "{bad:?}");
    }
    for bad in [json!(null), json!(1), json!(["Bearer"])] {
        assert_eq!(read_members(|body| body["token_type"] = bad.clone()), MEMBER, "{bad}");
    }
    let without = read_members(|body| {
        body.as_object_mut().unwrap().remove("token_type");
    });
    assert_eq!(without, None);
}

#[test]
fn case_144_there_is_an_id_token_and_an_access_token() {
    let no_id_token = Some(TokenError::NoIdToken);
    for (member, value, expected) in [
        ("id_token", Some(json!("a.b.c")), None),
        ("id_token", None, no_id_token),
        ("id_token", Some(json!(null)), no_id_token),
        ("id_token", Some(json!("")), no_id_token),
        ("id_token", Some(json!("a.b\n.c")), no_id_token),
        ("id_token", Some(json!(["a.b.c"])), MEMBER),
        ("id_token", Some(json!({})), MEMBER),
        ("id_token", Some(json!(1)), MEMBER),
        ("access_token", None, MEMBER),
        ("access_token", Some(json!(null)), MEMBER),
        ("access_token", Some(json!(["at"])), MEMBER),
        ("access_token", Some(json!("")), Some(TokenError::NoAccessToken)),
    ] {
        let error = read_members(|body| {
            body.as_object_mut().unwrap().remove(member);
            if let Some(value) = value.clone() {
                body[member] = value;
            }
        });
        assert_eq!(error, expected, "{member}: {value:?}");
    }
}

#[test]
fn case_145_and_146_members_that_no_rule_depends_on_may_be_anything() {
    for (member, value) in [
        ("expires_in", "3599"),
        ("expires_in", "\"3599\""),
        ("expires_in", "\"soon\""),
        ("expires_in", "-1"),
        ("expires_in", "1e99"),
        ("expires_in", "18446744073709551616"),
        ("expires_in", "null"),
        ("scope", "\"openid\""),
        ("scope", "\"openid admin root\""),
        ("scope", "[]"),
        ("refresh_token", "{\"a\":[\"}\"]}"),
        ("error", "null"),
    ] {
        let good = token_response("a.b.c", "at");
        let body = good.replacen('{', &format!("{{\"{member}\":{value},"), 1);
        assert_eq!(read(ok_json(&body)), None, "{member}: {value}");
    }
}

#[test]
fn case_147_an_answer_is_200_and_json() {
    let good = token_response("a.b.c", "at");
    let content_type = |content_type| {
        let error = read(HttpResponse { content_type, ..ok_json(&good) });
        error.map(|error| assert_eq!(error, ResponseError::ContentType.into()))
    };
    for accepted in [
        "application/json",
        "Application/JSON",
        "application/json;charset=UTF-8",
        "application/json ; charset=\"utf-8\"",
        "application/json; odata=verbose",
        "application/json; charset=utf-16",
        "application/json; charset=iso-8859-1",
        "text/json",
        "application/json-patch+json",
    ] {
        assert_eq!(content_type(Some(accepted)), None, "{accepted}");
    }
    for refused in [
        "text/html",
        "text/plain",
        "application/jwt",
        "xapplication/json",
        "application/json, text/html",
        "",
    ] {
        assert_eq!(content_type(Some(refused)), Some(()), "{refused}");
    }
    assert_eq!(content_type(None), Some(()), "none");
    for status in [100, 101, 199, 201, 202, 204, 206, 301, 302, 303, 307, 308, 400, 401, 500, 503] {
        let error = ResponseError::Status { status };
        let expected = Some(TokenError::Response { error });
        assert_eq!(read(HttpResponse { status, ..ok_json(&good) }), expected);
    }
}

#[test]
fn case_138_and_147_an_error_is_an_error_whatever_the_status_and_the_tokens_beside_it() {
    for (status, name, error) in [
        (200, "invalid_grant", ErrorCode::InvalidGrant),
        (400, "invalid_grant", ErrorCode::InvalidGrant),
        (401, "invalid_client", ErrorCode::InvalidClient),
        (400, "unauthorized_client", ErrorCode::UnauthorizedClient),
        (500, "server_error", ErrorCode::ServerError),
        (302, "invalid_request", ErrorCode::InvalidRequest),
        (400, "own_error", ErrorCode::Other),
        (200, "", ErrorCode::Other),
    ] {
        let body = token_response("a.b.c", "at");
        let body = body.replacen('{', &format!("{{\"error\":\"{name}\","), 1);
        for content_type in [Some("application/json"), Some("text/html"), None] {
            let answer = HttpResponse { status, content_type, body: body.as_bytes() };
            let expected = match (status, content_type) {
                (200, Some("text/html") | None) => ResponseError::ContentType.into(),
                _ => TokenError::Refused { status, error },
            };
            assert_eq!(read(answer), Some(expected), "{status} {name} {content_type:?}");
        }
    }
}

#[test]
fn case_148_error_bodies_may_be_anything() {
    let status = |status| TokenError::Response { error: ResponseError::Status { status } };
    let long = format!("{{\"error\":\"{}\"}}", "x".repeat(JSON_LEN));
    let noisy = r#"{"error":"invalid_grant","error_description":"\u001b[2J\r\ncanary"}"#;
    for (body, expected) in [
        ("", status(400)),
        ("<html>", status(400)),
        ("{", status(400)),
        ("[]", status(400)),
        ("{}", status(400)),
        ("{\"error\":1}", status(400)),
        ("{\"error\":\"a\",\"error\":\"b\"}", status(400)),
        (&long, status(400)),
        (noisy, TokenError::Refused { status: 400, error: ErrorCode::InvalidGrant }),
    ] {
        let error = read(HttpResponse { status: 400, ..ok_json(body) }).unwrap();
        assert_eq!(error, expected);
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
    let error = JsonError { problem: JsonProblem::Truncated, at: 1 };
    assert_eq!(read(ok_json("{")), Some(ResponseError::Json { error }.into()));
    assert_eq!(read(ok_json("[]")), MEMBER);
}

#[test]
fn a_token_request_that_does_not_fit_says_how_much_would() {
    for realm in [registered("pve", "s3cret"), registered("pve", "")] {
        let document = Trial::new().discovery.to_string();
        let metadata = metadata(&document);
        let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
        let (pending, _) = begin(relying_party, REDIRECT_URI);
        let state = pending.state().as_str().to_owned();
        let response = AuthorizationResponse::from_parts("c", &state, None).unwrap();
        let request = pending.accept(&response, relying_party, NOW).unwrap();
        let needed = request.request(&mut []).unwrap_err().needed;
        for len in 0..needed {
            assert_eq!(request.request(&mut vec![0; len]).unwrap_err().needed, needed);
        }
        assert!(request.request(&mut vec![0; needed]).is_ok());
    }
}

#[test]
fn a_login_that_was_stored_makes_the_same_token_request() {
    let native = NativeRegistration {
        client_id: ClientId::parse("cli").unwrap(),
        key: NativeKey::new("nk"),
    };
    let post = Some(TokenAuthMethod::ClientSecretPost);
    for realm in [
        registered("pve", ""),
        registered("pve", "s3cret"),
        Realm { token_auth_method: post, ..registered("pve", "s3cret") },
        Realm { native_registration: Some(native), ..registered("pve", "") },
    ] {
        let document = Trial::new().discovery.to_string();
        let metadata = metadata(&document);
        let relying_party = RelyingParty::new(&realm, &metadata).unwrap();
        let (pending, _) = begin(relying_party, LOOPBACK);
        let mut buf = [0; PendingAuthorization::PENDING_LEN];
        let stored = PendingAuthorization::decode(pending.encode(&mut buf).unwrap()).unwrap();
        assert_eq!(stored.client_type(), pending.client_type());
        let state = pending.state().as_str().to_owned();
        let response = AuthorizationResponse::from_parts("c", &state, None).unwrap();
        let sent = [pending, stored].map(|pending| {
            let request = pending.accept(&response, relying_party, NOW).unwrap();
            let mut buf = [0; 1024];
            let request = request.request(&mut buf).unwrap();
            (request.authorization.map(str::to_owned), request.body.to_vec())
        });
        assert_eq!(sent[0], sent[1], "{realm:?}");
    }
}
