//! One key of a set.

use serde::Deserialize;

use super::error::JwksError;
use crate::jwa::{JwsAlgorithm, KeyKind, PublicKey};
use crate::policy::{RSA_EXPONENT_LEN, RSA_LONGEST_MODULUS_BITS, RSA_MODULUS_BITS};
use crate::wire::{BufferTooSmall, DecodeError, JsonStr, Member, Text, Value, decode_into};

/// Bytes of buffer that the largest key takes which is used: modulus and exponent of RSA, with the
/// zeros before them and what decoding takes on top.
pub(crate) const KEY_LEN: usize = RSA_LONGEST_MODULUS_BITS / 8 + 12;

/// The members of a key: those of RFC 7517 section 4, RFC 7518 section 6 and RFC 8037 section 2 that
/// public keys have. Private ones are not looked at.
#[derive(Deserialize)]
pub(super) struct KeyDocument<'a> {
    #[serde(borrow)]
    kty: Option<Text<'a>>,
    kid: Option<Text<'a>>,
    alg: Option<Text<'a>>,
    r#use: Option<Text<'a>>,
    key_ops: Member<'a>,
    crv: Option<Text<'a>>,
    n: Option<Text<'a>>,
    e: Option<Text<'a>>,
    x: Option<Text<'a>>,
    y: Option<Text<'a>>,
}

/// A key that may be used for verifying signatures, still encoded.
#[derive(Clone, Copy)]
pub(crate) struct Jwk<'a> {
    kind: KeyKind,
    kid: Option<JsonStr<'a>>,
    alg: Option<JsonStr<'a>>,
    n: Option<JsonStr<'a>>,
    e: Option<JsonStr<'a>>,
    x: Option<JsonStr<'a>>,
    y: Option<JsonStr<'a>>,
}

impl<'a> Jwk<'a> {
    /// The key, unless it is of a kind or for a use that is not ours.
    pub(super) fn of(document: KeyDocument<'a>) -> Option<Self> {
        let string = |member: Option<Text<'a>>| member.map(|Text(text)| text);
        let for_signatures = string(document.r#use).is_none_or(|u| u == *"sig");
        let verifies = match document.key_ops.value() {
            None => true,
            Some(Value::Array(operations)) => operations
                .items()
                .any(|operation| operation.as_str().is_some_and(|text| text == *"verify")),
            Some(_) => false,
        };
        let kind = kind(document.kty?.0, string(document.crv))?;
        (for_signatures && verifies).then_some(Jwk {
            kind,
            kid: string(document.kid),
            alg: string(document.alg),
            n: string(document.n),
            e: string(document.e),
            x: string(document.x),
            y: string(document.y),
        })
    }

    pub(super) fn has_key_id(&self, key_id: Option<JsonStr<'_>>) -> bool {
        match (key_id, self.kid) {
            (None, _) => true,
            (Some(wanted), Some(kid)) => wanted == kid,
            (Some(_), None) => false,
        }
    }

    pub(super) fn kid(&self) -> Option<JsonStr<'a>> {
        self.kid
    }

    pub(super) fn is_nameless(&self) -> bool {
        self.kid.is_none()
    }

    pub(super) fn fits(&self, algorithm: JwsAlgorithm) -> bool {
        let same_algorithm = self.alg.is_none_or(|alg| algorithm.is_named(alg));
        self.kind == algorithm.key_kind() && same_algorithm
    }

    /// Whether both are the same key, however it is spelled and whatever is said of it.
    ///
    /// Not inlined, so that sets without twins cost no stack.
    #[inline(never)]
    pub(super) fn is_same(&self, other: &Jwk<'_>) -> bool {
        let (mut ours, mut others) = ([0; KEY_LEN], [0; KEY_LEN]);
        let key = |(key, _)| key;
        let longest = RSA_LONGEST_MODULUS_BITS;
        self.decode(longest, &mut ours).map(key) == other.decode(longest, &mut others).map(key)
    }

    /// Decodes the key to the start of `buf`, unless it is an RSA key whose modulus has more than
    /// `longest` bits.
    #[inline(never)]
    pub(crate) fn decode<'b>(
        &self,
        longest: usize,
        buf: &'b mut [u8],
    ) -> Result<(PublicKey<'b>, &'b mut [u8]), JwksError> {
        let Jwk { n, e, x, y, .. } = *self;
        match self.kind {
            KeyKind::Rsa => {
                let (n, e) = (number(n)?, number(e)?);
                let longest = longest.min(RSA_LONGEST_MODULUS_BITS);
                check_rsa_len(n, e, longest)?;
                let (n, buf) = decode(n, buf)?;
                let (e, buf) = decode(e, buf)?;
                let (n, e) = (without_zeros(n), without_zeros(e));
                check_rsa(n, e, longest)?;
                Ok((PublicKey::Rsa { n, e }, buf))
            }
            KeyKind::P256 => {
                let (x, buf) = decode_exactly(x, 32, buf)?;
                let (y, buf) = decode_exactly(y, 32, buf)?;
                Ok((PublicKey::P256 { x, y }, buf))
            }
            KeyKind::P384 => {
                let (x, buf) = decode_exactly(x, 48, buf)?;
                let (y, buf) = decode_exactly(y, 48, buf)?;
                Ok((PublicKey::P384 { x, y }, buf))
            }
            KeyKind::Ed25519 => {
                let (x, buf) = decode_exactly(x, 32, buf)?;
                Ok((PublicKey::Ed25519 { x }, buf))
            }
        }
    }
}

fn kind(kty: JsonStr<'_>, crv: Option<JsonStr<'_>>) -> Option<KeyKind> {
    let curve = |name: &str| crv.is_some_and(|crv| crv == *name);
    if kty == *"RSA" {
        Some(KeyKind::Rsa)
    } else if kty == *"EC" && curve("P-256") {
        Some(KeyKind::P256)
    } else if kty == *"EC" && curve("P-384") {
        Some(KeyKind::P384)
    } else if kty == *"OKP" && curve("Ed25519") {
        Some(KeyKind::Ed25519)
    } else {
        None
    }
}

/// The text of a member without the padding that some providers write behind it.
fn text(member: Option<JsonStr<'_>>) -> Result<&str, JwksError> {
    let text = member.and_then(JsonStr::as_plain).ok_or(JwksError::Malformed)?;
    Ok(text.trim_end_matches('='))
}

/// The text of a number, of whose leading zero bytes there may be any number: two are left at most.
fn number(member: Option<JsonStr<'_>>) -> Result<&str, JwksError> {
    let text = text(member)?;
    // Four symbols are three bytes.
    let zeros = text.bytes().take_while(|symbol| *symbol == b'A').count();
    Ok(text.get(zeros - zeros % 4..).unwrap_or_default())
}

/// Zero bytes that [`number`] leaves.
const ZEROS_LEFT: usize = 2;

fn without_zeros(mut number: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = number {
        number = rest;
    }
    number
}

fn decode<'b>(text: &str, buf: &'b mut [u8]) -> Result<(&'b [u8], &'b mut [u8]), JwksError> {
    decode_into(text, buf).map_err(|error| match error {
        DecodeError::Text(_) => JwksError::Malformed,
        DecodeError::Buffer(BufferTooSmall { needed }) => JwksError::Buffer { needed },
    })
}

/// A coordinate has the length of its curve, with its leading zeros (RFC 7518 section 6.2.1.2).
fn decode_exactly<'b>(
    member: Option<JsonStr<'_>>,
    len: usize,
    buf: &'b mut [u8],
) -> Result<(&'b [u8], &'b mut [u8]), JwksError> {
    let text = text(member)?;
    if encoded_len(text) == len { decode(text, buf) } else { Err(JwksError::Malformed) }
}

/// Bytes that a text decodes to, if it is base64url at all: judged before it is decoded, so that no
/// buffer has to hold what is refused anyway.
fn encoded_len(text: &str) -> usize {
    text.len() * 3 / 4
}

/// Refuses moduli and exponents that are longer than any that is used.
fn check_rsa_len(n: &str, e: &str, longest: usize) -> Result<(), JwksError> {
    if encoded_len(n) > longest / 8 + ZEROS_LEFT {
        Err(JwksError::RsaSize { bits: 8 * encoded_len(n) })
    } else if encoded_len(e) > RSA_EXPONENT_LEN + ZEROS_LEFT {
        Err(JwksError::Malformed)
    } else {
        Ok(())
    }
}

/// Refuses moduli that are too short to be safe or too long, and numbers that are no moduli and
/// exponents.
fn check_rsa(n: &[u8], e: &[u8], longest: usize) -> Result<(), JwksError> {
    let (Some(first), Some(last)) = (n.first(), n.last()) else {
        return Err(JwksError::Malformed);
    };
    if last % 2 == 0 {
        return Err(JwksError::Malformed);
    }
    let bits = n.len() * 8 - first.leading_zeros() as usize;
    if !(*RSA_MODULUS_BITS.start()..=longest).contains(&bits) {
        return Err(JwksError::RsaSize { bits });
    }
    match e {
        [] | [0..=2] => Err(JwksError::Malformed),
        [.., last] if last % 2 == 0 || e.len() > RSA_EXPONENT_LEN => Err(JwksError::Malformed),
        _ => Ok(()),
    }
}
