//! What a provider may do wrong, one thing at a time: documents changed, ID tokens signed anew.

use base64ct::{Base64UrlUnpadded, Encoding};
use onerealm_demo_provider::{Endpoint, Response};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const KEY: &str = include_str!("../../demo-provider/src/rfc7515_a2_key.json");

/// What is wrong.
#[derive(Clone, Copy)]
pub enum Bend {
    Nothing,
    Metadata(fn(&mut Value)),
    Keys(fn(&mut Value)),
    /// Header and claims.
    IdToken(fn(&mut Value, &mut Value)),
    /// The ID token is encrypted.
    Jwe(&'static str),
    Userinfo(fn(&mut Value)),
    /// Userinfo is signed by the provider: header and claims.
    SignedUserinfo(fn(&mut Value, &mut Value)),
    /// Userinfo is refused, or something else.
    UserinfoAnswer(u16, &'static str, &'static str),
}

impl Bend {
    pub fn apply(self, endpoint: Endpoint, answer: Response) -> Response {
        match (self, endpoint) {
            (Bend::Metadata(bend), Endpoint::Discovery) => with_json(answer, bend),
            (Bend::Keys(bend), Endpoint::Keys) => with_json(answer, bend),
            (Bend::IdToken(bend), Endpoint::Token) => with_id_token(answer, bend),
            (Bend::Jwe(header), Endpoint::Token) => with_json(answer, |body| {
                body["id_token"] = format!("{}.a.b.c.d", base64url(header.as_bytes())).into();
            }),
            (Bend::Userinfo(bend), Endpoint::Userinfo) => with_json(answer, bend),
            (Bend::SignedUserinfo(bend), Endpoint::Userinfo) => as_signed_userinfo(answer, bend),
            (Bend::UserinfoAnswer(status, content_type, body), Endpoint::Userinfo) => {
                Response::new(status).with_body(content_type, body)
            }
            _ => answer,
        }
    }
}

/// Changes a JSON body.
pub fn with_json(answer: Response, bend: impl FnOnce(&mut Value)) -> Response {
    let mut body = serde_json::from_slice(&answer.body).unwrap();
    bend(&mut body);
    Response::new(answer.status).with_body("application/json", body.to_string())
}

/// Changes the ID token's header and claims, and signs it with the provider's key.
pub fn with_id_token(answer: Response, bend: impl FnOnce(&mut Value, &mut Value)) -> Response {
    with_json(answer, |body| {
        let token = body["id_token"].as_str().unwrap().to_owned();
        let mut parts = token.split('.').take(2).map(|part| {
            let bytes = Base64UrlUnpadded::decode_vec(part).unwrap();
            serde_json::from_slice::<Value>(&bytes).unwrap()
        });
        let (mut header, mut claims) = (parts.next().unwrap(), parts.next().unwrap());
        bend(&mut header, &mut claims);
        body["id_token"] = signed(&header, &claims).into();
    })
}

/// Makes a token of userinfo in plain JSON, with a good header but for `bend`.
pub fn as_signed_userinfo(answer: Response, bend: impl FnOnce(&mut Value, &mut Value)) -> Response {
    let mut claims = serde_json::from_slice(&answer.body).unwrap();
    let mut header = json!({ "alg": "RS256", "kid": kid() });
    bend(&mut header, &mut claims);
    Response::new(200).with_body("application/jwt", signed(&header, &claims))
}

/// A token that the provider signs.
pub fn signed(header: &Value, claims: &Value) -> String {
    let message = [header, claims].map(|part| base64url(part.to_string().as_bytes())).join(".");
    format!("{message}.{}", signature(message.as_bytes()))
}

/// What the provider calls its key.
fn kid() -> String {
    let key: Value = serde_json::from_str(KEY).unwrap();
    let modulus = Base64UrlUnpadded::decode_vec(key["n"].as_str().unwrap()).unwrap();
    base64url(&Sha256::digest(modulus)[..20])
}

fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// By the provider's key, which is published in RFC 7515 appendix A.2.
fn signature(message: &[u8]) -> String {
    let key: Value = serde_json::from_str(KEY).unwrap();
    let member = |name| Base64UrlUnpadded::decode_vec(key[name].as_str().unwrap()).unwrap();
    let pair = KeyPair::from_components(&KeyPairComponents {
        public_key: PublicKeyComponents { n: member("n"), e: member("e") },
        d: member("d"),
        p: member("p"),
        q: member("q"),
        dP: member("dp"),
        dQ: member("dq"),
        qInv: member("qi"),
    })
    .unwrap();
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
    base64url(&signature)
}
