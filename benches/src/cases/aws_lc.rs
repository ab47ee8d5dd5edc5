//! Signatures verified by aws-lc, as a program would hand them to the core.

use aws_lc_rs::signature::{
    self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use onerealm_core::{InvalidSignature, JwsAlgorithm, PublicKey, SignatureVerifier};

pub const VERIFIERS: &[&dyn SignatureVerifier] = &[
    &Rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
    &Curve(JwsAlgorithm::Es256, &signature::ECDSA_P256_SHA256_FIXED),
    &Curve(JwsAlgorithm::EdDsa, &signature::ED25519),
];

struct Rsa(&'static RsaParameters);

impl SignatureVerifier for Rsa {
    fn algorithm(&self) -> JwsAlgorithm {
        JwsAlgorithm::Rs256
    }

    fn verify(
        &self,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let PublicKey::Rsa { n, e } = key else { return Err(InvalidSignature) };
        let key = RsaPublicKeyComponents { n, e };
        key.verify(self.0, message, signature).map_err(|_| InvalidSignature)
    }
}

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
        let mut point = [4; 65];
        let key = match key {
            PublicKey::P256 { x, y } => {
                point.iter_mut().skip(1).zip(x.iter().chain(y)).for_each(|(to, from)| *to = *from);
                &point[..]
            }
            PublicKey::Ed25519 { x } => x,
            _ => return Err(InvalidSignature),
        };
        let key = UnparsedPublicKey::new(self.1, key);
        key.verify(message, signature).map_err(|_| InvalidSignature)
    }
}
