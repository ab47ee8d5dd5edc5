//! Why there is no key to verify a signature with.

use crate::error::error_enum;
use crate::http::ResponseError;
use crate::jwa::JwsAlgorithm;

error_enum! {
    /// Why there is no key to verify a signature with.
    pub enum JwksError {
        /// Not the document.
        Response {
            /// Why.
            error: ResponseError,
        } => "jwks_response", "the provider's key set can't be used: {error}";
        /// No such key.
        Unknown => "key_unknown",
            "the token is signed with a key that is not among the provider's: its keys may have changed a moment ago, so try again";
        /// No key that is used here.
        NoneUsable => "keys_unusable",
            "the provider's key set has no key that is accepted for RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA";
        /// Several keys.
        Ambiguous => "key_ambiguous",
            "several of the provider's keys could have signed the token: it must name one by kid (OpenID Connect Core 10.1)";
        /// The key is of another kind.
        WrongKind {
            /// The token's.
            algorithm: JwsAlgorithm,
        } => "key_wrong_kind",
            "the key that the token names is not one for {algorithm}: set another ID token signature algorithm for this client at the provider";
        /// RSA keys that are too short or too long.
        RsaSize {
            /// Of the modulus.
            bits: usize,
        } => "key_rsa_size",
            "the provider's RSA key has {bits} bits: 2048 to 4096 are accepted, and up to 8192 where the program's verifier takes them";
        /// Numbers that are none.
        Malformed => "key_malformed", "the provider's key is malformed";
        /// The buffer.
        Buffer {
            /// Bytes that would do.
            needed: usize,
        } => "buffer_too_small", "the buffer is too small: give at least {needed} bytes";
    }
}

impl From<ResponseError> for JwksError {
    fn from(error: ResponseError) -> Self {
        JwksError::Response { error }
    }
}
