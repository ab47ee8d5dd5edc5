//! What the setup says of how users authenticate, and of signed userinfo.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use onerealm_demo_provider::{DemoProvider, Setup};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use super::support::*;

fn decoded(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).unwrap()
}

/// The claims of a token that one of the published keys signed.
fn verified(provider: &DemoProvider, token: &str) -> (Value, Value) {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&decoded(header)).unwrap();
    let keys = get(provider, &tenant_url(provider, "/discovery/v2.0/keys"), "").json();
    let keys = keys["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let number = |name: &str| decoded(key[name].as_str().unwrap());
    let public = RsaPublicKeyComponents { n: number("n"), e: number("e") };
    let outcome =
        public.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &decoded(signature));
    assert!(outcome.is_ok(), "the signature is wrong");
    (header, serde_json::from_slice(&decoded(claims)).unwrap())
}

fn userinfo(provider: &DemoProvider) -> (Answer, Value) {
    let tokens = redeem(provider, NATIVE, "", &[]);
    let token = tokens.json()["access_token"].as_str().unwrap().to_owned();
    let url = format!("http://{}/oidc/userinfo", origin(provider));
    (get(provider, &url, &format!("Authorization: Bearer {token}\r\n")), claims(&tokens))
}

#[test]
fn an_id_token_has_the_acr_and_the_amr_of_the_setup_or_none() {
    for (acr, amr) in
        [(None, &[][..]), (Some("gold"), &[]), (None, &["pwd", "mfa"]), (Some("gold"), &["mfa"])]
    {
        let setup = Setup {
            acr: acr.map(str::to_owned),
            amr: amr.iter().map(|method| (*method).to_owned()).collect(),
            ..setup()
        };
        let provider = DemoProvider::start(setup).unwrap();
        // It is the setup's, whatever was asked for.
        let url = authorization_url(&provider, NATIVE, &[("acr_values", "silver")]);
        let callback = onerealm_demo_provider::browser::sign_in(&url, ALICE).unwrap();
        let code = parameter(&callback, "code").unwrap();
        let claims = claims(&redeem_code(&provider, &code, NATIVE, "", &[]));
        let of_amr = (!amr.is_empty()).then(|| json!(amr));
        assert_eq!(claims.get("acr"), acr.map(|acr| json!(acr)).as_ref());
        assert_eq!(claims.get("amr"), of_amr.as_ref());
    }
}

#[test]
fn userinfo_is_signed_for_the_client_where_the_setup_says_so() {
    let provider = DemoProvider::start(Setup { signed_userinfo: true, ..setup() }).unwrap();
    let (answer, of_id_token) = userinfo(&provider);
    let head = answer.head.to_lowercase();
    assert!(head.contains("content-type: application/jwt"), "{head}");
    let (header, claims) = verified(&provider, &answer.body);
    assert_eq!((&header["typ"], &header["alg"]), (&json!("JWT"), &json!("RS256")));
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(provider.issuer()), &json!(APP)));
    assert_eq!((&claims["sub"], &claims["email"]), (&of_id_token["sub"], &json!(ALICE)));
    assert!(claims.get("nonce").is_none() && claims.get("exp").is_none(), "{claims}");
    // What is refused is no token.
    let url = format!("http://{}/oidc/userinfo", origin(&provider));
    let refused = get(&provider, &url, "Authorization: Bearer x\r\n");
    assert_eq!(refused.status(), 401);
    assert!(refused.json()["error"]["code"].is_string());
}

#[test]
fn metadata_say_how_userinfo_is_signed_where_it_is() {
    for signed_userinfo in [false, true] {
        let provider = DemoProvider::start(Setup { signed_userinfo, ..setup() }).unwrap();
        let url = format!("{}/.well-known/openid-configuration", provider.issuer());
        let document = get(&provider, &url, "").json();
        let said = document.get("userinfo_signing_alg_values_supported");
        let expected = json!(["RS256"]);
        assert_eq!(said, signed_userinfo.then_some(&expected));
        let (answer, _) = userinfo(&provider);
        let is_json = answer.head.to_lowercase().contains("content-type: application/json");
        assert_ne!(is_json, signed_userinfo, "{}", answer.head);
    }
}
