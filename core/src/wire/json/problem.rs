//! What can be wrong with a document.

use core::fmt;

/// Why a document was refused, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub problem: JsonProblem,
    /// Offset in bytes.
    pub at: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.problem, self.at)
    }
}

impl core::error::Error for JsonError {}

/// What is wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonProblem {
    /// Longer than any document that is read here.
    TooLong,
    /// Not UTF-8.
    NotUtf8,
    /// It ends in the middle.
    Truncated,
    /// A byte that the grammar doesn't have here.
    Unexpected,
    /// Something follows the value.
    Trailing,
    /// Arrays and objects nested too deeply.
    TooDeep,
    /// Too many members in the objects around one place.
    TooManyMembers,
    /// A member that its object already has.
    Duplicate,
    /// A control character inside a string.
    ControlCharacter,
    /// An escape that JSON doesn't have, or half of a surrogate pair.
    Escape,
    /// A plain letter, digit or underscore of a member's name spelled as `\uXXXX`.
    EscapedName,
}

impl fmt::Display for JsonProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            JsonProblem::TooLong => "too long a document",
            JsonProblem::NotUtf8 => "text that is not UTF-8",
            JsonProblem::Truncated => "an unfinished document",
            JsonProblem::Unexpected => "an unexpected byte",
            JsonProblem::Trailing => "something after the document's end",
            JsonProblem::TooDeep => "too deep a nesting",
            JsonProblem::TooManyMembers => "too many members",
            JsonProblem::Duplicate => "a member given twice",
            JsonProblem::ControlCharacter => "a control character in a string",
            JsonProblem::Escape => "a malformed escape",
            JsonProblem::EscapedName => "a member's name that hides plain letters behind escapes",
        })
    }
}
