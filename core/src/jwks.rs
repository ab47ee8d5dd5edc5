//! The provider's keys: a JSON Web Key Set (RFC 7517 section 5).

use serde::Deserialize;

use crate::discovery::{Endpoint, ProviderMetadata};
use crate::error::error_enum;
use crate::http::{HttpRequest, HttpResponse, Method, ResponseError};
use crate::jwa::{JwsAlgorithm, KeyKind, PublicKey};
use crate::policy::{RSA_EXPONENT_LEN, RSA_MODULUS_BITS};
use crate::refused::KeyWords;
use crate::wire::{
    Array, BufferTooSmall, DecodeError, JsonStr, Member, Text, Value, Writer, decode_into, items,
    members,
};

/// The request for a provider's keys.
#[derive(Debug, Clone, Copy)]
pub struct JwksRequest<'a> {
    endpoint: Endpoint<'a>,
}

impl<'a> JwksRequest<'a> {
    /// Asks the place that `metadata` names.
    pub fn new(metadata: &ProviderMetadata<'a>) -> Self {
        JwksRequest { endpoint: metadata.jwks_uri() }
    }

    /// The request to send.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`], with the bytes that the URL takes.
    pub fn request<'b>(&self, buf: &'b mut [u8]) -> Result<HttpRequest<'b>, BufferTooSmall> {
        let mut url = Writer::new(buf);
        self.endpoint.write(&mut url);
        let url = url.finish_str()?;
        Ok(HttpRequest { method: Method::Get, url, authorization: None, body: &[] })
    }

    /// Reads the answer.
    ///
    /// # Errors
    ///
    /// [`JwksError::Response`]: the answer is no key set.
    pub fn response<'r>(self, response: HttpResponse<'r>) -> Result<KeySet<'r>, JwksError> {
        let (_, document) = response.document::<Document<'_>>()?;
        match document.keys.value() {
            Some(Value::Array(keys)) => Ok(KeySet { keys }),
            _ => Err(ResponseError::Member.into()),
        }
    }
}

/// The members of the document.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    keys: Member<'a>,
}

/// A provider's keys, walked one at a time: keys of kinds that are not used here stand beside
/// those that are, and there is no limit to their number but the document's length.
#[derive(Debug, Clone, Copy)]
pub struct KeySet<'a> {
    keys: Array<'a>,
}

impl<'a> KeySet<'a> {
    /// How many keys there are that some signature could be verified with.
    pub fn usable(&self) -> usize {
        self.signature_keys().count()
    }

    /// How many of them can be decoded. The others are malformed, or RSA keys of a size that is not
    /// accepted: a token that names one is refused.
    pub fn decodable(&self) -> usize {
        let is_decodable = |key: &Jwk<'_>| key.decode(&mut [0; KEY_LEN]).is_ok();
        self.signature_keys().filter(is_decodable).count()
    }

    /// Every key by what it is called, also those that no signature is verified with: for messages.
    pub fn words(&self) -> impl Iterator<Item = KeyWords<'a>> {
        self.keys.items().filter_map(|key| match key {
            Value::Object(object) => Some(KeyWords {
                kid: object.get("kid"),
                alg: object.get("alg"),
                kty: object.get("kty"),
                crv: object.get("crv"),
                usable: members(object).ok().and_then(Jwk::of).is_some(),
            }),
            _ => None,
        })
    }

    /// The one key that can have signed a token whose header has this `alg` and `kid`.
    ///
    /// With a `kid`, the key that has it and fits; without, the only key that fits (OpenID Connect
    /// Core 10.1). Two keys that fit are one too many.
    pub(crate) fn find(
        &self,
        algorithm: JwsAlgorithm,
        key_id: Option<JsonStr<'_>>,
    ) -> Result<Jwk<'a>, JwksError> {
        let mut same_kid = false;
        let mut found = None;
        for key in self.signature_keys().filter(|key| key.has_key_id(key_id)) {
            same_kid = true;
            if key.fits(algorithm) && found.replace(key).is_some() {
                return Err(JwksError::Ambiguous);
            }
        }
        match (found, same_kid && key_id.is_some()) {
            (Some(key), _) => Ok(key),
            (None, true) => Err(JwksError::WrongKind { algorithm }),
            (None, false) => Err(JwksError::Unknown),
        }
    }

    fn signature_keys(&self) -> impl Iterator<Item = Jwk<'a>> {
        items(self.keys).filter_map(|key| key.ok().and_then(Jwk::of))
    }
}

/// Bytes of buffer that the largest key takes which is used: modulus and exponent of RSA, and what
/// decoding takes on top of each.
pub(crate) const KEY_LEN: usize = 2 * (*RSA_MODULUS_BITS.end() / 8 + 6);

/// The members of a key: those of RFC 7517 section 4, RFC 7518 section 6 and RFC 8037 section 2 that
/// public keys have. Private ones are not looked at.
#[derive(Deserialize)]
struct KeyDocument<'a> {
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
    fn of(document: KeyDocument<'a>) -> Option<Self> {
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

    fn has_key_id(&self, key_id: Option<JsonStr<'_>>) -> bool {
        match (key_id, self.kid) {
            (None, _) => true,
            (Some(wanted), Some(kid)) => wanted == kid,
            (Some(_), None) => false,
        }
    }

    fn fits(&self, algorithm: JwsAlgorithm) -> bool {
        let same_algorithm = self.alg.is_none_or(|alg| {
            // RFC 9864 gives EdDSA on this curve a name of its own.
            alg == *algorithm.as_str() || (algorithm == JwsAlgorithm::EdDsa && alg == *"Ed25519")
        });
        self.kind == algorithm.key_kind() && same_algorithm
    }

    /// Decodes the key to the start of `buf`.
    pub(crate) fn decode<'b>(
        &self,
        buf: &'b mut [u8],
    ) -> Result<(PublicKey<'b>, &'b mut [u8]), JwksError> {
        let Jwk { n, e, x, y, .. } = *self;
        match self.kind {
            KeyKind::Rsa => {
                check_rsa_len(n, e)?;
                let (n, buf) = decode_member(n, buf)?;
                let (e, buf) = decode_member(e, buf)?;
                check_rsa(n, e)?;
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

fn decode_member<'b>(
    member: Option<JsonStr<'_>>,
    buf: &'b mut [u8],
) -> Result<(&'b [u8], &'b mut [u8]), JwksError> {
    let text = member.and_then(JsonStr::as_plain).ok_or(JwksError::Malformed)?;
    decode_into(text, buf).map_err(|error| match error {
        DecodeError::Text(_) => JwksError::Malformed,
        DecodeError::Buffer(BufferTooSmall { needed }) => JwksError::Buffer { needed },
    })
}

fn decode_exactly<'b>(
    member: Option<JsonStr<'_>>,
    len: usize,
    buf: &'b mut [u8],
) -> Result<(&'b [u8], &'b mut [u8]), JwksError> {
    if encoded_len(member) == len { decode_member(member, buf) } else { Err(JwksError::Malformed) }
}

/// Bytes that a member decodes to, if it is base64url at all: judged before it is decoded, so that
/// no buffer has to hold what is refused anyway.
fn encoded_len(member: Option<JsonStr<'_>>) -> usize {
    member.map_or(0, |text| text.raw().len() * 3 / 4)
}

/// Refuses moduli and exponents that are longer than any that is used.
fn check_rsa_len(n: Option<JsonStr<'_>>, e: Option<JsonStr<'_>>) -> Result<(), JwksError> {
    let bits = 8 * encoded_len(n);
    if bits > *RSA_MODULUS_BITS.end() {
        Err(JwksError::RsaSize { bits })
    } else if encoded_len(e) > RSA_EXPONENT_LEN {
        Err(JwksError::Malformed)
    } else {
        Ok(())
    }
}

/// Refuses moduli that are too short to be safe, and numbers that are no moduli and exponents.
fn check_rsa(n: &[u8], e: &[u8]) -> Result<(), JwksError> {
    let (Some(first), Some(last)) = (n.first(), n.last()) else {
        return Err(JwksError::Malformed);
    };
    if *first == 0 || last % 2 == 0 {
        return Err(JwksError::Malformed);
    }
    let bits = n.len() * 8 - first.leading_zeros() as usize;
    if bits < *RSA_MODULUS_BITS.start() {
        return Err(JwksError::RsaSize { bits });
    }
    match e {
        [] | [0, ..] | [0..=2] => Err(JwksError::Malformed),
        [.., last] if last % 2 == 0 => Err(JwksError::Malformed),
        _ => Ok(()),
    }
}

error_enum! {
    /// Why there is no key to verify a signature with.
    pub enum JwksError {
        /// Not the document.
        Response {
            /// Why.
            error: ResponseError,
        } => "jwks_response", "the provider's key set can't be used: {error}";
        /// No such key.
        Unknown => "key_unknown",
            "the token is signed with a key that is not among the provider's: its keys may have changed a moment ago, so try again";
        /// No key that is used here.
        NoneUsable => "keys_unusable",
            "the provider's key set has no key that is accepted for RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA";
        /// Several keys.
        Ambiguous => "key_ambiguous",
            "several of the provider's keys could have signed the token: it must name one by kid (OpenID Connect Core 10.1)";
        /// The key is of another kind.
        WrongKind {
            /// The token's.
            algorithm: JwsAlgorithm,
        } => "key_wrong_kind",
            "the key that the token names is not one for {algorithm}: set another ID token signature algorithm for this client at the provider";
        /// RSA keys that are too short or too long.
        RsaSize {
            /// Of the modulus.
            bits: usize,
        } => "key_rsa_size", "the provider's RSA key has {bits} bits: 2048 to 4096 are accepted";
        /// Numbers that are none.
        Malformed => "key_malformed", "the provider's key is malformed";
        /// The buffer.
        Buffer {
            /// Bytes that would do.
            needed: usize,
        } => "buffer_too_small", "the buffer is too small: give at least {needed} bytes";
    }
}

impl From<ResponseError> for JwksError {
    fn from(error: ResponseError) -> Self {
        JwksError::Response { error }
    }
}
