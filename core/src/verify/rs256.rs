//! RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2, RFC 7518 section 3.3).

use core::iter::{once, repeat_n};
use sha2::{Digest, Sha256};

use super::accept_if;
use super::rsa::{Hash, MODULUS_LEN, encoded_message};
use crate::jwa::{InvalidSignature, JwsAlgorithm, PublicKey, SignatureVerifier};

/// Verifies RS256, for moduli of 2048 to 4096 bits. See the [module's](super) warning.
#[derive(Debug, Clone, Copy)]
pub struct Rs256;

impl SignatureVerifier for Rs256 {
    fn algorithm(&self) -> JwsAlgorithm {
        JwsAlgorithm::Rs256
    }

    fn verify(
        &self,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let mut buf = [0; MODULUS_LEN];
        let (encoded, _) = encoded_message(key, signature, &mut buf).ok_or(InvalidSignature)?;
        accept_if(is_pkcs1(encoded, &Sha256::digest(message).into()))
    }
}

/// Whether `encoded` is the one encoding of `hash` (EMSA-PKCS1-v1_5, section 9.2): it is made and
/// compared, not taken apart.
fn is_pkcs1(encoded: &[u8], hash: &Hash) -> bool {
    let fixed = 3 + DIGEST_INFO.len() + hash.len();
    let padding = encoded.len().saturating_sub(fixed);
    let expected = [0, 1]
        .into_iter()
        .chain(repeat_n(0xff, padding))
        .chain(once(0))
        .chain(DIGEST_INFO)
        .chain(*hash);
    expected.eq(encoded.iter().copied())
}

/// The DER of a `DigestInfo` for SHA-256, up to the hash (section 9.2, note 1).
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];
