//! The same key, message and signature for ring and for the verifier without a heap: they accept
//! and refuse the same.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use onerealm_core::{JwsAlgorithm, PublicKey, SignatureVerifier};

use crate::common::{Provider, Ring};
use crate::support::VERIFIERS;

/// A key's numbers, to be changed.
struct Numbers(Vec<Vec<u8>>);

impl Numbers {
    fn of(provider: &Provider) -> Self {
        let jwk = provider.jwk("k1");
        let members = ["n", "e", "x", "y"].into_iter().filter_map(|name| jwk[name].as_str());
        Numbers(members.map(|text| URL_SAFE_NO_PAD.decode(text).unwrap()).collect())
    }

    fn key(&self, algorithm: JwsAlgorithm) -> PublicKey<'_> {
        match (algorithm, self.0.as_slice()) {
            (JwsAlgorithm::Es256, [x, y]) => PublicKey::P256 { x, y },
            (JwsAlgorithm::Es384, [x, y]) => PublicKey::P384 { x, y },
            (JwsAlgorithm::EdDsa, [x]) => PublicKey::Ed25519 { x },
            (_, [n, e]) => PublicKey::Rsa { n, e },
            (_, numbers) => panic!("{numbers:x?}"),
        }
    }
}

/// Gives what both say.
fn verdict(ours: &dyn SignatureVerifier, key: &Numbers, message: &[u8], signature: &[u8]) -> bool {
    let algorithm = ours.algorithm();
    let key = key.key(algorithm);
    let expected = Ring(algorithm).verify(key, message, signature);
    assert_eq!(
        ours.verify(key, message, signature),
        expected,
        "{algorithm} {key:x?} {message:x?} {signature:x?}"
    );
    expected.is_ok()
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

#[test]
fn signatures_and_messages_with_any_bit_flipped_are_judged_as_ring_judges_them() {
    for ours in VERIFIERS {
        let provider = Provider::signing_with(ours.algorithm());
        let key = Numbers::of(&provider);
        let message = b"header.payload";
        let signature = provider.signature(message);
        assert!(verdict(ours, &key, message, &signature), "{}", ours.algorithm());
        // Every bit of the short signatures; of the long ones every third, and all at the ends.
        let bits = 8 * signature.len();
        let step = if bits > 1024 { 3 } else { 1 };
        for bit in (0..bits).filter(|bit| bit % step == 0 || *bit < 32 || *bit > bits - 32) {
            assert!(!verdict(ours, &key, message, &flipped(&signature, bit)), "{bit}");
        }
        for bit in 0..8 * message.len() {
            assert!(!verdict(ours, &key, &flipped(message, bit), &signature), "{bit}");
        }
        for len in [0, 1, signature.len() - 1] {
            assert!(!verdict(ours, &key, message, &signature[..len]), "{len}");
        }
        assert!(!verdict(ours, &key, message, &[signature.as_slice(), &[0]].concat()));
    }
}

#[test]
fn keys_with_any_bit_flipped_are_judged_as_ring_judges_them() {
    for ours in VERIFIERS {
        let provider = Provider::signing_with(ours.algorithm());
        let key = Numbers::of(&provider);
        let signature = provider.signature(b"message");
        for (i, number) in key.0.iter().enumerate() {
            let step = if number.len() > 64 { 7 } else { 1 };
            for bit in (0..8 * number.len()).step_by(step) {
                let mut changed = Numbers(key.0.clone());
                changed.0[i] = flipped(number, bit);
                assert!(!verdict(ours, &changed, b"message", &signature), "{i} {bit}");
            }
        }
    }
}

#[test]
fn messages_of_any_length_are_verified() {
    for ours in VERIFIERS {
        let provider = Provider::signing_with(ours.algorithm());
        let key = Numbers::of(&provider);
        // Around the ends of the hashes' blocks, and as long as a token.
        for len in (0..300).step_by(13).chain([55, 56, 63, 64, 111, 112, 127, 128, 8192]) {
            let message = vec![b'm'; len];
            let signature = provider.signature(&message);
            assert!(verdict(ours, &key, &message, &signature), "{} {len}", ours.algorithm());
        }
    }
}

#[test]
fn a_verifier_refuses_the_keys_of_the_others() {
    for ours in VERIFIERS {
        for other in VERIFIERS {
            let provider = Provider::signing_with(other.algorithm());
            let key = Numbers::of(&provider);
            let signature = provider.signature(b"message");
            let accepted = ours.verify(key.key(other.algorithm()), b"message", &signature).is_ok();
            assert_eq!(accepted, ours.algorithm() == other.algorithm());
        }
    }
}
