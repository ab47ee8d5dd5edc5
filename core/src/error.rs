//! How errors are made here: each variant with its meaning, its stable code and its sentence in
//! one place.
//!
//! Errors of the core are `Copy` and carry numbers and other errors of the core, never text from
//! the network. The sentence says what happened and, where somebody can do something, who and what.

/// Defines an error enum with `code`, `CODES`, `Display` and `Error`.
macro_rules! error_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(
                $(#[$variant_meta:meta])*
                $variant:ident $( { $( $(#[$field_meta:meta])* $field:ident : $type:ty ),+ $(,)? } )?
                => $code:literal, $text:literal;
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $(
                $(#[$variant_meta])*
                $variant $( { $( $(#[$field_meta])* $field: $type ),+ } )?,
            )+
        }

        impl $name {
            /// Every code of this type, in the order of the variants.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// The stable name of this error, for programs and for looking it up in `docs/errors.md`.
            pub fn code(&self) -> &'static str {
                match self {
                    $( $name::$variant $( { $( $field: _ ),+ } )? => $code, )+
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self {
                    $( $name::$variant $( { $( $field ),+ } )? => {
                        $( $( let _ = $field; )+ )?
                        write!(f, $text)
                    } )+
                }
            }
        }

        impl core::error::Error for $name {}
    };
}

pub(crate) use error_enum;
