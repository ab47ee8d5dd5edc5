//! Metadata that outlives the answer it came in.

use core::fmt;

use super::{Endpoint, PkceOffered, ProviderMetadata, TokenAuthMethodsOffered};
use crate::wire::JsonStr;

/// A provider's metadata with the document that it was read from: a cache keeps it, and nothing is
/// parsed again.
///
/// `T` is whatever owns bytes: `Vec<u8>`, `Box<[u8]>`, `Arc<[u8]>`, or a borrowed `&[u8]`. Without a heap, it is a
/// `heapless::Vec` ([`try_keep`](ProviderMetadata::try_keep)), or the `&'static [u8]` of an answer's buffer. The places of
/// the metadata in the document are kept with the document, so they belong to no other one.
///
/// ```
/// # use onerealm_core::*;
/// # fn keep(request: DiscoveryRequest<'_>, answer: HttpResponse<'_>) -> Result<(), DiscoveryError> {
/// let kept: KeptMetadata<Vec<u8>> = request.response(answer)?.keep();
/// let metadata = kept.metadata();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct KeptMetadata<T> {
    document: T,
    issuer: Place,
    authorization_endpoint: Place,
    token_endpoint: Place,
    jwks_uri: Place,
    userinfo_endpoint: Option<Place>,
    token_auth_methods: TokenAuthMethodsOffered,
    pkce: PkceOffered,
    sends_issuer: bool,
}

/// Where a string stands in a document, without its quotation marks.
#[derive(Clone, Copy)]
struct Place {
    start: usize,
    len: usize,
}

impl<'a> ProviderMetadata<'a> {
    /// The same metadata with a document of its own. What an answer becomes once it has passed
    /// [`DiscoveryRequest::response`](super::DiscoveryRequest::response).
    pub fn keep<T: From<&'a [u8]>>(&self) -> KeptMetadata<T> {
        self.kept_in(T::from(self.document))
    }

    /// The same with a document that may be too long for its place, such as a `heapless::Vec`.
    ///
    /// # Errors
    ///
    /// Those of `T`.
    pub fn try_keep<T: TryFrom<&'a [u8]>>(&self) -> Result<KeptMetadata<T>, T::Error> {
        T::try_from(self.document).map(|document| self.kept_in(document))
    }

    fn kept_in<T>(&self, document: T) -> KeptMetadata<T> {
        let place = |string: JsonStr<'_>| Place::of(string, self.document);
        KeptMetadata {
            document,
            issuer: place(self.issuer),
            authorization_endpoint: place(self.authorization_endpoint.0),
            token_endpoint: place(self.token_endpoint.0),
            jwks_uri: place(self.jwks_uri.0),
            userinfo_endpoint: self.userinfo_endpoint.map(|endpoint| place(endpoint.0)),
            token_auth_methods: self.token_auth_methods,
            pkce: self.pkce,
            sends_issuer: self.sends_issuer,
        }
    }
}

impl<T: AsRef<[u8]>> KeptMetadata<T> {
    /// The metadata, borrowed.
    pub fn metadata(&self) -> ProviderMetadata<'_> {
        let document = self.document.as_ref();
        let string = |place: Place| place.string(document);
        ProviderMetadata {
            document,
            issuer: string(self.issuer),
            authorization_endpoint: Endpoint(string(self.authorization_endpoint)),
            token_endpoint: Endpoint(string(self.token_endpoint)),
            jwks_uri: Endpoint(string(self.jwks_uri)),
            userinfo_endpoint: self.userinfo_endpoint.map(|place| Endpoint(string(place))),
            token_auth_methods: self.token_auth_methods,
            pkce: self.pkce,
            sends_issuer: self.sends_issuer,
        }
    }
}

impl<T: AsRef<[u8]>> fmt::Debug for KeptMetadata<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeptMetadata").field(&self.metadata()).finish()
    }
}

impl Place {
    /// The place of `string`, which is part of `document`.
    fn of(string: JsonStr<'_>, document: &[u8]) -> Self {
        let start = string.raw().as_ptr().addr().wrapping_sub(document.as_ptr().addr());
        Place { start, len: string.raw().len() }
    }

    /// The string in this place. Only a `T` that gives other bytes each time has none there.
    fn string(self, document: &[u8]) -> JsonStr<'_> {
        let text = document.get(self.start..).and_then(|rest| rest.get(..self.len));
        JsonStr::from_checked(text.and_then(|text| core::str::from_utf8(text).ok()).unwrap_or(""))
    }
}
