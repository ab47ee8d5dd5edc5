//! The numbers that we choose: limits, lifetimes and tolerances. `docs/policy.md` gives the
//! reasons.

/// The length from which JSON documents are refused, in bytes: a power of two.
pub const JSON_LEN: usize = 1 << 18;
/// The greatest nesting depth of arrays and objects.
pub const JSON_DEPTH: usize = 32;
/// The most members of an object, including those of the objects around it, where the caller brings
/// no scratch for their names: they are on the stack.
pub const JSON_MEMBERS: usize = 256;
/// Longest string with an escape that is decoded for a caller's type, in bytes: the buffer is on
/// the stack.
pub const JSON_ESCAPED_LEN: usize = 1024;

/// Longest realm name, in characters.
pub const REALM_NAME_LEN: usize = 32;
/// Longest issuer identifier, in characters.
pub const ISSUER_LEN: usize = 255;
/// Longest URL of provider metadata that a realm names, in characters.
pub const DISCOVERY_URL_LEN: usize = 512;
/// Longest client identifier, in bytes.
pub const CLIENT_ID_LEN: usize = 256;
/// Longest redirect URI, in characters.
pub const REDIRECT_URI_LEN: usize = 255;
/// Longest URL of an endpoint in provider metadata, in characters.
pub const ENDPOINT_LEN: usize = 512;
/// Longest `state` to send, in characters: that of a sealed login.
pub const STATE_LEN: usize = 1024;
/// Longest authorization code, in bytes.
pub const CODE_LEN: usize = 8192;
/// Longest access token to send to the userinfo endpoint, in characters.
pub const ACCESS_TOKEN_LEN: usize = 64 * 1024;
/// Longest ID token, in characters.
pub const ID_TOKEN_LEN: usize = 128 * 1024;
/// Longest key identifier (`kid`), in characters.
pub const KEY_ID_LEN: usize = 512;
/// Longest subject identifier, in bytes (OpenID Connect Core 2).
pub const SUBJECT_LEN: usize = 255;
/// Longest user name in a report of an identity, in bytes.
pub const USER_NAME_LEN: usize = 255;
/// The most entries in `aud`.
pub const AUDIENCES: usize = 32;
/// RSA moduli that every verifier takes, in bits.
pub const RSA_MODULUS_BITS: core::ops::RangeInclusive<usize> = 2048..=4096;
/// The longest RSA modulus that a verifier may take, in bits.
pub const RSA_LONGEST_MODULUS_BITS: usize = 8192;
/// Longest public exponent of an RSA key, in bytes.
pub const RSA_EXPONENT_LEN: usize = 4;

/// How long a login may be pending, in seconds.
pub const LOGIN_LIFETIME: u64 = 600;
/// How long a client assertion is valid, in seconds: it is made for one request, and sent at once.
pub const ASSERTION_LIFETIME: u64 = 60;
/// How far the clocks of provider and relying party may differ, in seconds.
pub const CLOCK_SKEW: u64 = 60;
/// How long before the login began an ID token may be issued, in seconds, on top of the clock skew:
/// Entra ID backdates its tokens by five minutes.
pub const ID_TOKEN_BACKDATING: u64 = 300;
