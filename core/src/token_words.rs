//! What a refused token says of itself.

use crate::jws::Decoded;
use crate::wire::{Json, Object, Value};

/// What a refused token says of itself: anybody's words, to be bounded and escaped by whoever shows
/// them.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct TokenWords<'b> {
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
    /// `acr`
    pub acr: Option<Value<'b>>,
    /// `amr`
    pub amr: Option<Value<'b>>,
    /// What kind of value `sub` is, and not which.
    pub subject_kind: Option<&'static str>,
}

/// What a refused ID token says of itself.
pub type IdTokenWords<'b> = TokenWords<'b>;

impl<'b> TokenWords<'b> {
    /// Reads what can be read.
    pub(crate) fn of(decoded: Decoded<'b>) -> Self {
        let (header, claims) = (object(decoded.header), object(decoded.payload));
        let of_header = |name| header.and_then(|object| object.get(name));
        let of_claims = |name| claims.and_then(|object| object.get(name));
        TokenWords {
            alg: of_header("alg"),
            enc: of_header("enc"),
            kid: of_header("kid"),
            typ: of_header("typ"),
            iss: of_claims("iss"),
            aud: of_claims("aud"),
            azp: of_claims("azp"),
            acr: of_claims("acr"),
            amr: of_claims("amr"),
            subject_kind: of_claims("sub").map(Value::kind),
        }
    }
}

/// The object that a part of a token is, if it is one.
fn object(part: &[u8]) -> Option<Object<'_>> {
    Json::parse(part).ok()?.object()
}
