//! What a message of a provider says that was refused: words for the sentence about the refusal, and
//! nothing to go by.
//!
//! An administrator has to see what came to know which setting is wrong. None of these words says
//! who somebody is, and no proof is made of them.

use core::fmt;

use serde::Deserialize;

use crate::discovery::ProviderMetadata;
use crate::http::HttpResponse;
use crate::random::Text43;
use crate::wire::{Json, JsonStr, Member, Object, Value, decode_into, decoded_len_bound};

/// An ID token whose words are looked at if it is refused.
///
/// The claims that say who somebody is can't be had from it, whatever comes of the token:
///
/// ```compile_fail,E0609
/// # use onerealm_core::*;
/// # fn early(refused: RefusedIdToken<'_>, buf: &mut [u8]) {
/// let subject = refused.words(buf).sub;
/// # }
/// ```
pub struct RefusedIdToken<'a> {
    pub(crate) compact: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) access_token: JsonStr<'a>,
    pub(crate) nonce: Text43,
}

impl<'a> RefusedIdToken<'a> {
    /// The client identifier of the login, which the token must be for.
    pub fn client_id(&self) -> &'a str {
        self.client_id
    }

    /// Bytes of buffer that [`words`](Self::words) takes, at most.
    pub fn buffer_needed(&self) -> usize {
        let parts = self.compact.split('.').take(2);
        parts.map(decoded_len_bound).fold(0, usize::saturating_add)
    }

    /// Reads what can be read: of a token that is no token, nothing; with too small a buffer, less.
    pub fn words<'b>(&self, buf: &'b mut [u8]) -> IdTokenWords<'b> {
        let parts = self.compact.split('.').count();
        let (header, claims) = self.compact.split_once('.').unwrap_or_default();
        let (header, buf) = object(header, buf);
        // What stands second in an encrypted token is no claims.
        let claims = claims.split_once('.').filter(|_| parts == 3).map(|(claims, _)| claims);
        let claims = claims.and_then(|claims| object(claims, buf).0);
        let of_header = |name| header.and_then(|object| object.get(name));
        let of_claims = |name| claims.and_then(|object| object.get(name));
        IdTokenWords {
            parts,
            alg: of_header("alg"),
            enc: of_header("enc"),
            kid: of_header("kid"),
            typ: of_header("typ"),
            iss: of_claims("iss"),
            aud: of_claims("aud"),
            azp: of_claims("azp"),
        }
    }

    /// What must not be shown, should the provider repeat it: the login's nonce and the access
    /// token.
    pub fn secrets(&self) -> (&str, JsonStr<'a>) {
        (self.nonce.as_str(), self.access_token)
    }
}

/// Hidden: it holds tokens.
impl fmt::Debug for RefusedIdToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefusedIdToken").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// What an ID token says of itself that was refused: anybody's words, to be bounded and escaped by
/// whoever shows them.
#[derive(Debug, Clone, Copy)]
pub struct IdTokenWords<'b> {
    /// How many parts it has; a signed one has three.
    pub parts: usize,
    /// The header's `alg`.
    pub alg: Option<Value<'b>>,
    /// The header's `enc`.
    pub enc: Option<Value<'b>>,
    /// The header's `kid`.
    pub kid: Option<Value<'b>>,
    /// The header's `typ`.
    pub typ: Option<Value<'b>>,
    /// `iss`
    pub iss: Option<Value<'b>>,
    /// `aud`
    pub aud: Option<Value<'b>>,
    /// `azp`
    pub azp: Option<Value<'b>>,
}

/// The object that a part of a token is, if it is one, and what is left of the buffer.
fn object<'b>(part: &str, buf: &'b mut [u8]) -> (Option<Object<'b>>, &'b mut [u8]) {
    match decode_into(part, buf) {
        Ok((decoded, rest)) => (Json::parse(decoded).ok().and_then(Json::object), rest),
        Err(_) => (None, &mut []),
    }
}

impl<'a> ProviderMetadata<'a> {
    /// The `issuer` in an answer that was refused as metadata, if there is one.
    pub fn refused_issuer(response: &HttpResponse<'a>) -> Option<Value<'a>> {
        let (_, document) = response.json::<RefusedMetadata<'_>>().ok()?;
        document.issuer.value()
    }
}

/// The member of refused metadata that a message shows.
#[derive(Deserialize)]
struct RefusedMetadata<'a> {
    #[serde(borrow)]
    issuer: Member<'a>,
}

/// A key of a key set by what it is called: for messages about a key that isn't there.
#[derive(Debug, Clone, Copy)]
pub struct KeyWords<'a> {
    /// `kid`
    pub kid: Option<Value<'a>>,
    /// `alg`
    pub alg: Option<Value<'a>>,
    /// `kty`
    pub kty: Option<Value<'a>>,
    /// `crv`
    pub crv: Option<Value<'a>>,
    /// Whether some signature could be verified with it.
    pub usable: bool,
}
