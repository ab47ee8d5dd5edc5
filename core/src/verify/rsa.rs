//! What RS256 and PS256 have in common: the message that a signature encodes.

use super::modular;
use crate::jwa::PublicKey;
use crate::policy::RSA_MODULUS_BITS;

/// Bytes of the longest modulus.
pub(super) const MODULUS_LEN: usize = RSA_MODULUS_BITS.end().div_ceil(8);

/// A SHA-256 hash.
pub(super) type Hash = [u8; 32];

/// What was signed (RSAVP1, section 5.2.2), as long as the modulus, whose bits are told besides.
pub(super) fn encoded_message<'b>(
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
