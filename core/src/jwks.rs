//! The provider's keys: a JSON Web Key Set (RFC 7517 section 5).

mod among;
mod error;
mod faults;
#[cfg(feature = "key-index")]
mod index;
#[cfg(feature = "key-index")]
mod kept;
mod key;

use core::cell::Cell;

use serde::Deserialize;

use self::among::Among;
#[cfg(feature = "key-index")]
use self::index::Index;
use self::key::Jwk;
use crate::discovery::{Endpoint, ProviderMetadata};
use crate::http::{HttpRequest, HttpResponse, ResponseError};
use crate::jwa::JwsAlgorithm;
use crate::policy::RSA_LONGEST_MODULUS_BITS;
use crate::refused::KeyWords;
use crate::wire::{Array, BufferTooSmall, JsonStr, Member, Value, Writer, members, next_item};

pub use self::error::JwksError;
#[cfg(feature = "key-index")]
pub use self::kept::KeptKeySet;
pub(crate) use self::key::KEY_LEN;

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
        Ok(HttpRequest::get(url))
    }

    /// Reads the answer.
    ///
    /// # Errors
    ///
    /// [`JwksError::Response`]: the answer is no key set.
    pub fn response<'r>(self, response: HttpResponse<'r>) -> Result<KeySet<'r>, JwksError> {
        let (_, document) = response.document::<Document<'_>>()?;
        match document.keys.value() {
            Some(Value::Array(keys)) => Ok(KeySet {
                keys,
                #[cfg(feature = "key-index")]
                index: None,
            }),
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
///
/// Those that are kept, with the feature `key-index`, have an index, by which a token's key is found
/// without a walk through the others.
#[derive(Debug, Clone, Copy)]
pub struct KeySet<'a> {
    keys: Array<'a>,
    #[cfg(feature = "key-index")]
    index: Option<Index<'a>>,
}

impl<'a> KeySet<'a> {
    /// How many keys there are that some signature could be verified with.
    pub fn usable(&self) -> usize {
        self.signature_keys().count()
    }

    /// How many of them can be decoded. The others are malformed, or RSA keys of a size that no
    /// verifier takes: a token that names one is refused.
    pub fn decodable(&self) -> usize {
        let longest = RSA_LONGEST_MODULUS_BITS;
        let is_decodable = |key: &Jwk<'_>| key.decode(longest, &mut [0; KEY_LEN]).is_ok();
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
    /// Core 10.1). Two keys that fit are one too many, unless they are the same.
    pub(crate) fn find(
        &self,
        algorithm: JwsAlgorithm,
        key_id: Option<JsonStr<'_>>,
    ) -> Result<Jwk<'a>, JwksError> {
        let same_kid = Cell::new(false);
        let among = key_id.map_or(Among::All, Among::Named);
        let found = self.only(among, &|key| {
            let is_named = key.has_key_id(key_id);
            same_kid.set(same_kid.get() | is_named);
            is_named && key.fits(algorithm)
        })?;
        match (found, same_kid.get() && key_id.is_some()) {
            (Some(key), _) => Ok(key),
            (None, true) => Err(JwksError::WrongKind { algorithm }),
            (None, false) => Err(JwksError::Unknown),
        }
    }

    /// The key that [`find`](Self::find) gives. Where no key of the whole set has the token's `kid`,
    /// it is the only one without a `kid` that fits.
    ///
    /// Keys without names can't tell which of them was meant, so this is for keys that were fetched
    /// anew if `find` lacked one.
    pub(crate) fn find_or_nameless(
        &self,
        algorithm: JwsAlgorithm,
        key_id: Option<JsonStr<'_>>,
    ) -> Result<Jwk<'a>, JwksError> {
        match (self.find(algorithm, key_id), key_id) {
            (Err(JwksError::Unknown), Some(key_id)) if !self.names(key_id) => {
                let candidates =
                    self.only(Among::Nameless, &|key| key.is_nameless() && key.fits(algorithm));
                candidates.ok().flatten().ok_or(JwksError::Unknown)
            }
            (found, _) => found,
        }
    }

    /// Whether the key for a token with this header is there, and is another one than in `older`.
    pub(crate) fn has_other_key(
        &self,
        older: &KeySet<'_>,
        algorithm: JwsAlgorithm,
        key_id: Option<JsonStr<'_>>,
    ) -> bool {
        let newer = self.find_or_nameless(algorithm, key_id);
        match (newer, older.find_or_nameless(algorithm, key_id)) {
            (Ok(newer), Ok(older)) => !newer.is_same(&older),
            (Ok(_), Err(_)) => true,
            (Err(_), _) => false,
        }
    }

    /// The one key that `is_candidate`, if only several times. All that are, are `among` those.
    ///
    /// Not generic: firmware has the walk once.
    fn only(
        &self,
        among: Among<'_>,
        is_candidate: &dyn Fn(&Jwk<'a>) -> bool,
    ) -> Result<Option<Jwk<'a>>, JwksError> {
        let mut found: Option<Jwk<'a>> = None;
        for key in self.walk(among).filter(is_candidate) {
            match found {
                Some(found) if !found.is_same(&key) => return Err(JwksError::Ambiguous),
                _ => found = Some(key),
            }
        }
        Ok(found)
    }

    /// Whether a key of the set has this `kid`, of whatever kind and for whatever use.
    fn names(&self, key_id: JsonStr<'_>) -> bool {
        let is_named = |key: Value<'_>| match key {
            Value::Object(key) => key.get("kid").and_then(Value::as_str) == Some(key_id),
            _ => false,
        };
        #[cfg(feature = "key-index")]
        if let Some(mut places) = self.index.and_then(|index| index.places(Among::Named(key_id))) {
            return places.any(|place| self.keys.item_in_place(place).is_some_and(is_named));
        }
        self.keys.items().any(is_named)
    }

    fn signature_keys(&self) -> impl Iterator<Item = Jwk<'a>> {
        self.walk(Among::All)
    }

    /// The keys for signatures in order: at least those `among` the ones that are looked for.
    #[cfg_attr(not(feature = "key-index"), expect(unused_variables, reason = "all are walked"))]
    fn walk(&self, among: Among<'_>) -> impl Iterator<Item = Jwk<'a>> {
        let keys = self.keys;
        #[cfg(feature = "key-index")]
        let mut places = self.index.and_then(|index| index.places(among));
        let mut rest = keys.inside();
        core::iter::from_fn(move || {
            loop {
                #[cfg(feature = "key-index")]
                if let Some(places) = &mut places {
                    rest = keys.text_from_place(places.next()?);
                }
                if let Some(key) = next_item(&mut rest)?.ok().and_then(Jwk::of) {
                    return Some(key);
                }
            }
        })
    }
}
