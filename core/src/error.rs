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
        #[non_exhaustive]
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

        impl core::error::Error for $name {
            fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
                match self {
                    $( $name::$variant $( { $( $field ),+ } )? => {
                        None $( $( .or($crate::error::source!($field $field)) )+ )?
                    } )+
                }
            }
        }
    };
}

/// The error that a field holds: one that is called `error` does, and no other. Its name comes twice,
/// to be told by and to be taken.
macro_rules! source {
    (error $field:ident) => {
        Some($field as &(dyn core::error::Error + 'static))
    };
    ($other:ident $field:ident) => {{
        let _ = $field;
        None
    }};
}

pub(crate) use {error_enum, source};

#[cfg(test)]
mod tests {
    use core::error::Error;

    use crate::{IdTokenError, JwksError, JwsAlgorithm, JwsError, UnixTime};

    #[test]
    fn an_error_leads_to_the_one_that_it_holds() {
        let algorithm = JwsAlgorithm::Es256;
        let error = JwksError::WrongKind { algorithm };
        let error = IdTokenError::Jws { error: JwsError::Key { error } };
        let jws = error.source().unwrap();
        let jwks = jws.source().unwrap();
        assert_eq!(jwks.downcast_ref(), Some(&JwksError::WrongKind { algorithm }));
        assert!(jwks.source().is_none());
        let now = UnixTime(1);
        assert!(IdTokenError::Expired { expired: now, now }.source().is_none());
    }
}
