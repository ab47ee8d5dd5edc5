//! Provider metadata (OpenID Connect Discovery 1.0): whose it is, and where it may send us.

mod common;

use common::{ISSUER, Provider, Trial, jws_error, metadata, ok_json, realm};
use onerealm_core::wire::{JsonError, JsonProblem};
use onerealm_core::{
    DiscoveryError, DiscoveryRequest, DiscoveryUrl, HttpResponse, Issuer, JwsError, KeptMetadata,
    Method, PkceOffered, ProviderMetadata, RealmError, RelyingParty, ResponseError,
    TokenAuthMethodsOffered,
};
use serde_json::{Value, json};

const ENDPOINTS: [&str; 4] =
    ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"];

/// What is made of the answer to a request for the metadata of `issuer`.
fn read(issuer: &str, document: &Value) -> Result<(), DiscoveryError> {
    let request = DiscoveryRequest::new(Issuer::parse(issuer).unwrap());
    request.response(ok_json(&document.to_string())).map(|_| ())
}

fn document(bend: impl FnOnce(&mut Value)) -> Value {
    let mut document = Provider::new().discovery();
    bend(&mut document);
    document
}

#[test]
fn case_097_and_098_metadata_of_another_issuer_is_refused() {
    for issuer in [
        "https://evil.example",
        "https://login.example/t/",
        "https://login.example",
        "https://login.example/T",
        "https://LOGIN.example/t",
        "https://login.example:443/t",
        "https://login.example/%74",
        "http://login.example/t",
        "https://login.example/{tenantid}",
        "",
    ] {
        let document = document(|document| document["issuer"] = issuer.into());
        assert_eq!(read(ISSUER, &document), Err(DiscoveryError::Issuer), "{issuer}");
    }
    assert_eq!(read(ISSUER, &document(|_| ())), Ok(()));
    let with_slash = document(|document| document["issuer"] = "https://login.example/t/".into());
    assert_eq!(read("https://login.example/t/", &with_slash), Ok(()));
    assert_eq!(read("https://login.example/t/", &document(|_| ())), Err(DiscoveryError::Issuer));
}

#[test]
fn case_099_the_path_is_appended_to_the_issuer_less_one_slash() {
    for (issuer, expected) in [
        ("https://login.example", "https://login.example/.well-known/openid-configuration"),
        ("https://login.example/", "https://login.example/.well-known/openid-configuration"),
        ("https://login.example/t", "https://login.example/t/.well-known/openid-configuration"),
        ("https://login.example/t/", "https://login.example/t/.well-known/openid-configuration"),
        ("https://login.example/t//", "https://login.example/t//.well-known/openid-configuration"),
        ("https://h:8443/t/v2.0", "https://h:8443/t/v2.0/.well-known/openid-configuration"),
    ] {
        let mut buf = [0; 256];
        let request = DiscoveryRequest::new(Issuer::parse(issuer).unwrap());
        let request = request.request(&mut buf).unwrap();
        assert_eq!((request.method, request.url), (Method::Get, expected));
        assert_eq!((request.authorization, request.body), (None, &b""[..]));
    }
}

#[test]
fn metadata_is_asked_for_at_the_discovery_url_and_is_the_issuers_all_the_same() {
    let text = "https://login.example/t/v2.0/.well-known/openid-configuration?p=b2c_1_policy";
    let url = DiscoveryUrl::parse(text).unwrap();
    let request = DiscoveryRequest::new(Issuer::parse(ISSUER).unwrap()).at(Some(url));
    let mut buf = [0; 256];
    let message = request.request(&mut buf).unwrap();
    assert_eq!((message.method, message.url), (Method::Get, text));
    assert_eq!((message.authorization, message.body), (None, &b""[..]));
    assert!(request.response(ok_json(&document(|_| ()).to_string())).is_ok());
    for other in ["https://login.example", "https://login.example/t/", text] {
        let document = document(|document| document["issuer"] = other.into()).to_string();
        let refused = request.response(ok_json(&document)).err();
        assert_eq!(refused, Some(DiscoveryError::Issuer), "{other}");
    }
    assert_eq!(request.request(&mut [0; 10]).unwrap_err().needed, text.len());
}

#[test]
fn case_100_an_issuer_is_an_https_url_without_query_and_fragment() {
    let long = format!("https://h/{}", "a".repeat(246));
    for (text, expected) in [
        ("https://login.example?x=1", RealmError::Issuer),
        ("https://login.example/?", RealmError::Issuer),
        ("https://login.example/#", RealmError::Issuer),
        ("https://login.example/#x", RealmError::Issuer),
        ("https://user@login.example", RealmError::IssuerNotHttps),
        ("https://user:pw@login.example", RealmError::IssuerNotHttps),
        ("https://@login.example", RealmError::IssuerNotHttps),
        ("http://login.example", RealmError::IssuerNotHttps),
        ("http://127.0.0.1.example", RealmError::IssuerNotHttps),
        ("http://user@127.0.0.1", RealmError::IssuerNotHttps),
        ("file:///etc/passwd", RealmError::Issuer),
        ("ftp://login.example", RealmError::IssuerNotHttps),
        ("javascript:alert(1)", RealmError::IssuerNotHttps),
        ("https:login.example", RealmError::IssuerNotHttps),
        ("https://lögin.example", RealmError::Issuer),
        ("https://login.example/t\n", RealmError::Issuer),
        (" https://login.example/t", RealmError::Issuer),
        ("https://login.example\\@evil.example", RealmError::Issuer),
        ("https://", RealmError::Issuer),
        ("login.example", RealmError::Issuer),
        ("", RealmError::Issuer),
        (&long, RealmError::Issuer),
    ] {
        assert_eq!(Issuer::parse(text), Err(expected), "{text:?}");
    }
    assert!(Issuer::parse(&long[..255]).is_ok());
}

#[test]
fn case_101_metadata_of_one_provider_never_serves_the_realm_of_another() {
    let document = Provider::new().discovery().to_string();
    let metadata = metadata(&document);
    let mut realm = realm();
    assert!(RelyingParty::new(&realm, &metadata).is_ok());
    for issuer in ["https://evil.example", "https://login.example/t/", "https://login.example"] {
        realm.issuer = Issuer::parse(issuer).unwrap();
        let refused = RelyingParty::new(&realm, &metadata).map(|_| ());
        assert_eq!(refused, Err(DiscoveryError::Issuer), "{issuer}");
    }
}

#[test]
fn case_096_and_102_every_endpoint_is_https() {
    let long = format!("https://h/{}", "a".repeat(503));
    for endpoint in ENDPOINTS {
        for (url, expected) in [
            ("https://other.example/x", Ok(())),
            ("HTTPS://other.example:8443/x?y=z", Ok(())),
            (&long[..512], Ok(())),
            (&long, Err(DiscoveryError::Endpoint)),
            ("http://login.example/t/x", Err(DiscoveryError::Endpoint)),
            ("http://169.254.169.254/latest/meta-data", Err(DiscoveryError::Endpoint)),
            ("http://0.0.0.0/x", Err(DiscoveryError::Endpoint)),
            ("http://127.0.0.1/x", Err(DiscoveryError::Endpoint)),
            ("http://127.0.0.1:8006/x", Err(DiscoveryError::Endpoint)),
            ("http://[::1]/x", Err(DiscoveryError::Endpoint)),
            ("http://localhost/x", Err(DiscoveryError::Endpoint)),
            ("HTTP://localhost/x", Err(DiscoveryError::Endpoint)),
            ("file:///etc/passwd", Err(DiscoveryError::Endpoint)),
            ("file://localhost/etc/passwd", Err(DiscoveryError::Endpoint)),
            ("ftp://login.example/x", Err(DiscoveryError::Endpoint)),
            ("javascript:alert(1)", Err(DiscoveryError::Endpoint)),
            ("data:text/html,x", Err(DiscoveryError::Endpoint)),
            ("httpsx://login.example/x", Err(DiscoveryError::Endpoint)),
            ("https://user@login.example/x", Err(DiscoveryError::Endpoint)),
            ("https://@login.example/x", Err(DiscoveryError::Endpoint)),
            ("https://login.example/x#y", Err(DiscoveryError::Endpoint)),
            ("https://login.example/x#", Err(DiscoveryError::Endpoint)),
            ("https:/login.example/x", Err(DiscoveryError::Endpoint)),
            ("https://login.example\\x", Err(DiscoveryError::Endpoint)),
            ("https://login.example/\r\nHost: evil.example", Err(DiscoveryError::Endpoint)),
            ("https://login.example/é", Err(DiscoveryError::Endpoint)),
            ("//login.example/x", Err(DiscoveryError::Endpoint)),
            ("/x", Err(DiscoveryError::Endpoint)),
            ("", Err(DiscoveryError::Endpoint)),
        ] {
            let document = document(|document| document[endpoint] = url.into());
            assert_eq!(read(ISSUER, &document), expected, "{endpoint}: {url}");
        }
    }
}

#[test]
fn case_198_the_authorization_endpoint_has_no_parameter_of_ours() {
    let verdict = |endpoint: &str, url: &str| {
        read(ISSUER, &document(|document| document[endpoint] = url.into()))
    };
    for name in [
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "display",
        "prompt",
        "acr_values",
        "max_age",
    ] {
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let one = format!("%{:02x}{}", name.as_bytes()[0], &name[1..]);
        for name in [name, &encoded, &one] {
            for query in [format!("{name}=x"), name.to_owned(), format!("p=b2c&{name}=&q")] {
                let url = format!("https://login.example/t/authorize?{query}");
                let refused = Err(DiscoveryError::Parameter);
                assert_eq!(verdict("authorization_endpoint", &url), refused, "{url}");
                // Escapes of JSON hide nothing.
                let text = document(|document| document["authorization_endpoint"] = url.into());
                let text = text.to_string().replace("?", "\\u003f").replace("state", "st\\u0061te");
                let request = DiscoveryRequest::new(Issuer::parse(ISSUER).unwrap());
                assert_eq!(request.response(ok_json(&text)).map(|_| ()), refused, "{text}");
                for other in &ENDPOINTS[1..] {
                    let url = format!("https://login.example/t/x?{query}");
                    assert_eq!(verdict(other, &url), Ok(()), "{other} {url}");
                }
            }
        }
    }
    for query in ["p=b2c", "State=x", "states=x", "a=state", "x;state=y", "%2573tate=x", ""] {
        let url = format!("https://login.example/state=/authorize?{query}");
        assert_eq!(verdict("authorization_endpoint", &url), Ok(()), "{url}");
    }
}

#[test]
fn case_102_a_provider_on_this_machine_may_have_endpoints_there() {
    for issuer in ["http://127.0.0.1:9000/t", "http://[::1]:9000", "http://localhost:9000/"] {
        for endpoint in ENDPOINTS {
            for (url, expected) in [
                ("http://127.0.0.1:9000/x", Ok(())),
                ("http://localhost/x", Ok(())),
                ("https://login.example/x", Ok(())),
                ("http://login.example/x", Err(DiscoveryError::Endpoint)),
                ("http://169.254.169.254/x", Err(DiscoveryError::Endpoint)),
            ] {
                let document = document(|document| {
                    document["issuer"] = issuer.into();
                    document[endpoint] = url.into();
                });
                assert_eq!(read(issuer, &document), expected, "{issuer} {endpoint}: {url}");
            }
        }
    }
}

#[test]
fn case_103_a_redirect_is_no_metadata() {
    let document = document(|_| ()).to_string();
    for status in [201, 204, 301, 302, 303, 307, 308, 400, 404, 500] {
        let request = DiscoveryRequest::new(Issuer::parse(ISSUER).unwrap());
        let answer = request.response(HttpResponse { status, ..ok_json(&document) }).map(|_| ());
        let error = ResponseError::Status { status };
        assert_eq!(answer, Err(DiscoveryError::Response { error }));
    }
}

#[test]
fn case_104_metadata_never_widens_what_is_accepted() {
    let mut trial = Trial::new();
    trial.discovery["id_token_signing_alg_values_supported"] = json!(["none", "HS256"]);
    for alg in ["none", "HS256"] {
        let header = json!({"alg": alg, "kid": "k1"}).to_string();
        assert_eq!(trial.judge_header(&header), jws_error(JwsError::AlgorithmUnknown), "{alg}");
    }
    assert_eq!(trial.judge_claims(|_| ()), Ok(()), "nor does it narrow it");
}

#[test]
fn case_105_what_is_missing_or_of_another_type_is_told() {
    let member = Err(DiscoveryError::Response { error: ResponseError::Member });
    for name in ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"] {
        let without = document(|document| {
            document.as_object_mut().unwrap().remove(name);
        });
        assert_eq!(read(ISSUER, &without), member, "without {name}");
        for value in [json!(null), json!(1), json!([ISSUER]), json!({}), json!(true)] {
            let document = document(|document| document[name] = value.clone());
            assert_eq!(read(ISSUER, &document), member, "{name}: {value}");
        }
    }
    for (name, value, expected) in [
        ("userinfo_endpoint", json!(null), Ok(())),
        ("userinfo_endpoint", json!(1), member),
        ("token_endpoint_auth_methods_supported", json!(null), Ok(())),
        ("token_endpoint_auth_methods_supported", json!("client_secret_basic"), member),
        ("token_endpoint_auth_methods_supported", json!([1]), member),
        ("code_challenge_methods_supported", json!("S256"), member),
        ("code_challenge_methods_supported", json!([]), Ok(())),
        ("authorization_response_iss_parameter_supported", json!("true"), member),
        ("authorization_response_iss_parameter_supported", json!(true), Ok(())),
        ("anything_else", json!([{"a": null}, "}", "]", "\\\"", 1.5e3]), Ok(())),
    ] {
        let document = document(|document| document[name] = value.clone());
        assert_eq!(read(ISSUER, &document), expected, "{name}: {value}");
    }
    let without_userinfo = document(|document| {
        document.as_object_mut().unwrap().remove("userinfo_endpoint");
    });
    assert_eq!(read(ISSUER, &without_userinfo), Ok(()));
    for value in [json!([]), json!(null), json!("x"), json!(1)] {
        assert_eq!(read(ISSUER, &value), member, "{value}");
    }
    let long = document(|document| document["x"] = "x".repeat(10 << 20).into());
    let error = JsonError { problem: JsonProblem::TooLong, at: 1 << 18 };
    let error = ResponseError::Json { error };
    assert_eq!(read(ISSUER, &long), Err(DiscoveryError::Response { error }));
    let html = HttpResponse { content_type: Some("text/html"), ..ok_json("{}") };
    let answer = DiscoveryRequest::new(Issuer::parse(ISSUER).unwrap()).response(html).map(|_| ());
    assert_eq!(answer, Err(DiscoveryError::Response { error: ResponseError::ContentType }));
}

#[test]
fn metadata_is_read_as_it_is_written() {
    let escaped = Provider::new().discovery().to_string().replace('/', r"\/");
    let plain = metadata(&escaped);
    let text = |endpoint: onerealm_core::Endpoint<'_>| endpoint.chars().collect::<String>();
    assert_eq!(text(plain.authorization_endpoint()), "https://login.example/t/authorize");
    assert_eq!(text(plain.token_endpoint()), "https://login.example/t/token");
    assert_eq!(text(plain.jwks_uri()), "https://login.example/t/keys");
    assert_eq!(
        plain.userinfo_endpoint().map(text).as_deref(),
        Some("https://login.example/t/userinfo")
    );
    assert_eq!(plain.token_auth_methods(), TokenAuthMethodsOffered::default());
    assert_eq!((plain.pkce(), plain.sends_issuer()), (PkceOffered::NotListed, false));

    let listed = |basic, post, jwt| TokenAuthMethodsOffered {
        listed: true,
        client_secret_basic: basic,
        client_secret_post: post,
        private_key_jwt: jwt,
    };
    for (methods, expected) in [
        (json!([]), listed(false, false, false)),
        (json!(["private_key_jwt", "none"]), listed(false, false, true)),
        (json!(["client_secret_basic"]), listed(true, false, false)),
        (json!(["none", "client_secret_post"]), listed(false, true, false)),
        (json!(["client_secret_post", "client_secret_basic", "x"]), listed(true, true, false)),
        (
            json!(["CLIENT_SECRET_POST", "client_secret_basic ", "Private_key_jwt"]),
            listed(false, false, false),
        ),
    ] {
        let document = document(|document| {
            document["token_endpoint_auth_methods_supported"] = methods.clone()
        });
        assert_eq!(metadata(&document.to_string()).token_auth_methods(), expected, "{methods}");
    }
    for (methods, expected) in [
        (json!([]), PkceOffered::NotS256),
        (json!(["plain"]), PkceOffered::NotS256),
        (json!(["s256"]), PkceOffered::NotS256),
        (json!(["plain", "S256", "x"]), PkceOffered::S256),
    ] {
        let document =
            document(|document| document["code_challenge_methods_supported"] = methods.clone());
        assert_eq!(metadata(&document.to_string()).pkce(), expected, "{methods}");
    }
    let announced = document(|document| {
        document["authorization_response_iss_parameter_supported"] = true.into();
    });
    assert!(metadata(&announced.to_string()).sends_issuer());
}

#[test]
fn kept_metadata_is_what_was_read() {
    let escaped = document(|_| ()).to_string().replace('/', "\\/");
    let without_userinfo = document(|document| {
        document.as_object_mut().unwrap().remove("userinfo_endpoint");
        document["code_challenge_methods_supported"] = json!(["plain"]);
        document["authorization_response_iss_parameter_supported"] = true.into();
    });
    for text in
        [document(|_| ()).to_string(), format!("  {escaped}\n"), without_userinfo.to_string()]
    {
        let read = metadata(&text);
        let vec: KeptMetadata<Vec<u8>> = read.keep();
        let shared: KeptMetadata<std::sync::Arc<[u8]>> = read.keep();
        let borrowed: KeptMetadata<&[u8]> = read.keep();
        let shown = format!("{read:?}");
        let moved = Box::new(vec.clone());
        for kept in [moved.metadata(), shared.metadata(), borrowed.metadata()] {
            assert_eq!(format!("{kept:?}"), shown);
            let chars = |metadata: ProviderMetadata<'_>| {
                metadata.token_endpoint().chars().collect::<String>()
            };
            assert_eq!(chars(kept), chars(read));
            assert!(RelyingParty::new(&realm(), &kept).is_ok());
            // Kept once more, it is still the same.
            assert_eq!(format!("{:?}", kept.keep::<Vec<u8>>().metadata()), shown);
        }
        assert_eq!(format!("{vec:?}"), format!("KeptMetadata({shown})"));
    }
}

#[test]
fn metadata_is_kept_without_a_heap_where_its_document_fits() {
    let text = document(|_| ()).to_string();
    let read = metadata(&text);
    let shown = format!("{read:?}");
    let kept = read.try_keep::<heapless::Vec<u8, 2048>>().unwrap();
    assert_eq!(format!("{:?}", kept.metadata()), shown);
    assert!(read.try_keep::<heapless::Vec<u8, 64>>().is_err());
    let borrowed: KeptMetadata<&[u8]> = read.keep();
    let copied = borrowed;
    assert_eq!(format!("{:?}{:?}", borrowed.metadata(), copied.metadata()), shown.repeat(2));
}

/// Owns bytes that aren't those that it was made of.
struct Swapped(Vec<u8>);

thread_local! {
    static INSTEAD: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
}

impl From<&[u8]> for Swapped {
    fn from(_: &[u8]) -> Self {
        Swapped(INSTEAD.take())
    }
}

impl AsRef<[u8]> for Swapped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[test]
fn metadata_whose_document_was_swapped_is_refused() {
    let text = document(|_| ()).to_string();
    let read = metadata(&text);
    let judged = |instead: &[u8]| {
        INSTEAD.set(instead.to_vec());
        RelyingParty::new(&realm(), &read.keep::<Swapped>().metadata()).map(|_| ())
    };
    assert_eq!(judged(text.as_bytes()), Ok(()));
    let elsewhere = text.replace("login.example", "logan.example");
    assert_eq!(judged(elsewhere.as_bytes()), Err(DiscoveryError::Issuer));
    let shifted = format!(" {}", text);
    assert_eq!(judged(shifted.as_bytes()), Err(DiscoveryError::Issuer));
    for instead in [&[0xff; 4096][..], &[b'"'; 4096], b"{}", b"", "é".repeat(2048).as_bytes()] {
        assert_eq!(judged(instead), Err(DiscoveryError::Issuer));
    }
    // One that is cut off has no endpoint where it was.
    for len in 0..text.len() {
        let judged = judged(&text.as_bytes()[..len]);
        assert!(judged.is_err() || text[len..].find("https:").is_none(), "{len}");
    }
}
