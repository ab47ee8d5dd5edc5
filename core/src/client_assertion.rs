//! Client assertions: a client proves with its private key who it is (RFC 7523 sections 2.2 and 3,
//! OpenID Connect Core 9, `private_key_jwt`).

use base64ct::{Base64UrlUnpadded, Encoding};
use core::fmt;
use heapless::String;
use rand_core::TryCryptoRng;
use serde::{Deserialize, Serialize};

use crate::discovery::{Endpoint, ProviderMetadata};
use crate::error::error_enum;
use crate::jwa::JwsAlgorithm;
use crate::policy::{ASSERTION_LIFETIME, ENDPOINT_LEN};
use crate::random::Random256;
use crate::realm::{ClientId, Issuer, KeyId};
use crate::time::UnixTime;
use crate::wire::{BufferTooSmall, JsonStr, Member, Value, read};

/// A client's private key, or what has it: software, or a board's secure element.
pub trait AssertionSigner {
    /// The algorithms that the key signs with, the usual one first. The first that the provider's
    /// metadata lists is taken; where it lists none of them, the first of all.
    fn algorithms(&self) -> &[JwsAlgorithm];

    /// The length of its signatures, in bytes: that of the modulus for RSA, 64 for ES256.
    fn signature_len(&self) -> usize;

    /// Signs `message` with one of its algorithms, in the form of RFC 7518 section 3 (`r || s` for
    /// ECDSA). `signature` has [`signature_len`](Self::signature_len) bytes; the number of those that
    /// were written is returned.
    ///
    /// # Errors
    ///
    /// [`SigningFailed`]
    fn sign(
        &self,
        algorithm: JwsAlgorithm,
        message: &[u8],
        signature: &mut [u8],
    ) -> Result<usize, SigningFailed>;

    /// The thumbprints of the key's certificate, if it has one. Assertions name it by both.
    fn thumbprints(&self) -> Option<CertificateThumbprints> {
        None
    }
}

/// The hashes of a certificate in DER (RFC 7515 sections 4.1.7 and 4.1.8). They aren't secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateThumbprints {
    /// SHA-1, for `x5t`.
    pub sha1: [u8; 20],
    /// SHA-256, for `x5t#S256`.
    pub sha256: [u8; 32],
}

/// The signer made no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SigningFailed;

impl fmt::Display for SigningFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the private key made no signature")
    }
}

impl core::error::Error for SigningFailed {}

error_enum! {
    /// Why there is no client assertion.
    pub enum AssertionError {
        /// The signer failed, or its signature has another length than it says.
        Signature => "assertion_signature",
            "the client's private key signed no assertion: check the key";
        /// No randomness for `jti`.
        NoEntropy => "no_entropy",
            "the random source failed, so no assertion can be signed: check the system's entropy source";
        /// The buffer is too short.
        Buffer {
            /// The bytes that are enough.
            needed: usize,
        } => "buffer_too_small", "the buffer is too small: give at least {needed} bytes";
    }
}

impl From<BufferTooSmall> for AssertionError {
    fn from(BufferTooSmall { needed }: BufferTooSmall) -> Self {
        AssertionError::Buffer { needed }
    }
}

/// A signed assertion, as the parameters of a form that it is sent in. It is as good as a secret
/// until it expires.
#[derive(Clone, Copy)]
pub(crate) struct ClientAssertion<'a>(&'a str);

/// Hidden: whoever has it may pass for the client.
impl fmt::Debug for ClientAssertion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientAssertion(..)")
    }
}

impl<'a> ClientAssertion<'a> {
    /// `client_assertion_type` and `client_assertion` (RFC 7523 section 2.2), encoded.
    pub(crate) fn as_form(self) -> &'a str {
        self.0
    }
}

/// Two parameters, of which the second one's value follows. Base64url and dots need no encoding.
const FORM: &[u8] = b"client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=";

/// What assertions are about.
pub(crate) struct Assertions<'a> {
    pub(crate) client_id: ClientId<&'a str>,
    pub(crate) key_id: Option<KeyId<&'a str>>,
    /// The audience, unless it is the token endpoint.
    pub(crate) issuer: Issuer<&'a str>,
    /// The audience of an assertion that goes to this URL and nowhere else.
    pub(crate) token_endpoint: Option<Endpoint<'a>>,
    pub(crate) metadata: &'a ProviderMetadata<'a>,
}

/// RFC 7515 section 4.1.
#[derive(Serialize)]
struct Header<'h> {
    alg: &'static str,
    typ: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'h str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5t: Option<&'h str>,
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    x5t_s256: Option<&'h str>,
}

/// RFC 7523 section 3. `nbf` is optional there; Entra ID's documentation has it.
#[derive(Serialize)]
struct Claims<'c> {
    iss: &'c str,
    sub: &'c str,
    aud: &'c str,
    jti: &'c str,
    iat: u64,
    nbf: u64,
    exp: u64,
}

/// Bytes of the header besides `kid`, and of the claims besides their texts: names, quotation marks,
/// numbers of 20 digits, thumbprints and `jti`.
const HEADER_LEN: usize = 160;
const CLAIMS_LEN: usize = 192;

impl<'a> Assertions<'a> {
    /// An escape makes two bytes of one, as no text has a control character.
    fn json_lens(&self) -> [usize; 2] {
        let key_id = self.key_id.map_or(0, |key_id| key_id.as_str().len());
        let audience = match self.token_endpoint {
            Some(_) => ENDPOINT_LEN,
            None => self.issuer.as_str().len(),
        };
        let texts = 2 * self.client_id.as_str().len() + audience;
        [HEADER_LEN + 2 * key_id, CLAIMS_LEN + 2 * texts]
    }

    pub(crate) fn buffer_needed(&self, signer: &dyn AssertionSigner) -> usize {
        self.output_len(signer) + self.scratch_len(signer)
    }

    /// Bytes of the form, at most.
    fn output_len(&self, signer: &dyn AssertionSigner) -> usize {
        let [header, claims] = self.json_lens();
        let parts = [header, claims, signer.signature_len()].map(|len| len.div_ceil(3) * 4 + 1);
        FORM.len() + parts.iter().sum::<usize>()
    }

    /// Bytes of the longest of the three parts before it is encoded.
    fn scratch_len(&self, signer: &dyn AssertionSigner) -> usize {
        self.json_lens().into_iter().fold(signer.signature_len(), usize::max)
    }

    pub(crate) fn sign<R: TryCryptoRng + ?Sized>(
        &self,
        signer: &dyn AssertionSigner,
        rng: &mut R,
        now: UnixTime,
        buf: &'a mut [u8],
    ) -> Result<ClientAssertion<'a>, AssertionError> {
        let needed = self.buffer_needed(signer);
        let algorithm = self.algorithm(signer).ok_or(AssertionError::Signature)?;
        let halves = buf.split_at_mut_checked(self.output_len(signer));
        let (output, scratch) = halves.ok_or(BufferTooSmall { needed })?;
        if scratch.len() < self.scratch_len(signer) {
            return Err(AssertionError::Buffer { needed });
        }
        let jti = Random256::generate(rng).map_err(|_| AssertionError::NoEntropy)?.text();
        let mut out = Encoded { output, len: 0, needed };
        out.push(FORM)?;
        out.json(&self.header(signer, algorithm, &mut [0; 27], &mut [0; 43]), scratch)?;
        out.push(b".")?;
        let mut endpoint = String::new();
        let audience = self.audience(&mut endpoint).ok_or(BufferTooSmall { needed })?;
        out.json(&self.claims(audience, jti.as_str(), now), scratch)?;

        let signature = scratch.get_mut(..signer.signature_len()).unwrap_or_default();
        let len = signer.sign(algorithm, out.since(FORM.len()), signature);
        let len = len.map_err(|SigningFailed| AssertionError::Signature)?;
        if len != signature.len() || len == 0 {
            return Err(AssertionError::Signature);
        }
        out.push(b".")?;
        out.base64(signature)?;
        out.finish().map(ClientAssertion)
    }

    /// The first algorithm of the signer that metadata lists, or its first.
    fn algorithm(&self, signer: &dyn AssertionSigner) -> Option<JwsAlgorithm> {
        let listed = Listed::of(self.metadata);
        let mut algorithms = signer.algorithms().iter().copied();
        let first = signer.algorithms().first().copied();
        algorithms.find(|algorithm| listed.has(*algorithm)).or(first)
    }

    fn header<'h>(
        &self,
        signer: &dyn AssertionSigner,
        algorithm: JwsAlgorithm,
        sha1: &'h mut [u8; 27],
        sha256: &'h mut [u8; 43],
    ) -> Header<'h>
    where
        'a: 'h,
    {
        let thumbprints = signer.thumbprints();
        let thumbprints = thumbprints.as_ref();
        let sha1 = thumbprints.map(|both| Base64UrlUnpadded::encode(&both.sha1, sha1));
        let sha256 = thumbprints.map(|both| Base64UrlUnpadded::encode(&both.sha256, sha256));
        Header {
            alg: algorithm.as_str(),
            typ: "JWT",
            kid: self.key_id.map(KeyId::lent),
            x5t: sha1.and_then(Result::ok),
            x5t_s256: sha256.and_then(Result::ok),
        }
    }

    fn claims<'c>(&'c self, audience: &'c str, jti: &'c str, now: UnixTime) -> Claims<'c> {
        let client_id = self.client_id.as_str();
        Claims {
            iss: client_id,
            sub: client_id,
            aud: audience,
            jti,
            iat: now.0,
            nbf: now.0,
            exp: now.plus(ASSERTION_LIFETIME).0,
        }
    }

    /// The audience; `None` only where the endpoint is longer than metadata may have it.
    fn audience<'c>(&'c self, endpoint: &'c mut String<ENDPOINT_LEN>) -> Option<&'c str> {
        let Some(url) = self.token_endpoint else { return Some(self.issuer.as_str()) };
        for c in url.chars() {
            endpoint.push(c).ok()?;
        }
        Some(endpoint)
    }
}

impl ProviderMetadata<'_> {
    /// Whether the provider lists an algorithm of the signer's for client assertions, or lists none
    /// at all. It changes nothing: an assertion is sent all the same.
    pub fn lists_algorithm_of(&self, signer: &dyn AssertionSigner) -> bool {
        let listed = Listed::of(self);
        !listed.is_there() || signer.algorithms().iter().any(|one| listed.has(*one))
    }
}

/// `token_endpoint_auth_signing_alg_values_supported` (OpenID Connect Discovery 1.0 section 3). It is
/// read where an assertion is made, and not with the metadata, as most programs make none.
struct Listed<'a>(Option<Value<'a>>);

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    token_endpoint_auth_signing_alg_values_supported: Member<'a>,
}

impl<'a> Listed<'a> {
    fn of(metadata: &ProviderMetadata<'a>) -> Self {
        let document = read::<Document<'_>>(metadata.document(), None);
        let list = document.ok().and_then(|(_, document)| document.ok());
        let list = list.map(|list| list.token_endpoint_auth_signing_alg_values_supported);
        Listed(list.and_then(Member::value))
    }

    /// Whether metadata has a list at all.
    fn is_there(&self) -> bool {
        matches!(self.0, Some(Value::Array(_)))
    }

    fn has(&self, algorithm: JwsAlgorithm) -> bool {
        let Some(Value::Array(items)) = self.0 else { return false };
        let is_it = |name: JsonStr<'_>| algorithm.is_named(name);
        items.items().filter_map(Value::as_str).any(is_it)
    }
}

/// Text that is appended to a buffer whose length was checked.
struct Encoded<'b> {
    output: &'b mut [u8],
    len: usize,
    needed: usize,
}

impl<'b> Encoded<'b> {
    fn push(&mut self, bytes: &[u8]) -> Result<(), BufferTooSmall> {
        let room = self.output.get_mut(self.len..).and_then(|rest| rest.get_mut(..bytes.len()));
        room.ok_or(BufferTooSmall { needed: self.needed })?.copy_from_slice(bytes);
        self.len += bytes.len();
        Ok(())
    }

    fn base64(&mut self, bytes: &[u8]) -> Result<(), BufferTooSmall> {
        let too_small = BufferTooSmall { needed: self.needed };
        let room = self.output.get_mut(self.len..).ok_or(too_small)?;
        let text = Base64UrlUnpadded::encode(bytes, room).map_err(|_| too_small)?;
        self.len += text.len();
        Ok(())
    }

    /// JSON in base64url.
    fn json(&mut self, value: &impl Serialize, scratch: &mut [u8]) -> Result<(), BufferTooSmall> {
        let too_small = BufferTooSmall { needed: self.needed };
        let len = serde_json_core::to_slice(value, scratch).map_err(|_| too_small)?;
        self.base64(scratch.get(..len).unwrap_or_default())
    }

    fn since(&self, start: usize) -> &[u8] {
        self.output.get(start..self.len).unwrap_or_default()
    }

    fn finish(self) -> Result<&'b str, AssertionError> {
        let Encoded { output, len, needed } = self;
        let text = output.get(..len).and_then(|text| core::str::from_utf8(text).ok());
        text.ok_or(AssertionError::Buffer { needed })
    }
}
