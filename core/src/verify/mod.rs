//! Verifiers that need no heap and no operating system: for programs that have no crypto library of
//! their own. Each is behind a feature (`rs256`, `ps256`, `es256`, `es384`, `eddsa`), which may ask
//! for a newer compiler than the core does.
//!
//! The arithmetic of the curves is that of crates. What stands here is what a JSON Web Signature asks
//! for around it, and what those crates let pass.
//!
//! <div class="warning">
//!
//! RSA's arithmetic is the core's own (`modular.rs`), for microcontrollers: types of fixed sizes would
//! come once for each length of modulus. Nobody has audited it. It takes variable time, so it verifies
//! signatures and does nothing else, and all that it is given is public. Where there is another
//! library with RSA (ring, aws-lc, a chip's hardware), implement
//! [`SignatureVerifier`](crate::SignatureVerifier) with that one.
//!
//! </div>

#[cfg(any(feature = "es256", feature = "es384"))]
mod ecdsa;
#[cfg(feature = "eddsa")]
mod eddsa;
#[cfg(any(feature = "rs256", feature = "ps256"))]
mod modular;
#[cfg(feature = "ps256")]
mod ps256;
#[cfg(feature = "rs256")]
mod rs256;
#[cfg(any(feature = "rs256", feature = "ps256"))]
mod rsa;

#[cfg(feature = "es256")]
pub use ecdsa::Es256;
#[cfg(feature = "es384")]
pub use ecdsa::Es384;
#[cfg(feature = "eddsa")]
pub use eddsa::EdDsa;
#[cfg(feature = "ps256")]
pub use ps256::Ps256;
#[cfg(feature = "rs256")]
pub use rs256::Rs256;

use crate::jwa::InvalidSignature;

fn accept_if(valid: bool) -> Result<(), InvalidSignature> {
    if valid { Ok(()) } else { Err(InvalidSignature) }
}
