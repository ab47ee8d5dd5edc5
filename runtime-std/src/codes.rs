//! The codes of an error type, written once.

/// Gives each variant of an enum its code.
macro_rules! codes {
    ($name:ident { $($variant:ident => $code:literal),+ $(,)? }) => {
        impl $name {
            /// Every code, some of them twice.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// The stable name, as `docs/errors.md` lists it.
            pub fn code(&self) -> &'static str {
                match self {
                    $($name::$variant { .. } => $code),+
                }
            }
        }
    };
}

pub(crate) use codes;
