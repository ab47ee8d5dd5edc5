//! Client assertions at the token endpoint, each wrong in one way.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use onerealm_demo_provider::{ClientKey, DemoProvider, Setup};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaEncoding,
};
use serde_json::{Value, json};

use super::support::*;

const CERTIFICATE: &[u8] = b"the hash of this is all that counts";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

struct Scene {
    provider: DemoProvider,
    pair: EcdsaKeyPair,
}

impl Scene {
    fn new(change: impl FnOnce(&mut ClientKey)) -> Self {
        let pair = pair();
        let mut key = ClientKey {
            client_id: APP.to_owned(),
            public_key: pair.public_key().as_ref().to_vec(),
            certificate: Some(CERTIFICATE.to_vec()),
            key_id: None,
            is_expired: false,
        };
        change(&mut key);
        let setup = Setup { client_keys: vec![key], ..setup() };
        Scene { provider: DemoProvider::start(setup).unwrap(), pair }
    }

    fn claims(&self) -> Value {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        json!({
            "iss": APP, "sub": APP, "aud": tenant_url(&self.provider, "/oauth2/v2.0/token"),
            "jti": "one", "exp": now.as_secs() + 60,
        })
    }

    fn redeem(&self, redirect_uri: &str, assertion: &str) -> (u16, u64) {
        let changes = [
            ("client_secret", "(none)"),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
        ];
        let answer = redeem(&self.provider, redirect_uri, "", &changes);
        let code = if answer.status() == 200 { 0 } else { answer.error_code() };
        (answer.status(), code)
    }
}

fn pair() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap()
}

fn header() -> Value {
    let sha1 =
        Base64UrlUnpadded::encode_string(digest(&SHA1_FOR_LEGACY_USE_ONLY, CERTIFICATE).as_ref());
    let sha256 = Base64UrlUnpadded::encode_string(digest(&SHA256, CERTIFICATE).as_ref());
    json!({"alg": "ES256", "typ": "JWT", "x5t": sha1, "x5t#S256": sha256})
}

fn signed(pair: &EcdsaKeyPair, header: &Value, claims: &Value) -> String {
    let [header, claims] =
        [header, claims].map(|part| Base64UrlUnpadded::encode_string(part.to_string().as_bytes()));
    let message = format!("{header}.{claims}");
    let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
    format!("{message}.{}", Base64UrlUnpadded::encode_string(signature.as_ref()))
}

#[test]
fn an_assertion_takes_the_place_of_the_secret_once() {
    let scene = Scene::new(|_| ());
    let assertion = signed(&scene.pair, &header(), &scene.claims());
    assert_eq!(scene.redeem(WEB, &assertion), (200, 0));
    assert_eq!(scene.redeem(WEB, &assertion), (401, 50_013));
    // One thumbprint is enough.
    for (jti, name) in [("two", "x5t"), ("three", "x5t#S256")] {
        let mut header = header();
        header.as_object_mut().unwrap().remove(name);
        let mut claims = scene.claims();
        claims["jti"] = jti.into();
        assert_eq!(scene.redeem(WEB, &signed(&scene.pair, &header, &claims)), (200, 0), "{name}");
    }
}

#[test]
fn an_assertion_that_is_wrong_in_one_way_is_refused() {
    let scene = Scene::new(|_| ());
    let now = scene.claims()["exp"].as_u64().unwrap() - 60;
    type Change = fn(&mut Value, &mut Value, u64);
    let rows: [(&str, Change, u64); 15] = [
        ("iss", |_, claims, _| claims["iss"] = json!("other-app"), 700_021),
        ("sub", |_, claims, _| claims["sub"] = json!("other-app"), 700_021),
        ("no sub", |_, claims, _| claims["sub"] = Value::Null, 700_021),
        ("aud", |_, claims, _| claims["aud"] = json!("https://other.example/token"), 700_023),
        ("no aud", |_, claims, _| claims["aud"] = Value::Null, 700_023),
        ("expired", |_, claims, now| claims["exp"] = json!(now - 1), 700_024),
        ("no exp", |_, claims, _| claims["exp"] = Value::Null, 700_024),
        ("long-lived", |_, claims, now| claims["exp"] = json!(now + 90_000), 700_024),
        ("nbf", |_, claims, now| claims["nbf"] = json!(now + 400), 700_024),
        ("iat", |_, claims, now| claims["iat"] = json!(now + 400), 700_024),
        ("no jti", |_, claims, _| claims["jti"] = Value::Null, 9_002_313),
        ("x5t", |header, _, _| header["x5t"] = json!("AAAA"), 700_027),
        ("x5t#S256", |header, _, _| header["x5t#S256"] = json!("AAAA"), 700_027),
        ("no key", |header, _, _| *header = json!({"alg": "ES256"}), 700_027),
        ("alg", |header, _, _| header["alg"] = json!("none"), 700_027),
    ];
    for (name, change, code) in rows {
        let (mut header, mut claims) = (header(), scene.claims());
        change(&mut header, &mut claims, now);
        let got = scene.redeem(WEB, &signed(&scene.pair, &header, &claims)).1;
        assert_eq!(got, code, "{name}");
    }
    let other = signed(&pair(), &header(), &scene.claims());
    assert_eq!(scene.redeem(WEB, &other), (401, 700_027));
    for malformed in ["x", "a.b.c", "e30.e30", ""] {
        assert_eq!(scene.redeem(WEB, malformed).0, 400, "{malformed}");
    }
    let good = signed(&scene.pair, &header(), &scene.claims());
    assert_eq!(scene.redeem(NATIVE, &good), (401, 700_025));
    let both = [("client_assertion_type", JWT_BEARER), ("client_assertion", good.as_str())];
    assert_eq!(redeem(&scene.provider, WEB, "", &both).error_code(), 9_002_313);
    let untyped = [("client_secret", "(none)"), ("client_assertion", good.as_str())];
    assert_eq!(redeem(&scene.provider, WEB, "", &untyped).error_code(), 7_000_218);
}

#[test]
fn a_key_of_another_application_an_expired_one_and_one_with_a_name() {
    let other = Scene::new(|key| key.client_id = "other-app".to_owned());
    let assertion = signed(&other.pair, &header(), &other.claims());
    assert_eq!(other.redeem(WEB, &assertion), (401, 700_027));
    let expired = Scene::new(|key| key.is_expired = true);
    let assertion = signed(&expired.pair, &header(), &expired.claims());
    assert_eq!(expired.redeem(WEB, &assertion), (401, 7_000_222));
    let named = Scene::new(|key| {
        key.certificate = None;
        key.key_id = Some("k1".to_owned());
    });
    for (kid, expected) in [(json!("k2"), 700_027), (Value::Null, 700_027), (json!("k1"), 0)] {
        let header = json!({"alg": "ES256", "kid": kid});
        let assertion = signed(&named.pair, &header, &named.claims());
        assert_eq!(named.redeem(WEB, &assertion).1, expected, "{kid}");
    }
}

/// The RSA key of RFC 7515, appendix A.2.
fn rsa_pair() -> KeyPair {
    let key: Value = serde_json::from_str(include_str!("../../src/rfc7515_a2_key.json")).unwrap();
    let number = |name: &str| Base64UrlUnpadded::decode_vec(key[name].as_str().unwrap()).unwrap();
    let components = KeyPairComponents {
        public_key: PublicKeyComponents { n: number("n"), e: number("e") },
        d: number("d"),
        p: number("p"),
        q: number("q"),
        dP: number("dp"),
        dQ: number("dq"),
        qInv: number("qi"),
    };
    KeyPair::from_components(&components).unwrap()
}

#[test]
fn an_rsa_key_signs_with_its_algorithms_and_no_other() {
    let pair = rsa_pair();
    let scene = Scene::new(|key| key.public_key = pair.public().as_ref().to_vec());
    let rows: [(&str, &dyn RsaEncoding, u64); 5] = [
        ("RS256", &RSA_PKCS1_SHA256, 0),
        ("PS256", &RSA_PSS_SHA256, 0),
        ("PS256", &RSA_PKCS1_SHA256, 700_027),
        ("RS512", &RSA_PKCS1_SHA256, 700_027),
        ("ES256", &RSA_PKCS1_SHA256, 700_027),
    ];
    for (row, (algorithm, encoding, code)) in rows.into_iter().enumerate() {
        let (mut header, mut claims) = (header(), scene.claims());
        header["alg"] = json!(algorithm);
        claims["jti"] = json!(format!("row {row}"));
        let [header, claims] = [header, claims]
            .map(|part| Base64UrlUnpadded::encode_string(part.to_string().as_bytes()));
        let message = format!("{header}.{claims}");
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        let assertion = format!("{message}.{}", Base64UrlUnpadded::encode_string(&signature));
        assert_eq!(scene.redeem(WEB, &assertion).1, code, "{algorithm}");
    }
}

#[test]
fn each_application_may_have_several_keys_and_the_header_says_which() {
    let pairs = [pair(), pair()];
    let named = |name: &str, pair: &EcdsaKeyPair| ClientKey {
        client_id: APP.to_owned(),
        public_key: pair.public_key().as_ref().to_vec(),
        certificate: None,
        key_id: Some(name.to_owned()),
        is_expired: false,
    };
    let client_keys = vec![named("one", &pairs[0]), named("two", &pairs[1])];
    let provider = DemoProvider::start(Setup { client_keys, ..setup() }).unwrap();
    let [one, two] = pairs;
    let scene = Scene { provider, pair: one };
    for (row, (kid, pair, code)) in
        [("one", &scene.pair, 0), ("two", &two, 0), ("one", &two, 700_027)].into_iter().enumerate()
    {
        let mut claims = scene.claims();
        claims["jti"] = json!(format!("row {row}"));
        let assertion = signed(pair, &json!({"alg": "ES256", "kid": kid}), &claims);
        assert_eq!(scene.redeem(WEB, &assertion).1, code, "{kid}");
    }
    // The secret is still taken.
    assert_eq!(redeem(&scene.provider, WEB, "", &[]).status(), 200);
}
