//! JSON Web Signatures in compact form (RFC 7515 section 7.1).

use serde::Deserialize;

use crate::error::error_enum;
use crate::jwa::{InvalidSignature, JwsAlgorithm, PublicKey, SignatureVerifier};
use crate::jwks::{JwksError, KeySet};
use crate::policy::KEY_ID_LEN;
use crate::wire::{
    BufferTooSmall, DecodeError, JsonError, JsonStr, Member, Value, WrongMember, cut, decode_into,
    decoded_len_bound, read, split,
};

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
        let (header, rest) = cut(text, b'.').ok_or(JwsError::NotCompact)?;
        let (payload, signature) = cut(rest, b'.').ok_or(JwsError::NotCompact)?;
        match split(signature, b'.').count() {
            1 => {}
            3 => return Err(JwsError::Encrypted),
            _ => return Err(JwsError::NotCompact),
        }
        let signed = text.get(..header.len() + 1 + payload.len()).ok_or(JwsError::NotCompact)?;
        Ok(CompactJws { signed, header, payload, signature })
    }

    /// Bytes of buffer that the parts take at most, besides the key's.
    pub(crate) fn buffer_needed(&self) -> usize {
        [self.header, self.payload, self.signature]
            .into_iter()
            .fold(0, |sum: usize, part| sum.saturating_add(decoded_len_bound(part)))
    }

    /// Decodes header and payload to the start of `buf`, as far as they can be, and reads the
    /// header, whose `typ` must be one of `types`. Besides, there is the rest of the buffer.
    pub(crate) fn decode<'b>(
        &self,
        types: Types,
        buf: &'b mut [u8],
    ) -> (Decoded<'b>, Result<(JwsHeader<'b>, &'b mut [u8]), JwsError>) {
        let mut decoded = Decoded::default();
        let rest = match decode_into(self.header, buf) {
            Ok((header, rest)) => {
                decoded.header = header;
                rest
            }
            Err(error) => return (decoded, Err(error.into())),
        };
        let rest = match decode_into(self.payload, rest) {
            Ok((payload, rest)) => {
                decoded.payload = payload;
                rest
            }
            Err(error) => return (decoded, Err(error.into())),
        };
        (decoded, JwsHeader::parse(decoded.header, types).map(|header| (header, rest)))
    }

    /// Verifies the signature, which `header` is the header of: exactly the payload's bytes were
    /// signed.
    pub(crate) fn verify(
        &self,
        header: JwsHeader<'_>,
        keys: &KeySet<'_>,
        verifiers: &[&dyn SignatureVerifier],
        buf: &mut [u8],
    ) -> Result<(), JwsError> {
        header.verify(self.signed.as_bytes(), self.signature, keys, verifiers, buf)
    }
}

/// Header and payload of a token, decoded as far as they can be. Nothing is believed of them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Decoded<'b> {
    pub(crate) header: &'b [u8],
    pub(crate) payload: &'b [u8],
}

impl<'b> Decoded<'b> {
    /// The header of a token that has no payload to read.
    pub(crate) fn header_alone(header: &str, buf: &'b mut [u8]) -> Self {
        let header = decode_into(header, buf).map_or(&[][..], |(header, _)| header);
        Decoded { header, payload: &[] }
    }
}

/// A signature and what it is of, by the names of RFC 7515 section 2.
///
/// Not for relying parties, whose signatures are those of whole ID tokens: published test vectors
/// sign bytes that are no token, and come in here to be verified as tokens are.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct JwsSignature<'a> {
    /// The JOSE header, decoded.
    pub header: &'a [u8],
    /// The JWS signing input.
    pub signing_input: &'a [u8],
    /// The JWS signature, still encoded.
    pub signature: &'a str,
}

impl JwsSignature<'_> {
    /// Verifies it with the one of `keys` that the header asks for, and gives the algorithm. `buf`
    /// takes signature and key.
    ///
    /// # Errors
    ///
    /// [`JwsError`]: the header is refused, there is no verifier or no key for it, or the signature is not
    /// the key's.
    pub fn verify(
        &self,
        keys: &KeySet<'_>,
        verifiers: &[&dyn SignatureVerifier],
        buf: &mut [u8],
    ) -> Result<JwsAlgorithm, JwsError> {
        let header = JwsHeader::parse(self.header, ID_TOKEN_TYPES)?;
        header.verify(self.signing_input, self.signature, keys, verifiers, buf)?;
        Ok(header.algorithm)
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

/// The members of a header that mean something here, if only that it is refused.
#[derive(Deserialize)]
struct HeaderDocument<'a> {
    #[serde(borrow)]
    alg: Member<'a>,
    kid: Member<'a>,
    typ: Member<'a>,
    cty: Member<'a>,
    crit: Member<'a>,
    b64: Member<'a>,
    zip: Member<'a>,
    enc: Member<'a>,
}

/// What a header says: which algorithm, and perhaps which key.
#[derive(Clone, Copy)]
pub(crate) struct JwsHeader<'a> {
    pub(crate) algorithm: JwsAlgorithm,
    pub(crate) key_id: Option<JsonStr<'a>>,
}

impl<'a> JwsHeader<'a> {
    /// Reads a decoded header, by RFC 7515 section 4 and RFC 8725 section 3.
    fn parse(bytes: &'a [u8], types: Types) -> Result<Self, JwsError> {
        let (_, header) = read::<HeaderDocument<'_>>(bytes, None)
            .map_err(|error| JwsError::HeaderJson { error })?;
        let HeaderDocument { alg, kid, typ, cty, crit, b64, zip, enc } =
            header.map_err(|WrongMember| JwsError::Header)?;
        // What would change the meaning of the signature or of the payload is refused. Keys and
        // their places (`jwk`, `jku`, `x5c`, `x5u`) are never looked at: keys come from metadata
        // only.
        if [crit, b64, zip, enc].into_iter().any(Member::is_there) {
            return Err(JwsError::Critical);
        }
        if cty.is_there() {
            return Err(JwsError::ContentType);
        }
        match typ.value() {
            None | Some(Value::Null) => {}
            Some(Value::String(typ)) if is_one_of(typ, types) => {}
            Some(_) => return Err(JwsError::Type),
        }
        let key_id = match kid.value() {
            None => None,
            Some(kid) => Some(kid.as_str().ok_or(JwsError::Header)?),
        };
        if key_id.is_some_and(|kid| kid.raw().len() > KEY_ID_LEN) {
            return Err(JwsError::Header);
        }
        let alg = alg.as_str().ok_or(JwsError::Header)?;
        let algorithm = JwsAlgorithm::of_name(alg).ok_or(JwsError::AlgorithmUnknown)?;
        Ok(JwsHeader { algorithm, key_id })
    }

    /// Whether `keys` lacks the key that this header asks for, so that fetching them anew may help.
    pub(crate) fn lacks_key(self, keys: &KeySet<'_>) -> bool {
        matches!(keys.find(self.algorithm, self.key_id), Err(JwksError::Unknown))
    }

    /// Whether the key that this header asks for is another one in `newer` than in `older`.
    pub(crate) fn has_other_key(self, newer: &KeySet<'_>, older: &KeySet<'_>) -> bool {
        newer.has_other_key(older, self.algorithm, self.key_id)
    }

    /// Verifies `signature`, still encoded, over `signing_input` with the key that this header asks
    /// for. `buf` takes signature and key.
    fn verify(
        self,
        signing_input: &[u8],
        signature: &str,
        keys: &KeySet<'_>,
        verifiers: &[&dyn SignatureVerifier],
        buf: &mut [u8],
    ) -> Result<(), JwsError> {
        let JwsHeader { algorithm, key_id } = self;
        let verifier = verifiers
            .iter()
            .find(|verifier| verifier.algorithm() == algorithm)
            .ok_or(JwsError::AlgorithmNotAllowed { algorithm })?;
        let (signature, buf) = decode_into(signature, buf)?;
        let longest = verifier.longest_modulus_bits();
        let (key, _) = keys.find_or_nameless(algorithm, key_id)?.decode(longest, buf)?;
        if !fits(signature, key) {
            return Err(JwsError::Signature);
        }
        verifier
            .verify(key, signing_input, signature)
            .map_err(|InvalidSignature| JwsError::Signature)
    }
}

/// What `typ` may say where a token of some kind must be, in lower case. Without `typ` it may be any.
pub(crate) type Types = &'static [&'static str];

/// Those of ID tokens; `JOSE` names no kind of token.
pub(crate) const ID_TOKEN_TYPES: Types = &["jwt", "id+jwt", "jose"];

/// Whether it is one of `types`, in any case, with or without `application/` (RFC 7515 section
/// 4.1.9).
fn is_one_of(typ: JsonStr<'_>, types: Types) -> bool {
    let chars = || typ.chars().map(|c| c.to_ascii_lowercase());
    types.iter().any(|expected| {
        chars().eq(expected.chars()) || chars().eq("application/".chars().chain(expected.chars()))
    })
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
        ContentType => "jws_content_type", "the token holds another token inside (cty), which is not supported";
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

impl JwsError {
    /// Whether the keys are to blame, so that newer ones may help: the key that the header asks for is
    /// there, and is not the one that signed. (One that is not there is lacking.)
    pub(crate) fn may_be_of_a_newer_key(self) -> bool {
        match self {
            JwsError::Key { error } => error != JwksError::Unknown,
            error => error == JwsError::Signature,
        }
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
