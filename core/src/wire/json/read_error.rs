//! Why a value wasn't read into a type.

use core::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::error::error_enum;

error_enum! {
    /// Why a value wasn't read into a type. It tells nothing of what it came upon; `member` is the field of the innermost struct around it,
    /// or empty.
    pub enum ReadError {
        /// No such member.
        Missing {
            /// The field.
            member: &'static str,
        } => "member_missing", "there is no '{member}'";
        /// A value of another type.
        Type {
            /// The field.
            member: &'static str,
            /// What the type takes.
            expected: &'static str,
        } => "member_type", "'{member}' is not {expected}";
        /// An escape where the type borrows.
        Escaped {
            /// The field.
            member: &'static str,
        } => "member_escaped",
            "'{member}' is written with an escape, so that it can't be borrowed: read it into an owned string or a JsonStr";
        /// Too many bytes, items or members, or too few.
        Length {
            /// The field.
            member: &'static str,
        } => "member_length", "'{member}' has another length than its type takes";
        /// A value that the type refuses.
        Value {
            /// The field.
            member: &'static str,
        } => "member_value", "'{member}' has a value that its type doesn't take";
    }
}

impl ReadError {
    pub(super) fn expected(expected: &'static str) -> Self {
        ReadError::Type { member: "", expected }
    }

    /// The same error in a member, unless it is in one already.
    pub(super) fn within(mut self, name: &'static str) -> Self {
        let (ReadError::Missing { member }
        | ReadError::Type { member, .. }
        | ReadError::Escaped { member }
        | ReadError::Length { member }
        | ReadError::Value { member }) = &mut self;
        if member.is_empty() {
            *member = name;
        }
        self
    }
}

/// Expected by a type that was given a value which it can't take.
const SOMETHING_ELSE: &str = "what its type takes";

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(_: T) -> Self {
        ReadError::Value { member: "" }
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        ReadError::expected(SOMETHING_ELSE)
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        ReadError::Value { member: "" }
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        ReadError::Length { member: "" }
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        ReadError::Value { member: "" }
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        ReadError::Value { member: "" }
    }

    fn missing_field(member: &'static str) -> Self {
        ReadError::Missing { member }
    }

    fn duplicate_field(member: &'static str) -> Self {
        ReadError::Value { member }
    }
}

impl ReadError {
    /// The same error, of an escape where the type only takes borrowed text.
    pub(super) fn of_escaped(self) -> Self {
        match self {
            ReadError::Type { member, expected: SOMETHING_ELSE } => ReadError::Escaped { member },
            error => error,
        }
    }
}
