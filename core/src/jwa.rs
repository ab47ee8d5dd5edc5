//! The signature algorithms that a relying party verifies (RFC 7518 section 3, RFC 8037), their
//! keys, and the seam to whatever verifies them.

use core::fmt;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::policy::RSA_MODULUS_BITS;
use crate::wire::{JsonStr, decode_into};

/// A signature algorithm. `none` and the symmetric ones have no variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwsAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

impl JwsAlgorithm {
    pub(crate) const ALL: [JwsAlgorithm; 9] = [
        JwsAlgorithm::Rs256,
        JwsAlgorithm::Rs384,
        JwsAlgorithm::Rs512,
        JwsAlgorithm::Ps256,
        JwsAlgorithm::Ps384,
        JwsAlgorithm::Ps512,
        JwsAlgorithm::Es256,
        JwsAlgorithm::Es384,
        JwsAlgorithm::EdDsa,
    ];

    /// The name in a header's `alg`.
    pub fn as_str(self) -> &'static str {
        match self {
            JwsAlgorithm::Rs256 => "RS256",
            JwsAlgorithm::Rs384 => "RS384",
            JwsAlgorithm::Rs512 => "RS512",
            JwsAlgorithm::Ps256 => "PS256",
            JwsAlgorithm::Ps384 => "PS384",
            JwsAlgorithm::Ps512 => "PS512",
            JwsAlgorithm::Es256 => "ES256",
            JwsAlgorithm::Es384 => "ES384",
            JwsAlgorithm::EdDsa => "EdDSA",
        }
    }

    pub(crate) fn of_name(name: JsonStr<'_>) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.is_named(name))
    }

    /// Whether that is one of its names: RFC 9864 gives EdDSA with this curve one of its own.
    pub(crate) fn is_named(self, name: JsonStr<'_>) -> bool {
        name == *self.as_str() || self == JwsAlgorithm::EdDsa && name == *"Ed25519"
    }

    /// The kind of key that it takes.
    pub(crate) fn key_kind(self) -> KeyKind {
        use JwsAlgorithm::*;
        match self {
            Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512 => KeyKind::Rsa,
            Es256 => KeyKind::P256,
            Es384 => KeyKind::P384,
            EdDsa => KeyKind::Ed25519,
        }
    }

    /// Whether `text` is the base64url of the left half of the hash of `token`, as `at_hash` is
    /// (OpenID Connect Core 3.1.3.6). The hash is the algorithm's.
    ///
    /// No specification names one for EdDSA: providers take SHA-512, with which Ed25519 hashes, or
    /// SHA-256.
    pub(crate) fn is_left_half_hash(self, text: &str, token: JsonStr<'_>) -> bool {
        use JwsAlgorithm::*;
        match self {
            Rs256 | Ps256 | Es256 => is_left_half::<Sha256>(text, token),
            Rs384 | Ps384 | Es384 => is_left_half::<Sha384>(text, token),
            Rs512 | Ps512 => is_left_half::<Sha512>(text, token),
            EdDsa => is_left_half::<Sha512>(text, token) || is_left_half::<Sha256>(text, token),
        }
    }
}

fn is_left_half<D: Digest>(text: &str, token: JsonStr<'_>) -> bool {
    let mut digest = D::new();
    token.for_each_piece(&mut |piece| digest.update(piece));
    let hash = digest.finalize();
    // Half of SHA-512's 64 bytes, and what decoding takes on top.
    let mut buf = [0; 48];
    let decoded = decode_into(text, &mut buf);
    decoded.is_ok_and(|(decoded, _)| hash.get(..hash.len() / 2) == Some(decoded))
}

impl fmt::Display for JwsAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The kinds of keys, each with its curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Rsa,
    P256,
    P384,
    Ed25519,
}

/// A public key's numbers, big-endian, as a verifier takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicKey<'k> {
    /// RSA: modulus without leading zeros, odd, 256 to 512 bytes, or more where the verifier
    /// [takes more](SignatureVerifier::longest_modulus_bits); exponent odd and at least 3.
    Rsa {
        /// The modulus.
        n: &'k [u8],
        /// The public exponent.
        e: &'k [u8],
    },
    /// A point on P-256: 32 bytes each. Whether it is on the curve is the verifier's to check.
    P256 {
        /// The x coordinate.
        x: &'k [u8],
        /// The y coordinate.
        y: &'k [u8],
    },
    /// A point on P-384: 48 bytes each. Whether it is on the curve is the verifier's to check.
    P384 {
        /// The x coordinate.
        x: &'k [u8],
        /// The y coordinate.
        y: &'k [u8],
    },
    /// An Ed25519 public key: 32 bytes.
    Ed25519 {
        /// The key.
        x: &'k [u8],
    },
}

/// Verifies signatures of one algorithm. Which of them are passed decides what is accepted.
pub trait SignatureVerifier: Sync {
    /// The algorithm.
    fn algorithm(&self) -> JwsAlgorithm;

    /// The longest RSA modulus that it takes, in bits: 4096 unless it says otherwise. It may take
    /// up to 8192. Keys that are longer don't come here.
    fn longest_modulus_bits(&self) -> usize {
        *RSA_MODULUS_BITS.end()
    }

    /// Verifies `signature` over `message`.
    ///
    /// The key is of the algorithm's kind. The signature is as in RFC 7518: `r || s` for ECDSA
    /// (64 or 96 bytes), 64 bytes for Ed25519, as long as the modulus for RSA; other lengths
    /// don't come here.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`], also where the key is no key.
    fn verify(
        &self,
        key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature>;
}

/// The signature isn't one of this key over this message, or the key is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidSignature;
