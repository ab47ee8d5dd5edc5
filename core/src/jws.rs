//! JSON Web Signatures in compact form (RFC 7515 section 7.1), with the algorithms of RFC 7518
//! and RFC 8037 that a relying party verifies.

use core::fmt;
use serde::Deserialize;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::error::error_enum;
use crate::jwks::{JwksError, KeySet};
use crate::policy::KEY_ID_LEN;
use crate::wire::{
    BufferTooSmall, DecodeError, Json, JsonError, JsonStr, Value, decode_into, decoded_len_bound,
};

/// A signature algorithm. `none` and the symmetric ones can't be said.
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
    const ALL: [JwsAlgorithm; 9] = [
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

    fn of_name(name: JsonStr<'_>) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| name == *algorithm.as_str())
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

    /// Whether `text` is the base64url of the left half of the hash of `bytes`, as `at_hash` is
    /// (OpenID Connect Core 3.1.3.6). The hash is the algorithm's.
    ///
    /// No specification names one for EdDSA: providers take SHA-512, with which Ed25519 hashes, or
    /// SHA-256.
    pub(crate) fn is_left_half_hash(
        self,
        text: &str,
        bytes: impl Iterator<Item = u8> + Clone,
    ) -> bool {
        use JwsAlgorithm::*;
        match self {
            Rs256 | Ps256 | Es256 => is_left_half::<Sha256>(text, bytes),
            Rs384 | Ps384 | Es384 => is_left_half::<Sha384>(text, bytes),
            Rs512 | Ps512 => is_left_half::<Sha512>(text, bytes),
            EdDsa => {
                is_left_half::<Sha512>(text, bytes.clone()) || is_left_half::<Sha256>(text, bytes)
            }
        }
    }
}

fn is_left_half<D: Digest>(text: &str, bytes: impl Iterator<Item = u8>) -> bool {
    let mut digest = D::new();
    bytes.for_each(|byte| digest.update([byte]));
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
    /// RSA: modulus without leading zeros, 256 to 512 bytes, odd; exponent odd and at least 3.
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

    /// Verifies `signature` over `message`.
    ///
    /// The key is of the algorithm's kind. The signature is as in RFC 7518: `r || s` for ECDSA
    /// (64 or 96 bytes), 64 bytes for Ed25519, as long as the modulus for RSA; other lengths
    /// don't come here.
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

/// A JWS in its three parts, still encoded. Nothing is believed of it.
#[derive(Clone, Copy)]
pub(crate) struct CompactJws<'a> {
    /// What is signed: header and payload with the dot between them.
    signed: &'a str,
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> CompactJws<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, JwsError> {
        match text.bytes().filter(|b| *b == b'.').count() {
            2 => {}
            4 => return Err(JwsError::Encrypted),
            _ => return Err(JwsError::NotCompact),
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(JwsError::NotCompact)?;
        let (header, payload) = signed.split_once('.').ok_or(JwsError::NotCompact)?;
        Ok(CompactJws { signed, header, payload, signature })
    }

    /// Decodes the header to the start of `buf`.
    pub(crate) fn header<'b>(
        &self,
        buf: &'b mut [u8],
    ) -> Result<(JwsHeader<'b>, &'b mut [u8]), JwsError> {
        let (bytes, rest) = decode_into(self.header, buf)?;
        Ok((JwsHeader::parse(bytes)?, rest))
    }

    /// Bytes of buffer that a verification takes at most, besides the key's.
    pub(crate) fn buffer_needed(&self) -> usize {
        [self.header, self.payload, self.signature]
            .into_iter()
            .fold(0, |sum: usize, part| sum.saturating_add(decoded_len_bound(part)))
    }

    /// Verifies the signature, and gives the payload's bytes with the algorithm: exactly the
    /// bytes that were signed.
    pub(crate) fn verify<'b>(
        &self,
        keys: &KeySet<'_>,
        verifiers: &[&dyn SignatureVerifier],
        buf: &'b mut [u8],
    ) -> Result<Verified<'b>, JwsError> {
        let (header, buf) = self.header(buf)?;
        let algorithm = header.algorithm;
        let verifier = verifiers
            .iter()
            .find(|verifier| verifier.algorithm() == algorithm)
            .ok_or(JwsError::AlgorithmNotAllowed { algorithm })?;
        let (signature, buf) = decode_into(self.signature, buf)?;
        let (payload, buf) = decode_into(self.payload, buf)?;
        let (key, _) = keys.find(&header)?.decode(algorithm, buf)?;
        if !fits(signature, key) {
            return Err(JwsError::Signature);
        }
        verifier
            .verify(key, self.signed.as_bytes(), signature)
            .map_err(|InvalidSignature| JwsError::Signature)?;
        Ok(Verified { payload, algorithm })
    }
}

/// Whether the signature has the length that signatures of this key have.
fn fits(signature: &[u8], key: PublicKey<'_>) -> bool {
    let expected = match key {
        PublicKey::Rsa { n, .. } => n.len(),
        PublicKey::P256 { .. } | PublicKey::Ed25519 { .. } => 64,
        PublicKey::P384 { .. } => 96,
    };
    signature.len() == expected
}

/// A payload whose signature was verified.
pub(crate) struct Verified<'b> {
    pub(crate) payload: &'b [u8],
    pub(crate) algorithm: JwsAlgorithm,
}

/// A header's members that mean something here.
#[derive(Clone, Copy)]
pub(crate) struct JwsHeader<'a> {
    pub(crate) algorithm: JwsAlgorithm,
    pub(crate) key_id: Option<JsonStr<'a>>,
}

impl<'a> JwsHeader<'a> {
    /// Reads a decoded header, by RFC 7515 section 4 and RFC 8725 section 3.
    fn parse(bytes: &'a [u8]) -> Result<Self, JwsError> {
        let json = Json::parse(bytes).map_err(|error| JwsError::HeaderJson { error })?;
        let object = json.object().ok_or(JwsError::Header)?;
        for (name, value) in object.members() {
            check_header_member(name.as_plain().unwrap_or_default(), value)?;
        }
        let (document, _) =
            serde_json_core::from_str::<Document<'a>>(json.text()).map_err(|_| JwsError::Header)?;
        if document.kid.is_some_and(|kid| kid.raw().len() > KEY_ID_LEN) {
            return Err(JwsError::Header);
        }
        let algorithm = JwsAlgorithm::of_name(document.alg).ok_or(JwsError::AlgorithmUnknown)?;
        Ok(JwsHeader { algorithm, key_id: document.kid })
    }
}

/// Refuses what would change the meaning of the signature or of the payload. Keys and their
/// places (`jwk`, `jku`, `x5c`, `x5u`) are never looked at: keys come from metadata only.
fn check_header_member(name: &str, value: Value<'_>) -> Result<(), JwsError> {
    match name {
        "crit" | "b64" | "zip" | "enc" => Err(JwsError::Critical),
        "cty" => Err(JwsError::ContentType),
        "typ" => match value {
            Value::String(typ) if is_id_token_type(typ) => Ok(()),
            _ => Err(JwsError::Type),
        },
        "kid" => value.as_str().map(|_| ()).ok_or(JwsError::Header),
        _ => Ok(()),
    }
}

/// `JWT` and `ID+JWT`, in any case, with or without `application/` (RFC 7515 section 4.1.9).
fn is_id_token_type(typ: JsonStr<'_>) -> bool {
    let is = |expected: &str| typ.chars().map(|c| c.to_ascii_lowercase()).eq(expected.chars());
    is("jwt") || is("id+jwt") || is("application/jwt") || is("application/id+jwt")
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    alg: JsonStr<'a>,
    #[serde(borrow)]
    kid: Option<JsonStr<'a>>,
}

error_enum! {
    /// Why a signed token's envelope was refused.
    pub enum JwsError {
        /// Not three parts.
        NotCompact => "jws_not_compact", "the token is no JWS in compact form: it must have three parts";
        /// A JWE.
        Encrypted => "jwe_instead_of_jws",
            "the token is encrypted (JWE), which is not supported: turn off ID token encryption for this client at the provider";
        /// Not base64url.
        Base64 => "jws_base64", "a part of the token is not base64url without padding";
        /// The header's JSON.
        HeaderJson {
            /// Why.
            error: JsonError,
        } => "jws_header_json", "the token's header is refused as JSON: {error}";
        /// The header's members.
        Header => "jws_header", "the token's header has no alg, or a member of another type than it must have";
        /// `none`, symmetric, or unheard of.
        AlgorithmUnknown => "jws_algorithm_unknown",
            "the token's alg is none of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and EdDSA: set another ID token signature algorithm for this client at the provider (HS256 needs a secret that a public login doesn't have)";
        /// No verifier for it.
        AlgorithmNotAllowed {
            /// The header's.
            algorithm: JwsAlgorithm,
        } => "jws_algorithm_not_allowed", "the token is signed with {algorithm}, which this program doesn't accept";
        /// `crit`, `b64`, `zip`, `enc`.
        Critical => "jws_critical", "the token's header asks for an extension that is not supported";
        /// `cty`.
        ContentType => "jws_content_type", "the token holds another token inside, which no ID token does";
        /// `typ`.
        Type => "jws_type", "the token's typ says that it is no ID token";
        /// No usable key.
        Key {
            /// Why.
            error: JwksError,
        } => "jws_key", "{error}";
        /// The signature.
        Signature => "jws_signature", "the token's signature is not the provider's";
        /// The buffer.
        Buffer {
            /// Bytes that would do.
            needed: usize,
        } => "buffer_too_small", "the buffer is too small: give at least {needed} bytes";
    }
}

impl From<JwksError> for JwsError {
    fn from(error: JwksError) -> Self {
        match error {
            JwksError::Buffer { needed } => JwsError::Buffer { needed },
            error => JwsError::Key { error },
        }
    }
}

impl From<DecodeError> for JwsError {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::Text(_) => JwsError::Base64,
            DecodeError::Buffer(BufferTooSmall { needed }) => JwsError::Buffer { needed },
        }
    }
}
