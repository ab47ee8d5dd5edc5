//! RSASSA-PKCS1-v1_5 and RSASSA-PSS with SHA-256 (RFC 8017 section 8, RFC 7518 sections 3.3 and
//! 3.5).

use core::iter::{once, repeat_n};
use sha2::{Digest, Sha256};

use super::{accept_if, modular};
use crate::jwa::{InvalidSignature, JwsAlgorithm, PublicKey, SignatureVerifier};
use crate::policy::RSA_MODULUS_BITS;

/// Verifies RS256, for moduli of 2048 to 4096 bits.
#[derive(Debug, Clone, Copy)]
pub struct Rs256;

/// Verifies PS256, for moduli of 2048 to 4096 bits.
#[derive(Debug, Clone, Copy)]
pub struct Ps256;

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

impl SignatureVerifier for Ps256 {
    fn algorithm(&self) -> JwsAlgorithm {
        JwsAlgorithm::Ps256
    }

    fn verify(
        &self,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let mut buf = [0; MODULUS_LEN];
        let (encoded, bits) = encoded_message(key, signature, &mut buf).ok_or(InvalidSignature)?;
        accept_if(is_pss(encoded, bits, &Sha256::digest(message).into()).unwrap_or(false))
    }
}

/// Bytes of the longest modulus.
const MODULUS_LEN: usize = RSA_MODULUS_BITS.end().div_ceil(8);

type Hash = [u8; 32];

/// What was signed (RSAVP1, section 5.2.2), as long as the modulus, whose bits are told besides.
fn encoded_message<'b>(
    key: PublicKey<'_>,
    signature: &[u8],
    buf: &'b mut [u8; MODULUS_LEN],
) -> Option<(&'b mut [u8], usize)> {
    let PublicKey::Rsa { n, e } = key else { return None };
    let mut exponent = [0; 4];
    let place = exponent.len().checked_sub(e.len()).and_then(|at| exponent.get_mut(at..))?;
    place.iter_mut().zip(e).for_each(|(to, from)| *to = *from);
    let encoded = buf.get_mut(..signature.len())?;
    encoded.iter_mut().zip(signature).for_each(|(to, from)| *to = *from);
    modular::power(encoded, u32::from_be_bytes(exponent), n)?;
    Some((encoded, modular::bit_len(n)?))
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

/// Whether `encoded` is an encoding of `hash` with MGF1 and a salt as long as the hash (EMSA-PSS,
/// section 9.1.2, whose numbers these are). `None` where it has no such parts.
fn is_pss(encoded: &mut [u8], modulus_bits: usize, hash: &Hash) -> Option<bool> {
    // One bit shorter than the modulus, and so perhaps one byte, which is zero then.
    let bits = modulus_bits.checked_sub(1)?;
    let (leading, encoded) = encoded.split_at_mut_checked(encoded.len() - bits.div_ceil(8))?;
    let unused = 0xff_u8.checked_shl(8 - (8 * encoded.len() - bits) as u32).unwrap_or(0);
    // 4. It ends in 0xbc.
    let (trailer, encoded) = encoded.split_last_mut()?;
    // 5. Before that it has a masked block and a hash,
    let (block, salted_hash) = encoded.split_last_chunk_mut::<32>()?;
    // 6. of which the bits that are too many are zero.
    let surplus = block.first()? & unused;
    // 7. to 9. The block is unmasked, and those bits are cleared again.
    unmask(block, salted_hash);
    *block.first_mut()? &= !unused;
    // 10. It is zeros, a one, and the salt.
    let (padding, salt) = block.split_last_chunk::<32>()?;
    let (one, zeros) = padding.split_last()?;
    // 12. to 14. Message and salt have that hash.
    let expected: Hash =
        Sha256::new().chain_update([0; 8]).chain_update(hash).chain_update(salt).finalize().into();
    Some(
        leading.iter().all(|byte| *byte == 0)
            && *trailer == 0xbc
            && surplus == 0
            && zeros.iter().all(|byte| *byte == 0)
            && *one == 1
            && expected == *salted_hash,
    )
}

/// Takes the mask that `seed` makes off `block` (MGF1, appendix B.2.1).
fn unmask(block: &mut [u8], seed: &Hash) {
    for (counter, chunk) in (0_u32..).zip(block.chunks_mut(32)) {
        let mask = Sha256::new().chain_update(seed).chain_update(counter.to_be_bytes()).finalize();
        chunk.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    }
}
