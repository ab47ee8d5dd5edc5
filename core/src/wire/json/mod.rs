//! JSON (RFC 8259), strictly: a document is checked as a whole before anything reads it, and then
//! read where it stands, without copying and without a heap.
//!
//! From the ground up: what can be wrong (`problem`), tokens (`lexer`), strings and numbers as they
//! are written, values, the names of an object's members, the check of a whole document, and
//! reading into structs: documents of the protocol (`document`) and anybody's types (`de`).

mod problem;
mod lexer;
mod hash;
mod string;
mod number;
mod value;
mod names;
mod check;
mod document;
mod read_error;
mod raw;
mod overlay;
mod path;
mod de;

pub use self::check::Json;
pub use self::number::Number;
pub use self::path::JsonPath;
pub use self::problem::{JsonError, JsonProblem};
pub use self::read_error::ReadError;
pub use self::string::JsonStr;
pub use self::value::{Array, Object, Value};

pub(crate) use self::document::{Member, Text, WrongMember, members, next_item, read};
#[cfg(feature = "key-index")]
pub(crate) use self::hash::OFFSET;
pub(crate) use self::overlay::Overlay;
