//! A provider's keys, new in each run.

use std::sync::OnceLock;

use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use rsa::pkcs1::EncodeRsaPrivateKey;
use serde_json::{Value, json};

use super::documents::base64url;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Rs256,
    Es256,
    EdDsa,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Algorithm::Rs256 => "RS256",
            Algorithm::Es256 => "ES256",
            Algorithm::EdDsa => "EdDSA",
        }
    }
}

pub struct Signer {
    pub algorithm: Algorithm,
    key: Key,
}

enum Key {
    Rsa(&'static RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Signer {
    pub fn new(algorithm: Algorithm) -> Self {
        let random = SystemRandom::new();
        let key = match algorithm {
            Algorithm::Rs256 => Key::Rsa(rsa_key()),
            Algorithm::Es256 => {
                let use_ = &ECDSA_P256_SHA256_FIXED_SIGNING;
                let pkcs8 = EcdsaKeyPair::generate_pkcs8(use_, &random).unwrap();
                Key::Ec(EcdsaKeyPair::from_pkcs8(use_, pkcs8.as_ref(), &random).unwrap())
            }
            Algorithm::EdDsa => {
                let pkcs8 = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
                Key::Ed(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
            }
        };
        Signer { algorithm, key }
    }

    /// The public key as the crypto libraries take it.
    pub fn public_key(&self) -> Vec<u8> {
        match &self.key {
            Key::Rsa(key) => key.public_key().as_ref().to_vec(),
            Key::Ec(key) => key.public_key().as_ref().to_vec(),
            Key::Ed(key) => key.public_key().as_ref().to_vec(),
        }
    }

    /// The public key as the provider publishes it.
    pub fn public_jwk(&self) -> Value {
        let mut jwk = match &self.key {
            Key::Rsa(key) => {
                let PublicKeyComponents { n, e } =
                    PublicKeyComponents::<Vec<u8>>::from(key.public());
                let [n, e] = [n, e].map(|number| base64url(&number));
                json!({"kty": "RSA", "n": n, "e": e})
            }
            Key::Ec(_) => {
                let point = self.public_key();
                let [x, y] = [&point[1..33], &point[33..65]].map(base64url);
                json!({"kty": "EC", "crv": "P-256", "x": x, "y": y})
            }
            Key::Ed(_) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(&self.public_key())})
            }
        };
        jwk["use"] = "sig".into();
        jwk["alg"] = self.algorithm.name().into();
        jwk["kid"] = KEY_ID.into();
        jwk
    }

    /// A JWS in compact form.
    pub fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": self.algorithm.name(), "typ": "JWT", "kid": KEY_ID});
        let [header, claims] = [&header, claims].map(|part| base64url(part.to_string().as_bytes()));
        let signed = format!("{header}.{claims}");
        format!("{signed}.{}", base64url(&self.signature(signed.as_bytes())))
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
                signature
            }
            Key::Ec(key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
            Key::Ed(key) => key.sign(message).as_ref().to_vec(),
        }
    }
}

/// One for all cases of a run: it takes long to make. ring makes none.
fn rsa_key() -> &'static RsaKeyPair {
    static KEY: OnceLock<RsaKeyPair> = OnceLock::new();
    KEY.get_or_init(|| {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
        RsaKeyPair::from_der(key.to_pkcs1_der().unwrap().as_bytes()).unwrap()
    })
}

const KEY_ID: &str = "0-3hVwq2y8cPQmT0ZkLrUoXnBfJdGsEaWi7K9vYt4";
