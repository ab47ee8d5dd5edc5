//! What a message of a provider says that was refused: words for the sentence about the refusal, and
//! nothing to go by.
//!
//! An administrator has to see what came to know which setting is wrong. None of these words says
//! who somebody is, and no proof is made of them.

use serde::Deserialize;

use crate::discovery::ProviderMetadata;
use crate::http::HttpResponse;
use crate::wire::{Member, Value};

impl<'a> ProviderMetadata<'a> {
    /// The `issuer` in an answer that was refused as metadata, if there is one.
    pub fn refused_issuer(response: &HttpResponse<'a>) -> Option<Value<'a>> {
        let (_, document) = response.document::<RefusedMetadata<'_>>().ok()?;
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
#[non_exhaustive]
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
