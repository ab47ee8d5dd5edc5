//! Signatures of ID tokens, verified by the crypto library that TLS uses too.

use onerealm_core::{InvalidSignature, JwsAlgorithm, PublicKey, SignatureVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{AlgorithmIdentifier, SignatureVerificationAlgorithm, alg_id};

use crate::crypto;

/// A verifier for each signature algorithm of ID tokens that the crypto library has: all of them, by
/// default.
#[derive(Debug, Clone)]
pub struct Verifiers(Vec<Verifier>);

impl Verifiers {
    /// As [`IdToken::validate`](onerealm_core::IdToken::validate) takes them.
    pub fn as_dyn(&self) -> Vec<&dyn SignatureVerifier> {
        self.0.iter().map(|verifier| verifier as _).collect()
    }
}

impl Default for Verifiers {
    fn default() -> Self {
        Verifiers::from(&crypto::provider())
    }
}

/// Verifiers with another crypto library than the one that logins use.
impl From<&CryptoProvider> for Verifiers {
    fn from(provider: &CryptoProvider) -> Self {
        let all = provider.signature_verification_algorithms.all;
        let verifiers = ALGORITHMS.into_iter().filter_map(|(algorithm, key, signature)| {
            let verification = all
                .iter()
                .find(|v| v.public_key_alg_id() == key && v.signature_alg_id() == signature)?;
            Some(Verifier { algorithm, verification: *verification })
        });
        Verifiers(verifiers.collect())
    }
}

/// Verifies one algorithm.
#[derive(Debug, Clone, Copy)]
struct Verifier {
    algorithm: JwsAlgorithm,
    verification: &'static dyn SignatureVerificationAlgorithm,
}

const ALGORITHMS: [(JwsAlgorithm, AlgorithmIdentifier, AlgorithmIdentifier); 9] = [
    (JwsAlgorithm::Rs256, alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA256),
    (JwsAlgorithm::Rs384, alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA384),
    (JwsAlgorithm::Rs512, alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA512),
    (JwsAlgorithm::Ps256, alg_id::RSA_ENCRYPTION, alg_id::RSA_PSS_SHA256),
    (JwsAlgorithm::Ps384, alg_id::RSA_ENCRYPTION, alg_id::RSA_PSS_SHA384),
    (JwsAlgorithm::Ps512, alg_id::RSA_ENCRYPTION, alg_id::RSA_PSS_SHA512),
    (JwsAlgorithm::Es256, alg_id::ECDSA_P256, alg_id::ECDSA_SHA256),
    (JwsAlgorithm::Es384, alg_id::ECDSA_P384, alg_id::ECDSA_SHA384),
    (JwsAlgorithm::EdDsa, alg_id::ED25519, alg_id::ED25519),
];

impl SignatureVerifier for Verifier {
    fn algorithm(&self) -> JwsAlgorithm {
        self.algorithm
    }

    fn verify(
        &self,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let (key, signature) = match key {
            PublicKey::Rsa { n, e } => (Der::integers(n, e)?, Der::verbatim(&[signature])?),
            PublicKey::P256 { x, y } | PublicKey::P384 { x, y } => {
                let half = signature.len() / 2;
                let (r, s) = signature.split_at_checked(half).ok_or(InvalidSignature)?;
                (Der::verbatim(&[&[UNCOMPRESSED_POINT], x, y])?, Der::integers(r, s)?)
            }
            PublicKey::Ed25519 { x } => (Der::verbatim(&[x])?, Der::verbatim(&[signature])?),
        };
        self.verification
            .verify_signature(key.as_slice(), message, signature.as_slice())
            .map_err(|_| InvalidSignature)
    }
}

/// SEC 1 section 2.3.3.
const UNCOMPRESSED_POINT: u8 = 4;

/// Room for an RSA key of 4096 bits and for every signature.
const DER_LEN: usize = 544;

/// A key or signature as X.509 has it, without a heap.
struct Der {
    bytes: [u8; DER_LEN],
    len: usize,
}

impl Der {
    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn verbatim(parts: &[&[u8]]) -> Result<Self, InvalidSignature> {
        let mut der = Der { bytes: [0; DER_LEN], len: 0 };
        parts.iter().try_for_each(|part| der.push(part))?;
        Ok(der)
    }

    /// `SEQUENCE { INTEGER a, INTEGER b }`: an RSA public key (RFC 8017 A.1.1), or the signature
    /// of RFC 3279 section 2.2.3.
    fn integers(a: &[u8], b: &[u8]) -> Result<Self, InvalidSignature> {
        let (a, b) = (Integer::of(a), Integer::of(b));
        let mut der = Der { bytes: [0; DER_LEN], len: 0 };
        der.push_header(0x30, a.encoded_len() + b.encoded_len())?;
        for integer in [a, b] {
            der.push_header(0x02, integer.content_len())?;
            if integer.needs_zero {
                der.push(&[0])?;
            }
            der.push(integer.bytes)?;
        }
        Ok(der)
    }

    fn push_header(&mut self, tag: u8, len: usize) -> Result<(), InvalidSignature> {
        match u16::try_from(len).map_err(|_| InvalidSignature)?.to_be_bytes() {
            [0, len @ 0..=0x7f] => self.push(&[tag, len]),
            [0, len] => self.push(&[tag, 0x81, len]),
            [high, low] => self.push(&[tag, 0x82, high, low]),
        }
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), InvalidSignature> {
        let end = self.len + bytes.len();
        self.bytes.get_mut(self.len..end).ok_or(InvalidSignature)?.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }
}

/// A number that is not negative, in its shortest form.
struct Integer<'a> {
    bytes: &'a [u8],
    needs_zero: bool,
}

impl<'a> Integer<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let zeros = bytes.iter().take_while(|b| **b == 0).count();
        let bytes = bytes.get(zeros..).unwrap_or_default();
        Integer { bytes, needs_zero: bytes.first().is_none_or(|b| *b >= 0x80) }
    }

    fn content_len(&self) -> usize {
        self.bytes.len() + usize::from(self.needs_zero)
    }

    fn encoded_len(&self) -> usize {
        let content = self.content_len();
        let header = match content {
            0..=0x7f => 2,
            0x80..=0xff => 3,
            _ => 4,
        };
        header + content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_has_a_verifier() {
        let found: Vec<_> = Verifiers::default().as_dyn().iter().map(|v| v.algorithm()).collect();
        assert_eq!(found, ALGORITHMS.map(|(algorithm, ..)| algorithm));
    }

    #[test]
    fn integers_are_written_in_their_shortest_form() {
        let der = |a: &[u8], b: &[u8]| Der::integers(a, b).unwrap().as_slice().to_vec();
        assert_eq!(der(&[0, 0, 1], &[0x80]), [0x30, 7, 2, 1, 1, 2, 2, 0, 0x80]);
        assert_eq!(der(&[], &[0, 0]), [0x30, 6, 2, 1, 0, 2, 1, 0]);
        let long = der(&[0x80; 200], &[1; 3]);
        assert_eq!(long.get(..7), Some(&[0x30, 0x81, 209, 2, 0x81, 201, 0][..]));
        let longer = der(&[0x80; 512], &[1, 0, 1]);
        assert_eq!(longer.get(..9), Some(&[0x30, 0x82, 2, 10, 2, 0x82, 2, 1, 0][..]));
        assert_eq!(longer.len(), 4 + 4 + 513 + 5);
        assert!(Der::integers(&[0xff; 540], &[1]).is_err());
    }
}
