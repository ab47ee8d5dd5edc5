//! ECDSA on P-256 and P-384 (RFC 7518 section 3.4), with the curves of the crates `p256` and
//! `p384`.

use super::accept_if;
use crate::jwa::{InvalidSignature, JwsAlgorithm, PublicKey, SignatureVerifier};

/// A verifier on one curve. The crates differ in their types only.
macro_rules! ecdsa_verifier {
    ($(#[$meta:meta])* $name:ident, $algorithm:ident, $key:ident, $curve:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl SignatureVerifier for $name {
            fn algorithm(&self) -> JwsAlgorithm {
                JwsAlgorithm::$algorithm
            }

            fn verify(
                &self,
                key: PublicKey<'_>,
                message: &[u8],
                signature: &[u8],
            ) -> Result<(), InvalidSignature> {
                use $curve::ecdsa::{Signature, VerifyingKey, signature::Verifier};
                use $curve::{FieldBytes, Sec1Point};

                let PublicKey::$key { x, y } = key else { return Err(InvalidSignature) };
                let coordinate = |bytes: &[u8]| FieldBytes::try_from(bytes);
                let (Ok(x), Ok(y)) = (coordinate(x), coordinate(y)) else {
                    return Err(InvalidSignature);
                };
                let point = Sec1Point::from_affine_coordinates(&x, &y, false);
                // Neither takes a point off the curve, nor zero or the order for `r` and `s`.
                let key = VerifyingKey::from_sec1_point(&point).map_err(|_| InvalidSignature)?;
                let signature = Signature::from_slice(signature).map_err(|_| InvalidSignature)?;
                accept_if(key.verify(message, &signature).is_ok())
            }
        }
    };
}

#[cfg(feature = "es256")]
ecdsa_verifier!(
    /// Verifies ES256.
    Es256, Es256, P256, p256
);

#[cfg(feature = "es384")]
ecdsa_verifier!(
    /// Verifies ES384.
    Es384, Es384, P384, p384
);
