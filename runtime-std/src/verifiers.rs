//! Verifies ID token signatures with the crypto library that TLS uses too.

use onerealm_core::{InvalidSignature, JwsAlgorithm, PublicKey, SignatureVerifier, policy};
use ring::signature::{
    self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

/// A verifier for each signature algorithm of ID tokens, as
/// [`UnverifiedIdToken::validate`](onerealm_core::UnverifiedIdToken::validate) takes them.
pub fn verifiers() -> &'static [&'static dyn SignatureVerifier] {
    VERIFIERS
}

const VERIFIERS: &[&dyn SignatureVerifier] = &[
    &Verifier(JwsAlgorithm::Rs256, Method::Rsa(&signature::RSA_PKCS1_2048_8192_SHA256)),
    &Verifier(JwsAlgorithm::Rs384, Method::Rsa(&signature::RSA_PKCS1_2048_8192_SHA384)),
    &Verifier(JwsAlgorithm::Rs512, Method::Rsa(&signature::RSA_PKCS1_2048_8192_SHA512)),
    &Verifier(JwsAlgorithm::Ps256, Method::Rsa(&signature::RSA_PSS_2048_8192_SHA256)),
    &Verifier(JwsAlgorithm::Ps384, Method::Rsa(&signature::RSA_PSS_2048_8192_SHA384)),
    &Verifier(JwsAlgorithm::Ps512, Method::Rsa(&signature::RSA_PSS_2048_8192_SHA512)),
    &Verifier(JwsAlgorithm::Es256, Method::Curve(&signature::ECDSA_P256_SHA256_FIXED)),
    &Verifier(JwsAlgorithm::Es384, Method::Curve(&signature::ECDSA_P384_SHA384_FIXED)),
    &Verifier(JwsAlgorithm::EdDsa, Method::Curve(&signature::ED25519)),
];

/// Verifies one algorithm.
struct Verifier(JwsAlgorithm, Method);

enum Method {
    Rsa(&'static RsaParameters),
    Curve(&'static dyn VerificationAlgorithm),
}

impl SignatureVerifier for Verifier {
    fn algorithm(&self) -> JwsAlgorithm {
        self.0
    }

    fn longest_modulus_bits(&self) -> usize {
        policy::RSA_LONGEST_MODULUS_BITS
    }

    fn verify(
        &self,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let verified = match (&self.1, key) {
            (Method::Rsa(parameters), PublicKey::Rsa { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature)
            }
            (Method::Curve(curve), PublicKey::P256 { x, y } | PublicKey::P384 { x, y }) => {
                let mut point = [UNCOMPRESSED_POINT; 1 + 2 * 48];
                let coordinates = x.iter().chain(y);
                point.iter_mut().skip(1).zip(coordinates).for_each(|(to, from)| *to = *from);
                let point = point.get(..1 + x.len() + y.len()).unwrap_or_default();
                UnparsedPublicKey::new(*curve, point).verify(message, signature)
            }
            (Method::Curve(curve), PublicKey::Ed25519 { x }) => {
                UnparsedPublicKey::new(*curve, x).verify(message, signature)
            }
            _ => return Err(InvalidSignature),
        };
        verified.map_err(|_| InvalidSignature)
    }
}

/// SEC 1 section 2.3.3.
const UNCOMPRESSED_POINT: u8 = 4;
