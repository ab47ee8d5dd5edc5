//! Every algorithm: signatures that ring made are accepted, and changed ones are not.

use base64ct::{Base64UrlUnpadded, Encoding};
use onerealm::verifiers;
use onerealm_core::{JwsAlgorithm, PublicKey};
use ring::rand::SystemRandom;
use ring::rsa;
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair};

const MESSAGE: &[u8] = b"header.payload";

/// Asserts that the verifier of `algorithm` takes exactly this signature, message and key.
fn check(algorithm: JwsAlgorithm, key: PublicKey<'_>, other_key: PublicKey<'_>, signature: &[u8]) {
    let verifiers = verifiers();
    let verifier = verifiers.iter().find(|v| v.algorithm() == algorithm).unwrap();
    assert_eq!(verifier.verify(key, MESSAGE, signature), Ok(()), "{algorithm}");
    assert!(verifier.verify(key, b"header.Payload", signature).is_err(), "{algorithm}");
    assert!(verifier.verify(other_key, MESSAGE, signature).is_err(), "{algorithm}");
    for at in [0, signature.len() / 2, signature.len() - 1] {
        let mut changed = signature.to_vec();
        changed[at] ^= 1;
        assert!(verifier.verify(key, MESSAGE, &changed).is_err(), "{algorithm} {at}");
    }
    for others in verifiers.iter().filter(|v| v.algorithm() != algorithm) {
        assert!(others.verify(key, MESSAGE, signature).is_err(), "{algorithm}");
    }
}

/// The key of RFC 7515 appendix A.2.
fn rsa_key() -> (rsa::KeyPair, Vec<u8>) {
    let text = include_str!("../demo-provider/src/rfc7515_a2_key.json");
    let jwk: serde_json::Value = serde_json::from_str(text).unwrap();
    let member = |name: &str| Base64UrlUnpadded::decode_vec(jwk[name].as_str().unwrap()).unwrap();
    let public_key = rsa::PublicKeyComponents { n: member("n"), e: member("e") };
    let components = rsa::KeyPairComponents {
        public_key,
        d: member("d"),
        p: member("p"),
        q: member("q"),
        dP: member("dp"),
        dQ: member("dq"),
        qInv: member("qi"),
    };
    (rsa::KeyPair::from_components(&components).unwrap(), member("n"))
}

#[test]
fn rsa_signatures() {
    let (pair, n) = rsa_key();
    let key = PublicKey::Rsa { n: &n, e: &[1, 0, 1] };
    let other_key = PublicKey::Rsa { n: &n, e: &[3] };
    let paddings: [(JwsAlgorithm, &dyn signature::RsaEncoding); 6] = [
        (JwsAlgorithm::Rs256, &signature::RSA_PKCS1_SHA256),
        (JwsAlgorithm::Rs384, &signature::RSA_PKCS1_SHA384),
        (JwsAlgorithm::Rs512, &signature::RSA_PKCS1_SHA512),
        (JwsAlgorithm::Ps256, &signature::RSA_PSS_SHA256),
        (JwsAlgorithm::Ps384, &signature::RSA_PSS_SHA384),
        (JwsAlgorithm::Ps512, &signature::RSA_PSS_SHA512),
    ];
    for (algorithm, padding) in paddings {
        let mut signature = vec![0; n.len()];
        pair.sign(padding, &SystemRandom::new(), MESSAGE, &mut signature).unwrap();
        check(algorithm, key, other_key, &signature);
    }
}

#[test]
fn ecdsa_signatures() {
    let random = SystemRandom::new();
    let curves = [
        (JwsAlgorithm::Es256, &signature::ECDSA_P256_SHA256_FIXED_SIGNING),
        (JwsAlgorithm::Es384, &signature::ECDSA_P384_SHA384_FIXED_SIGNING),
    ];
    for (algorithm, signing) in curves {
        let pair = || {
            let pkcs8 = EcdsaKeyPair::generate_pkcs8(signing, &random).unwrap();
            EcdsaKeyPair::from_pkcs8(signing, pkcs8.as_ref(), &random).unwrap()
        };
        let (pair, other) = (pair(), pair());
        fn public_key(pair: &EcdsaKeyPair) -> PublicKey<'_> {
            let coordinates = &pair.public_key().as_ref()[1..];
            match coordinates.split_at(coordinates.len() / 2) {
                (x, y) if x.len() == 32 => PublicKey::P256 { x, y },
                (x, y) => PublicKey::P384 { x, y },
            }
        }
        // Integers of every length come up: leading zeros are cut, high bits need one.
        for _ in 0..64 {
            let signature = pair.sign(&random, MESSAGE).unwrap();
            check(algorithm, public_key(&pair), public_key(&other), signature.as_ref());
        }
    }
}

#[test]
fn ed25519_signatures() {
    let pair = |seed: u8| Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let (pair, other) = (pair(1), pair(2));
    let signature = pair.sign(MESSAGE);
    let key = PublicKey::Ed25519 { x: pair.public_key().as_ref() };
    let other_key = PublicKey::Ed25519 { x: other.public_key().as_ref() };
    check(JwsAlgorithm::EdDsa, key, other_key, signature.as_ref());
}
