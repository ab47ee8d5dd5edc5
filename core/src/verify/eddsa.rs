//! Ed25519 (RFC 8032 section 5.1.7, RFC 8037 section 3.1), on the curve of the crate `salty`.
//!
//! Strict where implementations differ: `S` is below the group's order, the key and `R` have their
//! one spelling, and neither is of small order, so that no signature has a second form and none
//! is good for two messages. The equation is the one without the cofactor.

use salty::{CompressedY, EdwardsPoint, Scalar};
use sha2::{Digest, Sha512};

use super::accept_if;
use crate::jwa::{InvalidSignature, JwsAlgorithm, PublicKey, SignatureVerifier};

/// Verifies EdDSA with Ed25519.
#[derive(Debug, Clone, Copy)]
pub struct EdDsa;

impl SignatureVerifier for EdDsa {
    fn algorithm(&self) -> JwsAlgorithm {
        JwsAlgorithm::EdDsa
    }

    fn verify(
        &self,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let PublicKey::Ed25519 { x: key } = key else { return Err(InvalidSignature) };
        let key: &[u8; 32] = key.try_into().map_err(|_| InvalidSignature)?;
        let (r, s) = signature.split_first_chunk::<32>().ok_or(InvalidSignature)?;
        let s: &[u8; 32] = s.try_into().map_err(|_| InvalidSignature)?;
        if !is_below(s, &ORDER) || !is_strict_point(key) || !is_strict_point(r) {
            return Err(InvalidSignature);
        }
        let minus_a = -&CompressedY(*key).decompressed().map_err(|_| InvalidSignature)?;
        let hash = Sha512::new().chain_update(r).chain_update(key).chain_update(message).finalize();
        let k = Scalar::from_u512_le(&hash.into());
        // S B = R + k A, read for R.
        let expected = &(&Scalar(*s) * &EdwardsPoint::basepoint()) + &(&k * &minus_a);
        accept_if(expected.compressed().to_bytes() == *r)
    }
}

/// Whether this is the one spelling of a `y`, and not that of one of the eight points of small
/// order, whose sign doesn't matter.
fn is_strict_point(point: &[u8; 32]) -> bool {
    let mut y = *point;
    y[31] &= 0x7f;
    is_below(&y, &PRIME) && !SMALL_ORDER.contains(&y)
}

/// Compares little-endian numbers.
fn is_below(x: &[u8; 32], y: &[u8; 32]) -> bool {
    x.iter().rev().lt(y.iter().rev())
}

/// 2^252 + 27742317777372353535851937790883648493
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// 2^255 - 19
const PRIME: [u8; 32] = [
    0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
];

/// The `y` of the points whose order divides eight: 1, -1, 0, and the two of order eight.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0,
    ],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0x7f,
    ],
    [0; 32],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];
