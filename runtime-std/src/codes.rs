//! Codes and messages of an error type, with each variant's in one place.

/// Gives each variant of an enum its code, and its `Display`: a format string with the variant's fields.
macro_rules! codes {
    ($name:ident {
        $($variant:pat $(if $condition:expr)? => $code:literal, $sentence:literal $(, $argument:expr)*;)+
    }) => {
        impl $name {
            /// Every code, with duplicates.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// The stable name, as `docs/errors.md` lists it.
            #[allow(unused_variables, reason = "fields that only the sentence has")]
            pub fn code(&self) -> &'static str {
                match self {
                    $($variant $(if $condition)? => $code),+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $($variant $(if $condition)? => write!(f, $sentence $(, $argument)*)),+
                }
            }
        }
    };
}

pub(crate) use codes;
