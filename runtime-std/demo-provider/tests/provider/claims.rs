//! What is said about who signed in.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use onerealm_demo_provider::{User, browser};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use super::support::*;

#[test]
fn the_id_token_is_signed_by_the_published_key_and_says_who_signed_in() {
    let provider = provider();
    let answer = redeem(&provider, NATIVE, "", &[]);
    let token = answer.json()["id_token"].as_str().unwrap().to_owned();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let decode = |text: &str| Base64UrlUnpadded::decode_vec(text).unwrap();
    let header: Value =
        serde_json::from_slice(&decode(message.split('.').next().unwrap())).unwrap();
    let keys = get(&provider, &tenant_url(&provider, "/discovery/v2.0/keys"), "").json();
    let key = &keys["keys"][0];
    assert_eq!(header, json!({ "typ": "JWT", "alg": "RS256", "kid": key["kid"] }));
    let text = |name: &str| decode(key[name].as_str().unwrap());
    let public = RsaPublicKeyComponents { n: text("n"), e: text("e") };
    let verified =
        public.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &decode(signature));
    assert!(verified.is_ok());
    assert!(key.get("alg").is_none() && key.get("x5t").is_none());

    let claims = claims(&answer);
    let tenant = "00000000-1111-2222-3333-444444444444";
    let rows = [
        ("iss", json!(provider.issuer())),
        ("aud", json!(APP)),
        ("nonce", json!("the nonce")),
        ("tid", json!(tenant)),
        ("ver", json!("2.0")),
        ("name", json!("Alice Example")),
        ("preferred_username", json!(ALICE)),
        ("email", json!(ALICE)),
        ("oid", json!(User::new(ALICE, "").oid)),
    ];
    for (name, value) in rows {
        assert_eq!(claims[name], value, "{name}");
    }
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 3900);
    assert_eq!(claims["nbf"], claims["iat"]);
    assert!(claims.get("at_hash").is_none() && claims.get("groups").is_none());
}

#[test]
fn claims_come_for_the_scopes_that_were_asked_for() {
    let provider = provider();
    let url = authorization_url(&provider, NATIVE, &[("scope", "openid"), ("nonce", "(none)")]);
    let code = parameter(&browser::sign_in(&url, ALICE).unwrap(), "code").unwrap();
    let claims = claims(&redeem_code(&provider, &code, NATIVE, "", &[]));
    for absent in ["name", "preferred_username", "email", "nonce"] {
        assert!(claims.get(absent).is_none(), "{absent}");
    }
}

#[test]
fn the_subject_is_another_one_for_each_application() {
    let provider = provider();
    let url = authorization_url(&provider, NATIVE, &[("client_id", "other-app")]);
    let code = parameter(&browser::sign_in(&url, ALICE).unwrap(), "code").unwrap();
    let other = claims(&redeem_code(&provider, &code, NATIVE, "", &[("client_id", "other-app")]));
    let one = claims(&redeem(&provider, NATIVE, "", &[]));
    assert_ne!(one["sub"], other["sub"]);
    assert_eq!(one["oid"], other["oid"]);
}

#[test]
fn userinfo_is_for_the_bearer_of_the_access_token() {
    let provider = provider();
    let answer = redeem(&provider, NATIVE, "", &[]);
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let url = format!("http://{}/oidc/userinfo", origin(&provider));
    let body = get(&provider, &url, &format!("Authorization: Bearer {token}\r\n")).json();
    assert_eq!(body["sub"], claims(&answer)["sub"]);
    assert_eq!(body["email"], json!(ALICE));
    assert!(body.get("preferred_username").is_none());
    for headers in ["", "Authorization: Bearer x\r\n", &format!("Authorization: Basic {token}\r\n")]
    {
        assert_eq!(get(&provider, &url, headers).status(), 401, "{headers}");
    }
    assert_eq!(get(&provider, &format!("{url}?access_token={token}"), "").status(), 401);
}

#[test]
fn the_discovery_document_has_the_shape_of_entra_and_leads_to_this_provider() {
    let provider = provider();
    let url = format!("{}/.well-known/openid-configuration", provider.issuer());
    let document = get(&provider, &url, "").json();
    let fixture: Value =
        serde_json::from_str(include_str!("../../src/entra/discovery_tenant.json")).unwrap();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&document), names(&fixture));
    assert_eq!(document["issuer"], json!(provider.issuer()));
    assert!(document.get("code_challenge_methods_supported").is_none());
    let origin = format!("http://{}/", origin(&provider));
    for endpoint in ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] {
        assert!(document[endpoint].as_str().unwrap().starts_with(&origin), "{endpoint}");
    }
    assert_eq!(get(&provider, document["jwks_uri"].as_str().unwrap(), "").status(), 200);
    let elsewhere = url.replace("00000000", "99999999");
    assert_eq!(get(&provider, &elsewhere, "").status(), 404);
}
