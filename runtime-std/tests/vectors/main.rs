//! Published signatures, verified as those of ID tokens are: key set, key, lengths and the verifier
//! that TLS uses.

mod rfc7515;
mod rfc7520;
mod rfc8037;
mod rsa_8192;
mod support;
#[path = "../../../core/tests/verifiers/wycheproof.rs"]
mod wycheproof;

/// Of the moduli that the runtime's verifiers take.
const LONGEST_RSA_BITS: usize = 8192;
