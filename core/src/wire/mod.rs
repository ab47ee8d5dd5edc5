//! Bytes and text: JSON, forms, URIs and base64url, strictly.
//!
//! Nothing in here knows OpenID Connect. Input comes from hostile peers; everything is checked
//! before use, in bounded memory and without recursion.

mod address;
mod base64;
mod base64url;
mod cut;
mod form;
mod invisible;
mod json;
mod scan;
mod uri;
mod words;
mod writer;

pub use base64url::InvalidBase64Url;
pub use form::{FormPairs, FormText};
pub use invisible::is_invisible;
pub use json::{
    Array, Json, JsonError, JsonPath, JsonProblem, JsonStr, Number, Object, ReadError, Value,
};
pub use uri::{Authority, Uri, UriError, is_loopback_host};
pub use words::{InvalidWord, Words};
pub use writer::BufferTooSmall;

pub(crate) use base64::{decode_32, encode_32, write_base64};
pub(crate) use base64url::{DecodeError, decode_into, decoded_len_bound};
pub(crate) use cut::{contains, cut, split};
pub(crate) use form::{form_encoded, has_parameter, write_form_encoded};
#[cfg(feature = "key-index")]
pub(crate) use json::OFFSET;
pub(crate) use json::{Member, Overlay, Text, WrongMember, members, next_item, read};
pub(crate) use writer::Writer;
