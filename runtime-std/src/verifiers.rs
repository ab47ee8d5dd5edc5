//! Signatures of ID tokens, verified by the crypto library that TLS uses too.

use onerealm_core::{InvalidSignature, JwsAlgorithm, PublicKey, SignatureVerifier};
use ring::signature::{
    self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

/// A verifier for each signature algorithm of ID tokens, as
/// [`IdToken::validate`](onerealm_core::IdToken::validate) takes them.
pub fn verifiers() -> &'static [&'static dyn SignatureVerifier] {
    VERIFIERS
}

const VERIFIERS: &[&dyn SignatureVerifier] = &[
    &Rsa(JwsAlgorithm::Rs256, &signature::RSA_PKCS1_2048_8192_SHA256),
    &Rsa(JwsAlgorithm::Rs384, &signature::RSA_PKCS1_2048_8192_SHA384),
    &Rsa(JwsAlgorithm::Rs512, &signature::RSA_PKCS1_2048_8192_SHA512),
    &Rsa(JwsAlgorithm::Ps256, &signature::RSA_PSS_2048_8192_SHA256),
    &Rsa(JwsAlgorithm::Ps384, &signature::RSA_PSS_2048_8192_SHA384),
    &Rsa(JwsAlgorithm::Ps512, &signature::RSA_PSS_2048_8192_SHA512),
    &Curve(JwsAlgorithm::Es256, &signature::ECDSA_P256_SHA256_FIXED),
    &Curve(JwsAlgorithm::Es384, &signature::ECDSA_P384_SHA384_FIXED),
    &Curve(JwsAlgorithm::EdDsa, &signature::ED25519),
];

struct Rsa(JwsAlgorithm, &'static RsaParameters);

impl SignatureVerifier for Rsa {
    fn algorithm(&self) -> JwsAlgorithm {
        self.0
    }

    fn verify(
        &self,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let PublicKey::Rsa { n, e } = key else { return Err(InvalidSignature) };
        let key = RsaPublicKeyComponents { n, e };
        key.verify(self.1, message, signature).map_err(|_| InvalidSignature)
    }
}

/// Elliptic curves.
struct Curve(JwsAlgorithm, &'static dyn VerificationAlgorithm);

impl SignatureVerifier for Curve {
    fn algorithm(&self) -> JwsAlgorithm {
        self.0
    }

    fn verify(
        &self,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let mut point = [UNCOMPRESSED_POINT; 1 + 2 * 48];
        let key = match key {
            PublicKey::P256 { x, y } | PublicKey::P384 { x, y } => {
                let coordinates = x.iter().chain(y);
                point.iter_mut().skip(1).zip(coordinates).for_each(|(to, from)| *to = *from);
                point.get(..1 + x.len() + y.len()).ok_or(InvalidSignature)?
            }
            PublicKey::Ed25519 { x } => x,
            PublicKey::Rsa { .. } => return Err(InvalidSignature),
        };
        let key = UnparsedPublicKey::new(self.1, key);
        key.verify(message, signature).map_err(|_| InvalidSignature)
    }
}

/// SEC 1 section 2.3.3.
const UNCOMPRESSED_POINT: u8 = 4;
