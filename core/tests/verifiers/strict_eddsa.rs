//! THREATS case 21, where verifiers of Ed25519 differ: what RFC 8032 lets a strict one refuse.

use onerealm_core::verify::EdDsa;
use onerealm_core::{InvalidSignature, PublicKey, SignatureVerifier};

/// A point of each small order with each sign, and the spellings of theirs that are not reduced.
fn small_order_points() -> Vec<[u8; 32]> {
    const ORDER_EIGHT: [&str; 2] = [
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ];
    let little = |low: u8, rest: u8, high: u8| {
        let mut point = [rest; 32];
        (point[0], point[31]) = (low, high);
        point
    };
    let mut points = vec![
        // 0, 1, -1, and then p and p + 1, which are 0 and 1.
        little(0, 0, 0),
        little(1, 0, 0),
        little(0xec, 0xff, 0x7f),
        little(0xed, 0xff, 0x7f),
        little(0xee, 0xff, 0x7f),
    ];
    for text in ORDER_EIGHT {
        let byte = |i: usize| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap();
        points.push(core::array::from_fn(byte));
    }
    let mut negative = points.clone();
    negative.iter_mut().for_each(|point| point[31] |= 0x80);
    points.append(&mut negative);
    points
}

fn verify(
    key: &[u8; 32],
    message: &[u8],
    r: &[u8; 32],
    s: &[u8; 32],
) -> Result<(), InvalidSignature> {
    EdDsa.verify(PublicKey::Ed25519 { x: key }, message, &[*r, *s].concat())
}

/// With a key of small order, `S = 0` and an `R` that the equation asks for are a signature of
/// every eighth message at least, and of every message where the key is the neutral element.
#[test]
fn case_021_a_key_of_small_order_signs_nothing() {
    for key in small_order_points() {
        for r in small_order_points() {
            for message in 0..16_u8 {
                assert_eq!(
                    verify(&key, &[message], &r, &[0; 32]),
                    Err(InvalidSignature),
                    "{key:x?}"
                );
            }
        }
    }
}

/// `S` and `S` plus the order are the same scalar.
#[test]
fn case_021_a_scalar_has_one_spelling() {
    let pair = ring::signature::Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let key: [u8; 32] = ring::signature::KeyPair::public_key(&pair).as_ref().try_into().unwrap();
    let signature = pair.sign(b"message");
    let (r, s) = signature.as_ref().split_at(32);
    let (r, mut s): ([u8; 32], [u8; 32]) = (r.try_into().unwrap(), s.try_into().unwrap());
    assert_eq!(verify(&key, b"message", &r, &s), Ok(()));
    let order: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    for _ in 0..14 {
        let mut carry = 0;
        for (digit, order) in s.iter_mut().zip(order) {
            let sum = u16::from(*digit) + u16::from(order) + carry;
            (*digit, carry) = (sum as u8, sum >> 8);
        }
        assert_eq!(verify(&key, b"message", &r, &s), Err(InvalidSignature), "{s:x?}");
    }
}
