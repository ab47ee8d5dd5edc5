//! The suite's keys: several of each kind, some that are not for signatures, and some of a kind that
//! is not supported.

use base64ct::{Base64UrlUnpadded, Encoding};
use ring::rand::SystemRandom;
use ring::rsa::{self, KeyPairComponents, PublicKeyComponents};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
};
use serde_json::{Value, json};

/// What an ID token is signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Rs256,
    Es256,
    None,
}

/// Which keys are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// Two RSA and two P-256 keys among others, each with its `kid`.
    WithKids,
    /// One key of each kind, and no `kid`.
    OneOfEachWithoutKid,
    /// Three keys of each kind, and no `kid`.
    ThreeOfEachWithoutKid,
}

/// Keys until they are rotated: `generation` counts the rotations.
pub struct Keys {
    pub generation: usize,
    rsa: rsa::KeyPair,
    p256: Vec<EcdsaKeyPair>,
}

const RFC7515_A2: &str = include_str!("../../demo-provider/src/rfc7515_a2_key.json");
const RFC7520_3_4: &str = include_str!("rfc7520_3_4_key.json");
const RFC7517_A1: &str = include_str!("rfc7517_a1_key.json");

impl Keys {
    pub fn of_generation(generation: usize) -> Self {
        let random = SystemRandom::new();
        let p256 = || {
            let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
            EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap()
        };
        Keys {
            generation,
            rsa: rsa_key([RFC7515_A2, RFC7520_3_4][generation % 2]),
            p256: (0..4).map(|_| p256()).collect(),
        }
    }

    /// The JSON Web Key Set.
    pub fn published(&self, published: Published) -> Value {
        let count = match published {
            Published::WithKids => 2,
            Published::OneOfEachWithoutKid => 1,
            Published::ThreeOfEachWithoutKid => 3,
        };
        let mut keys: Vec<_> = self.rsa().into_iter().take(count).collect();
        keys.extend(self.p256().into_iter().take(count));
        keys.extend([secp256k1(), ed25519(7)]);
        if published == Published::ThreeOfEachWithoutKid {
            keys.extend([secp256k1(), ed25519(8), secp256k1(), ed25519(9)]);
        }
        for (i, key) in keys.iter_mut().enumerate() {
            key["use"] = json!("sig");
            if published == Published::WithKids {
                key["kid"] = json!(self.kid(i));
            }
        }
        for (mut key, alg) in
            [(self.rsa().remove(2), "RSA-OAEP"), (self.p256().remove(3), "ECDH-ES")]
        {
            key["use"] = json!("enc");
            key["alg"] = json!(alg);
            key["kid"] = json!(format!("enc-{}", alg));
            keys.push(key);
        }
        json!({ "keys": keys })
    }

    /// Signs claims; `bend` changes the signature.
    pub fn sign(
        &self,
        algorithm: Algorithm,
        published: Published,
        claims: &Value,
        bend: fn(&mut [u8]),
    ) -> String {
        let (alg, position) = match algorithm {
            Algorithm::Rs256 => ("RS256", 0),
            Algorithm::Es256 => ("ES256", 2),
            Algorithm::None => {
                let header = base64url(br#"{"alg":"none"}"#);
                return format!("{header}.{}.", base64url(claims.to_string().as_bytes()));
            }
        };
        let mut header = json!({ "alg": alg });
        if published == Published::WithKids {
            header["kid"] = json!(self.kid(position));
        }
        let encode = |part: &Value| base64url(part.to_string().as_bytes());
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let random = SystemRandom::new();
        let mut signature = match algorithm {
            Algorithm::Es256 => {
                self.p256[0].sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec()
            }
            _ => {
                let mut signature = vec![0; self.rsa.public().modulus_len()];
                self.rsa
                    .sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature)
                    .unwrap();
                signature
            }
        };
        bend(&mut signature);
        format!("{signed}.{}", base64url(&signature))
    }

    fn kid(&self, position: usize) -> String {
        format!("{}-{position}", self.generation)
    }

    /// RSA keys, the signing one first.
    fn rsa(&self) -> Vec<Value> {
        let texts = [RFC7515_A2, RFC7520_3_4, RFC7517_A1];
        let order = if self.generation % 2 == 0 { [0, 2, 1] } else { [1, 2, 0] };
        let keys = order.map(|i| serde_json::from_str::<Value>(texts[i]).unwrap());
        keys.iter().map(|key| json!({ "kty": "RSA", "n": key["n"], "e": key["e"] })).collect()
    }

    /// P-256 keys, the signing one first.
    fn p256(&self) -> Vec<Value> {
        let jwk = |key: &EcdsaKeyPair| {
            let (x, y) = key.public_key().as_ref()[1..].split_at(32);
            json!({ "kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y) })
        };
        self.p256.iter().map(jwk).collect()
    }
}

/// The base point (SEC 2 section 2.4.1), which is as good as any other.
fn secp256k1() -> Value {
    json!({
        "kty": "EC", "crv": "secp256k1",
        "x": "eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g",
        "y": "SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg",
    })
}

fn ed25519(seed: u8) -> Value {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(pair.public_key().as_ref()) })
}

fn rsa_key(text: &str) -> rsa::KeyPair {
    let jwk: Value = serde_json::from_str(text).unwrap();
    let member = |name: &str| Base64UrlUnpadded::decode_vec(jwk[name].as_str().unwrap()).unwrap();
    let components = KeyPairComponents {
        public_key: PublicKeyComponents { n: member("n"), e: member("e") },
        d: member("d"),
        p: member("p"),
        q: member("q"),
        dP: member("dp"),
        dQ: member("dq"),
        qInv: member("qi"),
    };
    rsa::KeyPair::from_components(&components).unwrap()
}

pub fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}
