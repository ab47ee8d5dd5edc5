//! RSASSA-PSS with SHA-256 (RFC 8017 section 8.1, RFC 7518 section 3.5).

use sha2::{Digest, Sha256};

use super::accept_if;
use super::rsa::{Hash, MODULUS_LEN, encoded_message};
use crate::jwa::{InvalidSignature, JwsAlgorithm, PublicKey, SignatureVerifier};

/// Verifies PS256, for moduli of 2048 to 4096 bits. See the [module's](super) warning.
#[derive(Debug, Clone, Copy)]
pub struct Ps256;

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
